"""Whether a wish is within reach (C12), what stands in its way, and what lies near it (E7): advice, no decision."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.intake.domain.employer import Employer
from services.intake.domain.neighbouring import Alternative, alternatives_to
from services.intake.domain.offer import Offer
from services.intake.domain.offer_kinds import KINDS
from services.intake.domain.profile import valid_certificates
from services.intake.domain.reach import in_reach
from services.intake.domain.seats import Occupation
from services.intake.domain.student import Student, StudentWish
from shared.events.codes import Guidance, Point

ORDER = tuple(Guidance)
"""From no guidance to the most."""


@dataclass(frozen=True)
class Place:
    """An open offer with its employer and who sits there."""

    offer: Offer
    employer: Employer
    occupations: Sequence[Occupation] = ()


@dataclass(frozen=True)
class Block:
    """What keeps a student from places of a kind of work: at how many, and what would help (Dutch)."""

    code: str
    offers: int
    sentence: str


@dataclass(frozen=True)
class Chance:
    """What there is of a kind of work for a student."""

    sector: str
    offers: int = 0
    offers_in_reach: int = 0
    offers_possible: int = 0
    employers_in_reach: int = 0
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class CheckedWish:
    """A wish with its chances, and those of the kinds of work near it, best first."""

    wish: StudentWish
    chance: Chance
    alternatives: tuple[tuple[Alternative, Chance], ...] = ()

    @property
    def realistic(self) -> bool:
        """Whether something can be tried now: a place that suits, or an employer in reach to call."""
        return bool(self.chance.offers_possible or self.chance.employers_in_reach)

    @property
    def sentence(self) -> str:
        """The advice in a Dutch sentence."""
        chance = self.chance
        if chance.offers_possible:
            return f"Plekken in de regio die nu passen: {chance.offers_possible}."
        if chance.employers_in_reach:
            return f"Nu past er geen plek; bedrijven in de buurt om te bellen: {chance.employers_in_reach}."
        if any(near.offers_possible or near.employers_in_reach for _, near in self.alternatives):
            return "Binnen bereik is hiervan niets bekend; kijk naar werk dat er dichtbij ligt."
        return "Binnen bereik is hiervan niets bekend, en van werk dat er dichtbij ligt ook niet."


@dataclass(frozen=True)
class Region:
    """What the student's region has: its places, and where its employers are, by sector."""

    places: Sequence[Place]
    employers: dict[str, list[Point]] = field(default_factory=dict)


SENTENCES = {
    "distance": "te ver: mag de reistijd langer, of kan het met ander vervoer?",
    "demands": "het werk vraagt iets wat niet kan: vraag of het bedrijf het kan aanpassen",
    "certificates": "er is een certificaat voor nodig: kan de leerling dat halen?",
    "guidance": "er is te weinig begeleiding: kan er een jobcoach of iemand van school mee?",
    "weekdays": "de dagen passen niet: kan de leerling op andere dagen?",
    "minimum-age": "de leerling is er nog te jong voor",
    "outflow-profile": "de plek is voor een ander uitstroomprofiel bedoeld",
    "full": "alle plekken zijn dan bezet: kijk wat er vrijkomt",
}


def check(student: Student, region: Region, sectors: Collection[str], today: date) -> list[CheckedWish]:
    """Every wish of a student, the first choice first."""
    found = []
    for wish in sorted(student.facts.wishes, key=lambda wish: wish.rank):
        near = [(one, _chance(student, region, one.sector, today)) for one in alternatives_to(wish, sectors)]
        near.sort(key=lambda pair: (-pair[1].offers_possible, -pair[1].employers_in_reach))
        found.append(CheckedWish(wish, _chance(student, region, wish.sector, today), tuple(near)))
    return found


def _chance(student: Student, region: Region, sector: str, today: date) -> Chance:
    places = [place for place in region.places if place.offer.facts.sector == sector]
    blocked = [blocks(student, place, today) for place in places]
    counted = Counter(code for codes in blocked for code in codes)
    return Chance(
        sector=sector,
        offers=len(places),
        offers_in_reach=sum("distance" not in codes for codes in blocked),
        offers_possible=sum(not codes for codes in blocked),
        employers_in_reach=sum(_reaches(student, point) for point in region.employers.get(sector, ())),
        blocks=tuple(Block(code, n, SENTENCES[code]) for code, n in counted.most_common()),
    )


def _reaches(student: Student, place: Point) -> bool:
    """Whether a place is in reach; it is while nobody knows where the student lives or how long it may take."""
    if student.situation is None or student.facts.travel is None:
        return True
    return in_reach(student.situation.location, place, student.facts.travel)


def blocks(student: Student, place: Place, today: date) -> list[str]:
    """What keeps a student from a place, as far as it is known."""
    facts, offer = student.facts, place.offer.facts
    begin = max(facts.begin_date or today, offer.begin_date)
    profiles = offer.outflow_profiles
    days = set(facts.weekdays) & set(offer.weekdays) if facts.weekdays else set(offer.weekdays)
    rules: dict[str, Callable[[], bool]] = {
        "distance": lambda: not _reaches(student, place.employer.situation.location),
        "demands": lambda: not (set(offer.demands) - set(offer.adaptable)).isdisjoint(facts.limits),
        "certificates": lambda: not set(offer.certificates) <= set(valid_certificates(facts)),
        "guidance": lambda: _lacks_guidance(student, place.offer),
        "weekdays": lambda: len(days) < (facts.days_per_week or 1),
        "minimum-age": lambda: offer.minimum_age is not None and _age(facts.birth_date, begin) < offer.minimum_age,
        "outflow-profile": lambda: bool(profiles) and facts.outflow_profile not in {None, *profiles},
        "full": lambda: _is_full(student, place, begin, today),
    }
    return [code for code, holds in rules.items() if holds()]


def _lacks_guidance(student: Student, offer: Offer) -> bool:
    need, there = student.facts.guidance_need, offer.facts
    if need is None or KINDS[there.kind].with_school or (student.facts.has_jobcoach and there.jobcoach_welcome):
        return False
    return ORDER.index(need) > ORDER.index(there.guidance)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _is_full(student: Student, place: Place, begin: date, today: date) -> bool:
    last = min(student.facts.end_date or date.max, place.offer.facts.end_date or date.max)
    if last < begin:
        return True
    kept = place.offer.kept_from(student.school_id, today)
    return place.offer.is_full(place.occupations, begin, last, place.offer.facts.weekdays, kept)
