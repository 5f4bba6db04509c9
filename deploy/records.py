"""Small private JSON files of a stack: which process, which port, which password."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """What was written there last; nothing when there is no such file."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, readable for its owner alone: most of these hold passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    fresh.replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until nobody else works on this folder: two terminals may type `up` at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
