"""Guidance of students by their schools, support for employers, and former students who are followed."""

from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from shared.events.intake import (
    BottleneckRecorded,
    FollowUpDue,
    FollowUpRecorded,
    RequestMoved,
    StudentRequestMoved,
    SupportAsked,
    VisitOverdue,
)
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(VisitOverdue, Kind.FACT)
async def remind_of_a_visit(event: VisitOverdue, work: MessageWork) -> None:
    """A student and an employer wait for somebody of the school (J9)."""
    await pass_on(event, work)


@handlers.on(BottleneckRecorded, Kind.FACT)
async def show_a_bottleneck(event: BottleneckRecorded, work: MessageWork) -> None:
    """Colleagues of the own school see it at once."""
    await pass_on(event, work)


@handlers.on(SupportAsked, Kind.FACT)
async def tell_who_can_help(event: SupportAsked, work: MessageWork) -> None:
    """An employer waits for help (M10)."""
    await pass_on(event, work)


@handlers.on(FollowUpDue, Kind.FACT)
async def remind_of_a_follow_up(event: FollowUpDue, work: MessageWork) -> None:
    """A former student is to be asked after (J12)."""
    await pass_on(event, work)


@handlers.on(FollowUpRecorded, Kind.FACT)
async def show_a_follow_up(event: FollowUpRecorded, work: MessageWork) -> None:
    """Colleagues of the own school see that it was done."""
    await pass_on(event, work)


@handlers.on(StudentRequestMoved, Kind.FACT)
async def tell_of_a_request_for_a_student(event: StudentRequestMoved, work: MessageWork) -> None:
    """UWV hears that it is asked something, and the school that there is an answer (H10)."""
    await pass_on(event, work)


@handlers.on(RequestMoved, Kind.FACT)
async def tell_of_a_request(event: RequestMoved, work: MessageWork) -> None:
    """The intermediary hears what it is asked, and the school what came of it (H7, H8)."""
    await pass_on(event, work)
