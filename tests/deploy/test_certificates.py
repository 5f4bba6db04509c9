"""The doctor looks at certificates as a client does, before a client is turned away."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy import examining
from deploy.ports import free_port
from tests.support.authority import Authority

AUTHORITY = Authority()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server with a certificate of an authority that nobody knows yet."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(AUTHORITY.identity("localhost").written(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_certificates_last_day_is_told_in_time(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (unknown,) = examining.certificates([address, f"{address}/again", "http://127.0.0.1:1"])
    assert (unknown.fine, "is not trusted" in unknown.says) == (False, True)
    (tmp_path / "authority.pem").write_text(AUTHORITY.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    (told,) = examining.certificates([address])
    monkeypatch.setattr(examining, "EXPIRES_SOON", -1)
    (good,) = examining.certificates([address])
    assert (told.fine, "renew it now" in told.says, good.fine) == (False, True, True), told
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    broker = f"{address.replace('https', 'amqps')}/?cafile={tmp_path}/authority.pem"
    (by_its_own,) = examining.certificates([broker])
    assert by_its_own.fine, by_its_own
    (away,) = examining.certificates([f"amqps://me:hidden@127.0.0.1:{free_port()}/"])
    assert (away.fine, "hidden" in away.says) == (False, False)
