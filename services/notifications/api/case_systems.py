"""A municipality's case system: set up by the region, and its callback."""

import json
from dataclasses import replace
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import AfterValidator, ConfigDict, Field, SecretStr
from stdnum.nl import bsn

from services.notifications.api.regions import RegionCode, require_own
from services.notifications.domain.cases import CaseStatus, CaseSystem
from services.notifications.domain.credentials import Authority
from services.notifications.domain.leaving import CALL_TYPE
from services.notifications.domain.outward import Protocol
from services.notifications.domain.recipients import Recipient
from services.notifications.domain.sinks import problem_of
from services.notifications.domain.subscriptions import State, Subscription
from services.notifications.store import CaseStore, DeliveryFilter, DeliveryStore, SubscriptionStore
from services.notifications.store.clock import now_of
from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import Invalid, NotFound, Problem, Unauthenticated
from shared.events.codes import IntermediaryKind
from shared.ids import new_id
from shared.security import Caller, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(
    prefix="/v1/regions", tags=["case systems"], dependencies=[requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)]
)
callback = APIRouter(prefix="/v1/case-systems", tags=["case systems"])

LARGEST_NOTIFICATION = 64 * 1024
"""Bytes; a notification holds a few addresses."""

MunicipalityCode = Annotated[str, Path(pattern=r"^GM\d{4}$", examples=["GM0034"])]
Address = Annotated[str, Field(max_length=1_000, pattern=r"^https?://\S+$")]


def _rsin(text: str) -> str:
    if not bsn.is_valid(text):
        raise ValueError("an RSIN: nine digits that pass the 11-test")
    return text


Rsin = Annotated[str, Field(pattern=r"^\d{9}$"), AfterValidator(_rsin)]

_EXAMPLE: dict[str, Any] = {
    "casesUrl": "https://zaken.gemeente.example/zaken/api/v1",
    "notificationsUrl": "https://zaken.gemeente.example/notificaties/api/v1",
    "clientId": "stagebrug",
    "organisation": "002220647",
    "caseType": "https://zaken.gemeente.example/catalogi/api/v1/zaaktypen/5d5b8f4e-3a5b-4f6e-9d67-0f4d7a8f7d11",
    "statuses": {
        "https://zaken.gemeente.example/catalogi/api/v1/statustypen/1a0a3f0e-7d3c-4c39-9d6b-3f1f1f6c9a01": "taken",
        "https://zaken.gemeente.example/catalogi/api/v1/statustypen/1a0a3f0e-7d3c-4c39-9d6b-3f1f1f6c9a02": "answered",
    },
}


class SetUpCaseSystem(Body):
    """Where a municipality's Zaken and Notificaties APIs are, how it knows us, and what its statuses mean."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "clientSecret": "a-long-random-text-that-both-know"}]}
    )

    cases_url: Address
    notifications_url: Address
    client_id: ShortText
    client_secret: Annotated[SecretStr, Field(min_length=16, max_length=500)]
    organisation: Rsin = Field(description="The RSIN of the municipality: `bronorganisatie` of its cases.")
    case_type: Address
    statuses: Annotated[dict[Address, CaseStatus], Field(min_length=1, max_length=50)] = Field(
        description="Which type of status, by its address, means that the call is taken, answered or declined."
    )
    authority: Authority | None = Field(
        default=None, description="PEM: who vouches for the system, beside the usual authorities."
    )


class CaseSystemShown(Resource):
    """A municipality's case system, without its secret. `state` and `reason` are those of its subscription."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b21",
                    "region": "AM11",
                    "municipality": "GM0034",
                    "state": "active",
                    "reason": None,
                }
            ]
        }
    )

    id: UUID
    region: str
    municipality: str
    cases_url: str
    notifications_url: str
    client_id: str
    organisation: str
    case_type: str
    statuses: dict[str, CaseStatus]
    state: State
    reason: str | None

    @classmethod
    def of(cls, system: CaseSystem, subscription: Subscription) -> Self:
        """As the region sees it."""
        names = (name for name in cls.model_fields if name not in {"state", "reason"})
        return cls(
            **{name: getattr(system, name) for name in names}, state=subscription.state, reason=subscription.reason
        )


class CaseShown(Resource):
    """The case that a call for help became, and how it stood when it was looked at last."""

    call_id: UUID
    url: str
    status: CaseStatus


