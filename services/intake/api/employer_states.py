"""Employers that stop for good or start again, and what should be verified."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import tagged
from services.intake.api.employers import EmployerResource, kept_employer, shown_one
from services.intake.days import today
from services.intake.domain.employer import ContactPerson, Employer
from services.intake.domain.employer_stop import StopEmployer
from services.intake.domain.fields import examples
from services.intake.domain.verification import VerifyEmployer, verified, verifier
from services.intake.stopping import stop
from services.intake.store import EmployerStore, SchoolStore
from services.intake.verifying import stale_before
from shared.api import Page, PageQuery, Resource
from shared.events.codes import Region
from shared.unit_of_work import Work

router = APIRouter(tags=["employers"], dependencies=[SCHOOLS_AND_REGIONS])


class EmployerToVerify(Resource):
    """An employer that somebody should look at again: is what stands here still right?"""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Tuincentrum De Linde",
            "region": "AM11",
            "verifiedOn": "2025-06-02",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "telephone": "0320 123456",
            "email": None,
            "contactPersons": [{"name": "T. de Wit", "role": "praktijkopleider", "telephone": None, "email": None}],
        }
    )

    employer_id: UUID
    employer_name: str
    region: Region
    verified_on: date | None = Field(description="Null: never.")
    school_id: UUID | None = Field(description="Which school should: who brought it in, else who cooperated last.")
    school_name: str | None
    telephone: str | None
    email: str | None
    contact_persons: tuple[ContactPerson, ...]

    @classmethod
    def of(cls, employer: Employer, names: dict[UUID, str]) -> "EmployerToVerify":
        """What who verifies needs at hand."""
        facts, school = employer.facts, verifier(employer)
        return cls(
            employer_id=employer.id,
            employer_name=facts.name,
            region=employer.situation.region,
            verified_on=employer.verified_on,
            school_id=school,
            school_name=names.get(school) if school else None,
            telephone=facts.telephone,
            email=facts.email,
            contact_persons=facts.contact_persons,
        )


@router.post("/employers/{employer_id}/_stop", summary="An employer takes nobody any more")
async def stop_employer(
    employer_id: UUID, body: StopEmployer, viewer: Acting, work: Work, response: Response
) -> EmployerResource:
    """Its open offers are withdrawn, matching proposes nobody; placements go on. 409 the second time.

    With the reason `opted-out` telephone, mail and contact persons are forgotten; the name stays, so that nobody calls.
    """
    employer = await kept_employer(EmployerStore(work.session), employer_id, viewer)
    stopped = await stop(work, employer, body)
    tagged(response, stopped)
    return await shown_one(work, stopped)


@router.post("/employers/{employer_id}/_restart", summary="An employer takes students again after all")
async def restart_employer(employer_id: UUID, viewer: Acting, work: Work, response: Response) -> EmployerResource:
    """Offers are recorded anew; 409 when it had not stopped."""
    employers = EmployerStore(work.session)
    restarted, event = (await kept_employer(employers, employer_id, viewer)).restart()
    await employers.save(restarted)
    restarted = replace(restarted, version=(await work.announce(event)).version)
    tagged(response, restarted)
    return await shown_one(work, restarted)


@router.post("/employers/{employer_id}/_verify", summary="What stands here is still right")
async def verify_employer(
    employer_id: UUID, viewer: Acting, work: Work, response: Response, body: VerifyEmployer | None = None
) -> EmployerResource:
    """Without a body: today. A suggested employer counts as checked from then on."""
    employers = EmployerStore(work.session)
    employer = await kept_employer(employers, employer_id, viewer)
    after = verified(employer, body or VerifyEmployer(), today())
    await employers.save(after)
    if after.verified_on != employer.verified_on:
        after = replace(after, version=(await work.announce(after.registered())).version)
    tagged(response, after)
    return await shown_one(work, after)


@router.get("/verifications", summary="Employers to verify")
async def list_verifications(viewer: Acting, work: Work, shared: Shared, page: PageQuery) -> Page[EmployerToVerify]:
    """The stale employers of the own schools; for who looks after regions, all of those there."""
    found = await EmployerStore(work.session).to_verify(viewer, stale_before(shared), page)
    schools = {school for employer in found if (school := verifier(employer)) is not None}
    names = await SchoolStore(work.session).names(schools)
    return page.page([EmployerToVerify.of(employer, names) for employer in found], lambda one: one.employer_id)
