"""A service as it runs in production, and able to die at a named moment: `python -m tests.faults.under_test intake`.

STAGEBRUG_CRASH_AT="relay.confirmed:3" kills the process the third time it is there (`:1` may be left out);
"@file" reads that from a file, whenever it changes, and counts from then on;
STAGEBRUG_REACHED_FILE names a file that gets a line for each point when it is reached first;
STAGEBRUG_SABOTAGE names a promise to break on purpose, so that the checks can be seen to fail.
"""

import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import services
from deploy import serve
from shared.fail_points import POINTS, watch

CRASH_AT = "STAGEBRUG_CRASH_AT"
REACHED_FILE = "STAGEBRUG_REACHED_FILE"
SABOTAGE = "STAGEBRUG_SABOTAGE"

TOYS = str(Path(__file__).parents[1] / "support" / "services")


def main() -> None:
    """Serve what the first argument names, the toy among them, as `deploy.serve` does."""
    if TOYS not in services.__path__:
        services.__path__.append(TOYS)
    if path := os.environ.get(REACHED_FILE):
        watch(told(path))  # before the one that kills, so that the last point is told too
    if crash_at := os.environ.get(CRASH_AT):
        watch(killed_at(crash_at))
    if broken := os.environ.get(SABOTAGE):
        importlib.import_module("tests.faults.sabotage").apply(broken)
    serve.main()


def killed_at(crash_at: str) -> Callable[[str], None]:
    """Ends this process without a word, as a power cut would, the nth time it is at a point."""

    def asked() -> str:
        return Path(crash_at[1:]).read_text() if crash_at.startswith("@") else crash_at

    known, times = "", 0

    def kill(reached: str) -> None:
        nonlocal known, times
        if (now := asked().strip()) != known:
            known, times = now, 0
        point, _, nth = known.partition(":")
        if reached == point:
            times += 1
            if times == int(nth or 1):
                os.kill(os.getpid(), signal.SIGKILL)

    _refuse_unknown(asked().partition(":")[0].strip())
    return kill


def _refuse_unknown(point: str) -> None:
    if point and point not in POINTS:
        raise ValueError(f"there is no point {point}; they are {', '.join(POINTS)}")


def told(path: str) -> Callable[[str], None]:
    """Writes down every point that is reached, once."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    seen: set[str] = set()

    def tell(reached: str) -> None:
        if reached not in seen:
            seen.add(reached)
            os.write(file, f"{reached}\n".encode())

    return tell


if __name__ == "__main__":
    main()
