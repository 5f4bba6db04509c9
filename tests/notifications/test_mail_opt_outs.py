"""Mail is turned off with one click and no login, as mail programs do it (RFC 8058)."""

from email.message import EmailMessage
from uuid import uuid4

import httpx
import pytest

from services.notifications.domain.opt_outs import read_token, token_of
from services.notifications.domain.wishes import Category, Rhythm
from tests.notifications import facts
from tests.notifications.mailing import me, morning_comes, plain, wants
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What a mail program posts."""


def link_of(mail: EmailMessage) -> str:
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"])
    assert link.startswith("<http")
    assert link.endswith(">")
    return link[1:-1]


async def test_one_click_turns_mail_of_that_kind_off_for_that_person(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running, categories={"proposals": "daily"})
    await wants(running, "pieters", mail="none")
    assert await running.tell(facts.a_proposal()) == "done"
    await running.announce(facts.an_overdue_visit())
    link = link_of(mail := await post.next())
    assert link in plain(mail)
    async with httpx.AsyncClient() as nobody:
        for _ in range(2):
            done = await nobody.post(link, data=ONE_CLICK)
            assert (done.status_code, done.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    kept = await me(running)
    assert {category for category, rhythm in kept["categories"].items() if rhythm == "none"} == {"guidance"}
    assert (kept["categories"]["proposals"], kept["categories"]["questions"]) == ("daily", "at-once")
    await running.tell(facts.an_overdue_visit())
    await running.announce(facts.an_answered_question())
    assert (await post.next())["Subject"] == "Er is een antwoord op uw vraag over een bedrijf"
    assert len(post.tried) == 2


async def test_who_only_looks_changes_nothing_and_sees_a_button(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running)
    await running.announce(facts.an_overdue_visit())
    link = link_of(await post.next())
    async with httpx.AsyncClient() as scanner:
        for _ in range(3):
            page = await scanner.get(link)
            assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert "jansen" not in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert set((await me(running))["categories"].values()) == {"at-once"}


async def test_the_link_in_a_digest_turns_that_digest_off(running: RunningService, post: SmtpCatcher) -> None:
    await wants(running, mail="daily", categories={"questions": "weekly", "answers": "at-once"})
    await running.tell(facts.an_overdue_visit())
    await morning_comes(running)
    link = link_of(await post.next())
    await running.tell(facts.a_proposal())
    async with httpx.AsyncClient() as nobody:
        assert (await nobody.post(link, data=ONE_CLICK)).status_code == 200
    kept = (await me(running))["categories"]
    assert (kept["questions"], kept["answers"]) == ("weekly", "at-once")
    assert {rhythm for name, rhythm in kept.items() if name not in {"questions", "answers"}} == {"none"}
    assert await running.sql.fetchval("select count(*) from mails where state = 'gathered'") == 0


async def test_a_link_that_is_not_ours_is_unknown_and_so_is_that_of_who_is_forgotten(
    running: RunningService, post: SmtpCatcher
) -> None:
    await wants(running)
    await running.announce(facts.an_overdue_visit())
    link = link_of(await post.next())
    before, _, token = link.rpartition("/")
    read = read_token(token)
    assert read
    forged = token_of(read.recipient, b"another key", Category.GUIDANCE)
    other_kind = token_of(read.recipient, b"", Rhythm.NONE)
    async with httpx.AsyncClient() as nobody:
        for bad in (forged, other_kind, token[:-4], token[1:], "x", "%F0%9F%98%80", "a" * 5_000):
            for answer in (await nobody.get(f"{before}/{bad}"), await nobody.post(f"{before}/{bad}", data=ONE_CLICK)):
                assert answer.status_code == 404, bad
        assert set((await me(running))["categories"].values()) == {"at-once"}
        async with running.as_("coordinator", sub="jansen") as client:
            await client.delete("/v1/me")
        assert (await nobody.post(link, data=ONE_CLICK)).status_code == 404


@pytest.mark.parametrize("what", [*Category, *Rhythm])
def test_a_token_says_what_it_was_made_for_and_nothing_of_it_can_be_changed(what: Category | Rhythm) -> None:
    key, recipient = b"k" * 32, uuid4()
    token = token_of(recipient, key, what)
    read = read_token(token)
    assert read
    assert (read.recipient, read.what, read.is_signed_with(key)) == (recipient, what, True)
    assert not read.is_signed_with(b"q" * 32)
    assert len(token) > 40
    assert token.replace("-", "").replace("_", "").isalnum()
    moved = read_token(token_of(uuid4(), key, what)[:22] + token[22:])
    assert moved is None or not moved.is_signed_with(key)
