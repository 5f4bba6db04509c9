"""How well an offer suits a student: whole points for each factor, with the sentence that a coordinator reads.

What speaks for a place comes before what speaks against it (E11); every point that counts is shown (E10).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain import travel, words
from services.matching.domain.model import GUIDANCE_ORDER
from services.matching.domain.pairs import Pair
from services.matching.domain.rules import SUPERVISED_BY_SCHOOL
from services.matching.domain.weights import CURRENT, Weights
from shared.events.codes import Guidance, Recognition

FEW_EXPERIENCES = 3
"""Below three earlier placements an average says more of a person than of the employer."""


WISH = "wish"
"""The factor that comes before all others together."""


class Direction(StrEnum):
    """Whether a factor speaks for a place or against it."""

    PLUS = "plus"
    MINUS = "minus"


@dataclass(frozen=True)
class Factor:
    """One reason, in points and in words."""

    factor: str
    points: int
    text: str

    @property
    def direction(self) -> Direction:
        """Plus or minus, by the sign of the points."""
        return Direction.MINUS if self.points < 0 else Direction.PLUS


def _wish(pair: Pair, weights: Weights) -> Factor | None:
    sector = words.sector(pair.opening.offer.sector)
    if not pair.profile.wishes:
        return Factor(WISH, 0, f"Er is nog geen wens: hier kan worden ontdekt hoe {sector} bevalt.")
    if pair.wish is None:
        near = words.sector(pair.neighbour_of.sector) if pair.neighbour_of else ""
        return Factor(WISH, 0, f"Omdenken: {sector} ligt dicht bij de wens {near}.")
    points = {1: weights.first_wish, 2: weights.second_wish}.get(pair.wish.rank, weights.further_wish)
    rank = {1: "eerste", 2: "tweede", 3: "derde"}.get(pair.wish.rank, f"{pair.wish.rank}e")
    return Factor(WISH, points, f"Past bij de {rank} keuze: {sector}.")


def _tasks(pair: Pair, weights: Weights) -> Factor | None:
    wish = pair.wish or pair.neighbour_of
    wanted = set(wish.tasks) if wish else set()
    if not wanted:
        return None
    if shared := sorted(wanted & set(pair.opening.offer.tasks)):
        what = words.listed(words.plain(task) for task in shared)
        return Factor("tasks", weights.tasks * len(shared) // len(wanted), f"Taken die gewenst zijn: {what}.")
    what = words.listed(words.plain(task) for task in sorted(wanted))
    return Factor("tasks", weights.no_task, f"Gewenste taken ({what}) zijn hier niet genoemd: vraag ernaar.")


def _travel(pair: Pair, weights: Weights) -> Factor | None:
    most = max(1, pair.profile.travel.max_minutes)
    points = weights.travel // 2 - weights.travel * pair.minutes // most
    about = "Ongeveer " if pair.opening.offer.location.approximate or pair.profile.location.approximate else ""
    doing = travel.IN_WORDS[pair.profile.travel.mode]
    return Factor("travel", points, f"{about}{words.count(pair.minutes, 'minuut', 'minuten')} {doing}; {most} mag.")


def _own_network(pair: Pair, weights: Weights) -> Factor | None:
    school, opening = pair.search.school_id, pair.opening
    if not opening.belongs_to_network_of(school):
        return None
    since = opening.employer.since(school) if opening.employer else None
    text = f"Jullie school werkt hier al mee sinds {since.year}." if since else "Hoort bij jullie netwerk."
    return Factor("own-network", weights.own_network, text)


def _job_prospect(pair: Pair, weights: Weights) -> Factor | None:
    if not pair.profile.last_year:
        return None
    if pair.opening.offer.job_prospect:
        return Factor("job-prospect", weights.job_prospect, "Laatste schooljaar, en hier is uitzicht op werk.")
    return Factor("job-prospect", weights.no_job_prospect, "Laatste schooljaar, maar uitzicht op werk is niet genoemd.")


def _guidance(pair: Pair, weights: Weights) -> Factor | None:
    need, offer = pair.profile.guidance_need, pair.opening.offer
    if need is Guidance.NONE:
        return None
    if GUIDANCE_ORDER.index(offer.guidance) >= GUIDANCE_ORDER.index(need):
        return Factor("guidance", weights.own_guidance, f"Het bedrijf geeft zelf wat nodig is: {words.guidance(need)}.")
    if offer.kind in SUPERVISED_BY_SCHOOL:
        return Factor("guidance", weights.own_guidance, "De school begeleidt hier zelf.")
    return Factor("guidance", weights.with_jobcoach, "De begeleiding lukt met de jobcoach erbij; die is hier welkom.")


def _days(pair: Pair, weights: Weights) -> Factor | None:
    if not pair.profile.weekdays or set(pair.profile.weekdays) != set(pair.common_days):
        return None
    return Factor("weekdays", weights.all_days, f"Alle dagen die kunnen, zijn er: {words.weekdays(pair.common_days)}.")


def _period(pair: Pair, weights: Weights) -> Factor | None:
    if pair.window is None or pair.wanted is None:
        return None
    late = (pair.window.begin - pair.wanted.begin).days
    early = (pair.wanted.last - pair.window.last).days
    weeks = -(-(late + early) // 7)
    if not weeks:
        return None
    points = weights.week_missed * min(weeks, weights.weeks_missed_at_most)
    until = f" tot en met {words.day(pair.window.end)}" if pair.window.end else ""
    return Factor("period", points, f"De plek is er niet de hele tijd: van {words.day(pair.window.begin)}{until}.")


def _certificates(pair: Pair, weights: Weights) -> Factor | None:
    if not (asked := sorted(pair.opening.offer.certificates)):
        return None
    what = words.listed(words.certificate(code) for code in asked)
    return Factor("certificates", weights.certificate, f"Heeft wat hier gevraagd wordt: {what}.")


def _neighbourhood(pair: Pair, weights: Weights) -> Factor | None:
    own = pair.profile.municipality
    if own is None or own != pair.opening.offer.municipality:
        return None
    return Factor("neighbourhood", weights.same_municipality, "In de eigen gemeente.")


def _experience(pair: Pair, weights: Weights) -> Factor | None:
    good, stopped = pair.opening.experience.good, pair.opening.experience.stopped
    if good + stopped < FEW_EXPERIENCES:
        return None
    points = weights.experience * (good - stopped) // (good + stopped)
    return Factor("experience", points, f"Van {good + stopped} eerdere plekken hier zijn er {good} afgemaakt.")


def _load(pair: Pair, weights: Weights) -> Factor | None:
    if not (times := pair.opening.recent_contacts):
        return None
    points = weights.contact * min(times, weights.contacts_at_most)
    return Factor("load", points, f"Het bedrijf is de laatste tijd al {times} keer benaderd.")


def _boris(pair: Pair, weights: Weights) -> Factor | None:
    employer = pair.opening.employer
    if employer is None or employer.recognition is not Recognition.BORIS:
        return None
    return Factor("recognition", weights.boris, "Boris-leerbedrijf: een praktijkverklaring is mogelijk.")


FACTORS: Sequence[Callable[[Pair, Weights], Factor | None]] = (
    _wish,
    _tasks,
    _travel,
    _own_network,
    _job_prospect,
    _guidance,
    _days,
    _period,
    _certificates,
    _neighbourhood,
    _experience,
    _load,
    _boris,
)


def reasons(pair: Pair, weights: Weights = CURRENT) -> tuple[Factor, ...]:
    """All that speaks for the place, the weightiest first, then all that speaks against it."""
    found: Iterator[Factor] = (factor for rule in FACTORS if (factor := rule(pair, weights)))
    return tuple(sorted(found, key=lambda factor: (factor.points < 0, -abs(factor.points))))


def total(factors: Sequence[Factor]) -> int:
    """The score: the sum of what is shown."""
    return sum(factor.points for factor in factors)
