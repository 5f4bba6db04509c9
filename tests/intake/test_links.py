"""Links for those without an account: made by coordinators, opened by whoever holds them, answered once."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.intake.days import today
from shared.events.intake import EmployerPaused, LinkAnswered, LinkIssued, OfferChanged, OfferWithdrawn
from tests.intake.test_retention import forget
from tests.intake.world import World, good, unknown

CONSENT = {
    "recipientKind": "municipality",
    "organisation": "Gemeente Lelystad",
    "purpose": "warm-transfer",
    "endDate": (today() + timedelta(days=300)).isoformat(),
}
SOON = (today() + timedelta(days=60)).isoformat()


async def a_link(world: World, purpose: str, subject: Any, recipient: str = "employer", **more: Any) -> Any:
    body = {"purpose": purpose, "subjectId": subject["id"], "recipient": recipient} | more
    return await good(world.first.post("/v1/links", json=body))


def anybody(world: World) -> httpx.AsyncClient:
    """Somebody without a token."""
    return httpx.AsyncClient(base_url=world.intake.url, timeout=20)


async def seen(world: World, link: Any) -> httpx.Response:
    async with anybody(world) as holder:
        return await holder.get(link["url"])


async def sent(world: World, link: Any, **form: Any) -> httpx.Response:
    """Fill in the page of a link, as a browser does, and send it."""
    async with anybody(world) as holder:
        page = await holder.get(link["url"])
        turn = re.search(r'name="turn" value="(\d+)"', page.text)
        return await holder.post(link["url"], data={"turn": turn[1] if turn else "0"} | form)


async def test_an_employer_says_by_link_that_a_place_is_still_there(world: World) -> None:
    offer = await world.offer()
    link = await a_link(world, "still-open", offer)
    page = await seen(world, link)
    assert page.status_code == 200
    assert "Tuincentrum De Linde" in page.text
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["seats"] == 1

    done = await sent(world, link, free="yes", seats="3", until=SOON)
    assert done.status_code == 200, done.text
    assert "Bedankt" in done.text
    now = await good(world.first.get(f"/v1/offers/{offer['id']}"))
    assert (now["seats"], now["validUntilDate"]) == (3, SOON)
    told = await world.intake.next_event(LinkAnswered)
    assert (str(told.link_id), told.code, str(told.employer_id)) == (link["id"], "free", offer["employerId"])
    assert (await world.intake.next_event(OfferChanged)).seats == 3
    read = await good(world.first.get(f"/v1/links/{link['id']}"))
    assert [(one["code"], one["said"]["seats"]) for one in read["answers"]] == [("free", 3)]
    assert read["url"] is None


@pytest.mark.parametrize("free", ["filled", "no-longer"])
async def test_a_place_that_is_gone_is_withdrawn(world: World, free: str) -> None:
    offer = await world.offer()
    link = await a_link(world, "still-open", offer)
    assert "niet meer aan" in (await sent(world, link, free=free)).text
    assert (await world.intake.next_event(OfferWithdrawn)).reason == free
    assert "Dit was al doorgegeven" in (await seen(world, link)).text


async def test_a_link_about_what_is_over_says_so(world: World) -> None:
    offer = await world.offer()
    link = await a_link(world, "still-open", offer)
    await good(world.first.post(f"/v1/offers/{offer['id']}/_withdraw", json={"reason": "mistake"}))
    for answer in (await seen(world, link), await sent(world, link, free="yes")):
        assert (answer.status_code, "niet meer nodig" in answer.text) == (410, True)


async def test_what_a_form_lacks_is_said_beside_its_field_and_nothing_is_done(world: World) -> None:
    offer = await world.offer()
    link = await a_link(world, "still-open", offer)
    for form, field, words in (
        ({}, "free", "Kies een van de antwoorden."),
        ({"free": "misschien"}, "free", "Kies een van de antwoorden."),
        ({"free": "yes", "seats": "0"}, "seats", "Vul een getal van 1 tot en met 500 in."),
        ({"free": "yes", "seats": "veel"}, "seats", "Vul een getal van 1 tot en met 500 in."),
        ({"free": "yes", "until": "2020-01-01"}, "until", "Kies een dag die nog moet komen"),
        ({"free": "yes", "until": "morgen"}, "until", "Kies een dag die nog moet komen"),
    ):
        answer = await sent(world, link, **form)
        assert answer.status_code == 400, form
        assert f'id="{field}-fout"' in answer.text
        assert words in answer.text
    assert (await good(world.first.get(f"/v1/links/{link['id']}")))["answers"] == []
    assert 'value="0"' in (await seen(world, link)).text


async def test_fewer_seats_than_are_taken_cannot_be_said(world: World) -> None:
    offer = await world.offer(seats=2)
    for _ in range(2):
        assert (await world.place(await world.student(), offer)).is_success
    answer = await sent(world, await a_link(world, "still-open", offer), free="yes", seats="1")
    assert answer.status_code == 400
    assert "Er zijn al 2 plekken bezet" in answer.text
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["seats"] == 2


async def test_an_employer_pauses_and_takes_students_again_with_one_link(world: World) -> None:
    employer = await world.employer()
    link = await a_link(world, "pause", employer)
    assert "geen leerlingen aanneemt" in (await sent(world, link, what="pause", until=SOON, reason="moving")).text
    paused = await world.intake.next_event(EmployerPaused)
    assert (str(paused.until_date), paused.reason) == (SOON, "moving")
    assert "nu geen leerlingen aan" in (await seen(world, link)).text
    assert "weer leerlingen aanneemt" in (await sent(world, link, what="resume")).text
    again = await sent(world, link, what="resume")
    assert (again.status_code, "U neemt al leerlingen aan." in again.text) == (400, True)
    read = await good(world.first.get(f"/v1/links/{link['id']}"))
    assert [one["code"] for one in read["answers"]] == ["paused", "resumed"]


async def test_a_problem_reaches_the_students_school_alone(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    placement = await good(world.place(student, offer, beginDate=today().isoformat(), endDate=SOON))
    link = await a_link(world, "problem", placement)
    page = await seen(world, link)
    assert "Sam" not in page.text
    assert "de Boer" not in page.text
    form = {
        "kind": "safety",
        "today": "yes",
        "text": "Hij stond zonder helm\r\nop het dak.",
        "telephone": "0320 123456",
    }
    assert (await sent(world, link, **form)).status_code == 200
    told = await world.intake.next_event(LinkAnswered)
    assert told.code == "problem-today"
    assert "helm" not in told.model_dump_json()
    read = await good(world.first.get(f"/v1/links/{link['id']}"))
    assert read["answers"][0]["said"]["text"] == "Hij stond zonder helm\nop het dak."
    assert (await world.second.get(f"/v1/links/{link['id']}")).status_code == 404
    odd = await sent(world, link, **form | {"kind": "gossip"})
    assert (odd.status_code, 'id="kind-fout"' in odd.text) == (400, True)
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=ENDED))
    assert (await seen(world, link)).status_code == 410


ENDED = {"endedDate": today().isoformat(), "outcome": "completed"}


async def test_an_employer_asks_for_support_of_several_kinds(world: World) -> None:
    link = await a_link(world, "support", await world.employer())
    done = await sent(world, link, kinds=["workshop", "financial"], text="Graag voor de zomer.")
    assert done.status_code == 200, done.text
    said = (await good(world.first.get(f"/v1/links/{link['id']}")))["answers"][0]["said"]
    assert said == {"kinds": ["workshop", "financial"], "text": "Graag voor de zomer."}
    assert (await sent(world, link, kinds=["money"])).status_code == 400
    assert (await sent(world, link)).status_code == 400


async def a_young_student(world: World, age: int, **facts: Any) -> Any:
    born = today().replace(year=today().year - age, day=min(today().day, 28))
    return await world.student(birthDate=born.isoformat(), **facts)


GROUND = CONSENT | {"legalGround": "consent", "givenBy": "student", "givenDate": today().isoformat()}
TASK = CONSENT | {
    "organisation": "UWV Flevoland", "recipientKind": "uwv", "legalGround": "legal-task",
    "legalBasis": "Wajong, artikel 2", "givenDate": today().isoformat(),
}  # fmt: skip


async def _grounds(world: World, student: Any) -> Any:
    return (await good(world.first.get(f"/v1/students/{student['id']}/grounds")))["items"]


async def test_a_student_sees_what_is_shared_withdraws_consent_and_objects(world: World) -> None:
    student = await a_young_student(world, 16)
    for ground in (GROUND, TASK):
        await good(world.first.post(f"/v1/students/{student['id']}/grounds", json=ground))
    link = await a_link(world, "sharing", student, "student")
    page = await seen(world, link)
    for words in (
        "Sam de Boer",
        "Gemeente Lelystad",
        "UWV Flevoland",
        "detailhandel",
        "lawaai",
        "Toestemming intrekken",
    ):
        assert words in page.text
    withdraw, objection = re.findall(r'value="((?:withdraw|object):[0-9a-f-]+)"', page.text)
    assert "niets meer met Gemeente Lelystad" in (await sent(world, link, stop=withdraw)).text
    assert [ground["holds"] for ground in await _grounds(world, student)] == [False, True]
    assert "binnen een maand" in (await sent(world, link, stop=objection, text="Liever niet.")).text
    [disputed] = [ground for ground in await _grounds(world, student) if ground["objectedDate"]]
    assert (disputed["organisation"], disputed["holds"]) == ("UWV Flevoland", False)  # until the school has decided
    path, why = f"/v1/grounds/{disputed['id']}/_keep", {"reason": "De Wajong vraagt het."}
    assert (await good(world.first.post(path, json=why)))["holds"]
    assert (await world.first.post(path, json=why)).status_code == 409
    read = await good(world.first.get(f"/v1/links/{link['id']}"))
    assert [one["code"] for one in read["answers"]] == ["withdrawn", "objected"]
    assert (await sent(world, link, stop=withdraw)).status_code == 400
    log = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert f"link:{link['id']}" in {line["subject"] for line in log}


@pytest.mark.parametrize(("age", "who"), [(15, "parents"), (16, "student")])
async def test_consent_is_given_by_the_parents_below_sixteen_and_by_the_student_from_then_on(
    world: World, age: int, who: str
) -> None:
    student = await a_young_student(world, age)
    other = {"parents": "student", "student": "parents"}[who]
    body = {"purpose": "consent", "subjectId": student["id"], "recipient": other, "asks": CONSENT}
    assert (await world.first.post("/v1/links", json=body)).status_code == 400
    link = await a_link(world, "consent", student, who, asks=CONSENT)
    assert "Gemeente Lelystad" in (await seen(world, link)).text
    assert (await sent(world, link, answer="yes")).status_code == 200
    grounds = (await good(world.first.get(f"/v1/students/{student['id']}/grounds")))["items"]
    assert [(one["givenBy"], one["holds"], one["ageAtGiving"]) for one in grounds] == [(who, True, age)]


async def test_a_no_shares_nothing(world: World) -> None:
    student = await a_young_student(world, 17)
    link = await a_link(world, "consent", student, "student", asks=CONSENT)
    assert "delen dit niet" in (await sent(world, link, answer="no")).text
    assert (await good(world.first.get(f"/v1/students/{student['id']}/grounds")))["items"] == []
    assert (await good(world.first.get(f"/v1/links/{link['id']}")))["answers"][0]["code"] == "refused"


async def test_parents_see_nothing_any_more_once_the_student_decides(world: World) -> None:
    student = await a_young_student(world, 15)
    link = await a_link(world, "sharing", student, "parents")
    assert "uw kind" in (await seen(world, link)).text
    sixteen = {"birthDate": today().replace(year=today().year - 16, day=min(today().day, 28)).isoformat()}
    await good(world.first.patch(f"/v1/students/{student['id']}", json=sixteen))
    page = await seen(world, link)
    assert (page.status_code, "Sam" in page.text) == (410, False)


async def test_a_child_below_sixteen_objects_and_leaves_consent_to_the_parents(world: World) -> None:
    student = await a_young_student(world, 15)
    for ground in (GROUND | {"givenBy": "parents"}, TASK):
        await good(world.first.post(f"/v1/students/{student['id']}/grounds", json=ground))
    link = await a_link(world, "sharing", student, "student")
    page = await seen(world, link)
    assert "Gemeente Lelystad" in page.text
    assert [what for what in ("withdraw:", "object:") if what in page.text] == ["object:"]
    [consent, _] = (await good(world.first.get(f"/v1/students/{student['id']}/grounds")))["items"]
    assert (await sent(world, link, stop=f"withdraw:{consent['id']}")).status_code == 400


async def test_an_employer_that_a_student_knows_is_a_suggestion_that_names_no_student(world: World) -> None:
    student = await world.student()
    link = await a_link(world, "own-network", student, "student")
    form = {"name": "Garage De Bout", "place": "Lelystad", "sector": "techniek-en-productie", "relation": "family"}
    assert (await sent(world, link, **form)).status_code == 200
    read = await good(world.first.get(f"/v1/links/{link['id']}"))
    employer_id = read["answers"][0]["said"]["employerId"]
    known = await good(world.second.get(f"/v1/employers/{employer_id}"))
    assert (known["name"], known["suggested"], known["origin"]) == ("Garage De Bout", True, "student")
    assert student["id"] not in str(known)
    mine = await good(world.first.get(f"/v1/students/{student['id']}"))
    assert mine["network"] == [{"employerId": employer_id, "employerName": "Garage De Bout", "relation": "family"}]
    await sent(world, link, **form)
    assert len((await good(world.first.get(f"/v1/students/{student['id']}")))["network"]) == 1


async def test_who_may_make_which_link(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    employer = await world.employer(private=True)
    for purpose, subject, recipient, status in (
        ("sharing", student["id"], "student", 404),
        ("still-open", offer["id"], "employer", 403),
        ("pause", employer["id"], "employer", 404),
        ("problem", unknown(), "employer", 404),
    ):
        body = {"purpose": purpose, "subjectId": subject, "recipient": recipient}
        assert (await world.second.post("/v1/links", json=body)).status_code == status, purpose
    for body in (
        {"purpose": "pause", "subjectId": employer["id"], "recipient": "student"},
        {"purpose": "sharing", "subjectId": student["id"], "recipient": "employer"},
        {"purpose": "sharing", "subjectId": student["id"], "recipient": "student", "asks": CONSENT},
        {"purpose": "consent", "subjectId": student["id"], "recipient": "student"},
        {"purpose": "consent", "subjectId": student["id"], "recipient": "student", "asks": CONSENT | {"endDate": "2020-01-01"}},
        {"purpose": "sharing", "subjectId": student["id"], "recipient": "student", "email": "sam@example.org"},
        {"purpose": "sharing", "subjectId": student["id"], "recipient": "student", "delivery": "mail"},
        {"purpose": "pause", "subjectId": employer["id"], "recipient": "employer", "delivery": "mail"},
        {
            "purpose": "pause", "subjectId": employer["id"], "recipient": "employer", "delivery": "mail",
            "email": "a@example.org\r\nBcc: b@example.org",
        },
    ):  # fmt: skip
        assert (await world.first.post("/v1/links", json=body)).status_code == 400, body
    jobcoach = world.as_("jobcoach", email="coach@example.org")
    assert (await jobcoach.get("/v1/links")).status_code == 403


async def test_links_are_listed_for_their_own_school_with_what_was_said(world: World) -> None:
    employer = await world.employer()
    first, second = [await a_link(world, purpose, employer) for purpose in ("pause", "support")]
    await sent(world, first, what="pause")
    listed = await good(world.first.get("/v1/links"))
    assert [(one["id"], len(one["answers"])) for one in listed["items"]] == [(first["id"], 1), (second["id"], 0)]
    for query, found in (
        ("purpose=support", [second]),
        ("answered=true", [first]),
        ("answered=false", [second]),
        (f"subjectId={employer['id']}", [first, second]),
        (f"subjectId={unknown()}", []),
    ):
        items = (await good(world.first.get(f"/v1/links?{query}")))["items"]
        assert [one["id"] for one in items] == [one["id"] for one in found], query
    assert (await good(world.second.get("/v1/links")))["items"] == []
    page = await good(world.first.get("/v1/links?limit=1"))
    assert page["next"]


async def test_a_link_is_handed_over_as_a_code_to_scan(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    assert link["qrSvg"].startswith("<svg")
    assert re.fullmatch(rf"{re.escape(world.intake.url)}/l/[\w-]{{43}}", link["url"])


async def test_a_call_that_is_sent_again_makes_no_second_link_and_tells_no_address_again(world: World) -> None:
    body = {"purpose": "pause", "subjectId": (await world.employer())["id"], "recipient": "employer"}
    headers = {"Idempotency-Key": "once"}
    first, again = [await good(world.first.post("/v1/links", json=body, headers=headers)) for _ in range(2)]
    assert first["id"] == again["id"]
    assert (bool(first["url"]), again["url"]) == (True, None)
    assert (await seen(world, first)).status_code == 200


async def test_a_renewed_link_has_another_address_and_a_revoked_one_none(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    renewed = await good(world.first.post(f"/v1/links/{link['id']}/_renew"))
    assert (await seen(world, link)).status_code == 404
    assert (await seen(world, renewed)).status_code == 200
    for verb in ("_renew", "_revoke"):
        assert (await world.second.post(f"/v1/links/{link['id']}/{verb}")).status_code == 404
    await good(world.first.post(f"/v1/links/{link['id']}/_revoke"))
    for verb in ("_renew", "_revoke"):
        assert (await world.first.post(f"/v1/links/{link['id']}/{verb}")).status_code == 409


async def test_a_letter_is_for_who_may_send_letters_and_each_has_a_new_address(world: World) -> None:
    employer = await world.employer(email="info@linde.example")
    link = await a_link(world, "pause", employer, delivery="mail")
    assert (link["url"], link["email"]) == (None, "info@linde.example")
    issued = await world.intake.next_event(LinkIssued)
    assert str(issued.link_id) == link["id"]
    assert "linde" not in issued.model_dump_json()
    path = f"/v1/links/{link['id']}/letter"
    for caller in (world.first, world.operator, world.matching):
        assert (await caller.post(path)).status_code == 404
    sender = world.as_(sub="notifications", scope="intake:letters:read")
    first, second = [await good(sender.post(path)) for _ in range(2)]
    assert (second["email"], second["employerName"]) == ("info@linde.example", "Tuincentrum De Linde")
    assert (await seen(world, first)).status_code == 404
    assert (await seen(world, second)).status_code == 200
    assert (await sender.get(f"/v1/links/{link['id']}")).status_code == 403
    await world.intake.sql.execute("update links set letter_until = now()")
    assert (await sender.post(path)).status_code == 410
    assert (await sender.post(f"/v1/links/{unknown()}/letter")).status_code == 404


async def test_a_token_is_kept_nowhere_in_the_clear(world: World) -> None:
    from tests.intake.test_erasing import ROWS_WITH

    link = await a_link(world, "pause", await world.employer())
    await sent(world, link, what="pause")
    token = link["url"].rsplit("/", 1)[1]
    names = await world.intake.sql.fetch("select oid::regclass::text from pg_class where relkind = 'r'")
    tables = [name for (name,) in names if not name.startswith(("pg_", "information_schema."))]
    assert [name for name in tables if await world.intake.sql.fetchval(ROWS_WITH.format(name), token)] == []


@pytest.mark.parametrize(("days", "kept"), [(364, True), (367, False)])
async def test_a_link_is_kept_for_a_year_after_its_time_with_what_was_said(world: World, days: int, kept: bool) -> None:
    link = await a_link(world, "pause", await world.employer(email="info@linde.example"), delivery="mail")
    over = datetime.now(UTC) - timedelta(days=days)
    await world.intake.sql.execute("update links set expires_at = $1, letter_until = $1", over)
    await forget(world, today())
    rows = await world.intake.sql.fetch("select email from links")
    assert [row["email"] for row in rows] == ([None] if kept else [])
    assert (await world.first.get(f"/v1/links/{link['id']}")).status_code == (200 if kept else 404)
