"""Students who search, and the calls for help when the schools' own circles are used up."""

from services.notifications import calling
from services.notifications.domain.surroundings import Whereabouts
from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from services.notifications.store import SurroundingsStore
from services.notifications.store.clock import now_of
from shared.erasing import note_erasure
from shared.events.intake import PersonErased, StudentReady, StudentWithdrawn
from shared.events.matching import StudentUnmatched
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(StudentReady, Kind.STATE, group="student")
async def know_a_student(event: StudentReady, work: MessageWork) -> None:
    """Later events name a student by id only; the school is all that is kept."""
    surroundings = SurroundingsStore(work.session)
    await surroundings.note(Whereabouts(event.student_id, "student", event.region, event.municipality, event.school_id))
    await surroundings.search_again(event.student_id, work.envelope.time)
    await pass_on(event, work)


@handlers.on(StudentWithdrawn, Kind.STATE, group="student")
async def let_a_student_go(event: StudentWithdrawn, work: MessageWork) -> None:
    """A student who does not search needs no help."""
    await SurroundingsStore(work.session).settle(event.student_id, work.envelope.time)
    await calling.leave(work, event.student_id)
    await pass_on(event, work)


@handlers.on(StudentUnmatched, Kind.STATE)
async def open_a_call_for_help(event: StudentUnmatched, work: MessageWork) -> None:
    """Put the student under a call of the region; who is asked when, its timer decides."""
    settled = await SurroundingsStore(work.session).settled_at(event.student_id)
    if settled and settled >= work.envelope.time:
        return  # the place was found while this was on its way
    await calling.join(work, event, await now_of(work.session))
    await pass_on(event, work)


@handlers.on(PersonErased, Kind.FACT)
async def forget_a_person(event: PersonErased, work: MessageWork) -> None:
    """Somebody is to be known nowhere any more."""
    await note_erasure(work, event.person_id, event.kind, event.erased_at)
