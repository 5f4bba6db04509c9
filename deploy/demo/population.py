"""The demo region: the report's 9 labour-market regions, 30 schools and 37 employers, and invented students.

Schools and employers are always the same (their margins are the report's: `data/`); students, offers and the half year
are drawn, the same ones for the same seed on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.demo.contacts import Contact, first_contacts
from deploy.demo.intermediaries import Intermediary, draw_intermediaries
from deploy.demo.offers import Offer, draw_offers
from deploy.demo.organisations import (
    Employer,
    School,
    Town,
    drawing,
    read_employers,
    read_schools,
)
from deploy.demo.students import Student, draw_students
from deploy.demo.timeline import Step, script


@dataclass(frozen=True)
class Population:
    """Everybody and everything in the demo region; `body()` of each part is what the APIs take."""

    seed: int
    schools: tuple[School, ...]
    employers: tuple[Employer, ...]
    intermediaries: tuple[Intermediary, ...]
    students: tuple[Student, ...]
    offers: tuple[Offer, ...]
    when_called: Mapping[str, Offer]
    """What an employer (by key) offers when it says yes on the telephone; its dates are the whole half year's."""
    contacts: tuple[Contact, ...]

    def timeline(self) -> tuple[Step, ...]:
        """The half year, step by step, in order."""
        return script(self.students, self.employers, self.offers, self.contacts, drawing(f"{self.seed} timeline"))


def generate(seed: int = 2024) -> Population:
    """The population; the same for the same seed."""
    towns = Town.read()
    schools = read_schools(towns, drawing("schools"))
    employers = read_employers(towns, drawing("employers"))
    offers, when_called = draw_offers(employers, drawing(f"{seed} offers"))
    return Population(
        seed=seed,
        schools=schools,
        employers=employers,
        intermediaries=draw_intermediaries(towns, drawing("intermediaries")),
        students=draw_students(schools, employers, towns, drawing(f"{seed} students")),
        offers=offers,
        when_called={offer.employer: offer for offer in when_called},
        contacts=first_contacts(schools, employers),
    )
