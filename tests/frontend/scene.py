"""Something on every page of a school and its region: for pictures, and for what looks at each page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.world import Person

TERMS: dict[str, Any] = {
    "learningGoals": ["Op tijd komen en zich afmelden", "Klanten te woord staan"],
    "activities": ["Vakken vullen", "Planten water geven"],
    "breakMinutes": 30,
    "schoolSupervisor": "M. Visser, stagecoördinator",
    "schoolGuidance": "Bezoekt elke vier weken.",
    "employerSupervisor": "T. de Wit, praktijkopleider",
    "employerGuidance": "Is elke dag aanspreekbaar.",
    "assessment": "Vult aan het eind het beoordelingsformulier in.",
    "insurance": {"accidents": "school", "liability": "school"},
    "allowance": False,
    "compensation": {"travelCosts": True},
}


def day(days: int) -> str:
    """A day from today on."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def furnish_placement(own: Person, placement: dict[str, Any]) -> None:
    """An agreement that waits for its signatures, a visit, something in the way, a question to SBB."""
    path = f"/v1/placements/{placement['id']}"
    hours = [{"weekday": one, "startTime": "09:00", "endTime": "15:00"} for one in placement["weekdays"]]
    await own.put("intake", f"{path}/agreement", {**TERMS, "hours": hours})
    await own.put("intake", f"{path}/visit-rhythm", {"everyWeeks": 4})
    await own.post("intake", f"{path}/requests", {"kind": "guidance", "question": "Hoe leg je een nieuwe taak uit?"})
    if placement["state"] != "running":
        return
    talk = {"form": "at-work", "spokeWith": ["supervisor", "student"], "subjects": ["work"], "note": "Gaat goed."}
    await own.post("intake", f"{path}/visits", {**talk, "visitDate": day(0)})
    waits = {"noticedBy": "employer", "noticedDate": day(0), "codes": ["lack-of-time"], "solved": "partly"}
    await own.post("intake", f"{path}/bottlenecks", {**waits, "solutions": ["care-taken-over"]})


async def furnish_school(own: Person, employer: str, student: str) -> None:
    """A programme with somebody in it, an initiative with a meeting, requests for an employer, a colleague."""
    academy = {"name": "Academie zorg", "kind": "academy", "sector": "zorg-en-welzijn", "seats": 12}
    lesson = {"weekday": "mon", "begins": "09:00", "ends": "12:00", "kind": "lesson"}
    academy |= {"beginDate": day(20), "endDate": day(200), "moments": [lesson]}
    programme = await own.post("intake", "/v1/programmes", academy)
    await own.post("intake", f"/v1/programmes/{programme['id']}/enrolments", {"studentId": student})
    cause = {"name": "Zorg maakt kennis", "kind": "network-meeting", "aim": "new-employers", "beginDate": day(0)}
    initiative = await own.post("intake", "/v1/initiatives", {**cause, "goal": "Vijf zorginstellingen met een groep."})
    since = {"employerId": employer, "sinceDate": day(0)}
    await own.post("intake", f"/v1/initiatives/{initiative['id']}/employers", since)
    meeting = {"kind": "network", "title": "Zorg ontmoet onderwijs", "onDate": day(12), "place": "Zorgcentrum De Haven"}
    invited = {
        "initiativeId": initiative["id"],
        "invitees": [{"intermediary": "sbb"}, {"intermediary": "municipality"}],
    }
    await own.post("intake", "/v1/meetings", meeting | invited)
    wanted = {"wanted": "recognised", "note": "De praktijkopleider heeft tijd."}
    await own.post("intake", f"/v1/employers/{employer}/accreditations", wanted)
    asked = {"kind": "handholds", "askedBy": "employer", "note": "Hoe geef je duidelijke opdrachten?"}
    await own.post("intake", f"/v1/employers/{employer}/support", asked)
    stands_in = {"email": "s.bakker@school.example", "reason": "leave", "untilDate": day(30)}
    await own.post("intake", "/v1/delegations", stands_in)


async def furnish_region(regional: Person, region: str) -> dict[str, Any]:
    """A questionnaire that is open to its schools."""
    asked = {"questionnaire": "school", "regions": [region], "closesDate": day(28)}
    period = {"fromDate": day(-120), "untilDate": day(0)}
    opened: dict[str, Any] = await regional.post("intake", "/v1/questionnaire-rounds", asked | period)
    return opened


async def upload(own: Person) -> None:
    """A list of employers with a column that nobody knows, and a row that needs a hand."""
    rows = "bedrijf;postcode;plaats;kvk;rayon\nBakkerij De Punt;8232 AC;Lelystad;12345678;noord\nTuin Eb;8;Almere;12;zuid\n"
    url = f"{own.world.stack.urls['intake']}/v1/imports?kind=employers"
    answer = await own.client.post(url, content=rows.encode(), headers={"Content-Type": "text/csv"})
    assert answer.is_success, answer.text
