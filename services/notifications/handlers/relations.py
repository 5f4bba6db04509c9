"""What schools tell each other of employers, what they ask, and of whom they are reminded."""

from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from shared.events.intake import (
    ClaimEnded,
    ClaimJoinAsked,
    EmployerClaimed,
    ExperienceShared,
    QuestionAnswered,
    QuestionAsked,
    RelationsCooled,
)
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(EmployerClaimed, Kind.FACT)
async def tell_of_a_claim(event: EmployerClaimed, work: MessageWork) -> None:
    """Others see at once that somebody approaches the employer (F7)."""
    await pass_on(event, work)


@handlers.on(ClaimEnded, Kind.FACT)
async def tell_of_a_claim_that_ended(event: ClaimEnded, work: MessageWork) -> None:
    """Others can approach the employer."""
    await pass_on(event, work)


@handlers.on(ClaimJoinAsked, Kind.FACT)
async def tell_who_can_let_join(event: ClaimJoinAsked, work: MessageWork) -> None:
    """The school that claimed the employer answers."""
    await pass_on(event, work)


@handlers.on(ExperienceShared, Kind.FACT)
async def tell_of_an_experience(event: ExperienceShared, work: MessageWork) -> None:
    """The front end shows it with the employer."""
    await pass_on(event, work)


@handlers.on(QuestionAsked, Kind.FACT)
async def tell_whom_is_asked(event: QuestionAsked, work: MessageWork) -> None:
    """A colleague waits for an answer (F9)."""
    await pass_on(event, work)


@handlers.on(QuestionAnswered, Kind.FACT)
async def tell_who_asked(event: QuestionAnswered, work: MessageWork) -> None:
    """The answer is there."""
    await pass_on(event, work)


@handlers.on(RelationsCooled, Kind.FACT)
async def remind_of_relations(event: RelationsCooled, work: MessageWork) -> None:
    """A cooperation that nobody uses goes out of sight (F10)."""
    await pass_on(event, work)
