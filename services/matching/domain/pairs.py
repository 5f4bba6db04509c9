"""A student beside an offer: what follows from the two, worked out once and only when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from services.matching.domain import travel, windows
from services.matching.domain.model import Opening, Profile, Search, Wish
from services.matching.domain.terms import CIRCLES
from services.matching.domain.windows import Slot, Window
from shared.events.codes import PlacementKind, Step, Weekday

STEPS = CIRCLES
"""From near to far."""


@dataclass(frozen=True)
class Pair:
    """A search and an opening on a day (`today`, a Dutch calendar date)."""

    search: Search
    opening: Opening
    today: date
    on: tuple[Weekday, ...] = ()
    """The days of the week that a plan has chosen, where one has."""

    def knows(self, **worked_out: Any) -> None:
        """Take over what was worked out for many pairs at once, under the names that it has here."""
        vars(self).update(worked_out)

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
        sector, near = self.opening.offer.sector, self.search.terms.near
        nearby = (wish for wish in self.profile.wishes if sector in near.get(wish.sector, ()))
        return min(nearby, key=lambda wish: wish.rank, default=None)

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
        """The days that are proposed, as many as are asked: those on which a seat is free."""
        return self.on or (self.slot.weekdays if self.slot else ())

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
        """The offer's seats without those that are kept for other schools or pinned for others."""
        held = [student for student, until in self.opening.pinned.items() if until >= self.today]
        return self.seats_of_school - (0 if self.search.student_id in held else len(held))

    @property
    def seats_of_school(self) -> int:
        """The offer's seats without those that are kept for other schools."""
        return self.opening.offer.seats_for(self.search.school_id, self.today)

    @cached_property
    def slot(self) -> Slot | None:
        """When and on which days of the week a seat is free for this student."""
        if self.shared_period is None:
            return None
        profile = self.profile
        asked = (self.seats, profile.begin_date, self.on or self.common_days, profile.days_per_week)
        known = self.opening.slots_known  # for who asks for the same: most of a region do
        if (key := (self.shared_period, *asked)) not in known:
            known[key] = self._slot(self.shared_period, *asked)
        found: Slot | None = known[key]
        return found

    def _slot(self, period: Window, seats: int, wanted_from: date, days: Sequence[Weekday], asked: int) -> Slot | None:
        stays = self.opening.stays
        found = windows.slots(period, seats, stays, self.opening.rests, wanted_from, days, asked)
        best = windows.best_slot(found, stays)
        return best if best and windows.long_enough(best.window, period) else None

    @property
    def window(self) -> Window | None:
        """When a seat is free for this student: the period that is proposed."""
        return self.slot.window if self.slot else None

    def is_free(self, window: Window, weekdays: Sequence[Weekday]) -> bool:
        """Whether the periods allow a certain window and a seat is free all through it on these days of the week,
        whoever was pinned since.
        """
        period, opening = self.shared_period, self.opening
        if period is None or window.begin < period.begin or window.last > period.last:
            return False
        paused = any(windows.touches(window, pause.begin, pause.until) for pause in opening.rests)
        return not paused and windows.taken_at_most(opening.stays, window, weekdays) < self.seats_of_school

    @cached_property
    def circles(self) -> tuple[Step, ...]:
        """All circles that this offer asks for, seen from the student, from near to far."""
        own = self.opening.belongs_to_network_of(self.search.school_id)
        circles = [Step.OWN_NETWORK if own else Step.OTHER_SCHOOLS]
        if self.profile.wishes and self.wish is None:
            circles.append(Step.NEIGHBOURING_WORK)
        if self.opening.offer.kind is PlacementKind.GROUP and self.profile.placement_kind is not PlacementKind.GROUP:
            circles.append(Step.GROUP)
        if self.opening.offer.region != self.profile.region and not own:
            circles.append(Step.NEXT_REGION)
        return tuple(circles)

    @property
    def step(self) -> Step:
        """The circle in which this offer lies: the farthest that it asks for."""
        return self.circles[-1]

    @property
    def is_pinned(self) -> bool:
        """Whether a coordinator holds the student to this offer."""
        return self.search.pinned_to(self.today) == self.opening.offer.offer_id

    @property
    def within_circle(self) -> bool:
        """Whether the search is that wide by now, or a coordinator pinned the student here."""
        if self.is_pinned:
            return True
        return STEPS.index(self.step) <= STEPS.index(self.search.step)
