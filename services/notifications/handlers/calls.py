"""What intermediaries do with calls for help."""

from services.notifications.handlers import handlers
from services.notifications.store import CallStore
from services.notifications.telling import tell_coordinators
from shared.events.notifications import HelpTaken
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(HelpTaken, Kind.FACT)
async def show_that_somebody_looks(event: HelpTaken, work: MessageWork) -> None:
    """The schools of the call's students see that they need not call themselves."""
    students = await CallStore(work.session).students_of(event.call_id)
    schools = frozenset(school for _, school in students)
    key, moment = str(work.envelope.event_id), work.envelope.time
    await tell_coordinators(work, event, key, moment, own_schools=schools)
