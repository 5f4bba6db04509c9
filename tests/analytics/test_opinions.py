"""What schools and employers answered gives the report's tables of opinions, exactly; nobody's own answer is shown."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.hiding import FEWEST
from services.analytics.domain.opinions import OPINION_TABLES, Answer, Manner, Opinion
from services.analytics.domain.scope import Scope
from services.intake.domain.questionnaire import GiveAnswers, ItemKind
from services.intake.questionnaire_data import questionnaire, read_questionnaires
from shared.events.codes import SchoolKind
from shared.events.intake import AnswersGiven
from tests.analytics.events import a_school, an_id
from tests.analytics.support import rows, tell
from tests.support.opinions import SAID, Speaker, employers, schools
from tests.support.service import RunningService

ASKED = questionnaire("school", 1)
CHOICE = next(table for table in OPINION_TABLES if table.about.name == "schools-say-first-choice")
EVERYBODY = Scope(as_of=date(2026, 12, 1))
OPERATOR = Scope(as_of=date(2026, 12, 1), hide=False)


def test_every_question_has_its_table_with_its_choices_as_rows() -> None:
    asked = {
        (one.name, item.code): {choice.code: choice.text for choice in item.choices}
        for one in read_questionnaires()
        for item in one.items
        if item.kind is not ItemKind.OPEN
    }
    assert {(table.questionnaire, table.question): dict(table.labels) for table in OPINION_TABLES} == asked
    manners = {ItemKind.SINGLE: Manner.ONE, ItemKind.MULTI: Manner.SEVERAL, ItemKind.NUMBER: Manner.NUMBER}
    for one in read_questionnaires():
        for item in one.items:
            for table in OPINION_TABLES:
                if (table.questionnaire, table.question) == (one.name, item.code):
                    assert table.manner is manners[item.kind], item.code


def told(name: str, speaker: Speaker, of: str = "school", opened: int = 1) -> AnswersGiven:
    """What intake announces of somebody's answers."""
    asked = questionnaire(of, 1)
    return AnswersGiven(
        response_id=an_id(f"response {of} {name}"),
        round_id=an_id(f"round {of} {opened}"),
        questionnaire=of,
        questionnaire_version=1,
        audience=of,
        region=speaker.region,
        school_kind=speaker.kind,
        from_date=date(2026, 8, 1),
        until_date=date(2027, 7, 31),
        opened_at=datetime(2026, 11, opened, tzinfo=UTC),
        answers=GiveAnswers.model_validate(speaker.body).coded(asked),
    )


def printed(who: str, question: str) -> dict[str, Any]:
    """The report's figures as the table shows them; pro and vso apart only where the report does."""
    said = {code: n for code, n in SAID[who][question].items() if code not in {"n", "unanswered"}}
    return {code: [sum(n.values()), n["pro"], n["vso"]] if isinstance(n, dict) else [n] for code, n in said.items()}


@pytest.fixture
async def report(analytics: RunningService) -> httpx.AsyncClient:
    """The report's schools and employers have answered."""
    events = [told(str(n), one) for n, one in enumerate(schools())]
    events += [told(str(n), one, "employer") for n, one in enumerate(employers())]
    envelopes = [await analytics.announce(event.model_copy(update={"version": 1})) for event in events]
    assert set(await analytics.handled(*envelopes, within=60)) == {"done"}
    return analytics.as_("operator")


async def test_the_answers_give_the_tables_of_the_report_exactly(report: httpx.AsyncClient) -> None:
    async with report:
        for who, questions in SAID.items():
            for question in questions if isinstance(questions, dict) else ():
                found = (await report.get(f"/v1/tables/{who}-say-{question}")).json()
                named = {row["code"]: row["values"] for row in found["rows"]}
                for code, values in printed(who, question).items():
                    assert named[code][: len(values)] == values, (who, question, code)
                said = SAID[who][question]
                assert (found["n"], found["unknown"]) == (said["n"], said.get("unanswered", 0)), (who, question)
                left = {code: values[0] for code, values in named.items() if code not in {*said, "total", "unknown"}}
                assert not any(left.values()), (who, question, left)
                assert (found["source"], found["unit"]) == ("questionnaire", who)
        sizes = (await report.get("/v1/tables/schools-say-group-size")).json()
        total = {row["code"]: row["values"] for row in sizes["rows"]}["total"]
        assert (total[0], 5 <= total[3] <= 10) == (10, True)


