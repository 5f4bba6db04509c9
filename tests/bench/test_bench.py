import argparse
import io

from tests.bench.__main__ import SECTIONS, run
from tests.bench.table import Sheet
from tests.support.bench import Bench


async def test_the_bench_measures_every_section_and_finds_every_effect_once(bench: Bench) -> None:
    shown = io.StringIO()
    await run(bench, Sheet(shown), argparse.Namespace(sections=SECTIONS, count=50, events=2000, rounds=1, kept=None))
    for heading in (
        "Limits of the parts",
        "One hot queue, or several",
        "three processes, saturated",
        "One service over HTTP",
        "Offer → proposal",
        "Searching 3,750",
        "live streams on one process",
        "A create over HTTP",
        "A list of",
        "The plan of a region",
        "The candidates of the country",
        "The plan of the country",
        "How the plan grows",
        "Half a year, tight",
        "The plan for the days of the week",
        "A draft of the largest region",
        "An event in a plan that is kept",
        "Ingest from the queue",
        "A rebuild",
    ):
        assert heading in shown.getvalue()
