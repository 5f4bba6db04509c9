"""Calling addresses that somebody else chose."""

import asyncio
import datetime as dt
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.clients.webhooks import WebhookClient
from services.notifications.domain.credentials import Receiver
from services.notifications.settings import Settings

HOST = "gemeente.example"


def settings(**more: Any) -> Settings:
    return Settings(
        database_url="postgresql://h/d",
        amqp_url="amqp://h/",
        webhook_seconds=1,
        public_url="https://stagebrug.example",
        **more,
    )


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to, instead of the network's own answers."""
    names: dict[str, list[str]] = {}

    async def getaddrinfo(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        if host not in names:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names[host]]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["93.184.216.34", "192.168.1.1"], ["::ffff:10.0.0.1"]],
)
async def test_a_name_that_leads_next_door_is_not_called(resolved: dict[str, list[str]], addresses: list[str]) -> None:
    resolved[HOST] = addresses
    async with WebhookClient(settings()) as client:
        answer = await client.send(Receiver(f"https://{HOST}/in"), "{}", {})
        proof, _ = await client.handshake(Receiver(f"https://{HOST}/in"))
    assert answer.error == proof.error == "address-not-allowed"
    assert answer.status is None


async def test_a_name_that_leads_nowhere_is_an_answer_and_no_crash(resolved: dict[str, list[str]]) -> None:
    async with WebhookClient(settings()) as client:
        assert (await client.send(Receiver(f"https://{HOST}/in"), "{}", {})).error == "unknown-host"


async def test_the_number_that_was_checked_is_called_while_tls_proves_the_name(
    resolved: dict[str, list[str]], tmp_path: Path
) -> None:
    certificate, asked_for = _certificate(tmp_path, HOST), []
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate)
    server_side.sni_callback = lambda _, name, __: asked_for.append(name)
    trusting = ssl.create_default_context(cafile=certificate)
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side)
    port = server.sockets[0].getsockname()[1]
    resolved[HOST] = resolved["other.example"] = ["127.0.0.1"]
    async with server, WebhookClient(settings(allow_loopback_sinks=True), trusting) as client:
        assert (await client.send(Receiver(f"https://{HOST}:{port}/in"), "{}", {})).status == 204
        wrong = await client.send(Receiver(f"https://other.example:{port}/in"), "{}", {})
    assert asked_for[0] == HOST
    assert f"Host: {HOST}:{port}".encode() in seen[0]
    assert wrong.error == "no-connection"
    assert len(seen) == 1


async def test_a_receiver_that_dawdles_or_talks_without_end_costs_no_more_than_its_time(
    resolved: dict[str, list[str]],
) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * (65536 if endless else 1))
                await writer.drain()
                await asyncio.sleep(0 if endless else 0.05)
        except (ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    resolved["127.0.0.1"] = ["127.0.0.1"]
    async with WebhookClient(settings(allow_loopback_sinks=True)) as client:
        endless = True
        answer = await client.send(Receiver(f"http://127.0.0.1:{port}/"), "{}", {})
        assert (answer.status, len(answer.body)) == (200, 1024)
        endless = False
        async with asyncio.timeout(3):
            assert (await client.send(Receiver(f"http://127.0.0.1:{port}/"), "{}", {})).error == "timeout"
    server.close()


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, b""])
async def test_nonsense_is_an_answer_and_no_crash(resolved: dict[str, list[str]], said: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    resolved["127.0.0.1"] = ["127.0.0.1"]
    async with server, WebhookClient(settings(allow_loopback_sinks=True)) as client:
        answer = await client.send(Receiver(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), "{}", {})
    assert answer.error == "no-connection"


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path
