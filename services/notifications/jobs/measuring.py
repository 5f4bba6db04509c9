"""Figures of what leaves the house, sink by sink: who is behind, and by how much."""

from prometheus_client import Gauge

from services.notifications.jobs import jobs
from services.notifications.store import MeasuringStore
from shared.unit_of_work import UnitOfWork
from shared.upkeep import MEASURE_SECONDS

SINKS = Gauge("stagebrug_sinks", "Subscriptions of other systems.", ["protocol", "state"])
WAITING = Gauge("stagebrug_sink_waiting", "Events that wait for a receiver.", ["protocol", "subscription"])
OLDEST_SECONDS = Gauge("stagebrug_sink_oldest_seconds", "Age of the oldest of these.", ["protocol", "subscription"])
MAILS_REFUSED = Gauge("stagebrug_mails_refused", "Mails that the server did not take yet and that are tried again.")


@jobs.every(seconds=MEASURE_SECONDS)
async def measure(work: UnitOfWork) -> bool:
    """Refresh the figures; a subscription is named by its id, which is nobody's pseudonym."""
    store = MeasuringStore(work.session)
    sinks, waiting = await store.sinks(), await store.waiting()
    for gauge in (SINKS, WAITING, OLDEST_SECONDS):
        gauge.clear()
    for row in sinks:
        SINKS.labels(row.protocol, row.state).set(row.number)
    for row in waiting:
        WAITING.labels(row.protocol, row.id).set(row.number)
        OLDEST_SECONDS.labels(row.protocol, row.id).set(float(row.age))
    MAILS_REFUSED.set(await store.mails_refused())
    return False
