"""How the circle widens: which settings a region has, and what is due for a search at a moment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.matching.domain.model import Search
from services.matching.domain.sectors import NeighbouringWork
from services.matching.domain.terms import CIRCLES, Terms
from services.matching.domain.weights import VERSION, Weights
from shared.events.base import Wire
from shared.events.codes import Step

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

HOUR = 3600
DAY = 24 * HOUR
YEAR = 366 * DAY

Seconds = Annotated[int, Field(ge=0, le=YEAR)]


class Patience(Wire):
    """Seconds that a circle gets before the next one is tried as well."""

    own_network: Seconds = 4 * HOUR
    """Long enough for what the own school brings in on a day, too short to lose a place by."""
    other_schools: Seconds = 2 * DAY
    neighbouring_work: Seconds = 3 * DAY
    group: Seconds = 3 * DAY
    next_region: Seconds = 6 * DAY
    """Together two weeks: a new region asks nobody outside for help in its first days."""

    def of(self, step: Step) -> timedelta:
        """The patience for one circle."""
        return timedelta(seconds=getattr(self, step.value.replace("-", "_")))


class GroupBounds(Wire):
    """How many students of one school make a group."""

    smallest: Annotated[int, Field(ge=1, le=100)] = 3
    largest: Annotated[int, Field(ge=1, le=100)] = 10
    """The report's groups count 5 to 10 on average, which is no bound: the region sets its own."""


class GuidanceBudget(Wire):
    """Whom a school can have guided of those who are not placed yet; without a number it has not said."""

    school_id: UUID
    groups: Annotated[int, Field(ge=0, le=100)] | None = None
    """With so many groups it can go along on one day."""
    coached: Annotated[int, Field(ge=0, le=1000)] | None = None
    """So many students its job coaches can have at a time."""


class RegionSettings(Wire):
    """What a region decides for itself."""

    patience_seconds: Patience = Patience()
    help_delay_seconds: Seconds = 2 * DAY
    """After the last circle: time to call the prospects before intermediaries are asked."""
    proposal_days: Annotated[float, Field(gt=0, le=365)] = 7
    """A coordinator who teaches most of the week sees a proposal within a week."""
    unfilled_seconds: Seconds = 14 * DAY
    """After which an offer that suits nobody is said to be unfilled."""
    group_bounds: GroupBounds = GroupBounds()
    first_look_seconds: Seconds = 0
    """So long only the schools that brought a new offer or its employer in look at it; nobody waits unless decided."""
    max_contacts_per_month: Annotated[int, Field(ge=1, le=100)] = Terms().most_contacts
    """An employer that schools approached so often is called by those it works with alone, until the month is over."""
    circles: tuple[Step, ...] = CIRCLES
    """How wide the region looks, from near to far; the own network is always among them."""
    weights: Weights = Weights()
    neighbouring_work: NeighbouringWork = NeighbouringWork()
    nightly_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    """When a plan of the whole week is made each night, in Dutch time; never where nobody asked, since somebody must
    look at it."""
    movable_seconds: Seconds = 0
    """How long a place is planned before it is proposed, and may still move; 0 proposes it at once."""
    held_back_seconds: Seconds = 0
    """The same at offers with much guidance, for students who are not hard to place, where it is longer (`movable.py`):
    who needs such a place most often comes later."""

    guidance_budgets: tuple[GuidanceBudget, ...] = ()
    """What the schools' guidance lasts for; a plan of the whole week keeps to it."""

    @property
    def budgets(self) -> Mapping[UUID, GuidanceBudget]:
        """The budgets by school."""
        return {one.school_id: one for one in self.guidance_budgets}

    @property
    def lets_places_move(self) -> bool:
        """Whether any place is planned before it is proposed."""
        return bool(self.movable_seconds or self.held_back_seconds)

    @property
    def first_look(self) -> timedelta:
        """How long a new offer is for those who brought it in."""
        return timedelta(seconds=self.first_look_seconds)

    def terms(self, region: str, number: int) -> Terms:
        """What bears on who suits where; `number` counts the region's settings, 0 for those of a release."""
        version = f"{region}-{number}" if number else VERSION
        return Terms(version, self.weights, self.neighbouring_work.near(), self.circles, self.max_contacts_per_month)


def next_night(moment: datetime, hour: int) -> datetime:
    """When it is that hour next, in Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    due = datetime.combine(local, time(hour), AMSTERDAM)
    return due if due > local else datetime.combine(local + timedelta(days=1), time(hour), AMSTERDAM)


def widened(search: Search, settings: RegionSettings, now: datetime) -> Search:
    """The search with every circle open that is due; circles without patience open at once."""
    step, since = search.step, search.step_since
    while following := _after(step, settings):
        if since + settings.patience_seconds.of(step) > now:
            break
        since += settings.patience_seconds.of(step)
        step = following
    return replace(search, step=step, step_since=since)


def _after(step: Step, settings: RegionSettings) -> Step | None:
    """The next circle in which the region looks; none after its last."""
    return next((one for one in settings.circles if CIRCLES.index(one) > CIRCLES.index(step)), None)


def due_at(search: Search, settings: RegionSettings) -> datetime | None:
    """When something is due next for a search that finds nothing; none once help was asked."""
    is_widest = _after(search.step, settings) is None
    if search.unmatched_at is not None and is_widest:
        return None
    wait = settings.patience_seconds.of(search.step)
    if is_widest:
        wait += timedelta(seconds=settings.help_delay_seconds)
    return search.step_since + wait


def is_used_up(search: Search, settings: RegionSettings, now: datetime) -> bool:
    """Whether every circle and all patience are used up, and nobody was asked for help yet."""
    due = due_at(search, settings)
    return _after(search.step, settings) is None and due is not None and due <= now
