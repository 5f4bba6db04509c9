"""What became of tries, written down many at a time: a transaction for each would cost more than the request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import Counter, Histogram

from services.notifications.alerting import alert
from services.notifications.domain.schedule import LET_US_WAIT, Answer, Verdict, judge, pause_after
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.store import Delivery, SendingStore, SubscriptionStore
from services.notifications.store.sending import Ended
from shared.events.notifications import DeliveryFailed
from shared.jobs import Begin
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

SILENCE = timedelta(seconds=10)
"""After a receiver did not answer at all, its other events wait a little: each would cost a whole time limit."""

AWAY = timedelta(minutes=5)
"""How long a receiver that is away is left alone between two tries, at most."""

TRIES = Counter("stagebrug_webhook_tries", "Tries to deliver, by what became of them.", ["protocol", "verdict"])
GIVEN_UP = Counter("stagebrug_webhooks_given_up", "Events not delivered after the last try, by why.", ["code"])
TRY_SECONDS = Histogram("stagebrug_webhook_seconds", "Seconds that a receiver took to answer.", ["protocol"])


@dataclass(frozen=True)
class Tried:
    """A try that is over."""

    delivery: Delivery
    asked: Subscription
    """As it was when it was asked."""
    answer: Answer
    took: timedelta


async def write_down(begin: Begin, tries: Sequence[Tried]) -> None:
    """How tries went, what that says about their receivers, and what was given up: all of it or nothing."""
    async with begin() as work:
        # the subscriptions' locks come first everywhere, so that two deliveries never wait for each other
        found = await SubscriptionStore(work.session).locked({each.delivery.subscription_id for each in tries})
        alive = [each for each in tries if each.delivery.subscription_id in found]
        pauses = work.resources.settings.webhook_pauses
        ended = [_ended(each, found[each.delivery.subscription_id], pauses) for each in alive]
        ours = await SendingStore(work.session).record(ended)
        work.notify("deliveries")
        if any(each.answer.error == "no-queue" for each in ended):
            work.notify("outward")
        longest = timedelta(seconds=pauses[-1])
        receivers = {id_: _Receiver(subscription, subscription) for id_, subscription in found.items()}
        for tried, end in zip(alive, ended, strict=True):
            if (end.delivery.id, end.delivery.tries) not in ours:
                continue
            receiver = receivers[end.delivery.subscription_id]
            receiver.answered(tried, end, longest)
            if end.is_given_up:
                receiver.given_up = end.answer.code
                await _tell_of_failure(work, end)
        for receiver in receivers.values():
            await receiver.keep(work)
    for each, end in zip(alive, ended, strict=True):
        TRIES.labels(each.asked.protocol, end.verdict).inc()
        TRY_SECONDS.labels(each.asked.protocol).observe(each.took.total_seconds())


def _ended(tried: Tried, now: Subscription, pauses: tuple[float, ...]) -> Ended:
    verdict = judge(tried.answer)
    if verdict is Verdict.RETIRED and not now.is_received_by(tried.asked):
        verdict = Verdict.RETRY  # the address that it has left wants nothing more
    delivery = tried.delivery
    return Ended(
        delivery, tried.answer, verdict, pause_after(delivery.tries - delivery.tries_before, tried.answer, pauses)
    )


@dataclass
class _Receiver:
    """A subscription before and after what its receiver answered."""

    before: Subscription
    after: Subscription
    rest: timedelta = timedelta()
    given_up: str | None = None
    """Why something was not delivered after the last try."""

    def answered(self, tried: Tried, end: Ended, longest: timedelta) -> None:
        """Take one answer into account."""
        if not self.before.is_received_by(tried.asked):
            return
        self.after = _after(self.after, end)
        self.rest = max(self.rest, _rest(self.after, end, end.pause or longest, tried.took))

    async def keep(self, work: UnitOfWork) -> None:
        """Save what has changed."""
        subscriptions = SubscriptionStore(work.session)
        if self.after != self.before:
            await subscriptions.save(self.after)
        if self.rest:
            await subscriptions.rest(self.after.id, self.rest)
        if self.after.state is State.RETIRED and self.before.state is not State.RETIRED:
            await SendingStore(work.session).keep_all(self.after.id)
            log.info("subscription_retired", subscription=str(self.after.id))
        got_worse = self.after.state is not self.before.state and self.after.state in {State.FAILING, State.RETIRED}
        if got_worse or self.given_up:
            await alert(work, self.after, self.given_up or self.after.reason or "")


def _after(subscription: Subscription, end: Ended) -> Subscription:
    """What a try says about the receiver."""
    if subscription.state is State.RETIRED:
        return subscription
    match end.verdict:
        case Verdict.DELIVERED:
            return subscription.arrived()
        case Verdict.RETIRED:
            return subscription.retired("gone")
        case Verdict.RETRY:
            missed = subscription.missed(end.answer.code)
            return missed.failing(end.answer.code) if end.is_given_up else missed
        case Verdict.FAILED:
            return subscription.failing(end.answer.code)


def _rest(subscription: Subscription, end: Ended, pause: timedelta, took: timedelta) -> timedelta:
    """The receiver's pace: what it asked for, what it allows a minute, less when it is silent or away."""
    answer, rest = end.answer, timedelta()
    if answer.status in LET_US_WAIT and answer.retry_after:
        rest = answer.retry_after
    elif subscription.is_away:
        rest = min(AWAY, pause)
    elif answer.status is None:
        rest = min(SILENCE, pause)
    if subscription.pace:
        rest = max(rest, timedelta(minutes=1) / subscription.pace - took)
    return max(rest, timedelta())


async def _tell_of_failure(work: UnitOfWork, end: Ended) -> None:
    delivery, code = end.delivery, end.answer.code
    failed = DeliveryFailed(
        subscription_id=delivery.subscription_id, delivery_id=delivery.id, failed_type=delivery.type, code=code
    )
    await work.announce(failed)
    GIVEN_UP.labels(code).inc()
    log.warning("delivery_failed", subscription=str(delivery.subscription_id), tries=delivery.tries, code=code)
