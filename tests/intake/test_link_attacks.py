"""What somebody without an account may try: guessing, sending again, sharing, other purposes, hostile input."""

import asyncio
import secrets
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.guesses import GUESSES, MOST_ADDRESSES, SECONDS, Guesses
from shared.http import without_secrets
from tests.intake.test_erasing import erase, swept, tables_with
from tests.intake.test_links import CONSENT, TASK, a_link, a_young_student, anybody, seen, sent
from tests.intake.test_questionnaires import a_round
from tests.intake.world import World, good

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "'; drop table links; --",
    "\u202eomgekeerd",
    "😀" * 50,
)


async def answers_of(world: World, link: Any) -> list[str]:
    return [one["code"] for one in (await good(world.first.get(f"/v1/links/{link['id']}")))["answers"]]


async def test_who_guesses_sees_one_page_and_then_has_to_wait(world: World) -> None:
    async with anybody(world) as guesser:
        pages = [await guesser.get(f"/l/{secrets.token_urlsafe(32)}") for _ in range(GUESSES)]
        assert {(page.status_code, page.text) for page in pages} == {(404, pages[0].text)}
        waiting = await guesser.get(f"/l/{secrets.token_urlsafe(32)}")
        assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, str(int(SECONDS)))
        link = await a_link(world, "pause", await world.employer())
        assert (await guesser.get(link["url"])).status_code == 429
        assert (await guesser.post(link["url"], data={"turn": "0", "what": "pause"})).status_code == 429
    assert await answers_of(world, link) == []


def test_guesses_are_counted_by_network_for_a_minute_and_in_bounded_memory() -> None:
    now = [0.0]
    counted = Guesses(lambda: now[0])
    for number in range(GUESSES):
        counted.count(f"2001:db8::{number:x}")
    assert counted.too_many("2001:db8::ffff")
    assert not counted.too_many("2001:db8:0:1::1")
    assert not counted.too_many("192.0.2.1")
    now[0] = SECONDS
    assert not counted.too_many("2001:db8::ffff")
    for number in range(MOST_ADDRESSES + 5):
        counted.count(f"10.0.{number // 256}.{number % 256}")
    assert len(counted._counted) == MOST_ADDRESSES


