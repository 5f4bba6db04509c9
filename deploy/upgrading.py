"""Going over to other code while all runs: schemas first, then one service after the other, looked at in between."""

import asyncio
import json
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

import typer

from deploy import backups, processes, programs, records, stack, status
from deploy.errors import StackError
from deploy.options import HERE, AsJson, Folder
from deploy.passwords import Passwords
from deploy.plan import SUPPORT, Plan, refuse_half_restored
from deploy.progress import Report, printed, quiet, step
from deploy.stack import READY, Borrowed, Stack
from deploy.systems import System

LEADS_WITHIN = 20.0
"""Seconds until the new process publishes: a lease of ten ends first."""


def register(app: typer.Typer) -> None:
    """Add the command to the operator's command."""
    app.command("upgrade", epilog="Ends with 0 when all run the new code, 1 when it stopped in between.")(command)


def command(*, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Let a running stack go over to the code that is here now: migrate, then one service after the other.

    Between two steps it is looked whether the service is ready, publishes and parks nothing; where it does not, the
    others stay as they are. The same command goes on.

    Example: [bold]git pull && deploy/bootstrap && stagebrug upgrade[/bold]
    """
    done = upgrade(folder, printed(err=as_json))
    typer.echo(json.dumps({"upgraded": done}) if as_json else "Upgraded: `stagebrug status` shows how it is.")


def upgrade(folder: Path, report: Report = quiet) -> list[str]:
    """Restart a stack's processes with the code of this checkout; the names of the services, in order.

    StackError when something is not right before, or after a step: then the later services run the code of before,
    which understands the new schemas and events (docs/evolution.md).
    """
    folder = folder.resolve()
    refuse_half_restored(folder)
    if (running := Stack.last(folder)) is None:
        raise StackError(f"Nothing was started in {folder} yet: `stagebrug up` starts it with the code that is here.")
    ending = _to_be_stopped(System.of(folder))
    if wrong := _wrong(status.look(running), ending):
        raise StackError(f"Not everything is ready before the upgrade: {wrong}. Mend that first.")
    with records.locked(folder / "stack.lock"):
        plan = Plan.of(folder, running.services, None, running.name)
        source, passwords = Borrowed(running.servers), Passwords(stack.passwords_file(folder))
        for service in ending:
            with step(report, f"{service} ended: the code of before cannot work with what is migrated now"):
                processes.stop(folder, service)
        _, databases = stack.ready_databases(plan, source, passwords, report)
        node = stack.ready_broker(plan, source, passwords, report)
        for part in SUPPORT:
            processes.stop(folder, part)
        stack.ready_support(plan, passwords, report)
        for database in databases:
            parked = _messages(running, database.service).parked
            with step(report, f"{database.service} runs the new code"):
                processes.stop(folder, database.service)
                processes.start(folder, programs.service(plan, database, node, passwords))
                address = plan.url(database.service) + READY
                processes.wait_until(folder, database.service, partial(processes.answers, address))
                _look(running, database.service, parked)
    return [database.service for database in databases]


def _wrong(found: status.Status, ending: Collection[str]) -> str:
    """What is not ready; a service that an upgrade ended before it broke off is to be started by the next."""
    parts = (part for part in found.parts if part.state != "ready")
    return ", ".join(
        f"{part.name} ({part.why})" for part in parts if part.name not in ending or part.state != "not running"
    )


def _to_be_stopped(system: System) -> list[str]:
    from shared import migrations

    at = asyncio.run(backups.schemas(system))
    return [service for service in system.services if migrations.stops(service, at[service])]


def _look(running: Stack, service: str, parked_before: int) -> None:
    """It publishes, and parks nothing that the code of before did not."""
    deadline = time.monotonic() + LEADS_WITHIN
    while not (now := _messages(running, service)).led:
        if time.monotonic() > deadline:
            raise StackError(f"{service} publishes nothing with the new code: see `stagebrug logs {service}`.")
        time.sleep(processes.POLL)
    if now.parked > parked_before:
        raise StackError(f"{service} parks messages with the new code: see `stagebrug parked groups`.")


def _messages(running: Stack, service: str) -> status.Messages:
    return next(each for each in status.messages(running) if each.service == service)
