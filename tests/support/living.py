"""A made-up region with a database of its own, to which things happen as matching hears of them; no broker in between."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from sqlalchemy import event as hooks
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.matching import handlers, store
from services.matching.clients import Neighbours
from services.matching.domain.model import Profile, Search, SearchState
from services.matching.domain.pairs import STEPS
from services.matching.domain.proposals import DeclineReason
from services.matching.domain.widening import Patience, RegionSettings
from services.matching.planning.answers import decline
from services.matching.planning.locks import lock
from services.matching.planning.proposing import show
from services.matching.planning.settling import settle
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.base import Event
from shared.events.envelope import Envelope
from shared.events.intake import (
    EmployerOffered,
    EmployerPaused,
    EmployerResumed,
    OfferWithdrawn,
    StudentReady,
    StudentWithdrawn,
)
from shared.unit_of_work import MessageWork, Publisher, begin
from tests.support.region import REGION, MadeUp

DAYS_TO_SHOW = 30

Handled = Callable[[Any, MessageWork], Awaitable[None]]


class Took(NamedTuple):
    """What a transaction cost: seconds on the clock and of this process, and statements."""

    wall: float
    process: float
    statements: int


@dataclass(frozen=True)
class Here(Neighbours):
    """Profiles without a way to go for them."""

    profiles: dict[UUID, Profile] = field(default_factory=dict)

    async def profile(self, student_id: UUID, _dataref: str | None) -> Profile | None:
        """As intake would answer."""
        return self.profiles.get(student_id)


@dataclass
class Region:
    """A region with its database, and what happens to it."""

    engine: AsyncEngine
    publisher: Publisher
    profiles: dict[UUID, Profile]
    resources: Neighbours
    made: MadeUp
    random: Random = field(default_factory=lambda: Random(1))
    students: list[UUID] = field(default_factory=list)
    offers: list[EmployerOffered] = field(default_factory=list)
    paused: list[EmployerOffered] = field(default_factory=list)
    statements: int = 0

    @classmethod
    async def of(cls, url: str, seed: int) -> "Region":
        """One where nobody is yet, that lets places move."""
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
        profiles: dict[UUID, Profile] = {}
        publisher = Publisher.of("urn:nld:stagebrug:matching", store.metadata)
        region = cls(
            engine,
            publisher,
            profiles,
            Here(httpx.AsyncClient(), httpx.AsyncClient(), "", "http://matching", profiles=profiles),
            MadeUp.region(seed),
        )
        hooks.listen(engine.sync_engine, "before_cursor_execute", region._counted)
        hooks.listen(engine.sync_engine, "connect", region._listen)
        async with region.work() as work:
            await SettingsStore(work.session).save(
                REGION,
                RegionSettings(
                    patience_seconds=Patience(**dict.fromkeys(Patience.model_fields, 0)),
                    movable_seconds=DAYS_TO_SHOW * 24 * 3600,
                ),
            )
        return region

    def work(self) -> Any:
        """A transaction."""
        return begin(self.engine, self.publisher, self.resources, scope={"acting": "planning"})

    def _counted(self, *_: Any) -> None:
        self.statements += 1

    def _listen(self, opened: Any, _: Any) -> None:
        """Count what goes past SQLAlchemy, too."""
        opened.driver_connection.add_query_logger(self._past_sqlalchemy)

    def _past_sqlalchemy(self, sent: Any) -> None:
        self.statements += sent.query not in {"BEGIN;", "COMMIT;", "ROLLBACK;"}

    def _begin(self) -> Callable[[], Took]:
        """Measure from here on; called once it is through, it says what that took."""
        self.statements, wall, process = 0, time.perf_counter(), time.process_time()
        return lambda: Took(time.perf_counter() - wall, time.process_time() - process, self.statements)

    async def filled(self, students: int, ratio: float) -> None:
        """So many students and so many times as many seats, all planned for."""
        self.offers = self.made.offers(int(students * ratio))
        profiles = [self.made.student() for _ in range(students)]
        self.profiles |= {one.student_id: one for one in profiles}
        self.students = [one.student_id for one in profiles]
        moment = datetime.now(UTC)
        async with self.work() as work:
            for offer in self.offers:
                await OpeningStore(work.session).save(offer, moment)
            for profile in profiles:
                await SearchStore(work.session).begin(begun(profile, moment), moment)
        async with self.work() as work:
            await lock(work.session, {REGION})
            await settle(work, students=self.students[:1])  # all who wait are planned for

    async def tell(self, event: Event, handle: Handled) -> Took:
        """The whole transaction of an event, its inbox row apart."""
        took = self._begin()
        async with self.work() as work:
            envelope = Envelope.of(event, "urn:nld:stagebrug:intake")
            own = MessageWork(work.session, work.publisher, work.resources, envelope=envelope)
            await handle(event, own)
            await own.flush()
        return took()

    async def ready(self) -> Took:
        """A student comes."""
        profile = self.made.student()
        self.profiles[profile.student_id] = profile
        self.students.append(profile.student_id)
        return await self.tell(ready(profile), handlers.look_for_a_place)

    async def withdrawn(self) -> Took:
        """A student goes."""
        student = self._one_of(self.students)
        gone = StudentWithdrawn(student_id=student, school_id=self.profiles[student].school_id)
        return await self.tell(gone, handlers.stop_looking)

    async def offered(self) -> Took:
        """A place comes."""
        self.offers.append(self.made.offer())
        return await self.tell(self.offers[-1], handlers.fill_the_offer)

    async def offer_withdrawn(self) -> Took:
        """A place goes."""
        offer = self._one_of(self.offers)
        gone = OfferWithdrawn(offer_id=offer.offer_id, employer_id=offer.employer_id, reason="filled")
        return await self.tell(gone, handlers.drop_the_offer)

    async def pauses(self) -> Took:
        """An employer takes nobody for a while."""
        self.paused.append(self._one_of(self.offers))
        pause = EmployerPaused(
            employer_id=self.paused[-1].employer_id, from_date=date(2026, 9, 1), until_date=None, reason="moving"
        )
        return await self.tell(pause, handlers.respect_the_pause)

    async def resumes(self) -> Took:
        """And takes students again."""
        self.offers.append(self.paused.pop())
        return await self.tell(EmployerResumed(employer_id=self.offers[-1].employer_id), handlers.end_the_pause)

    async def declined(self) -> Took:
        """A place that was shown is declined."""
        async with self.work() as work:
            await lock(work.session, {REGION})
            planned = await ProposalStore(work.session).planned_in({REGION})
            if not planned:
                return Took(0.0, 0.0, 0)
            shown = self.random.choice(planned)
            await show(work, [shown])
        took = self._begin()
        async with self.work() as work:
            proposal = await ProposalStore(work.session).get(shown.id)
            assert proposal
            await decline(work, proposal, DeclineReason.OTHER)
        return took()

    def _one_of(self, some: list[Any]) -> Any:
        return some.pop(self.random.randrange(len(some)))


def begun(profile: Profile, moment: datetime) -> Search:
    """A search as wide as it gets."""
    return Search(
        profile.student_id, profile.school_id, profile, SearchState.SEARCHING, STEPS[-1], moment, moment, moment
    )


def ready(profile: Profile) -> StudentReady:
    """As intake tells of it."""
    return StudentReady(
        student_id=profile.student_id,
        school_id=profile.school_id,
        region=REGION,
        municipality=profile.municipality,
        begin_date=profile.begin_date,
        end_date=profile.end_date,
    )


EVENTS = {
    "student ready": Region.ready,
    "student withdrawn": Region.withdrawn,
    "employer offered": Region.offered,
    "match declined": Region.declined,
    "employer paused": Region.pauses,
    "employer resumed": Region.resumes,
    "offer withdrawn": Region.offer_withdrawn,
}
