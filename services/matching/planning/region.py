"""The plan of a whole region, made as a draft that changes nothing until somebody adopts it.

Everything is read in the caller's transaction and no region is locked: what changed meanwhile is found when the draft
is adopted, which checks each place anew.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.matching.domain import advice, figures, regional
from services.matching.domain.advice import Advice, Changes
from services.matching.domain.engine import Engine, ShortestPathEngine
from services.matching.domain.figures import Figures
from services.matching.domain.fits import Fit
from services.matching.domain.held import without
from services.matching.domain.model import Opening, Search, SearchState
from services.matching.domain.proposals import Proposal, ProposalState
from services.matching.domain.regional import Situation
from services.matching.store.openings import OpeningStore
from services.matching.store.plans import Draft, PlanLine, PlanStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import AMSTERDAM, now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.events.matching import EffortCount, RegionPlanned, RuleCount, SeatWanted
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

ENGINE: Engine = ShortestPathEngine()

MOST_WANTED = 20
"""Seats that advice names: more than a region's coordinator looks for at a time."""


class PlanKind(StrEnum):
    """Who is planned for."""

    WAITING = "waiting"
    """Those who wait; all proposals stay."""
    ANEW = "anew"
    """Also those whose proposals are open: they may move to something better."""


@dataclass(frozen=True)
class Outcome:
    """What was found for a situation."""

    chosen: Sequence[Fit]
    figures: Figures
    advice: Advice
    at_most: int | None = None
    """No plan could place more, where that was worked out."""


async def load(work: UnitOfWork, region: str, kind: PlanKind = PlanKind.ANEW) -> Situation:
    """All that the plan of a region depends on, as it is now."""
    running = await SearchStore(work.session).running_in(region)
    held = {one.student_id: one for one in await _held(work, running)}
    today = (await now(work.session)).astimezone(AMSTERDAM).date()
    may_move = {one.student_id for one in running if kind is PlanKind.ANEW and one.pinned_to(today) is None}
    moving = {
        student: one
        for student, one in held.items()
        if one.state is ProposalState.PLANNED or (student in may_move and one.state is ProposalState.OPEN)
    }
    openings = await OpeningStore(work.session).in_reach_of(region)
    members = Counter(await OpeningStore(work.session).members([one.offer.offer_id for one in openings]))
    members.subtract((one.offer_id, one.school_id) for one in moving.values())
    return Situation(
        region=region,
        today=today,
        searches=[one for one in running if one.state is SearchState.SEARCHING or one.student_id in moving],
        openings=freed(openings, moving.values()),
        bounds=(await SettingsStore(work.session).of(region)).group_bounds,
        members=members,
        held=moving,
        standing=[(one, held[one.student_id]) for one in running if one.student_id in held.keys() - moving.keys()],
    )


async def _held(work: UnitOfWork, running: Sequence[Search]) -> list[Proposal]:
    return await ProposalStore(work.session).holding(students=[one.student_id for one in running])


def freed(openings: Iterable[Opening], proposals: Iterable[Proposal]) -> list[Opening]:
    """The openings as if these proposals held no seats."""
    found = {one.offer.offer_id: one for one in openings}
    for proposal in proposals:
        if proposal.offer_id in found:
            found[proposal.offer_id] = without(found[proposal.offer_id], proposal)
    return list(found.values())


def counted_again(members: Mapping[tuple[UUID, UUID], int], held: Iterable[Proposal]) -> Counter[tuple[UUID, UUID]]:
    """The members of groups with those who hold a seat."""
    return Counter(members) + Counter((one.offer_id, one.school_id) for one in held)


def work_out(situation: Situation) -> Outcome:
    """The plan with its figures and what would help: many seconds for a large region, so not on the event loop."""
    found = regional.possibilities(situation)
    return outcome(situation, found, regional.plan(ENGINE, situation, found))


def outcome(situation: Situation, found: Sequence[Fit], chosen: Sequence[Fit]) -> Outcome:
    """What a plan of the possibilities brings, however it was chosen."""
    advised = Advice(
        seats=tuple(advice.worth(situation, found)), blocking=tuple(advice.blocking(situation, found, chosen))
    )
    return Outcome(chosen, figures.of(situation, chosen), advised)


def figures_if(situation: Situation, changes: Changes) -> Figures:
    """The figures of the plan as it would be; raises what `advice.changed` raises."""
    other = advice.changed(situation, changes)
    return figures.of(other, regional.plan(ENGINE, other))


async def make(work: UnitOfWork, region: str, kind: PlanKind, by: str) -> Draft:
    """Make a draft of the region's plan and keep it; its figures are announced."""
    situation = await load(work, region, kind)
    outcome = await asyncio.to_thread(work_out, situation)
    return await keep(work, situation, outcome, kind.value, by)


async def keep(work: UnitOfWork, situation: Situation, outcome: Outcome, kind: str, by: str) -> Draft:
    """Keep what was found as a draft, however it was found."""
    terms = await SettingsStore(work.session).terms({situation.region})
    draft = Draft(
        id=new_id(),
        region=situation.region,
        kind=kind,
        made_at=await now(work.session),
        made_by=by,
        weights_version=terms[situation.region].version,
        figures=outcome.figures,
        advice=outcome.advice,
        at_most=outcome.at_most,
    )
    await PlanStore(work.session).add(draft, lines(situation, outcome.chosen))
    await work.announce(_told(draft))
    return draft


def lines(situation: Situation, chosen: Sequence[Fit]) -> list[PlanLine]:
    """A line for each student of the region."""
    given = {one.student_id: one for one in chosen}
    planned = [
        _line(search, given.get(search.student_id), situation.held.get(search.student_id))
        for search in situation.searches
    ]
    return [*planned, *(_standing(proposal) for _, proposal in situation.standing)]


def _line(search: Search, given: Fit | None, held: Proposal | None) -> PlanLine:
    if given is None:
        return PlanLine(search.student_id, None, stands=False)
    if held is not None and held.offer_id == given.offer.offer_id and given.pair.on in {(), held.weekdays}:
        return _standing(held)
    return PlanLine(
        search.student_id,
        given.offer.offer_id,
        stands=False,
        choice=given.pair.choice,
        score=given.points,
        begin_date=given.window.begin,
        end_date=given.window.end,
        weekdays=given.weekdays,
    )


def _standing(proposal: Proposal) -> PlanLine:
    return PlanLine(
        proposal.student_id,
        proposal.offer_id,
        stands=True,
        choice=proposal.choice,
        score=proposal.score,
        begin_date=proposal.begin_date,
        end_date=proposal.end_date,
        weekdays=proposal.weekdays,
    )


def _told(draft: Draft) -> RegionPlanned:
    shown, advised = figures.shown(draft.figures), advice.shown(draft.advice)
    return RegionPlanned(
        plan_id=draft.id,
        region=draft.region,
        kind=draft.kind,
        student_count=shown.total.students,
        placed_count=shown.total.placed,
        first_choice_count=shown.total.first_choice,
        by_effort=tuple(
            EffortCount(effort=int(effort), student_count=count.students, placed_count=count.placed)
            for effort, count in shown.by_effort.items()
        ),
        wanted=tuple(
            SeatWanted(sector=one.sector, municipality=one.municipality, placed=one.placed)
            for one in advised.seats[:MOST_WANTED]
        ),
        blocking=tuple(RuleCount(rule=one.rule, student_count=one.students) for one in advised.blocking),
    )
