"""How the circle widens: which settings a region has, and what is due for a search at a moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.matching.domain.model import Search
from services.matching.domain.pairs import STEPS
from shared.events.base import Wire
from shared.events.codes import Step

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


def widened(search: Search, settings: RegionSettings, now: datetime) -> Search:
    """The search with every circle open that is due; circles without patience open at once."""
    step, since = search.step, search.step_since
    while step is not STEPS[-1] and since + settings.patience_seconds.of(step) <= now:
        since += settings.patience_seconds.of(step)
        step = STEPS[STEPS.index(step) + 1]
    return replace(search, step=step, step_since=since)


def due_at(search: Search, settings: RegionSettings) -> datetime | None:
    """When something is due next for a search that finds nothing; none once help was asked."""
    if search.unmatched_at is not None and search.step is STEPS[-1]:
        return None
    wait = settings.patience_seconds.of(search.step)
    if search.step is STEPS[-1]:
        wait += timedelta(seconds=settings.help_delay_seconds)
    return search.step_since + wait


def is_used_up(search: Search, settings: RegionSettings, now: datetime) -> bool:
    """Whether every circle and all patience are used up, and nobody was asked for help yet."""
    due = due_at(search, settings)
    return search.step is STEPS[-1] and due is not None and due <= now
