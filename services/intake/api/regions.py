"""Regions: what the regional coordinator decides for the register."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, PreconditionFailed, must_match, tagged
from services.intake.domain.fields import examples
from services.intake.domain.region import RegionSettings, SettledRegion
from services.intake.resources import Resources
from services.intake.store import RegionStore
from shared.errors import Forbidden, NotFound
from shared.events.codes import Region
from shared.unit_of_work import Work

router = APIRouter(prefix="/regions/{region}/settings", tags=["regions"], dependencies=[SCHOOLS_AND_REGIONS])

RegionCode = Annotated[Region, Path(description="A labour-market region, for example AM11.")]


class RegionSettingsResource(RegionSettings):
    """A region's settings as they hold."""

    model_config = examples(
        {
            "region": "AM11",
            "version": 1,
            "groupBounds": {"smallest": 5, "largest": 10},
            "claimDays": 14,
            "dormantMonths": 6,
        }
    )

    region: Region
    version: int

    @classmethod
    def of(cls, settled: SettledRegion) -> "RegionSettingsResource":
        """For all schools and regions."""
        return cls.model_construct(**dict(settled.settings), region=settled.region, version=settled.version)


@router.get("", summary="Read a region's settings")
async def read_settings(region: RegionCode, work: Work, shared: Shared, response: Response) -> RegionSettingsResource:
    """What the region decided, or the defaults as version 0."""
    settled = await _settled(work, shared, region)
    tagged(response, settled)
    return RegionSettingsResource.of(settled)


@router.put("", summary="Replace a region's settings")
async def replace_settings(
    region: RegionCode,
    body: RegionSettings,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> RegionSettingsResource:
    """Decide anew, by the regional coordinator; places that stand are held to it when their kind or seats change."""
    known = await _settled(work, shared, region)
    if not viewer.governs(region):
        raise Forbidden("this is another regional coordinator's region")
    must_match(if_match, known)
    settled = await RegionStore(work.session).settle(known, body, viewer.subject)
    if settled is None:
        raise PreconditionFailed
    tagged(response, settled)
    return RegionSettingsResource.of(settled)


async def _settled(work: Work, shared: Resources, region: str) -> SettledRegion:
    if region not in shared.geography.regions:
        raise NotFound("region")
    return await RegionStore(work.session).of(region)
