from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa

from services.toy.store import notes, weather
from shared.errors import Transient
from shared.events import Event
from shared.messaging import Handlers, Kind
from shared.unit_of_work import MessageWork

handlers = Handlers("toy")


class ToyEvent(Event):
    publisher: ClassVar[str] = "toy"
    thing_id: UUID
    note: str = ""


class ThingMade(ToyEvent):
    subject_kind: ClassVar[str] = "thing"


class ThingIs(ToyEvent):
    subject_kind: ClassVar[str] = "thing"


class ThingHappened(ToyEvent):
    subject_kind: ClassVar[str] = "thing"


class ThingInTurn(ToyEvent):
    subject_kind: ClassVar[str] = "turn"
    turn_id: UUID


class NobodyListens(ToyEvent):
    subject_kind: ClassVar[str] = "thing"


async def note(event: ToyEvent, work: MessageWork) -> None:
    """Write a note down; "bug" breaks, "storm" breaks until the weather is fair."""
    if event.note == "bug":
        raise ValueError("a bug of the handler")
    fair = (await work.session.execute(sa.select(weather.c.fair))).scalar_one()
    await work.session.execute(notes.insert().values(id=event.thing_id, note=event.note))
    if event.note == "storm" and not fair:
        raise Transient("the neighbour is away")


@handlers.on(ThingIs, Kind.STATE)
async def note_the_state(event: ThingIs, work: MessageWork) -> None:
    await note(event, work)


@handlers.on(ThingHappened, Kind.FACT)
async def note_the_fact(event: ThingHappened, work: MessageWork) -> None:
    await note(event, work)


@handlers.on(ThingInTurn, Kind.FACT, in_order=True)
async def note_in_turn(event: ThingInTurn, work: MessageWork) -> None:
    await note(event, work)


@handlers.on(ThingMade, Kind.FACT)
async def note_the_making(event: ThingMade, work: MessageWork) -> None:
    await note(event, work)
