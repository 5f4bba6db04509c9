"""Questionnaires: every question has an answer that fits, a round ends by itself, and nobody's answers are another's."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.asking import answer
from services.intake.days import today
from services.intake.domain.questionnaire import GiveAnswers, ItemKind, Questionnaire
from services.intake.domain.questionnaire_round import REMIND_BEFORE, OpenRound, opened
from services.intake.questionnaire_data import questionnaire, read_questionnaires
from services.intake.store import EmployerStore
from shared.errors import Invalid
from shared.events.intake import AnswersAwaited, AnswersGiven
from shared.ids import new_id
from tests.intake.test_retention import BORDERS, a_job, forget, over
from tests.intake.world import FIRST, SECOND, World, good, unknown

SCHOOLS = questionnaire("school", 1)
ASKED_BY_THE_REPORT = {f"K{number}" for number in range(11, 34)}
"""The report's counts of opinions."""


def given(*answers: dict[str, Any], **facts: Any) -> GiveAnswers:
    return GiveAnswers.model_validate({"answers": list(answers), **facts})


def test_all_that_the_report_asked_is_asked() -> None:
    asked = {item.need for one in read_questionnaires() for item in one.items if item.kind is not ItemKind.OPEN}
    assert asked == ASKED_BY_THE_REPORT


@pytest.mark.parametrize("one", read_questionnaires(), ids=lambda one: f"{one.name} {one.version}")
def test_a_questionnaire_can_be_filled_in_from_top_to_bottom(one: Questionnaire) -> None:
    before: dict[str, set[str]] = {}
    for item in one.items:
        codes = {choice.code for choice in item.choices}
        assert bool(codes) == (item.kind in {ItemKind.SINGLE, ItemKind.MULTI}), item.code
        assert item.asked_if is None or set(item.asked_if.codes) <= before[item.asked_if.question], item.code
        assert item.code not in before
        before[item.code] = codes


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"question": "unheard-of", "codes": ["yes"]}, "staat niet in de vragenlijst"),
    ({"question": "first-choice", "codes": ["perhaps"]}, "geen antwoord op deze vraag"),
    ({"question": "first-choice", "codes": ["always", "often"]}, "kies hier één antwoord"),
    ({"question": "first-choice", "codes": []}, "kies hier één antwoord"),
    ({"question": "first-choice", "codes": ["often"], "number": 3}, "een getal hoort bij"),
    ({"question": "remarks"}, "tekst hoort bij"),
    ({"question": "needs", "text": "Tijd."}, "tekst hoort bij"),
    ({"question": "labour-market-sources", "codes": ["sbb"]}, "hoort bij een ander antwoord"),
]


@pytest.mark.parametrize(("answer", "said"), REFUSED)
def test_an_answer_that_does_not_fit_its_question_is_refused_in_words(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        given(answer).must_fit(SCHOOLS)
    assert [problem.pointer for problem in refused.value.problems] == ["/answers/0"]
    assert said in refused.value.problems[0].detail


def test_what_is_counted_tells_none_from_unknown_from_not_asked() -> None:
    answers = given(
        {"question": "needs", "codes": []},
        {"question": "labour-market-information", "codes": ["no"]},
        {"question": "remarks", "text": "Meer tijd."},
    )
    answers.must_fit(SCHOOLS)
    coded = {one.question: one for one in answers.coded(SCHOOLS)}
    assert (coded["needs"].answered, coded["needs"].codes) == (True, ())
    assert coded["first-choice"].answered is False
    assert "labour-market-sources" not in coded
    assert "remarks" not in coded
    assert "Meer tijd" not in str(coded)


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, False), (1, True), (183, True), (184, False)])
def test_a_round_closes_after_today_and_within_half_a_year(days: int, taken: bool) -> None:
    day = date(2026, 11, 2)
    facts = OpenRound(
        questionnaire="school",
        regions=("AM11",),
        from_date=date(2026, 8, 1),
        until_date=date(2027, 7, 31),
        closes_date=day + timedelta(days=days),
    )
    if taken:
        assert opened(new_id(), facts, read_questionnaires(), "x", day).questionnaire_version == 1
    else:
        with pytest.raises(Invalid):
            opened(new_id(), facts, read_questionnaires(), "x", day)


