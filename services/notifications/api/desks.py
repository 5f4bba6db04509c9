"""Desks: where a region writes to intermediaries that have no system of their own."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, ConfigDict, EmailStr, Field

from services.notifications.api.regions import RegionCode, require_own
from services.notifications.domain.desks import Desk
from services.notifications.store import DeskStore
from shared.api import Body, Resource, ShortText, without_bsn
from shared.events.codes import IntermediaryKind, Region
from shared.ids import new_id
from shared.security import Caller, Role, requires
from shared.unit_of_work import Work

router = APIRouter(
    prefix="/v1/regions/{region}/desks",
    tags=["regions"],
    dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)],
)

_EXAMPLE: dict[str, Any] = {"kind": "wsp", "name": "WSP Flevoland", "email": "werkgevers@wsp.example"}


class AddDesk(Body):
    """An organisation that gets each call of its kind by mail. Its mail holds nothing of a student."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: IntermediaryKind
    name: ShortText
    email: Annotated[EmailStr, Field(max_length=200), AfterValidator(without_bsn)]


class DeskShown(Resource):
    """An organisation that gets each call of its kind by mail."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b12", "region": "AM11", **_EXAMPLE, "bouncedAt": None}
            ]
        }
    )

    id: UUID
    region: Region
    kind: IntermediaryKind
    name: str
    email: str
    bounced_at: datetime | None = Field(description="Since when there is no such address: nothing is sent there.")


class DesksShown(Resource):
    """All desks of a region."""

    items: list[DeskShown]


@router.get("", summary="Whom a region writes to")
async def list_desks(region: RegionCode, caller: Caller, work: Work) -> DesksShown:
    """Of your own region: there are a hundred at most."""
    require_own(region, caller)
    found = await DeskStore(work.session).of_region(region)
    return DesksShown(items=[DeskShown.model_validate(desk) for desk in found])


@router.post("", status_code=201, summary="Write to an organisation from now on")
async def add_desk(region: RegionCode, body: AddDesk, caller: Caller, work: Work, response: Response) -> DeskShown:
    """It gets the calls of its kind that go out from now on.

    The same address twice is one desk; one that bounced is tried again.
    """
    require_own(region, caller)
    desk = Desk(new_id(), region, body.kind, body.name, body.email.casefold())
    kept, is_new = await DeskStore(work.session).add(desk)
    response.status_code = 201 if is_new else 200
    return DeskShown.model_validate(kept)


@router.delete("/{desk_id}", status_code=204, summary="Write to an organisation no more")
async def remove_desk(region: RegionCode, desk_id: UUID, caller: Caller, work: Work) -> None:
    """The links in its mails work no more; what it answered stays."""
    require_own(region, caller)
    await DeskStore(work.session).remove(region, desk_id)
