"""How well an offer suits a student: whole points for each factor, with the sentence that a coordinator reads.

What speaks for a place comes before what speaks against it (E11); every point that counts is shown (E10).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain import adapting, travel, words
from services.matching.domain.kinds import TO_DISCOVER
from services.matching.domain.model import GUIDANCE_ORDER
from services.matching.domain.pairs import Pair
from services.matching.domain.rules import SUPERVISED_BY_SCHOOL
from services.matching.domain.weights import FIRST_WISH, FURTHER_WISH, SECOND_WISH, TO_ASK, TRIED_BEFORE, Weights
from shared.events.codes import Guidance, Recognition

FEW_EXPERIENCES = 3
"""Below three earlier placements an average says more of a person than of the employer."""


VERY_AMPLE, AMPLE, TIGHT, VERY_TIGHT = 0.25, 0.67, 1.5, 4.0
"""Borders of UWV's tension indicator."""

UNTOLD = 2
"""As many facts that say neither good nor bad are added to what schools told: one remark alone decides little."""

WISH = "wish"
"""The factor that comes before all others together."""

ADAPTATION = "adaptation"
"""That the employer must be asked first, which puts a place behind all that need no question."""

IN_ORDER = frozenset({WISH, ADAPTATION})
"""What is compared before points, whatever those are."""


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


def _wish(pair: Pair, _weights: Weights) -> Factor | None:
    sector = words.sector(pair.opening.offer.sector)
    if not pair.profile.wishes:
        return _to_discover(pair, sector)
    if pair.wish is None:
        near = words.sector(pair.neighbour_of.sector) if pair.neighbour_of else ""
        return Factor(WISH, 0, f"Omdenken: {sector} ligt dicht bij de wens {near}.")
    points = {1: FIRST_WISH, 2: SECOND_WISH}.get(pair.wish.rank, FURTHER_WISH)
    rank = {1: "eerste", 2: "tweede", 3: "derde"}.get(pair.wish.rank, f"{pair.wish.rank}e")
    return Factor(WISH, points, f"Past bij de {rank} keuze: {sector}.")


def _to_discover(pair: Pair, sector: str) -> Factor:
    tried = pair.search.tried
    if pair.opening.offer.sector in tried:
        return Factor(
            WISH, TRIED_BEFORE, f"Er is nog geen wens, en {sector} kwam eerder langs: iets anders leert meer."
        )
    before = words.listed(words.sector(code) for code in sorted(tried))
    after = f", na {before}" if tried else ""
    return Factor(WISH, 0, f"Er is nog geen wens: hier kan worden ontdekt hoe {sector} bevalt{after}.")


def _discovery(pair: Pair, weights: Weights) -> Factor | None:
    kind = pair.opening.offer.kind
    if not pair.profile.is_discovering or kind not in TO_DISCOVER:
        return None
    return Factor("discovery", weights.discovery, f"Een {words.kind(kind)} is gemaakt om werk te ontdekken.")


def _adaptation(pair: Pair, _weights: Weights) -> Factor | None:
    left_out = adapting.clash(pair)
    return Factor(ADAPTATION, TO_ASK, adapting.sentence(left_out)) if left_out else None


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


def comes_with_jobcoach(pair: Pair) -> bool:
    """Whether, of a pair that breaks no rule, neither the employer nor the school gives the guidance that is needed."""
    return not _guided_by_employer(pair) and pair.opening.offer.kind not in SUPERVISED_BY_SCHOOL


def _guided_by_employer(pair: Pair) -> bool:
    return GUIDANCE_ORDER.index(pair.opening.offer.guidance) >= GUIDANCE_ORDER.index(pair.profile.guidance_need)


def _guidance(pair: Pair, weights: Weights) -> Factor | None:
    need = pair.profile.guidance_need
    if need is Guidance.NONE:
        return None
    if _guided_by_employer(pair):
        return Factor("guidance", weights.own_guidance, f"Het bedrijf geeft zelf wat nodig is: {words.guidance(need)}.")
    if not comes_with_jobcoach(pair):
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


def _market(pair: Pair, weights: Weights) -> Factor | None:
    market = pair.opening.market
    if market is None or (chance := prospects_of_work(market.tension)) is None:
        return None
    words_for = {2: "heel veel kans", 1: "veel kans", -1: "wat minder kans", -2: "weinig kans"}
    points = weights.market * chance // 2
    sector, source = words.sector(pair.opening.offer.sector), words.publisher(market.source)
    text = f"{source}, {words.period(market.period)}: {words_for[chance]} op werk in {sector} in deze regio."
    return Factor("market", points, text)


def prospects_of_work(tension: float) -> int | None:
    """From -2 (very few) to 2 (very many); None where the market is neither tight nor ample.

    The borders are those of UWV's tension indicator (Spanningsindicator): very ample up to 0.25 open vacancies for each
    person who is short-term unemployed, ample up to 0.67, tight from 1.5, very tight from 4.
    """
    if tension >= TIGHT:
        return 2 if tension >= VERY_TIGHT else 1
    if tension < AMPLE:
        return -2 if tension < VERY_AMPLE else -1
    return None


def _told(pair: Pair, weights: Weights) -> Factor | None:
    by_others = [code for one in pair.opening.told if one.school_id != pair.search.school_id for code in one.codes]
    good = [code for code in by_others if code in words.GOOD_EXPERIENCES]
    lacking = [code for code in by_others if code in words.LACKING_EXPERIENCES]
    if not good and not lacking:
        return None
    points = weights.told * (len(good) - len(lacking)) // (len(good) + len(lacking) + UNTOLD)
    texts = []
    if good:
        said = words.listed(words.GOOD_EXPERIENCES[code] for code in sorted(set(good)))
        texts.append(f"Andere scholen noemen: {said}.")
    if lacking:
        said = words.listed(words.LACKING_EXPERIENCES[code] for code in sorted(set(lacking)))
        texts.append(f"Om vooraf te bespreken: {said}.")
    return Factor("told", points, " ".join(texts))


FACTORS: Sequence[Callable[[Pair, Weights], Factor | None]] = (
    _wish,
    _adaptation,
    _discovery,
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
    _market,
    _told,
)


def reasons(pair: Pair) -> tuple[Factor, ...]:
    """What speaks for the place, the weightiest first, then what speaks against it; by the weights of the region."""
    found: Iterator[Factor] = (factor for rule in FACTORS if (factor := rule(pair, pair.search.terms.weights)))
    return tuple(sorted(found, key=lambda factor: (factor.points < 0, -abs(factor.points))))


def total(factors: Sequence[Factor]) -> int:
    """The score: the sum of what is shown."""
    return sum(factor.points for factor in factors)
