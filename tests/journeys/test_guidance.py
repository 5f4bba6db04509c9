"""An early end with its second chance, and a student who leaves and is followed to the end of the 24 months."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.journeys.world import Person, World, employer_of, offer_of, proposal_for, ready_student_of

TODAY = datetime.now(UTC).date()
WISHES = [{"rank": 1, "sector": "logistiek", "tasks": []}]
SAID = {"experience": "mixed", "wentWell": ["short-lines"], "couldBeBetter": ["time"], "information": "complete"}


async def put(who: Person, path: str, body: Any, method: str = "PUT") -> Any:
    """A change that writes over whatever is there."""
    url = who.world.stack.urls["intake"] + path
    answer = await who.client.request(method, url, json=body, headers={"If-Match": "*"})
    assert answer.is_success, answer.text
    return answer.json()


async def mails_to(world: World, address: str, words: str) -> Any:
    def theirs(found: Any) -> Any:
        return [mail for mail in found if address in str(mail["to"]) and words in str(mail)]

    return await world.operator.until("mail", "/messages", theirs)


async def test_an_early_end_names_its_bottleneck_and_leads_to_a_second_chance(world: World) -> None:
    school = await world.school("AM07")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM07"])
    await school.put("notifications", "/v1/me", {"mail": "at-once"})
    begin = TODAY - timedelta(weeks=8)
    period = {"sector": "logistiek", "tasks": [], "beginDate": begin.isoformat(), "endDate": "2087-07-09"}
    first = await employer_of(school, name="Magazijn De Haast", sectors=["logistiek"])
    offer = await offer_of(school, first, **period)
    student = await ready_student_of(school, wishes=WISHES, beginDate=begin.isoformat(), endDate="2087-06-25")
    stay = {"beginDate": begin.isoformat(), "endDate": "2087-06-25", "weekdays": ["mon", "tue"]}
    body = stay | {"studentId": student, "offerId": offer["id"]}
    placement = await school.post("intake", "/v1/placements", body)
    path = f"/v1/placements/{placement['id']}"

    await put(school, f"{path}/visit-rhythm", {"everyWeeks": 4})
    assert await mails_to(world, school.claims["email"], placement["id"])  # nobody came when it was due
    (due,) = (await school.get("intake", "/v1/visits/due"))["items"]
    assert (due["placementId"], due["overdue"]) == (placement["id"], True)
    visit = {"visitDate": TODAY.isoformat(), "form": "at-work", "spokeWith": ["supervisor", "student"]}
    await school.post(
        "intake", f"{path}/visits", visit | {"subjects": ["guidance"], "note": "Sam staat er alleen voor."}
    )
    assert (await school.get("intake", "/v1/visits/due"))["items"] == []

    noticed = {"noticedBy": "employer", "noticedDate": TODAY.isoformat(), "codes": ["lack-of-time", "colleagues"]}
    bottleneck = await school.post("intake", f"{path}/bottlenecks", noticed)
    asked = {"kind": "supervisor-training", "askedBy": "employer"}
    support = await school.post("intake", f"/v1/employers/{first['id']}/support", asked)
    (seen,) = (await regional.get("intake", "/v1/support?region=AM07&state=asked"))["items"]
    await regional.post("intake", f"/v1/support/{seen['id']}/_offer", {"offeredBy": "region"})
    await school.post("intake", f"/v1/support/{support['id']}/_done", {})

    await school.post("intake", f"/v1/offers/{offer['id']}/_withdraw", {"reason": "no-longer"})  # there is no time
    end = {"endedDate": TODAY.isoformat(), "outcome": "stopped-early", "reason": "lack-of-time"}
    await school.post("intake", f"{path}/_end", end | {"bottleneckId": bottleneck["id"]})
    for party in ("school", "employer"):
        await put(school, f"{path}/evaluations/{party}", SAID)
    assert len((await school.get("intake", f"{path}/evaluations"))["items"]) == 2

    second = await employer_of(school, name="Magazijn De Rust", sectors=["logistiek"])
    calm = await offer_of(school, second, **period)
    tomorrow = {"beginDate": (TODAY + timedelta(days=1)).isoformat()}
    await put(school, f"/v1/students/{student}", tomorrow, "PATCH")
    await school.post("intake", f"/v1/students/{student}/_ready")

    def elsewhere(page: Any) -> Any:
        return next((one for one in page["items"] if one["state"] == "open" and one["offerId"] == calm["id"]), None)

    proposal = await school.until("matching", f"/v1/students/{student}/proposals", elsewhere)
    await school.post("matching", f"/v1/proposals/{proposal['id']}/_accept")

    def again(page: Any) -> Any:
        return next((one for one in page["items"] if one["state"] == "agreed"), None)  # it begins tomorrow

    agreed = await school.until("intake", f"/v1/placements?studentId={student}", again)
    assert agreed["offerId"] == calm["id"]

    def counted(table: Any) -> Any:
        rows = {row["code"]: row["values"] for row in table["rows"]}
        return rows["lack-of-time"] == [1, 0, 1] and rows["colleagues"] == [1, 0, 1]

    school_id = school.claims["school_id"]
    await world.operator.until("analytics", f"/v1/tables/bottlenecks?region=AM07&schoolId={school_id}", counted)


async def test_work_that_an_employer_can_adapt_is_matched_without_a_question(world: World) -> None:
    school = await world.school("AM05")
    await world.impatient("AM05")
    shop = await employer_of(school, name="Winkel De Kassa", sectors=["sport"])
    offer = await offer_of(school, shop, sector="sport", tasks=[], demands=["till"], seats=2)
    wishes = {"wishes": [{"rank": 1, "sector": "sport", "tasks": []}], "limits": ["till"]}
    first = await proposal_for(school, await ready_student_of(school, **wishes))
    seen = await school.get("matching", f"/v1/proposals/{first['id']}")
    assert seen["adaptation"]["demands"] == ["till"]

    asked = await school.post("intake", f"/v1/offers/{offer['id']}/adaptations", {"demands": ["till"]})
    await school.post("intake", f"/v1/adaptations/{asked['id']}/_answer", {"answer": "accepted"})
    assert (await school.get("intake", f"/v1/offers/{offer['id']}"))["adaptable"] == ["till"]
    other = await ready_student_of(school, **wishes)

    def without_a_question(page: Any) -> Any:
        return next((one for one in page["items"] if one["state"] == "open" and one["adaptation"] is None), None)

    proposal = await school.until("matching", f"/v1/students/{other}/proposals", without_a_question)
    assert proposal["offerId"] == offer["id"]


def months_ago(months: int) -> date:
    """A day of leaving for which the follow-up after so many months is to be done now."""
    return TODAY - timedelta(days=round(months * 30.4) - 10)


async def test_a_leaver_is_handed_over_warmly_and_followed_for_two_years(world: World) -> None:
    school = await world.school("AM09")
    await school.put("notifications", "/v1/me", {"mail": "at-once"})
    own = await world.intermediary("municipality", "AM09", "GM0222")
    other = await world.intermediary("municipality", "AM02", "GM0080")
    student = await ready_student_of(school, birthDate="2008-01-03", wishes=WISHES, notes="Alleen voor ons.")
    path = f"/v1/students/{student}"
    await school.post("intake", f"{path}/_leave", {"leftDate": months_ago(6).isoformat()})

    refused = await school.call("POST", "intake", f"{path}/handovers", {"parts": ["direction"]})
    assert (refused.status_code, "/grounds" in refused.json()["detail"]) == (409, True)
    ground = {
        "recipientKind": "municipality", "organisation": "Gemeente Doetinchem", "purpose": "warm-transfer",
        "legalGround": "consent", "givenBy": "student", "givenDate": TODAY.isoformat(),
        "endDate": (TODAY + timedelta(days=365)).isoformat(),
    }  # fmt: skip
    grounded = await school.post("intake", f"{path}/grounds", ground)
    made = await school.post("intake", f"{path}/handovers", {"parts": ["direction", "guidance"]})
    (waiting,) = (await own.get("intake", "/v1/handovers"))["items"]
    file = await own.get("intake", f"/v1/handovers/{waiting['id']}")
    assert (file["givenName"], file["guidanceNeed"], "wishes" in file) == ("Sam", "limited", False)
    assert "Alleen voor ons" not in str(file)
    assert (await other.call("GET", "intake", f"/v1/handovers/{made['id']}")).status_code == 404
    (handover,) = (await school.get("intake", f"{path}/handovers"))["items"]
    assert len(handover["fetches"]) == 1
    await school.post("intake", f"/v1/grounds/{grounded['id']}/_withdraw")
    assert (await own.call("GET", "intake", f"/v1/handovers/{made['id']}")).status_code == 410

    for months, outcome in ((6, "to-work"), (12, "at-home"), (24, "to-work")):
        # as if that time had passed since: the day of leaving is put right
        await school.post("intake", f"{path}/_leave", {"leftDate": months_ago(months).isoformat()})
        (due,) = (await school.get("intake", f"/v1/follow-ups?studentId={student}&due=true"))["items"]
        assert due["months"] == months
        (mail, *_) = await mails_to(world, school.claims["email"], due["id"])
        assert student not in str(mail)
        assert "Voorbeeld" not in str(mail)
        heard = {"askedDate": TODAY.isoformat(), "outcome": outcome, "reasons": ["job-kept"]}
        await put(school, f"/v1/follow-ups/{due['id']}", heard)
    assert (await school.get("intake", f"/v1/follow-ups?studentId={student}&due=true"))["items"] == []

    def counted(table: Any) -> Any:
        rows = {row["code"]: row["values"] for row in table["rows"]}
        return rows["to-work"] == [1, 0, 1] and rows["at-home"] == [0, 1, 0]

    school_id = school.claims["school_id"]
    await world.operator.until("analytics", f"/v1/tables/follow-ups?region=AM09&schoolId={school_id}", counted)
