"""`stagebrug erasures`: whom the services erased, and erasing them again after a restore."""

from typing import Any

import typer

from deploy.operating import HERE, Folder, Operator

PAGE = 200

erasures = typer.Typer(no_args_is_help=True, help="Persons who were erased: the ledger, and applying it again.")


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(erasures, name="erasures")


@erasures.command("list")
def show(folder: Folder = HERE) -> None:
    """Show who was erased, by opaque ids, and which services know of it.

    Example: [bold]stagebrug erasures list[/bold]
    """
    operator = Operator.of(folder)
    ledgers = {service: _ledger(operator, service) for service in operator.stack.services}
    for person in sorted({person for ledger in ledgers.values() for person in ledger}):
        known = [service for service, ledger in ledgers.items() if person in ledger]
        open_in = [service for service in known if ledgers[service][person]["doneAt"] is None]
        typer.echo(f"{person}  {', '.join(known)}" + (f"  under way: {', '.join(open_in)}" if open_in else ""))


@erasures.command()
def apply(folder: Folder = HERE) -> None:
    """Erase again, after a restore: every service gets the lines of all, and what came back goes within a minute.

    Example: [bold]stagebrug erasures apply[/bold]
    """
    operator = Operator.of(folder)
    everybody: dict[str, Any] = {}
    for service in operator.stack.services:
        everybody |= _ledger(operator, service)
    lines = [{name: one[name] for name in ("id", "kind", "erasedAt")} for one in everybody.values()]
    for service in operator.stack.services:
        for first in range(0, len(lines), PAGE):
            operator.call(service, "POST", "/v1/erased-persons/_apply", {"persons": lines[first : first + PAGE]})
    typer.echo(f"{len(lines)} persons are erased again in {', '.join(operator.stack.services)}.")


def _ledger(operator: Operator, service: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    cursor = None
    while True:
        page = operator.call(service, "GET", "/v1/erased-persons", query={"limit": PAGE, "cursor": cursor})
        found |= {one["id"]: one for one in page["items"]}
        if (cursor := page["next"]) is None:
            return found
