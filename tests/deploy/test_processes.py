"""Processes that outlive a command: found again, restarted when they should be, ended for sure."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy import ports, processes, records
from deploy.errors import StackError
from deploy.processes import Program

WAITING = "import signal; print('waiting', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); print('waiting', flush=True)\nwhile True: signal.pause()"


def _program(code: str = WAITING, **environment: str) -> Program:
    return Program("sleeper", [sys.executable, "-c", code], environment)


def _started(folder: Path, program: Program) -> int:
    pid = processes.start(folder, program).pid
    processes.wait_until(
        folder, "sleeper", lambda: "waiting" in processes.last_lines(processes.log_file(folder, "sleeper"))
    )
    return pid


def test_a_running_process_is_left_alone_and_one_with_other_settings_is_replaced(folder: Path) -> None:
    first = _started(folder, _program())
    assert processes.start(folder, _program()).pid == first
    assert processes.start(folder, _program(MOOD="other")).pid != first
    assert not psutil.pid_exists(first)


def test_a_process_that_dies_early_shows_the_end_of_its_log(folder: Path) -> None:
    processes.start(folder, _program("raise SystemExit('there is no database')"))
    with pytest.raises(StackError, match=r"^sleeper ended while it was starting: .*\nthere is no database$"):
        processes.wait_until(folder, "sleeper", lambda: False)


def test_a_process_that_is_not_ready_in_time_is_said_so(folder: Path) -> None:
    _started(folder, _program())
    with pytest.raises(StackError, match="sleeper was not ready within 0 seconds"):
        processes.wait_until(folder, "sleeper", lambda: False, within=0.1)


def test_who_does_not_listen_is_killed(folder: Path) -> None:
    pid = _started(folder, _program(STUBBORN))
    processes.stop(folder, "sleeper", within=0.3)
    assert not psutil.pid_exists(pid)
    assert processes.names(folder) == []


def test_another_process_with_the_same_pid_is_never_touched(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.DEVNULL) as stranger:
        records.write(folder / "run/sleeper.json", {"pid": stranger.pid, "created": 1.0, "fingerprint": ""})
        assert processes.find(folder, "sleeper") is None
        processes.stop(folder, "sleeper")
        assert stranger.poll() is None
        stranger.kill()


def test_a_taken_port_is_one_sentence_with_who_has_it() -> None:
    import socket

    with socket.socket() as ours:
        ours.bind((ports.LOOPBACK, 0))
        ours.listen()
        with pytest.raises(StackError) as refused:
            ports.refuse_taken("intake", ours.getsockname()[1])
    assert f"(process {os.getpid()})" in str(refused.value)
    assert "--free-ports" in str(refused.value)
