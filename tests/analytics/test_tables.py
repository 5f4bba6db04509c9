"""The tables as functions: rounding, what is unknown, and who counts."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.analytics.domain.catalogue import DESCRIPTIONS, TABLES
from services.analytics.domain.counted import Count, CountTable, counted
from services.analytics.domain.forecast import ForecastTable, forecast
from services.analytics.domain.happened import FIRST_CHOICE, FUNNEL
from services.analytics.domain.measured import MeasureTable, measured
from services.analytics.domain.opinions import OpinionTable
from services.analytics.domain.register import Cooperation, Employer, EmployerTable, School, SchoolTable
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Table, mean
from tests.analytics.events import an_id

TODAY = Scope(as_of=date(2024, 2, 29))
EMPLOYER = Employer(
    id=an_id("employer"),
    region="AM11",
    sector="horeca",
    size_class="small",
    places_per_year=4,
    places_trend="more",
    jobs_per_year=1,
    jobs_trend="same",
    found_through="pro",
    cooperations=(Cooperation(an_id("school"), date(2020, 1, 1)),),
)


def of(name: str, *employers: Employer, scope: Scope = TODAY) -> Table:
    table = TABLES[name]
    assert isinstance(table, EmployerTable)
    return table.count(table.about, employers, scope)


def values(table: Table) -> dict[str, Any]:
    return {row.code: row.values if len(row.values) > 1 else row.values[0] for row in table.rows}


@pytest.mark.parametrize(("numbers", "rounded"), [([1, 2], 2), ([1, 1, 2], 1), ([2, 3], 3), ([0], 0), ([], None)])
def test_a_mean_is_rounded_to_a_whole_number_and_a_half_up(numbers: list[int], rounded: int | None) -> None:
    assert mean(numbers) == rounded


def test_an_employer_of_unknown_size_counts_in_the_total_of_the_means_only() -> None:
    found = of("places-per-year", EMPLOYER, replace(EMPLOYER, size_class="unknown", places_per_year=60))
    assert values(found) == {"small": (1, 4), "medium": (0, None), "large": (0, None), "total": (2, 32)}
    assert found.range == (4, 60)


def test_who_gave_no_number_stands_apart_and_counts_in_no_mean() -> None:
    found = of("jobs-per-year", EMPLOYER, replace(EMPLOYER, jobs_per_year=None))
    assert (found.n, found.unknown, values(found)["total"]) == (1, 1, (1, 1))


def test_an_unknown_trend_is_a_row_of_its_own_at_the_end() -> None:
    found = of("jobs-trend", EMPLOYER, replace(EMPLOYER, jobs_trend="unknown"))
    assert values(found) == {"more": 0, "same": 1, "fewer": 0, "unknown": 1, "total": 2}
    assert (found.n, found.unknown) == (2, 1)


def test_a_sector_of_the_report_without_employers_is_shown_and_one_of_the_installation_too() -> None:
    found = values(of("employers-by-sector", EMPLOYER, replace(EMPLOYER, sector="groen")))
    assert (found["horeca"], found["sport"], found["groen"], found["total"]) == (1, 0, 1, 2)


@pytest.mark.parametrize(
    ("since", "row"),
    [(date(2022, 2, 27), "longer-than-two-years"), (date(2022, 2, 28), "recent"), (None, "unknown")],
)
def test_a_cooperation_is_long_from_the_day_after_two_years(since: date | None, row: str) -> None:
    found = of("cooperation-duration", replace(EMPLOYER, cooperations=(Cooperation(an_id("school"), since),)))
    assert {code for code, n in values(found).items() if n} == {row}


def test_the_longest_cooperation_counts_unless_one_school_is_asked_about() -> None:
    both = replace(EMPLOYER, cooperations=(*EMPLOYER.cooperations, Cooperation(an_id("late"), date(2023, 9, 1))))
    everybody = of("cooperation-duration", both)
    late = of("cooperation-duration", both, scope=replace(TODAY, school_id=an_id("late")))
    assert (values(everybody)["longer-than-two-years"], values(late)["recent"]) == (1, 1)
    assert values(everybody)["also-with-other-schools"] == 1


def test_schools_without_a_number_of_students_do_not_pull_the_mean_down() -> None:
    table = TABLES["school-size"]
    assert isinstance(table, SchoolTable)
    schools = [School(an_id(str(n)), "pro", "AM11", size) for n, size in enumerate((100, 201, None))]
    found = table.count(table.about, schools, TODAY)
    assert values(found)["pro"] == (2, 100, 201, 151)
    assert found.unknown == 1


def test_every_table_can_be_counted_from_nothing() -> None:
    everything = replace(TODAY, hide=False, region="AM11")  # some tables are for who sees a whole region
    for table in TABLES.values():
        if isinstance(table, CountTable):
            assert counted(table, (), everything).n == 0
        elif isinstance(table, ForecastTable):
            assert {value for row in forecast({}, TODAY).rows for value in row.values} == {None}
        elif isinstance(table, MeasureTable):
            assert measured(table, (), replace(TODAY, hide=False)).n is None
        elif isinstance(table, OpinionTable):
            assert table.count((), replace(TODAY, hide=False)).n == 0
        else:
            assert table.count(table.about, (), TODAY).n == 0


def test_every_table_has_a_title_a_definition_and_a_name_of_its_own() -> None:
    assert len({about.name for about in DESCRIPTIONS}) == len(DESCRIPTIONS)
    assert all(about.title and about.definition and about.columns for about in DESCRIPTIONS)


def test_the_rows_of_a_funnel_have_no_total_and_n_is_who_began() -> None:
    counts = [Count("AM11", "ready", "students", 9, 9), Count("AM11", "started", "students", 7, 7)]
    found = counted(FUNNEL, counts, replace(TODAY, hide=False))
    assert values(found) == {
        "ready": 9,
        "proposed": 0,
        "accepted": 0,
        "started": 7,
        "ended": 0,
        "completed": 0,
        "job": 0,
    }
    assert found.n == 9


def test_placements_by_hand_are_an_unknown_choice() -> None:
    counts = [Count("AM11", "first", "placements", 9, 9), Count("AM11", "unknown", "placements", 2, 2)]
    found = counted(FIRST_CHOICE, counts, replace(TODAY, hide=False))
    assert (found.n, found.unknown, values(found)["total"]) == (11, 2, 11)
