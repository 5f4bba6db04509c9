"""Tables of counts by region, with their totals, and without what would tell of single students."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.analytics.domain.hiding import Sum, hidden
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, UNKNOWN, Description, Line, Table
from services.analytics.domain.words import label, region_order

ALL_REGIONS = "all"


@dataclass(frozen=True)
class Count:
    """How many of something there are in a region, and how many different students that are (0: none are counted)."""

    region: str
    row: str
    column: str
    n: int
    persons: int = 0


class Cell(NamedTuple):
    """Where a count stands."""

    region: str
    row: str
    column: str


@dataclass(frozen=True)
class CountTable:
    """A table that is counted in the database, by region."""

    about: Description
    labels: Mapping[str, str]
    """The rows that are always there, in order; other codes that occur come after them."""
    persons: frozenset[str] = frozenset()
    """The columns whose counts are of persons, so that small ones are hidden."""
    adds_up: bool = True
    """The rows add up to the total; otherwise the database counts the total too, or there is none."""
    n_of: str = TOTAL
    """The row that n is read from."""


@dataclass(frozen=True)
class Cells:
    """All counts of a table, in every region and in all together, and which are not shown."""

    n: Mapping[Cell, int]
    hidden: frozenset[Cell]
    regions: tuple[str, ...]
    rows: tuple[str, ...]

    def shown(self, cell: Cell) -> int | None:
        """The count, or none where it is hidden."""
        return None if cell in self.hidden else self.n.get(cell, 0)


def cells(table: CountTable, counts: Sequence[Count], scope: Scope) -> Cells:
    """The counts with their totals; what is hidden is decided over all regions, else one could be computed back."""
    columns = [column.key for column in table.about.columns]
    asked = {scope.region} if scope.region else set()
    regions = tuple(sorted({count.region for count in counts} | asked, key=region_order))
    rows = (*table.labels, *sorted({count.row for count in counts} - {*table.labels, TOTAL, UNKNOWN}))
    rows += (UNKNOWN,) if UNKNOWN not in rows and any(count.row == UNKNOWN for count in counts) else ()
    n, persons = _totals(table, counts)
    with_total = (*rows, TOTAL) if table.adds_up or any(count.row == TOTAL for count in counts) else rows
    grid = [Cell(r, row, c) for r in (*regions, ALL_REGIONS) for row in with_total for c in columns]
    counted = {cell: persons.get(cell, 0) for cell in grid if cell.column in table.persons}
    gone = hidden(counted, _sums(counted, regions, rows, with_total)) if scope.hide else frozenset()
    return Cells({cell: n.get(cell, 0) for cell in grid}, gone, regions, with_total)


def _totals(table: CountTable, counts: Sequence[Count]) -> tuple[dict[Cell, int], dict[Cell, int]]:
    n: dict[Cell, int] = defaultdict(int)
    persons: dict[Cell, int] = defaultdict(int)
    for count in counts:
        rows = (count.row, TOTAL) if table.adds_up else (count.row,)
        for region in (count.region, ALL_REGIONS):
            for row in rows:
                n[Cell(region, row, count.column)] += count.n
                persons[Cell(region, row, count.column)] += count.persons
    return n, persons


def _sums(
    counted: Mapping[Cell, int], regions: Sequence[str], rows: Sequence[str], with_total: Sequence[str]
) -> Iterator[Sum[Cell]]:
    for column in sorted({cell.column for cell in counted}):
        for row in with_total:
            yield Sum([Cell(region, row, column) for region in regions], Cell(ALL_REGIONS, row, column))
        if TOTAL in with_total:
            for region in (*regions, ALL_REGIONS):
                yield Sum([Cell(region, row, column) for row in rows], Cell(region, TOTAL, column))


def counted(table: CountTable, counts: Sequence[Count], scope: Scope) -> Table:
    """The table of a region, or of all regions."""
    of = cells(table, counts, scope)
    region = scope.region or ALL_REGIONS
    rows = tuple(_line(table, of, region, row) for row in of.rows)
    first = table.about.columns[0].key
    unknown = of.shown(Cell(region, UNKNOWN, first)) or 0
    return Table(table.about, rows, of.shown(Cell(region, table.n_of, first)), unknown, note=_note(of, region))


def _line(table: CountTable, of: Cells, region: str, row: str) -> Line:
    keys = [column.key for column in table.about.columns]
    values = tuple(of.shown(Cell(region, row, key)) for key in keys)
    gone = tuple(key for key in keys if Cell(region, row, key) in of.hidden)
    return Line(row, table.labels.get(row) or label(row), values, gone)


def by_region(about: Description, table: CountTable, counts: Sequence[Count], scope: Scope) -> Table:
    """The rows of another table as columns, and a row for each region: the same cells, so the same are hidden."""
    of = cells(table, counts, scope)
    column = table.about.columns[0].key
    regions = [r for r in of.regions if scope.region in {None, r}]
    keys = [c.key for c in about.columns]
    rows = tuple(
        Line(
            TOTAL if region == ALL_REGIONS else region,
            label(TOTAL if region == ALL_REGIONS else region),
            tuple(of.shown(Cell(region, key, column)) for key in keys),
            tuple(key for key in keys if Cell(region, key, column) in of.hidden),
        )
        for region in (*regions, ALL_REGIONS)
    )
    return Table(about, rows, rows[-1].values[0], note=_note(of, *regions, ALL_REGIONS))


def _note(of: Cells, *regions: str) -> str | None:
    if any(cell.region in regions for cell in of.hidden):
        return "Aantallen van minder dan vijf leerlingen, en wat er een zou verraden, zijn niet getoond."
    return None
