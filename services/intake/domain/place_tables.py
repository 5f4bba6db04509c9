"""Tables of places that an operator loads: the municipalities of a year with their labour-market regions."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.intake.domain.fields import Day, examples
from shared.api import Body, Resource
from shared.errors import Invalid, Problem, Refused
from shared.events.codes import Code

COLUMNS = ("municipality", "name", "region", "region_name", "successor")
MOST_PROBLEMS = 100
_CODE, _REGION = re.compile(r"GM\d{4}", re.ASCII), re.compile(r"AM\d{2}", re.ASCII)


class TableIsOlder(Refused):
    """A table of {valid_from} is loaded already, which is newer."""

    slug = "table-is-older"


@dataclass(frozen=True)
class MunicipalityFacts:
    """A municipality and where it belongs."""

    code: str
    name: str
    region: str
    region_name: str


@dataclass(frozen=True)
class MunicipalityTable:
    """The municipalities from a day on, and which of them took the place of those that are no more."""

    valid_from: date
    municipalities: Mapping[str, MunicipalityFacts]
    successors: Mapping[str, str]

    def today(self, code: str) -> str:
        """The municipality that a code means now: its own, or that of the last that took its place."""
        seen: set[str] = set()
        while code in self.successors and code not in seen:
            seen.add(code)
            code = self.successors[code]
        return code


class ImportMunicipalities(Body):
    """The municipalities from a day on, as CSV: municipality, name, region, region_name and, if need be, successor.

    A municipality that is no more has its successor instead of a name and a region.
    """

    model_config = examples(
        {
            "source": "cbs",
            "validFrom": "2027-01-01",
            "csv": "municipality,name,region,region_name,successor\nGM0014,Groningen,AM01,Groningen,\n",
        }
    )

    source: Code
    valid_from: Day
    csv: Annotated[str, Field(max_length=500_000)]


class PlaceTable(Resource):
    """A table that was loaded."""

    model_config = examples(
        {
            "kind": "postcodes",
            "validFrom": "2026-07-01",
            "source": "bag",
            "rowCount": 468_000,
            "loadedAt": "2026-07-02T09:00:00Z",
        }
    )

    kind: str = Field(description="`postcodes` or `municipalities`")
    valid_from: date
    source: Code
    row_count: int
    loaded_at: datetime


def municipalities_of(text: str, valid_from: date, known: Collection[str]) -> MunicipalityTable:
    """The table in a CSV; raises `Invalid` with every line that cannot be, and every municipality that it lost."""
    rows = dict(_rows(text))
    problems = [
        Problem(pointer="/csv", detail=f"line {line}: {wrong}") for line, row in rows.items() if (wrong := _wrong(row))
    ]
    given = {row["municipality"]: row for row in rows.values()}
    problems += [Problem(pointer="/csv", detail=wrong) for wrong in _lost(given, known)]
    if problems:
        raise Invalid(problems=problems[:MOST_PROBLEMS])
    living = {
        code: MunicipalityFacts(code, row["name"], row["region"], row["region_name"])
        for code, row in given.items()
        if not row["successor"]
    }
    return MunicipalityTable(valid_from, living, {c: r["successor"] for c, r in given.items() if r["successor"]})


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in text[:200] else ",")
    try:
        if missing := [name for name in COLUMNS[:4] if name not in (lines.fieldnames or ())]:
            raise Invalid("/csv", f"the first line lacks: {', '.join(missing)}")
        for line, row in enumerate(lines, start=2):
            yield line, {name: (row.get(name) or "").strip() for name in COLUMNS}
    except csv.Error:
        raise Invalid("/csv", "this is no CSV") from None


def _wrong(row: Mapping[str, str]) -> str | None:
    if not _CODE.fullmatch(row["municipality"]):
        return "municipality is a CBS code such as GM0995"
    if row["successor"]:
        return None if _CODE.fullmatch(row["successor"]) else "successor is a CBS code such as GM0995"
    if not _REGION.fullmatch(row["region"]):
        return "region is a labour-market region such as AM11"
    return None if row["name"] and row["region_name"] else "name and region_name are needed"


def _lost(given: Mapping[str, Mapping[str, str]], known: Iterable[str]) -> Iterator[str]:
    for code in sorted(set(known) - given.keys()):
        yield f"{code} is not there: give its row, or its successor"
    for code, row in given.items():
        if (to := row["successor"]) and (to not in given or given[to]["successor"]):
            yield f"{code}: its successor {to} has no row of its own"
