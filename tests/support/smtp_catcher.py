"""A mail server that keeps what it gets, and can refuse as real ones do."""

import asyncio
import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.ports import LOOPBACK


@dataclass
class SmtpCatcher:
    """`async with SmtpCatcher() as post:` `post.url` for the settings, `await post.next(within=5)` the next mail.

    `answers` holds what it says to the next mails, such as "451 Try again later"; afterwards it takes them.
    """

    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Addresses that it does not know, with what it says of them."""
    tried: list[EmailMessage] = field(default_factory=list)
    url: str = ""
    _mails: asyncio.Queue[EmailMessage] = field(default_factory=asyncio.Queue)

    async def __aenter__(self) -> Self:
        """Serve on a free port of this machine."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="localhost"), LOOPBACK, 0)
        self.url = f"smtp://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._server.close()
        await self._server.wait_closed()

    async def next(self, within: float = 5.0) -> EmailMessage:
        """The next mail that was taken; TimeoutError when none comes."""
        async with asyncio.timeout(within):
            return await self._mails.get()

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """What the SMTP server calls for each address."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 Known"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd's name
        """What the SMTP server calls for each mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.tried.append(parsed)
        if self.answers:
            return self.answers.pop(0)
        self._mails.put_nowait(parsed)
        return "250 Kept"
