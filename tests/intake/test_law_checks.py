"""The law check as schools ask it, of ages, students, offers and placements; and placements that the law refuses."""

from datetime import date
from typing import Any

import pytest

from shared.events.intake import EmployerOffered, PlacementRefused
from tests.intake.test_placements import accepted
from tests.intake.world import STAY, STUDENT, World, good, unknown

TUESDAY = {"weekday": "tue", "startTime": "09:00", "endTime": "15:30", "breakMinutes": 30}
ALL_KNOWN: dict[str, Any] = {
    "kind": "internship",
    "sector": "detailhandel",
    "tasks": ["vakken-vullen"],
    "hours": [TUESDAY],
    "schoolHours": [],
    "beginDate": "2026-09-08",
    "endDate": "2026-12-18",
}
FIFTEEN: dict[str, Any] = {"birthDate": "2011-01-15"}
SEVENTEEN: dict[str, Any] = {"birthDate": "2009-01-15"}


async def check(world: World, **asked: Any) -> Any:
    return await good(world.first.post("/v1/law/_check", json=ALL_KNOWN | asked))


def named(checked: Any, verdict: str) -> set[str]:
    return {one["rule"]["id"] for one in checked["findings"] if one["verdict"] == verdict}


async def test_a_check_names_each_rule_with_its_source_and_since_when_it_holds(world: World) -> None:
    refused = await check(world, age=15, demands=["till"])
    assert (refused["verdict"], refused["sentence"], refused["age"]) == ("not-allowed", "Dit mag niet.", 15)
    first = refused["findings"][0]["rule"]
    assert (first["id"], first["sentence"]) == ("no-till-13-15", "Tot 16 jaar staat een leerling niet achter de kassa.")
    assert (first["source"]["title"], first["validFrom"]) == ("Nadere regeling kinderarbeid", "2013-08-01")
    allowed = await check(world, age=16, demands=["till"])
    assert (allowed["verdict"], allowed["missing"], allowed["supervised"]) == ("allowed", [], None)
    assert "hours-a-day-16-17" in named(allowed, "allowed")


async def test_a_check_says_what_is_missing_in_words(world: World) -> None:
    checked = await good(world.first.post("/v1/law/_check", json={"age": 15, "demands": ["lifting"]}))
    assert checked["verdict"] == "unknown"
    assert {"fact": "heaviestLiftKg", "words": "het zwaarste dat wordt getild, in kilo"} in checked["missing"]
    assert (await good(world.first.post("/v1/law/_check", json={})))["missing"][0]["fact"] == "age"


async def test_a_students_age_is_known_to_the_own_school_only(world: World) -> None:
    student = await world.student(**FIFTEEN)
    checked = await check(world, studentId=student["id"], demands=["till"])
    assert (checked["age"], checked["verdict"]) == (15, "not-allowed")
    asked = {"studentId": student["id"]}
    assert (await world.second.post("/v1/law/_check", json=asked)).status_code == 404
    assert (await world.first.post("/v1/law/_check", json={"studentId": unknown()})).status_code == 404
    reads = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert "read" in {one["action"] for one in reads}


async def test_an_offer_gives_the_facts_that_were_not_said(world: World) -> None:
    offer = await world.offer(tasks=["vakken-vullen"], risks=["fork-lift"], guidance="limited", hours=[TUESDAY])
    asked = {"offerId": offer["id"], "schoolHours": [], "endDate": "2026-12-18", "weekdays": ["tue"]}
    seventeen = await good(world.first.post("/v1/law/_check", json=asked | {"age": 17}))
    assert (seventeen["verdict"], seventeen["supervised"]) == ("under-supervision", True)
    assert named(seventeen, "under-supervision") == {"fork-lift-16-17"}
    said = await good(world.first.post("/v1/law/_check", json=asked | {"age": 17, "risks": []}))
    assert said["verdict"] == "allowed"
    assert (await world.first.post("/v1/law/_check", json={"offerId": unknown()})).status_code == 404


async def test_what_the_law_says_of_an_offer_is_read_by_age(world: World) -> None:
    offer = await world.offer(tasks=["afwassen"], demands=["till"])
    groups = (await good(world.second.get(f"/v1/offers/{offer['id']}/law")))["items"]
    assert [(one["fromAge"], one["toAge"]) for one in groups] == [(0, 13), (14, 15), (16, 17), (18, None)]
    assert [one["verdict"] for one in groups] == ["not-allowed", "not-allowed", "unknown", "unknown"]
    private = await world.employer(name="Pareltje", private=True)
    hidden = await world.offer(private["id"])
    assert (await world.second.get(f"/v1/offers/{hidden['id']}/law")).status_code == 404


