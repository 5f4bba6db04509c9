"""What became of deliveries to subscribers."""

from services.notifications.handlers import handlers
from services.notifications.telling import tell_owner
from shared.events.notifications import DeliveryFailed
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(DeliveryFailed, Kind.FACT)
async def tell_the_owner_of_a_failed_delivery(event: DeliveryFailed, work: MessageWork) -> None:
    """It stands in the owner's feed, and comes by his other subscriptions."""
    await tell_owner(work, event, work.envelope.time)
