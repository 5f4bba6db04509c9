"""Backups: one physical copy of the database server, so that all services are at one point, and what goes with it.

A backup is a folder: `base/` (pg_basebackup, with its manifest), `configuration/` (passwords, the issuer's keys, ports,
what the broker is told), `erasures.json`, `backup.json` (what it is of) and `SHA256SUMS`, which is written last: a
backup without it is not complete.
"""

import asyncio
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
import httpx

from deploy import broker, ledgers, records
from deploy.errors import StackError
from deploy.plan import plan_file
from deploy.programs import TRUST
from deploy.progress import Report, quiet, step
from deploy.servers import postgres, probes
from deploy.stack import passwords_file
from deploy.systems import System

FORMAT = 1
BASE, CONFIGURATION, ABOUT, SUMS, LEDGER = "base", "configuration", "backup.json", "SHA256SUMS", "erasures.json"
ISSUER = ("key.json", "clients.json", "people.json")
SETTINGS = "settings.json"

_SERVER = """
select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
       (select rolsuper or rolreplication from pg_roles where rolname = current_user) as replicates
"""


def make(system: System, target: Path, report: Report = quiet) -> dict[str, Any]:
    """Back a running system up into a folder that is not there yet; what `backup.json` says of it.

    An interrupted one leaves `<folder>.partial`, which the next one begins anew. StackError says what to do.
    """
    target = target.resolve()
    if target.exists():
        raise StackError(f"{target} is there already: a backup gets a folder of its own.")
    server = asyncio.run(_server(system))
    programs = postgres.programs_of(str(server["major"]))
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    begun = datetime.now(UTC)
    with step(report, "configuration and the ledger of erasures kept"):
        about = _about(system, server) | {"begunAt": begun.isoformat()}
        _keep_configuration(system, partial / CONFIGURATION)
        _write(partial / LEDGER, ledgers.as_text(asyncio.run(ledgers.read(system))))
    with step(report, "all databases copied at one point"):
        copy(system.servers.postgres_url, programs, partial / BASE)
    with step(report, "copy verified"):
        verify_base(programs, partial / BASE)
    about["endedAt"] = datetime.now(UTC).isoformat()
    about["bytes"] = sum(path.stat().st_size for path in _files(partial / BASE))
    _write(partial / ABOUT, json.dumps(about, indent=2) + "\n")
    _write(partial / SUMS, "".join(f"{_digest(partial / name)}  {name}\n" for name in _summed(partial)))
    partial.rename(target)
    return about


def checked(folder: Path, report: Report = quiet) -> dict[str, Any]:
    """What a backup is of, once it was found whole; StackError names what is lacking or was changed."""
    if not (folder / SUMS).exists():
        raise StackError(f"{folder} is no complete backup: it has no {SUMS}.")
    with step(report, "backup is whole"):
        for line in (folder / SUMS).read_text().splitlines():
            digest, _, name = line.partition("  ")
            if not (folder / name).is_file() or _digest(folder / name) != digest:
                raise StackError(f"{folder / name} is not what was backed up: take another backup.")
        about = read(folder)
        if about["format"] != FORMAT:
            raise StackError(f"{folder} has format {about['format']}, and this version reads {FORMAT}.")
        verify_base(postgres.programs_of(str(about["postgresMajor"])), folder / BASE)
    return about


def read(folder: Path) -> dict[str, Any]:
    """What a backup is of, unchecked."""
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text())
    return about


def copy(postgres_url: str, programs: Path, target: Path) -> None:
    """A base backup of a server, with the log that it needs to be consistent."""
    parts = urlsplit(postgres_url)
    # the password is not for the list of processes
    place = urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}", path=""))
    command = [f"{programs}/pg_basebackup", f"--dbname={place}", f"--pgdata={target}", "--wal-method=stream"]
    options = ["--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"]
    trust = {name: os.environ[name] for name in TRUST if name in os.environ}
    environment = {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": unquote(parts.password or ""), **trust}
    done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(
            f"The databases were not copied: pg_basebackup says\n{done.stderr.strip()}{_advice(done.stderr)}"
        )


def verify_base(programs: Path, base: Path) -> None:
    """Every file of a copy is what its manifest says, and the log it needs is there."""
    done = subprocess.run(
        [f"{programs}/pg_verifybackup", "--quiet", str(base)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"The copy in {base} is not whole: pg_verifybackup says\n{done.stderr.strip()}")


def admin_of(folder: Path) -> postgres.Admin:
    """Who administers the server that a backup is of."""
    kept = records.read(folder / CONFIGURATION / "administrator.json")
    return postgres.Admin(kept["name"], kept["password"])


async def _server(system: System) -> dict[str, Any]:
    """Version and rights, asked before anything is copied."""
    try:
        connection = await asyncpg.connect(system.servers.postgres_url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StackError(f"The database server cannot be asked: {probes.reason(error)}.") from None
    try:
        server = dict(await connection.fetchrow(_SERVER) or {})
    finally:
        await connection.close()
    if not server["replicates"]:
        who = urlsplit(system.servers.postgres_url).username
        raise StackError(f'{who} may not copy the databases: as a superuser, `alter role "{who}" replication`.')
    return server


def _about(system: System, server: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": system.name,
        "services": list(system.services),
        "version": importlib.metadata.version("stagebrug"),
        "postgres": server["version"],
        "postgresMajor": server["major"],
        "rabbitmq": probes.rabbitmq_management(system.servers.management_url).version,
        "schemas": asyncio.run(schemas(system)),
    }


async def schemas(system: System) -> dict[str, dict[str, str]]:
    """The revision of each service's schema, by version table."""
    from shared import migrations

    found: dict[str, dict[str, str]] = {}
    for service in system.services:
        connection = await system.owner(service)
        try:
            found[service] = await migrations.revisions(connection)
        finally:
            await connection.close()
    return found


def _keep_configuration(system: System, place: Path) -> None:
    """For the owner's eyes alone, as where it comes from; the broker's users are made anew of the passwords."""
    place.mkdir(mode=0o700)
    for file in (passwords_file(system.folder), plan_file(system.folder)):
        if file.exists():
            _write(place / file.name, file.read_text())
    for name in ISSUER:
        if (file := system.folder / "issuer" / name).exists():
            (place / "issuer").mkdir(mode=0o700, exist_ok=True)
            _write(place / "issuer" / name, file.read_text())
    parts = urlsplit(system.servers.postgres_url)
    admin = {"name": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    _write(place / "administrator.json", json.dumps(admin) + "\n")
    settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith("STAGEBRUG_")}
    _write(place / SETTINGS, json.dumps(settings, indent=2) + "\n")
    try:
        definitions = broker.definitions(system.servers.management_url, system.name)
    except httpx.HTTPError as error:
        raise StackError(f"The broker cannot be asked what it was told: {probes.reason(error)}.") from None
    _write(place / "broker.json", json.dumps(definitions, indent=2) + "\n")


def _summed(folder: Path) -> list[str]:
    """The manifest stands for the files of the copy."""
    own = [path for path in _files(folder) if BASE not in path.relative_to(folder).parts[:1]]
    return sorted(str(path.relative_to(folder)) for path in (*own, folder / BASE / "backup_manifest"))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _write(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _advice(said: str) -> str:
    if re.search(r"no pg_hba.conf entry", said):
        return "\nAllow it in pg_hba.conf with a line `host replication <role> <this machine> scram-sha-256`."
    if re.search(r"max_wal_senders", said):
        return "\nSet max_wal_senders to 4 or more, and wal_level to replica, and start PostgreSQL again."
    return ""
