"""CloudEvents as they leave: drafted once for all of a kind, and given to each with the ids that it knows things by."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.notifications.domain.pseudonyms import Pseudonyms
from shared.events.envelope import Envelope

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""Days are Dutch calendar days."""


@dataclass(frozen=True)
class Name:
    """A place in a draft for the recipient's own id of something."""

    kind: str
    of: str


@dataclass(frozen=True)
class Outgoing:
    """The envelope's and the fields' values of one event for one recipient, before it is known which subscription."""

    type: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """The same for every recipient of a kind, with names where each has ids of its own."""

    type: str
    subject: Name | str
    data: Mapping[str, Any]

    @property
    def names(self) -> list[Name]:
        """The ids that differ."""
        return [value for value in (self.subject, *self.data.values()) if isinstance(value, Name)]

    @property
    def own_attributes(self) -> frozenset[str]:
        """What differs by recipient, as a filter calls it."""
        data = (f"data.{name}" for name, value in self.data.items() if isinstance(value, Name))
        return frozenset({"id", "subject", "subscription", *data})

    def to(self, pseudonyms: Pseudonyms) -> Outgoing:
        """What one recipient gets."""
        return self.filled({name: str(pseudonyms.of(name.kind, name.of)) for name in self.names})

    def filled(self, ids: Mapping[Name, str]) -> Outgoing:
        """With these ids."""
        values = {name: ids[value] if isinstance(value, Name) else value for name, value in self.data.items()}
        return Outgoing(self.type, ids[self.subject] if isinstance(self.subject, Name) else self.subject, values)


def envelope_for(
    what: Outgoing, *, event_id: str, source: str, moment: datetime, subscription: str, dataref: str | None = None
) -> dict[str, Any]:
    """The CloudEvent that goes over the wire; its time is the day only."""
    same = _same_for_all(what.type, source, moment.astimezone(AMSTERDAM).date(), dataref)
    return {**same, "id": event_id, "subject": what.subject, "subscription": subscription, "data": what.data}


def as_text(envelope: Mapping[str, Any]) -> str:
    """As it is kept and sent."""
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=100)
def _same_for_all(event_type: str, source: str, day: date, dataref: str | None) -> Mapping[str, Any]:
    begun = datetime.combine(day, time(), AMSTERDAM).astimezone(ZoneInfo("UTC"))
    envelope = Envelope(id="-", source=source, type=event_type, time=begun, dataref=dataref, data={})
    return envelope.model_dump(mode="json", exclude_none=True)


class Letter(NamedTuple):
    """A CloudEvent for one subscription, as text."""

    event_id: str
    subject: str
    text: str


class Form:
    """A draft's envelope as text with gaps: filling them is all that is done ten thousand times for one event."""

    def __init__(self, draft: Draft, key: str, *, source: str, moment: datetime, dataref: str | None) -> None:
        event, subscription = Name("event", key), Name("subscription", "")
        names = list(dict.fromkeys([event, *draft.names]))
        # no text of somebody's can be taken for a gap: these are made up now
        gaps = {name: str(uuid4()) for name in (subscription, *names)}
        self.envelope = envelope_for(
            draft.filled(gaps),
            event_id=gaps[event],
            source=source,
            moment=moment,
            subscription=gaps[subscription],
            dataref=dataref,
        )
        self.type, self.own_attributes = draft.type, draft.own_attributes
        self._named = [f"{name.kind}:{name.of}".encode() for name in names]
        self._subject = names.index(draft.subject) + 1 if isinstance(draft.subject, Name) else draft.subject
        self._text, self._order = _with_gaps(as_text(self.envelope), list(gaps.values()))

    def filled(self, subscription: UUID, pseudonyms: Pseudonyms) -> Letter:
        """For one subscription; `envelope` shows what it holds beside `own_attributes`."""
        ids = [str(subscription), *map(pseudonyms.written, self._named)]
        subject = self._subject
        return Letter(ids[1], subject if isinstance(subject, str) else ids[subject], self._text % self._order(ids))


def _with_gaps(text: str, gaps: list[str]) -> "tuple[str, itemgetter[Any]]":
    """A text to fill in with `%`, and which of the gaps are wanted in which order."""
    pieces = re.split(f"({'|'.join(gaps)})", text.replace("%", "%%"))
    return "%s".join(pieces[::2]), itemgetter(*map(gaps.index, pieces[1::2]))
