"""Accreditations: every step is kept with its day and who took it, and what cannot be is refused with what can."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.domain.accreditation import (
    STEPS,
    Accreditation,
    AccreditationState,
    Actor,
    RequestAccreditation,
    Step,
    StepIsImpossible,
    TakenStep,
)
from shared.errors import Invalid
from shared.events.intake import EmployerRegistered
from shared.ids import new_id
from tests.intake.world import FIRST, SECOND, World, good, unknown

TODAY = date(2026, 9, 14)
SOMEBODY = Actor("somebody", None)
SBB = {"kind": "sbb", "oin": "00000099000000000002", "regions": ["AM11"], "municipalities": []}


def a_request(state: AccreditationState = AccreditationState.REQUESTED) -> Accreditation:
    step = TakenStep(state=state, on_date=TODAY, author="somebody")
    return Accreditation(new_id(), new_id(), None, "AM11", RequestAccreditation(), (step,))


@pytest.mark.parametrize("before", AccreditationState)
@pytest.mark.parametrize("wanted", AccreditationState)
def test_a_request_goes_only_the_ways_of_the_table(before: AccreditationState, wanted: AccreditationState) -> None:
    request = a_request(before)
    if wanted in STEPS[before]:
        assert request.after(wanted, Step(), SOMEBODY, TODAY).state is wanted
    else:
        with pytest.raises(StepIsImpossible):
            request.after(wanted, Step(), SOMEBODY, TODAY)


def test_every_state_can_be_reached_and_the_decided_ones_are_ends() -> None:
    reached = {AccreditationState.REQUESTED} | {state for ways in STEPS.values() for state in ways}
    assert reached == set(AccreditationState)
    assert {state for state, ways in STEPS.items() if not ways} == {
        AccreditationState.RECOGNISED,
        AccreditationState.REFUSED,
        AccreditationState.WITHDRAWN,
    }


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=3)])
def test_a_step_lies_neither_before_the_last_one_nor_ahead(day: date) -> None:
    with pytest.raises(Invalid):
        a_request().after(AccreditationState.SUBMITTED, Step(on_date=day), SOMEBODY, TODAY + timedelta(days=2))


async def asked(world: World, employer: Any, **facts: Any) -> Any:
    return await good(world.first.post(f"/v1/employers/{employer['id']}/accreditations", json=facts))


async def test_a_recognition_changes_the_employer_and_everybody_hears(world: World) -> None:
    employer = await world.employer()
    await world.intake.next_event(EmployerRegistered)
    request = await asked(world, employer, crebos=["25162", "25162"], requestedDate="2026-09-01")
    path = f"/v1/accreditations/{request['id']}"
    assert (request["state"], request["possible"]) == ("requested", ["submitted", "withdrawn"])
    await good(world.first.post(f"{path}/_submit", json={"onDate": "2026-09-02", "note": "Ingediend."}))
    decided = await good(world.second.post(f"{path}/_recognise", json={"companyId": "100012345"}))
    assert (decided["state"], decided["possible"]) == ("recognised", [])
    told = await world.intake.next_event(EmployerRegistered)
    assert (told.recognition, told.version) == ("boris", 2)
    known = await good(world.first.get(f"/v1/employers/{employer['id']}"))
    crebo = {"code": "25162", "fromDate": None, "untilDate": None}
    assert known["sbb"]["crebos"] == [crebo]
    found = await good(world.second.post("/v1/employers/_search", json={"recognition": "boris"}))
    assert [one["id"] for one in found["items"]] == [employer["id"]]


async def test_who_took_a_step_the_own_school_sees_by_name_and_others_by_school(world: World) -> None:
    request = await asked(world, await world.employer(), note="Ans begeleidt.")
    path = f"/v1/accreditations/{request['id']}"
    await good(world.second.post(f"{path}/_submit", json={}))
    first, second = await good(world.first.get(path)), await good(world.second.get(path))
    assert [step["author"] for step in first["steps"]] == ["first", None]
    assert [step["author"] for step in second["steps"]] == [None, "second"]
    schools = [str(world.schools[FIRST]), str(world.schools[SECOND])]
    assert [step["schoolId"] for step in first["steps"]] == schools
    assert (first["schoolName"], first["steps"][0]["note"]) == (f"School {FIRST}", "Ans begeleidt.")


async def test_one_request_runs_at_a_time_and_a_next_one_can_follow_a_refusal(world: World) -> None:
    employer = await world.employer()
    request = await asked(world, employer)
    again = await world.second.post(f"/v1/employers/{employer['id']}/accreditations", json={})
    assert (again.status_code, again.json()["type"]) == (409, "urn:stagebrug:problem:accreditation-runs")
    assert request["id"] in again.json()["detail"]
    path = f"/v1/accreditations/{request['id']}"
    early = await world.first.post(f"{path}/_refuse", json={"reason": "unsafe"})
    assert (early.status_code, "submitted, withdrawn" in early.json()["detail"]) == (409, True)
    await good(world.first.post(f"{path}/_submit", json={}))
    await good(world.first.post(f"{path}/_plan-visit", json={"visitDate": "2087-01-14"}))
    await good(world.first.post(f"{path}/_plan-visit", json={"visitDate": "2087-01-21"}))
    refused = await good(world.first.post(f"{path}/_refuse", json={"reason": "no-supervisor"}))
    assert (refused["steps"][-1]["reason"], refused["steps"][-2]["visitDate"]) == ("no-supervisor", "2087-01-21")
    assert (await good(world.first.get(f"/v1/employers/{employer['id']}")))["recognition"] == "none"
    await asked(world, employer)


async def test_sbb_decides_in_its_own_regions_about_what_lies_before_it(world: World) -> None:
    sbb = world.as_("intermediary", sub="sbb", intermediary=SBB)
    elsewhere = world.as_("intermediary", sub="elsewhere", intermediary=SBB | {"regions": ["AM30"]})
    uwv = world.as_("intermediary", sub="uwv", intermediary=SBB | {"kind": "uwv"})
    request = await asked(world, await world.employer())
    path = f"/v1/accreditations/{request['id']}"
    assert (await sbb.get(path)).status_code == 404
    assert (await sbb.post(f"{path}/_submit", json={})).status_code == 404
    await good(world.first.post(f"{path}/_submit", json={}))
    assert (await uwv.get(path)).status_code == 403
    assert (await elsewhere.post(f"{path}/_recognise", json={})).status_code == 404
    assert (await sbb.post(f"{path}/_withdraw", json={})).status_code == 403
    assert (await sbb.post(f"/v1/employers/{request['employerId']}/accreditations", json={})).status_code == 403
    seen = await good(sbb.post(f"{path}/_recognise", json={"recognition": "recognised"}))
    assert (seen["steps"][-1]["bySbb"], seen["steps"][-1]["author"], seen["steps"][0]["author"]) == (True, "sbb", None)
    employer = await good(world.first.get(f"/v1/employers/{request['employerId']}"))
    assert employer["recognition"] == "recognised"


async def test_a_private_employers_request_is_seen_by_its_own_school_only(world: World) -> None:
    request = await asked(world, await world.employer(private=True))
    path = f"/v1/accreditations/{request['id']}"
    assert (await world.second.get(path)).status_code == 404
    assert (await world.second.post(f"{path}/_withdraw", json={})).status_code == 404
    assert (await good(world.second.get("/v1/accreditations")))["items"] == []
    withdrawn = await good(world.first.post(f"{path}/_withdraw", json={}))
    assert withdrawn["state"] == "withdrawn"


async def test_requests_are_found_by_employer_school_state_and_whether_they_run(world: World) -> None:
    one, other = await asked(world, await world.employer()), await asked(world, await world.employer(name="Ander"))
    await good(world.first.post(f"/v1/accreditations/{other['id']}/_withdraw", json={}))
    school = world.schools[FIRST]
    for query, found in (
        ("", {one["id"], other["id"]}),
        (f"employerId={one['employerId']}", {one["id"]}),
        (f"schoolId={school}&running=true", {one["id"]}),
        ("running=false", {other["id"]}),
        ("state=withdrawn&region=AM11", {other["id"]}),
        ("region=AM30", set()),
        (f"schoolId={unknown()}", set()),
    ):
        page = await good(world.second.get(f"/v1/accreditations?{query}"))
        assert {accreditation["id"] for accreditation in page["items"]} == found, query


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"wanted": "none"}, "/wanted"),
    ({"crebos": ["1234"]}, "/crebos/0"),
    ({"requestedDate": "2087-01-01"}, "/requestedDate"),
    ({"note": "BSN 111222333"}, "/note"),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED)
async def test_a_request_that_cannot_be_says_why(world: World, body: dict[str, Any], pointer: str) -> None:
    employer = await world.employer()
    answer = await world.first.post(f"/v1/employers/{employer['id']}/accreditations", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_request_that_is_sent_twice_is_made_once(world: World) -> None:
    employer = await world.employer()
    headers = {"Idempotency-Key": "de-draad-1"}
    path = f"/v1/employers/{employer['id']}/accreditations"
    one, other = [await good(world.first.post(path, json={}, headers=headers)) for _ in range(2)]
    assert one["id"] == other["id"]


async def test_a_recognition_comes_beside_what_was_known_up_to_a_bound(world: World) -> None:
    many = [{"code": str(code)} for code in range(20_000, 20_040)]
    employer = await world.employer(recognition="recognised", sbb={"companyId": "7", "crebos": many})
    request = await asked(world, employer)
    path = f"/v1/accreditations/{request['id']}"
    await good(world.first.post(f"{path}/_submit", json={}))
    more = await world.first.post(f"{path}/_recognise", json={"crebos": [{"code": "25162"}]})
    assert more.json()["errors"][0]["pointer"] == "/crebos"
    same = {"crebos": [{"code": "20000", "untilDate": "2030-08-31"}]}
    await good(world.first.post(f"{path}/_recognise", json=same))
    known = await good(world.first.get(f"/v1/employers/{employer['id']}"))
    assert (known["recognition"], known["sbb"]["companyId"], len(known["sbb"]["crebos"])) == ("boris", "7", 40)
    assert known["sbb"]["crebos"][0]["untilDate"] == "2030-08-31"
