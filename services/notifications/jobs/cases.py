"""Calls for help in municipalities' case systems: registered there, made there, and looked at when told to."""

import asyncio
import json
import secrets
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError

from services.notifications.answering import answered_by_case
from services.notifications.clients import Resources
from services.notifications.clients.zgw import NotAnswered, call_of
from services.notifications.domain.calls import CallState
from services.notifications.domain.cases import Case, CaseSystem, Left, Read, hashed
from services.notifications.domain.leaving import CALL_TYPE, outgoing_call
from services.notifications.domain.outward import Protocol
from services.notifications.domain.schedule import Answer, pause_after
from services.notifications.domain.subscriptions import PENDING, State, Subscription
from services.notifications.jobs import jobs
from services.notifications.store import CallStore, CaseStore, Delivery, SubscriptionStore
from shared.api import ShortText
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

T = TypeVar("T")
_NAME: TypeAdapter[str] = TypeAdapter(ShortText)

LOOK_AGAIN = timedelta(hours=6)
"""A case is looked at so often though nobody tells of it: notifications get lost, and a case worker has days."""

AFTER_FAILURE = timedelta(minutes=5)
REQUESTS_PER_LOOK = 4
AT_ONCE = 10


async def into_case_system(
    begin: Begin, resources: Resources, delivery: Delivery, subscription: Subscription
) -> Answer:
    """Make the case of a call for help, and keep its address before the delivery counts as done."""
    async with begin() as reading:
        system = await CaseStore(reading.session).find(delivery.subscription_id)
        event = await _whole(reading, delivery, subscription)
    if system is None or event is None:
        return Answer(200, "nothing to make a case of")  # a test event, a call or a system that is gone
    try:
        url, answer = await _in_time(resources, resources.cases.make(system, event))
    except NotAnswered as failed:
        return failed.answer
    async with begin() as work:
        await CaseStore(work.session).made(call_of(event), system.id, url, LOOK_AGAIN)
    return answer


async def _whole(reading: UnitOfWork, delivery: Delivery, subscription: Subscription) -> dict[str, Any] | None:
    """The call for help that a delivery tells; from the call itself when the delivery's data are gone by its age."""
    event: dict[str, Any] = json.loads(delivery.message)
    if event["type"] != CALL_TYPE:
        return None
    if not delivery.bare:
        return event
    call = await CallStore(reading.session).find(UUID(event["subject"]))
    told = outgoing_call(call.told(), subscription.recipient) if call else None
    return {**event, "data": told.data} if told else None


async def _in_time(resources: Resources, asking: Awaitable[T]) -> T:
    """All requests of an errand in the time of one, since that is what its lease allows for."""
    try:
        async with asyncio.timeout(resources.settings.webhook_seconds):
            return await asking
    except TimeoutError:
        raise NotAnswered(Answer(error="timeout")) from None


@jobs.every(seconds=5.0, wake="case-systems")
async def register_at_case_systems(work: UnitOfWork) -> bool:
    """Have new case systems tell us of our cases; from then on they get calls for help."""
    resources: Resources = work.resources
    free, beside = min(resources.sending.free, AT_ONCE), work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        due = await SubscriptionStore(claiming.session).due_for_proof(free, _lease(resources), Protocol.ZGW)
    for subscription, tries in due:
        resources.sending.send(_register(beside, resources, subscription, tries))
    return bool(due)


async def _register(begin: Begin, resources: Resources, asked: Subscription, tries: int) -> None:
    auth = f"Bearer {secrets.token_urlsafe(32)}"
    async with begin() as work:
        system = await CaseStore(work.session).find(asked.id)
        if system is None:
            return
        # kept first: a system may try the callback before it answers
        await CaseStore(work.session).keep_callback(system.id, hashed(auth))
    answer = None
    try:
        await _in_time(resources, resources.cases.register(system, _callback(resources, system), auth))
    except NotAnswered as failed:
        answer = failed.answer
    async with begin() as work:
        now = await CaseStore(work.session).find(asked.id)
        if now is not None and replace(now, callback_hash=None) == replace(system, callback_hash=None):
            await _registered(work, asked, answer, tries)  # else it was set up anew, which has a try of its own


async def _registered(work: UnitOfWork, asked: Subscription, failed: Answer | None, tries: int) -> None:
    subscriptions = SubscriptionStore(work.session)
    subscription = await subscriptions.find(asked.id, lock=True)
    if subscription is None or subscription.state is not State.UNVERIFIED:
        return
    if failed is None:
        await subscriptions.save(subscription.accepted(None))
        await subscriptions.wake(asked.id)
        await subscriptions.proved(asked.id)
        work.notify("deliveries")
        return
    await subscriptions.save(subscription.unproven(failed.code))
    pause = pause_after(tries, failed, work.resources.settings.handshake_pauses)
    await subscriptions.prove(asked.id, pause or LOOK_AGAIN, tries=tries)


