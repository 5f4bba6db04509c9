"""Labour-market information (M6, E15): figures of UWV, CBS or SBB by region and sector, as they were published."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import Day, examples
from shared.api import Body, Resource
from shared.errors import Invalid, Problem
from shared.events.codes import Code, Region
from shared.events.intake import LabourMarketPublished, MarketFigure
from shared.ids import new_id

COLUMNS = ("region", "sector", "period", "kind", "figure")
MOST_ROWS = 20_000
"""Regions × sectors × a few kinds over some years are far fewer."""
A_PIECE = 500
"""Figures told in one event: some fifty kilobytes."""
_CODE, _REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}"), re.compile(r"AM\d{2}", re.ASCII)
_PERIOD = re.compile(r"\d{4}(-(q[1-4]|0[1-9]|1[0-2]))?", re.ASCII)
_STATLINE = re.compile(r"(\d{4})(JJ|KW|MM)(\d\d)", re.ASCII)
"""Periods as CBS StatLine writes them: 2026JJ00, 2026KW03, 2026MM09."""
_DECIMAL_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d+", re.ASCII)


class ImportFigures(Body):
    """A published table, as CSV with the columns region, sector, period, kind and figure.

    As UWV and CBS write them: regions also by name, periods also as 2026KW03, and where semicolons stand between the
    columns figures with a decimal comma.
    """

    model_config = examples(
        {
            "source": "uwv",
            "publishedDate": "2026-11-02",
            "csv": "region,sector,period,kind,figure\nAM11,horeca,2026-q3,vacancies,1240\n",
        }
    )

    source: Code = Field(description="Who published it: `uwv`, `cbs`, `sbb` or another.")
    published_date: Day
    csv: Annotated[str, Field(max_length=2_000_000)]


class Figure(Resource):
    """One figure, with who published it and when."""

    model_config = examples(
        {
            "region": "AM11",
            "sector": "horeca",
            "period": "2026-q3",
            "kind": "vacancies",
            "figure": 1240,
            "source": "uwv",
            "publishedDate": "2026-11-02",
        }
    )

    region: Region
    sector: Code
    period: str
    kind: Code
    figure: float
    source: Code
    published_date: date


@dataclass(frozen=True)
class Publication:
    """What one table says of one region, or a piece of that."""

    id: UUID
    region: str
    source: str
    published_date: date
    figures: Sequence[Figure]

    def told(self) -> LabourMarketPublished:
        """The event that tells of it."""
        return LabourMarketPublished(
            publication_id=self.id,
            region=self.region,
            source=self.source,
            published_date=self.published_date,
            figures=tuple(MarketFigure.model_validate(one.model_dump()) for one in self.figures),
        )


def publications_of(figures: Sequence[Figure]) -> list[Publication]:
    """The figures of one table by region, in pieces that a message can hold."""
    by_region: dict[str, list[Figure]] = {}
    for one in figures:
        by_region.setdefault(one.region, []).append(one)
    return [
        Publication(new_id(), region, found[0].source, found[0].published_date, found[start : start + A_PIECE])
        for region, found in by_region.items()
        for start in range(0, len(found), A_PIECE)
    ]


def figures_of(table: ImportFigures, sectors: frozenset[str], regions: Mapping[str, str]) -> list[Figure]:
    """The figures of a table, of rows of the same key the last; raises `Invalid` with every problem by line.

    `regions` has the names of the labour-market regions by their codes.
    """
    codes = {name.casefold(): code for code, name in regions.items()}
    problems: list[Problem] = []
    found: dict[tuple[str, ...], Figure] = {}
    for line, written in _rows(table.csv):
        row = _in_our_form(written, codes)
        if wrong := _wrong(row, sectors):
            problems.append(Problem(pointer="/csv", detail=f"line {line}: {wrong}"))
            continue
        key = tuple(row[name] for name in COLUMNS[:4])
        facts = dict(zip(COLUMNS[:4], key, strict=True))
        found[key] = Figure.model_validate(
            facts | {"figure": float(row["figure"]), "source": table.source, "published_date": table.published_date}
        )
    if problems:
        raise Invalid(problems=problems[:100])
    return list(found.values())


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    delimiter = ";" if ";" in text[:200] else ","
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    try:
        if missing := [name for name in COLUMNS if name not in (lines.fieldnames or ())]:
            raise Invalid("/csv", f"the first line lacks: {', '.join(missing)}")
        for count, row in enumerate(lines, start=2):
            if count > MOST_ROWS:
                raise Invalid("/csv", f"more than {MOST_ROWS} rows: split the table")
            shown = {name: (row[name] or "").strip() for name in COLUMNS}
            yield count, shown | ({"figure": _with_point(shown["figure"])} if delimiter == ";" else {})
    except csv.Error:
        raise Invalid("/csv", "this is no CSV") from None


def _with_point(figure: str) -> str:
    return figure.replace(".", "").replace(",", ".") if _DECIMAL_COMMA.fullmatch(figure) else figure


def _in_our_form(row: dict[str, str], regions: Mapping[str, str]) -> dict[str, str]:
    period = row["period"]
    if found := _STATLINE.fullmatch(period):
        year, kind, number = found.groups()
        period = {"JJ": year, "KW": f"{year}-q{int(number)}", "MM": f"{year}-{number}"}[kind]
    return row | {"region": regions.get(row["region"].casefold(), row["region"]), "period": period}


def _wrong(row: dict[str, str], sectors: frozenset[str]) -> str | None:
    if not _REGION.fullmatch(row["region"]):
        return "region is a labour-market region such as AM11"
    if row["sector"] not in sectors:
        return "unknown sector: see /v1/code-lists/sectors"
    if not _PERIOD.fullmatch(row["period"]):
        return "period is 2026, 2026-q3 or 2026-09"
    if not _CODE.fullmatch(row["kind"]):
        return "kind is a code such as vacancies or tension"
    try:
        number = Decimal(row["figure"])
    except InvalidOperation:
        return "figure is a number with a point for decimals"
    return None if number.is_finite() and abs(number) < 10**12 else "figure is out of range"
