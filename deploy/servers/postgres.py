"""A private PostgreSQL from the installed package: own data, port and password, loopback only, never as root."""

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy import ports, processes, records
from deploy.errors import StackError
from deploy.servers import probes

NAME = "postgresql"
ADMIN = "stagebrug_admin"

INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)

ELSEWHERE = Path("/var/lib/stagebrug")
"""Where root keeps the data of a folder that PostgreSQL's user cannot reach, such as one under /root."""

SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # plans of a few milliseconds do not win back what compiling them costs
    "jit": "off",
}


LOG_INS = """host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""
"""pg_hba.conf of a server whose data came from elsewhere: as initdb writes it for one of ours."""

ARCHIVE = "STAGEBRUG_WAL_ARCHIVE"
"""A folder that PostgreSQL's user may write: there it keeps its log, for a restore up to a moment."""


@dataclass(frozen=True)
class Admin:
    """Who administers a server."""

    name: str
    password: str = field(repr=False)


def installed() -> Path | None:
    """The folder with the newest PostgreSQL server's programs."""
    given = os.environ.get("STAGEBRUG_POSTGRES_HOME")
    patterns = (f"{given}/bin",) if given else INSTALLED
    found = [path for pattern in patterns for path in Path("/").glob(pattern.lstrip("/"))]
    supported = [
        path for path in found if (path / "initdb").exists() and (given or _version(path) >= probes.OLDEST_POSTGRES)
    ]
    if supported:
        return max(supported, key=_version)
    in_path = shutil.which("initdb")
    return Path(in_path).resolve().parent if in_path else None


def programs_of(major: str) -> Path:
    """The programs of this major version; StackError says what to install when it is not there."""
    given = os.environ.get("STAGEBRUG_POSTGRES_HOME")
    places = (f"{given}/bin",) if given else INSTALLED
    found = [path for pattern in places for path in Path("/").glob(pattern.lstrip("/"))]
    for path in found:
        if (path / "pg_verifybackup").exists() and _major(path) == major:
            return path
    there = ", ".join(sorted({_major(path) for path in found})) or "none"
    raise StackError(
        f"PostgreSQL {major} is needed with its programs, and this machine has {there}: install postgresql-{major}."
    )


def adopt(folder: Path, base: Path, admin: Admin, recovery: str = "") -> None:
    """Make a base backup the data of this folder's server: a copy, with settings of a private server.

    `recovery`: lines for postgresql.conf that say up to where an archive of the log is played. What the old server was
    set to do (above all: where to archive) does not come along.
    """
    known = records.read(_server_file(folder))
    user = _unprivileged_user()
    place = Path(known["place"]) if known else _place(folder, user)
    fresh = place / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(base, fresh, symlinks=True)
    (fresh / "postgresql.conf").write_text(f"hot_standby = off\n{recovery}")
    (fresh / "postgresql.auto.conf").write_text("")
    (fresh / "pg_hba.conf").write_text(LOG_INS)
    (fresh / "pg_ident.conf").write_text("")
    if recovery:
        (fresh / "recovery.signal").touch()
    for path in (fresh, *fresh.rglob("*")):
        if user:
            shutil.chown(path, user)
    fresh.chmod(0o700)
    shutil.rmtree(place / "data", ignore_errors=True)
    fresh.rename(place / "data")
    server = {"port": ports.free_port(), "user": user, "place": str(place)} | known
    records.write(_server_file(folder), server | {"admin": admin.name, "password": admin.password})


def start(folder: Path, programs: Path, within: float = processes.START_WITHIN) -> str:
    """Start the server of this folder, or find it running; returns the administrator's address."""
    server = records.read(_server_file(folder))
    if not server or not processes.find(folder, NAME):
        server = _prepared(folder, programs, server)
        processes.start(folder, _program(programs, server))
    login = f"{quote(server.get('admin', ADMIN), safe='')}:{quote(server['password'], safe='')}"
    url = f"postgresql://{login}@{ports.LOOPBACK}:{server['port']}/postgres"
    answers = lambda: ports.listens(server["port"]) and not probes.postgres(url).problem  # noqa: E731
    processes.wait_until(folder, NAME, answers, within)
    return url


def stop(folder: Path) -> None:
    """End the server: sessions are cut off, what is committed stays."""
    processes.stop(folder, NAME, by=signal.SIGINT)


