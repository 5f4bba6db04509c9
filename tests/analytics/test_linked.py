"""Somebody who puts tables and years side by side, and subtracts, finds no count of fewer than five students.

The attacker of these tests knows every published figure, every sum that holds between them, as a regional coordinator
every figure of the own region too, and computes until nothing more follows.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.domain.catalogue import TABLES
from services.analytics.domain.counted import ALL_REGIONS, Cell, Count, CountTable, grid_of
from services.analytics.domain.hiding import FEWEST, Sum
from services.analytics.domain.linked import ALL_TIME, OPEN, SAME, WHOLES, Key, hidden_in, linked_to
from services.analytics.domain.table import TOTAL
from shared.events.codes import Outcome, PlacementKind
from tests.analytics.events import a_school, ended, ready, started
from tests.analytics.support import tell
from tests.support.service import RunningService

REGIONS = ("AM02", "AM11", "AM36")
TOGETHER = ("funnel", "placements", "outcomes", "early-ends", "first-choice")


def computed(known: dict[Key, int], sums: Iterable[Sum[Key]]) -> dict[Key, int]:
    """Everything that follows from what is known: a cell that is missing from a sum is the rest of it."""
    sums = [one for one in sums if one.parts]
    while True:
        before = len(known)
        for one in sums:
            missing = [key for key in (*one.parts, one.total) if key not in known]
            if len(missing) == 1:
                total = sum(known[part] for part in one.parts if part in known)
                known[missing[0]] = total if missing[0] == one.total else known[one.total] - total
        if len(known) == before:
            return known


def table(name: str) -> CountTable:
    found = TABLES[name]
    assert isinstance(found, CountTable)
    return found


def a_person(
    layer: str, region: str, kind: str, outcome: str | None, sector: str, choice: str
) -> list[tuple[str, Count]]:
    """What one placement of one student adds to each table."""
    told = [("placements", "started", kind), ("first-choice", "placements", choice), ("funnel", "students", "started")]
    if outcome is not None:
        told += [("placements", "ended", kind), ("outcomes", "placements", outcome), ("early-ends", "ended", sector)]
        stopped = [("early-ends", "stopped-early", sector)]
        told += stopped if outcome == "stopped-early" else [("funnel", "students", "completed")]
        told += [("funnel", "students", "ended")]
    return [(name, Count(region, row, column, 1, 1)) for name, column, row in told]


people = st.tuples(
    st.sampled_from(("2024", "2025", OPEN)),
    st.sampled_from(REGIONS),
    st.sampled_from(("internship", "job")),
    st.sampled_from((None, "completed", "stopped-early")),
    st.sampled_from(("horeca", "sport")),
    st.sampled_from(("first", "second")),
)
crowds = st.lists(st.tuples(people, st.integers(1, 12)), min_size=1, max_size=14)


def grids_of(crowd: list[tuple[tuple[Any, ...], int]], names: Collection[str]) -> dict[tuple[str, str], Any]:
    layers: dict[tuple[str, str], list[Count]] = {
        (layer, name): [] for layer in (ALL_TIME, "2024", "2025", OPEN) for name in names
    }
    for person, times in crowd:
        for name, count in a_person(*person) * times:
            for layer in (person[0], ALL_TIME):
                if name in names:
                    layers[layer, name].append(count)
    return {where: grid_of(table(where[1]), counts) for where, counts in layers.items()}


def sums_of(grids: Mapping[tuple[str, str], Any]) -> list[Sum[Key]]:
    """The sums within tables, between tables that count the same, and of years."""
    found = [
        Sum([Key(*where, part) for part in one.parts], Key(*where, one.total))
        for where, grid in grids.items()
        for one in grid.sums
    ]
    keys = {Key(*where, cell) for where, grid in grids.items() for cell in grid.persons}
    for layer in {where[0] for where in grids}:
        for region in (*REGIONS, ALL_REGIONS):
            for group in SAME:
                same = [Key(layer, place.table, Cell(region, place.row, place.column)) for place in group]
                same = [key for key in same if key in keys]
                found += [Sum([one], other) for one in same for other in same if one != other]
            for places, whole in WHOLES:
                parts = [Key(layer, place.table, Cell(region, place.row, place.column)) for place in places]
                total = Key(layer, whole.table, Cell(region, whole.row, whole.column))
                found += [Sum(parts, total)] if keys >= {*parts, total} else []
    for key in keys:
        years = [key._replace(layer=year) for year in ("2024", "2025", OPEN)]
        if key.layer == ALL_TIME and years[0].layer in {layer for layer, _ in grids}:
            found.append(Sum([year for year in years if year in keys], key))
    return found


@settings(max_examples=15, deadline=None)
@given(crowds)
def test_no_table_gives_away_what_another_one_hides(crowd: list[tuple[tuple[Any, ...], int]]) -> None:
    grids = {where: grid for where, grid in grids_of(crowd, TOGETHER).items() if where[0] == ALL_TIME}
    _assert_nobody_finds_out(grids, (ALL_TIME,))


@settings(max_examples=8, deadline=None)
@given(crowds)
def test_no_year_gives_away_what_another_one_or_all_time_hides(crowd: list[tuple[tuple[Any, ...], int]]) -> None:
    grids = grids_of(crowd, ("outcomes", "early-ends"))
    _assert_nobody_finds_out(grids, (ALL_TIME, "2024", "2025"))


def _assert_nobody_finds_out(grids: Mapping[tuple[str, str], Any], layers: Iterable[str]) -> None:
    known, sums, small = published(grids, layers), sums_of(grids), small_of(grids)
    for own in (None, *REGIONS):
        full = {Key(*at, cell): n for at, grid in grids.items() for cell, n in grid.persons.items()}
        of_own = {key: n for key, n in full.items() if key.cell.region == own}
        found = computed(known | of_own, sums)
        assert not [key for key in small & found.keys() if key.cell.region not in {own, ALL_REGIONS}]
        assert own or not small & found.keys()


def published(grids: Mapping[tuple[str, str], Any], layers: Iterable[str]) -> dict[Key, int]:
    return {
        Key(layer, name, cell): n
        for layer in layers
        for name, gone in hidden_in(grids, layer).items()
        for cell, n in grids[layer, name].persons.items()
        if cell not in gone and not cell.column.endswith("-rest")
    }


def small_of(grids: Mapping[tuple[str, str], Any]) -> set[Key]:
    return {Key(*where, cell) for where, grid in grids.items() for cell, n in grid.persons.items() if 0 < n < FEWEST}


def test_tables_that_count_the_same_people_hide_together() -> None:
    assert linked_to("outcomes") >= {"placements", "first-choice", "early-ends", "funnel"}
    assert linked_to("continued") == {"continued"}
    for group in SAME:
        for place in group:
            about = table(place.table)
            assert place.column in {column.key for column in about.about.columns}
            assert place.row == TOTAL or place.row in about.labels
            assert place.column in about.persons


async def tell_ends(analytics: RunningService, region: str, year: int, outcome: Outcome, count: int) -> None:
    for n in range(count):
        name, facts = f"{region} {year} {outcome} {n}", {"region": region}
        for event in (
            ready(name, **facts),
            started(name, begin_date=date(year, 5, 1), kind=PlacementKind.INTERNSHIP, **facts),
            ended(name, outcome, ended_date=date(year, 6, 28), **facts),
        ):
            await tell(analytics, event)


@pytest.fixture
async def years(analytics: RunningService) -> RunningService:
    """Completed placements in two years: of Flevoland six and seven, of Friesland six each."""
    await tell(analytics, a_school())
    for region, year, count in (("AM11", 2023, 6), ("AM11", 2024, 7), ("AM02", 2023, 6), ("AM02", 2024, 6)):
        await tell_ends(analytics, region, year, Outcome.COMPLETED, count)
    return analytics


async def outcomes(client: Any, **query: str) -> tuple[int, dict[str, int | None]]:
    answer = await client.get("/v1/tables/outcomes", params=query)
    return answer.status_code, {row["code"]: row["values"][0] for row in answer.json().get("rows", [])}


async def test_others_see_whole_years_that_are_over_and_no_days(years: RunningService) -> None:
    whole = {"fromDate": "2023-01-01", "toDate": "2023-12-31"}
    assert (await outcomes(years.client, **whole))[1]["completed"] == 12
    async with years.as_("coordinator", schools=["99AB00"]) as other:
        for client in (years.client, other):
            for period in (
                {"fromDate": "2023-01-01", "toDate": "2023-12-30"},
                {"fromDate": "2023-02-01", "toDate": "2023-02-28"},
                {"fromDate": "2023-01-01"},
                {"toDate": "2023-12-31"},
                {"fromDate": "2022-01-01", "toDate": "2023-12-31"},
            ):
                assert (await outcomes(client, region="AM11", **period))[0] == 403
            state = await client.get("/v1/tables/still-searching", params=whole)
            assert state.status_code == 403
    async with years.as_("regional-coordinator", regions=["AM11"]) as own:
        found = await outcomes(own, region="AM11", fromDate="2024-06-01", toDate="2024-06-30")
        assert found == (200, {"completed": 7, "job": 0, "stopped-early": 0, "continued-elsewhere": 0, "total": 7})


async def test_a_small_count_of_a_year_is_hidden_with_what_would_give_it_away(years: RunningService) -> None:
    whole = {"region": "AM11", "fromDate": "2024-01-01", "toDate": "2024-12-31"}
    assert (await outcomes(years.client, **whole))[1]["completed"] == 7
    await tell_ends(years, "AM02", 2023, Outcome.STOPPED_EARLY, 6)
    await tell_ends(years, "AM11", 2024, Outcome.STOPPED_EARLY, 2)
    _, all_time = await outcomes(years.client, region="AM11")
    assert (all_time["total"], all_time["completed"], all_time["stopped-early"]) == (15, None, None)
    for year in (2023, 2024):  # who knows both years and all time knows the two
        whole = {"fromDate": f"{year}-01-01", "toDate": f"{year}-12-31"}
        assert (await outcomes(years.client, **whole))[1]["stopped-early"] is None
