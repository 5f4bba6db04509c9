"""Merging two employers that are one, and what was merged."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.api.changes import IfMatch, must_match, tagged
from services.intake.api.employers import EmployerResource, shown_one
from services.intake.claiming import end_claim
from services.intake.domain.claim import ClaimState
from services.intake.domain.employer import Employer, EmployerFacts
from services.intake.domain.location import Location
from services.intake.domain.merging import Merge, MergeEmployers, MergeReason, branch, merge
from services.intake.domain.rights import Viewer
from services.intake.forgetting import forget_again
from services.intake.offering import told_as_changed
from services.intake.stopping import rest_along
from services.intake.store import ClaimStore, EmployerStore, LocationStore, MergeStore, OfferStore
from services.intake.store.acting import Capacity, acting_as
from shared.api import Page, PageQuery, Resource
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])


class MergeResource(Resource):
    """An employer that went up in this one, as it was then."""

    merged_id: UUID
    into_id: UUID
    reason: MergeReason
    merged_at: datetime
    moved: dict[str, int]
    facts: EmployerFacts

    @classmethod
    def of(cls, merged: Merge) -> "MergeResource":
        """For whoever may know of the employer that stayed."""
        return cls(
            merged_id=merged.merged_id,
            into_id=merged.kept_id,
            reason=merged.reason,
            merged_at=merged.merged_at,
            moved=merged.moved,
            facts=merged.facts,
        )


@router.post("/employers/{employer_id}/_merge", summary="Another employer is this one")
async def merge_employers(
    employer_id: UUID, body: MergeEmployers, viewer: Acting, work: Work, response: Response, if_match: IfMatch = None
) -> EmployerResource:
    """What refers to the other (offers, contacts, placements, tips, …) refers to this one from then on.

    For who may change both; `If-Match` names the ETags of both, separated by a comma. The other answers 410 with
    `mergedInto`. Who opted out or stopped stays so, people who were forgotten stay so, and offers stay where they are:
    a main address elsewhere becomes a location. Two KvK numbers are refused (409) unless the reason is `takeover`.
    There is no way back.
    """
    found = await _both(work, viewer, employer_id, body.other_id)
    kept, other = found[employer_id], found[body.other_id]
    merged, event = merge(kept, other, body.reason, viewer)
    for employer in (kept, other):
        must_match(if_match, employer)
    await _settle(work, kept, other)
    moving = {offer.id for offer in await OfferStore(work.session).open_at(other.id)}
    merges, employers = MergeStore(work.session), EmployerStore(work.session)
    async with acting_as(work.session, Capacity.REGISTER):  # what other schools have there moves, too
        await _end_second_claim(work, kept.id, other.id)
        moved = await merges.move(other.id, kept.id)
    await employers.save(merged)
    await merges.add(Merge(other.id, kept.id, body.reason, viewer.subject, other.facts, moved))
    await work.announce(event)
    told = await work.announce(merged.registered())
    merged = await rest_along(work, kept, replace(merged, version=told.version))
    standing = await OfferStore(work.session).open_at(kept.id)
    for offer in standing:
        if offer.id in moving or merged.private_to != kept.private_to:
            await work.announce(told_as_changed(offer, merged))
    merged = await forget_again(work, merged)
    tagged(response, merged)
    return await shown_one(work, merged)


async def _end_second_claim(work: UnitOfWork, kept_id: UUID, other_id: UUID) -> None:
    """One school at a time approaches an employer: where both were claimed, the claim of the one that stays stands."""
    claims = ClaimStore(work.session)
    second = await claims.standing_at(other_id)
    if second is not None and await claims.standing_at(kept_id) is not None:
        await end_claim(work, second, ClaimState.RELEASED)


async def _settle(work: UnitOfWork, kept: Employer, other: Employer) -> None:
    """What the other offers at its main address stays there, at a location of the one that stays."""
    if (facts := branch(kept, other)) is None:
        return
    locations = LocationStore(work.session)
    known = [*await locations.all_of(kept.id), *await locations.all_of(other.id)]
    there = next((one for one in known if one.closed_date is None and one.facts.is_one_with(facts)), None)
    if there is None:
        there = Location(new_id(), kept.id, facts, other.situation)
        await locations.save(there)
    await OfferStore(work.session).settle(other.id, there)


async def _both(work: UnitOfWork, viewer: Viewer, *ids: UUID) -> dict[UUID, Employer]:
    """The two employers, locked in the order of their ids, so that two merges never wait for each other."""
    employers = EmployerStore(work.session)
    return {each: await employers.get(each, viewer, lock=True) for each in sorted(set(ids))}


@router.get("/employers/{employer_id}/merges", summary="What went up in an employer")
async def list_merges(employer_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[MergeResource]:
    """The employers that were merged into this one, as they were then."""
    await EmployerStore(work.session).get(employer_id, viewer)
    found = await MergeStore(work.session).into(employer_id, page)
    return page.page([MergeResource.of(merged) for merged in found], lambda merged: merged.merged_id)
