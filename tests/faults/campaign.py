"""One trial: a workload, one kind of fault for some time, healing, drain, and the verdict on every invariant."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.evidence import Evidence, count_in_a_pause, gathered
from tests.faults.invariants import violations
from tests.faults.journal import Journal
from tests.faults.strikes import FAULTS
from tests.faults.strikes.clock import Until
from tests.faults.system import Rig, System
from tests.faults.watching import canaries, watch_health, watch_sizes
from tests.faults.workload import Workload

WARM_UP = 3.0
CALM = 16.0
"""Seconds of work after the last fault: room for a canary that nothing excuses."""


@dataclass
class Result:
    """What came of a trial."""

    fault: str
    seed: int
    folder: Path
    violations: Mapping[str, list[str]]
    finished: int
    gave_up: int
    events: int
    drained: float | None
    strikes: int = 0
    seconds: float = 0.0
    evidence: Evidence = field(default_factory=Evidence, repr=False)

    @property
    def well(self) -> bool:
        """Whether everything held."""
        return not any(self.violations.values())

    def __str__(self) -> str:
        broken = [f"  {name}: {len(found)} × {found[0]}" for name, found in self.violations.items() if found]
        said = [
            f"{self.fault} SEED={self.seed}: {self.strikes} strikes, {self.finished} histories ended, "
            f"{self.gave_up} gave up, {self.events} events, quiet after "
            + (f"{self.drained:.1f} s" if self.drained is not None else "never"),
            *broken,
        ]
        return "\n".join([*said, *([] if self.well else [f"  evidence: {self.folder}"])])


async def trial(rig: Rig, fault: str, seed: int, minutes: float, folder: Path) -> Result:
    """Run one fault with one seed."""
    began, known, chance = time.monotonic(), FAULTS[fault], Random(f"{fault} {seed}")
    journal = Journal(folder / "journal.jsonl")
    try:
        async with rig.trial(journal) as system, working(system, seed) as workload:
            failed = await _struck(known.strike(system, chance, Until(60 * minutes)))
            await count_in_a_pause(system)
            await asyncio.sleep(CALM)
            await workload.end()
            evidence = await gathered(system)
    finally:
        journal.close()
    broken = {**violations(evidence), "also": [*failed, *known.also(evidence)]}
    for waived in known.waived:
        broken.pop(waived, None)
    result = result_of(fault, seed, folder, broken, workload, evidence)
    result.seconds = time.monotonic() - began
    if not result.well:
        evidence.keep(folder)
        rig.keep_logs(folder)
    return result


async def _struck(strike: Awaitable[None]) -> list[str]:
    """Break it; a fault that could not be healed is told beside what it led to."""
    try:
        await strike
    except Exception as error:  # noqa: BLE001 — whatever it is, the evidence is worth more than a traceback
        return [f"the fault itself failed: {error!r}"[:600]]
    return []


@contextlib.asynccontextmanager
async def working(system: System, seed: int) -> AsyncIterator[Workload]:
    """Histories begin and everything is watched until the block ends."""
    workload = Workload(system, seed)
    await workload.prepare()
    workload.beside(canaries(system, workload.ending))
    async with asyncio.TaskGroup() as group:
        watchers = (workload.run(), watch_health(system), watch_sizes(system))
        tasks = [group.create_task(each) for each in watchers]
        await asyncio.sleep(WARM_UP)
        try:
            yield workload
        finally:
            for task in tasks:
                task.cancel()
            await workload.end(0)


def result_of(
    fault: str, seed: int, folder: Path, broken: Mapping[str, list[str]], workload: Workload, evidence: Evidence
) -> Result:
    """The figures of a trial."""
    return Result(
        fault,
        seed,
        folder,
        broken,
        workload.finished,
        workload.gave_up,
        sum(map(len, evidence.logs.values())),
        evidence.drained,
        len(evidence.of("fault")),
        evidence=evidence,
    )
