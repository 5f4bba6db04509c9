"""What each factor weighs, in whole points: a region's own to set within bounds, each change a version of its own.

The proportions of the defaults are those of the matching model (wishes 0/1000/2000/4000, travel ≤ 300, tasks ≤ 200, …).
The steps between wishes are twice as large as there and no region's to set, so that the other factors of one place
never outweigh a higher wish. What speaks for a place cannot be set to speak against it: the sentences stay true.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import Wire

VERSION = "2026-2"
"""Of the defaults below; other defaults are another version."""

FIRST_WISH, SECOND_WISH, FURTHER_WISH = 8000, 6000, 4000
"""Wishes come before all points together: the engine compares them first."""

STEP = 2000
"""Between one wish and the next: all other factors of a place stay within it."""

TRIED_BEFORE = -STEP
"""For who has no wish yet a kind of work that came by before comes after all others."""

TO_ASK = -(FIRST_WISH + STEP)
"""A place that the employer must be asked to adapt comes after every other, whichever wish it honours."""

Plus = Annotated[int, Field(ge=0, le=400)]
Minus = Annotated[int, Field(ge=-400, le=0)]


class Weights(Wire):
    """Points by factor; what a factor takes away stands here as a negative number."""

    travel: Plus = 300
    """Half of it is given for no time at all on the way, half of it taken for as long as the student can."""
    tasks: Plus = 200
    no_task: Minus = -60
    own_network: Plus = 120
    job_prospect: Plus = 150
    no_job_prospect: Minus = -150
    own_guidance: Plus = 60
    with_jobcoach: Minus = -30
    all_days: Plus = 40
    week_missed: Minus = -10
    weeks_missed_at_most: Annotated[int, Field(ge=0, le=26)] = 10
    certificate: Plus = 50
    same_municipality: Plus = 60
    experience: Plus = 80
    contact: Minus = -20
    contacts_at_most: Annotated[int, Field(ge=0, le=20)] = 5
    boris: Plus = 20
    market: Plus = 60
    """All of it where work is very easy or very hard to find, half of it where that is less marked."""
    discovery: Plus = 40
    told: Plus = 40
    """Given when schools tell only good of an employer, taken when they tell only of what to look at."""

    @property
    def spread(self) -> int:
        """The most that two places can differ in points, their wishes aside."""
        one_sided = (
            self.travel,
            self.own_network,
            self.all_days,
            self.certificate,
            self.same_municipality,
            self.boris,
            self.discovery,
        )
        two_sided = (
            self.tasks - self.no_task,
            self.job_prospect - self.no_job_prospect,
            self.own_guidance - self.with_jobcoach,
            2 * self.experience,
            2 * self.market,
            2 * self.told,
        )
        counted = -self.week_missed * self.weeks_missed_at_most - self.contact * self.contacts_at_most
        return sum(one_sided) + sum(two_sided) + counted

    @model_validator(mode="after")
    def _within_a_step(self) -> Self:
        if self.spread >= STEP:
            raise ValueError(f"together the weights differ by {self.spread} points: a wish must weigh more ({STEP})")
        return self