@router.put("/{region}/case-systems/{municipality}")
async def set_up_case_system(
    region: RegionCode, municipality: MunicipalityCode, body: SetUpCaseSystem, caller: Caller, work: Work
) -> CaseSystemShown:
    """Have a region's calls for help become cases in a municipality's system; it is asked to tell us of them.

    Set up again, what was given up before is tried again; with another `casesUrl`, cases at the old one say nothing
    here any more; at another `notificationsUrl`, or as another `clientId`, than before, it is told to send nothing more
    to where and whom it knew.
    """
    require_own(region, caller)
    _check(body, work)
    before = await CaseStore(work.session).of(region, municipality)
    settings = body.model_dump() | {"client_secret": body.client_secret.get_secret_value()}
    system = CaseSystem(before.id if before else new_id(), region, municipality, **settings)
    if before:
        system = replace(system, callback_hash=before.callback_hash)
        if not system.is_known_there(before):  # else what is registered there is replaced
            await CaseStore(work.session).leave(system.id)
            work.notify("left-case-systems")
    subscription = await _subscription(work, system)
    subscriptions = SubscriptionStore(work.session)
    await subscriptions.save(subscription)
    await CaseStore(work.session).save(system)
    if before and before.cases_url != system.cases_url:
        await CaseStore(work.session).forget_cases(system.id)
    await DeliveryStore(work.session).try_again(system.id, DeliveryFilter())
    await subscriptions.prove(subscription.id)
    work.notify("case-systems")
    return CaseSystemShown.of(system, subscription)


@router.get("/{region}/case-systems/{municipality}")
async def read_case_system(
    region: RegionCode, municipality: MunicipalityCode, caller: Caller, work: Work
) -> CaseSystemShown:
    """A municipality's case system, and whether it is reached."""
    require_own(region, caller)
    system, subscription = await _there(work, region, municipality)
    return CaseSystemShown.of(system, subscription)


@router.delete("/{region}/case-systems/{municipality}", status_code=204)
async def remove_case_system(region: RegionCode, municipality: MunicipalityCode, caller: Caller, work: Work) -> None:
    """Make no more cases there, and want no more notifications; the cases stay, and say nothing here any more."""
    require_own(region, caller)
    system, _ = await _there(work, region, municipality)
    await CaseStore(work.session).leave(system.id)
    work.notify("left-case-systems")
    await SubscriptionStore(work.session).delete(system.id)


@router.get("/{region}/case-systems/{municipality}/cases")
async def list_cases(
    region: RegionCode, municipality: MunicipalityCode, caller: Caller, work: Work, page: PageQuery
) -> Page[CaseShown]:
    """Which call for help became which case, and how it stands."""
    require_own(region, caller)
    system, _ = await _there(work, region, municipality)
    found = await CaseStore(work.session).cases_of(system.id, page.after_id, page.limit)
    return page.page([CaseShown.model_validate(each) for each in found], lambda last: last.call_id)


@callback.post("/{system_id}/notifications", status_code=204)
async def hear_of_case(
    system_id: UUID,
    request: Request,
    work: Work,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """For case systems: a notification of the Notificaties API, with the authorization that we registered.

    It says that a case may have changed and nothing else that counts: how it stands is read from the system itself.
    """
    system = await CaseStore(work.session).find(system_id)
    if system is None or not system.answers_to(authorization):
        raise Unauthenticated(why="the authorization that was registered with the subscription")
    url = _case_in(await request.body())
    if url is not None and await CaseStore(work.session).look_at(system.id, url):
        work.notify("cases")
    return Response(status_code=204)


def _case_in(body: bytes) -> str | None:
    """The case that a notification is about; None for a test, and for what concerns something else."""
    try:
        said = json.loads(body) if len(body) <= LARGEST_NOTIFICATION else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Invalid(pointer="", detail="a notification of the Notificaties API: one JSON object")
    url = said.get("hoofdObject")
    return url if isinstance(url, str) and len(url) <= 2_000 and "\x00" not in url and url.isascii() else None


async def _subscription(work: UnitOfWork, system: CaseSystem) -> Subscription:
    """The one by which calls for help go to a system; what was tried before counts no more."""
    before = await SubscriptionStore(work.session).find(system.id, lock=True)
    fresh = before or Subscription(
        id=system.id,
        owner=system.owner,
        recipient=Recipient(IntermediaryKind.MUNICIPALITY, frozenset({system.region}), frozenset()),
        sink=None,
        types=(CALL_TYPE,),
        filters=(),
        state=State.UNVERIFIED,
        created_at=await now_of(work.session),
        protocol=Protocol.ZGW,
    )
    return fresh.unproven("registration-pending")


async def _there(work: UnitOfWork, region: str, municipality: str) -> tuple[CaseSystem, Subscription]:
    system = await CaseStore(work.session).of(region, municipality)
    subscription = await SubscriptionStore(work.session).find(system.id) if system else None
    if system is None or subscription is None:
        raise NotFound("case system")
    return system, subscription


def _check(body: SetUpCaseSystem, work: UnitOfWork) -> None:
    addresses = {"/casesUrl": body.cases_url, "/notificationsUrl": body.notifications_url}
    wrong = {pointer: problem_of(address, work.resources.settings.reach) for pointer, address in addresses.items()}
    problems = [Problem(pointer=pointer, detail=detail) for pointer, detail in wrong.items() if detail]
    if problems:
        raise Invalid(problems=problems)
