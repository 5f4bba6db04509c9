"""What all handlers end with."""

from services.notifications.reminding import keep_reminders
from services.notifications.telling import tell_coordinators, tell_outside
from shared.events import Event
from shared.unit_of_work import MessageWork


async def pass_on(event: Event, work: MessageWork) -> None:
    """Tell everybody who may know of an event, once each."""
    key, moment = str(work.envelope.event_id), work.envelope.time
    await keep_reminders(work, event, moment)
    await tell_coordinators(work, event, key, moment)
    await tell_outside(work, event, key, moment, work.envelope.dataref)
