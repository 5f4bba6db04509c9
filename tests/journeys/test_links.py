"""An employer without an account does everything by link (M2), and answers the questionnaire that is mailed to it (M4)."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx

from services.intake.days import today
from services.intake.domain.agreement import EXAMPLE as TERMS
from tests.journeys.world import Person, World, employer_of, offer_of, ready_student_of

TODAY = today()
BEGUN, UNTIL = (TODAY - timedelta(days=5)).isoformat(), (TODAY + timedelta(days=20)).isoformat()
ADDRESS = "chef@allesperlink.example"


async def handed(coordinator: Person, purpose: str, subject: Any, recipient: str = "employer") -> str:
    body = {"purpose": purpose, "subjectId": subject["id"], "recipient": recipient}
    return str((await coordinator.post("intake", "/v1/links", body))["url"])


async def filled_in(browser: httpx.AsyncClient, url: str, **form: Any) -> str:
    """What a person does with a link: open it, fill it in, send it."""
    page = await browser.get(url)
    assert page.status_code == 200, page.text
    turn = re.search(r'name="turn" value="(\d+)"', page.text)
    assert turn, page.text
    done = await browser.post(url, data={"turn": turn[1]} | form)
    assert (done.status_code, "Bedankt" in done.text) == (200, True), done.text
    return done.text


async def mailed(world: World, browser: httpx.AsyncClient, to: str) -> str:
    """The link in the mail that somebody got."""
    async with asyncio.timeout(30):
        while not (found := (await browser.get(f"{world.stack.urls['mail']}/messages", params={"to": to})).json()):
            await asyncio.sleep(0.1)  # a poll with a deadline
    [link] = re.findall(r"http\S+/l/[\w-]+", found[-1]["text"])
    return str(link)


async def test_an_employer_without_an_account_does_everything_by_link(world: World) -> None:
    school = await world.school("AM05")
    employer = await employer_of(school, email=ADDRESS)
    offer = await offer_of(school, employer, beginDate=BEGUN)
    student = await ready_student_of(school, birthDate="2009-01-15", beginDate=BEGUN, endDate=UNTIL)
    async with httpx.AsyncClient(timeout=30) as browser:
        asks = {"purpose": "still-open", "subjectId": offer["id"], "recipient": "employer", "delivery": "mail"}
        sent = await school.post("intake", "/v1/links", asks)
        assert sent["url"] is None
        await filled_in(browser, await mailed(world, browser, ADDRESS), free="yes", seats="2")
        assert (await school.get("intake", f"/v1/offers/{offer['id']}"))["seats"] == 2

        pause = await handed(school, "pause", employer)
        await filled_in(browser, pause, what="pause", until=UNTIL, reason="holiday")
        assert (await school.get("intake", f"/v1/employers/{employer['id']}"))["pause"]["untilDate"] == UNTIL
        await filled_in(browser, pause, what="resume")

        stay = {
            "studentId": student,
            "offerId": offer["id"],
            "beginDate": BEGUN,
            "endDate": UNTIL,
            "weekdays": ["mon", "tue"],
        }
        placement = await school.post("intake", "/v1/placements", stay)
        path = f"/v1/placements/{placement['id']}"
        await school.put("intake", f"{path}/agreement", TERMS)
        await filled_in(browser, await handed(school, "sign", placement, "student"), number="1")
        await school.post("intake", f"{path}/agreement/_sign", {"party": "school", "number": 1})
        await filled_in(browser, await handed(school, "sign", placement), number="1")
        agreement = await school.get("intake", f"{path}/agreement")
        assert [(one["party"], one["signature"]["way"]) for one in agreement["parties"]] == [
            ("student", "by-link"),
            ("school", "by-hand"),
            ("employer", "by-link"),
        ]

        line = await handed(school, "problem", placement)
        await filled_in(browser, line, kind="attendance", today="yes", text="Al twee dagen niet geweest.")
        await filled_in(browser, await handed(school, "support", employer), kinds=["workshop", "handholds"])
        asked = (await school.get("intake", "/v1/support"))["items"]
        asked = [one for one in asked if one["employerId"] == employer["id"]]
        assert {(one["kind"], one["askedBy"]) for one in asked} == {("workshop", "employer"), ("handholds", "employer")}

        form = {"experience": "mixed", "went_well": ["short-lines"], "could_be_better": ["time"], "again": "yes"}
        await filled_in(browser, await handed(school, "evaluate", placement), **form)
        said = await school.get("intake", f"{path}/evaluations/employer")
        assert (said["experience"], said["wentWell"], said["again"]) == ("mixed", ["short-lines"], True)

    heard = await school.get("intake", "/v1/links?answered=true")
    assert {one["purpose"] for one in heard["items"]} == {
        "still-open",
        "pause",
        "sign",
        "problem",
        "support",
        "evaluate",
    }
