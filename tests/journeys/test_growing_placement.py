"""Places that grow: a taster becomes an internship becomes a job; a place for one becomes a place for a group."""

from datetime import timedelta
from typing import Any

from services.intake.days import today
from tests.journeys.world import Person, World, employer_of, offer_of, proposal_for, ready_student_of

TERMS: dict[str, Any] = {
    "learningGoals": ["Op tijd komen en zich afmelden"],
    "activities": ["Vakken vullen"],
    "breakMinutes": 30,
    "schoolSupervisor": "M. Visser, stagecoördinator",
    "schoolGuidance": "Bezoekt elke vier weken.",
    "employerSupervisor": "T. de Wit, praktijkopleider",
    "employerGuidance": "Is elke dag aanspreekbaar.",
    "assessment": "Vult halverwege en aan het eind het formulier in.",
    "insurance": {"accidents": "school", "liability": "school"},
    "allowance": False,
    "compensation": {"travelCosts": True},
}
BEGAN = today() - timedelta(days=28)
THIS_YEAR = {
    "beginDate": (today() - timedelta(days=60)).isoformat(),
    "endDate": (today() + timedelta(days=500)).isoformat(),
}


def after(days: int) -> str:
    return (BEGAN + timedelta(days=days)).isoformat()


def hours(*days: str) -> list[dict[str, str]]:
    return [{"weekday": day, "startTime": "09:00", "endTime": "15:00"} for day in days]


async def placed(coordinator: Person, student: str, offer: Any, begin: str, end: str, *days: str) -> Any:
    body = {"studentId": student, "offerId": offer["id"], "beginDate": begin, "endDate": end, "weekdays": days}
    return await coordinator.post("intake", "/v1/placements", body)


async def signed(coordinator: Person, placement: Any) -> Any:
    """The agreement of a placement, signed by all in order."""
    path = f"/v1/placements/{placement['id']}/agreement"
    agreement = await coordinator.put("intake", path, TERMS | {"hours": hours(*placement["weekdays"])})
    while agreement["nextParty"]:
        agreement = await coordinator.post("intake", f"{path}/_sign", {"party": agreement["nextParty"]})
    return agreement


async def test_a_taster_becomes_a_long_internship_becomes_a_job(world: World) -> None:
    coordinator = await world.school("AM20")
    employer = await employer_of(coordinator)
    taster, long, job = [
        await offer_of(coordinator, employer, kind=kind, **THIS_YEAR) for kind in ("taster", "long", "job")
    ]
    student = await ready_student_of(coordinator, birthDate=(today() - timedelta(days=17 * 366)).isoformat())
    await coordinator.post("intake", f"/v1/students/{student}/_withdraw")

    first = await placed(coordinator, student, taster, after(0), after(35), "fri")
    assert first["state"] == "running"
    assert (await signed(coordinator, first))["state"] == "signed"
    paper = await coordinator.call("GET", "intake", f"/v1/placements/{first['id']}/agreement/document")
    assert paper.content.startswith(b"%PDF-")

    on = {"offerId": long["id"], "beginDate": after(36), "endDate": after(200), "weekdays": ["mon", "tue", "thu"]}
    second = await coordinator.post("intake", f"/v1/placements/{first['id']}/_continue", on)
    assert (second["kind"], second["state"], second["predecessorId"]) == ("long", "agreed", first["id"])
    assert [party["party"] for party in (await signed(coordinator, second))["parties"]] == [
        "student",
        "school",
        "employer",
    ]
    answer = await coordinator.client.patch(
        world.stack.urls["intake"] + f"/v1/placements/{second['id']}",
        json={"endDate": after(300)},
        headers={"If-Match": "*"},
    )
    assert answer.json()["endDate"] == after(300)
    outdated = await coordinator.get("intake", f"/v1/placements/{second['id']}/agreement")
    assert outdated["state"] == "outdated"

    end = {"endedDate": after(300), "outcome": "job"}
    await coordinator.post("intake", f"/v1/placements/{second['id']}/_end", end)
    work = {"offerId": job["id"], "beginDate": after(301), "weekdays": ["mon", "tue", "wed", "thu"]}
    third = await coordinator.post("intake", f"/v1/placements/{second['id']}/_continue", work)
    assert (third["kind"], third["predecessorId"]) == ("job", second["id"])
    before = await coordinator.get("intake", f"/v1/placements/{first['id']}")
    assert (before["outcome"], before["successorId"]) == ("completed", second["id"])

    def counted(table: Any) -> Any:
        rows = {row["code"]: row["values"] for row in table["rows"]}
        return rows if rows.get("long") == [0, 1] else None

    rows = await world.operator.until("analytics", "/v1/tables/continued?region=AM20", counted)
    assert rows["taster"] == [1, 0]


