"""The job that works replays off: reads a page, leaves out what was seen, hands the rest to the inbox."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from pydantic import ValidationError
from sqlalchemy import text

from shared.errors import Transient, described, is_transient
from shared.jobs import Job
from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.parking.bulk import allowed
from shared.replays.log import PAGE, Log, Logged, log_client, log_url
from shared.settings import ServiceSettings
from shared.unit_of_work import UnitOfWork

TOPIC = "replays"
"""What wakes the job."""

ASKED_AGAIN_SECONDS = 5
"""A publisher that is away is asked again after so long."""

_NEXT = text("""
select *, extract(epoch from clock_timestamp() - paced_at) as seconds from replays
where state = 'running' and rate * extract(epoch from clock_timestamp() - paced_at) >= 1
order by paced_at limit 1 for update skip locked
""")
_SEEN = text("""
select id, forgotten from (
    select id, inbox_forgot(id) as forgotten,
           exists (select 1 from inbox where consumer = :consumer and event_id = id) as known
    from unnest(cast(:ids as uuid[])) id) each
where known or forgotten
""")
_FORGET = text("""
with gone as (
    delete from inbox where consumer = :consumer and event_id = any(cast(:ids as uuid[])) and status = 'done'
)
delete from subject_state using unnest(cast(:sources as text[]), cast(:subjects as text[]), cast(:groups as text[]),
                                       cast(:versions as bigint[])) as replayed (source, subject, state_group, version)
where subject_state.consumer = :consumer and subject_state.source = replayed.source
  and subject_state.subject = replayed.subject and subject_state.state_group = replayed.state_group
  and subject_state.version <= replayed.version
""")
_WENT_ON = text("""
update replays set position = :position, read = read + :read, state = :state, error = null,
    verdicts = cast(:verdicts as jsonb), begins_after = :begins_after, updated_at = clock_timestamp(),
    paced_at = case when :handed then clock_timestamp() else paced_at end
where id = :id and state = 'running'
""")
_STUCK = text("""
update replays set state = :state, error = :error, updated_at = clock_timestamp(),
    paced_at = clock_timestamp() + make_interval(secs => :seconds)