async def test_rules_and_kinds_are_read_for_a_day(world: World) -> None:
    rules = (await good(world.first.get("/v1/law/rules?on=2026-09-08&age=15")))["items"]
    assert {"no-till-13-15", "hours-a-day-14-15"} <= {rule["id"] for rule in rules}
    assert (await good(world.first.get("/v1/law/rules?on=1995-01-01")))["items"] == []
    groups = (await good(world.first.get("/v1/law/kinds?on=2026-09-08")))["items"]
    assert groups[0]["kinds"] == []
    assert {"taster", "internship", "job"} <= set(groups[1]["kinds"])
    assert "strengere regels" in str(groups[1]["advice"]["job"])
    assert groups[3]["advice"] == {}
    assert (await world.first.get("/v1/law/rules?on=gisteren")).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"age": 15, "birthDate": "2011-01-15"},
        {"age": -1},
        {"beginDate": "2026-09-08", "endDate": "2026-09-07"},
        {"schoolHours": [{"weekday": "mon", "hours": 5}, {"weekday": "mon", "hours": 6}]},
        {"hours": [{"weekday": "mon", "startTime": "25:00", "endTime": "26:00"}]},
        {"gewicht": 3},
    ],
)
async def test_a_check_that_cannot_be_meant_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert (await world.first.post("/v1/law/_check", json=wrong)).status_code == 400


async def test_a_placement_that_the_law_forbids_is_refused_with_the_rule(world: World) -> None:
    offer = await world.offer(demands=["till"], tasks=["vakken-vullen"], seats=2)
    refused = await world.place(await world.student(**FIFTEEN), offer)
    assert refused.status_code == 409
    assert "niet achter de kassa" in refused.json()["detail"]
    assert "Nadere regeling kinderarbeid" in refused.json()["detail"]
    assert refused.json()["detail"].endswith("(not-allowed).")
    assert (await world.place(await world.student(**SEVENTEEN), offer)).status_code == 201


async def test_work_under_supervision_needs_guidance_on_the_spot(world: World) -> None:
    alone = await world.offer(risks=["fork-lift"], guidanceForms=["remote"])
    refused = await world.place(await world.student(**SEVENTEEN), alone)
    assert (refused.status_code, "(no-supervision)" in refused.json()["detail"]) == (409, True)
    assert "deskundig toezicht" in refused.json()["detail"]
    for guided in ({"guidance": "limited"}, {"guidanceForms": ["jobcoach"]}):
        offer = await world.offer(risks=["fork-lift"], **guided)
        assert (await world.place(await world.student(**SEVENTEEN), offer)).status_code == 201, guided


async def test_a_match_that_the_law_forbids_is_refused_and_says_no_more_than_that(world: World) -> None:
    offer = await world.offer(demands=["till"], tasks=["vakken-vullen"])
    assert await world.intake.tell(accepted(await world.searching(**FIFTEEN), offer)) == "done"
    told = await world.intake.next_event(PlacementRefused)
    assert (told.reason, str(told.offer_id)) == ("not-allowed", offer["id"])


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({"demands": ["till"]}, 16),
        ({"demands": ["till"], "minimumAge": 17}, 17),
        ({"risks": ["fork-lift"], "guidanceForms": ["remote"]}, 18),
        ({"risks": ["fork-lift"], "guidance": "full"}, 16),
    ],
)
async def test_matching_is_told_from_which_age_on_the_law_allows_it(
    world: World, more: dict[str, Any], age: int
) -> None:
    await world.offer(**more)
    assert (await world.intake.next_event(EmployerOffered)).minimum_age == age


async def test_the_age_on_the_first_day_decides(world: World) -> None:
    offer = await world.offer(demands=["till"], tasks=["vakken-vullen"])
    student = await world.student(birthDate="2010-09-08")
    assert (await world.place(student, offer, beginDate="2026-09-07")).status_code == 409
    assert (await world.place(student, offer, beginDate="2026-09-08")).status_code == 201


async def test_the_law_is_read_beside_a_placement_by_the_own_school(world: World) -> None:
    offer = await world.offer(tasks=["vakken-vullen"], guidance="full")
    placed = (await world.place(await world.student(**SEVENTEEN), offer)).json()
    path = f"/v1/placements/{placed['id']}/law"
    checked = await good(world.first.get(path))
    assert (checked["verdict"], checked["age"], checked["supervised"]) == ("unknown", 17, True)
    assert {one["fact"] for one in checked["missing"]} == {"hours"}
    assert checked["onDate"] == STAY["beginDate"]
    assert (await world.second.get(path)).status_code == 404


async def test_a_risk_is_there_or_ruled_out_and_never_both(world: World) -> None:
    employer = await world.employer()
    both = {"risks": ["machines"], "ruledOut": ["machines"]}
    body = {"sector": "detailhandel", "beginDate": "2026-09-01"} | both
    assert (await world.first.post(f"/v1/employers/{employer['id']}/offers", json=body)).status_code == 400


def test_the_students_of_these_tests_are_as_old_as_they_say() -> None:
    begin = date.fromisoformat(STAY["beginDate"])
    assert [begin.year - int(one["birthDate"][:4]) for one in (FIFTEEN, SEVENTEEN, STUDENT)] == [15, 17, 17]
