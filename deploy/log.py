"""`stagebrug log`: what a service published: look at it, check that nobody touched it, publish a piece of it again."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy import tokens
from deploy.errors import StackError
from deploy.options import HERE, AsJson, Folder
from deploy.stack import Stack

logs = typer.Typer(no_args_is_help=True, help="Look at, check or publish again what a service published.")

Service = Annotated[str, typer.Argument(help="intake, matching, notifications or analytics.")]

RAW_LOG = {"notifications": "/v1/log"}
"""Where a service serves its raw log when not at /v1/events, which there is the feed for outsiders."""

PAGE = 1000
LOOK_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(logs, name="log")


@logs.command("show")
def show_log(
    service: Service,
    subject: Annotated[str, typer.Option(help="The id of what the events are about.")],
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show everything that was published about a subject, in order.

    Example: [bold]stagebrug log show intake --subject 0198c0de-…[/bold]
    """
    found = list(_events(folder, service, subject))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for item in found:
        event = item["event"]
        version = event["data"].get("version", "")
        typer.echo(f"{item['position']:>8}  {event['time']}  {event['type']}  version {version}  {event['id']}")
    if not found:
        typer.echo(f"{service} keeps no event about {subject}.")


@logs.command("verify")
def verify_log(
    service: Service,
    *,
    after: Annotated[int, typer.Option(min=0, help="Position, or part, after which to begin.")] = 0,
    accesses: Annotated[bool, typer.Option("--accesses", help="Of intake: who saw or changed which student.")] = False,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Check that the log is what was published; ends with 1 at the first place where it is not.

    With --accesses it is the log of who saw or changed which student.

    Example: [bold]stagebrug log verify intake --accesses[/bold]
    """
    path = "/v1/access-log-verification" if accesses else "/v1/log-verification"
    found = _call(folder, service, "GET", path, query={"after": after})
    digest = found.get("digest")
    while not found["problem"] and found["checkedTo"] > after:
        after, digest = found["checkedTo"], found.get("digest")
        found = _call(folder, service, "GET", path, query={"after": after})
    if accesses:
        found["digest"] = found["digest"] or digest  # after the last part there is none
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif found["problem"]:
        typer.echo(f"{service}: {found['problem']}; everything up to {found['checkedTo']} fits.")
    elif accesses:
        typer.echo(
            f"{service}: the access log is what was logged, up to part {found['checkedTo']} ({found['digest']})."
        )
    else:
        kept = f" (kept after {found['beginsAfter']})" if found["beginsAfter"] else ""
        typer.echo(f"{service}: the log is what was published, up to position {found['checkedTo']}{kept}.")
    raise typer.Exit(1 if found["problem"] else 0)


@logs.command("republish")
def republish(
    service: Service,
    reason: Annotated[str, typer.Option(help="Why; kept with it.")],
    *,
    since: Annotated[datetime | None, typer.Option(help="Moment of publishing to begin at, in UTC.")] = None,
    after: Annotated[int | None, typer.Option(min=0, help="Position to begin after, instead of a moment.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Moment to end at, in UTC; else now.")] = None,
    rate: Annotated[float, typer.Option(min=1, max=2000, help="Events a second at most.")] = 100,
    skip_unroutable: Annotated[bool, typer.Option("--skip-unroutable", help="Leave out what no queue wants.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Show how far it is until it ends.")] = True,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Publish a piece of the log again, with the same ids: after a broker was lost. What was handled is not again.

    Example: [bold]stagebrug log republish intake --since 2026-11-02T09:00:00 --reason "the broker was wiped"[/bold]
    """
    body: dict[str, Any] = {"reason": reason, "rate": rate, "skipUnroutable": skip_unroutable, "after": after}
    body |= {"since": since and f"{since.isoformat()}Z", "until": until and f"{until.isoformat()}Z"}
    given = {name: value for name, value in body.items() if value is not None}
    found = _call(folder, service, "POST", "/v1/republications", given)
    while wait and found["state"] == "running":
        if not as_json:
            _tell(found)
        time.sleep(LOOK_SECONDS)
        found = _call(folder, service, "GET", f"/v1/republications/{found['id']}")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    done, all_ = found["nextPosition"] - found["firstPosition"], found["lastPosition"] - found["firstPosition"] + 1
    skipped = f", {found['skipped']} left out" if found["skipped"] else ""
    error = f"; waits: {found['error']}" if found["error"] else ""
    typer.echo(f"{found['id']}  {found['state']}  {done} of {max(all_, 0)}{skipped}{error}")


def _events(folder: Path, service: str, subject: str) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        query = {"subject": subject, "after": after, "limit": PAGE}
        page = _call(folder, service, "GET", RAW_LOG.get(service, "/v1/events"), query=query)
        yield from page["items"]
        if len(page["items"]) < PAGE:
            return
        after = page["next"]


def _call(
    folder: Path, service: str, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
) -> Any:
    running = Stack.last(folder)
    if running is None:
        raise StackError(f"No stack was started in {folder}: run `stagebrug up` first.")
    if service not in running.services:
        raise StackError(f"There is no service {service}: choose from {', '.join(running.services)}.")
    token = tokens.mint(running.folder, running.urls["issuer"], {"sub": "operator", "roles": ["operator"]})
    headers = {"Authorization": f"Bearer {token}"}
    url = running.urls[service] + path
    try:
        answer = httpx.request(method, url, json=body, params=query, headers=headers, timeout=60, trust_env=False)
    except httpx.TransportError:
        raise StackError(f"{service} does not answer at {running.urls[service]}: see `stagebrug status`.") from None
    if answer.is_error:
        detail = answer.json().get("detail", answer.text[:200])
        errors = "; ".join(error["detail"] for error in answer.json().get("errors", []))
        raise StackError(f"{service} refused: {detail} {errors}".strip())
    return answer.json()
