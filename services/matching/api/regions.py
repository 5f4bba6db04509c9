"""What a region decides for itself, and how many search there."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import AfterValidator, ConfigDict, Field

from services.matching.api.callers import Viewer, Viewing, after_rank
from services.matching.api.resources import RegionCounts
from services.matching.domain.figures import FEW
from services.matching.domain.model import SearchState
from services.matching.domain.regions import WITHIN_REACH
from services.matching.domain.sectors import Neighbour, NeighbouringWork
from services.matching.domain.terms import CIRCLES
from services.matching.domain.weights import Weights
from services.matching.domain.widening import GroupBounds, GuidanceBudget, Patience, RegionSettings, Seconds, next_night
from services.matching.planning.locks import lock
from services.matching.planning.schedule import look_when_all_may, show_at, widen_at
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore, SettingsVersion
from shared.api import Body, Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Region, Step
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(prefix="/regions", tags=["regions"])

READERS = requires(Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)
KEEPERS = requires(Role.REGIONAL_COORDINATOR, Role.OPERATOR)

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


class WeightsBody(Weights):
    """Points by factor. A wish weighs more than all of them together, which is no region's to change."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_DEFAULTS["weights"]]})


class NeighbourBody(Neighbour):
    """A kind of work that lies near a wish."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"wish": "groen", "sector": "logistiek"}]}
    )


class NeighbouringWorkBody(NeighbouringWork):
    """Kinds of work near a wish that the region adds to the common list, or takes away from it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"added": [{"wish": "groen", "sector": "logistiek"}], "removed": []}]},
    )

    added: Annotated[tuple[NeighbourBody, ...], Field(max_length=200)] = ()
    removed: Annotated[tuple[NeighbourBody, ...], Field(max_length=200)] = ()


class GuidanceBudgetBody(GuidanceBudget):
    """With how many groups on one day, and how many students with a job coach at a time, a school can go along beside
    those who are placed; null: it has not said.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"schoolId": "01980f6e-7c00-7000-8000-000000000001", "groups": 2, "coached": 4}]
        },
    )


def _each_school_once(budgets: tuple[GuidanceBudgetBody, ...]) -> tuple[GuidanceBudgetBody, ...]:
    if len({one.school_id for one in budgets}) < len(budgets):
        raise ValueError("name each school once")
    return budgets


def _from_near_to_far(circles: tuple[Step, ...]) -> tuple[Step, ...]:
    if circles != tuple(step for step in CIRCLES if step in circles) or CIRCLES[0] not in circles:
        raise ValueError(f"are {', '.join(CIRCLES)} in this order, each once, and {CIRCLES[0]} always")
    return circles


class SettingsBody(Body):
    """A region's settings; what is left out goes back to its default."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEFAULTS]})

    patience_seconds: PatienceBody = PatienceBody()
    help_delay_seconds: Seconds = RegionSettings().help_delay_seconds
    proposal_days: Annotated[float, Field(gt=0, le=365)] = RegionSettings().proposal_days
    unfilled_seconds: Seconds = RegionSettings().unfilled_seconds
    group_bounds: GroupBoundsBody = GroupBoundsBody()
    first_look_seconds: Annotated[
        Seconds, Field(description="So long a new offer is for the schools that brought it or its employer in.")
    ] = RegionSettings().first_look_seconds
    max_contacts_per_month: Annotated[
        int, Field(ge=1, le=100, description="So often schools may approach an employer that they do not work with.")
    ] = RegionSettings().max_contacts_per_month
    circles: Annotated[
        tuple[Step, ...],
        Field(max_length=len(CIRCLES), description="How wide the region looks, from near to far."),
        AfterValidator(_from_near_to_far),
    ] = CIRCLES
    weights: WeightsBody = WeightsBody()
    neighbouring_work: NeighbouringWorkBody = NeighbouringWorkBody()
    nightly_hour: Annotated[
        int | None,
        Field(ge=0, le=23, description="When a plan of the whole week is made each night, as a draft; null: never."),
    ] = RegionSettings().nightly_hour
    movable_seconds: Annotated[
        Seconds,
        Field(description="How long a place is planned, and may move, before it is proposed; 0 proposes at once."),
    ] = RegionSettings().movable_seconds
    held_back_seconds: Annotated[
        Seconds,
        Field(
            description="The same, if longer, at offers with much guidance (`full` or `intensive`) for students who "
            "are not hard to place (effort 0 or 1), but so that there is time to answer before the place begins."
        ),
    ] = RegionSettings().held_back_seconds
    guidance_budgets: Annotated[
        tuple[GuidanceBudgetBody, ...],
        Field(max_length=200, description="What schools' guidance lasts for; the nightly plan keeps to it."),
        AfterValidator(_each_school_once),
    ] = ()


