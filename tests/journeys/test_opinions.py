"""What schools and employers think fills the report's tables (M4); an initiative's meeting brings in employers (F21).

The report's tables are of all regions and so come first: what other tests ask afterwards counts in them, too.
"""

from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from tests.journeys.test_links import BEGUN, TODAY, UNTIL, filled_in, mailed
from tests.journeys.world import Person, World, employer_of, offer_of, ready_student_of
from tests.support.opinions import SAID, employers, schools

PERIOD = {"fromDate": "2026-08-01", "untilDate": "2027-07-31"}


async def a_round(world: World, questionnaire: str, regions: set[str]) -> dict[str, Any]:
    body = {
        "questionnaire": questionnaire,
        "regions": sorted(regions),
        "closesDate": (today() + timedelta(days=30)).isoformat(),
        **PERIOD,
    }
    made: dict[str, Any] = await world.operator.post("intake", "/v1/questionnaire-rounds", body)
    return made


async def table(world: World, name: str, n: int) -> dict[str, Any]:
    """A table, as soon as everybody is counted in it."""

    def complete(found: Any) -> Any:
        return found if found["n"] == n else None

    found: dict[str, Any] = await world.operator.until("analytics", f"/v1/tables/{name}", complete)
    return found


async def check_against_the_report(world: World, who: str) -> None:
    for question, said in SAID[who].items():
        found = await table(world, f"{who}-say-{question}", said["n"])
        by_code = {row["code"]: row["values"] for row in found["rows"]}
        for code, n in said.items():
            if isinstance(n, dict):
                assert by_code[code] == [sum(n.values()), n["pro"], n["vso"]], (question, code)
            elif code not in {"n", "unanswered"}:
                assert by_code[code][0] == n, (question, code)
        assert (found["unknown"], found["source"]) == (said.get("unanswered", 0), "questionnaire"), question


async def test_a_round_of_questionnaires_fills_the_reports_tables_of_opinions(world: World) -> None:
    speaking, employing = schools(), employers()
    coordinators = [await world.school(one.region, one.kind) for one in speaking]
    asked = await a_round(world, "school", {one.region for one in speaking})

    for coordinator, speaker in zip(coordinators, speaking, strict=True):
        path = f"/v1/questionnaire-rounds/{asked['id']}/responses/{coordinator.claims['school_id']}"
        answer = await coordinator.put("intake", path, speaker.body)
        assert answer["finished"] is True
    await check_against_the_report(world, "schools")

    of_employers = await a_round(world, "employer", {one.region for one in employing})
    by_region = {one.claims["region"]: one for one in coordinators}
    for number, speaker in enumerate(employing):
        school = by_region[speaker.region]
        employer = await employer_of(school, name=f"Bedrijf Nummer {number}", foundThrough=speaker.kind)
        path = f"/v1/questionnaire-rounds/{of_employers['id']}/responses/{employer['id']}"
        await school.put("intake", path, speaker.body)
    await check_against_the_report(world, "employers")
    published = await coordinators[0].get("analytics", f"/v1/tables/schools-say-needs?region={speaking[0].region}")
    assert published["n"] is None

    for round_ in (asked, of_employers):
        closed = await world.operator.post("intake", f"/v1/questionnaire-rounds/{round_['id']}/_close")
        assert closed["state"] == "closed"


