"""What the tests of mail have in common: somebody with wishes, and time that passes."""

from email.message import EmailMessage
from typing import Any

from shared.wakeups import CHANNEL
from tests.notifications import facts
from tests.support.service import RunningService

ADDRESS = "j.jansen@school.example"


async def wants(running: RunningService, sub: str = "jansen", **wishes: Any) -> dict[str, Any]:
    """A coordinator of the school says what mail is wanted; what is kept of it."""
    claims = {"sub": sub, "email": ADDRESS.replace("j.jansen", sub), "schools": [facts.BRIN]}
    async with running.as_("coordinator", **claims) as client:
        answer = await client.put("/v1/me", json={"mail": "at-once", **wishes})
        assert answer.status_code == 200, answer.text
        kept: dict[str, Any] = answer.json()
        return kept


async def me(running: RunningService, sub: str = "jansen") -> dict[str, Any]:
    """What is kept of somebody."""
    async with running.as_("coordinator", sub=sub) as client:
        kept: dict[str, Any] = (await client.get("/v1/me")).json()
        return kept


async def morning_comes(running: RunningService) -> None:
    """What waits for a digest, or for the end of quiet hours, is due."""
    await running.sql.execute("update mails set next_at = now() where next_at > now() and tries = 0")
    for topic in ("digests", "mails"):
        await running.sql.execute("select pg_notify($1, $2)", CHANNEL, topic)


async def fire(running: RunningService, kind: str) -> None:
    """Timers of a kind are due."""
    await running.sql.execute("update timers set next_at = now() where kind = $1", kind)
    await running.sql.execute("select pg_notify($1, 'timers')", CHANNEL)
    await running.until("select not exists (select from timers where kind = $1)", kind)


def plain(mail: EmailMessage) -> str:
    """The words of a mail."""
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())
