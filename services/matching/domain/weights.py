"""What each factor weighs, in whole points: data, so that a change is a new version and a proposal says which it used.

The proportions are those of the matching model (wishes 0/1000/2000/4000, travel ≤ 300, tasks ≤ 200, …). The steps
between wishes are twice as large as there, so that the other factors of one place (at most about 1 000 points) never
outweigh a higher wish.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """Points by factor; what a factor takes away stands here as a negative number."""

    version: str
    first_wish: int
    second_wish: int
    further_wish: int
    travel: int
    """Half of it is given for no time at all on the way, half of it taken for as long as the student can."""
    tasks: int
    no_task: int
    own_network: int
    job_prospect: int
    no_job_prospect: int
    own_guidance: int
    with_jobcoach: int
    all_days: int
    week_missed: int
    weeks_missed_at_most: int
    certificate: int
    same_municipality: int
    experience: int
    contact: int
    contacts_at_most: int
    boris: int


CURRENT = Weights(
    version="2026-1",
    first_wish=8000,
    second_wish=6000,
    further_wish=4000,
    travel=300,
    tasks=200,
    no_task=-60,
    own_network=120,
    job_prospect=150,
    no_job_prospect=-150,
    own_guidance=60,
    with_jobcoach=-30,
    all_days=40,
    week_missed=-10,
    weeks_missed_at_most=10,
    certificate=50,
    same_municipality=60,
    experience=80,
    contact=-20,
    contacts_at_most=5,
    boris=20,
)