async def test_the_published_tables_show_no_region_with_few_who_answered(report: httpx.AsyncClient) -> None:
    async with report:
        params = {"region": "AM07"}
        own = (await report.get("/v1/tables/schools-say-first-choice", params=params)).json()
        report.headers.pop("Authorization")
        published = (await report.get("/v1/tables/schools-say-first-choice", params=params)).json()
        everywhere = (await report.get("/v1/tables/schools-say-first-choice")).json()
        school = await report.get("/v1/tables/schools-say-first-choice", params={"school": "99AA00"})
    assert (own["n"], own["note"]) == (2, None)
    assert (published["n"], {tuple(row["values"]) for row in published["rows"]}) == (None, {(None, None, None)})
    assert {tuple(row["hidden"]) for row in published["rows"]} == {("all", "pro", "vso")}
    assert published["note"]
    assert everywhere["n"] == 30
    assert school.status_code == 401


async def test_no_table_is_of_one_school(analytics: RunningService) -> None:
    async with analytics.as_("operator") as operator:
        await tell(analytics, a_school())
        answer = await operator.get("/v1/tables/schools-say-first-choice", params={"school": "99AA00"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "school")


def saying(code: str, region: str = "AM11", kind: SchoolKind = SchoolKind.PRO) -> Speaker:
    return Speaker(region, kind, {"first-choice": {"question": "first-choice", "codes": [code]}})


async def test_a_changed_answer_takes_the_place_of_the_earlier_one_in_whatever_order_it_is_heard(
    analytics: RunningService,
) -> None:
    await tell(analytics, told("a", saying("always")), version=2)
    await tell(analytics, told("a", saying("often")), version=1)
    await tell(analytics, told("b", saying("often")), version=1)
    again = await tell(analytics, told("b", saying("not-always")), version=2)
    await analytics.deliver(again, AnswersGiven.routing_key())
    found = await rows(analytics, "schools-say-first-choice")
    assert {code: values[0] for code, values in found.items()} == {"always": 1, "often": 0, "not-always": 1, "total": 2}


async def test_the_newest_round_of_each_region_counts_or_that_of_the_period(analytics: RunningService) -> None:
    await tell(analytics, told("old", saying("often"), opened=1))
    await tell(analytics, told("old there", saying("often", "AM30"), opened=1))
    await tell(analytics, told("new", saying("always"), opened=20))
    newest = await rows(analytics, "schools-say-first-choice")
    assert [newest[code][0] for code in ("always", "often", "total")] == [1, 1, 2]
    before = await rows(analytics, "schools-say-first-choice", toDate="2026-11-19")
    assert [before[code][0] for code in ("always", "often", "total")] == [0, 2, 2]


def opinions(counts: dict[tuple[str, str | None], int]) -> list[Opinion]:
    often = Answer(answered=True, codes=("often",))
    return [Opinion(region, kind, often) for (region, kind), n in counts.items() for _ in range(n)]


def shown(of: Sequence[Opinion], region: str | None) -> dict[str, int | None]:
    found = CHOICE.count(of, Scope(as_of=date(2026, 12, 1), region=region))
    line = next(row for row in found.rows if row.code == "total")
    return dict(zip(("all", "pro", "vso"), line.values, strict=True))


def test_who_was_not_asked_counts_nowhere_and_who_left_it_open_is_unknown() -> None:
    some = opinions({("AM11", "pro"): 6})
    some += [Opinion("AM11", "vso", None), Opinion("AM11", "vso", Answer(answered=False))]
    found = CHOICE.count(some, OPERATOR)
    assert (found.n, found.unknown) == (7, 1)
    assert {row.code: row.values for row in found.rows}["unknown"] == (1, 0, 1)


def test_a_code_of_an_older_version_is_still_counted() -> None:
    found = CHOICE.count([Opinion("AM11", "pro", Answer(answered=True, codes=("seldom",)))], OPERATOR)
    assert [row.code for row in found.rows if row.values[0]] == ["seldom", "total"]


def test_a_small_group_is_hidden_with_what_would_tell_it() -> None:
    some = opinions({("AM11", "pro"): 9, ("AM11", "vso"): 4, ("AM30", "pro"): 9, ("AM30", "vso"): 9})
    assert shown(some, "AM11") == {"all": 13, "pro": None, "vso": None}
    assert shown(some, None)["all"] == 31
    assert shown(some, "AM30")["all"] == 18


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(["AM01", "AM02", "AM11", "AM30"]), st.sampled_from(["pro", "vso", None])),
    st.integers(0, 9),
)


@given(COUNTS)
def test_no_group_of_one_to_four_is_ever_shown_or_follows_from_the_others(
    counts: dict[tuple[str, str | None], int],
) -> None:
    some = opinions(counts)
    regions = sorted({one.region for one in some})
    for column in ("all", "pro", "vso"):
        total = shown(some, None)[column]
        by_region = {region: shown(some, region)[column] for region in regions}
        assert all(n is None or n >= FEWEST for n in (total, *by_region.values()))
        gone = [region for region, n in by_region.items() if n is None]
        if total is not None and gone:
            left = total - sum(n for n in by_region.values() if n is not None)
            assert left == 0 or left >= FEWEST
