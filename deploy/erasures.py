"""`stagebrug erasures`: whom the services erased, and erasing them again after a restore."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import ledgers
from deploy.operating import Operator
from deploy.options import HERE, AsJson, Folder
from deploy.systems import System

PAGE = 200

erasures = typer.Typer(no_args_is_help=True, help="Persons who were erased: the ledger, and applying it again.")


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(erasures, name="erasures")


@erasures.command("list")
def show(folder: Folder = HERE, *, as_json: AsJson = False) -> None:
    """Show who was erased, by opaque ids, and which services know of it.

    Example: [bold]stagebrug erasures list[/bold]
    """
    operator = Operator.of(folder)
    kept = {service: _ledger(operator, service) for service in operator.stack.services}
    if as_json:
        typer.echo(json.dumps({service: list(ledger.values()) for service, ledger in kept.items()}, indent=2))
        return
    for person in sorted({person for ledger in kept.values() for person in ledger}):
        known = [service for service, ledger in kept.items() if person in ledger]
        open_in = [service for service in known if kept[service][person]["doneAt"] is None]
        typer.echo(f"{person}  {', '.join(known)}" + (f"  under way: {', '.join(open_in)}" if open_in else ""))


@erasures.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; who stands in it already stays.")],
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Add who was erased, by opaque ids, to a file that is kept apart from backups; services need not run.

    Nobody goes from it: a system that was restored no longer knows whom it erased after the backup.

    Example: [bold]stagebrug erasures export /var/backups/erasures.json[/bold]
    """
    known = {one["id"]: one for one in (ledgers.load(file) if file.exists() else [])}
    known |= {one["id"]: one for one in asyncio.run(ledgers.read(System.of(folder)))}
    persons = list(known.values())
    fresh = file.with_name(f"{file.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(ledgers.as_text(persons))
    fresh.replace(file)
    done = {"file": str(file), "persons": len(persons)}
    typer.echo(json.dumps(done) if as_json else f"{len(persons)} persons in {file}.")


@erasures.command()
def apply(
    file: Annotated[
        Path | None, typer.Argument(help="A ledger of `erasures export`; without it the services' own.")
    ] = None,
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Erase again, after a restore: every service gets the lines of all, and what came back goes within a minute.

    Example: [bold]stagebrug erasures apply[/bold]
    Example: [bold]stagebrug erasures apply /var/backups/erasures.json[/bold]
    """
    operator = Operator.of(folder)
    everybody: dict[str, Any] = {one["id"]: one for one in ledgers.load(file)} if file else {}
    for service in operator.stack.services:
        everybody |= _ledger(operator, service)
    lines = [{name: one[name] for name in ("id", "kind", "erasedAt")} for one in everybody.values()]
    for service in operator.stack.services:
        for first in range(0, len(lines), PAGE):
            operator.call(service, "POST", "/v1/erased-persons/_apply", {"persons": lines[first : first + PAGE]})
    services = operator.stack.services
    done = {"persons": len(lines), "services": list(services)}
    typer.echo(json.dumps(done) if as_json else f"{len(lines)} persons are erased again in {', '.join(services)}.")


def _ledger(operator: Operator, service: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    cursor = None
    while True:
        page = operator.call(service, "GET", "/v1/erased-persons", query={"limit": PAGE, "cursor": cursor})
        found |= {one["id"]: one for one in page["items"]}
        if (cursor := page["next"]) is None:
            return found
