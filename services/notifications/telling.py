"""Telling those who may know: other systems by webhook and feed, coordinators on the live stream and by mail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.domain import leaving
from services.notifications.domain.calls import Call
from services.notifications.domain.filters import let_through
from services.notifications.domain.leaving import Outgoing
from services.notifications.domain.letters import letters_of
from services.notifications.domain.subscriptions import Subscription
from services.notifications.domain.views import views_of
from services.notifications.store import DeliveryStore, MailStore, StreamStore, SubscriptionStore, SurroundingsStore
from shared.events import Event
from shared.events.codes import IntermediaryKind
from shared.unit_of_work import UnitOfWork


async def tell_coordinators(
    work: UnitOfWork, event: Event, key: str, moment: datetime, *, own_schools: frozenset[UUID] = frozenset()
) -> None:
    """Put an event on the live stream and in the mail; `own_schools` are those of a call's students."""
    around = await SurroundingsStore(work.session).around(event, own_schools)
    if views := views_of(event, around, own_schools=own_schools):
        await StreamStore(work.session).show(key, event.event_type(), moment, views)
        work.notify("numbering")
    if await MailStore(work.session).post(key, letters_of(event, around, own_schools=own_schools)):
        work.notify("mails")


async def tell_outside(work: UnitOfWork, event: Event, key: str, moment: datetime) -> None:
    """Give an event to the subscribers that may have something of it."""
    kinds = leaving.listeners_of(event)
    if not kinds:
        return
    areas = [area for name in ("region", "municipality") if (area := getattr(event, name, None))]
    subscribers = await SubscriptionStore(work.session).listening(kinds, event.event_type(), areas)
    for each in subscribers:
        if what := leaving.outgoing(event, each.recipient, each.pseudonyms):
            await _hand_over(work, each, what, key, moment)


async def call_for_help(work: UnitOfWork, call: Call, kinds: Iterable[IntermediaryKind], moment: datetime) -> None:
    """Give a call for help to the subscribers of some kinds whose area it lies in."""
    told = call.told()
    key = f"call:{call.id}:{call.round}"
    dataref = f"{work.resources.settings.public_url.rstrip('/')}/v1/calls/{call.id}"
    subscribers = SubscriptionStore(work.session).listening(list(kinds), leaving.CALL_TYPE, [told.region])
    for each in await subscribers:
        if what := leaving.outgoing_call(told, each.recipient):
            await _hand_over(work, each, what, key, moment, dataref)


async def hand_over(work: UnitOfWork, subscription: Subscription, message: dict[str, Any], key: str) -> UUID | None:
    """Lay a message ready for a subscriber; the delivery's id, or None when it was there already."""
    sent = subscription.sink is not None
    made = await DeliveryStore(work.session).add(subscription.id, key, message, sent=sent)
    work.notify("numbering")
    return made


async def _hand_over(
    work: UnitOfWork,
    subscription: Subscription,
    what: Outgoing,
    key: str,
    moment: datetime,
    dataref: str | None = None,
) -> None:
    message = leaving.envelope_for(
        what,
        event_id=subscription.pseudonyms.of("event", key),
        source=work.publisher.source,
        moment=moment,
        subscription=subscription.id,
        dataref=dataref,
    )
    if let_through(subscription.filters, message):
        await hand_over(work, subscription, message, key)
