"""Putting a backup back, in steps of which each can be done again: data, versions, erasures, configuration."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from deploy import backups, broker, ledgers, processes, programs, records, rising
from deploy.errors import StackError
from deploy.passwords import Passwords
from deploy.plan import MARK, PORTS, SERVICES, SUPPORT, Plan, plan_file
from deploy.progress import Report, quiet, step
from deploy.servers import Servers, environment, postgres
from deploy.stack import made_ready, migrate, passwords_file
from deploy.systems import System

RECOVER_WITHIN = 3600.0
"""Seconds that PostgreSQL may take to play its log up to the wanted moment."""

ROOM = 1.2
"""Times the size of the copy: the log of the first minutes, too."""


@dataclass(frozen=True)
class Moment:
    """Up to when an archive of PostgreSQL's log is played on top of a backup; no `until`: to its end."""

    archive: Path
    until: datetime | None

    def settings(self) -> str:
        """As lines of postgresql.conf."""
        if "'" in str(self.archive) or '"' in str(self.archive):
            raise StackError("The archive's folder cannot have quotation marks in its name.")
        lines = [f'restore_command = \'cp "{self.archive.resolve()}/%f" "%p"\'', "recovery_target_action = 'promote'"]
        if self.until:
            lines.append(f"recovery_target_time = '{self.until.astimezone(UTC).isoformat()}'")
        return "\n".join(lines) + "\n"


def into(
    folder: Path,
    backup: Path,
    report: Report = quiet,
    *,
    ports: Mapping[str, int] | None = None,
    moment: Moment | None = None,
    erased: Iterable[Path] = (),
) -> dict[str, Any]:
    """A backup as a stack of this folder, ready to be started with `up`; what the backup is of.

    Where that was done already and the services have not caught up nothing is changed. StackError when the folder has
    data of its own, or the backup is not whole or of another PostgreSQL.
    """
    folder, backup = folder.resolve(), backup.resolve()
    _refuse_environment(moment)
    if _is_back(folder, backup):
        report("Nothing is put back, that was done before: `stagebrug down --erase` first, to do it anew.")
        return backups.read(backup)
    _refuse_data(folder, backup)
    persons = _persons(backup, erased)
    about = backups.checked(backup, report)
    _refuse_unknown_schemas(about)
    _refuse_no_room(folder, about)
    with records.locked(folder / "stack.lock"):
        records.write(folder / MARK, {"backup": str(backup), "done": False})
        address = _data_back(folder, backup, about, moment.settings() if moment else "", report)
        servers = Servers("", "", address, "host")
        plan = _plan(folder, about, backup, ports)
        plan.keep(servers, borrowed=False)
        _mend(System(folder, plan.name, plan.services, servers), persons, report)
        records.write(folder / MARK, {"backup": str(backup), "done": True})
    return about


def _data_back(folder: Path, backup: Path, about: Mapping[str, Any], recovery: str, report: Report) -> str:
    """Data, passwords and keys; the address of the server that runs on them."""
    programs_there = postgres.programs_of(str(about["postgresMajor"]))
    postgres.stop(folder)
    with step(report, "data put back"):
        postgres.adopt(folder, backup / backups.BASE, backups.admin_of(backup), recovery)
        _put_configuration(folder, backup)
    with step(report, "database server ready, its log played"):
        return postgres.start(folder, programs_there, RECOVER_WITHIN)


def in_place(
    folder: Path,
    backup: Path,
    report: Report = quiet,
    *,
    ports: Mapping[str, int] | None = None,
    erased: Iterable[Path] = (),
    name: str | None = None,
) -> dict[str, Any]:
    """What is left to do when others put the data back under servers in the environment; services must not run.

    The virtual host is made anew: what its queues hold came after the backup.
    """
    folder, backup = folder.resolve(), backup.resolve()
    if (given := environment.given()) is None:
        raise StackError("--in-place is for servers in the environment: set STAGEBRUG_POSTGRES_URL and the broker's.")
    persons = _persons(backup, erased)
    about = backups.checked(backup, report)
    _refuse_unknown_schemas(about)
    system = System(folder, name or about["name"], tuple(about["services"]), given.addresses)
    with records.locked(folder / "stack.lock"):
        _refuse_running(system)
        _put_configuration(folder, backup)
        if (backup / backups.CONFIGURATION / plan_file(folder).name).exists():  # of a stack that `up` starts
            replace(_plan(folder, about, backup, ports), name=system.name).keep(given.addresses, borrowed=True)
        _mend(system, persons, report)
        with step(report, "virtual host made anew"):
            users = [programs.broker_user(system.name, service) for service in system.services]
            broker.drop(given.addresses.management_url, system.name, users)
            made_ready(folder, report, services=system.services, name=system.name)
    return about


def note_end(folder: Path) -> None:
    """The system goes on by itself from here: the same restore is not taken for one that goes on, but refused."""
    records.write(folder / MARK, records.read(folder / MARK) | {"caughtUp": True})


def begun_at(about: Mapping[str, Any]) -> datetime:
    """When a backup was begun: everything that was committed by then is in it."""
    return datetime.fromisoformat(about["begunAt"])


