"""What a region decides for itself, and how many search there."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from services.matching.api.callers import Viewer, Viewing
from services.matching.api.resources import RegionCounts
from services.matching.domain.model import SearchState
from services.matching.domain.regions import WITHIN_REACH
from services.matching.domain.widening import GroupBounds, Patience, RegionSettings, Seconds
from services.matching.planning.locks import lock
from services.matching.planning.schedule import widen_at
from services.matching.store.openings import OpeningStore
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.api import Body, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Region
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(prefix="/regions", tags=["regions"])

READERS = requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)
KEEPERS = requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)

FEW = 5
"""Counts of fewer persons are not shown (privacy)."""

_DEFAULTS = RegionSettings().model_dump(by_alias=True)

RegionCode = Annotated[Region, Path(description="A labour-market region, for example AM11.")]


class PatienceBody(Body):
    """Seconds that a circle gets before the next one is tried as well; 0 opens the next one at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEFAULTS["patienceSeconds"]]})

    own_network: Seconds = Patience().own_network
    other_schools: Seconds = Patience().other_schools
    neighbouring_work: Seconds = Patience().neighbouring_work
    group: Seconds = Patience().group
    next_region: Seconds = Patience().next_region


class GroupBoundsBody(Body):
    """How many students of one school make a group."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEFAULTS["groupBounds"]]})

    smallest: Annotated[int, Field(ge=1, le=100)] = GroupBounds().smallest
    largest: Annotated[int, Field(ge=1, le=100)] = GroupBounds().largest


class SettingsBody(Body):
    """A region's settings; what is left out goes back to its default."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEFAULTS]})

    patience_seconds: PatienceBody = PatienceBody()
    help_delay_seconds: Seconds = RegionSettings().help_delay_seconds
    proposal_days: Annotated[float, Field(gt=0, le=365)] = RegionSettings().proposal_days
    unfilled_seconds: Seconds = RegionSettings().unfilled_seconds
    group_bounds: GroupBoundsBody = GroupBoundsBody()


class SettingsResource(SettingsBody, Resource):
    """A region's settings as they hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"region": "AM11", **_DEFAULTS}]})

    region: Region

    @classmethod
    def of(cls, region: str, settings: RegionSettings) -> "SettingsResource":
        """The settings of one region."""
        return cls.model_validate({"region": region, **settings.model_dump()})


@router.get("/{region}/settings", summary="Read a region's settings", dependencies=[READERS])
async def read_settings(region: RegionCode, work: Work) -> SettingsResource:
    """What the region decided, or the defaults."""
    _require_known(region)
    return SettingsResource.of(region, await SettingsStore(work.session).of(region))


@router.put("/{region}/settings", summary="Replace a region's settings", dependencies=[KEEPERS])
async def replace_settings(region: RegionCode, body: SettingsBody, viewer: Viewing, work: Work) -> SettingsResource:
    """Decide anew; it holds at once for everybody who searches there."""
    _require_keeper(region, viewer)
    if body.group_bounds.largest < body.group_bounds.smallest:
        raise Invalid("/groupBounds/largest", "is smaller than smallest")
    settings = RegionSettings.model_validate(body.model_dump())
    await lock(work.session, [region])  # as whoever plans there does, else the two wait for each other's rows
    await SettingsStore(work.session).save(region, settings)
    await SearchStore(work.session).look_at_region_again(region)
    await OpeningStore(work.session).look_at_region_again(region)
    await widen_at(work, region, timedelta())
    work.notify("offers")
    return SettingsResource.of(region, settings)


@router.get("/{region}/searches", summary="Count a region's searches", dependencies=[KEEPERS])
async def count_searches(region: RegionCode, viewer: Viewing, work: Work) -> RegionCounts:
    """How many search, without a word on who."""
    _require_keeper(region, viewer)
    counted = await SearchStore(work.session).counts(region)

    def shown(*states: SearchState, helped: bool | None = None) -> int | None:
        many = sum(
            count for (state, was), count in counted.items() if state in states and (helped is None or was is helped)
        )
        return None if 0 < many < FEW else many

    return RegionCounts(
        region=region,
        searching=shown(SearchState.SEARCHING),
        proposed=shown(SearchState.PROPOSED),
        accepted=shown(SearchState.ACCEPTED),
        help_asked=shown(SearchState.SEARCHING, SearchState.PROPOSED, helped=True),
    )


def _require_known(region: str) -> None:
    if region not in WITHIN_REACH:
        raise NotFound("region")


def _require_keeper(region: str, viewer: Viewer) -> None:
    _require_known(region)
    if not viewer.is_operator and region not in viewer.regions:
        raise Forbidden("this is another regional coordinator's region")
