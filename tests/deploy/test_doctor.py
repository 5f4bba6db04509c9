"""What the doctor asks of a machine."""

import sys
from pathlib import Path

import psutil
import pytest

from deploy import doctor, processes
from deploy.findings import Finding

WAITING = [sys.executable, "-c", "import signal; signal.pause()"]


def _memory(folder: Path) -> Finding:
    (found,) = [each for each in doctor.examine(folder) if each.what == "memory"]
    return found


def test_a_stack_that_runs_has_its_memory_already(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine._replace(available=500_000_000))
    before = _memory(folder)
    assert (before.fine, before.says) == (False, "0.5 GB available: end something, the stack needs about 1.5 GB")
    processes.start(folder, processes.Program("intake", WAITING, {}))
    assert _memory(folder).fine
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine._replace(available=100_000_000))
    assert "keeps about 0.2 GB" in _memory(folder).says
