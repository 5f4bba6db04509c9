"""The organisations of the demo region: schools and employers, with the margins of the report."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Self

from shared.events.codes import (
    EmployerKind,
    Guidance,
    Recognition,
    SchoolKind,
    SizeClass,
    Trend,
)

DATA = Path(__file__).parent / "data"

REFERENCE_DATE = date(2024, 2, 1)
"""The day that the report's "longer than two years" is counted back from: the first of the half year that is played."""

REGION_NAMES = {
    "AM11": "Flevoland",
    "AM02": "Friesland",
    "AM01": "Groningen",
    "AM21": "Haaglanden",
    "AM07": "Midden-Gelderland",
    "AM27": "Noordoost-Brabant",
    "AM25": "West-Brabant",
    "AM30": "Zuid-Limburg",
    "AM36": "Regio Zwolle",
}
"""The nine labour-market regions of the report, in its order."""

POSTCODE_LETTERS = "ABCDEGHJKLMNPRTVWXZ"
"""Letters of which no pair is one of the three that postcodes do not have (SA, SD, SS)."""


@dataclass(frozen=True)
class Town:
    """A town, one of its postcode areas, and its middle (WGS 84 degrees)."""

    region: str
    place: str
    municipality: str
    postcode: str
    latitude: float
    longitude: float

    @classmethod
    def read(cls) -> dict[str, Self]:
        """All towns by name."""
        return {
            row["place"]: cls(
                row["region"],
                row["place"],
                row["municipality"],
                row["postcode"],
                float(row["latitude"]),
                float(row["longitude"]),
            )
            for row in _rows("towns.csv")
        }

    def address(self, random: Random, spread_km: float = 1.5) -> "Address":
        """An address in the town, `spread_km` from its middle at most in each direction."""
        north, east = random.uniform(-1, 1) * spread_km / 111, random.uniform(-1, 1) * spread_km / 68
        letters = "".join(random.choice(POSTCODE_LETTERS) for _ in range(2))
        return Address(
            postcode=f"{self.postcode} {letters}",
            place=self.place,
            municipality=self.municipality,
            latitude=round(self.latitude + north, 4),
            longitude=round(self.longitude + east, 4),
        )


@dataclass(frozen=True)
class Address:
    """Where somebody lives or works."""

    postcode: str
    place: str
    municipality: str
    latitude: float
    longitude: float

    def body(self) -> dict[str, Any]:
        """The address as the APIs take it."""
        return dict(vars(self))


@dataclass(frozen=True)
class School:
    """A school location, known by its BRIN and location code."""

    brin: str
    kind: SchoolKind
    name: str
    region: str
    address: Address
    student_count: int

    def body(self) -> dict[str, Any]:
        """What `POST /v1/schools` takes."""
        return {
            "name": self.name,
            "brin": self.brin,
            "kind": self.kind.value,
            "address": self.address.body(),
            "studentCount": self.student_count,
        }


@dataclass(frozen=True)
class Employer:
    """An employer, the school that brought it in, and the schools that work with it (by BRIN, that one first)."""

    key: str
    name: str
    kind: EmployerKind
    sector: str
    tasks: tuple[str, ...]
    size_class: SizeClass
    region: str
    address: Address
    places_per_year: int
    places_trend: Trend
    jobs_per_year: int | None
    jobs_trend: Trend
    found_through: SchoolKind
    cooperations: tuple[tuple[str, date], ...]
    recognition: Recognition
    guidance: Guidance
    motives: tuple[str, ...]

    @property
    def brought_in_by(self) -> str:
        """The BRIN of the school that found this employer: it registers it, and makes its offers."""
        return self.cooperations[0][0]

    def body(self, schools: Mapping[str, str]) -> dict[str, Any]:
        """What `POST /v1/employers` takes; `schools` gives each school's id by its BRIN."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "sectors": [self.sector],
            "tasks": list(self.tasks),
            "sizeClass": self.size_class.value,
            "recognition": self.recognition.value,
            "guidance": self.guidance.value,
            "placesPerYear": self.places_per_year,
            "placesTrend": self.places_trend.value,
            "jobsPerYear": self.jobs_per_year,
            "jobsTrend": self.jobs_trend.value,
            "foundThrough": self.found_through.value,
            "address": self.address.body(),
            "cooperations": [
                {"schoolId": schools[brin], "sinceDate": since.isoformat()} for brin, since in self.cooperations
            ],
            "motives": list(self.motives),
            "broughtInBy": schools[self.brought_in_by],
        }


TASKS = {
    "detailhandel": ("vakken-vullen", "artikelen-prijzen", "klanten-helpen"),
    "facilitaire-dienstverlening": ("schoonmaken", "afval-scheiden", "koffie-verzorgen"),
    "horeca": ("afwassen", "groente-snijden", "tafels-dekken"),
    "leerwerkbedrijf": ("inpakken", "monteren", "houtbewerken"),
    "logistiek": ("orders-verzamelen", "dozen-stapelen", "laden-en-lossen"),
    "overheid": ("groen-onderhouden", "straten-vegen", "post-rondbrengen"),
    "persoonlijke-verzorging": ("haren-wassen", "salon-opruimen"),
    "recreatie": ("terrein-onderhouden", "huisjes-schoonmaken"),
    "sport": ("kantine-helpen", "materiaal-klaarzetten"),
    "techniek-en-productie": ("metaal-bewerken", "zagen", "schilderen"),
    "textiel-en-mode": ("naaien", "strijken", "stoffen-sorteren"),
    "zorg-en-welzijn": ("eten-rondbrengen", "activiteiten-begeleiden", "linnen-opvouwen"),
}
"""What a student can do in a sector; Dutch, because coordinators read these words."""


def drawing(seed: str) -> Random:
    """A source of draws that gives the same ones for the same seed, whatever else is drawn elsewhere."""
    return Random(seed)  # noqa: S311 — a made-up population, no secret


def read_schools(towns: Mapping[str, Town], random: Random) -> tuple[School, ...]:
    """The 30 schools; only the addresses within their towns are drawn."""
    return tuple(
        School(
            brin=row["brin"],
            kind=SchoolKind(row["kind"]),
            name=row["name"],
            region=towns[row["place"]].region,
            address=towns[row["place"]].address(random),
            student_count=int(row["students"]),
        )
        for row in _rows("schools.csv")
    )


def read_employers(towns: Mapping[str, Town], random: Random) -> tuple[Employer, ...]:
    """The 37 employers; only the addresses within their towns are drawn."""
    return tuple(_employer(row, towns[row["place"]], random) for row in _rows("employers.csv"))


def _employer(row: Mapping[str, str], town: Town, random: Random) -> Employer:
    first = (row["brought_in_by"], date.fromisoformat(row["since"]))
    others = (other.split(":") for other in row["others"].split())
    return Employer(
        key=row["key"],
        name=row["name"],
        kind=EmployerKind(row["kind"]),
        sector=row["sector"],
        tasks=TASKS[row["sector"]],
        size_class=SizeClass(row["size"]),
        region=town.region,
        address=town.address(random),
        places_per_year=int(row["places"]),
        places_trend=Trend(row["places_trend"]),
        jobs_per_year=int(row["jobs"]) if row["jobs"] else None,
        jobs_trend=Trend(row["jobs_trend"]),
        found_through=SchoolKind(row["found_through"]),
        cooperations=(first, *((brin, date.fromisoformat(since)) for brin, since in others)),
        recognition=Recognition(row["recognition"]),
        guidance=Guidance(row["guidance"]),
        motives=tuple(row["motives"].split()),
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
