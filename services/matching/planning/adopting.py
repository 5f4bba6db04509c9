"""Adopting a draft: what of it still holds is proposed, the rest is said with the rule that stands in the way."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.matching.domain import fits, regional, rules
from services.matching.domain.fits import Fit
from services.matching.domain.held import beside
from services.matching.domain.model import Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import Happened
from services.matching.domain.regional import Situation
from services.matching.planning import proposing, region, settling
from services.matching.planning.closing import let_go
from services.matching.planning.locks import lock
from services.matching.planning.region import PlanKind
from services.matching.store.plans import Draft, PlanLine, PlanStore
from services.matching.store.rows import now
from shared.errors import NotFound, Refused
from shared.events.codes import Weekday
from shared.unit_of_work import UnitOfWork

MOVED = "moved-by-plan"
"""The reason with which an open proposal is taken back that a plan moves elsewhere."""

Left = Mapping[UUID, tuple[str, str]]
"""Whom a plan could not be adopted of: the rule and its sentence, by student."""


class PlanIsAdopted(Refused):
    """Dit plan is al overgenomen. (This plan has been adopted already.)"""

    slug = "plan-is-adopted"


@dataclass(frozen=True)
class Adopted:
    """What became of a draft, and when."""

    at: datetime
    proposed: int
    moved: int
    left: Left


async def adopt(work: UnitOfWork, draft: Draft) -> Adopted:
    """Propose what still holds, through the normal way. Raises `PlanIsAdopted`."""
    await lock(work.session, {draft.region})
    current = await PlanStore(work.session).get(draft.id, lock=True)
    if current is None:
        raise NotFound("plan")
    if current.adopted_at is not None:
        raise PlanIsAdopted
    lines = [one for one in await PlanStore(work.session).lines(draft.id) if one.offer_id and not one.stands]
    situation = await region.load(work, draft.region, PlanKind.ANEW)
    holding = await asyncio.to_thread(_what_holds, situation, lines)
    moved = [situation.held[one.student_id] for one in holding if one.student_id in situation.held]
    for proposal in moved:
        await let_go(work, proposal, Happened.TAKEN_BACK, MOVED)
    await proposing.propose(work, holding)
    left = _why_left(situation, lines, holding)
    at = await now(work.session)
    await PlanStore(work.session).adopted(draft.id, at, left)
    await settling.settle(work, offers={proposal.offer_id for proposal in moved})
    return Adopted(at, len(holding), len(moved), left)


def _what_holds(situation: Situation, lines: Sequence[PlanLine]) -> list[Fit]:
    """The places that can be given together as things are now; who moves leaves a seat only if the new one holds."""
    wanted = {one.student_id: one for one in lines}
    moving = wanted.keys() & situation.held.keys()
    while True:
        now_there = staying_put(situation, moving)
        found = [one for pair in _pairs(now_there, wanted) if (one := fits.fit(pair))]
        chosen = regional.plan(region.ENGINE, now_there, found)
        if not (stuck := moving - {one.student_id for one in chosen}):
            return chosen
        moving -= stuck


def staying_put(situation: Situation, moving: Collection[UUID]) -> Situation:
    """The situation in which only these leave what they hold, and all others keep it."""
    stay = [proposal for student, proposal in situation.held.items() if student not in moving]
    openings = {one.offer.offer_id: one for one in situation.openings}
    for proposal in stay:
        if proposal.offer_id in openings:
            openings[proposal.offer_id] = beside(openings[proposal.offer_id], [proposal])
    staying = {proposal.student_id for proposal in stay}
    return replace(
        situation,
        searches=[one for one in situation.searches if one.student_id not in staying],
        openings=list(openings.values()),
        members=region.counted_again(situation.members, stay),
        held={student: situation.held[student] for student in moving},
    )


def _pairs(situation: Situation, wanted: Mapping[UUID, PlanLine]) -> list[Pair]:
    """Each student beside the place that the plan has for the student, on its days, where both are still there."""
    openings: dict[UUID | None, Opening] = {one.offer.offer_id: one for one in situation.openings}
    return [
        Pair(search, openings[line.offer_id], situation.today, line.weekdays)
        for search in situation.searches
        if (line := wanted.get(search.student_id)) and line.offer_id in openings
    ]


def _why_left(situation: Situation, lines: Sequence[PlanLine], holding: Sequence[Fit]) -> Left:
    """The first rule that is broken now, for each line that was not adopted."""
    given: dict[UUID, list[Fit]] = {}
    for one in holding:
        given.setdefault(one.offer.offer_id, []).append(one)
    searches = {one.student_id: one for one in situation.searches}
    adopted = {one.student_id for one in holding}
    after = staying_put(situation, adopted & set(situation.held))
    openings = {
        one.offer.offer_id: regional.with_stays(one, given.get(one.offer.offer_id, [])) for one in after.openings
    }
    return {
        one.student_id: _obstacle(searches.get(one.student_id), openings.get(one.offer_id), one.weekdays, situation)  # type: ignore[arg-type]  # lines have offers
        for one in lines
        if one.student_id not in adopted
    }


def _obstacle(
    search: Search | None, opening: Opening | None, weekdays: tuple[Weekday, ...], situation: Situation
) -> tuple[str, str]:
    if search is None:
        return "not-waiting", "Voor de leerling wordt geen plek meer gezocht, of er is een voorstel dat blijft."
    if opening is None:
        return "offer-gone", "De plek is er niet meer."
    pair = Pair(search, opening, situation.today, weekdays)
    if (obstacle := next(rules.obstacles(pair), None)) is not None:
        return obstacle.rule, obstacle.text
    if not pair.within_circle:
        return "circle", "De kring waarin deze plek ligt, is voor de leerling nog niet open."
    return "group", "De groep is te klein of vol."
