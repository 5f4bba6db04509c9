"""Whom a region asks for help."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field, field_validator

from services.notifications.domain.calls import RegionSettings
from services.notifications.store import CallStore
from shared.api import Body, Resource
from shared.errors import NotFound
from shared.events.codes import IntermediaryKind
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import Work

router = APIRouter(
    prefix="/v1/regions", tags=["regions"], dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)]
)

LONGEST_PATIENCE = 90 * 24 * 3600
"""Seconds: a quarter of a year per kind of intermediary; after that help comes too late for a school year."""

RegionCode = Annotated[str, Path(pattern=r"^AM\d{2}$", examples=["AM11"])]
_EXAMPLE: dict[str, Any] = {"kinds": ["municipality", "sbb", "wsp", "uwv"], "patienceSeconds": 259_200}


class AskInOrder(Body):
    """Which kinds are asked, in this order, and how long each has before the next; without patience all at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kinds: Annotated[
        list[IntermediaryKind], Field(max_length=len(IntermediaryKind), json_schema_extra={"uniqueItems": True})
    ]
    patience_seconds: Annotated[int, Field(strict=True, ge=0, le=LONGEST_PATIENCE)] = 0

    @field_validator("kinds")
    @classmethod
    def _each_once(cls, kinds: list[IntermediaryKind]) -> list[IntermediaryKind]:
        if len(set(kinds)) < len(kinds):
            raise ValueError("each kind once")
        return kinds


class AskedInOrder(Resource):
    """Which kinds a region asks, in this order, and how long each has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"region": "AM11", **_EXAMPLE}]})

    region: str
    kinds: list[IntermediaryKind]
    patience_seconds: int


@router.get("/{region}/settings")
async def read_region_settings(region: RegionCode, caller: Caller, work: Work) -> AskedInOrder:
    """Whom your region asks for help."""
    require_own(region, caller)
    return _shown(region, await CallStore(work.session).settings_of(region))


@router.put("/{region}/settings")
async def set_region_settings(region: RegionCode, body: AskInOrder, caller: Caller, work: Work) -> AskedInOrder:
    """Decide whom your region asks for help; calls that are under way follow from their next step on."""
    require_own(region, caller)
    settings = RegionSettings(tuple(body.kinds), timedelta(seconds=body.patience_seconds))
    await CallStore(work.session).set_settings(region, settings)
    return _shown(region, settings)


def require_own(region: str, caller: Principal) -> None:
    """Raise `NotFound` for a region that the caller does not look after."""
    if region not in caller.regions and not caller.has(Role.OPERATOR):
        raise NotFound("region of yours")


def _shown(region: str, settings: RegionSettings) -> AskedInOrder:
    return AskedInOrder(
        region=region, kinds=list(settings.kinds), patience_seconds=int(settings.patience.total_seconds())
    )