async def test_a_revoked_link_cannot_be_told_from_one_that_never_was(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    await good(world.first.post(f"/v1/links/{link['id']}/_revoke"))
    async with anybody(world) as holder:
        never = await holder.get(f"/l/{secrets.token_urlsafe(32)}")
    for revoked in (await seen(world, link), await sent(world, link, what="pause")):
        assert (revoked.status_code, revoked.text) == (never.status_code, never.text)
        names = {"date", "x-request-id"}
        kept, other = [{k: v for k, v in one.headers.items() if k not in names} for one in (revoked, never)]
        assert kept == other


async def test_an_expired_link_says_to_ask_for_a_new_one_and_does_nothing(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    await world.intake.sql.execute("update links set expires_at = clock_timestamp()")
    for page in (await seen(world, link), await sent(world, link, what="pause")):
        assert page.status_code == 410
        assert "Vraag de school om een nieuwe" in page.text
    assert await answers_of(world, link) == []


async def test_a_form_that_is_sent_twice_acts_once(world: World) -> None:
    once = await a_link(world, "still-open", await world.offer())
    several = await a_link(world, "pause", await world.employer())
    await a_round(world, questionnaire="employer")
    asked = await a_link(world, "questionnaire", await world.employer())
    async with anybody(world) as holder:
        for link, form in (
            (once, {"turn": "0", "free": "filled"}),
            (several, {"turn": "0", "what": "pause"}),
            (asked, {"turn": "0", "q-experience": "positive"}),
        ):
            first, again = [await holder.post(link["url"], data=form) for _ in range(2)]
            assert "Bedankt" in first.text
            assert (again.status_code, "Dit was al doorgegeven" in again.text) == (200, True)
            assert len(await answers_of(world, link)) == 1


async def test_two_people_with_one_link_at_the_same_time_have_one_effect(world: World) -> None:
    link = await a_link(world, "still-open", await world.offer())
    async with anybody(world) as holder:
        posts = [holder.post(link["url"], data={"turn": "0", "free": "yes", "seats": str(n)}) for n in range(2, 10)]
        pages = await asyncio.gather(*posts)
    assert {page.status_code for page in pages} == {200}
    assert sorted("Bedankt" in page.text for page in pages) == [False] * 7 + [True]
    assert await answers_of(world, link) == ["free"]


async def test_who_looked_before_others_said_more_looks_again(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    await sent(world, link, what="pause")
    await sent(world, link, what="resume")
    async with anybody(world) as late:
        page = await late.post(link["url"], data={"turn": "0", "what": "pause"})
        assert (page.status_code, "intussen iets anders doorgegeven" in page.text) == (409, True)
        for turn in ("", "-1", "2x", "9" * 30, "٣"):
            assert (await late.post(link["url"], data={"turn": turn, "what": "pause"})).status_code == 409
    assert await answers_of(world, link) == ["paused", "resumed"]


async def test_a_link_of_one_shows_and_does_nothing_of_another(world: World) -> None:
    mine, other = await a_young_student(world, 16), await a_young_student(world, 16, givenName="Kim")
    for student in (mine, other):
        await good(world.first.post(f"/v1/students/{student['id']}/grounds", json=TASK))
    theirs = (await good(world.first.get(f"/v1/students/{other['id']}/grounds")))["items"][0]["id"]
    link = await a_link(world, "sharing", mine, "student")
    page = await seen(world, link)
    assert "Kim" not in page.text
    assert theirs not in page.text
    assert (await sent(world, link, stop=f"object:{theirs}")).status_code in {400, 410}
    assert (await sent(world, link, stop=f"withdraw:{theirs}")).status_code in {400, 410}
    assert await answers_of(world, link) == []


async def test_a_link_does_what_it_is_for_and_nothing_else(world: World) -> None:
    employer = await world.employer()
    link = await a_link(world, "support", employer)
    answer = await sent(
        world,
        link,
        what="pause",
        free="no-longer",
        purpose="pause",
        link_id="x",
        kinds="workshop",
        finished="yes",
        **{"q-experience": "positive"},
    )
    assert answer.status_code == 200
    assert await world.intake.sql.fetchval("select count(*) from questionnaire_responses") == 0
    assert await answers_of(world, link) == ["support"]
    assert (await good(world.first.get(f"/v1/employers/{employer['id']}")))["pause"] is None


async def test_a_link_of_a_student_who_was_erased_meanwhile_leads_nowhere(world: World) -> None:
    student = await a_young_student(world, 16)
    link = await a_link(world, "consent", student, "student", asks=CONSENT)
    placement = await good(world.place(student, await world.offer()))
    line = await a_link(world, "problem", placement)
    await erase(world, student)
    for page in (await seen(world, link), await seen(world, line), await sent(world, link, answer="yes")):
        assert page.status_code == 404
    assert await world.intake.sql.fetchval("select count(*) from links") == 0
    await swept(world, student)
    assert await tables_with(world, student["id"]) == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_words(world: World, text: str) -> None:
    link = await a_link(world, "support", await world.employer(name=text))
    page = await seen(world, link)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert ">49" not in page.text
    shown_again = await sent(world, link, text=text)
    assert (shown_again.status_code, "<script>alert" in shown_again.text) == (400, False)
    assert (await sent(world, link, kinds="workshop", text=text)).status_code == 200
    said = (await good(world.first.get(f"/v1/links/{link['id']}")))["answers"][0]["said"]
    assert said["text"] == text


async def test_what_is_no_form_does_nothing(world: World) -> None:
    link = await a_link(world, "support", await world.employer())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with anybody(world) as sender:
        for body, status in (
            (b"turn=0&kinds=workshop&text=a%00b", 400),
            (b"turn=0&kinds=workshop&text=a\x00b", 400),
            (b"turn=0&kinds=workshop&text=%ff%fe", 400),
            (b"\xff\xfe\x00", 400),
            (b"turn=0&kinds=workshop&text=" + b"a" * 2001, 400),
            (b"turn=0&kinds=workshop&text=" + b"a" * 100_000, 400),
            (b"turn=0&kinds=workshop&text=" + b"a" * 1_100_000, 413),
            (b"&".join(b"kinds=workshop" for _ in range(200)), 400),
            (b"turn=0&kinds=workshop&text=mijn+nummer+is+111222333", 400),
            (b'{"turn": 0, "kinds": ["workshop"]}', 409),
            (b"", 409),
        ):
            answer = await sender.post(link["url"], content=body, headers=form)
            assert answer.status_code == status, body[:60]
        assert await answers_of(world, link) == []
        for token in ("x" * 5000, "..%2f..%2fetc", "%0d%0aSet-Cookie:a=b", "%ed%a0%80", "style.css.map", "'"):
            answer = await sender.get(f"/l/{token}")
            assert answer.status_code == 404, token
            assert "set-cookie" not in answer.headers
        assert (await sender.get("/l/a%00b")).status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_scanners_and_previews_change_nothing(world: World, method: str) -> None:
    link = await a_link(world, "still-open", await world.offer())
    async with anybody(world) as scanner:
        for _ in range(3):
            answer = await scanner.request(method, link["url"], headers={"Purpose": "prefetch"})
            assert answer.status_code == 200
    assert await answers_of(world, link) == []
    assert "Bedankt" in (await sent(world, link, free="yes")).text


async def test_a_page_keeps_to_itself(world: World) -> None:
    employer = await world.employer()
    link = await a_link(world, "pause", employer)
    await a_round(world, questionnaire="employer")
    asked = await a_link(world, "questionnaire", employer)
    for page in (await seen(world, asked), await seen(world, link), await sent(world, link, what="pause")):
        headers = page.headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "set-cookie" not in headers
        assert "://" not in page.text
        assert "<script" not in page.text
        assert not [one for one in (asked, link) if one["url"].rsplit("/", 1)[1] in page.text]
    async with anybody(world) as browser:
        style = await browser.get("/l/style.css")
    assert style.headers["Content-Type"].startswith("text/css")


async def test_a_link_of_a_school_that_left_leads_nowhere(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    await world.intake.sql.execute(
        """update schools set departure = '{"left_date": "2020-01-01", "reason": "closed"}' where id = $1""",
        UUID(link["schoolId"]),
    )
    assert (await seen(world, link)).status_code == 404


def test_a_token_stands_in_no_log_and_no_trace() -> None:
    token = secrets.token_urlsafe(32)
    assert without_secrets(f"/l/{token}") == "/l/…"
    assert without_secrets(f"/intake/l/{token}/x") == "/intake/l/…/x"
    plain = f"/v1/students/{UUID(int=1)}/grounds"
    assert without_secrets(plain) == plain


async def test_nobody_is_told_what_an_intermediary_or_another_origin_may_not(world: World) -> None:
    link = await a_link(world, "pause", await world.employer())
    async with httpx.AsyncClient(base_url=world.intake.url, headers={"Origin": "https://evil.example"}) as other:
        page = await other.get(link["url"])
    assert "access-control-allow-origin" not in page.headers
