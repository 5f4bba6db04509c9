"""Tables of counts by region, with their totals, and without what would tell of single students."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.analytics.domain.hiding import Sum, hidden
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, UNKNOWN, Column, Description, Line, Table
from services.analytics.domain.words import label, region_order

ALL_REGIONS = "all"

TOO_FEW = "Aantallen van minder dan vijf leerlingen, en wat er een zou verraden, zijn niet getoond."

CONFIDENTIAL = "Alleen voor de eigen school, en voor wie de hele regio ziet."

REST = "-rest"
"""What the key of a column ends with that stands in no table: those of a whole that are not of its part."""


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


class Part(NamedTuple):
    """A column that counts some of those of another one, so that the rest of them follows."""

    part: str
    whole: str


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
    groups: tuple[str, ...] = ()
    """What codes of rows begin with: those of each group add up to the total by themselves."""
    n_of: str = TOTAL
    """The row that n is read from."""
    parts: tuple[Part, ...] = ()
    state: bool = False
    """What it is on a day, not what happened in a period: years of it do not add up."""
    sparse: bool = False
    """A row of which there is nothing where it is asked for is left out."""
    published: bool = True
    """Otherwise its counts of persons are for those who see all: months side by side tell how many came in a month."""
    confidential: bool = False
    """It tells of people who work at a school: of one school or region, for who sees all of it, and nobody else."""
    from_now_on: bool = False
    """Its rows are months: of those that have begun counts of persons, side by side, tell how many came in a month."""


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


@dataclass(frozen=True)
class Grid:
    """All cells of a table before anything is hidden: their counts, of how many persons, and what adds up to what."""

    n: Mapping[Cell, int]
    persons: Mapping[Cell, int]
    sums: tuple[Sum[Cell], ...]
    regions: tuple[str, ...]
    rows: tuple[str, ...]


def grid_of(table: CountTable, counts: Sequence[Count], region: str | None = None) -> Grid:
    """The counts with their totals, in every region and in all together."""
    columns = [column.key for column in table.about.columns]
    asked = {region} if region else set()
    regions = tuple(sorted({count.region for count in counts} | asked, key=region_order))
    rows = (*table.labels, *sorted({count.row for count in counts} - {*table.labels, TOTAL, UNKNOWN}))
    rows += (UNKNOWN,) if UNKNOWN not in rows and any(count.row == UNKNOWN for count in counts) else ()
    n, persons = _totals(table, counts)
    with_total = (*rows, TOTAL) if table.adds_up or any(count.row == TOTAL for count in counts) else rows
    grid = [Cell(r, row, c) for r in (*regions, ALL_REGIONS) for row in with_total for c in columns]
    counted = {cell: persons.get(cell, 0) for cell in grid if cell.column in table.persons}
    rests = _rests(table, counted)
    sums = (*_sums(counted, regions, table.groups or ("",), with_total), *rests)
    counted |= {rest.parts[1]: counted[rest.total] - counted[rest.parts[0]] for rest in rests}
    return Grid({cell: n.get(cell, 0) for cell in grid}, counted, sums, regions, with_total)


def cells(table: CountTable, counts: Sequence[Count], scope: Scope, gone: frozenset[Cell] | None = None) -> Cells:
    """The counts with their totals; what is hidden is decided over all regions, else one could be computed back.

    `gone`: what was found to be hidden together with other tables; by itself when left out.
    """
    grid = grid_of(table, counts, scope.region)
    if not scope.hide:
        gone = frozenset()
    elif gone is None:
        gone = hidden(grid.persons, grid.sums)
    if scope.hide and table.from_now_on:
        gone |= frozenset(cell for cell in grid.persons if cell.row <= f"{scope.as_of:%Y-%m}")
    if scope.hide and not table.published:
        gone |= frozenset(grid.persons)
    return Cells(grid.n, gone, grid.regions, grid.rows)


def _rests(table: CountTable, counted: Mapping[Cell, int]) -> list[Sum[Cell]]:
    """For each part of a whole, the rest that a reader could compute; shown nowhere, it has no sums of its own."""
    return [
        Sum([cell, cell._replace(column=f"{cell.column}{REST}")], cell._replace(column=one.whole), all_shown=False)
        for one in table.parts
        for cell in counted
        if cell.column == one.part
    ]


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
    counted: Mapping[Cell, int], regions: Sequence[str], groups: Sequence[str], with_total: Sequence[str]
) -> Iterator[Sum[Cell]]:
    for column in sorted({cell.column for cell in counted}):
        for row in with_total:
            yield Sum([Cell(region, row, column) for region in regions], Cell(ALL_REGIONS, row, column), insiders=True)
        if TOTAL in with_total:
            for region, group in itertools.product((*regions, ALL_REGIONS), groups):
                rows = [row for row in with_total if row.startswith(group) and row != TOTAL]
                yield Sum([Cell(region, row, column) for row in rows], Cell(region, TOTAL, column))


def counted(table: CountTable, counts: Sequence[Count], scope: Scope, gone: frozenset[Cell] | None = None) -> Table:
    """The table of a region, or of all regions."""
    if table.confidential and not _within_the_house(scope):
        return Table(table.about, (), None, note=CONFIDENTIAL)
    of = cells(table, counts, scope, gone)
    region = scope.region or ALL_REGIONS
    rows = tuple(_line(table, of, region, row) for row in of.rows)
    if table.sparse:
        rows = tuple(row for row in rows if row.code == TOTAL or any(value != 0 for value in row.values))
    first = table.about.columns[0].key
    unknown = of.shown(Cell(region, UNKNOWN, first)) or 0
    return Table(table.about, rows, of.shown(Cell(region, table.n_of, first)), unknown, note=_note(of, region))


def _within_the_house(scope: Scope) -> bool:
    return not scope.hide and (scope.region is not None or scope.school_id is not None)


def _line(table: CountTable, of: Cells, region: str, row: str) -> Line:
    keys = [column.key for column in table.about.columns]
    values = tuple(of.shown(Cell(region, row, key)) for key in keys)
    gone = tuple(key for key in keys if Cell(region, row, key) in of.hidden)
    return Line(row, table.labels.get(row) or label(row), values, gone)


def by_region(
    about: Description, table: CountTable, counts: Sequence[Count], scope: Scope, gone: frozenset[Cell] | None = None
) -> Table:
    """The rows of another table as columns, and a row for each region: the same cells, so the same are hidden."""
    of = cells(table, counts, scope, gone)
    regions = _regions_for(of, scope)
    rows = tuple(_region_line(about, table.about.columns[0].key, of, region) for region in regions)
    return Table(about, rows, rows[-1].values[0], note=_note(of, *regions))


def by_region_of(
    table: CountTable, counts: Sequence[Count], scope: Scope, column: str, gone: frozenset[Cell] | None = None
) -> Table:
    """A column of a table for each region, its rows (also those that only occur) as columns."""
    if table.confidential:
        return Table(table.about, (), None, note=CONFIDENTIAL)
    of = cells(table, counts, scope, gone)
    words = next(one.title for one in table.about.columns if one.key == column)
    about = replace(
        table.about,
        title=f"{table.about.title}: {words}, naar arbeidsmarktregio",
        columns=tuple(Column(row, table.labels.get(row) or label(row)) for row in of.rows),
    )
    regions = _regions_for(of, scope)
    rows = tuple(_region_line(about, column, of, region) for region in regions)
    n = of.shown(Cell(scope.region or ALL_REGIONS, table.n_of, column))
    return Table(about, rows, n, note=_note(of, *regions))


def _regions_for(of: Cells, scope: Scope) -> list[str]:
    """The regions that get a row, and all together; not those where the rest of the country would follow unhidden."""
    own = [region for region in of.regions if scope.region in {None, region}]
    alone = scope.region is not None and not scope.hide and scope.school_id is None
    return own if alone else [*own, ALL_REGIONS]


def _region_line(about: Description, column: str, of: Cells, region: str) -> Line:
    code = TOTAL if region == ALL_REGIONS else region
    keys = [one.key for one in about.columns]
    values = tuple(of.shown(Cell(region, key, column)) for key in keys)
    return Line(code, label(code), values, tuple(key for key in keys if Cell(region, key, column) in of.hidden))


def _note(of: Cells, *regions: str) -> str | None:
    if any(cell.region in regions for cell in of.hidden):
        return TOO_FEW
    return None
