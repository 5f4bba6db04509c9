"""What the points of one pair are made of, as numbers; `judging.py` works the same out for many at once."""

from collections.abc import Collection

from services.matching.domain import adapting, points, words
from services.matching.domain.kinds import TO_DISCOVER
from services.matching.domain.model import GUIDANCE_ORDER, Market, Opening
from services.matching.domain.pairs import Pair
from services.matching.domain.points import Facts
from services.matching.domain.rules import SUPERVISED_BY_SCHOOL
from shared.events.codes import Guidance, Recognition

VERY_AMPLE, AMPLE, TIGHT, VERY_TIGHT = 0.25, 0.67, 1.5, 4.0
"""Borders of UWV's tension indicator."""


def of(pair: Pair) -> Facts:
    """The facts of a pair that breaks no rule."""
    profile, opening, offer = pair.profile, pair.opening, pair.opening.offer
    wanted = wanted_tasks(pair)
    good, lacking = told_by_others(pair)
    return Facts(
        rank=min(pair.choice, 3),
        tried=was_tried(pair),
        to_ask=bool(adapting.clash(pair)),
        discovery=is_made_to_discover(pair),
        tasks_wanted=len(wanted),
        tasks_there=len(wanted.intersection(offer.tasks)),
        minutes=pair.minutes,
        most_minutes=max(1, profile.travel.max_minutes),
        own_network=is_of_own_network(pair),
        last_year=profile.last_year,
        job_prospect=offer.job_prospect,
        guidance=guidance(pair),
        all_days=has_all_days(pair),
        days_missed=days_missed(pair),
        certificates=bool(offer.certificates),
        same_municipality=profile.municipality is not None and profile.municipality == offer.municipality,
        good=opening.experience.good,
        stopped=opening.experience.stopped,
        contacts=opening.recent_contacts,
        boris=is_boris(opening),
        chance=chance_of_work(opening.market),
        told_good=len(good),
        told_lacking=len(lacking),
    )


def points_of(pair: Pair) -> tuple[int, int]:
    """What is compared first of a pair that breaks no rule, and the sum of all, by the weights of the region."""
    wish, total = points.in_order(points.of(of(pair), pair.search.terms.weights))
    return wish, total


def was_tried(pair: Pair) -> bool:
    """Whether there is no wish yet and this kind of work came by before."""
    return not pair.profile.wishes and pair.opening.offer.sector in pair.search.tried


def is_made_to_discover(pair: Pair) -> bool:
    """Whether the student is finding out what suits, and the place is made for that."""
    return pair.profile.is_discovering and pair.opening.offer.kind in TO_DISCOVER


def is_of_own_network(pair: Pair) -> bool:
    """Whether the student's school works with the employer or brought the offer in."""
    return pair.opening.belongs_to_network_of(pair.search.school_id)


def wanted_tasks(pair: Pair) -> frozenset[str]:
    """The tasks of the wish that the work honours or lies next to."""
    wish = pair.wish or pair.neighbour_of
    return frozenset(wish.tasks) if wish else frozenset()


def comes_with_jobcoach(pair: Pair) -> bool:
    """Whether, of a pair that breaks no rule, neither the employer nor the school gives the guidance that is needed."""
    return not guided_by_employer(pair) and pair.opening.offer.kind not in SUPERVISED_BY_SCHOOL


def guided_by_employer(pair: Pair) -> bool:
    """Whether the employer gives as much as is needed."""
    return GUIDANCE_ORDER.index(pair.opening.offer.guidance) >= GUIDANCE_ORDER.index(pair.profile.guidance_need)


def guidance(pair: Pair) -> int:
    """As `Facts` has it."""
    if pair.profile.guidance_need is Guidance.NONE:
        return 0
    return -1 if comes_with_jobcoach(pair) else 1


def has_all_days(pair: Pair) -> bool:
    """Whether the place exists on all days that the student named."""
    return bool(pair.profile.weekdays) and set(pair.profile.weekdays) == set(pair.common_days)


def days_missed(pair: Pair) -> int:
    """How many days of what is wanted lie before and after the window."""
    if pair.window is None or pair.wanted is None:
        return 0
    late = (pair.window.begin - pair.wanted.begin).days
    return late + (pair.wanted.last - pair.window.last).days


def is_boris(opening: Opening) -> bool:
    """Whether the employer is recognised for learning on the job."""
    return opening.employer is not None and opening.employer.recognition is Recognition.BORIS


def chance_of_work(market: Market | None) -> int:
    """From -2 (very few chances) to 2 (very many); 0 where the market is neither tight nor ample, or not known.

    The borders are those of UWV's tension indicator (Spanningsindicator): very ample up to 0.25 open vacancies for each
    person who is short-term unemployed, ample up to 0.67, tight from 1.5, very tight from 4.
    """
    if market is None:
        return 0
    if market.tension >= TIGHT:
        return 2 if market.tension >= VERY_TIGHT else 1
    if market.tension < AMPLE:
        return -2 if market.tension < VERY_AMPLE else -1
    return 0


def told_by_others(pair: Pair) -> tuple[Collection[str], Collection[str]]:
    """What other schools told of the employer: what was good, and what was lacking."""
    by_others = [code for one in pair.opening.told if one.school_id != pair.search.school_id for code in one.codes]
    good = [code for code in by_others if code in words.GOOD_EXPERIENCES]
    return good, [code for code in by_others if code in words.LACKING_EXPERIENCES]