def _mend(system: System, persons: Sequence[ledgers.Person], report: Report) -> None:
    """What is lifted and noted has its place in this code's schemas; nobody works, so that a migration may lock."""
    plan = Plan.of(system.folder, system.services, None, system.name)
    with step(report, "databases migrated"):
        passwords = Passwords(passwords_file(system.folder))
        asyncio.run(migrate(system.servers.postgres_url, plan, passwords, may_lock=True))
    with step(report, "versions and positions raised"):
        asyncio.run(rising.raise_versions(system))
    with step(report, f"{len(persons)} erasures noted, to be done again when the services start"):
        asyncio.run(ledgers.note(system, persons))


def _persons(backup: Path, erased: Iterable[Path]) -> list[ledgers.Person]:
    files = [backup / backups.LEDGER, *erased]
    return list({one["id"]: one for file in files for one in ledgers.load(file)}.values())


def _put_configuration(folder: Path, backup: Path) -> None:
    kept = backup / backups.CONFIGURATION
    for source, target in (
        (kept / passwords_file(folder).name, passwords_file(folder)),
        *((kept / "issuer" / name, folder / "issuer" / name) for name in backups.ISSUER),
    ):
        if source.exists():
            records.write(target, json.loads(source.read_text()))


def _plan(folder: Path, about: Mapping[str, Any], backup: Path, ports: Mapping[str, int] | None) -> Plan:
    """Of the same name, since databases and roles are called so; at the same ports unless others were asked for."""
    kept = records.read(backup / backups.CONFIGURATION / plan_file(folder).name)
    return Plan(folder, about["name"], {**PORTS, **kept.get("ports", {}), **(ports or {})}, tuple(about["services"]))


def _refuse_environment(moment: Moment | None) -> None:
    if environment.given():
        raise StackError(
            "STAGEBRUG_POSTGRES_URL is set: on a server of others its data folder is put back by who runs it "
            "(docs/operations.md); then `stagebrug restore … --in-place` does the rest. Unset it for private servers."
        )
    if moment and os.environ.get(postgres.ARCHIVE):
        raise StackError(
            f"{postgres.ARCHIVE} is set, and the restored server would write into the archive of before: unset it, and "
            "give a new folder when the restored system is to be the one that goes on."
        )


def _is_back(folder: Path, backup: Path) -> bool:
    return plan_file(folder).exists() and records.read(folder / MARK) == {"backup": str(backup), "done": True}


def _refuse_running(system: System) -> None:
    """A service that works meanwhile would give out versions that are not raised, and lose its queue."""
    at_work = [f"{service} publishes" for service in system.services if asyncio.run(_is_led(system, service))]
    if there := broker.connections(system.servers.management_url, system.name):
        at_work.append(f"the virtual host has {there} connections")
    if at_work:
        raise StackError(
            f"Services run on what is to be restored ({', '.join(at_work)}): end them, and try again in ten seconds."
        )


async def _is_led(system: System, service: str) -> bool:
    """As the administrator sees it: the passwords of the backup are not put back yet."""
    address = urlsplit(system.servers.postgres_url)._replace(path=f"/{system.name}_{service}").geturl()
    try:
        connection = await asyncpg.connect(address, timeout=10)
        try:
            return bool(await connection.fetchval("select until > clock_timestamp() from relay_lease"))
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StackError(f"The database of {service} cannot be asked whether it is in use: {error}.") from None


def _refuse_data(folder: Path, backup: Path) -> None:
    if records.read(folder / MARK) == {"backup": str(backup), "done": False}:
        _refuse_started_since(folder)
        return  # was interrupted
    kept = plan_file(folder), passwords_file(folder), folder / postgres.NAME / "server.json"
    if any(file.exists() for file in kept):
        raise StackError(
            f"{folder} has a system of its own, which stays as it is: give another folder with --folder, "
            "or remove that one with `stagebrug down --erase`."
        )


def _refuse_started_since(folder: Path) -> None:
    """What services did in the meantime would be lost without a word."""
    begun = (folder / MARK).stat().st_mtime
    logs = [processes.log_file(folder, part) for part in (*SERVICES, *SUPPORT)]
    if any(log.exists() and log.stat().st_mtime > begun for log in logs):
        raise StackError(
            f"Services ran in {folder} since the restore was interrupted: give another folder with --folder, "
            "or remove this one with `stagebrug down --erase`."
        )


def _refuse_unknown_schemas(about: Mapping[str, Any]) -> None:
    from shared import migrations

    for service, tables in about["schemas"].items():
        known = migrations.known(service)
        for table, revision in tables.items():
            if revision not in known[table]:
                raise StackError(
                    f"The backup's {service} has schema {revision}, which this version does not know: "
                    f"use version {about['version']} or a later one."
                )


def _refuse_no_room(folder: Path, about: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < about["bytes"] * ROOM:
        raise StackError(f"{folder} has {free / 1e9:.1f} GB free and {about['bytes'] * ROOM / 1e9:.1f} GB are needed.")
