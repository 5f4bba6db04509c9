"""Municipality, SBB, UWV and WSP each do their part, with their own tokens over HTTP only; the WSP by mail (H1–H8)."""

import asyncio
import re

import httpx

from tests.journeys.world import Person, World, employer_of, offer_of, ready_student_of

UNMATCHED = "nl.stagebrug.student-unmatched.v1"
MOVED = "nl.stagebrug.request-moved.v1"
ASKED = "nl.stagebrug.student-request-moved.v1"
DESK = "werkgevers@wsp-arnhem.example"


async def mailed_links(world: World, browser: httpx.AsyncClient, to: str) -> list[str]:
    """What the mail to a desk leads to: naming an employer, looking for one, and knowing nobody."""
    async with asyncio.timeout(30):
        while not (found := (await browser.get(f"{world.stack.urls['mail']}/messages", params={"to": to})).json()):
            await asyncio.sleep(0.1)  # a poll with a deadline
    return re.findall(r"http\S+/h/[\w-]+", found[-1]["text"])


async def test_each_kind_of_intermediary_does_its_part(world: World) -> None:
    await world.impatient("AM07")
    school = await world.school("AM07")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM07"])
    desk = {"kind": "wsp", "name": "WSP Arnhem", "email": DESK}
    await regional.post("notifications", "/v1/regions/AM07/desks", desk)
    municipality, uwv = [await world.intermediary(kind, "AM07", "GM0202") for kind in ("municipality", "uwv")]
    hook = await world.listening(municipality, UNMATCHED)
    student = await ready_student_of(school, wishes=[{"rank": 1, "sector": "sport", "tasks": []}])

    # the municipality hears of it in its own system, and names an employer there
    told = await hook.next(within=30)
    call = told.data["callId"]
    [fed] = (await municipality.get("notifications", "/v1/events"))["items"]  # the same in the feed, under the same id
    assert fed["event"] == told.event
    assert told.event["dataref"].endswith(f"/v1/calls/{call}")
    assert (await municipality.get("notifications", f"/v1/calls/{call}"))["state"] == "open"
    employer = {"name": "Zwembad De Golf", "postcode": "6811 AB", "place": "Arnhem", "sector": "sport"}
    await municipality.post("notifications", f"/v1/calls/{call}/_answer", {"employer": employer})
    # UWV knows nobody; the WSP has no system and names one with the link in its mail
    await uwv.post("notifications", f"/v1/calls/{call}/_decline", {"reason": "nobody-known"})
    async with httpx.AsyncClient(timeout=30) as browser:
        answer, take, _ = await mailed_links(world, browser, DESK)
        assert "Bedankt" in (await browser.post(take)).text
        assert "Noem een werkgever" in (await browser.get(answer)).text
        done = await browser.post(answer, data={"name": "Sporthal Rijkerswoerd", "place": "Arnhem", "work": "sport"})
        assert (done.status_code, "Bedankt" in done.text) == (200, True), done.text

    # the school sees both tips, and who was asked and answered
    tips = await school.until("intake", "/v1/tips", lambda page: page["items"] if len(page["items"]) > 1 else None)
    assert {tip["source"]: tip["employer"]["name"] for tip in tips} == {
        "municipality": "Zwembad De Golf",
        "wsp": "Sporthal Rijkerswoerd",
    }
    seen = await school.get("notifications", f"/v1/calls/{call}")
    assert {(one["intermediary"], one["outcome"]) for one in seen["answers"]} == {
        ("municipality", "answered"), ("uwv", "declined"), ("wsp", "taken"), ("wsp", "answered"),
    }  # fmt: skip
    assert [(one["name"], one["state"]) for one in seen["desks"]] == [("WSP Arnhem", "sent")]
    assert seen["studentIds"] == [student]

    # the municipality, and nobody else, sees what becomes of its tip
    [own] = (await municipality.get("intake", "/v1/tips"))["items"]
    assert (own["employer"]["name"], own["state"]) == ("Zwembad De Golf", "open")
    assert (await uwv.get("intake", "/v1/tips"))["items"] == []
    await school.post("intake", f"/v1/employers/{own['employerId']}/claims", {"purpose": "places"})
    assert (await municipality.get("intake", f"/v1/tips/{own['id']}"))["state"] == "taken-over"


