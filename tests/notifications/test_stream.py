"""The live stream: who hears what, and how it goes on after a break."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest

from services.notifications.api import live
from shared.events.intake import ExperienceWithdrawn, LabourMarketPublished, MarketFigure, SupportAsked
from shared.ids import new_id
from tests.notifications import facts
from tests.support.service import RunningService


@dataclass
class Heard:
    """One message of the stream."""

    name: str = "message"
    id: str = ""
    data: Any = None
    comment: str = ""

    @property
    def type(self) -> str:
        """The event's name, without version."""
        return str(self.data["type"]).split(".")[2]


class Listening:
    """A client of the stream, as a front end is one."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, within: float = 5.0) -> Heard:
        """The next message; comments are passed over."""
        async with asyncio.timeout(within):
            while (heard := await self._message()).comment:
                pass
        return heard

    async def comment(self, within: float = 5.0) -> Heard:
        """The next comment."""
        async with asyncio.timeout(within):
            while not (heard := await self._message()).comment:
                pass
        return heard

    async def ended(self, within: float = 5.0) -> bool:
        """Whether the stream ends."""
        async with asyncio.timeout(within):
            try:
                while True:
                    await anext(self._lines)
            except StopAsyncIteration:
                return True

    async def _message(self) -> Heard:
        heard = Heard()
        while line := await anext(self._lines):
            name, _, value = line.partition(":")
            match name:
                case "event":
                    heard.name = value.strip()
                case "id":
                    heard.id = value.strip()
                case "data":
                    heard.data = json.loads(value)
                case "":
                    heard.comment = value.strip()
        return heard


@asynccontextmanager
async def listening(
    running: RunningService, *roles: str, last: str | None = None, first: str = "ready", **claims: Any
) -> AsyncIterator[Listening]:
    headers = {} if last is None else {"Last-Event-ID": last}
    # what was told before has no place on the stream for a moment, and would be heard as new
    await running.until("select not exists (select from stream where position is null)")
    async with running.as_(*roles, **claims) as client, client.stream("GET", "/v1/stream", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        found = Listening(response)
        assert (await found.next()).name == first
        yield found


async def test_the_own_school_sees_its_student_and_the_offering_school_only_its_offer(running: RunningService) -> None:
    offer = facts.an_offer(brought_in_by=facts.OTHER_SCHOOL)
    await running.tell(offer)
    proposal = facts.a_proposal(offer_id=offer.offer_id)
    async with (
        listening(running, "coordinator", schools=[facts.BRIN]) as own,
        listening(running, "coordinator", schools=[facts.OTHER_BRIN]) as offering,
        listening(running, "regional-coordinator", regions=["AM11"]) as regional,
        listening(running, "operator") as operator,
    ):
        await running.announce(proposal)
        seen = await own.next()
        assert seen.type == "match-proposed"
        assert seen.data["ids"]["studentId"] == str(proposal.student_id)
        for each in (offering, regional, operator):
            shared = (await each.next()).data["ids"]
            assert shared == {
                "proposalId": str(proposal.proposal_id),
                "offerId": str(offer.offer_id),
                "employerId": str(proposal.employer_id),
            }


async def test_a_school_of_another_region_hears_nothing_and_a_student_is_nobody_elses(running: RunningService) -> None:
    far_away = new_id()
    await running.tell(facts.a_school(far_away, "09XX00", "AM18"))
    async with (
        listening(running, "coordinator", schools=["09XX00"]) as elsewhere,
        listening(running, "coordinator", schools=[facts.OTHER_BRIN]) as colleague,
    ):
        await running.announce(facts.a_ready_student())
        await running.announce(facts.an_offer())
        assert (await colleague.next()).type == "employer-offered"
        await running.announce(facts.an_offer(region="AM18"))
        assert (await elsewhere.next()).type == "employer-offered"


async def test_an_intermediary_hears_what_it_is_asked_and_nothing_of_students(running: RunningService) -> None:
    of_sbb, request = {"kind": "sbb", "regions": [facts.REGION]}, facts.an_answered_request()
    kept = facts.an_employer(private_to=facts.SCHOOL)
    await running.tell(kept)
    private = SupportAsked(
        support_id=new_id(),
        employer_id=kept.employer_id,
        school_id=None,
        region=facts.REGION,
        kind="workshop",
        asked_by="school",
    )
    async with (
        listening(running, "intermediary", intermediary=of_sbb) as asked,
        listening(running, "intermediary", intermediary={"kind": "sbb", "regions": ["AM18"]}) as elsewhere,
        listening(running, "intermediary", intermediary={"kind": "wsp", "regions": [facts.REGION]}) as other,
    ):
        support = private.model_copy(update={"support_id": new_id(), "employer_id": new_id()})
        here, there = support, support.model_copy(update={"support_id": new_id(), "region": "AM18"})
        for event in (facts.a_ready_student(), facts.a_proposal(), facts.an_offer(), private, request, here, there):
            await running.tell(event)  # one after the other: order over subjects is not promised
        assert (await asked.next()).data["ids"] == {"requestId": str(request.request_id)}
        assert (await asked.next()).data["ids"] == {"supportId": str(here.support_id)}
        assert (await other.next()).data["ids"] == {"supportId": str(here.support_id)}
        assert (await elsewhere.next()).data["ids"] == {"supportId": str(there.support_id)}


async def test_what_a_school_keeps_to_itself_is_shown_to_that_school_only(running: RunningService) -> None:
    offer = facts.an_offer(private_to=facts.SCHOOL)
    async with (
        listening(running, "coordinator", schools=[facts.BRIN]) as own,
        listening(running, "coordinator", schools=[facts.OTHER_BRIN]) as other,
    ):
        await running.announce(offer)
        assert (await own.next()).data["ids"]["offerId"] == str(offer.offer_id)
        await running.announce(facts.a_placement(offer_id=offer.offer_id, school_id=facts.SCHOOL))
        assert (await own.next()).type == "placement-started"
        public = facts.an_offer()
        await running.announce(public)
        assert (await other.next()).data["ids"]["offerId"] == str(public.offer_id)


async def test_that_a_seat_is_taken_is_seen_by_all_and_by_whom_by_one(running: RunningService) -> None:
    placement = facts.a_placement()
    async with (
        listening(running, "coordinator", schools=[facts.BRIN]) as own,
        listening(running, "coordinator", schools=[facts.OTHER_BRIN]) as other,
    ):
        await running.announce(placement)
        assert "studentId" in (await own.next()).data["ids"]
        assert "studentId" not in (await other.next()).data["ids"]


async def test_new_figures_and_what_is_told_no_more_are_heard_by_all_of_the_region(running: RunningService) -> None:
    employer = facts.an_employer()
    await running.tell(employer)
    async with listening(running, "coordinator", schools=[facts.OTHER_BRIN]) as other:
        figures = LabourMarketPublished(
            publication_id=new_id(),
            region=facts.REGION,
            source="uwv",
            published_date=date(2026, 11, 2),
            figures=(MarketFigure(sector="horeca", kind="tension", period="2026-q3", figure=1.8),),
        )
        await running.announce(figures)
        heard = await other.next()
        assert (heard.type, heard.data["ids"]) == (
            "labour-market-published",
            {"publicationId": str(figures.publication_id)},
        )
        gone = ExperienceWithdrawn(employer_id=employer.employer_id, remark_id=new_id(), school_id=facts.SCHOOL)
        await running.announce(gone)
        heard = await other.next()
        assert (heard.type, heard.data["ids"]["remarkId"]) == ("experience-withdrawn", str(gone.remark_id))


async def test_who_comes_back_gets_what_was_missed(running: RunningService) -> None:
    who: dict[str, Any] = {"schools": [facts.BRIN]}
    async with listening(running, "coordinator", **who) as first:
        await running.announce(facts.an_offer())
        last = (await first.next()).id
    missed = [facts.an_offer() for _ in range(3)]
    for offer in missed:
        await running.tell(offer)
    async with listening(running, "coordinator", last=last, **who) as again:
        for offer in missed:
            assert (await again.next()).data["ids"]["offerId"] == str(offer.offer_id)
        now = facts.an_offer()
        await running.announce(now)
        assert (await again.next()).data["ids"]["offerId"] == str(now.offer_id)


async def test_who_was_away_too_long_is_told_to_load_afresh(running: RunningService) -> None:
    for _ in range(2):
        await running.tell(facts.an_offer())
    async with listening(running, "coordinator", schools=[facts.BRIN]) as somebody:
        await running.announce(facts.an_offer())
        await somebody.next()
    await running.sql.execute("delete from stream")
    async with listening(running, "coordinator", schools=[facts.BRIN], last="1", first="reset") as again:
        await running.announce(facts.an_offer())
        assert (await again.next()).type == "employer-offered"
    async with listening(running, "coordinator", schools=[facts.BRIN], last="999999", first="reset"):
        pass


async def test_a_quiet_stream_is_kept_alive_and_keeps_its_place(
    running: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    async with listening(running, "coordinator", schools=["09XX00"]) as nobody:
        before = int((await nobody.comment()).id)
        await running.tell(facts.an_offer())
        async with asyncio.timeout(5):
            while int((await nobody.comment()).id) == before:
                pass


async def test_a_stream_ends_in_time_for_the_token_to_be_checked_again(service: Any, post: Any) -> None:
    running = await service("notifications", smtp_url=post.url, stream_seconds="0.2")
    async with listening(running, "operator") as found:
        assert await found.ended()


async def test_without_a_token_or_the_right_role_there_is_no_stream(running: RunningService) -> None:
    assert (await running.client.get("/v1/stream")).status_code == 401
    async with running.as_("jobcoach") as coach, running.as_("intermediary") as nowhere:
        for outside in (coach, nowhere):
            assert (await outside.get("/v1/stream")).status_code == 403
    async with running.as_("operator") as operator:
        bad = await operator.get("/v1/stream", headers={"Last-Event-ID": "x"})
        assert bad.status_code == 400
