"""Remarks and questions over time: told of when they come, forgotten after 24 months."""

from services.intake.days import today
from services.intake.domain.question import Question
from services.intake.domain.remark import LIVES, Remark
from services.intake.store import QuestionStore, RemarkStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

REMARK_ENDS, QUESTION_ENDS = "remark-ends", "question-ends"


async def keep_remark(work: UnitOfWork, remark: Remark) -> Remark:
    """Keep a new remark and tell of its codes, unless its school keeps it to itself."""
    kept = await RemarkStore(work.session).add(remark)
    await set_timer(work, REMARK_ENDS, remark.id, LIVES)
    if event := remark.shared(today()):
        await work.announce(event)
    return kept


async def forget_remark(work: UnitOfWork, remark: Remark) -> None:
    """Its school takes it back."""
    await RemarkStore(work.session).forget(remark.id)
    await cancel_timer(work, REMARK_ENDS, remark.id)
    await _tell_it_is_gone(work, remark)


async def hide_remark(work: UnitOfWork, remark: Remark, reason: str) -> Remark:
    """Others see it no more; raises `RemarkIsHidden` the second time."""
    hidden = remark.hidden(reason)
    await RemarkStore(work.session).hide(hidden)
    await _tell_it_is_gone(work, remark)
    return hidden


async def _tell_it_is_gone(work: UnitOfWork, remark: Remark) -> None:
    if event := remark.withdrawn():
        await work.announce(event)


async def keep_question(work: UnitOfWork, question: Question) -> Question:
    """Keep a new question and tell those whom it is for."""
    kept = await QuestionStore(work.session).add(question)
    await set_timer(work, QUESTION_ENDS, question.id, LIVES)
    await work.announce(question.asked())
    return kept
