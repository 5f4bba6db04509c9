import argparse
import io

from tests.bench.__main__ import SECTIONS, run
from tests.bench.table import Sheet
from tests.support.bench import Bench


async def test_the_bench_measures_every_section_and_finds_every_effect_once(bench: Bench) -> None:
    shown = io.StringIO()
    await run(bench, Sheet(shown), argparse.Namespace(sections=SECTIONS, count=50, rounds=1))
    for heading in (
        "Limits of the parts",
        "three processes, saturated",
        "One service over HTTP",
        "Offer → proposal",
        "Searching 3,750",
        "A create over HTTP",
        "A list of",
        "The plan of a region",
    ):
        assert heading in shown.getvalue()
