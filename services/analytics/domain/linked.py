"""What is hidden in several tables together: the same people stand in more than one, and in every year once.

A count that one table hides would follow from another that shows it, and the count of a year from all time less the
other years. So the cells of all of them are hidden as one grid (docs/decisions/0036).
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.analytics.domain.counted import Cell, Grid
from services.analytics.domain.hiding import Sum, hidden
from services.analytics.domain.table import TOTAL

ALL_TIME = "all"
OPEN = "open"
"""The year that is not over: it is shown to nobody from whom small counts are hidden."""


class Place(NamedTuple):
    """Where a count stands in a table, whatever the region."""

    table: str
    row: str
    column: str


_AFTER = ("after-6", "after-12", "after-24")

SAME: tuple[tuple[Place, ...], ...] = (
    (
        Place("funnel", "started", "students"),
        Place("placements", TOTAL, "started"),
        Place("first-choice", TOTAL, "placements"),
    ),
    (
        Place("funnel", "ended", "students"),
        Place("placements", TOTAL, "ended"),
        Place("outcomes", TOTAL, "placements"),
        Place("early-ends", TOTAL, "ended"),
    ),
    (Place("outcomes", "stopped-early", "placements"), Place("early-ends", TOTAL, "stopped-early")),
    (
        Place("funnel", "ready", "students"),
        Place("placed-by-school-kind", TOTAL, "searched"),
        Place("placed-by-help", TOTAL, "searched"),
        Place("placed-by-need", TOTAL, "searched"),
    ),
    (
        Place("placed-by-school-kind", TOTAL, "placed"),
        Place("placed-by-help", TOTAL, "placed"),
        Place("placed-by-need", TOTAL, "placed"),
    ),
    *((Place("follow-ups", TOTAL, months), Place("followed-up", months, "followed")) for months in _AFTER),
    (Place("seats-over-time", "now", "taken"), Place("supply-and-demand", TOTAL, "taken")),
)
"""Counts of the same people: who sees one of them knows the others."""

WHOLES: tuple[tuple[tuple[Place, ...], Place], ...] = (
    (
        (Place("funnel", "completed", "students"), Place("outcomes", "stopped-early", "placements")),
        Place("funnel", "ended", "students"),
    ),
)
"""Counts that are of the same people as another one when they are taken together."""


class Key(NamedTuple):
    """A cell of a table, of all time or of a year."""

    layer: str
    table: str
    cell: Cell


def linked_to(name: str) -> frozenset[str]:
    """The tables that hide together with a table, and itself."""
    found = {name}
    while more := {place.table for group in SAME for place in group if found & {one.table for one in group}} - found:
        found |= more
    return frozenset(found)


Grids = Mapping[tuple[str, str], Grid]
"""By layer and table."""


def hidden_in(grids: Grids, layer: str) -> dict[str, frozenset[Cell]]:
    """What of each table is hidden in a layer.

    All time is hidden by itself, since it is what everybody sees. Where a year would take more of it along, nothing of
    any year is shown.
    """
    return hidden_in_each(grids, (layer,))[layer]


def hidden_in_each(grids: Grids, layers: Sequence[str]) -> dict[str, dict[str, frozenset[Cell]]]:
    """The same of several layers, all time decided once and all years once."""
    of_all_time = _hidden({key: grid for key, grid in grids.items() if key[0] == ALL_TIME})
    found = {ALL_TIME: _by_table(grids, ALL_TIME, of_all_time)} if ALL_TIME in layers else {}
    years = [layer for layer in layers if layer != ALL_TIME]
    if not years:
        return found
    gone = _hidden(grids)
    if any(key.layer == ALL_TIME and key not in of_all_time for key in gone):
        return found | {year: _everything(grids, year) for year in years}
    return found | {year: _by_table(grids, year, gone) for year in years}


def _everything(grids: Grids, layer: str) -> dict[str, frozenset[Cell]]:
    return {table: frozenset(grid.persons) for (of, table), grid in grids.items() if of == layer}


def _by_table(grids: Grids, layer: str, gone: frozenset[Key]) -> dict[str, frozenset[Cell]]:
    found: dict[str, set[Cell]] = {table: set() for of, table in grids if of == layer}
    for key in gone:
        if key.layer == layer:
            found[key.table].add(key.cell)
    return {table: frozenset(cells) for table, cells in found.items()}


def _hidden(grids: Grids) -> frozenset[Key]:
    persons = {Key(*where, cell): n for where, grid in grids.items() for cell, n in grid.persons.items()}
    return hidden(persons, [*_within(grids), *_between_tables(persons), *_between_years(persons)])


def _within(grids: Grids) -> Iterator[Sum[Key]]:
    for where, grid in grids.items():
        for one in grid.sums:
            yield Sum([Key(*where, part) for part in one.parts], Key(*where, one.total), one.all_shown, one.insiders)


def _between_tables(persons: Mapping[Key, int]) -> Iterator[Sum[Key]]:
    regions = {(key.layer, key.cell.region) for key in persons}
    for group in SAME:
        for layer, region in regions:
            keys = [_key(layer, region, place) for place in group]
            there = [key for key in keys if key in persons]
            for one, other in itertools.pairwise(there):
                yield Sum([one], other)
                yield Sum([other], one)
    for places, whole in WHOLES:
        for layer, region in regions:
            *parts, total = [_key(layer, region, place) for place in (*places, whole)]
            if persons.keys() >= {*parts, total}:
                yield Sum(parts, total)


def _key(layer: str, region: str, place: Place) -> Key:
    return Key(layer, place.table, Cell(region, place.row, place.column))


def _between_years(persons: Mapping[Key, int]) -> Iterator[Sum[Key]]:
    years = sorted({key.layer for key in persons} - {ALL_TIME})
    if years:
        for key in persons:
            if key.layer == ALL_TIME:
                yield Sum([one for year in years if (one := key._replace(layer=year)) in persons], key)
