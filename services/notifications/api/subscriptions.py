"""Subscriptions of outside systems: make, look at, change, pause, test, end."""

# ruff: noqa: FAST003 — the path's id is an argument of the dependency `Own`

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.notifications.api.bodies import (
    ChangeSubscription,
    DeliveryShown,
    Subscribe,
    SubscriptionShown,
    SubscriptionWithSecret,
)
from services.notifications.api.callers import owner_of, recipient_of
from services.notifications.domain.filters import Filter, too_much
from services.notifications.domain.leaving import Outgoing, envelope_for, event_types
from services.notifications.domain.recipients import Recipient
from services.notifications.domain.sinks import problem_of
from services.notifications.domain.subscriptions import (
    MOST_PER_OWNER,
    State,
    Subscription,
    SubscriptionHasNoSink,
    TooManySubscriptions,
)
from services.notifications.store import DeliveryStore, SubscriptionStore
from services.notifications.store.clock import now_of
from services.notifications.telling import hand_over
from shared.api import Page, PageQuery
from shared.errors import Invalid, NotFound, Problem
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(
    prefix="/v1/subscriptions", tags=["subscriptions"], dependencies=[requires(Role.INTERMEDIARY, Role.OPERATOR)]
)

TEST_TYPE = "nl.stagebrug.subscription-tested.v1"


async def _own(subscription_id: UUID, caller: Caller, work: Work) -> Subscription:
    """The caller's own subscription, locked for the change; to anybody else there is none."""
    found = await SubscriptionStore(work.session).find(subscription_id, owner=owner_of(caller), lock=True)
    if found is None:
        raise NotFound("subscription")
    return found


Own = Annotated[Subscription, Depends(_own)]


@router.post("", status_code=201, dependencies=[ONCE])
async def subscribe(body: Subscribe, caller: Caller, work: Work, response: Response) -> SubscriptionWithSecret:
    """Ask for events. A sink proves itself first: it is asked with OPTIONS, as the CloudEvents webhook spec says."""
    recipient = recipient_of(caller)
    _check(work, recipient, body.sink, body.types, body.filters)
    store = SubscriptionStore(work.session)
    if await store.count(caller.subject) >= MOST_PER_OWNER:
        raise TooManySubscriptions(most=MOST_PER_OWNER)
    subscription = Subscription(
        id=new_id(),
        owner=caller.subject,
        recipient=recipient,
        sink=body.sink,
        types=tuple(body.types),
        filters=tuple(body.filters),
        state=State.ACTIVE if body.sink is None else State.UNVERIFIED,
        reason=None if body.sink is None else "handshake-pending",
        created_at=await now_of(work.session),
    )
    await _save(work, subscription)
    response.headers["Location"] = f"/v1/subscriptions/{subscription.id}"
    return SubscriptionWithSecret.of(subscription, secret=subscription.secrets[0].text)


@router.get("")
async def list_subscriptions(caller: Caller, work: Work, page: PageQuery) -> Page[SubscriptionShown]:
    """Your subscriptions; an operator sees all."""
    found = await SubscriptionStore(work.session).page(owner_of(caller), page.after_id, page.limit)
    return page.page([SubscriptionShown.of(each) for each in found], lambda last: last.id)


@router.get("/{subscription_id}")
async def read_subscription(own: Own) -> SubscriptionShown:
    """One of your subscriptions."""
    return SubscriptionShown.of(own)


@router.patch("/{subscription_id}")
async def change_subscription(body: ChangeSubscription, own: Own, caller: Caller, work: Work) -> SubscriptionShown:
    """Change what is given. The area follows your token, and a new sink has to prove itself."""
    own_token = caller.subject == own.owner and caller.intermediary is not None
    changed = replace(own, recipient=recipient_of(caller)) if own_token else own
    given = body.model_fields_set
    if "types" in given:
        changed = replace(changed, types=tuple(body.types))
    if "filters" in given:
        changed = replace(changed, filters=tuple(body.filters))
    if "sink" in given:
        changed = changed.redirected(body.sink)
    _check(work, changed.recipient, changed.sink, changed.types, changed.filters)
    await _save(work, changed)
    return SubscriptionShown.of(changed)


@router.delete("/{subscription_id}", status_code=204)
async def unsubscribe(own: Own, work: Work) -> None:
    """End a subscription; what waits for it is thrown away."""
    await SubscriptionStore(work.session).delete(own.id)


@router.post("/{subscription_id}/_pause")
async def pause_subscription(own: Own, work: Work) -> SubscriptionShown:
    """Send nothing for a while; what happens meanwhile waits, and stands in the feed."""
    return await _changed(work, own.paused())


@router.post("/{subscription_id}/_resume")
async def resume_subscription(own: Own, work: Work) -> SubscriptionShown:
    """Send again, what waited first; an address that was never proved is asked once more."""
    return await _changed(work, own.resumed())


@router.post("/{subscription_id}/_rotate")
async def rotate_secret(own: Own, work: Work) -> SubscriptionWithSecret:
    """Get a new signing secret; for a day the old one signs beside it."""
    rotated = own.rotated(await now_of(work.session))
    await SubscriptionStore(work.session).save(rotated)
    return SubscriptionWithSecret.of(rotated, secret=rotated.secrets[0].text)


@router.post("/{subscription_id}/_test", status_code=202)
async def test_subscription(own: Own, work: Work) -> DeliveryShown:
    """Have an event without meaning sent to the sink, signed like all others."""
    if own.sink is None:
        raise SubscriptionHasNoSink
    key = f"test:{new_id()}"
    message = envelope_for(
        Outgoing(TEST_TYPE, str(own.id), {"subscriptionId": str(own.id)}),
        event_id=own.pseudonyms.of("event", key),
        source=work.publisher.source,
        moment=await now_of(work.session),
        subscription=own.id,
    )
    made = await hand_over(work, own, message, key)
    assert made, "the key is fresh"
    return DeliveryShown.of(await DeliveryStore(work.session).find(made), [])


@router.get("/{subscription_id}/deliveries")
async def list_deliveries(own: Own, work: Work, page: PageQuery) -> Page[DeliveryShown]:
    """What was to be delivered lately, with every try, oldest first."""
    store = DeliveryStore(work.session)
    found = await store.page(own.id, page.after_id, page.limit)
    tries = await store.tries_of([each.id for each in found])
    return page.page([DeliveryShown.of(each, tries.get(each.id, [])) for each in found], lambda last: last.id)


async def _changed(work: UnitOfWork, subscription: Subscription) -> SubscriptionShown:
    await _save(work, subscription)
    return SubscriptionShown.of(subscription)


async def _save(work: UnitOfWork, subscription: Subscription) -> None:
    store = SubscriptionStore(work.session)
    await store.save(subscription)
    if subscription.state is State.UNVERIFIED:
        await store.prove(subscription.id)
        work.notify("handshakes")
    if subscription.state is State.ACTIVE:
        work.notify("deliveries")


def _check(
    work: UnitOfWork, recipient: Recipient, sink: str | None, types: Sequence[str], filters: Sequence[Filter]
) -> None:
    """All that is wrong with a subscription at once."""
    allowed = event_types(recipient.kind)
    problems = [
        Problem(pointer=f"/types/{place}", detail=f"you can get: {', '.join(allowed)}")
        for place, name in enumerate(types)
        if name not in allowed
    ]
    if sink is not None and (wrong := problem_of(sink, work.resources.settings.reach)):
        problems.append(Problem(pointer="/sink", detail=wrong))
    if wrong := too_much(filters):
        problems.append(Problem(pointer="/filters", detail=wrong))
    if problems:
        raise Invalid(problems=problems)
