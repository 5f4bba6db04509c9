"""The live stream of the front end: Server-Sent Events, resumed by `Last-Event-ID`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.notifications.api.callers import recipient_of
from services.notifications.clients import Resources
from services.notifications.clients.live import MOST_WAITING, Hub, Told, told_to
from services.notifications.domain.views import Listener, desk
from services.notifications.store import StreamStore, SurroundingsStore
from services.notifications.store.stream import Shown
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(
    prefix="/v1",
    tags=["live stream"],
    dependencies=[requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.INTERMEDIARY, Role.OPERATOR)],
)

HEARTBEAT = 15
"""Seconds: proxies close connections that are silent for 30 to 60."""

_EXAMPLE = (
    'id: 17\r\ndata: {"type": "nl.stagebrug.match-proposed.v1", "time": "2026-09-01T08:00:00Z", '
    '"ids": {"proposalId": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11"}}\r\n\r\n'
)


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"example": _EXAMPLE}}}},
)
async def listen(
    caller: Caller,
    work: Work,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62, description="Resume after this event.")] = None,
) -> EventSourceResponse:
    """What happens, as it happens, as far as it concerns your schools and regions: ids to fetch, nothing to read.

    Intermediaries hear what they are asked in their regions, and of their kind's tips.

    The stream begins with an event `ready`, or `reset` when it cannot resume: then load afresh. It ends after some
    minutes, so that the token is checked again; connect again with the last id.
    """
    resources: Resources = work.resources
    start = await _start(work, last_event_id)
    listener = await _listener(caller, work)
    return EventSourceResponse(_told(resources.hub, listener, start, resources.settings.stream_seconds), ping=0)


@dataclass(frozen=True)
class Start:
    """Where a stream begins: what the client missed, and the position of the last of it."""

    missed: tuple[Shown, ...]
    position: int
    first: ServerSentEvent


async def _start(work: UnitOfWork, last: int | None) -> Start:
    stream = StreamStore(work.session)
    head = await stream.head()
    missed = [] if last in {None, head} else await stream.after(last or 0, MOST_WAITING + 1)
    if last in {None, head}:
        return Start((), head, _control("ready", head))
    if missed and missed[0].position == (last or 0) + 1 and len(missed) <= MOST_WAITING:
        # without an id, since what was missed only comes behind it
        return Start(tuple(missed), missed[-1].position, _control("ready"))
    return Start((), head, _control("reset", head))


def _control(name: str, position: int | None = None) -> ServerSentEvent:
    return ServerSentEvent("{}", event=name, id=None if position is None else str(position))


async def _listener(caller: Principal, work: UnitOfWork) -> Listener:
    own = caller.schools if caller.has(Role.COORDINATOR) else frozenset[str]()
    return Listener(
        schools=own,
        regions=await SurroundingsStore(work.session).regions_of(own),
        regional=caller.regions if caller.has(Role.REGIONAL_COORDINATOR) else frozenset(),
        operator=caller.has(Role.OPERATOR),
        subject=caller.subject,
        intermediaries=_desks(caller),
    )


def _desks(caller: Principal) -> frozenset[str]:
    if not caller.has(Role.INTERMEDIARY):
        return frozenset()
    recipient = recipient_of(caller)
    return frozenset(desk(recipient.kind, region) for region in recipient.regions)


async def _told(hub: Hub, listener: Listener, start: Start, seconds: float) -> AsyncIterator[ServerSentEvent]:
    now = asyncio.get_running_loop().time
    ends = now() + seconds
    with hub.listen(listener, start.position) as listening:
        yield start.first
        for missed in start.missed:
            if told := told_to(listener, missed):
                yield _event(told)
        while (left := ends - now()) > 0:
            try:
                async with asyncio.timeout(min(HEARTBEAT, left)):
                    told = await listening.next()
            except TimeoutError:
                # with the position, so that who hears nothing for hours can still resume
                if (seen := listening.seen) is not None:
                    yield ServerSentEvent(comment="still here", id=str(seen))
                continue
            if told is None:
                return
            yield _event(told)


def _event(told: Told) -> ServerSentEvent:
    return ServerSentEvent(told.text, id=str(told.position))
