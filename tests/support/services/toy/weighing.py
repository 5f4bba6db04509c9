"""An event in two versions, and a toy that hears both: as services do while one takes the place of the other."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter

from services.toy.handlers import handlers
from services.toy.store import notes, things
from shared.deprecation import Deprecation
from shared.deprecation.routes import deprecated
from shared.events import Event, Wire
from shared.ids import new_id
from shared.messaging import Kind
from shared.security import Caller
from shared.unit_of_work import MessageWork, Work

FAREWELL = Deprecation(
    since=date(2026, 7, 1), sunset=date(2099, 1, 1), why="A weight without its unit.", successor="/v1/weighings"
)


class ThingWeighed(Event):
    publisher: ClassVar[str] = "toy"
    subject_kind: ClassVar[str] = "thing"
    deprecated = FAREWELL
    thing_id: UUID
    grams: int


class Weight(Wire):
    amount: int
    unit: str


class ThingWeighedV2(Event):
    publisher: ClassVar[str] = "toy"
    subject_kind: ClassVar[str] = "thing"
    schema_version = 2
    replaces = ThingWeighed
    thing_id: UUID
    weight: Weight

    def downgrade(self) -> ThingWeighed:
        return ThingWeighed(thing_id=self.thing_id, grams=self.weight.amount)

    @classmethod
    def upgrade(cls, old: ThingWeighed) -> "ThingWeighedV2":
        return cls(thing_id=old.thing_id, weight=Weight(amount=old.grams, unit="g"))


@handlers.on(ThingWeighed, Kind.FACT)
async def note_grams(event: ThingWeighed, work: MessageWork) -> None:
    await work.session.execute(notes.insert().values(id=event.thing_id, note=f"{event.grams} g"))


@handlers.on(ThingWeighedV2, Kind.FACT)
async def note_the_weight(event: ThingWeighedV2, work: MessageWork) -> None:
    note = f"{event.weight.amount} {event.weight.unit}"
    await work.session.execute(notes.insert().values(id=event.thing_id, note=note))


router = APIRouter(prefix="/v1")


@router.post("/weighings", status_code=201)
async def weigh(work: Work) -> dict[str, UUID]:
    """Make a thing and weigh it."""
    thing_id = new_id()
    await work.session.execute(things.insert().values(id=thing_id))
    await work.announce(ThingWeighedV2(thing_id=thing_id, weight=Weight(amount=12, unit="g")))
    return {"id": thing_id}


@router.get("/scales", openapi_extra=deprecated(FAREWELL))
async def read_the_scales(caller: Caller) -> dict[str, str]:
    """How things were weighed before."""
    return {"subject": caller.subject}
