"""Subscriptions of outside systems: make, look at, change, pause, test, end."""

# ruff: noqa: FAST003 — the path's id is an argument of the dependency `Own`

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.notifications.api.bodies import (
    ChangeSubscription,
    DeliveryShown,
    Rotate,
    Subscribe,
    SubscriptionShown,
    SubscriptionWithSecret,
)
from services.notifications.api.callers import owner_of, recipient_of
from services.notifications.api.mailboxes import mailbox_of
from services.notifications.domain.credentials import ClientCredentials
from services.notifications.domain.envelopes import Outgoing
from services.notifications.domain.filters import too_much
from services.notifications.domain.leaving import event_types
from services.notifications.domain.outward import AmqpIsOff, Login, Protocol
from services.notifications.domain.sinks import problem_of
from services.notifications.domain.subscriptions import (
    MOST_PER_OWNER,
    State,
    Subscription,
    SubscriptionHasNoSink,
    TooManySubscriptions,
)
from services.notifications.store import CaseStore, DeliveryStore, SubscriptionStore
from services.notifications.store.clock import now_of
from services.notifications.telling import hand_over, letter_for
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
    """Ask for events. A sink proves itself first: it is asked with OPTIONS, as the CloudEvents webhook spec says.

    Over AMQP a queue is made within seconds; then the subscription is `active`.
    """
    recipient = recipient_of(caller)
    over_amqp = body.protocol is Protocol.AMQP
    if over_amqp and not work.resources.settings.has_outward:
        raise AmqpIsOff
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
        credential=body.credential,
        authority=body.authority,
        at_once=body.max_at_once,
        per_minute=body.max_per_minute,
        contact=body.contact,
        state=State.ACTIVE,
        created_at=await now_of(work.session),
        protocol=body.protocol,
    )
    secret = subscription.secrets[0].text
    if over_amqp:
        login, secret = Login.fresh(subscription.id)
        subscription = replace(subscription, logins=(login,)).unproven("queue-pending")
    elif body.sink is not None:
        subscription = subscription.unproven("handshake-pending")
    _check(work, subscription)
    await _save(work, subscription)
    response.headers["Location"] = f"/v1/subscriptions/{subscription.id}"
    return SubscriptionWithSecret.of(subscription, secret=secret, amqp=mailbox_of(work, subscription))


@router.get("")
async def list_subscriptions(caller: Caller, work: Work, page: PageQuery) -> Page[SubscriptionShown]:
    """Your subscriptions; an operator sees all."""
    found = await SubscriptionStore(work.session).page(owner_of(caller), page.after_id, page.limit)
    return page.page([_shown(work, each) for each in found], lambda last: last.id)


@router.get("/{subscription_id}")
async def read_subscription(own: Own, work: Work) -> SubscriptionShown:
    """One of your subscriptions."""
    return _shown(work, own)


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
    if "max_at_once" in given:
        changed = replace(changed, at_once=body.max_at_once)
    if "max_per_minute" in given:
        changed = replace(changed, per_minute=body.max_per_minute)
    if "contact" in given:
        changed = replace(changed, contact=body.contact)
    if "sink" in given:
        changed = changed.redirected(body.sink)
    if given & {"credential", "authority"}:
        changed = changed.known_by(
            body.credential if "credential" in given else changed.credential,
            body.authority if "authority" in given else changed.authority,
        )
    _check(work, changed)
    return await _changed(work, changed)


@router.delete("/{subscription_id}", status_code=204)
async def unsubscribe(own: Own, work: Work) -> None:
    """End a subscription; what waits for it is thrown away, and a case system behind it is told to tell us no more."""
    await CaseStore(work.session).leave(own.id)
    work.notify("left-case-systems")
    await SubscriptionStore(work.session).delete(own.id)
    if own.protocol is Protocol.AMQP:
        work.notify("outward")


@router.post("/{subscription_id}/_pause")
async def pause_subscription(own: Own, work: Work) -> SubscriptionShown:
    """Send nothing for a while; what happens meanwhile waits, and stands in the feed."""
    return await _changed(work, own.paused())


@router.post("/{subscription_id}/_resume")
async def resume_subscription(own: Own, work: Work) -> SubscriptionShown:
    """Send again, what waited first; an address that was never proved is asked once more."""
    shown = await _changed(work, own.resumed())
    await SubscriptionStore(work.session).wake(own.id)
    return shown


@router.post("/{subscription_id}/_rotate")
async def rotate_secret(own: Own, work: Work, body: Rotate | None = None) -> SubscriptionWithSecret:
    """Get a new signing secret, or over AMQP a new user and password; for a day the old one counts beside it."""
    rotated, secret = own.rotated(await now_of(work.session), at_once=body is not None and body.at_once)
    await SubscriptionStore(work.session).save(rotated)
    if own.protocol is Protocol.AMQP:
        work.notify("outward")
    return SubscriptionWithSecret.of(rotated, secret=secret, amqp=mailbox_of(work, rotated))


@router.post("/{subscription_id}/_test", status_code=202)
async def test_subscription(own: Own, work: Work) -> DeliveryShown:
    """Have an event without meaning sent to the sink, signed like all others."""
    own.require_alive()
    if not own.is_sent:
        raise SubscriptionHasNoSink
    test = str(new_id())  # its own subject, so that it does not wait for an earlier one
    key = f"test:{test}"
    what = Outgoing(TEST_TYPE, test, {"subscriptionId": str(own.id)})
    (made,) = await hand_over(work, key, [letter_for(work, own, what, key, await now_of(work.session), sent=True)])
    return DeliveryShown.of(await DeliveryStore(work.session).find(made), [])


def _shown(work: UnitOfWork, subscription: Subscription) -> SubscriptionShown:
    return SubscriptionShown.of(subscription, amqp=mailbox_of(work, subscription))


async def _changed(work: UnitOfWork, subscription: Subscription) -> SubscriptionShown:
    await _save(work, subscription)
    return _shown(work, subscription)


async def _save(work: UnitOfWork, subscription: Subscription) -> None:
    store = SubscriptionStore(work.session)
    await store.save(subscription)
    if subscription.protocol is Protocol.AMQP:
        work.notify("outward")
    elif subscription.state is State.UNVERIFIED:
        await store.prove(subscription.id)
        work.notify("handshakes" if subscription.protocol is Protocol.HTTP else "case-systems")
    if subscription.state is State.ACTIVE:
        work.notify("deliveries")


def _check(work: UnitOfWork, asked: Subscription) -> None:
    """All that is wrong with a subscription at once."""
    allowed = event_types(asked.recipient.kind)
    problems = [
        Problem(pointer=f"/types/{place}", detail=f"you can get: {', '.join(allowed)}")
        for place, name in enumerate(asked.types)
        if name not in allowed
    ]
    if asked.protocol is not Protocol.HTTP:
        given = {"/sink": asked.sink, "/credential": asked.credential, "/authority": asked.authority}
        detail = f"for webhooks only, and this one is over {asked.protocol}: leave it out"
        problems += [Problem(pointer=pointer, detail=detail) for pointer, value in given.items() if value is not None]
    addresses = {"/sink": asked.sink}
    if isinstance(asked.credential, ClientCredentials):
        addresses["/credential/tokenUrl"] = asked.credential.token_url
    for pointer, address in addresses.items():
        if address is not None and (wrong := problem_of(address, work.resources.settings.reach)):
            problems.append(Problem(pointer=pointer, detail=wrong))
    if wrong := too_much(asked.filters):
        problems.append(Problem(pointer="/filters", detail=wrong))
    if problems:
        raise Invalid(problems=problems)
