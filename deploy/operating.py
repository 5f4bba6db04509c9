"""Calling the services' operator APIs from the command line: one place for addresses, tokens and sentences."""

import getpass
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

import httpx
import typer

from deploy import tokens
from deploy.errors import StackError
from deploy.stack import Stack

Moment = Annotated[str | None, typer.Option(help="2026-03-02T09:00, or so long ago: 30m, 2h, 3d.")]

POLL_SECONDS = 0.5
_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Operator:
    """Who operates a stack: calls services with an operator's token in the name of the system's user.

    `claims`: as whom, where an operator may not do it: a school's own data is its coordinators' alone.
    """

    stack: Stack
    claims: Mapping[str, Any] = field(default_factory=lambda: {"roles": ["operator"]})

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The operator of the stack in a folder; `StackError` when none was started there."""
        if (running := Stack.last(folder)) is None:
            raise StackError(f"No stack was started in {folder}: run `stagebrug up` first.")
        return cls(running)

    def call(
        self, service: str, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        """What a service answers; `StackError` says why it refused."""
        if service not in self.stack.services:
            raise StackError(f"There is no service {service}: choose from {', '.join(self.stack.services)}.")
        answer = self.answer(service, method, path, body, query)
        if answer.is_error:
            raise StackError(f"{service} refused: {_why(answer)}")
        return answer.json()

    def answer(
        self, service: str, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Whatever a service answers; `StackError` when it does not."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address, headers = self.stack.urls[service], {"Authorization": f"Bearer {self._token()}"}
        try:
            return httpx.request(
                method, address + path, json=body, params=given or None, headers=headers, timeout=30, trust_env=False
            )
        except httpx.TransportError:
            raise StackError(f"{service} does not answer at {address}: see `stagebrug status`.") from None

    def pages(self, service: str, path: str, query: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        asked = {"limit": 200, **(query or {})}
        while True:
            page = self.call(service, "GET", path, query=asked)
            yield from page["items"]
            if not page["next"]:
                return
            asked["cursor"] = page["next"]

    def chosen(self, service: str | None) -> tuple[str, ...]:
        """The service that was asked for, or all of the stack."""
        return (service,) if service else self.stack.services

    def _token(self) -> str:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):  # a container's user may have no name
            name = "unknown"
        return tokens.mint(self.stack.folder, self.stack.urls["issuer"], {"sub": f"operator:{name}", **self.claims})


def moment(said: str | None) -> str | None:
    """A moment as the APIs take it, of a date, a time or a length of time ago."""
    if said is None:
        return None
    if ago := _AGO.fullmatch(said):
        return (datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
    try:
        return datetime.fromisoformat(said).astimezone(UTC).isoformat()
    except ValueError:
        raise StackError(f"{said} is no moment: give 2026-03-02T09:00, or 30m, 2h, 3d for so long ago.") from None


def follow(look: Callable[[], dict[str, Any]], line: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """Show a line of progress until something no longer runs; what it is then."""
    live = sys.stdout.isatty()
    shown = ""
    while True:
        found = look()
        if (said := line(found)) != shown:
            typer.echo(f"\r\033[K{said}" if live else said, nl=not live)
            shown = said
        if found["state"] != "running":
            if live:
                typer.echo()
            return found
        time.sleep(POLL_SECONDS)


def counted(numbers: Mapping[str, int]) -> str:
    """Numbers by name as a person reads them."""
    return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items())) or "none"


def _why(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.text[:200]}"
    errors = "".join(f"\n  {each['pointer']}: {each['detail']}" for each in problem.get("errors", []))
    return f"{' '.join(str(problem.get('detail', '')).split())}{errors}"
