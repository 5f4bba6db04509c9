"""A coach asks the schools that know an employer; the answer is kept where the answering school wants it."""

from typing import Any

import httpx

from services.intake.domain.codes import LISTS
from services.intake.domain.remark import Experience
from shared.events.intake import QuestionAnswered, QuestionAsked
from tests.intake.test_renewing import let_pass
from tests.intake.world import FIRST, LELYSTAD, World, good

QUESTION = {"text": "Past het bij leerlingen die niet tegen drukte kunnen?"}
THIRD = "01CD00"


async def a_third(world: World) -> httpx.AsyncClient:
    school = {"brin": THIRD, "name": "School C", "kind": "vso", "address": LELYSTAD}
    world.schools[THIRD] = (await good(world.operator.post("/v1/schools", json=school)))["id"]
    return world.as_("coordinator", sub="third", schools=[THIRD])


async def asked(world: World) -> tuple[Any, Any]:
    """The second school asks about an employer that the first brought in."""
    employer = await world.employer()
    return employer, await good(world.second.post(f"/v1/employers/{employer['id']}/questions", json=QUESTION))


async def test_the_schools_that_know_an_employer_are_asked(world: World) -> None:
    third = await a_third(world)
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    own = await world.first.post(f"{path}/questions", json=QUESTION)
    assert (own.status_code, own.json()["type"]) == (409, "urn:stagebrug:problem:nobody-knows-the-employer")
    talk = {"channel": "visit", "outcome": "good-talk", "contactDate": "2026-09-14"}
    await good(third.post(f"{path}/contacts", json=talk))
    question = await good(world.second.post(f"{path}/questions", json=QUESTION))
    assert set(question["askedOf"]) == {str(world.schools[FIRST]), world.schools[THIRD]}
    told = await world.intake.next_event(QuestionAsked)
    assert {str(school) for school in told.asked_of} == set(question["askedOf"])
    assert "drukte" not in told.model_dump_json()
    for reader in (world.first, third):
        waiting = await good(reader.get("/v1/questions?direction=to-us&answered=false"))
        assert [one["id"] for one in waiting["items"]] == [question["id"]]


async def test_an_answer_is_for_who_asked_alone_unless_it_is_shared(world: World) -> None:
    third = await a_third(world)
    employer = await world.employer(cooperations=[{"schoolId": world.schools[THIRD]}])
    remarks = f"/v1/employers/{employer['id']}/remarks"
    question = await good(world.second.post(f"/v1/employers/{employer['id']}/questions", json=QUESTION))
    path = f"/v1/questions/{question['id']}"
    await good(world.first.post(f"{path}/answers", json={"text": "Op zaterdag is het druk."}))
    assert (await world.intake.next_event(QuestionAnswered)).answered_by == world.schools[FIRST]
    assert (await good(third.get(path)))["answers"] == []
    assert (await good(third.get(remarks)))["items"] == []
    said = {"text": "Er is een rustige plek.", "experiences": ["welcoming"], "shared": True}
    await good(third.post(f"{path}/answers", json=said))

    seen = await good(world.second.get(path))
    assert [(one["text"], one["shared"]) for one in seen["answers"]] == [
        ("Op zaterdag is het druk.", False),
        ("Er is een rustige plek.", True),
    ]
    assert [one["text"] for one in (await good(world.first.get(path)))["answers"]] == ["Op zaterdag is het druk."]
    (kept,) = (await good(world.first.get(remarks)))["items"]
    assert (kept["text"], kept["experiences"]) == ("Er is een rustige plek.", ["welcoming"])
    assert (await good(third.get("/v1/questions?direction=to-us&answered=false")))["items"] == []
    assert len((await good(world.second.get("/v1/questions?direction=from-us&answered=true")))["items"]) == 1


async def test_who_neither_asked_nor_was_asked_finds_no_question(world: World) -> None:
    third = await a_third(world)
    _, question = await asked(world)
    path = f"/v1/questions/{question['id']}"
    assert (await third.get(path)).status_code == 404
    assert (await third.post(f"{path}/answers", json={"text": "Ja."})).status_code == 404
    assert (await good(third.get("/v1/questions")))["items"] == []
    assert (await world.second.post(f"{path}/answers", json={"text": "Ja."})).status_code == 403
    assert (await world.operator.get(path)).status_code == 403


async def test_an_answer_is_about_the_company_and_codes_are_shared(world: World) -> None:
    _, question = await asked(world)
    path = f"/v1/questions/{question['id']}/answers"
    for body in ({"text": "Vraag het mevrouw Jansen."}, {"text": "Ja.", "experiences": ["welcoming"]}, {}):
        assert (await world.first.post(path, json=body)).status_code == 400


async def test_a_question_is_forgotten_after_24_months_and_what_was_shared_lives_its_own_time(world: World) -> None:
    employer, question = await asked(world)
    path = f"/v1/questions/{question['id']}"
    await good(world.first.post(f"{path}/answers", json={"text": "Ja.", "shared": True}))
    await let_pass(world, "question-ends")
    await world.intake.until("select count(*) = 0 from questions")
    assert (await world.second.get(path)).status_code == 404
    assert len((await good(world.second.get(f"/v1/employers/{employer['id']}/remarks")))["items"]) == 1


def test_every_experience_has_its_words() -> None:
    assert set(LISTS["experiences"]) == {code.value for code in Experience}
