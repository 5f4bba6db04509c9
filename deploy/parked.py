"""`stagebrug parked`: what services could not handle, through each service's own API for operators."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy import tokens
from deploy.errors import StackError
from deploy.plan import SERVICES
from deploy.stack import Stack

parked = typer.Typer(no_args_is_help=True, help="Look at, replay or discard messages that could not be handled.")

Folder = Annotated[Path, typer.Option(help="Where the stack is kept.", envvar="STAGEBRUG_FOLDER")]
HERE = Path(__file__).parents[1] / ".stack"
Service = Annotated[str, typer.Argument(help="intake, matching, notifications or analytics.")]
MessageId = Annotated[str, typer.Argument(help="The id that `list` shows.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(parked, name="parked")


@parked.command("list")
def list_parked(*, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Show every service's parked and unreadable messages.

    Example: [bold]stagebrug parked list[/bold]
    """
    found = {
        service: {
            "parked": list(_pages(folder, service, "/v1/parked-messages")),
            "unreadable": list(_pages(folder, service, "/v1/unreadable-messages")),
        }
        for service in SERVICES
    }
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for service, messages in found.items():
        for message in messages["parked"]:
            error = (message["error"] or "").splitlines()[:1]
            typer.echo(f"{service:14} {message['id']}  {message['type']}  {' '.join(error)[:120]}")
        for message in messages["unreadable"]:
            typer.echo(f"{service:14} unreadable {message['id']}  {message['receivedAt']}  {message['error'][:120]}")
    if not any(part for messages in found.values() for part in messages.values()):
        typer.echo("Nothing is parked.")


@parked.command("show")
def show_parked(service: Service, message_id: MessageId, folder: Folder = HERE) -> None:
    """Show one message with its error and its content.

    Example: [bold]stagebrug parked show matching 0198c0de-…[/bold]
    """
    typer.echo(json.dumps(_call(folder, service, "GET", f"/v1/parked-messages/{message_id}"), indent=2))


@parked.command("replay")
def replay_parked(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="The id that `list` shows, or `all`.")],
    folder: Folder = HERE,
) -> None:
    """Let one message, or all of a service, be handled again.

    Example: [bold]stagebrug parked replay matching all[/bold]
    """
    ids = [message_id]
    if message_id == "all":
        ids = [message["id"] for message in _pages(folder, service, "/v1/parked-messages")]
    for each in ids:
        _call(folder, service, "POST", f"/v1/parked-messages/{each}/_replay")
    typer.echo(f"{len(ids)} will be handled again.")


@parked.command("discard")
def discard_parked(
    service: Service,
    message_id: MessageId,
    reason: Annotated[str, typer.Option(help="Why it needs no handling; kept with it.")],
    folder: Folder = HERE,
) -> None:
    """Give a message up, with a reason.

    Example: [bold]stagebrug parked discard matching 0198c0de-… --reason "test message"[/bold]
    """
    _call(folder, service, "POST", f"/v1/parked-messages/{message_id}/_discard", {"reason": reason})
    typer.echo("Discarded; its reason is kept.")


def _pages(folder: Path, service: str, path: str) -> Iterator[dict[str, Any]]:
    query: dict[str, str] = {}
    while True:
        page = _call(folder, service, "GET", path, query=query)
        yield from page["items"]
        if not page["next"]:
            return
        query = {"cursor": page["next"]}


def _call(
    folder: Path, service: str, method: str, path: str, body: Any = None, query: dict[str, str] | None = None
) -> Any:
    running = Stack.last(folder)
    if running is None:
        raise StackError(f"No stack was started in {folder}: run `stagebrug up` first.")
    if service not in running.services:
        raise StackError(f"There is no service {service}: choose from {', '.join(running.services)}.")
    token = tokens.mint(running.folder, running.urls["issuer"], {"sub": "operator", "roles": ["operator"]})
    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = httpx.request(
            method, running.urls[service] + path, json=body, params=query, headers=headers, timeout=10
        )
    except httpx.TransportError:
        raise StackError(f"{service} does not answer at {running.urls[service]}: see `stagebrug status`.") from None
    if answer.is_error:
        detail = answer.json().get("detail", answer.text[:200])
        errors = "; ".join(error["detail"] for error in answer.json().get("errors", []))
        raise StackError(f"{service} refused: {detail} {errors}".strip())
    return answer.json()
