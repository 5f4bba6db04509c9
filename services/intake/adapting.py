"""Adapted work: an employer is asked to leave something out, and its answer is known to matching's next round."""

from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.adaptation import (
    AdaptationQuestion,
    AnswerAdaptation,
    AskAdaptation,
    check_question,
    known_from,
)
from services.intake.domain.company_text import name_nobody
from services.intake.domain.employer import Employer
from services.intake.domain.offer import Offer, OfferState
from services.intake.offering import told_as_changed
from services.intake.store import AdaptationStore, EmployerStore, OfferStore
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def ask_to_adapt(
    work: UnitOfWork, offer: Offer, employer: Employer, asked: AskAdaptation, school: UUID, author: str
) -> AdaptationQuestion:
    """Keep what an employer is asked; raises `OfferIsWithdrawn`, or `Invalid` for what need not be asked."""
    check_question(offer, asked)
    name_nobody(asked.note, employer, "/note")
    question = AdaptationQuestion(new_id(), offer.id, employer.id, school, author, asked)
    await AdaptationStore(work.session).save(question)
    return question


async def take_answer(
    work: UnitOfWork, employer: Employer, offer: Offer, question: AdaptationQuestion, answer: AnswerAdaptation
) -> AdaptationQuestion:
    """Keep what an employer answered, and what is known from it; all three are locked. Raises `QuestionIsAnswered`."""
    name_nobody(answer.note, employer, "/note")
    answered = question.answered(answer, today())
    await AdaptationStore(work.session).save(answered)
    await _know_of_employer(work, employer, answer)
    known = known_from(offer, answered)
    if known != offer and offer.state is OfferState.OPEN:
        await OfferStore(work.session).save(known)
        await work.announce(told_as_changed(known, employer))
    return answered


async def _know_of_employer(work: UnitOfWork, employer: Employer, answer: AnswerAdaptation) -> None:
    both = tuple(dict.fromkeys((*employer.facts.adaptations, *answer.adaptations)))
    if both != employer.facts.adaptations:
        facts = employer.facts.model_copy(update={"adaptations": both})
        adapted = replace(employer, facts=facts)
        await EmployerStore(work.session).save(adapted)
        await work.announce(adapted.registered())
