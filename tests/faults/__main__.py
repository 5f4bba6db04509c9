"""`python -m tests.faults`: every fault for some minutes, with a seed that can be given again; a table at the end."""

# ruff: noqa: T201 — a command prints

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import Result, trial
from tests.faults.invariants import INVARIANTS
from tests.faults.strikes import FAULTS
from tests.faults.system import Rig


def main() -> int:
    """Run what the environment or the arguments ask for; 1 when anything was violated."""
    chosen = _arguments()
    print(f"SEED={chosen.seed} MINUTES={chosen.minutes} FAULTS={','.join(chosen.faults)}", flush=True)
    evidence = Path(tempfile.mkdtemp(prefix="stagebrug-faults-evidence-"))
    results = asyncio.run(_run(chosen, evidence))
    print("\n" + table(results))
    if chosen.table:
        Path(chosen.table).write_text(table(results) + "\n")
    return 0 if results and all(result.well for result in results) else 1


async def _run(chosen: argparse.Namespace, evidence: Path) -> list[Result]:
    results = []
    with tempfile.TemporaryDirectory(prefix="stagebrug-faults-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user when we are root
        async with Rig(Path(folder)) as rig:
            for seed in range(chosen.seed, chosen.seed + chosen.seeds):
                for fault in chosen.faults:
                    print(f"{fault} {FAULTS[fault].title} …", flush=True)
                    result = await trial(rig, fault, seed, chosen.minutes, evidence / f"{fault}-{seed}")
                    print(result, flush=True)
                    results.append(result)
    return results


def table(results: Sequence[Result]) -> str:
    """Faults down, invariants across; a number is how many violations there were."""
    names = [*INVARIANTS, "also"]
    lines = ["| fault | seed | strikes | histories | events | quiet after | " + " | ".join(names) + " |"]
    lines.append("|---" * (6 + len(names)) + "|")
    for result in results:
        cells = [str(len(found)) if (found := result.violations.get(name)) else "·" for name in names]
        quiet = f"{result.drained:.0f} s" if result.drained is not None else "never"
        title = FAULTS[result.fault].title if result.fault in FAULTS else "broken on purpose"
        figures = [f"{result.fault} {title}", result.seed, result.strikes, result.finished, result.events, quiet]
        lines.append("| " + " | ".join(map(str, [*figures, *cells])) + " |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    given = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(given("SEED") or secrets.randbelow(10**6)))
    parser.add_argument("--seeds", type=int, default=int(given("SEEDS") or 1), help="how many, from the first on")
    parser.add_argument("--minutes", type=float, default=float(given("MINUTES") or 2))
    parser.add_argument("--faults", default=given("FAULTS") or ",".join(FAULTS))
    parser.add_argument("--table", default=given("TABLE"), help="a file for the table")
    chosen = parser.parse_args()
    chosen.faults = chosen.faults.split(",")
    if unknown := set(chosen.faults) - set(FAULTS):
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; they are {', '.join(FAULTS)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