where id = :id
""")


@dataclass
class Step:
    """What one turn does: the events that it hands over, and where it ends."""

    position: int
    begins_after: int = 0
    read: int = 0
    events: list[Logged] = field(default_factory=list)
    finished: bool = False
    verdicts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Replays:
    """What a service needs to read others' logs again."""

    settings: ServiceSettings
    handlers: Handlers
    inbox: Inbox

    @property
    def service(self) -> str:
        """Whose replays these are."""
        return self.handlers.service

    @property
    def rebuildable(self) -> bool:
        """Whether the service's handlers may handle an event again."""
        return self.handlers.rebuildable

    @property
    def publishers(self) -> list[str]:
        """Who announces what the service has handlers for."""
        return sorted({handler.event.publisher for handler in self.handlers.by_type.values()})

    @property
    def jobs(self) -> list[Job]:
        """What works the replays off."""
        return [Job("work_off_replays", 1.0, TOPIC, self.work_off)]

    async def work_off(self, work: UnitOfWork) -> bool:
        """Take one replay a step further; True when it may go on at once.

        The replay's row is locked meanwhile, so that a process that dies leaves it to the next; what it handed over
        by then is known to the inbox.
        """
        replay = (await work.session.execute(_NEXT)).mappings().one_or_none()
        if replay is None:
            return False
        most = allowed(replay["rate"], replay["seconds"])
        try:
            step = await self._step(replay, most, work)
        except (httpx.HTTPError, Transient, ValidationError, ValueError, KeyError) as error:
            await _stuck(replay, error, work)
            return False
        counted = Counter(replay["verdicts"]) + step.verdicts
        state = "done" if step.finished else "running"
        values = {"id": replay["id"], "position": step.position, "read": step.read, "begins_after": step.begins_after}
        what = {"state": state, "verdicts": json.dumps(counted), "handed": bool(step.events)}
        await work.session.execute(_WENT_ON, {**values, **what})
        return not step.finished and len(step.events) < most

    async def _step(self, replay: Mapping[Any, Any], most: int, work: UnitOfWork) -> Step:
        publisher, types = replay["publisher"], self._types(replay["publisher"])
        async with log_client(self.settings, publisher) as client:
            log = Log(client, log_url(self.settings, self.service, publisher), types, replay["position"])
            page = await log.page()
        seen = {} if replay["again"] else await self._seen(page, work)
        step = _chosen(replay, page, seen, most)
        step.begins_after = log.begins_after
        if replay["again"]:
            await self._forget(step.events, work)
        step.verdicts += await self._hand_over(step.events, again=replay["again"])
        return step

    def _types(self, publisher: str) -> list[str]:
        return sorted(name for name, handler in self.handlers.by_type.items() if handler.event.publisher == publisher)

    async def _seen(self, page: Sequence[Logged], work: UnitOfWork) -> dict[UUID, bool]:
        """What the inbox has, or may have had and forgotten (True): handing that over could double its effect."""
        ids = [logged.envelope.event_id for logged in page]
        found = await work.session.execute(_SEEN, {"consumer": self.service, "ids": ids})
        return {row.id: row.forgotten for row in found}

    async def _forget(self, events: Sequence[Logged], work: UnitOfWork) -> None:
        """Let the inbox handle these anew; a state that is newer than theirs stays the newest."""
        newest: dict[tuple[str, str, str], int] = {}
        for envelope in (logged.envelope for logged in events):
            if group := self.handlers.by_type[envelope.type].state_group:
                key = envelope.source, envelope.subject, group
                newest[key] = max(newest.get(key, 0), envelope.version)
        values = {
            "consumer": self.service,
            "ids": [logged.envelope.event_id for logged in events],
            "sources": [source for source, _, _ in newest],
            "subjects": [subject for _, subject, _ in newest],
            "groups": [group for _, _, group in newest],
            "versions": list(newest.values()),
        }
        async with work.apart() as own:  # the inbox sees it only once it is committed
            await own.session.execute(_FORGET, values)

    async def _hand_over(self, events: Sequence[Logged], *, again: bool) -> Counter[str]:
        """Give events to the inbox: those of a subject one after another, others beside each other."""
        by_subject: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        for envelope in (logged.envelope for logged in events):
            by_subject[envelope.source, envelope.subject].append(envelope.to_json().encode())

        async def in_turn(bodies: Sequence[bytes]) -> list[str]:
            return [await self.inbox.receive(body, {}, replayed=again) for body in bodies]

        verdicts = await asyncio.gather(*map(in_turn, by_subject.values()))
        return Counter(verdict for each in verdicts for verdict in each)


def _chosen(replay: Mapping[Any, Any], page: Sequence[Logged], seen: Mapping[UUID, bool], most: int) -> Step:
    """What of a page is handed over: so many at most, within the range, and nothing that was seen."""
    step = Step(position=replay["position"])
    last, since, until = replay["until_position"], replay["since"], replay["until"]
    for logged in page:
        if last is not None and logged.position > last:
            step.finished = True
            break
        if len(step.events) == most:
            break
        step.position, step.read = logged.position, step.read + 1
        outside = (since and logged.envelope.time < since) or (until and logged.envelope.time >= until)
        if outside:
            continue
        if (forgotten := seen.get(logged.envelope.event_id)) is None:
            step.events.append(logged)
        elif forgotten:
            step.verdicts["forgotten"] += 1
    else:
        step.finished = len(page) < PAGE
    return step


async def _stuck(replay: Mapping[Any, Any], error: Exception, work: UnitOfWork) -> None:
    passes = is_transient(error) and not _refused(error)
    values = {"id": replay["id"], "state": "running" if passes else "failed", "seconds": float(ASKED_AGAIN_SECONDS)}
    await work.session.execute(_STUCK, {**values, "error": _said(replay["publisher"], error)})


def _refused(error: Exception) -> bool:
    return isinstance(error, httpx.HTTPStatusError) and error.response.status_code == httpx.codes.UNAUTHORIZED


def _said(publisher: str, error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        answered = f"{publisher} answers {error.response.status_code} when its log is asked for"
        if error.response.status_code in {401, 403}:
            return f"{answered}: this service's machine client lacks the scope {publisher}:events:read"
        return f"{answered}: {error.response.text[:500]}"
    return f"the log of {publisher} cannot be read: {described(error)}"[:2000]
