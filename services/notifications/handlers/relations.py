"""What schools tell each other of employers, what they ask, and of what they are reminded."""

from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from shared.events.intake import (
    AnswersAwaited,
    ClaimEnded,
    ClaimJoinAsked,
    EmployerClaimed,
    ExperienceShared,
    ExperienceWithdrawn,
    InitiativeUndertaken,
    LabourMarketPublished,
    QuestionAnswered,
    QuestionAsked,
    RelationsCooled,
    SeatOffered,
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


@handlers.on(ExperienceWithdrawn, Kind.FACT)
async def tell_that_an_experience_is_gone(event: ExperienceWithdrawn, work: MessageWork) -> None:
    """The front end shows it no more."""
    await pass_on(event, work)


@handlers.on(LabourMarketPublished, Kind.FACT)
async def tell_of_the_labour_market(event: LabourMarketPublished, work: MessageWork) -> None:
    """The front end shows new figures beside wishes."""
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


@handlers.on(AnswersAwaited, Kind.FACT)
async def ask_for_answers(event: AnswersAwaited, work: MessageWork) -> None:
    """A questionnaire is open, or closes soon (M4)."""
    await pass_on(event, work)


@handlers.on(InitiativeUndertaken, Kind.FACT)
async def tell_of_an_initiative(event: InitiativeUndertaken, work: MessageWork) -> None:
    """Other schools of the region can join in (G13)."""
    await pass_on(event, work)


@handlers.on(SeatOffered, Kind.FACT)
async def tell_whose_turn_it_is(event: SeatOffered, work: MessageWork) -> None:
    """A seat is held for the next one on a waiting list, and not for long (M7)."""
    await pass_on(event, work)
