"""The front end: an application of its own in TypeScript, built into files that the gateway serves."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent / "frontend"


def begin() -> subprocess.Popen[str]:
    """Build it, beside whatever else is done meanwhile."""
    return subprocess.Popen([HERE / "build"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ended(building: subprocess.Popen[str]) -> str:
    """Wait for the build; the line that says what came of it."""
    said, _ = building.communicate()
    return (said.strip().splitlines() or ["nothing said"])[-1].removeprefix("front end: ")
