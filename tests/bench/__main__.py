"""`python -m tests.bench`: every figure of docs/performance.md, measured on this machine."""

import argparse
import contextlib
import dataclasses
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from deploy.servers import Servers, environment, start_servers, stop_servers
from tests.bench import (
    chain,
    country,
    drafts,
    figures,
    halfyear,
    importing,
    ingest,
    journey,
    latency,
    limits,
    living,
    plan,
    rebuilding,
    register,
    repair,
    spread,
    streams,
    webhooks,
    weekly,
)
from tests.bench.machine import described
from tests.bench.place import Place, opened
from tests.bench.table import Sheet
from tests.support.bench import Bench, prepared_bench

SECTIONS = (
    "limits", "spread", "chain", "latency", "journey", "webhooks", "streams", "register", "import", "plan", "repair", "living", "country",
    "halfyear", "weekly", "drafts", "analytics", "ingest", "rebuild",
)  # fmt: skip


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """Those that the environment names, or private ones for this run."""
    if given := environment.given():
        yield given.addresses
        return
    with tempfile.TemporaryDirectory(prefix="stagebrug-bench-") as folder:
        place = Path(folder)
        place.chmod(0o755)  # PostgreSQL runs as another user when we are root
        try:
            yield start_servers(place)
        finally:
            stop_servers(place, erase=True)


async def run(bench: Bench, sheet: Sheet, asked: argparse.Namespace) -> None:
    """The sections asked for, one after another."""
    sheet.begin(await described(bench.servers))
    async with opened(bench) as opened_place:
        place = dataclasses.replace(opened_place, count=asked.count)
        await _chains(bench, place, sheet, asked)
    if "journey" in asked.sections:
        await journey.measure(bench.servers, max(3, asked.count // 80), sheet)
    if "register" in asked.sections:
        await register.measure(bench.servers, asked.count, sheet)
    if "import" in asked.sections:
        await importing.measure(bench.servers, asked.count, sheet)
    if "analytics" in asked.sections:
        await figures.measure(bench, asked.events, asked.rounds, sheet, asked.kept)
    await _plans(bench, sheet, asked)


async def _chains(bench: Bench, place: Place, sheet: Sheet, asked: argparse.Namespace) -> None:
    if "limits" in asked.sections:
        await limits.measure(bench.servers, place, sheet)
    if "spread" in asked.sections:
        await spread.measure(bench.servers, place, sheet, asked.rounds)
    if "chain" in asked.sections:
        await chain.measure(bench.servers, place, sheet, asked.rounds)
    if "latency" in asked.sections:
        await latency.measure(bench.servers, place, sheet)
    if "webhooks" in asked.sections:
        await webhooks.measure(bench, place, sheet, asked.rounds)
    if "ingest" in asked.sections:
        await ingest.measure(bench, place, sheet, asked.count, asked.rounds)
    if "rebuild" in asked.sections:
        await rebuilding.measure(bench, place, sheet, asked.events)
    if "streams" in asked.sections:
        await streams.measure(bench, place, sheet, asked.rounds)


async def _plans(bench: Bench, sheet: Sheet, asked: argparse.Namespace) -> None:
    if "plan" in asked.sections:
        plan.measure(asked.count, asked.rounds, sheet)
    if "repair" in asked.sections:
        repair.measure(asked.count, asked.rounds, sheet)
    if "living" in asked.sections:
        await living.measure(bench, asked.count, asked.rounds, sheet)
    if "country" in asked.sections:
        await country.measure(bench.servers, asked.count, sheet)
    if "halfyear" in asked.sections:
        halfyear.measure(asked.count, sheet)
    if "weekly" in asked.sections:
        weekly.measure(asked.count, sheet)
    if "drafts" in asked.sections:
        drafts.measure(asked.count, sheet)


def main() -> None:
    """Measure, print, and write Markdown where that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help="what to measure; everything by default")
    parser.add_argument("--count", type=int, default=4000, help="events per run of a chain")
    parser.add_argument(
        "--events", type=int, default=100_000, help="events of five years that figures are counted from"
    )
    parser.add_argument(
        "--kept", help="analytics: a name under which what is filled in stays on the given servers, or is there already"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each chain, in turn")
    parser.add_argument("--markdown", type=Path, help="a file for the tables")
    asked = parser.parse_args()
    asked.sections = asked.sections or SECTIONS
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else private servers would outlive us
    sheet = Sheet(sys.stdout)
    with servers() as found, prepared_bench(found) as bench:
        uvloop.run(run(bench, sheet, asked))
    if asked.markdown:
        sheet.write(asked.markdown)


if __name__ == "__main__":
    main()
