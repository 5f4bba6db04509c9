"""Catches the mail of a local stack and shows it: nothing leaves the machine."""

import argparse
import asyncio
import email
import email.policy
import html
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from deploy.ports import LOOPBACK

KEEP = 1000
"""Mails; the oldest make room."""

LINK = re.compile(r"https?://(?:(?!&gt;|&quot;|&#x27;)\S)+")
"""In text whose special characters are escaped already."""

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><meta http-equiv="refresh" content="10">
<title>Post</title>
<style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}pre{{white-space:pre-wrap}}
summary{{cursor:pointer}}</style><h1>Post ({count})</h1>{mails}</html>"""

NOTHING = "<p>Nog geen post. Wie post wil, zegt dat met <code>PUT /v1/me</code> bij notifications.</p>"


@dataclass
class Mailbox:
    """What came in, newest last; an aiosmtpd handler."""

    mails: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEEP))
    received: int = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one mail; every recipient is accepted."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        self.received += 1
        self.mails.append(_readable(self.received, envelope, raw))
        return "250 Kept"


def create_app(mailbox: Mailbox, smtp_port: int) -> Starlette:
    """The view on the mailbox; while it runs, so does its SMTP server."""

    @asynccontextmanager
    async def smtp_server(_: Starlette) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(mailbox, enable_SMTPUTF8=True, hostname="localhost"), LOOPBACK, smtp_port
        )
        async with server:
            yield

    async def page(_: Request) -> Response:
        mails = "".join(_as_html(mail) for mail in reversed(mailbox.mails)) or NOTHING
        return HTMLResponse(PAGE.format(count=len(mailbox.mails), mails=mails))

    async def messages(request: Request) -> Response:
        to = request.query_params.get("to")
        return JSONResponse([mail for mail in mailbox.mails if to is None or to in mail["to"]])

    async def message(request: Request) -> Response:
        number = request.path_params["number"]
        found = next((mail for mail in mailbox.mails if mail["number"] == number), None)
        return JSONResponse(found) if found else JSONResponse({"error": "no such mail"}, 404)

    routes = [Route("/", page), Route("/messages", messages), Route("/messages/{number:int}", message)]
    return Starlette(routes=routes, lifespan=smtp_server)


def _readable(number: int, envelope: Envelope, raw: bytes) -> dict[str, Any]:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "number": number,
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "subject": parsed["subject"] or "",
        "text": _text(parsed),
        "headers": {name.lower(): value for name, value in parsed.items()},
        "receivedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _text(parsed: EmailMessage) -> str:
    body = parsed.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def _as_html(mail: dict[str, Any]) -> str:
    text = LINK.sub(lambda link: f'<a href="{link.group()}">{link.group()}</a>', html.escape(mail["text"]))
    heading = html.escape(f"{mail['receivedAt'][11:19]} {', '.join(mail['to'])}: {mail['subject']}")
    return f"<details><summary>{heading}</summary><pre>{text}</pre></details>"


def main() -> None:
    """Run it: `python -m deploy.mailbox --smtp-port 8125 --http-port 8126`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    chosen = parser.parse_args()
    app = create_app(Mailbox(), chosen.smtp_port)
    uvicorn.run(app, host=LOOPBACK, port=chosen.http_port, access_log=False)


if __name__ == "__main__":
    main()
