"""Labour-market information: published tables, shown by region and sector and beside a student's wishes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.domain.labour_market import Figure, ImportFigures, figures_of, publications_of
from services.intake.store import LabourMarketStore, StudentStore
from shared.api import Page
from shared.events.codes import Code, Region
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["labour market"])


@router.post("/labour-market/_import", summary="Import a table", dependencies=[requires(Role.OPERATOR)])
async def import_figures(body: ImportFigures, work: Work, shared: Shared) -> Page[Figure]:
    """All rows or none; 400 names every line that cannot be. Doing it again changes nothing. Answers the first rows."""
    figures = figures_of(body, frozenset(shared.codes.lists["sectors"]), shared.geography.regions)
    store, told = LabourMarketStore(work.session), publications_of(figures)
    await store.save(figures)
    await store.remember(told)
    await work.announce_all([one.told() for one in told])
    return Page[Figure].of(figures[:200])


@router.get("/labour-market", summary="Figures of a region", dependencies=[SCHOOLS_AND_REGIONS])
async def read_figures(
    work: Work, region: Annotated[Region, Query()], sector: Annotated[Code | None, Query()] = None
) -> Page[Figure]:
    """Of each sector and kind the latest period, with who published it and when."""
    return Page[Figure].of(await LabourMarketStore(work.session).latest(region, {sector} if sector else None))


@router.get("/students/{student_id}/labour-market", summary="Figures beside wishes")
async def read_figures_for_wishes(student_id: UUID, viewer: Acting, work: Work) -> Page[Figure]:
    """The figures of the sectors that the student wishes for, in the student's region."""
    student = await StudentStore(work.session).read(student_id, viewer)
    wished = {wish.sector for wish in student.facts.wishes}
    return Page[Figure].of(await LabourMarketStore(work.session).latest(student.region, wished))