def erase(folder: Path) -> None:
    """Remove the data, wherever it is."""
    server = records.read(_server_file(folder))
    if server:
        shutil.rmtree(server["place"], ignore_errors=True)
        with contextlib.suppress(OSError):
            # ours when it was the last one; another folder's data keeps it
            ELSEWHERE.rmdir()
    _server_file(folder).unlink(missing_ok=True)


def _prepared(folder: Path, programs: Path, known: dict[str, Any]) -> dict[str, Any]:
    """The server's record and its data folder: made once, with the same port as last time where that is free."""
    server: dict[str, Any] = {"password": secrets.token_urlsafe(24), "port": ports.free_port(), **known}
    if not ports.is_free(server["port"]):
        server["port"] = ports.free_port()
    if "place" not in server:
        server["user"] = _unprivileged_user()
        server["place"] = str(_place(folder, server["user"]))
    records.write(_server_file(folder), server)
    if not (Path(server["place"]) / "data/PG_VERSION").exists():
        _make_data(programs, server)
    _refuse_other_version(programs, server)
    return server


def _program(programs: Path, server: dict[str, Any]) -> processes.Program:
    settings = SETTINGS | {"port": server["port"]} | _archiving()
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [f"{programs}/postgres", "-D", f"{server['place']}/data", *options]
    return processes.Program(NAME, command, _environment(), user=server["user"], folder=Path("/"))


def _archiving() -> dict[str, str]:
    """Each finished piece of the log is copied, never over another that is there, and at least every minute.

    One that is there already and the same is kept: PostgreSQL may have ended before it noted that.
    """
    if not (archive := os.environ.get(ARCHIVE)):
        return {}
    if "'" in archive or '"' in archive:
        raise StackError(f"{ARCHIVE} cannot have quotation marks in it.")
    kept, fresh = f'"{archive}/%f"', f'"{archive}/%f.new"'
    copy = f"cmp -s %p {kept} || (test ! -f {kept} && cp %p {fresh} && mv {fresh} {kept})"
    return {"archive_mode": "on", "archive_timeout": "60", "archive_command": copy}


def _make_data(programs: Path, server: dict[str, Any]) -> None:
    place = Path(server["place"])
    password = place / "password"
    password.touch(mode=0o600)
    password.write_text(server["password"])
    if server["user"]:
        shutil.chown(password, server["user"])
    command = [f"{programs}/initdb", f"--pgdata={place}/data", f"--username={ADMIN}", f"--pwfile={password}"]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    made = subprocess.run(
        [*command, *options],
        env=_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **processes.identity(server["user"]),
    )
    password.unlink()
    if made.returncode:
        shutil.rmtree(place / "data", ignore_errors=True)
        message = f"PostgreSQL could not make its data in {place}:\n{made.stderr.strip()}"
        raise StackError(message)


def _refuse_other_version(programs: Path, server: dict[str, Any]) -> None:
    made_by = (Path(server["place"]) / "data/PG_VERSION").read_text().strip()
    if (version := _major(programs)) != made_by:
        message = (
            f"The data was made by PostgreSQL {made_by} and this machine has {version}: "
            f"install postgresql-{made_by}, or start afresh with `stagebrug down --erase`."
        )
        raise StackError(message)


def _major(programs: Path) -> str:
    said = subprocess.run([f"{programs}/postgres", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+", said)
    return version.group() if version else ""


def _place(folder: Path, user: str) -> Path:
    """A folder of the server's user for data: in ours where that user can reach it."""
    inside = folder / NAME
    inside.mkdir(parents=True, exist_ok=True)
    if not user:
        return inside
    place = inside / "server"
    if not _can_enter(inside, user):
        place = ELSEWHERE / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    shutil.chown(place, user)
    place.chmod(0o700)
    return place


def _can_enter(folder: Path, user: str) -> bool:
    return subprocess.run(["test", "-x", str(folder)], check=False, **processes.identity(user)).returncode == 0


def _unprivileged_user() -> str:
    """Whom root runs PostgreSQL as; nobody else when we are not root."""
    if os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    message = "PostgreSQL refuses to run as root and there is no user postgres or nobody: run this as an ordinary user."
    raise StackError(message)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"}


def _server_file(folder: Path) -> Path:
    return folder / NAME / "server.json"


def _version(programs: Path) -> int:
    return max((int(part) for part in re.findall(r"\d+", programs.parent.name)), default=0)