async def test_a_place_for_one_grows_into_a_place_for_a_group(world: World) -> None:
    coordinator = await world.school("AM20")
    offer = await offer_of(coordinator, await employer_of(coordinator), **THIS_YEAR)
    student = await ready_student_of(coordinator)
    await coordinator.post("intake", f"/v1/students/{student}/_withdraw")
    alone = await placed(coordinator, student, offer, after(0), after(60), "tue")

    grown = await coordinator.client.patch(
        world.stack.urls["intake"] + f"/v1/offers/{offer['id']}",
        json={"kind": "group", "seats": 5, "guidanceForms": ["school", "employer"]},
        headers={"If-Match": "*"},
    )
    assert grown.status_code == 200, grown.text
    on = {"offerId": offer["id"], "beginDate": after(61), "endDate": after(200), "weekdays": ["tue"]}
    in_group = await coordinator.post("intake", f"/v1/placements/{alone['id']}/_continue", on)
    assert (in_group["kind"], in_group["predecessorId"]) == ("group", alone["id"])
    others = []
    for _ in range(4):
        other = await ready_student_of(coordinator)
        await coordinator.post("intake", f"/v1/students/{other}/_withdraw")
        others.append(await placed(coordinator, other, offer, after(61), after(200), "tue"))
    assert {one["kind"] for one in others} == {"group"}
    sixth = await ready_student_of(coordinator)
    body = {
        "studentId": sixth,
        "offerId": offer["id"],
        "beginDate": after(61),
        "endDate": after(200),
        "weekdays": ["tue"],
    }
    full = await coordinator.call("POST", "intake", "/v1/placements", body)
    assert (full.status_code, "no-seat" in full.text) == (409, True)


async def test_who_stops_early_gets_a_second_chance_and_so_does_the_seat(world: World) -> None:
    coordinator = await world.school("AM24")
    offer = await offer_of(coordinator, await employer_of(coordinator), **THIS_YEAR)
    student = await ready_student_of(coordinator, beginDate=after(0), endDate=after(300))
    await coordinator.post("intake", f"/v1/students/{student}/_withdraw")
    placement = await placed(coordinator, student, offer, after(0), after(300), "mon", "tue", "wed", "thu", "fri")
    waiting = await ready_student_of(coordinator, beginDate=after(0), endDate=after(300))
    proposals = f"/v1/students/{waiting}/proposals"
    await coordinator.until("matching", proposals, lambda page: not page["items"])  # matching knows, and has no seat

    end = {"endedDate": today().isoformat(), "outcome": "stopped-early", "reason": "no-match", "searchAgain": True}
    await coordinator.post("intake", f"/v1/placements/{placement['id']}/_end", end)
    assert (await proposal_for(coordinator, waiting))["offerId"] == offer["id"]
    another = await offer_of(coordinator, await employer_of(coordinator, name="Bouwmarkt De Spijker"), **THIS_YEAR)
    assert (await proposal_for(coordinator, student))["offerId"] == another["id"]
