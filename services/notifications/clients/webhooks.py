"""Requests to receivers' addresses, which subscribers choose: looked up first, then called by that number.

Resolving and connecting separately would let a name point to a public address when it is checked and to a machine next
door when it is called; here the checked number is what is connected to, while TLS still proves the name.
"""

import asyncio
import socket
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from services.notifications.domain.schedule import Answer, retry_after
from services.notifications.domain.sinks import may_call, problem_of
from services.notifications.settings import Settings
from shared.events.envelope import CONTENT_TYPE

MOST_OF_ANSWER = 1024
"""Bytes of an answer that are read and kept: enough to recognise an error page, too little to fill anything."""

USER_AGENT = "Stagebrug-Notifications/1"


class AddressNotAllowed(Exception):
    """The name leads to an address that is not called from here."""


class WebhookClient:
    """Sends signed events and asks receivers whether they want them. It never raises for what a receiver does."""

    def __init__(self, settings: Settings) -> None:
        self._reach = settings.reach
        self._seconds = settings.webhook_seconds
        self._origin = urlsplit(settings.public_url).netloc
        # a kept connection is found again by its number alone: another name at the same number would use it unproved
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(limits=limits, trust_env=False, follow_redirects=False, timeout=self._seconds)

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self._client.__aexit__(kind, error, trace)

    async def send(self, sink: str, message: str, headers: dict[str, str]) -> Answer:
        """POST one CloudEvent in structured mode."""
        request = {"Content-Type": CONTENT_TYPE, **headers}
        answer, _ = await self._call("POST", sink, request, message.encode())
        return answer

    async def handshake(self, sink: str) -> tuple[Answer, int | None]:
        """Ask a receiver whether it wants events of this sender (CloudEvents webhook spec §4), and how many a minute.

        An answer that allows nothing is an `Answer` with the error `handshake-refused`.
        """
        answer, headers = await self._call("OPTIONS", sink, {"WebHook-Request-Origin": self._origin})
        if answer.status is None:
            return answer, None
        allowed = {origin.strip().lower() for origin in headers.get("WebHook-Allowed-Origin", "").split(",")}
        if not 200 <= answer.status < 300 or not allowed & {"*", self._origin.lower()}:
            return Answer(answer.status, answer.body, error="handshake-refused"), None
        return answer, _rate(headers.get("WebHook-Allowed-Rate", "*"))

    async def _call(
        self, method: str, sink: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[Answer, httpx.Headers]:
        try:
            async with asyncio.timeout(self._seconds):
                if problem := problem_of(sink, self._reach):
                    raise AddressNotAllowed(problem)
                request = await self._pinned(method, sink, headers, body)
                return await self._answer(request)
        except AddressNotAllowed:
            return Answer(error="address-not-allowed"), httpx.Headers()
        except socket.gaierror:
            return Answer(error="unknown-host"), httpx.Headers()
        except (TimeoutError, httpx.TimeoutException):
            return Answer(error="timeout"), httpx.Headers()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Answer(body=str(error)[:MOST_OF_ANSWER], error="no-connection"), httpx.Headers()

    async def _pinned(self, method: str, sink: str, headers: dict[str, str], body: bytes) -> httpx.Request:
        url = httpx.URL(sink)
        host = url.raw_host.decode("ascii")
        number = await self._number_of(host, url.port or (443 if url.scheme == "https" else 80))
        own = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        return self._client.build_request(
            method,
            url.copy_with(host=number),
            headers={**headers, **own},
            content=body,
            extensions={"sni_hostname": host},
        )

    async def _number_of(self, host: str, port: int) -> str:
        """An address of a host that may be called; a host with any other address is not called at all."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [str(address[0]) for *_, address in found]
        if not numbers or not all(may_call(number, self._reach) for number in numbers):
            raise AddressNotAllowed(host)
        return numbers[0]

    async def _answer(self, request: httpx.Request) -> tuple[Answer, httpx.Headers]:
        response = await self._client.send(request, stream=True)
        try:
            read = b""
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= MOST_OF_ANSWER:
                    break
        finally:
            await response.aclose()
        text = read[:MOST_OF_ANSWER].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return Answer(response.status_code, text, retry_after=wait), response.headers


def _rate(header: str) -> int | None:
    """Requests a minute; `*`, and whatever is no number, sets no limit."""
    text = header.strip()
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else None
