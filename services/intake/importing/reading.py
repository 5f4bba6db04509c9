"""What a row says: an employer, a student or a placement, as the register records them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.contact_person import UNNAMED
from services.intake.domain.employer import EmployerFacts, EmployerSource, SchoolCooperation
from services.intake.domain.student import StudentFacts
from services.intake.geography import plain
from services.intake.importing import words
from services.intake.importing.cells import Cells, kvk_of, website_of
from services.intake.importing.problems import Why
from services.intake.importing.words import Wordbook
from shared.errors import Invalid
from shared.events.codes import Weekday

Situate = Callable[[Address], Situation]
"""Where an address is; raises `Invalid`."""

_EMPLOYER = {f"contact_persons.{name}": f"contact_{name}" for name in ("name", "role", "telephone", "email")} | {
    "places_split": "places_pro",
    "places_split.pro": "places_pro",
    "places_split.vso": "places_vso",
}
_STUDENT = {"travel.max_minutes": "travel_minutes"}
"""Which column a part of the facts was read from, where its name is another."""


@dataclass(frozen=True)
class EmployerRow:
    """An employer of a file."""

    row: int
    facts: EmployerFacts
    situation: Situation
    private: bool
    external_id: str | None


@dataclass(frozen=True)
class Reader:
    """What all rows of a file have in common: its school, its source, the map, the sectors."""

    situate: Situate
    sectors: Wordbook
    school_id: UUID | None = None
    source: EmployerSource | None = None

    def employer(self, cells: Cells) -> EmployerRow | None:
        """The employer of a row; None when it has problems."""
        name, address = cells.needed("name"), self._address(cells)
        values: dict[str, Any] = {
            "name": name,
            "kvk_number": cells.read("kvk_number", kvk_of, Why.KVK_NUMBER),
            "kind": cells.code("kind", words.KINDS),
            "sectors": cells.codes("sectors", self.sectors),
            "size_class": cells.code("size_class", words.SIZES),
            "recognition": cells.code("recognition", words.RECOGNITIONS),
            "guidance": cells.code("guidance", words.GUIDANCE),
            "places_per_year": cells.number("places_per_year"),
            "places_split": _split(cells),
            "jobs_per_year": cells.number("jobs_per_year"),
            "telephone": cells.text("telephone"),
            "email": cells.text("email"),
            "website": cells.read("website", website_of, Why.WEBSITE),
            "contact_persons": _contact(cells),
            "cooperations": self._cooperation(cells),
            "source": self.source,
        }
        private, external_id = bool(cells.yes("private")), cells.text("external_id")
        situation = self._situation(cells, address) if address else None
        facts = cells.build(EmployerFacts, values | {"address": address}, _EMPLOYER)
        if facts is None or situation is None or cells.problems:
            return None
        return EmployerRow(cells.row, facts, situation, private and self.school_id is not None, external_id)

    def _cooperation(self, cells: Cells) -> tuple[SchoolCooperation, ...]:
        since = cells.day("since_date")
        if self.school_id is None or self.source is not None:
            return ()
        return (SchoolCooperation(school_id=self.school_id, since_date=since),)

    def _address(self, cells: Cells) -> Address | None:
        complete = cells.needed("postcode") and cells.needed("place")
        return _address(cells) if complete else None

    def _situation(self, cells: Cells, address: Address) -> Situation | None:
        try:
            return self.situate(address)
        except Invalid:
            cells.refuse("municipality" if address.municipality else "place", Why.PLACE)
            return None

    def student(self, cells: Cells) -> "StudentRow | None":
        """The student of a row; None when it has problems."""
        external_id, family_name = cells.text("external_id"), cells.needed("family_name")
        address = _address(cells) if cells.text("postcode") else None
        values = {
            "given_name": cells.needed("given_name"),
            "family_name": " ".join(filter(None, [cells.text("prefix"), family_name])),
            "birth_date": cells.needed("birth_date") and cells.day("birth_date"),
            "address": address,
            "outflow_profile": cells.code("outflow_profile", words.PROFILES),
            "guidance_need": cells.code("guidance_need", words.GUIDANCE),
            "has_jobcoach": cells.yes("has_jobcoach"),
            "last_year": cells.yes("last_year"),
            "placement_kind": cells.code("placement_kind", words.PLACEMENT_KINDS),
            "begin_date": cells.day("begin_date"),
            "end_date": cells.day("end_date"),
            "weekdays": cells.weekdays("weekdays"),
            "days_per_week": cells.number("days_per_week"),
            "travel": _travel(cells),
            "wishes": [{"rank": at, "sector": s} for at, s in enumerate(cells.codes("sectors", self.sectors)[:9], 1)],
        }
        situation = self._situation(cells, address) if address else None
        facts = cells.build(StudentFacts, values, _STUDENT)
        return None if facts is None or cells.problems else StudentRow(cells.row, facts, situation, external_id)

    def placement(self, cells: Cells) -> "PlacementRow | None":
        """The placement of a row; None when it has problems."""
        external_id = cells.text("external_id")
        needed = cells.text if external_id else cells.needed
        given, family = needed("given_name") or "", needed("family_name") or ""
        begin, end = cells.needed("begin_date") and cells.day("begin_date"), cells.day("end_date")
        if begin and end and end < begin:
            cells.refuse("end_date", Why.ORDER)
        row = PlacementRow(
            row=cells.row,
            external_id=external_id,
            name=" ".join(filter(None, [given, cells.text("prefix"), family])),
            birth_date=cells.day("birth_date"),
            employer=cells.needed("name"),
            kvk_number=cells.read("kvk_number", kvk_of, Why.KVK_NUMBER),
            postcode=(cells.text("postcode") or "").replace(" ", "").upper() or None,
            kind=cells.code("kind", words.PLACEMENT_KINDS) or "internship",
            sector=cells.code("sector", self.sectors),
            begin_date=begin or date.min,
            end_date=end,
            weekdays=cells.weekdays("weekdays"),
        )
        return None if cells.problems else row


@dataclass(frozen=True)
class StudentRow:
    """A student of a file."""

    row: int
    facts: StudentFacts
    situation: Situation | None
    external_id: str | None

    @property
    def key(self) -> str:
        """By what the student is known when the file comes again."""
        facts = self.facts
        return self.external_id or f"{plain(facts.given_name)} {plain(facts.family_name)} {facts.birth_date}"


@dataclass(frozen=True)
class PlacementRow:
    """A running placement of a file: who is where, by what people call both."""

    row: int
    external_id: str | None
    name: str
    birth_date: date | None
    employer: str
    kvk_number: str | None
    postcode: str | None
    kind: str
    sector: str | None
    begin_date: date
    end_date: date | None
    weekdays: tuple[Weekday, ...]


def _address(cells: Cells) -> Address | None:
    street, house_number = cells.house()
    values = {
        "street": street,
        "house_number": house_number,
        "postcode": cells.read("postcode", _squeezed, Why.POSTCODE),
        "place": cells.text("place"),
        "municipality": cells.text("municipality"),
    }
    if not values["place"]:
        cells.refuse("place", Why.MISSING)
        return None
    return cells.build(Address, values, {})


def _squeezed(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def _contact(cells: Cells) -> list[dict[str, str | None]]:
    name, role = cells.text("contact_name"), cells.text("contact_role")
    telephone, email = cells.text("contact_telephone"), cells.text("contact_email")
    if name is None and (telephone or email):
        name = UNNAMED
    return [{"name": name, "role": role, "telephone": telephone, "email": email}] if name else []


def _split(cells: Cells) -> dict[str, int | None] | None:
    parts = {kind: cells.number(f"places_{kind}") for kind in ("pro", "vso")}
    return parts if any(part is not None for part in parts.values()) else None


def _travel(cells: Cells) -> dict[str, Any] | None:
    mode, minutes = cells.code("travel_mode", words.TRAVEL), cells.number("travel_minutes")
    return {"mode": mode, "max_minutes": minutes} if mode and minutes is not None else None
