"""Rounds of questionnaires over time: opened by hand, reminded of once, closed by hand or after their last day."""

from datetime import datetime, time
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.employer import Employer
from services.intake.domain.questionnaire import Audience, GiveAnswers
from services.intake.domain.questionnaire_round import (
    Invitation,
    OpenRound,
    Respondent,
    Response,
    Round,
    RoundRuns,
    opened,
)
from services.intake.domain.school import School
from services.intake.inviting import ROUND_INVITES, begin_to_invite
from services.intake.questionnaire_data import questionnaire, read_questionnaires
from services.intake.store import LinkStore, ResponseStore, RoundStore
from services.intake.store.acting import Capacity, acting_as
from shared.ids import new_id
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

ROUND_CLOSES = "round-closes"
ROUND_REMINDS = "round-reminds"

AT = time(7)
"""Before lessons begin."""


async def open_round(work: UnitOfWork, facts: OpenRound, by: str) -> Round:
    """Begin to ask, and tell the schools or employers; raises `RoundRuns`, `Invalid`."""
    asked = opened(new_id(), facts, read_questionnaires(), by, today())
    store = RoundStore(work.session)
    await store.lock_openings(facts.questionnaire)
    if (other := await store.open_in(facts.questionnaire, facts.regions)) is not None:
        raise RoundRuns(round_id=other)
    kept = await store.save(asked)
    await set_timer(work, ROUND_CLOSES, kept.id, kept.ends)
    if kept.reminds_on > today():
        await set_timer(work, ROUND_REMINDS, kept.id, datetime.combine(kept.reminds_on, AT, AMSTERDAM))
    await tell_who_is_awaited(work, kept, reminder=False)
    return await store.get(kept.id)


async def tell_who_is_awaited(work: UnitOfWork, asked: Round, *, reminder: bool) -> None:
    """Ask the schools that have not finished, region by region, or the employers, each by a link."""
    if asked.audience is Audience.EMPLOYER:
        await begin_to_invite(work, asked, Invitation.REMINDER if reminder else Invitation.OPENING)
        return
    waiting = await ResponseStore(work.session).schools_to_ask(asked, today().isoformat())
    for region, schools in waiting.items():
        await work.announce(asked.awaiting(region, schools, reminder=reminder))


async def close_round(work: UnitOfWork, asked: Round) -> Round:
    """Take no answers any more; what was begun counts as it stands. The round is locked; raises `RoundIsClosed`."""
    closed = await RoundStore(work.session).save(asked.closed())
    for kind in (ROUND_CLOSES, ROUND_REMINDS, ROUND_INVITES):
        await cancel_timer(work, kind, closed.id)
    async with acting_as(work.session, Capacity.REGISTER):
        await LinkStore(work.session).send_no_more(closed.id)
        for response in await ResponseStore(work.session).unfinished(closed.id):
            await _tell(work, closed, response)
    return closed


async def answer(
    work: UnitOfWork,
    round_id: UUID,
    respondent: School | Employer,
    given: GiveAnswers,
    *,
    author: str | None = None,
    recorded_for: UUID | None = None,
) -> Response:
    """Keep what an organisation answers, and tell of it once it has finished.

    The school or employer is locked by the caller. An employer that answers by its link has neither `author` nor
    `recorded_for`: it goes before what a school filled in for it. Raises `NotFound`, `RoundIsClosed`, `NotAsked`,
    `AnsweredByAnother`, `Invalid`.
    """
    asked = await RoundStore(work.session).get(round_id, stays=True)
    asked.must_be_open()
    who = Respondent.of(respondent)
    who.must_be_asked_in(asked)
    given.must_fit(questionnaire(asked.facts.questionnaire, asked.questionnaire_version))
    if isinstance(respondent, Employer):
        given.must_name_nobody_of(respondent)
    recorded_for = who.school_id or recorded_for
    async with acting_as(work.session, Capacity.REGISTER):
        store = ResponseStore(work.session)
        known = await store.find(round_id, who) or Response(new_id(), round_id, who, given, recorded_for, author)
        response = known.by(recorded_for).now(given, who, author)
        await store.save(response)
        if response.finished:
            await _tell(work, asked, response)
    return response


async def _tell(work: UnitOfWork, asked: Round, response: Response) -> None:
    of = questionnaire(asked.facts.questionnaire, asked.questionnaire_version)
    await work.announce(response.told(asked, of))
