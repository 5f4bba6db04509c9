"""Proposals: seen and answered by the student's own school or who acts for it, and by nobody else."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.matching.api.callers import Viewer, Viewing, after_id, log
from services.matching.api.resources import Decline, DeclineReasonResource, DeclineReasons, ProposalResource
from services.matching.domain.proposals import DECLINE_TEXTS, Made, Proposal
from services.matching.planning import answers
from services.matching.store.proposals import ProposalStore
from shared.api import Page, PageQuery
from shared.errors import NotFound
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["proposals"], dependencies=[requires(Role.COORDINATOR)])


@router.get("/proposals", summary="List proposals")
async def list_proposals(
    viewer: Viewing, work: Work, page: PageQuery, state: Annotated[Made | None, Query()] = None
) -> Page[ProposalResource]:
    """The proposals for students of the caller's schools, and for those that were lent."""
    found = await ProposalStore(work.session).page(
        schools=viewer.schools, students=viewer.students, state=state, after=after_id(page), limit=page.limit + 1
    )
    log.info("proposals_read", by=viewer.subject, students=len({one.student_id for one in found}))
    return page.page([ProposalResource.of(one) for one in found], lambda one: one.id)


@router.get("/proposals/{proposal_id}", summary="Read a proposal")
async def read_proposal(proposal_id: UUID, viewer: Viewing, work: Work) -> ProposalResource:
    """A proposal with its reasons."""
    return ProposalResource.of(await _own(proposal_id, viewer, work))


@router.post("/proposals/{proposal_id}/_accept", summary="Accept a proposal")
async def accept_proposal(proposal_id: UUID, viewer: Viewing, work: Work) -> ProposalResource:
    """Say yes for the student: the register makes the placement, or says why it cannot."""
    return ProposalResource.of(await answers.accept(work, await _own(proposal_id, viewer, work)))


@router.post("/proposals/{proposal_id}/_decline", summary="Decline a proposal")
async def decline_proposal(proposal_id: UUID, body: Decline, viewer: Viewing, work: Work) -> ProposalResource:
    """Say no, and why: the seat goes to somebody else, and the search goes on."""
    return ProposalResource.of(await answers.decline(work, await _own(proposal_id, viewer, work), body.reason))


@router.get("/decline-reasons", summary="List the reasons for declining")
async def list_decline_reasons() -> DeclineReasons:
    """The closed list of reasons."""
    return DeclineReasons(items=[DeclineReasonResource(code=code, text=text) for code, text in DECLINE_TEXTS.items()])


async def _own(proposal_id: UUID, viewer: Viewer, work: Work) -> Proposal:
    proposal = await ProposalStore(work.session).get(proposal_id)
    if proposal is None or not viewer.answers_for(proposal.school_id, proposal.student_id):
        raise NotFound("proposal")
    log.info("student_read", student=str(proposal.student_id), by=viewer.subject, purpose="proposal")
    return proposal
