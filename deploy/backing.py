"""`stagebrug backup` and `stagebrug restore`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import backups, restoring, stack
from deploy.errors import StackError
from deploy.operating import Operator, follow
from deploy.options import HERE, AsJson, Folder, FreePorts
from deploy.ports import free_ports as any_ports
from deploy.progress import Report, printed
from deploy.systems import System

Name = Annotated[
    str | None, typer.Option(help="What its databases and virtual host begin with.", envvar="STAGEBRUG_NAME")
]

QUEUED = timedelta(days=2)
"""What consumers read again from before a backup: what was in their queues then. A longer queue was an alarm."""

RATE = 1000
"""Events a second that a consumer reads again: most are known, and cost a look at the inbox."""


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.command(epilog="Ends with 0 when the backup is whole, 1 when there is none.")(backup)
    app.command(epilog="Ends with 0 when the system is back, 1 when it was refused or is not complete.")(restore)


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    *,
    folder: Folder = HERE,
    name: Name = None,
    as_json: AsJson = False,
) -> None:
    """Copy all databases at one point, with configuration and passwords, into a folder; all goes on meanwhile.

    The copy is verified. Interrupted, it leaves FOLDER.partial, which the same command begins anew. On servers in the
    environment the administrator of STAGEBRUG_POSTGRES_URL needs the replication right.

    Example: [bold]stagebrug backup /var/backups/stagebrug/2026-11-28[/bold]
    """
    made = backups.make(System.of(folder, name), target, printed(err=as_json))
    if as_json:
        typer.echo(json.dumps({"folder": str(target.resolve()), **made}, indent=2))
        return
    typer.echo(f"{made['bytes'] / 1e6:.0f} MB in {target}, as of {made['endedAt']}: it holds passwords, keep it safe.")


def restore(
    source: Annotated[Path, typer.Argument(help="The folder of a backup.", exists=True, file_okay=False)],
    *,
    folder: Folder = HERE,
    erasures: Annotated[
        list[Path] | None, typer.Option(help="A later ledger, of `stagebrug erasures export`; repeatable.")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option(help="PostgreSQL's archived log, to be played on top.", exists=True, file_okay=False)
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(help="With --archive: only up to this moment, in UTC.", formats=["%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    free_ports: FreePorts = False,
    start: Annotated[bool, typer.Option("--start/--no-start", help="Start it, and let it catch up.")] = True,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Others put the data back on servers in the environment.")
    ] = False,
    name: Name = None,
    as_json: AsJson = False,
) -> None:
    """Make a system of a backup, in a folder without data: here or on another machine.

    Then versions are above all that was given out, who was erased is erased again, and every service reads from the
    others' logs what was in its queue. Interrupted, the same command goes on.

    Example: [bold]stagebrug restore /var/backups/stagebrug/2026-11-28 --folder .stack[/bold]
    """
    if until and not archive:
        raise StackError("--until needs --archive: a backup alone has one moment.")
    report = printed(err=as_json)
    if not erasures:
        report("No --erasures given: who was erased after the backup comes back, and stays.")
    ports = any_ports(stack.PORTS) if free_ports else None
    if in_place:
        about = restoring.in_place(folder, source, report, ports=ports, erased=erasures or [], name=name)
        typer.echo(json.dumps(about, indent=2) if as_json else _THEN_IN_PLACE)
        return
    moment = restoring.Moment(archive, until and until.replace(tzinfo=UTC)) if archive else None
    about = restoring.into(folder, source, report, ports=ports, moment=moment, erased=erasures or [])
    caught: list[Any] = []
    if start:
        running = stack.up(folder, report)
        caught = caught_up(Operator(running), restoring.begun_at(about) - QUEUED, report)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder.resolve()), "backup": about, "replays": caught}, indent=2))
    else:
        typer.echo(f"Restored in {folder}: `stagebrug status --folder {folder}`.")
    if any(each["state"] != "done" for each in caught):
        raise StackError("Not everything was read again: see `stagebrug replay SERVICE --list`.")
    if start:
        restoring.note_end(folder)


def caught_up(operator: Operator, since: datetime, report: Report) -> list[dict[str, Any]]:
    """Have every service read again what others published since a moment; what it knows it passes over."""
    begun = [(service, each["id"]) for service in operator.stack.services for each in _begun(operator, service, since)]
    done = [_ended(operator, service, replay_id) for service, replay_id in begun]
    report(f"{sum(each['read'] for each in done)} events read again, of which those were handled that nobody had yet")
    return done


def _begun(operator: Operator, service: str, since: datetime) -> list[dict[str, Any]]:
    """Those that run already, of an interrupted restore, go on."""
    running = [each for each in operator.pages(service, "/v1/replays") if each["state"] == "running"]
    if running:
        return running
    asked = {"since": since.isoformat(), "rate": RATE, "reason": "restored from a backup"}
    begun: list[dict[str, Any]] = operator.call(service, "POST", "/v1/replays", asked)["items"]
    return begun


def _ended(operator: Operator, service: str, replay_id: str) -> dict[str, Any]:
    return follow(lambda: operator.call(service, "GET", f"/v1/replays/{replay_id}"), lambda _: "")


_THEN_IN_PLACE = (
    "Put back. Start the services; then, for each of them: "
    '`stagebrug replay SERVICE --all --since <two days before the backup> --reason "restored"`.'
)