async def a_round(world: World, **facts: Any) -> Any:
    body = {
        "questionnaire": "school",
        "regions": ["AM11"],
        "fromDate": "2026-08-01",
        "untilDate": "2027-07-31",
        "closesDate": (today() + timedelta(days=30)).isoformat(),
    }
    return await good(world.operator.post("/v1/questionnaire-rounds", json=body | facts))


def path_of(round_: Any, respondent: UUID | str) -> str:
    return f"/v1/questionnaire-rounds/{round_['id']}/responses/{respondent}"


OFTEN = {"answers": [{"question": "first-choice", "codes": ["often"]}]}


async def put(client: Any, path: str, body: Any, **headers: str) -> Any:
    if tag := (await client.get(path)).headers.get("ETag"):
        headers = {"If-Match": tag, **headers}
    return await client.put(path, json=body, headers=headers)


async def test_what_is_begun_is_kept_and_what_is_finished_is_told_and_told_again_when_it_changes(world: World) -> None:
    round_ = await a_round(world)
    awaited = await world.intake.next_event(AnswersAwaited)
    assert (set(awaited.asked_of), awaited.reminder) == (set(world.schools.values()), False)
    path = path_of(round_, world.schools[FIRST])
    assert (await world.first.get(path)).status_code == 404
    begun = await good(world.first.put(path, json=OFTEN))
    assert (begun["finished"], begun["version"]) == (False, 0)
    finished = await good(put(world.first, path, OFTEN | {"finished": True}))
    assert (finished["finished"], finished["answers"][0]["codes"]) == (True, ["often"])
    told = await world.intake.next_event(AnswersGiven)
    always = {"answers": [{"question": "first-choice", "codes": ["always"]}]}
    await good(put(world.first, path, always))
    again = await world.intake.next_event(AnswersGiven)
    assert (told.response_id, told.version, again.version) == (again.response_id, 1, 2)
    choice = {one.question: one.codes for one in again.answers}["first-choice"]
    assert (choice, again.region, again.school_kind, again.audience) == (("always",), "AM11", "pro", "school")
    seen = await good(world.operator.get(f"/v1/questionnaire-rounds/{round_['id']}"))
    assert seen["finished"] == {"AM11": 1}


async def test_an_event_of_answers_names_no_school(world: World) -> None:
    round_ = await a_round(world)
    school = world.schools[FIRST]
    text = {"question": "remarks", "text": "Wij zoeken vooral in de zorg."}
    await good(world.first.put(path_of(round_, school), json={"answers": [text], "finished": True}))
    await world.intake.published_everything()
    message = await world.intake.sql.fetchval("select message::text from event_log where type like '%answers-given%'")
    assert message is not None
    assert not [word for word in (str(school), FIRST, "zorg.") if word in message]


async def test_other_schools_see_and_change_no_answers_of_another(world: World) -> None:
    round_ = await a_round(world)
    path = path_of(round_, world.schools[FIRST])
    await good(world.first.put(path, json=OFTEN))
    regional = world.as_("regional-coordinator", regions=["AM11"])
    assert (await world.second.get(path)).status_code == 404
    assert (await world.second.put(path, json=OFTEN)).status_code == 404
    assert (await regional.get(path)).status_code == 403
    assert (await good(world.second.get(path.rsplit("/", 1)[0])))["items"] == []
    assert len((await good(world.first.get(path.rsplit("/", 1)[0])))["items"]) == 1


async def test_who_did_not_see_the_answers_as_they_stand_does_not_write_over_them(world: World) -> None:
    path = path_of(await a_round(world), world.schools[FIRST])
    first = await world.first.put(path, json=OFTEN)
    assert (await world.first.put(path, json=OFTEN)).status_code == 428
    await good(world.first.put(path, json={"answers": []}, headers={"If-Match": first.headers["ETag"]}))
    late = await world.first.put(path, json=OFTEN, headers={"If-Match": first.headers["ETag"]})
    assert late.status_code == 412


