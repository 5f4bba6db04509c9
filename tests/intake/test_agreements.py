"""The agreement: complete before anybody signs, signed in order, and never another text under a signature."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.intake.days import today
from services.intake.domain.agreement import EXAMPLE
from tests.intake.world import World, good

TERMS: dict[str, Any] = EXAMPLE
CHILD, MINOR = (today() - timedelta(days=days) for days in (15 * 366, 17 * 366))


async def placed(world: World, **student: Any) -> str:
    placement = await world.place(await world.student(**student), await world.offer())
    return f"/v1/placements/{placement.json()['id']}"


async def drawn_up(world: World, path: str, **terms: Any) -> Any:
    return await good(world.first.put(f"{path}/agreement", json=TERMS | terms))


async def sign(world: World, path: str, party: str, **given: Any) -> httpx.Response:
    return await world.first.post(f"{path}/agreement/_sign", json={"party": party} | given)


def parties(agreement: Any) -> list[str]:
    return [one["party"] for one in agreement["parties"]]


async def test_an_agreement_is_drawn_up_printed_and_signed_by_each_in_order(world: World) -> None:
    path = await placed(world, birthDate=MINOR.isoformat())
    agreement = await drawn_up(world, path)
    assert (agreement["number"], agreement["state"], agreement["missing"]) == (1, "to-be-signed", [])
    assert parties(agreement) == ["student", "school", "employer"]
    for party, state, following in (
        ("student", "being-signed", "school"),
        ("school", "being-signed", "employer"),
        ("employer", "signed", None),
    ):
        signed = (await sign(world, path, party, number=1, signedDate=today().isoformat())).json()
        assert (signed["state"], signed["nextParty"]) == (state, following)
    signature = signed["parties"][0]["signature"]
    assert (signature["way"], signature["signedDate"]) == ("by-hand", today().isoformat())
    assert set(signature) == {"party", "way", "signedDate", "recordedAt"}
    printed = await world.first.get(f"{path}/agreement/document")
    assert (printed.headers["content-type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    assert "versie-1.pdf" in printed.headers["content-disposition"]


async def test_what_is_missing_is_said_in_dutch_and_nobody_signs_before_it_is_there(world: World) -> None:
    path = await placed(world)
    draft = await good(world.first.put(f"{path}/agreement", json={}))
    assert draft["state"] == "incomplete"
    said = {line["pointer"]: line["sentence"] for line in draft["missing"]}
    assert said["/learningGoals"] == "de leerdoelen"
    assert said["/hours"] == "van hoe laat tot hoe laat, voor elke stagedag"
    assert set(said) == {
        "/learningGoals", "/activities", "/hours", "/breakMinutes", "/schoolSupervisor", "/schoolGuidance",
        "/employerSupervisor", "/employerGuidance", "/assessment", "/insurance", "/allowance", "/compensation",
    }  # fmt: skip
    refused = await sign(world, path, "student")
    assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (409, "agreement-is-incomplete")
    assert "de leerdoelen" in refused.json()["detail"]
    assert (await world.first.get(f"{path}/agreement/document")).content[:5] == b"%PDF-"


async def test_out_of_order_twice_or_by_who_does_not_sign_is_refused_in_dutch(world: World) -> None:
    path = await placed(world, birthDate=MINOR.isoformat())
    await drawn_up(world, path)
    for party, slug, said in (
        ("employer", "not-their-turn", "Eerst tekent de leerling, en dan pas het bedrijf."),
        ("parents", "signs-not", "geen handtekening van de ouders of verzorgers"),
    ):
        refused = await sign(world, path, party)
        assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (409, slug)
        assert said in refused.json()["detail"]
    assert (await sign(world, path, "student")).status_code == 200
    twice = await sign(world, path, "student")
    assert (twice.status_code, twice.json()["type"].split(":")[-1]) == (409, "signed-already")
    ahead = (today() + timedelta(days=1)).isoformat()
    assert (await sign(world, path, "school", signedDate=ahead)).status_code == 400


@pytest.mark.parametrize(
    ("born", "asked", "expected"),
    [
        (CHILD, False, ["student", "parents", "school", "employer"]),
        (MINOR, False, ["student", "school", "employer"]),
        (MINOR, True, ["student", "parents", "school", "employer"]),
    ],
)
async def test_parents_sign_below_sixteen_and_after_that_when_the_school_asks(
    world: World, born: date, asked: bool, expected: list[str]
) -> None:
    path = await placed(world, birthDate=born.isoformat())
    assert parties(await drawn_up(world, path, parentsSign=asked)) == expected


async def test_parents_do_not_sign_for_an_adult(world: World) -> None:
    path = await placed(world, birthDate=(today() - timedelta(days=18 * 366)).isoformat())
    answer = await world.first.put(f"{path}/agreement", json=TERMS | {"parentsSign": True})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/parentsSign")


async def test_a_changed_agreement_is_signed_anew_and_the_old_one_stays_as_it_was(world: World) -> None:
    path = await placed(world, birthDate=MINOR.isoformat())
    await drawn_up(world, path)
    await sign(world, path, "student")
    tag = (await world.first.get(f"{path}/agreement")).headers["ETag"]
    changed = TERMS | {"learningGoals": ["Zelfstandig werken"]}
    assert (await world.first.put(f"{path}/agreement", json=changed)).status_code == 428
    newer = await good(world.first.put(f"{path}/agreement", json=changed, headers={"If-Match": tag}))
    assert (newer["number"], newer["state"], newer["nextParty"]) == (2, "to-be-signed", "student")
    versions = (await good(world.first.get(f"{path}/agreement/versions")))["items"]
    assert [(one["number"], one["state"]) for one in versions] == [(1, "outdated"), (2, "to-be-signed")]
    assert versions[0]["terms"]["learningGoals"] == TERMS["learningGoals"]
    old = await sign(world, path, "school", number=1)
    assert (old.status_code, old.json()["type"].split(":")[-1]) == (409, "agreement-is-outdated")
    assert "onderteken versie 2" in old.json()["detail"]
    lost = await world.first.put(f"{path}/agreement", json=TERMS, headers={"If-Match": tag})
    assert lost.status_code == 412


async def test_other_words_make_a_version_and_the_same_words_none(world: World) -> None:
    path = await placed(world)
    await drawn_up(world, path)
    for _ in range(2):
        again = await good(
            world.first.put(f"{path}/agreement", json=TERMS | {"breakMinutes": 45}, headers={"If-Match": "*"})
        )
        assert (again["number"], again["terms"]["breakMinutes"]) == (2, 45)
    await sign(world, path, "student")
    same = await good(
        world.first.put(f"{path}/agreement", json=TERMS | {"breakMinutes": 45}, headers={"If-Match": "*"})
    )
    assert (same["number"], same["state"]) == (2, "being-signed")


async def test_who_signs_at_one_moment_signs_once(world: World) -> None:
    path = await placed(world, birthDate=MINOR.isoformat())
    await drawn_up(world, path)
    answers = await asyncio.gather(*(sign(world, path, "student") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
    kept = await world.intake.sql.fetchval("select jsonb_array_length(signatures) from agreements")
    assert kept == 1


async def test_hours_are_on_days_of_the_placement(world: World) -> None:
    path = await placed(world)
    hours = [{"weekday": "sun", "startTime": "09:00", "endTime": "15:00"}]
    answer = await world.first.put(f"{path}/agreement", json=TERMS | {"hours": hours})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/hours")


async def test_a_job_has_another_contract(world: World) -> None:
    offer = await world.offer(kind="job")
    placement = (await world.place(await world.student(), offer)).json()
    answer = await world.first.put(f"/v1/placements/{placement['id']}/agreement", json=TERMS)
    assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (409, "no-such-agreement")
    assert "arbeidsovereenkomst" in answer.json()["detail"]


async def test_another_school_finds_no_agreement_and_a_job_coach_reads_none(world: World) -> None:
    student = await world.student()
    placement = (await world.place(student, await world.offer())).json()
    path = f"/v1/placements/{placement['id']}/agreement"
    await good(world.first.put(path, json=TERMS))
    until = (today() + timedelta(days=100)).isoformat()
    coach = {"name": "J", "email": "j@gemeente.example", "untilDate": until, "ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{student['id']}/jobcoach", json=coach))
    jobcoach = world.as_("jobcoach", sub="j", email="j@gemeente.example")
    for caller, status in ((world.second, 404), (jobcoach, 403)):
        for answer in (
            caller.get(path),
            caller.get(f"{path}/document"),
            caller.get(f"{path}/versions"),
            caller.put(path, json=TERMS, headers={"If-Match": "*"}),
            caller.post(f"{path}/_sign", json={"party": "student"}),
        ):
            assert (await answer).status_code == status


async def test_the_supervisors_that_are_known_are_filled_in(world: World) -> None:
    employer = await world.employer(contactPersons=[{"name": "T. de Wit", "role": "praktijkopleider"}])
    student = await world.student()
    await good(
        world.first.put(f"/v1/students/{student['id']}/coach", json={"name": "M. Visser", "email": "m@school.example"})
    )
    placement = (await world.place(student, await world.offer(employer["id"]))).json()
    path = f"/v1/placements/{placement['id']}"
    unknown_person = await world.first.put(f"{path}/supervision", json={"supervisor": "P. Onbekend"})
    assert (unknown_person.status_code, unknown_person.json()["errors"][0]["pointer"]) == (400, "/supervisor")
    given = {"supervisor": "t. de wit", "suits": "Rustig", "forms": ["employer", "remote"], "rhythm": "weekly"}
    told = await good(world.first.put(f"{path}/supervision", json=given))
    assert (told["supervisor"], told["coach"]["name"], told["jobcoach"]) == ("T. de Wit", "M. Visser", None)
    assert (await world.first.put(f"{path}/supervision", json=given)).status_code == 428
    assert (await world.second.get(f"{path}/supervision")).status_code == 404
    left_out = {key: value for key, value in TERMS.items() if not key.endswith("Supervisor")}
    agreement = await good(world.first.put(f"{path}/agreement", json=left_out))
    assert agreement["terms"]["employerSupervisor"] == "T. de Wit"
    assert agreement["terms"]["schoolSupervisor"] == "M. Visser"


async def test_a_job_coach_sees_who_guides_and_not_what_the_school_thinks_of_it(world: World) -> None:
    student = await world.student()
    placement = (await world.place(student, await world.offer())).json()
    path = f"/v1/placements/{placement['id']}/supervision"
    assert (await world.first.get(path)).status_code == 404
    await good(world.first.put(path, json={"suits": "Past goed", "forms": ["jobcoach"]}))
    until = (today() + timedelta(days=100)).isoformat()
    coach = {"name": "J", "email": "j@gemeente.example", "untilDate": until, "ground": "legal-task"}
    await good(world.first.put(f"/v1/students/{student['id']}/jobcoach", json=coach))
    jobcoach = world.as_("jobcoach", sub="j", email="j@gemeente.example")
    seen = await good(jobcoach.get(path))
    assert (seen["suits"], seen["forms"], seen["jobcoach"]["name"]) == (None, ["jobcoach"], "J")
    assert (await jobcoach.put(path, json={}, headers={"If-Match": "*"})).status_code == 403


async def test_who_is_erased_leaves_no_agreement(world: World) -> None:
    student = await world.student()
    placement = (await world.place(student, await world.offer())).json()
    path = f"/v1/placements/{placement['id']}"
    await drawn_up(world, path)
    await good(world.first.put(f"{path}/supervision", json={"suits": "Past goed"}))
    await good(
        world.first.post(
            f"/v1/placements/{placement['id']}/_end", json={"endedDate": "2026-10-05", "outcome": "completed"}
        )
    )
    assert (await world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"})).is_success
    for table in ("agreements", "supervisions"):
        assert await world.intake.sql.fetchval(f"select count(*) from {table}") == 0
    assert (await world.first.get(f"{path}/agreement")).status_code == 404


async def test_who_acts_for_a_student_of_another_school_draws_up_the_agreement_too(world: World) -> None:
    student = await world.student()
    placement = (await world.place(student, await world.offer())).json()
    until = (today() + timedelta(days=30)).isoformat()
    lent = {"email": "c@school.example", "studentIds": [student["id"]], "untilDate": until, "reason": "leave"}
    await good(world.first.post("/v1/delegations", json=lent))
    colleague = world.as_("coordinator", sub="c", email="c@school.example", schools=["30AB01"])
    path = f"/v1/placements/{placement['id']}"
    assert (await good(colleague.put(f"{path}/supervision", json={"forms": ["employer"]})))["forms"] == ["employer"]
    assert (await good(colleague.put(f"{path}/agreement", json=TERMS)))["number"] == 1
    signed = await colleague.post(f"{path}/agreement/_sign", json={"party": "student"})
    assert signed.status_code == 200
    assert (await good(world.first.get(f"{path}/agreement")))["state"] == "being-signed"


async def test_a_contact_person_who_is_erased_stands_in_no_agreement(world: World) -> None:
    employer = await world.employer(contactPersons=[{"name": "T. de Wit"}])
    placement = (await world.place(await world.student(), await world.offer(employer["id"]))).json()
    path = f"/v1/placements/{placement['id']}"
    await good(world.first.put(f"{path}/supervision", json={"supervisor": "T. de Wit", "suits": "De Wit is rustig."}))
    await drawn_up(world, path, employerSupervisor="T. de Wit, praktijkopleider")
    erased = {"name": "T. de Wit", "reason": "asked"}
    answer = await world.first.post(f"/v1/employers/{employer['id']}/contact-persons/_erase", json=erased)
    assert answer.is_success, answer.text
    kept = await world.intake.sql.fetch(
        "select agreements::text as row from agreements union select supervisions::text from supervisions"
    )
    assert len(kept) == 2
    assert not [row["row"] for row in kept if "Wit" in row["row"]]
