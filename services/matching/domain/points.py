"""How many points each factor gives: arithmetic on facts that are a number each for one pair, a column each for many.

It is written once for both: plain operators mean the same for a number as for a column of them, and yes counts as one.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from services.matching.domain.weights import FIRST_WISH, FURTHER_WISH, SECOND_WISH, TO_ASK, TRIED_BEFORE, Weights

Number = Any
"""A whole number or yes or no, or a numpy column of them."""

FEW_EXPERIENCES = 3
"""Below three earlier placements an average says more of a person than of the employer."""

UNTOLD = 2
"""As many facts that say neither good nor bad are added to what schools told: one remark alone decides little."""

WISH: Final = "wish"
"""The factor that comes before all others together."""

ADAPTATION: Final = "adaptation"
"""That the employer must be asked first, which puts a place behind all that need no question."""

IN_ORDER = frozenset({WISH, ADAPTATION})
"""What is compared before points, whatever those are."""


class Facts(NamedTuple):
    """What the points of a pair, or of many, are made of."""

    rank: Number
    """Of the wish that is honoured: 1 the first, 3 the third or a further one; 0 where none is."""
    tried: Number
    """There is no wish yet, and this kind of work came by before."""
    to_ask: Number
    """The employer must be asked to leave something out."""
    discovery: Number
    """The place is made to discover work, for who is discovering."""
    tasks_wanted: Number
    tasks_there: Number
    """How many tasks are wished for, and how many of those are there."""
    minutes: Number
    most_minutes: Number
    """At least one."""
    own_network: Number
    last_year: Number
    job_prospect: Number
    guidance: Number
    """1 where the employer or the school gives what is needed, -1 where a jobcoach comes along, 0 without a need."""
    all_days: Number
    days_missed: Number
    """Of the period that was wanted."""
    certificates: Number
    """Some are asked (and held)."""
    same_municipality: Number
    good: Number
    stopped: Number
    """How earlier placements at the employer ended."""
    contacts: Number
    boris: Number
    chance: Number
    """Of work, from -2 (very little) to 2 (very much)."""
    told_good: Number
    told_lacking: Number
    """Facts that other schools told."""


def of(facts: Facts, weights: Weights) -> Mapping[str, Number]:
    """The points of each factor; nothing for one that does not bear on a pair."""
    ended, told = facts.good + facts.stopped, facts.told_good + facts.told_lacking
    return {
        WISH: of_wish(facts.rank) + facts.tried * TRIED_BEFORE,
        ADAPTATION: facts.to_ask * TO_ASK,
        "discovery": facts.discovery * weights.discovery,
        "tasks": _share(facts.tasks_there, facts.tasks_wanted, weights.tasks)
        + (facts.tasks_wanted > 0) * (facts.tasks_there == 0) * weights.no_task,
        "travel": of_travel(facts.minutes, facts.most_minutes, weights),
        "own-network": facts.own_network * weights.own_network,
        "job-prospect": facts.last_year
        * (facts.job_prospect * weights.job_prospect + (1 - facts.job_prospect) * weights.no_job_prospect),
        "guidance": (facts.guidance > 0) * weights.own_guidance + (facts.guidance < 0) * weights.with_jobcoach,
        "weekdays": facts.all_days * weights.all_days,
        "period": weights.week_missed * _at_most(-(-facts.days_missed // 7), weights.weeks_missed_at_most),
        "certificates": facts.certificates * weights.certificate,
        "neighbourhood": facts.same_municipality * weights.same_municipality,
        "experience": (ended >= FEW_EXPERIENCES) * _share(facts.good - facts.stopped, ended, weights.experience),
        "load": weights.contact * _at_most(facts.contacts, weights.contacts_at_most),
        "recognition": facts.boris * weights.boris,
        "market": weights.market * facts.chance // 2,
        "told": weights.told * (facts.told_good - facts.told_lacking) // (told + UNTOLD),
    }


def of_wish(rank: Number) -> Number:
    """The points of a wish that is honoured."""
    return (rank == 1) * FIRST_WISH + (rank == 2) * SECOND_WISH + (rank > 2) * FURTHER_WISH


def of_travel(minutes: Number, most: Number, weights: Weights) -> Number:
    """The points of the way; `most` is at least one minute."""
    return weights.travel // 2 - weights.travel * minutes // most


def in_order(given: Mapping[str, Number]) -> tuple[Number, Number]:
    """What is compared first, and the sum of all."""
    return given[WISH] + given[ADAPTATION], sum(given.values())


def _share(part: Number, whole: Number, weight: int) -> Number:
    """The part of a weight, rounded down; nothing of nothing."""
    return weight * part // (whole + (whole == 0))


def _at_most(number: Number, most: int) -> Number:
    return number - (number - most) * (number > most)