async def test_open_answers_are_read_by_the_own_regions_coordinator_and_only_when_shared(world: World) -> None:
    round_ = await a_round(world)
    text = [{"question": "remarks", "text": "Een folder zou helpen."}]
    await good(world.first.put(path_of(round_, world.schools[FIRST]), json={"answers": text, "textShared": True}))
    await good(world.second.put(path_of(round_, world.schools[SECOND]), json={"answers": text}))
    path = f"/v1/questionnaire-rounds/{round_['id']}/open-answers"
    unread = (await good(world.as_("regional-coordinator", regions=["AM11"]).get(path)))["items"]
    assert unread == []  # nobody reads along while a school still writes
    for client, school, more in ((world.first, FIRST, {"textShared": True}), (world.second, SECOND, {})):
        body = {"answers": text, "finished": True, **more}
        await good(client.put(path_of(round_, world.schools[school]), json=body, headers={"If-Match": "*"}))
    regional, elsewhere = (world.as_("regional-coordinator", regions=[region]) for region in ("AM11", "AM30"))
    seen = (await good(regional.get(path)))["items"]
    assert [(one["respondentId"], one["text"]) for one in seen] == [(str(world.schools[FIRST]), text[0]["text"])]
    assert (await good(elsewhere.get(path)))["items"] == []
    assert (await world.second.get(path)).status_code == 403


@pytest.mark.parametrize("text", ["Bel mevrouw De Wit.", "Mail a.dewit@example.org", "BSN 111222333"])
async def test_open_answers_name_nobody(world: World, text: str) -> None:
    path = path_of(await a_round(world), world.schools[FIRST])
    refused = await world.first.put(path, json={"answers": [{"question": "remarks", "text": text}]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/answers/0/text")


async def fire(world: World, kind: str, round_: Any) -> None:
    """Its moment has come."""
    which = "kind = $1 and subject = $2"
    sql = world.intake.sql
    await sql.execute(f"update timers set next_at = clock_timestamp() where {which}", kind, round_["id"])
    await sql.execute("select pg_notify('stagebrug', 'timers')")
    await world.intake.until(f"select not exists (select from timers where {which})", kind, round_["id"])


async def test_who_has_not_finished_is_reminded_once_a_week_before_the_end(world: World) -> None:
    round_ = await a_round(world)
    await world.intake.next_event(AnswersAwaited)
    due = await world.intake.sql.fetchval("select due_at from timers where kind = 'round-reminds'")
    assert due.date() == date.fromisoformat(round_["closesDate"]) - REMIND_BEFORE
    await good(world.first.put(path_of(round_, world.schools[FIRST]), json=OFTEN | {"finished": True}))
    await good(world.second.put(path_of(round_, world.schools[SECOND]), json=OFTEN))
    await fire(world, "round-reminds", round_)
    reminded = await world.intake.next_event(AnswersAwaited)
    assert (reminded.asked_of, reminded.reminder) == ((world.schools[SECOND],), True)


async def test_after_its_last_day_a_round_takes_no_answers_and_counts_what_was_begun(world: World) -> None:
    round_ = await a_round(world)
    path = path_of(round_, world.schools[FIRST])
    await good(world.first.put(path, json=OFTEN))
    await fire(world, "round-closes", round_)
    told = await world.intake.next_event(AnswersGiven)
    assert {one.question: one.codes for one in told.answers}["first-choice"] == ("often",)
    late = await put(world.first, path, OFTEN)
    assert (late.status_code, late.json()["type"]) == (409, "urn:stagebrug:problem:round-is-closed")
    assert (await good(world.first.get(f"/v1/questionnaire-rounds/{round_['id']}")))["state"] == "closed"
    again = await world.operator.post(f"/v1/questionnaire-rounds/{round_['id']}/_close")
    assert again.status_code == 409
    assert await world.intake.sql.fetchval("select count(*) from timers where kind like 'round-%'") == 0


async def test_a_region_is_asked_the_same_once_at_a_time_and_by_who_looks_after_it(world: World) -> None:
    round_ = await a_round(world, regions=["AM11", "AM30"])
    body = {key: round_[key] for key in ("questionnaire", "regions", "fromDate", "untilDate", "closesDate")}
    regional = world.as_("regional-coordinator", regions=["AM11"])
    assert (await regional.post("/v1/questionnaire-rounds", json=body)).status_code == 403
    assert (await world.first.post("/v1/questionnaire-rounds", json=body)).status_code == 403
    runs = await regional.post("/v1/questionnaire-rounds", json=body | {"regions": ["AM11"]})
    assert (runs.status_code, round_["id"] in runs.json()["detail"]) == (409, True)
    assert (await regional.post(f"/v1/questionnaire-rounds/{round_['id']}/_close")).status_code == 403
    closed = await good(world.operator.post(f"/v1/questionnaire-rounds/{round_['id']}/_close"))
    assert (closed["state"], closed["finished"]) == ("closed", {"AM11": 0, "AM30": 0})
    await good(regional.post("/v1/questionnaire-rounds", json=body | {"regions": ["AM11"]}))


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"questionnaire": "parents"}, "/questionnaire"),
        ({"regions": ["AM99"]}, "/regions/0"),
        ({"regions": []}, "/regions"),
        ({"closesDate": "2026-01-01"}, "/closesDate"),
        ({"untilDate": "2026-01-01"}, "/untilDate"),
    ],
)
async def test_a_round_that_cannot_be_says_why(world: World, facts: dict[str, Any], pointer: str) -> None:
    body = {"questionnaire": "school", "regions": ["AM11"], "fromDate": "2026-08-01", "untilDate": "2027-07-31"}
    body["closesDate"] = (today() + timedelta(days=30)).isoformat()
    answer = await world.operator.post("/v1/questionnaire-rounds", json=body | facts)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


