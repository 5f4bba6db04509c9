"""How well an offer suits a student: the points of each factor (`points.py`) with the sentence that somebody reads.

What speaks for a place comes before what speaks against it (E11); every point that counts is shown (E10).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain import adapting, facts, points, travel, words
from services.matching.domain.pairs import Pair
from shared.events.codes import Guidance


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


def _wish(pair: Pair) -> str:
    sector = words.sector(pair.opening.offer.sector)
    if not pair.profile.wishes:
        return _to_discover(pair, sector)
    if pair.wish is None:
        near = words.sector(pair.neighbour_of.sector) if pair.neighbour_of else ""
        return f"Omdenken: {sector} ligt dicht bij de wens {near}."
    rank = {1: "eerste", 2: "tweede", 3: "derde"}.get(pair.wish.rank, f"{pair.wish.rank}e")
    return f"Past bij de {rank} keuze: {sector}."


def _to_discover(pair: Pair, sector: str) -> str:
    tried = pair.search.tried
    if facts.was_tried(pair):
        return f"Er is nog geen wens, en {sector} kwam eerder langs: iets anders leert meer."
    before = words.listed(words.sector(code) for code in sorted(tried))
    after = f", na {before}" if tried else ""
    return f"Er is nog geen wens: hier kan worden ontdekt hoe {sector} bevalt{after}."


def _discovery(pair: Pair) -> str | None:
    kind = pair.opening.offer.kind
    return f"Een {words.kind(kind)} is gemaakt om werk te ontdekken." if facts.is_made_to_discover(pair) else None


def _adaptation(pair: Pair) -> str | None:
    left_out = adapting.clash(pair)
    return adapting.sentence(left_out) if left_out else None


def _tasks(pair: Pair) -> str | None:
    wanted = facts.wanted_tasks(pair)
    if not wanted:
        return None
    if shared := sorted(wanted.intersection(pair.opening.offer.tasks)):
        return f"Taken die gewenst zijn: {words.listed(words.plain(task) for task in shared)}."
    what = words.listed(words.plain(task) for task in sorted(wanted))
    return f"Gewenste taken ({what}) zijn hier niet genoemd: vraag ernaar."


def _travel(pair: Pair) -> str:
    most = max(1, pair.profile.travel.max_minutes)
    about = "Ongeveer " if pair.opening.offer.location.approximate or pair.profile.location.approximate else ""
    doing = travel.IN_WORDS[pair.profile.travel.mode]
    return f"{about}{words.count(pair.minutes, 'minuut', 'minuten')} {doing}; {most} mag."


def _own_network(pair: Pair) -> str | None:
    school, opening = pair.search.school_id, pair.opening
    if not facts.is_of_own_network(pair):
        return None
    since = opening.employer.since(school) if opening.employer else None
    return f"Jullie school werkt hier al mee sinds {since.year}." if since else "Hoort bij jullie netwerk."


def _job_prospect(pair: Pair) -> str | None:
    if not pair.profile.last_year:
        return None
    if pair.opening.offer.job_prospect:
        return "Laatste schooljaar, en hier is uitzicht op werk."
    return "Laatste schooljaar, maar uitzicht op werk is niet genoemd."


def _guidance(pair: Pair) -> str | None:
    need = pair.profile.guidance_need
    if need is Guidance.NONE:
        return None
    if facts.guided_by_employer(pair):
        return f"Het bedrijf geeft zelf wat nodig is: {words.guidance(need)}."
    if not facts.comes_with_jobcoach(pair):
        return "De school begeleidt hier zelf."
    return "De begeleiding lukt met de jobcoach erbij; die is hier welkom."


def _days(pair: Pair) -> str | None:
    if not facts.has_all_days(pair):
        return None
    return f"Alle dagen die kunnen, zijn er: {words.weekdays(pair.common_days)}."


def _period(pair: Pair) -> str | None:
    if not facts.days_missed(pair) or pair.window is None:
        return None
    until = f" tot en met {words.day(pair.window.end)}" if pair.window.end else ""
    return f"De plek is er niet de hele tijd: van {words.day(pair.window.begin)}{until}."


def _certificates(pair: Pair) -> str | None:
    if not (asked := sorted(pair.opening.offer.certificates)):
        return None
    return f"Heeft wat hier gevraagd wordt: {words.listed(words.certificate(code) for code in asked)}."


def _neighbourhood(pair: Pair) -> str | None:
    own = pair.profile.municipality
    return "In de eigen gemeente." if own is not None and own == pair.opening.offer.municipality else None


def _experience(pair: Pair) -> str | None:
    good, stopped = pair.opening.experience.good, pair.opening.experience.stopped
    if good + stopped < points.FEW_EXPERIENCES:
        return None
    return f"Van {good + stopped} eerdere plekken hier zijn er {good} afgemaakt."


def _load(pair: Pair) -> str | None:
    if not (times := pair.opening.recent_contacts):
        return None
    return f"Het bedrijf is de laatste tijd al {times} keer benaderd."


def _boris(pair: Pair) -> str | None:
    return "Boris-leerbedrijf: een praktijkverklaring is mogelijk." if facts.is_boris(pair.opening) else None


def _market(pair: Pair) -> str | None:
    market = pair.opening.market
    if market is None or not (chance := facts.chance_of_work(market)):
        return None
    words_for = {2: "heel veel kans", 1: "veel kans", -1: "wat minder kans", -2: "weinig kans"}
    sector, source = words.sector(pair.opening.offer.sector), words.publisher(market.source)
    return f"{source}, {words.period(market.period)}: {words_for[chance]} op werk in {sector} in deze regio."


def _told(pair: Pair) -> str | None:
    good, lacking = facts.told_by_others(pair)
    texts = []
    if good:
        said = words.listed(words.GOOD_EXPERIENCES[code] for code in sorted(set(good)))
        texts.append(f"Andere scholen noemen: {said}.")
    if lacking:
        said = words.listed(words.LACKING_EXPERIENCES[code] for code in sorted(set(lacking)))
        texts.append(f"Om vooraf te bespreken: {said}.")
    return " ".join(texts) or None


SENTENCES: Mapping[str, Callable[[Pair], str | None]] = {
    points.WISH: _wish,
    points.ADAPTATION: _adaptation,
    "discovery": _discovery,
    "tasks": _tasks,
    "travel": _travel,
    "own-network": _own_network,
    "job-prospect": _job_prospect,
    "guidance": _guidance,
    "weekdays": _days,
    "period": _period,
    "certificates": _certificates,
    "neighbourhood": _neighbourhood,
    "experience": _experience,
    "load": _load,
    "recognition": _boris,
    "market": _market,
    "told": _told,
}
"""What is said of each factor; nothing of one that does not bear on a pair and gives no points then."""


def reasons(pair: Pair) -> tuple[Factor, ...]:
    """What speaks for the place, the weightiest first, then what speaks against it; by the weights of the region."""
    given = points.of(facts.of(pair), pair.search.terms.weights)
    found = (Factor(name, given[name], text) for name, say in SENTENCES.items() if (text := say(pair)) is not None)
    return tuple(sorted(found, key=lambda factor: (factor.points < 0, -abs(factor.points))))


def total(factors: Sequence[Factor]) -> int:
    """The score: the sum of what is shown."""
    return sum(factor.points for factor in factors)
