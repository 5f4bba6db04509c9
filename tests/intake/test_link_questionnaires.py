"""An employer answers the questionnaire by link: piece by piece, until its round closes, and nobody else sees what."""

import html
import re
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.intake.days import today
from services.intake.domain.link_answers import FillInQuestionnaire
from services.intake.domain.questionnaire import GiveAnswers, Item, ItemKind, Questionnaire
from services.intake.public.forms import LARGEST_FORM, given, read
from services.intake.public.questionnaire_form import NONE, NONE_AND_SOME, answers_from, fields_of
from services.intake.questionnaire_data import questionnaire, read_questionnaires
from shared.errors import Invalid
from shared.events.intake import AnswersGiven, LinkAnswered, LinkIssued
from tests.intake.test_link_attacks import HOSTILE, answers_of
from tests.intake.test_links import a_link, seen, sent
from tests.intake.test_questionnaires import POSITIVE, a_round, fire, path_of, put
from tests.intake.world import FIRST, ZWOLLE, World, good

EMPLOYERS = questionnaire("employer", 1)
OF_ALL_KINDS = Questionnaire.model_validate(
    {
        "name": "all-kinds", "version": 1, "validFromDate": "2026-08-01", "audience": "employer", "title": "Alles",
        "items": [
            {"code": "one", "kind": "single", "need": "K1", "text": "Eén?", "choices": [{"code": "yes", "text": "ja"}]},
            {"code": "more", "kind": "multi", "need": "K1", "text": "Meer?",
             "choices": [{"code": "a", "text": "a"}, {"code": "b", "text": "b"}],
             "askedIf": {"question": "one", "codes": ["yes"]}},
            {"code": "many", "kind": "number", "need": "K1", "text": "Hoeveel?"},
        ],
    }
)  # fmt: skip


def filled_in(asked: Questionnaire, **fields: Any) -> GiveAnswers:
    """A form as a browser sends it, read as the page reads it."""
    form = {
        f"q-{name.replace('_', '-')}": value if isinstance(value, list) else [value] for name, value in fields.items()
    }
    said = read(FillInQuestionnaire, form, fields_of(asked, None))
    assert isinstance(said, FillInQuestionnaire)
    return answers_from(asked, said)