POSITIVE = {"answers": [{"question": "experience", "codes": ["positive"]}], "finished": True}


async def test_an_employer_tells_a_school_its_answers_and_another_school_does_not_change_them(world: World) -> None:
    round_ = await a_round(world, questionnaire="employer")
    employer = await world.employer(foundThrough="vso")
    path = path_of(round_, employer["id"])
    await good(world.first.put(path, json=POSITIVE))
    told = await world.intake.next_event(AnswersGiven)
    assert (told.audience, told.school_kind) == ("employer", "vso")
    assert employer["id"] not in told.model_dump_json()
    assert (await world.second.get(path)).status_code == 404
    taken = await world.second.put(path, json=POSITIVE)
    assert taken.json()["type"] == "urn:stagebrug:problem:answered-by-another"
    assert (await world.first.put(path_of(round_, world.schools[FIRST]), json=POSITIVE)).status_code == 404


async def test_what_an_employer_says_itself_goes_before_what_a_school_filled_in_for_it(world: World) -> None:
    round_ = await a_round(world, questionnaire="employer")
    employer = await world.employer()
    path = path_of(round_, employer["id"])
    await good(world.first.put(path, json=POSITIVE))
    told = await world.intake.next_event(AnswersGiven)
    better = {"answers": [{"question": "experience", "codes": ["could-be-better"]}], "finished": True}
    async with a_job(world) as work:
        found = await EmployerStore(work.session).find(UUID(employer["id"]), lock=True)
        assert found is not None
        await answer(work, UUID(round_["id"]), found, GiveAnswers.model_validate(better))
    found_rows = await world.intake.sql.fetch("select school_id, author, id, version from questionnaire_responses")
    assert [tuple(row) for row in found_rows] == [(None, None, told.response_id, 2)]
    assert (await world.first.get(path)).status_code == 404
    again = await world.first.put(path, json=POSITIVE)
    assert again.json()["type"] == "urn:stagebrug:problem:answered-by-another"


async def test_nobody_answers_for_who_is_not_asked(world: World) -> None:
    there = await a_round(world, regions=["AM30"])
    refused = await world.first.put(path_of(there, world.schools[FIRST]), json=OFTEN)
    assert refused.json()["type"] == "urn:stagebrug:problem:not-asked"
    employers = await a_round(world, questionnaire="employer")
    private = await world.employer(private=True)
    assert (await world.second.put(path_of(employers, private["id"]), json=POSITIVE)).status_code == 404
    assert (await world.first.put(path_of({"id": unknown()}, unknown()), json=OFTEN)).status_code == 404


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_answers_to_a_questionnaire_are_deleted_three_years_after_they_were_given(
    world: World, by: int, gone: bool
) -> None:
    path = path_of(await a_round(world), world.schools[FIRST])
    await good(world.first.put(path, json={"answers": [], "finished": True}))
    day = over("questionnaire-response", by)
    await world.intake.sql.execute("update questionnaire_responses set recorded_at = $1::date + time '12:00'", day)
    await forget(world)
    assert (await world.first.get(path)).status_code == (404 if gone else 200)