async def test_uwv_answers_for_an_indication_and_the_school_takes_it_over(world: World) -> None:
    school = await world.school("AM09")
    uwv = await world.intermediary("uwv", "AM09")
    hook = await world.listening(uwv, ASKED)
    student = await ready_student_of(school)
    on = {"givenDate": "2026-01-01", "endDate": "2027-12-31"}
    ground = {"recipientKind": "uwv", "organisation": "UWV", "purpose": "indication", "legalGround": "legal-task"}
    await school.post("intake", f"/v1/students/{student}/grounds", ground | on | {"legalBasis": "Participatiewet"})
    asked = await school.post("intake", f"/v1/students/{student}/requests", {"indication": "sheltered"})
    sign = await hook.next(within=30)
    assert (sign.data["state"], sign.event["dataref"].endswith(f"/v1/student-requests/{asked['id']}")) == (
        "asked",
        True,
    )
    assert not [
        word for word in (student, "sheltered", "indication", school.claims["school_id"]) if word in str(sign.event)
    ]
    file = await uwv.get("intake", f"/v1/student-requests/{asked['id']}")
    assert (file["indication"], bool(file["familyName"])) == ("sheltered", True)
    await uwv.post("intake", f"/v1/student-requests/{asked['id']}/_answer", {"outcome": "refused"})
    kept = {"ground": "legal-task", "reason": "Bepaalt welke plekken kunnen."}
    await school.post("intake", f"/v1/students/{student}/requests/{asked['id']}/_accept", kept)
    [fact] = (await school.get("intake", f"/v1/students/{student}/special-facts"))["items"]
    assert (fact["kind"], fact["code"]) == ("sheltered", "refused")


async def test_sbb_sees_quiet_companies_and_answers_what_a_school_asks_during_a_placement(world: World) -> None:
    school = await world.school("AM09")
    sbb = await world.intermediary("sbb", "AM09")
    hook = await world.listening(sbb, MOVED)
    await employer_of(school, name="Stille Kwekerij")
    busy = await employer_of(school, name="Drukke Kwekerij")
    offer = await offer_of(school, busy)
    student = await ready_student_of(school)
    body = {
        "studentId": student,
        "offerId": offer["id"],
        "beginDate": "2027-02-08",
        "endDate": "2027-06-25",
        "weekdays": ["mon", "tue"],
    }
    placement = await school.post("intake", "/v1/placements", body)
    found = await sbb.get("intake", "/v1/portfolio?withoutStudent=true&sector=detailhandel")
    assert "Stille Kwekerij" in {one["name"] for one in found["items"]}

    question = {"kind": "guidance", "question": "Hoe legt het bedrijf een nieuwe taak duidelijk uit?"}
    asked = await school.post("intake", f"/v1/placements/{placement['id']}/requests", question)
    sign = await hook.next(within=30)
    assert (sign.data["kind"], sign.data["state"]) == ("guidance", "asked")
    for private in (student, placement["id"], "Sam", school.claims["school_id"]):
        assert private not in str(sign.event)
    [seen] = (await sbb.get("intake", "/v1/requests?state=asked"))["items"]
    await school.put("notifications", "/v1/me", {"mail": "at-once"})
    await sbb.post("intake", f"/v1/requests/{seen['id']}/_answer", {"note": "Onze adviseur belt het bedrijf."})
    assert (await school.get("intake", f"/v1/requests/{asked['id']}"))["state"] == "answered"
    address = school.claims["email"]
    mails = await world.operator.until("mail", "/messages", lambda all_: [m for m in all_ if address in str(m["to"])])
    assert asked["id"] in str(mails)
