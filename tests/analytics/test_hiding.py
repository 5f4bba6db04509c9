"""Small counts of persons are hidden, and nothing that is shown lets them be computed back."""

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.counted import ALL_REGIONS, Count, CountTable, by_region, cells, counted
from services.analytics.domain.happened import FUNNEL, FUNNEL_BY_REGION, OUTCOMES
from services.analytics.domain.hiding import FEWEST, Sum, hidden
from services.analytics.domain.measured import Measure, measured
from services.analytics.domain.process import WAITS_BY_GROUP
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, Table
from services.analytics.domain.work import SEATS_OVER_TIME
from tests.analytics.events import DAY

EVERYBODY = Scope(as_of=DAY)
OPERATOR = Scope(as_of=DAY, hide=False)


def line(*counts: int) -> dict[str, int]:
    named = {f"part {n}": count for n, count in enumerate(counts)}
    return named | {"total": sum(counts)}


def shown(counts: dict[str, int]) -> dict[str, int]:
    gone = hidden(counts, [Sum([key for key in counts if key != "total"], "total")])
    return {key: count for key, count in counts.items() if key not in gone}


def test_a_count_below_five_is_hidden_and_the_smallest_other_one_with_it() -> None:
    assert shown(line(20, 3, 9)) == {"part 0": 20, "total": 32}


def test_two_small_counts_that_are_five_together_hide_each_other() -> None:
    assert shown(line(20, 3, 2)) == {"part 0": 20, "total": 25}


def test_two_small_counts_that_are_three_together_take_a_third_along() -> None:
    assert shown(line(20, 12, 2, 1)) == {"part 0": 20, "total": 35}


def test_nobody_cannot_be_told_from_a_few_but_takes_no_other_count_along() -> None:
    assert shown(line(20, 12, 9, 0)) == {"part 0": 20, "part 1": 12, "part 2": 9, "total": 41}


def test_nobody_does_not_protect_a_few() -> None:
    assert shown(line(20, 12, 3, 0)) == {"part 0": 20, "total": 35}


def test_where_nothing_is_left_to_hide_the_total_goes() -> None:
    assert shown(line(4)) == {}


def test_a_line_without_small_counts_is_shown_whole() -> None:
    assert shown(line(5, 6, 7)) == line(5, 6, 7)


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_small_count_of_any_region_can_be_computed_back(grid: list[list[int]]) -> None:
    table = CountTable(OUTCOMES.about, {"a": "a", "b": "b", "c": "c"}, persons=OUTCOMES.persons)
    counts = [
        Count(f"AM{region:02d}", row, "placements", n, n)
        for region, row_counts in enumerate(grid)
        for row, n in zip("abc", row_counts, strict=True)
    ]
    of = cells(table, counts, EVERYBODY)
    lines = [
        ([c for c in of.n if c.region == region and c.row != TOTAL], next(c for c in of.n if c[:2] == (region, TOTAL)))
        for region in (*of.regions, ALL_REGIONS)
    ] + [
        (
            [c for c in of.n if c.row == row and c.region != ALL_REGIONS],
            next(c for c in of.n if c[:2] == (ALL_REGIONS, row)),
        )
        for row in of.rows
    ]
    assert all(n >= FEWEST for cell, n in of.n.items() if cell not in of.hidden)
    for parts, total in lines:
        gone = sorted(of.n[cell] for cell in parts if cell in of.hidden and of.n[cell])
        if gone and total not in of.hidden:
            unknown = gone[:-1] if total.region == ALL_REGIONS != parts[0].region else gone
            assert len(unknown) > 1
            assert sum(unknown) >= FEWEST


def persons(region: str, row: str, n: int) -> Count:
    return Count(region, row, OUTCOMES.about.columns[0].key, n, n)


def values(table: Table) -> dict[str, int | None]:
    return {row.code: row.values[0] for row in table.rows}


def test_one_small_region_hides_two_others_since_who_looks_after_one_knows_it() -> None:
    of = {"AM11": 3, "AM02": 8, "AM36": 30, "AM21": 40}
    counts = [persons(region, "completed", n) for region, n in of.items()]
    seen = {
        region: values(counted(OUTCOMES, counts, Scope(as_of=DAY, region=region)))["completed"]
        for region in (None, *of)
    }
    assert seen == {None: 81, "AM11": None, "AM02": None, "AM36": None, "AM21": 40}


