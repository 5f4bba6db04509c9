"""Telling those who may know: other systems by webhook and feed, coordinators on the live stream and by mail."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from services.notifications import mailing
from services.notifications.domain import leaving
from services.notifications.domain.calls import Call
from services.notifications.domain.envelopes import Draft, Form, Outgoing, as_text, envelope_for
from services.notifications.domain.filters import let_through, looks_at
from services.notifications.domain.letters import letters_of
from services.notifications.domain.matters import settled_by
from services.notifications.domain.outward import Protocol
from services.notifications.domain.subscriptions import MOST_PER_OWNER, Listeners, State, Subscription
from services.notifications.domain.views import views_of
from services.notifications.store import (
    DeliveryStore,
    Ready,
    StreamStore,
    SubscriptionStore,
    SurroundingsStore,
)
from shared.events import Event
from shared.events.codes import IntermediaryKind
from shared.events.notifications import DeliveryFailed
from shared.unit_of_work import UnitOfWork

AT_A_TIME = 1_000
"""Messages that are written out before others of this process have a turn: thirty milliseconds."""


async def tell_coordinators(
    work: UnitOfWork, event: Event, key: str, moment: datetime, *, own_schools: frozenset[UUID] = frozenset()
) -> None:
    """Put an event on the live stream and in the mail; `own_schools` are those of a call's students."""
    around = await SurroundingsStore(work.session).around(event, own_schools)
    if views := views_of(event, around, own_schools=own_schools):
        await StreamStore(work.session).show(key, event.event_type(), moment, views)
        work.notify("numbering")
    await mailing.settle(work, settled_by(event), moment)
    await mailing.post_letters(work, key, moment, letters_of(event, around, own_schools=own_schools))


async def tell_outside(work: UnitOfWork, event: Event, key: str, moment: datetime, dataref: str | None = None) -> None:
    """Give an event to the subscribers that may have something of it; `dataref` is its publisher's."""
    kinds = leaving.listeners_of(event)
    if not kinds:
        return
    areas = [area for name in ("region", "municipality") if (area := getattr(event, name, None))]
    listening = await SubscriptionStore(work.session).listening(kinds, event.event_type(), areas)
    leaver = leaving.Leaver(event)
    told = ((each, leaver.draft(each.recipient)) for each in listening)
    await _hand_over_all(work, told, key, moment, dataref if leaving.says_where(event) else None)


async def call_for_help(
    work: UnitOfWork,
    call: Call,
    kinds: Iterable[IntermediaryKind],
    moment: datetime,
    *,
    except_for: frozenset[UUID] = frozenset(),
) -> int:
    """Give a call for help to the subscribers of some kinds whose area it lies in; how many it reached.

    A turn to remind is told as such, and not to those who need none (`except_for`, subscriptions).
    """
    dataref = f"{work.resources.settings.public_url.rstrip('/')}/v1/calls/{call.id}"
    reached = 0
    for kind in kinds:
        told = call.told(call.turn_of(kind))
        key = f"call:{call.id}:{call.round}" + (f":{told.reminder}" if told.reminder else "")
        listening = await SubscriptionStore(work.session).listening([kind], leaving.CALL_TYPE, [told.region])
        silent = (each.without(except_for) if told.reminder else each for each in listening)
        asked = ((each, leaving.outgoing_call(told, each.recipient)) for each in silent)
        reached += await _hand_over_all(work, asked, key, moment, dataref)
    return reached


async def tell_owner(work: UnitOfWork, failed: DeliveryFailed, moment: datetime) -> None:
    """Tell whose subscription it is that events are given up, once a day: in its feed, and by what else still works."""
    if failed.failed_type == leaving.FAILED_TYPE:
        return
    store = SubscriptionStore(work.session)
    subscription = await store.find(failed.subscription_id)
    if subscription is None:
        return
    key, what = f"failed:{failed.subscription_id}:{moment.date()}", leaving.outgoing_failure(failed)
    ready = []
    for each in await store.page(subscription.owner, None, MOST_PER_OWNER):
        if each.id != subscription.id and not each.wants(what.type):
            continue
        ready.append(letter_for(work, each, what, key, moment, sent=_hears_of_failures(each)))
    await hand_over(work, key, ready)


def letter_for(
    work: UnitOfWork, subscription: Subscription, what: Outgoing, key: str, moment: datetime, *, sent: bool
) -> Ready:
    """What one subscription alone is told."""
    event_id = subscription.pseudonyms.of("event", key)
    envelope = envelope_for(
        what,
        event_id=str(event_id),
        source=work.publisher.source,
        moment=moment,
        subscription=str(subscription.id),
    )
    return Ready(subscription.id, event_id, what.type, what.subject, as_text(envelope), sent)


def _hears_of_failures(subscription: Subscription) -> bool:
    """A case system has no place for such news: its region reads the state."""
    return subscription.state is State.ACTIVE and subscription.is_sent and subscription.protocol is not Protocol.ZGW


async def hand_over(work: UnitOfWork, key: str, ready: Sequence[Ready]) -> list[UUID]:
    """Lay messages of one event ready for subscribers; the deliveries' ids, without those that were there already."""
    made = await DeliveryStore(work.session).add(key, ready) if ready else []
    if made:
        work.notify("numbering")
    return made


async def _hand_over_all(
    work: UnitOfWork,
    told: Iterable[tuple[Listeners, Draft | None]],
    key: str,
    moment: datetime,
    dataref: str | None = None,
) -> int:
    forms: dict[IntermediaryKind, Form] = {}

    def ready() -> Iterator[Ready]:
        for listeners, draft in told:
            if draft is None:
                continue
            kind = listeners.recipient.kind
            if kind not in forms:  # all of a kind get the same, up to their ids
                forms[kind] = Form(draft, key, source=work.publisher.source, moment=moment, dataref=dataref)
            yield from _filled(forms[kind], listeners)

    reached, left = 0, ready()
    while some := list(islice(left, AT_A_TIME)):
        reached += len(await hand_over(work, key, some))
    return reached


def _filled(form: Form, listeners: Listeners) -> Iterator[Ready]:
    """The messages for those whose filters let it through: looked at once for all, unless they ask for an own id."""
    filters, type_, sent = listeners.filters, form.type, listeners.has_sink
    each_by_itself = bool(filters) and not form.own_attributes.isdisjoint(looks_at(filters))
    if not each_by_itself and not let_through(filters, form.envelope):
        return
    for id_, pseudonyms in listeners.members:
        event_id, subject, message = form.filled(id_, pseudonyms)
        if not each_by_itself or let_through(filters, json.loads(message)):
            yield Ready(id_, event_id, type_, subject, message, sent)
