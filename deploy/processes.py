"""Starts, finds and ends processes that outlive the command that started them."""

import hashlib
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import httpx
import psutil

from deploy import records
from deploy.errors import StackError

POLL = 0.05
"""Seconds between two looks at something that is starting or ending."""

START_WITHIN = 60.0
"""Seconds; RabbitMQ on two busy cores takes the longest, 15 of them."""

STOP_WITHIN = 30.0
"""Seconds until a process that was asked to end is killed; services may drain for 20."""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Processes of this very process: forgotten, they would stay zombies after their end."""


@dataclass(frozen=True)
class Program:
    """What to run: with exactly this environment, in a session of its own, its output in a log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    user: str | None = None
    folder: Path | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with everything that a running process would have to be restarted for."""
        what = json.dumps([list(self.command), sorted(self.environment.items()), self.user])
        return hashlib.sha256(what.encode()).hexdigest()[:16]


def start(folder: Path, program: Program) -> psutil.Process:
    """Run a program unless it already runs; one that runs with other settings is ended first."""
    running = find(folder, program.name)
    if running and records.read(_record(folder, program.name)).get("fingerprint") == program.fingerprint:
        return running
    stop(folder, program.name)
    child = _spawn(program, log_file(folder, program.name))
    process = psutil.Process(child.pid)
    _children[child.pid] = child
    identity = {"pid": child.pid, "created": process.create_time(), "fingerprint": program.fingerprint}
    records.write(_record(folder, program.name), identity)
    return process


def find(folder: Path, name: str) -> psutil.Process | None:
    """The running process of that name, if it still is the one that was started: pids are used again."""
    record = records.read(_record(folder, name))
    if not record:
        return None
    try:
        process = psutil.Process(record["pid"])
        same = process.create_time() == record["created"]
        return process if same and not _ended(process) else None
    except psutil.NoSuchProcess:
        return None


def stop(folder: Path, name: str, by: signal.Signals = signal.SIGTERM, within: float = STOP_WITHIN) -> None:
    """End a process started here and its children: asked first, killed after `within` seconds."""
    if process := find(folder, name):
        family = [process, *process.children(recursive=True)]
        process.send_signal(by)
        _wait_for_end(process, within)
        for member in family:
            _kill(member)
    _record(folder, name).unlink(missing_ok=True)


def names(folder: Path) -> list[str]:
    """Names of everything that was started in this folder and not stopped since."""
    return sorted(path.stem for path in (folder / "run").glob("*.json"))


def wait_until(
    folder: Path,
    name: str,
    ready: Callable[[], bool],
    within: float = START_WITHIN,
) -> None:
    """Wait until `ready`; StackError with the end of its log when the process dies or takes too long."""
    deadline = time.monotonic() + within
    while not ready():
        if find(folder, name) is None:
            raise _failed(folder, name, f"{name} ended while it was starting")
        if time.monotonic() > deadline:
            raise _failed(folder, name, f"{name} was not ready within {within:.0f} seconds")
        time.sleep(POLL)


def answers(url: str, auth: tuple[str, str] | None = None) -> bool:
    """Whether an address answers 2xx now."""
    try:
        # whatever proxy the machine has is not meant for its own services
        return httpx.get(url, auth=auth, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def log_file(folder: Path, name: str) -> Path:
    """Where a process of that name writes."""
    return folder / "logs" / f"{name}.log"


def last_lines(path: Path, count: int = 12) -> str:
    """The end of a log; empty when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 64 * 1024))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def follow(path: Path) -> Iterator[str]:
    """What is written to a log from now on, for as long as anybody reads."""
    with path.open(errors="replace") as log:
        log.seek(0, os.SEEK_END)
        while True:
            if written := log.read():
                yield written
            else:
                time.sleep(0.2)


class Identity(TypedDict):
    """Keywords of `subprocess` that run a program as somebody else."""

    user: str | None
    group: int | None
    extra_groups: list[int] | None


def identity(user: str | None) -> Identity:
    """Somebody without root's groups; without a name, who we are."""
    if not user:
        return Identity(user=None, group=None, extra_groups=None)
    return Identity(user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[])


def _record(folder: Path, name: str) -> Path:
    return folder / "run" / f"{name}.json"


def _spawn(program: Program, log: Path) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=program.folder,
            env=dict(program.environment),
            start_new_session=True,
            **identity(program.user),
        )


def _ended(process: psutil.Process) -> bool:
    if child := _children.get(process.pid):
        if child.poll() is None:
            return False
        del _children[process.pid]
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _wait_for_end(process: psutil.Process, within: float) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if _ended(process):
                return
        except psutil.NoSuchProcess:
            return
        time.sleep(POLL)


def _kill(process: psutil.Process) -> None:
    try:
        if not _ended(process):
            process.kill()
            _wait_for_end(process, within=5)
    except psutil.NoSuchProcess:
        pass


def _failed(folder: Path, name: str, what: str) -> StackError:
    log = log_file(folder, name)
    return StackError(f"{what}: its log {os.path.relpath(log)} ends with\n{last_lines(log)}")