def wrong_in(asked: Questionnaire, **fields: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        filled_in(asked, **fields)
    return {problem.pointer: problem.detail for problem in refused.value.problems}


def anything(item: Item, leads_on: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """An answer of the kind that a question takes, on which further questions are asked."""
    codes = [choice.code for choice in item.choices]
    match item.kind:
        case ItemKind.SINGLE:
            return {"codes": [leads_on.get(item.code, codes)[0]]}
        case ItemKind.MULTI:
            return {"codes": codes}
        case ItemKind.NUMBER:
            return {"number": 0}
        case ItemKind.OPEN:
            return {"text": "Meer tijd."}


@pytest.mark.parametrize("asked", [*read_questionnaires(), OF_ALL_KINDS], ids=lambda one: one.name)
def test_what_was_answered_stands_in_the_form_and_is_read_from_it_again(asked: Questionnaire) -> None:
    leads_on = {item.asked_if.question: item.asked_if.codes for item in asked.items if item.asked_if}
    answers = [{"question": item.code, **anything(item, leads_on)} for item in asked.items]
    known = GiveAnswers.model_validate({"answers": answers, "textShared": True})
    form = {field.name: list(field.known) for field in fields_of(asked, known)}
    said = read(FillInQuestionnaire, {name: values for name, values in form.items() if values}, fields_of(asked, None))
    assert isinstance(said, FillInQuestionnaire)
    again = answers_from(asked, said)
    assert (again.answers, again.finished) == (known.answers, False)
    assert again.text_shared is any(item.kind is ItemKind.OPEN for item in asked.items)


def test_none_of_them_is_an_answer_and_nothing_is_none() -> None:
    assert filled_in(EMPLOYERS, motives=[NONE]).by_question["motives"].codes == ()
    assert filled_in(EMPLOYERS).answers == ()
    assert wrong_in(EMPLOYERS, motives=[NONE, "other"]) == {"/q-motives": NONE_AND_SOME}


def test_what_belongs_to_another_answer_is_said_in_words() -> None:
    assert wrong_in(EMPLOYERS, other_source_kinds=["sbb"]) == {
        "/q-other-source-kinds": "Alleen als u ‘ja’ koos bij: Kreeg u ook informatie van anderen dan de school? "
        "Of laat deze vraag leeg."
    }
    assert filled_in(EMPLOYERS, other_sources="yes", other_source_kinds=["sbb"]).answers[1].codes == ("sbb",)


@pytest.mark.parametrize("number", ["-1", "1001", "veel", "1.5", "1e3", "9" * 400])
def test_what_is_no_number_is_refused(number: str) -> None:
    assert set(wrong_in(OF_ALL_KINDS, many=number)) == {"/q-many"}


def test_everything_ticked_is_a_form() -> None:
    fields = [(field.name, value) for field in fields_of(EMPLOYERS, None) for value, _ in field.choices]
    ticked = given("&".join(f"{name}={value}" for name, value in fields).encode())
    assert sum(map(len, ticked.values())) > 60
    assert LARGEST_FORM > 6 * 2_000


async def asked_by_link(world: World, **facts: Any) -> tuple[Any, Any, Any]:
    """A round of employers, one of them, and its link."""
    round_ = await a_round(world, questionnaire="employer")
    employer = await world.employer(**facts)
    return round_, employer, await a_link(world, "questionnaire", employer)


async def kept(world: World) -> Any:
    return await world.intake.sql.fetchrow(
        "select school_id, author, finished, text_shared, given from questionnaire_responses"
    )


async def answers_kept(world: World) -> dict[str, Any]:
    given = GiveAnswers.model_validate_json((await kept(world))["given"])
    return {one.question: one.codes or one.text for one in given.answers}


ALL = {
    "q-experience": "positive",
    "q-motives": ["other", "labour-shortage"],
    "q-other-sources": "yes",
    "q-other-source-kinds": [NONE],
    "q-remarks": "Het gaat goed.",
    "text_shared": "yes",
    "finished": "yes",
}


async def test_an_employer_answers_the_whole_questionnaire_by_link(world: World) -> None:
    round_, employer, link = await asked_by_link(world, foundThrough="vso")
    page = (await seen(world, link)).text
    for item in EMPLOYERS.items:
        assert html.escape(item.text, quote=False).replace("'", "&#39;") in page, item.code
    assert "Alleen als u ‘ja’ koos bij: Kreeg u ook informatie" in page
    done = await sent(world, link, **ALL)
    assert (done.status_code, "dezelfde link" in done.text) == (200, True), done.text
    assert f"{today().year}" in done.text
    row = await kept(world)
    assert (row["school_id"], row["author"], row["finished"], row["text_shared"]) == (None, None, True, True)
    told = await world.intake.next_event(AnswersGiven)
    said = {one.question: (one.answered, one.codes) for one in told.answers}
    assert said["experience"] == (True, ("positive",))
    assert said["other-source-kinds"] == (True, ())
    assert said["initiative"] == (False, ())
    assert (told.audience, told.school_kind) == ("employer", "vso")
    regional = world.as_("regional-coordinator", regions=["AM11"])
    texts = await good(regional.get(f"/v1/questionnaire-rounds/{round_['id']}/open-answers"))
    assert [(one["respondentId"], one["text"]) for one in texts["items"]] == [(employer["id"], "Het gaat goed.")]


async def test_the_school_that_made_the_link_learns_that_it_was_answered_and_not_what(world: World) -> None:
    round_, employer, link = await asked_by_link(world)
    await sent(world, link, **ALL)
    told = await world.intake.next_event(LinkAnswered)
    assert (told.code, told.employer_id) == ("questionnaire-finished", None)
    read_again = await good(world.first.get(f"/v1/links/{link['id']}"))
    assert [(one["code"], one["said"]) for one in read_again["answers"]] == [("questionnaire-finished", {})]
    assert (await world.first.get(path_of(round_, employer["id"]))).status_code == 404


async def test_what_is_begun_is_kept_and_is_changed_until_the_round_closes(world: World) -> None:
    _, _, link = await asked_by_link(world)
    begun = await sent(world, link, **{"q-experience": "positive", "q-remarks": "Eerst dit."})
    assert "is bewaard" in begun.text
    assert (await kept(world))["finished"] is False
    page = (await seen(world, link)).text
    assert re.search(r'name="q-experience" value="positive" checked', page)
    assert ">Eerst dit.</textarea>" in page
    await sent(world, link, **{"q-experience": "could-be-better", "q-motives": "other", "finished": "yes"})
    assert await answers_kept(world) == {"experience": ("could-be-better",), "motives": ("other",)}
    await sent(world, link, **{"q-experience": ""})
    assert await answers_kept(world) == {}
    assert (await kept(world))["finished"] is True
    assert await answers_of(world, link) == ["questionnaire-begun", "questionnaire-finished", "questionnaire-begun"]


async def test_what_an_employer_says_by_link_goes_before_what_a_school_filled_in_and_shows_nothing_of_it(
    world: World,
) -> None:
    round_, employer, link = await asked_by_link(world)
    noted = {
        "answers": [
            {"question": "experience", "codes": ["positive"]},
            {"question": "remarks", "text": "Gehoord aan de telefoon."},
        ]
    }
    await good(world.first.put(path_of(round_, employer["id"]), json=noted | {"finished": True}))
    first = await world.intake.next_event(AnswersGiven)
    page = (await seen(world, link)).text
    assert "al voor u ingevuld" in page
    assert "telefoon." not in page
    assert not re.search(r'name="q-[\w-]+" value="[\w-]+" checked', page)
    await sent(world, link, **{"q-experience": "could-be-better"})
    again = await world.intake.next_event(AnswersGiven)
    assert (again.response_id, (await kept(world))["school_id"]) == (first.response_id, None)
    late = await put(world.first, path_of(round_, employer["id"]), POSITIVE)
    assert late.json()["type"] == "urn:stagebrug:problem:answered-by-another"


async def test_what_is_wrong_is_said_beside_its_question_and_what_was_typed_stays(world: World) -> None:
    person = {"name": "Ans Visserman", "role": "chef"}
    _, _, link = await asked_by_link(world, contactPersons=[person])
    right = {"q-motives": ["labour-shortage"], "q-remarks": "Zo blijft het staan."}
    for fields, wrong in (
        ({"q-experience": "perhaps"}, "q-experience"),
        ({"q-motives": ["perhaps"]}, "q-motives"),
        ({"q-motives": [NONE, "other"]}, "q-motives"),
        ({"q-bottleneck-kinds": ["other"]}, "q-bottleneck-kinds"),
        ({"q-remarks": "Bel mevrouw De Wit."}, "q-remarks"),
        ({"q-remarks": "Visserman doet het goed."}, "q-remarks"),
        ({"q-remarks": "Nummer 111222333"}, "q-remarks"),
        ({"q-remarks": "a" * 2001}, "q-remarks"),
        ({"finished": "perhaps"}, "finished"),
        ({"text_shared": "perhaps"}, "text_shared"),
    ):
        answer = await sent(world, link, **right | fields)
        assert answer.status_code == 400, fields
        assert re.findall(r'id="([\w-]+)-fout"', answer.text) == [wrong], fields
        assert ("q-motives" in fields) or re.search(r'value="labour-shortage" checked', answer.text)
        assert ("q-remarks" in fields) or "Zo blijft het staan." in answer.text
    assert await kept(world) is None
    assert await answers_of(world, link) == []


@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_closed_round_says_so_and_takes_nothing(world: World, by_hand: bool) -> None:
    round_, _, link = await asked_by_link(world)
    await sent(world, link, **{"q-experience": "positive"})
    if by_hand:
        await good(world.operator.post(f"/v1/questionnaire-rounds/{round_['id']}/_close"))
    else:
        await fire(world, "round-closes", round_)
    closed = ["experience"]
    for page in (await seen(world, link), await sent(world, link, **{"q-motives": "other"})):
        assert (page.status_code, "is gesloten" in page.text) == (410, True)
    assert list(await answers_kept(world)) == closed
    renewed = await world.first.post(f"/v1/links/{link['id']}/_renew")
    assert renewed.json()["type"] == "urn:stagebrug:problem:round-is-closed"


async def test_a_link_lasts_until_the_last_day_of_its_round(world: World) -> None:
    round_, employer, link = await asked_by_link(world, email="info@linde.example")
    ends = await world.intake.sql.fetchval("select (expires_at at time zone 'Europe/Amsterdam')::text from links")
    assert ends[:10] > round_["closesDate"]
    assert ends.endswith("00:00:00")
    renewed = await good(world.first.post(f"/v1/links/{link['id']}/_renew"))
    assert renewed["expiresAt"] == link["expiresAt"]
    mailed = await a_link(world, "questionnaire", employer, delivery="mail")
    assert (await world.intake.next_event(LinkIssued)).purpose == "questionnaire"
    letter = await good(
        world.as_(sub="notifications", scope="intake:letters:read").post(f"/v1/links/{mailed['id']}/letter")
    )
    assert letter["lastDay"] == round_["closesDate"]
    await world.intake.sql.execute("update links set expires_at = clock_timestamp()")
    page = await seen(world, renewed)
    assert (page.status_code, "is gesloten" in page.text) == (410, True)


async def test_a_link_of_one_round_answers_no_other(world: World) -> None:
    body: dict[str, Any] = {"purpose": "questionnaire", "recipient": "employer"}
    employer = await world.employer()
    await a_round(world)
    await a_round(world, questionnaire="employer", regions=["AM30"])
    none = await world.first.post("/v1/links", json=body | {"subjectId": employer["id"]})
    assert (none.status_code, none.json()["type"]) == (409, "urn:stagebrug:problem:no-round-is-open")
    first = await a_round(world, questionnaire="employer")
    link = await a_link(world, "questionnaire", employer)
    await good(world.operator.post(f"/v1/questionnaire-rounds/{first['id']}/_close"))
    await a_round(world, questionnaire="employer")
    page = await sent(world, link, **{"q-experience": "positive"})
    assert (page.status_code, "is gesloten" in page.text) == (410, True)
    assert await kept(world) is None


async def test_an_employer_that_moved_out_of_the_round_or_stopped_has_nothing_to_do(world: World) -> None:
    _, employer, link = await asked_by_link(world)
    await good(world.first.patch(f"/v1/employers/{employer['id']}", json={"address": ZWOLLE}))
    for page in (await seen(world, link), await sent(world, link, **{"q-experience": "positive"})):
        assert (page.status_code, "niet meer nodig" in page.text) == (410, True)
    await good(world.first.post(f"/v1/employers/{employer['id']}/_stop", json={"reason": "opted-out"}))
    assert (await seen(world, link)).status_code == 410
    assert await kept(world) is None


async def test_a_link_shows_and_changes_nothing_of_another_employer(world: World) -> None:
    _, _, link = await asked_by_link(world)
    other = await world.employer(name="Kwekerij De Roos")
    theirs = await a_link(world, "questionnaire", other)
    await sent(world, theirs, **{"q-experience": "positive", "q-remarks": "Van de kwekerij."})
    page: httpx.Response = await seen(world, link)
    assert not [word for word in ("kwekerij", "Roos", " checked> <span>Positief") if word in page.text]
    await sent(world, link, employer_id=other["id"], round_id="x", **{"q-experience": "could-be-better"})
    rows = await world.intake.sql.fetch("select employer_id, given::text from questionnaire_responses order by id")
    said = {str(row[0]): row[1] for row in rows}
    assert ("positive" in said[other["id"]], "positive" in said.pop(link["subjectId"]), len(said)) == (True, False, 1)
    assert UUID(link["schoolId"]) == world.schools[FIRST]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_in_an_answer_are_words(world: World, text: str) -> None:
    _, _, link = await asked_by_link(world)
    unheard_of = {f"q-{text}": "x", "q-": "y", "q-__class__": "z", "q-remarks": text}
    assert (await sent(world, link, **unheard_of)).status_code == 200
    assert list((await answers_kept(world)).values()) == [text]
    page = (await seen(world, link)).text
    assert not [word for word in ("<script>alert", "<img", ">49") if word in page]
    again = await sent(world, link, **{"q-experience": text, "q-motives": [text] * 20})
    assert (again.status_code, "<script>alert" in again.text) == (400, False)
