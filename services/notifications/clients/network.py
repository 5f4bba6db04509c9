"""Connections to addresses that somebody else chose: looked up, checked, and then called by that number.

Resolving and connecting separately would let a name point to a public address when it is checked and to a machine next
door when it is called; here the checked number is what is connected to, while TLS proves the name. A connection that is
kept is found again by its name, and leads where it led when it was made.
"""

import asyncio
import socket
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

import httpcore

from services.notifications.domain.credentials import ClientCertificate
from services.notifications.domain.sinks import Reach, may_call


class AddressNotAllowed(Exception):
    """The name leads to an address that is not called from here."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """What httpcore connects through."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 — as the library calls it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a name whose addresses may all be called; `AddressNotAllowed`, socket.gaierror."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [str(address[0]) for *_, address in found]
        if not numbers or not all(may_call(number, self._reach) for number in numbers):
            raise AddressNotAllowed(host)
        return await self._inner.connect_tcp(numbers[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait between the library's own tries to connect (there are none)."""
        await self._inner.sleep(seconds)


def trusting(authority: str | None, identity: ClientCertificate | None = None) -> ssl.SSLContext:
    """A TLS context that believes the usual authorities and this one, and shows a certificate where it is asked for."""
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(cadata=authority)
    if identity:
        # the library reads them from a file only: it is ours alone, and gone when the context has them
        with tempfile.TemporaryDirectory(prefix="stagebrug-") as folder:
            pem = Path(folder) / "identity.pem"
            pem.touch(mode=0o600)
            pem.write_text(f"{identity.certificate}\n{identity.private_key.get_secret_value()}\n")
            context.load_cert_chain(pem)
    return context
