"""A student's search: where it stands, what was proposed, whom to call. For coordinators of the own school alone."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter

from services.matching.api.callers import Viewing, after_id, after_rank, own_search
from services.matching.api.resources import (
    ClaimedByResource,
    EffortResource,
    KnownByResource,
    LastContactResource,
    LearnedResource,
    ProposalResource,
    ProspectResource,
    ReasonResource,
    SearchResource,
    SetEffort,
    WhyNotResource,
)
from services.matching.domain import fits, hardness
from services.matching.domain.learned import told
from services.matching.domain.model import Search, SearchState
from services.matching.domain.pairs import Pair
from services.matching.domain.prospects import Prospect, call_list
from services.matching.domain.rules import is_possible
from services.matching.planning.locks import lock
from services.matching.planning.settling import settle
from services.matching.store.acting import plan_from_here
from services.matching.store.network import EmployerStore, SchoolStore
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import today
from services.matching.store.searches import SearchRecord, SearchStore
from shared.api import Page, PageQuery, encode_cursor
from shared.errors import Refused
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(prefix="/students", tags=["students"], dependencies=[requires(Role.COORDINATOR)])

BEYOND_REACH = 1.5
"""How much farther than a student can travel is looked for what would be possible with a longer way."""

MOST_RULES = 5
"""Rules named as reasons why not: more than these nobody acts on at once."""


class StudentIsNotSearching(Refused):
    """Voor deze leerling wordt nu geen plek gezocht. (No place is being looked for.)"""

    slug = "student-is-not-searching"
    status = 409


@router.get("/{student_id}/search", summary="Read where a search stands")
async def read_search(student_id: UUID, viewer: Viewing, work: Work) -> SearchResource:
    """How wide the search is, what opens next, and which rules stand in the way."""
    record = await own_search(viewer, work, student_id, "search")
    return await _search_resource(work, record)


@router.put("/{student_id}/effort", summary="Set how much effort placing takes")
async def set_effort(student_id: UUID, body: SetEffort, viewer: Viewing, work: Work) -> SearchResource:
    """Overrule the class that was derived; who takes more effort comes first when a place suits several."""
    record = await own_search(viewer, work, student_id, "effort")
    await lock(work.session, {record.region})
    search = await running_search(work, student_id)
    searches = SearchStore(work.session)
    await searches.save(replace(search, hardness_set_to=body.level), record.due_at)
    return await _search_resource(work, replace(record, hardness_set_to=body.level))


@router.post("/{student_id}/_forget-declines", summary="Let go of what declined proposals taught")
async def forget_declines(student_id: UUID, viewer: Viewing, work: Work) -> SearchResource:
    """Look again where an earlier no kept from looking; the declined offers themselves stay out for their half year."""
    record = await own_search(viewer, work, student_id, "declines")
    await lock(work.session, {record.region})
    await running_search(work, student_id)
    await SearchStore(work.session).unlearn(student_id)
    await settle(work, students=[student_id])
    return await _search_resource(work, await own_search(viewer, work, student_id, "search"))


@router.get("/{student_id}/proposals", summary="List the proposals for a student")
async def list_student_proposals(
    student_id: UUID, viewer: Viewing, work: Work, page: PageQuery
) -> Page[ProposalResource]:
    """All proposals, earlier ones included."""
    await own_search(viewer, work, student_id, "proposals")
    found = await ProposalStore(work.session).page(
        student_id=student_id,
        schools=viewer.schools,
        students=viewer.students,
        after=after_id(page),
        limit=page.limit + 1,
    )
    return page.page([ProposalResource.of(one) for one in found], lambda one: one.id)


@router.get("/{student_id}/prospects", summary="List whom to call for a student")
async def list_prospects(student_id: UUID, viewer: Viewing, work: Work, page: PageQuery) -> Page[ProspectResource]:
    """Employers without an open offer that suits, the most promising first; the register logs the call."""
    await own_search(viewer, work, student_id, "prospects")
    search = await running_search(work, student_id)
    await plan_from_here(work.session)
    day = await today(work.session)
    openings = await OpeningStore(work.session).suiting([search.profile])
    offering = {one.offer.employer_id for one in openings if is_possible(Pair(search, one, day))}
    held = await ProposalStore(work.session).holding(students=[student_id])
    leads = await EmployerStore(work.session).leads_for(search.profile, offering | {one.employer_id for one in held})
    names = await SchoolStore(work.session).names({school for lead in leads for school in lead.schools})
    ranked = call_list(search, leads, day, names)
    first = after_rank(page)
    shown = ranked[first : first + page.limit]
    more = len(ranked) > first + page.limit
    items = [_prospect(one, names) for one in shown]
    return Page[ProspectResource](items=items, next=encode_cursor(str(first + page.limit)) if more else None)


async def running_search(work: Work, student_id: UUID) -> Search:
    """A student's search that has not ended. Raises `StudentIsNotSearching`."""
    search = await SearchStore(work.session).get(student_id)
    if search is None:
        raise StudentIsNotSearching
    return search


async def _search_resource(work: Work, record: SearchRecord) -> SearchResource:
    search = await SearchStore(work.session).get(record.student_id)
    shown = SearchResource.model_validate(record)
    if search is None:
        return shown
    lessons = tuple(
        LearnedResource(offer_id=one.offer_id, reason=one.reason, text=told(one, search)) for one in search.lessons
    )
    shown = shown.model_copy(update={"effort": EffortResource.model_validate(hardness.of(search)), "learned": lessons})
    if search.state is not SearchState.SEARCHING:
        return shown
    await plan_from_here(work.session)
    day = await today(work.session)
    openings = await OpeningStore(work.session).near([search.profile], stretch=BEYOND_REACH)
    pairs = [Pair(search, opening, day) for opening in openings]
    why_not = tuple(
        WhyNotResource(rule=obstacle.rule, offers=offers, text=obstacle.text)
        for obstacle, offers in fits.nearest_obstacles(pairs)[:MOST_RULES]
    )
    later = fits.waits_for_circle(pairs)
    return shown.model_copy(update={"why_not": why_not, "opens_later": later})


def _prospect(one: Prospect, names: Mapping[UUID, str]) -> ProspectResource:
    last, claim = one.last_contact, one.claim
    return ProspectResource(
        employer_id=one.lead.employer.employer_id,
        name=one.lead.employer.name,
        region=one.lead.employer.region,
        points=one.points,
        minutes=one.minutes,
        reasons=[ReasonResource.model_validate(reason) for reason in one.reasons],
        known_by=[
            KnownByResource(school_id=school, school_name=names.get(school), since_date=since)
            for school, since in one.lead.known_by
        ],
        last_contact=None
        if last is None
        else LastContactResource(
            school_id=last.school_id,
            school_name=names.get(last.school_id),
            contact_date=last.on,
            outcome=last.outcome,
        ),
        claimed_by=None
        if claim is None
        else ClaimedByResource(
            school_id=claim.school_id, school_name=names.get(claim.school_id), until_date=claim.until
        ),
    )
