"""Tables of what something usually takes: medians, which do not add up, of so many cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.analytics.domain.counted import ALL_REGIONS, TOO_FEW
from services.analytics.domain.hiding import FEWEST, Sum, hidden
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, UNKNOWN, Column, Description, Line, Table
from services.analytics.domain.words import label, region_order

FEWEST_OF_A_TENTH = 10
"""Below so many persons a ninth decile is one of them."""

NINTH_DECILE = "-p90"
"""What the key of a column of ninth deciles ends with."""

HOURS = (Column("hours", "uren (mediaan)"), Column(f"hours{NINTH_DECILE}", "uren (negen van de tien binnen)"))
"""How long something took, as most of these tables show it."""

_OF_A_GROUP = "-group"
"""The row of what the rows of a group add up to."""


@dataclass(frozen=True)
class Measure:
    """What was measured of `n` cases, that are of so many persons and of so many organisations."""

    region: str
    row: str
    n: int
    persons: int
    units: int
    values: tuple[int | None, ...]


@dataclass(frozen=True)
class MeasureTable:
    """A table whose first column says of how many cases the others are measured."""

    about: Description
    labels: Mapping[str, str]
    adds_up: bool = False
    """Each case is in one row, so that a hidden one could be computed back from the total."""
    groups: tuple[frozenset[str], ...] = ()
    """Rows that each case is in one of: the rows of two such groups add up to the same, which stands nowhere."""
    of_persons: bool = True
    """Otherwise nothing of it is hidden."""
    beside: tuple[str, ...] = ()
    """Tables that count these cases' students as placed, row by row: what they hide is hidden here too."""
    fewest_units: int = 1
    """Of fewer organisations a figure would be one of theirs."""


def measured(
    table: MeasureTable, measures: Sequence[Measure], scope: Scope, beside: Collection[tuple[str, str]] = ()
) -> Table:
    """The table of a region, or of all; what is hidden is decided over all regions, and `beside` by other tables."""
    found = {(one.region, one.row): one for one in measures}
    hide = scope.hide and table.of_persons
    gone = _hidden(table, found).union(beside) if hide else frozenset()
    region = scope.region or ALL_REGIONS
    known = (*table.labels, *sorted({row for _, row in found} - {*table.labels, TOTAL, UNKNOWN}))
    rows = [*known, *(row for row in (UNKNOWN, TOTAL) if any(one.row == row for one in measures))]
    lines = tuple(_line(table, row, found.get((region, row)), (region, row) in gone, hide=hide) for row in rows)
    total = found.get((region, TOTAL))
    n = None if (region, TOTAL) in gone else total.n if total else None
    return Table(table.about, lines, n, note=TOO_FEW if any(line.hidden for line in lines) else None)


def _line(table: MeasureTable, row: str, one: Measure | None, gone: bool, *, hide: bool) -> Line:
    keys = [column.key for column in table.about.columns]
    words = table.labels.get(row) or label(row)
    if gone or (one is None and hide):
        return Line(row, words, (None,) * len(keys), tuple(keys))
    if one is None:
        return Line(row, words, (0, *(None for _ in keys[1:])))
    few = [key for key in keys if hide and key.endswith(NINTH_DECILE) and one.persons < FEWEST_OF_A_TENTH]
    values = zip(keys, (one.n, *one.values), strict=True)
    return Line(row, words, tuple(None if key in few else value for key, value in values), tuple(few))


def _hidden(table: MeasureTable, found: Mapping[tuple[str, str], Measure]) -> frozenset[tuple[str, str]]:
    persons = {key: _persons(table, one) for key, one in found.items()}
    regions = sorted({region for region, _ in found} - {ALL_REGIONS}, key=region_order)
    rows = {row for _, row in found}
    grid = {(region, row): persons.get((region, row), 0) for region in (*regions, ALL_REGIONS) for row in rows}
    sums = [Sum([(region, row) for region in regions], (ALL_REGIONS, row), insiders=True) for row in rows]
    if table.adds_up:
        parts = rows - {TOTAL}
        sums += [Sum([(region, row) for row in parts], (region, TOTAL)) for region in (*regions, ALL_REGIONS)]
    for region in (*regions, ALL_REGIONS) if table.groups else ():
        parts_of = [[(region, row) for row in sorted(rows & group)] for group in table.groups]
        grid[region, _OF_A_GROUP] = max(sum(grid[key] for key in parts) for parts in parts_of)
        sums += [Sum(parts, (region, _OF_A_GROUP)) for parts in parts_of]
    return hidden(grid, sums)


def _persons(table: MeasureTable, one: Measure) -> int:
    """What hiding asks: figures of too few organisations are as those of a single person."""
    return min(one.persons, FEWEST - 1) if one.units < table.fewest_units else one.persons
