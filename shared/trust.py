"""Whom a client of ours believes when a server shows its certificate."""

import ssl


def authorities() -> ssl.SSLContext:
    """The machine's authorities, or those that SSL_CERT_FILE and SSL_CERT_DIR name.

    For clients that heed no proxy: httpx reads those two variables together with a proxy's, or not at all.
    """
    return ssl.create_default_context()
