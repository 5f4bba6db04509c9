"""The first contacts of the demo's schools with their employers, with the channels and arguments of the report."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import Any

from deploy.demo.organisations import REFERENCE_DATE, Employer, School

FIRST_CONTACT = {"telephone": 14, "own-network": 12, "municipality": 8, "student-network": 7}
"""Schools that made first contacts in this way (report, section 3.1; several answers a school)."""

ARGUMENTS = {
    "no-strings": 16,
    "information": 14,
    "honest-expectations": 10,
    "enthusiasm": 7,
    "intrinsic-motivation": 6,
    "benefits": 5,
}
"""Schools that use this argument (report, section 3.1; several answers a school)."""

INITIATIVE = {"school": 14, "employer": 8, "student": 3, "network": 3, "unknown": 9}
"""Employers by who began the cooperation (report, section 3.1, according to employers)."""


@dataclass(frozen=True)
class Contact:
    """A school spoke with an employer."""

    school: str
    employer: str
    contact_date: date
    channel: str
    initiator: str
    outcome: str
    arguments: tuple[str, ...]

    def body(self) -> dict[str, Any]:
        """What `POST /v1/employers/{id}/contacts` takes."""
        return {
            "channel": self.channel,
            "initiator": self.initiator,
            "outcome": self.outcome,
            "arguments": list(self.arguments),
            "contactDate": self.contact_date.isoformat(),
        }


def first_contacts(schools: Sequence[School], employers: Sequence[Employer]) -> tuple[Contact, ...]:
    """Each school's first contact with each employer that it works with; who works with none has asked one in vain."""
    pairs = [*_pairs(employers), *_in_vain(schools, employers)]
    mine = {school.brin: [pair for pair in pairs if pair[0] == school.brin] for school in schools}
    by_number_of_contacts = sorted(mine, key=lambda brin: (-len(mine[brin]), brin))
    channels = _dealt(FIRST_CONTACT, by_number_of_contacts)
    arguments = _dealt(ARGUMENTS, by_number_of_contacts)
    initiators = iter(_repeated(INITIATIVE))
    began = {employer.key: next(initiators) for employer in employers}
    found = []
    for brin, contacts in mine.items():
        ways = cycle(channels[brin])
        for number, (_, employer, day, outcome) in enumerate(contacts):
            brought_in = employer.brought_in_by == brin
            initiator = began[employer.key] if brought_in else "school"
            said = arguments[brin] if number == 0 else arguments[brin][:1]
            found.append(Contact(brin, employer.key, day, next(ways), initiator, outcome, said))
    return tuple(found)


_Pair = tuple[str, Employer, date, str]


def _pairs(employers: Iterable[Employer]) -> Iterator[_Pair]:
    for employer in employers:
        for brin, since in employer.cooperations:
            yield brin, employer, since - timedelta(days=21), "yes"


def _in_vain(schools: Iterable[School], employers: Sequence[Employer]) -> Iterator[_Pair]:
    working = {brin for employer in employers for brin, _ in employer.cooperations}
    for school in schools:
        if school.brin not in working:
            nearby = next(employer for employer in employers if employer.region == school.region)
            yield school.brin, nearby, REFERENCE_DATE - timedelta(days=60), "later"


def _repeated(counts: dict[str, int]) -> list[str]:
    return [code for code, count in counts.items() for _ in range(count)]


def _dealt(counts: dict[str, int], schools: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Deal codes so that each goes to so many schools; who has most contacts gets a second one first."""
    hands: dict[str, list[str]] = {brin: [] for brin in schools}
    for position, code in enumerate(_repeated(counts)):
        hands[schools[position % len(schools)]].append(code)
    return {brin: tuple(codes) for brin, codes in hands.items()}