def _callback(resources: Resources, system: CaseSystem) -> str:
    return f"{resources.settings.public_url.rstrip('/')}/v1/case-systems/{system.id}/notifications"


@jobs.every(seconds=60.0, wake="left-case-systems")
async def leave_case_systems(work: UnitOfWork) -> bool:
    """Have systems that were taken out here tell us nothing any more."""
    resources: Resources = work.resources
    free, beside = resources.looking.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        due = await CaseStore(claiming.session).due_to_leave(free, _lease(resources))
    for each in due:
        resources.looking.send(_leave(beside, resources, each))
    return bool(due)


async def _leave(begin: Begin, resources: Resources, left: Left) -> None:
    async with begin() as reading:
        present = await CaseStore(reading.session).find(left.system.id)
    is_back = present is not None and present.is_known_there(left.system)
    again = None if is_back else await _leaving(resources, left)
    async with begin() as work:
        await CaseStore(work.session).left(left.id, again)
        # an earlier try may have ended what is wanted again: its answer was lost, or came late
        if left.tries > 1 if is_back else again is None:
            await _still_known(work, left.system)
        work.notify("left-case-systems")


async def _leaving(resources: Resources, left: Left) -> timedelta | None:
    """Say so; when to say it again."""
    system = left.system
    try:
        await _in_time(resources, resources.cases.unregister(system, _callback(resources, system)))
    except NotAnswered as failed:
        again = pause_after(left.tries, failed.answer, resources.settings.webhook_pauses)
        log.warning("case_system_not_left", system=str(system.id), code=failed.answer.code, again=again is not None)
        return again
    return None


async def _still_known(work: UnitOfWork, left: CaseSystem) -> None:
    """Where we are known as somebody else now, one callback serves both: what was ended may have been the new one's."""
    present = await CaseStore(work.session).find(left.id)
    if present is None or present.place != left.place:
        return
    subscriptions = SubscriptionStore(work.session)
    subscription = await subscriptions.find(left.id, lock=True)
    if subscription is not None:
        await subscriptions.save(subscription.unproven(PENDING[Protocol.ZGW]))
        await subscriptions.prove(left.id)
        work.notify("case-systems")


@jobs.every(seconds=5.0, wake="cases")
async def look_at_cases(work: UnitOfWork) -> bool:
    """See how cases stand that were told of, or that nobody told of for a while."""
    resources: Resources = work.resources
    free, beside = resources.looking.free, work.apart
    if free <= 0:
        return False
    async with beside() as claiming:
        due = await CaseStore(claiming.session).due(free, REQUESTS_PER_LOOK * _lease(resources))
    for case in due:
        resources.looking.send(_look(beside, resources, case))
    return bool(due)


async def _look(begin: Begin, resources: Resources, case: Case) -> None:
    async with begin() as reading:
        system = await CaseStore(reading.session).find(case.system_id)
    if system is None:
        return
    try:
        read = await resources.cases.read(system, case.url)
    except NotAnswered as failed:
        log.warning("case_not_read", system=str(system.id), code=failed.answer.code)
        async with begin() as work:
            await _not_read(work, case)
        return
    async with begin() as work:
        await _keep(work, system, case, _without_people(case, read))


async def _not_read(work: UnitOfWork, case: Case) -> None:
    call = await CallStore(work.session).find(case.call_id)
    if call is None or call.state is CallState.CLOSED:
        await CaseStore(work.session).looked_at(case, case.status, None)
    else:
        await CaseStore(work.session).not_read(case, AFTER_FAILURE, LOOK_AGAIN)


def _without_people(case: Case, read: Read) -> Read:
    """An employer as over the API: what may hold a BSN, or what nobody can read, names nobody."""
    if read.employer is None:
        return read
    try:
        _NAME.validate_python(read.employer["name"])
    except ValidationError:
        log.warning("case_names_nobody", case=str(case.call_id), system=str(case.system_id), code="name-refused")
        return replace(read, employer=None)
    return read


async def _keep(work: UnitOfWork, system: CaseSystem, case: Case, read: Read) -> None:
    call = await CallStore(work.session).find(case.call_id, lock=True)
    # an answer that names nobody yet is looked at again: the name often follows the status
    goes_on = call is not None and call.state is CallState.OPEN and read.employer is None
    await CaseStore(work.session).looked_at(case, read.status, LOOK_AGAIN if goes_on else None)
    if call is not None:
        await answered_by_case(work, system, call, read)


def _lease(resources: Resources) -> timedelta:
    return timedelta(seconds=resources.settings.webhook_seconds + 30)
