"""A student beside an offer: what follows from the two, worked out once and only when asked for."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.matching.domain import travel, windows
from services.matching.domain.model import Opening, Profile, Search, Wish
from services.matching.domain.sectors import is_neighbouring
from services.matching.domain.windows import Window
from shared.events.codes import PlacementKind, Step, Weekday

STEPS = tuple(Step)
"""From near to far."""


@dataclass(frozen=True)
class Pair:
    """A search and an opening on a day (`today`, a Dutch calendar date)."""

    search: Search
    opening: Opening
    today: date

    @property
    def profile(self) -> Profile:
        """The student's side."""
        return self.search.profile

    @cached_property
    def wish(self) -> Wish | None:
        """The highest wish that the offer's work honours."""
        fitting = (wish for wish in self.profile.wishes if wish.sector == self.opening.offer.sector)
        return min(fitting, key=lambda wish: wish.rank, default=None)

    @cached_property
    def neighbour_of(self) -> Wish | None:
        """The highest wish that the offer's work lies next to."""
        near = (wish for wish in self.profile.wishes if is_neighbouring(wish.sector, self.opening.offer.sector))
        return min(near, key=lambda wish: wish.rank, default=None)

    @property
    def choice(self) -> int:
        """Which wish is honoured: 1 the first, 0 none."""
        return min(self.wish.rank, 9) if self.wish else 0

    @cached_property
    def minutes(self) -> int:
        """Minutes on the way, by the student's own means."""
        return travel.minutes(self.profile.location, self.opening.offer.location, self.profile.travel.mode)

    @cached_property
    def common_days(self) -> tuple[Weekday, ...]:
        """The days on which the place exists and the student can work, in the order of the week."""
        both = set(self.profile.days) & set(self.opening.offer.days)
        return tuple(day for day in Weekday if day in both)

    @property
    def weekdays(self) -> tuple[Weekday, ...]:
        """The days that are proposed: the first of the common ones, as many as are asked."""
        return self.common_days[: self.profile.days_per_week]

    @cached_property
    def wanted(self) -> Window | None:
        """The student's period; none when it ends before it begins."""
        return windows.overlap(
            self.profile.begin_date, self.profile.end_date, self.profile.begin_date, self.profile.end_date
        )

    @cached_property
    def shared_period(self) -> Window | None:
        """What the student's period and the offer's have in common, if that is long enough for a stay."""
        offer = self.opening.offer
        offered = windows.overlap(offer.begin_date, offer.end_date, offer.begin_date, offer.end_date)
        if self.wanted is None or offered is None:
            return None
        both = windows.overlap(self.wanted.begin, self.wanted.end, offered.begin, offered.end)
        return both if both and windows.long_enough(both, self.wanted, offered) else None

    @cached_property
    def seats(self) -> int:
        """The offer's seats without those that are kept for other schools."""
        return self.opening.offer.seats_for(self.search.school_id, self.today)

    @cached_property
    def window(self) -> Window | None:
        """When a seat is free for this student: the period that is proposed."""
        if self.shared_period is None:
            return None
        opening = self.opening
        free = windows.free_windows(
            self.shared_period, self.seats, opening.stays, opening.rests, self.profile.begin_date
        )
        best = windows.longest(free)
        return best if best and windows.long_enough(best, self.shared_period) else None

    def is_free(self, window: Window) -> bool:
        """Whether the periods allow a certain window and a seat is free all through it."""
        period, opening = self.shared_period, self.opening
        if period is None or window.begin < period.begin or window.last > period.last:
            return False
        paused = any(windows.touches(window, pause.begin, pause.until) for pause in opening.rests)
        return not paused and windows.taken_at_most(opening.stays, window) < self.seats

    @cached_property
    def step(self) -> Step:
        """The circle in which this offer lies, seen from the student."""
        own = self.opening.belongs_to_network_of(self.search.school_id)
        reasons = [Step.OWN_NETWORK if own else Step.OTHER_SCHOOLS]
        if self.profile.wishes and self.wish is None:
            reasons.append(Step.NEIGHBOURING_WORK)
        if self.opening.offer.kind is PlacementKind.GROUP and self.profile.placement_kind is not PlacementKind.GROUP:
            reasons.append(Step.GROUP)
        if self.opening.offer.region != self.profile.region and not own:
            reasons.append(Step.NEXT_REGION)
        return max(reasons, key=STEPS.index)

    @property
    def within_circle(self) -> bool:
        """Whether the search is that wide by now."""
        return STEPS.index(self.step) <= STEPS.index(self.search.step)