class ReplaceSettings(SettingsBody):
    """A region's settings; what is only told of them may stand there, as it was read, and changes nothing."""

    number: Annotated[int | None, Field(description="Told only.")] = None
    weights_version: Annotated[
        str | None, Field(pattern=r"^([A-Z]{2}[0-9]{2}|20[0-9]{2})-[0-9]{1,6}$", description="Told only.")
    ] = None


class SettingsResource(SettingsBody, Resource):
    """A region's settings as they hold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"region": "AM11", "number": 3, "weightsVersion": "AM11-3", **_DEFAULTS}]}
    )

    region: Region
    number: Annotated[int, Field(description="Counts the region's decisions; 0 for the defaults of the release.")]
    weights_version: Annotated[str, Field(description="What proposals say that were scored with these weights.")]

    @classmethod
    def of(cls, version: SettingsVersion) -> Self:
        """The settings of one region."""
        return cls.model_validate(_shown(version))


class SettingsVersionResource(SettingsResource):
    """Settings as they held from a moment on, until the next version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region": "AM11",
                    "number": 3,
                    "weightsVersion": "AM11-3",
                    "since": "2026-11-23T10:00:00Z",
                    **_DEFAULTS,
                }
            ]
        }
    )

    since: Annotated[datetime | None, Field(description="None for the defaults, which came with a release.")]

    @classmethod
    def of(cls, version: SettingsVersion) -> Self:
        """The settings of one region under one number."""
        return cls.model_validate({**_shown(version), "since": version.since})


def _shown(version: SettingsVersion) -> dict[str, Any]:
    names = {"region": version.region, "number": version.number, "weights_version": version.terms.version}
    return {**names, **version.settings.model_dump()}


@router.get("/{region}/settings", summary="Read a region's settings", dependencies=[READERS])
async def read_settings(region: RegionCode, work: Work) -> SettingsResource:
    """What the region decided, or the defaults."""
    _require_known(region)
    return SettingsResource.of(await SettingsStore(work.session).current(region))


@router.get("/{region}/settings/versions", summary="List a region's settings over time", dependencies=[READERS])
async def list_settings_versions(region: RegionCode, work: Work, page: PageQuery) -> Page[SettingsVersionResource]:
    """Every decision that ever held, the newest first: a proposal says by which it was scored (`weightsVersion`)."""
    _require_known(region)
    before = after_rank(page) or None
    found = await SettingsStore(work.session).versions(region, before, page.limit + 1)
    return page.page([SettingsVersionResource.of(one) for one in found], lambda one: one.number)


@router.get("/{region}/settings/versions/{number}", summary="Read settings of then", dependencies=[READERS])
async def read_settings_version(
    region: RegionCode, number: Annotated[int, Path(ge=0, le=1_000_000)], work: Work
) -> SettingsVersionResource:
    """The settings under a number; 0 are the defaults of this release."""
    _require_known(region)
    if (found := await SettingsStore(work.session).version(region, number)) is None:
        raise NotFound("version")
    return SettingsVersionResource.of(found)


@router.put("/{region}/settings", summary="Replace a region's settings", dependencies=[KEEPERS])
async def replace_settings(region: RegionCode, body: ReplaceSettings, viewer: Viewing, work: Work) -> SettingsResource:
    """Decide anew; it holds at once for everybody who searches there."""
    require_keeper(region, viewer)
    if body.group_bounds.largest < body.group_bounds.smallest:
        raise Invalid("/groupBounds/largest", "is smaller than smallest")
    settings = RegionSettings.model_validate(body.model_dump(exclude={"number", "weights_version"}))
    await lock(work.session, [region])  # as whoever plans there does, else the two wait for each other's rows
    store = SettingsStore(work.session)
    await store.save(region, settings)
    hour = settings.nightly_hour
    await store.plan_nightly(region, None if hour is None else next_night(await now(work.session), hour))
    await SearchStore(work.session).look_at_region_again(region)
    await OpeningStore(work.session).look_at_region_again(region)
    await widen_at(work, region, timedelta())
    for offer_id, until in (await OpeningStore(work.session).in_first_look(region, settings.first_look)).items():
        await look_when_all_may(work, offer_id, region, until)
    await ProposalStore(work.session).move_no_longer_than(region, settings)
    await show_at(work, region, timedelta())
    work.notify("offers")
    return SettingsResource.of(await store.current(region))


@router.get("/{region}/searches", summary="Count a region's searches", dependencies=[KEEPERS])
async def count_searches(region: RegionCode, viewer: Viewing, work: Work) -> RegionCounts:
    """How many search, without a word on who."""
    require_keeper(region, viewer)
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


def require_keeper(region: str, viewer: Viewer) -> None:
    """Only who looks after a region goes on: `NotFound` for no region, `Forbidden` for another's."""
    _require_known(region)
    if not viewer.is_operator and region not in viewer.regions:
        raise Forbidden("this is another regional coordinator's region")
