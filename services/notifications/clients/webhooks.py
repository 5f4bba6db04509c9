"""Requests to receivers' addresses, which subscribers choose, with what the receiver wants to know us by."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpcore
import httpx
import structlog

from services.notifications.clients.network import AddressNotAllowed, CheckedNetwork, trusting
from services.notifications.clients.tokens import NoToken, Tokens
from services.notifications.domain.credentials import BearerToken, ClientCertificate, ClientCredentials, Receiver
from services.notifications.domain.schedule import UNAUTHORIZED, Answer, retry_after
from services.notifications.domain.sinks import problem_of
from services.notifications.settings import Settings
from shared.events.envelope import CONTENT_TYPE

log = structlog.get_logger()

MOST_OF_ANSWER = 1024
"""Bytes of an answer that are read and kept: enough to recognise an error page, too little to fill anything."""

LOOKS_AT_ONCE = 10
"""Cases that are read beside what is sent: a case system that says nothing takes no connection from an event."""

IDLE_SECONDS = 2.0
"""How long a connection is kept for the next request: shorter than servers wait, so that none is closed in between."""

WENT_WRONG: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((AddressNotAllowed,), "address-not-allowed"),
    ((NoToken,), "no-token"),
    ((socket.gaierror,), "unknown-host"),
    ((TimeoutError, httpcore.TimeoutException), "timeout"),
    ((httpcore.NetworkError, httpcore.ProtocolError, httpx.InvalidURL, OSError, UnicodeError), "no-connection"),
)
"""What a code says went wrong on the way; the first that fits."""

TOLD = frozenset({"no-token", "no-connection"})
"""Of these the owner of the subscription reads the error's own words."""

USER_AGENT = "Stagebrug-Notifications/1"


class WebhookClient:
    """Sends signed events and asks receivers whether they want them. It never raises for what a receiver does."""

    def __init__(self, settings: Settings, trust: ssl.SSLContext | None = None) -> None:
        self._reach = settings.reach
        self._seconds = settings.webhook_seconds
        self._origin = urlsplit(settings.public_url).netloc
        self._tokens = Tokens(self._text)
        self._most = 2 * settings.webhooks_at_once + LOOKS_AT_ONCE
        self._shared = self._pool(trust or trusting(None))

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._shared.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self._shared.__aexit__(kind, error, trace)

    async def send(self, receiver: Receiver, message: str, headers: Mapping[str, str]) -> Answer:
        """POST one CloudEvent in structured mode."""
        request = {"Content-Type": CONTENT_TYPE, **headers}
        answer, _ = await self._call("POST", receiver, request, message.encode())
        if answer.status == UNAUTHORIZED and isinstance(receiver.credential, ClientCredentials):
            self._tokens.forget(receiver.credential)
        return answer

    async def handshake(self, receiver: Receiver) -> tuple[Answer, int | None]:
        """Ask a receiver whether it wants events of this sender (CloudEvents webhook spec §4), and how many a minute.

        An answer that allows nothing is an `Answer` with the error `handshake-refused`.
        """
        answer, headers = await self._call("OPTIONS", receiver, {"WebHook-Request-Origin": self._origin})
        if answer.status is None:
            return answer, None
        allowed = {origin.strip().lower() for origin in headers.get("WebHook-Allowed-Origin", "").split(",")}
        if not 200 <= answer.status < 300 or not allowed & {"*", self._origin.lower()}:
            return Answer(answer.status, answer.body, error="handshake-refused"), None
        return answer, _rate(headers.get("WebHook-Allowed-Rate", "*"))

    async def ask(
        self, method: str, receiver: Receiver, headers: Mapping[str, str], body: bytes, most: int
    ) -> tuple[int, str, httpx.Headers]:
        """Any request under the same checks and the same time limit; it raises what `what_happened` has words for."""
        async with asyncio.timeout(self._seconds):
            return await self._ask(method, receiver, {**headers, "Accept-Encoding": "identity"}, body, most)

    async def _call(
        self, method: str, receiver: Receiver, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[Answer, httpx.Headers]:
        try:
            async with asyncio.timeout(self._seconds):
                own = await self._proof(receiver) | {"Accept-Encoding": "identity"}
                status, text, answered = await self._ask(method, receiver, {**headers, **own}, body, MOST_OF_ANSWER)
        except Exception as error:  # noqa: BLE001 — whatever a receiver makes happen here, the try is written down
            return what_happened(error), httpx.Headers()
        wait = retry_after(answered.get("Retry-After"), datetime.now(UTC))
        return Answer(status, text, retry_after=wait), answered

    async def _proof(self, receiver: Receiver) -> dict[str, str]:
        match receiver.credential:
            case BearerToken(token=token):
                return {"Authorization": f"Bearer {token.get_secret_value()}"}
            case ClientCredentials():
                return {"Authorization": f"Bearer {await self._tokens.get(receiver)}"}
        return {}

    async def _text(self, receiver: Receiver, headers: Mapping[str, str], body: bytes, most: int) -> tuple[int, str]:
        """For tokens: POST a form, and read so many bytes of the answer."""
        status, text, _ = await self._ask("POST", receiver, headers, body, most)
        return status, text

    async def _ask(
        self, method: str, receiver: Receiver, headers: Mapping[str, str], body: bytes, most: int
    ) -> tuple[int, str, httpx.Headers]:
        if problem := problem_of(receiver.address, self._reach):
            raise AddressNotAllowed(problem)
        url = httpx.URL(receiver.address)
        asked = [(name.encode(), value.encode()) for name, value in {**headers, "User-Agent": USER_AGENT}.items()]
        async with (
            self._pool_of(receiver) as pool,
            pool.stream(
                method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=[(b"Host", url.netloc), *asked],
                content=body,
            ) as response,
        ):
            read = b""
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) >= most:
                    break
        text = read[:most].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
        return response.status, text, httpx.Headers(response.headers)

    @contextlib.asynccontextmanager
    async def _pool_of(self, receiver: Receiver) -> AsyncIterator[httpcore.AsyncConnectionPool]:
        """The connections of all; who wants a certificate or has an authority of its own gets one for each request."""
        identity = receiver.credential if isinstance(receiver.credential, ClientCertificate) else None
        if receiver.authority is None and identity is None:
            yield self._shared
            return
        async with self._pool(trusting(receiver.authority, identity)) as own:
            yield own

    def _pool(self, context: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=self._most,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=CheckedNetwork(self._reach),
        )


def what_happened(error: Exception) -> Answer:
    """What an error on the way to a receiver is in an answer's place."""
    code = next((code for kinds, code in WENT_WRONG if isinstance(error, kinds)), None)
    if code is None:
        log.warning("webhook_try_failed", error=repr(error))
    told = str(error)[:MOST_OF_ANSWER] if code in TOLD else ""
    return Answer(body=told, error=code or "no-connection")


def _rate(header: str) -> int | None:
    """Requests a minute; `*`, and whatever is no number, sets no limit."""
    text = header.strip()
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else None
