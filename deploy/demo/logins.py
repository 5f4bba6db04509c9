"""Who can log in at the front end after the demo: somebody for each role."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy import people
from deploy.demo.intermediaries import Intermediary
from deploy.demo.organisations import REGION_NAMES, School
from deploy.people import Person

REGION = "AM11"
"""Where everybody below works, so that they see each other's work live."""

NAMES = ("Anouk de Vries", "Bilal Haddad", "Carla Smit", "Dennis Bakker")
KINDS = {"sbb": "SBB", "municipality": "gemeente", "wsp": "werkgeversservicepunt"}


def register(folder: Path, schools: Sequence[School], intermediaries: Sequence[Intermediary]) -> list[Person]:
    """Coordinators of a region's schools, its regional coordinator, and who knows employers there."""
    own = sorted((school for school in schools if school.region == REGION), key=lambda school: school.brin)
    found = [_coordinator(name, school) for name, school in zip(NAMES, own, strict=False)]
    regional = {"sub": f"regional-{REGION}", "roles": ["regional-coordinator"], "regions": [REGION]}
    found.append(Person("Esther Visser", f"regiocoördinator {REGION_NAMES[REGION]}", regional))
    found += [_intermediary(one) for one in intermediaries if one.region == REGION and one.kind.value in KINDS]
    people.register(folder, found)
    return found


def _coordinator(name: str, school: School) -> Person:
    claims = {
        "sub": f"coordinator-{school.brin}",
        "roles": ["coordinator"],
        "schools": [school.brin],
        "email": f"stage@{school.brin.lower()}.example",
    }
    return Person(name, f"stagecoördinator {school.name}", claims)


def _intermediary(one: Intermediary) -> Person:
    area: dict[str, Any] = {"municipalities": sorted(one.municipalities), "regions": [one.region]}
    knows = {"kind": one.kind.value, "oin": one.oin, **area}
    claims = {"sub": f"{one.kind.value}-{one.region}", "roles": ["intermediary"], "intermediary": knows}
    return Person(one.name, KINDS[one.kind.value], claims)