def test_a_regional_coordinator_cannot_subtract_the_own_region_from_the_published_figures() -> None:
    counts = [persons("AM11", "completed", 2), persons("AM21", "completed", 3), persons("AM12", "completed", 15)]
    own = values(counted(OUTCOMES, counts, Scope(as_of=DAY, region="AM11", hide=False)))["completed"]
    others = {region: counted(OUTCOMES, counts, Scope(as_of=DAY, region=region)) for region in ("AM21", "AM12")}
    seen = {region: values(table)["completed"] for region, table in others.items()}
    country = values(counted(OUTCOMES, counts, EVERYBODY))["completed"]
    assert own == 2
    assert (country, seen) == (20, {"AM21": None, "AM12": None}), "else 20 - 2 - 15 are the three of AM21"


def test_of_two_regions_the_total_goes_since_less_the_own_region_it_is_the_other_one() -> None:
    counts = [persons("AM11", "completed", 20), persons("AM21", "completed", 3)]
    assert values(counted(OUTCOMES, counts, EVERYBODY))["completed"] is None


def test_counts_of_several_placements_of_few_students_are_hidden() -> None:
    counts = [Count("AM11", "completed", "placements", 6, 3), Count("AM02", "completed", "placements", 9, 9)]
    counts.append(Count("AM36", "completed", "placements", 7, 7))
    assert values(counted(OUTCOMES, counts, EVERYBODY))["completed"] == 22
    assert values(counted(OUTCOMES, counts, Scope(as_of=DAY, region="AM11")))["completed"] is None


def test_an_operator_sees_every_count() -> None:
    counts = [persons("AM11", "completed", 3), persons("AM11", "job", 0)]
    table = counted(OUTCOMES, counts, OPERATOR)
    assert values(table)["completed"] == 3
    assert table.n == 3
    assert table.note is None


def test_what_is_hidden_says_so() -> None:
    table = counted(OUTCOMES, [persons("AM11", "completed", 3), persons("AM11", "job", 30)], EVERYBODY)
    assert {row.code: row.hidden for row in table.rows}["completed"] == ("placements",)
    assert table.note is not None


def test_the_funnel_by_region_hides_what_the_funnel_of_a_region_hides() -> None:
    counts = [Count("AM11", "ready", "students", 20, 20), Count("AM11", "started", "students", 3, 3)]
    counts += [Count("AM02", "ready", "students", 20, 20), Count("AM02", "started", "students", 9, 9)]
    by = by_region(FUNNEL_BY_REGION, FUNNEL, counts, EVERYBODY)
    for row in by.rows[:-1]:
        own = counted(FUNNEL, counts, Scope(as_of=DAY, region=row.code))
        assert row.values == tuple(line.values[0] for line in own.rows)


def test_a_region_that_nobody_recorded_anything_in_is_not_told_from_a_small_one() -> None:
    table = counted(OUTCOMES, [persons("AM02", "completed", 9)], Scope(as_of=DAY, region="AM11"))
    assert table.n is None
    assert set(values(table).values()) == {None}


def test_a_hidden_total_does_not_follow_from_its_parts() -> None:
    sums = [Sum(["a", "b"], "total"), Sum(["total", "few"], "all")]
    persons = {"a": 6, "b": 7, "total": 13, "few": 3, "all": 16}
    assert hidden(persons, sums) == {"few", "total", "a"}


def test_who_waits_in_one_group_does_not_follow_from_the_other_group() -> None:
    found = {"pro": 12, "vso": 20, "own-circle": 29, "with-help": 3}
    told = [Measure(region, row, n, n, n, (1, 1)) for row, n in found.items() for region in ("AM11", ALL_REGIONS)]
    assert values(measured(WAITS_BY_GROUP, told, EVERYBODY)) == {
        "pro": 12, "vso": 20, "own-circle": None, "with-help": None,
    }  # fmt: skip


def test_how_many_began_in_a_month_does_not_follow_from_who_was_there_at_its_beginning_and_end() -> None:
    told = [
        Count("AM11", row, column, 30, 30)
        for row in ("2024-02", "2024-03", "2024-04", "now")
        for column in ("taken", "ending")
    ]
    shown_to = {
        who: {row.code: row.values[1:3] for row in counted(SEATS_OVER_TIME, told, scope).rows}
        for who, scope in (("everybody", EVERYBODY), ("operator", OPERATOR))
    }
    assert shown_to["operator"]["2024-03"] == (30, 30)
    assert shown_to["everybody"] == {
        "now": (30, 30),
        "2024-02": (None, None),
        "2024-03": (None, None),
        "2024-04": (30, 30),
    }