async def test_an_initiative_with_a_meeting_brings_two_employers_and_counts_their_placements(world: World) -> None:
    first, second = await world.school("AM09"), await world.school("AM09", "vso")
    initiative = await first.post(
        "intake",
        "/v1/initiatives",
        {
            "name": "Groen doet mee",
            "kind": "network-meeting",
            "aim": "new-employers",
            "goal": "Twee bedrijven die plekken bieden.",
            "sectors": ["detailhandel"],
            "beginDate": "2026-01-05",
        },
    )
    won = [await employer_of(first, name=name) for name in ("Kwekerij Zonnehof", "Boomgaard Het Oosten")]
    away = await employer_of(first, name="Loonbedrijf Ten Have")
    invitees: list[dict[str, Any]] = [{"employerId": one["id"], "roles": ["owner"]} for one in (*won, away)]
    invitees.append({"schoolId": second.claims["school_id"], "roles": ["coordinator", "student"]})
    meeting = await first.post(
        "intake",
        "/v1/meetings",
        {
            "kind": "network",
            "title": "Open middag in de kas",
            "onDate": "2026-03-03",
            "initiativeId": initiative["id"],
            "invitees": invitees,
        },
    )
    path = f"/v1/meetings/{meeting['id']}"
    ids = [one["id"] for one in meeting["invitees"]]
    await second.post("intake", f"{path}/invitees/{ids[3]}/_answer", {"state": "accepted"})
    for invitee, attended in zip(ids, (True, True, False, True), strict=True):
        await first.post("intake", f"{path}/invitees/{invitee}/_attend", {"attended": attended})
    agreed = {
        "action": "Rondleiding voor leerlingen afspreken.",
        "schoolId": second.claims["school_id"],
        "employerId": won[0]["id"],
        "dueDate": "2026-04-01",
    }
    task = await first.post("intake", f"{path}/tasks", agreed)
    assert [one["id"] for one in (await second.get("intake", "/v1/meeting-tasks?open=true"))["items"]] == [task["id"]]
    await second.post("intake", f"/v1/meeting-tasks/{task['id']}/_done")
    assert (await second.get("intake", "/v1/meeting-tasks?open=true"))["items"] == []

    effect = f"/v1/initiatives/{initiative['id']}/effect"
    assert await first.get("intake", effect) == {
        "employers": 2, "newEmployers": 2, "placements": 0, "running": 0, "ended": 0, "toWork": 0,
    }  # fmt: skip
    for school, employer in zip((first, second), won, strict=True):
        offer = await offer_of(first, employer)
        stay = {"beginDate": "2027-02-08", "endDate": "2027-06-25", "weekdays": ["mon", "tue"]}
        student = await ready_student_of(school)
        await school.post("intake", "/v1/placements", {"studentId": student, "offerId": offer["id"], **stay})
    regional = Person(world, roles=["regional-coordinator"], regions=["AM09"])
    seen = await regional.get("intake", effect)
    assert (seen["employers"], seen["placements"], seen["running"]) == (2, 2, 2)
    hidden = await first.get("intake", effect)
    assert (hidden["employers"], hidden["placements"]) == (2, None)

    def both(table: Any) -> Any:
        found = {row["code"]: row["values"] for row in table["rows"]}["network-meeting"]
        return found if found == [1, 0, 2, 2, 0] else None

    assert await regional.until("analytics", "/v1/tables/initiatives?region=AM09", both)


async def test_an_employer_answers_the_questionnaire_by_the_link_in_its_mail(world: World) -> None:
    address = "chef@gevraagd.example"
    school = await world.school("AM05")
    employer = await employer_of(school, email=address)
    body = {
        "questionnaire": "employer",
        "regions": ["AM05"],
        "fromDate": BEGUN,
        "untilDate": UNTIL,
        "closesDate": (TODAY + timedelta(days=30)).isoformat(),
    }
    asked = await world.operator.post("intake", "/v1/questionnaire-rounds", body)
    path = f"/v1/questionnaire-rounds/{asked['id']}"
    async with httpx.AsyncClient(timeout=30) as browser:
        link = await mailed(world, browser, address)
        assert "is bewaard" in await filled_in(browser, link, **{"q-experience": "positive"})
        assert (await world.operator.get("intake", path))["finished"] == {"AM05": 0}
        await filled_in(browser, link, **{"q-experience": "could-be-better", "finished": "yes"})
        assert (await world.operator.get("intake", path))["finished"] == {"AM05": 1}

        def counted(found: Any) -> Any:
            by_code = {row["code"]: row["values"][0] for row in found["rows"]}
            return found if (by_code["positive"], by_code["could-be-better"]) == (0, 1) else None

        assert await world.operator.until("analytics", "/v1/tables/employers-say-experience?region=AM05", counted)
        await world.operator.post("intake", f"{path}/_close")
        assert (await browser.get(link)).status_code == 410
    assert await school.get("intake", f"/v1/links?subjectId={employer['id']}&purpose=questionnaire&answered=true")
