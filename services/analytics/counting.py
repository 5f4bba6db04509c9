"""Counting a table for a caller: whether it may be asked for so, and what of it is hidden together with others."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import cast

from services.analytics.domain.catalogue import TABLES, AnyTable
from services.analytics.domain.counted import Cell, Count, CountTable, Grid, by_region, by_region_of, counted, grid_of
from services.analytics.domain.forecast import ForecastTable, forecast
from services.analytics.domain.happened import FUNNEL, FUNNEL_BY_REGION
from services.analytics.domain.linked import ALL_TIME, OPEN, hidden_in, linked_to
from services.analytics.domain.measured import MeasureTable, measured
from services.analytics.domain.opinions import OpinionTable
from services.analytics.domain.register import EmployerTable, SchoolTable
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Table
from services.analytics.store import CountStore, ForecastStore, OpinionStore, RegisterStore
from shared.errors import Forbidden, Invalid, NotFound, Problem
from shared.unit_of_work import Work

PLACED = "placed"
"""The column of who was placed, in each table that a table of waits stands beside."""

LONGEST_AGO = 20
"""Years: what is dated before them was mistyped, and no year of its own."""


def checked(name: str, scope: Scope) -> AnyTable:
    """The table of that name; `NotFound` when there is none, `Forbidden` or `Invalid` when it is not shown so."""
    table = FUNNEL if name == FUNNEL_BY_REGION.name else TABLES.get(name)
    if table is None:
        raise NotFound("table")
    if isinstance(table, CountTable | MeasureTable | ForecastTable):
        _check_period(table, scope)
    if isinstance(table, OpinionTable):
        _check_no_school(scope)
        if scope.outsider and scope.period:
            raise Forbidden("opinions over a period are for schools and regional coordinators")
    return table


async def table_of(name: str, scope: Scope, work: Work) -> Table:
    """Count a table; raises as `checked`."""
    table = checked(name, scope)

    async def lay_out() -> Table:
        return await _laid_out(name, table, scope, work)

    return await CountStore(work.session).laid_out(name, scope, lay_out)


async def _laid_out(name: str, table: AnyTable, scope: Scope, work: Work) -> Table:
    if not isinstance(table, CountTable):
        return await _other(table, scope, work)
    counts = await _counts(table, scope, work)
    gone = await hidden_of(table, scope, work)
    if name == FUNNEL_BY_REGION.name:
        return by_region(FUNNEL_BY_REGION, FUNNEL, counts, scope, gone)
    return counted(table, counts, scope, gone)


async def _other(
    table: MeasureTable | ForecastTable | OpinionTable | EmployerTable | SchoolTable, scope: Scope, work: Work
) -> Table:
    name = table.about.name
    if isinstance(table, MeasureTable):
        found = await CountStore(work.session).measures(name, scope)
        return measured(table, found, scope, await _hidden_beside(table, scope, work))
    if isinstance(table, ForecastTable):
        return forecast(await ForecastStore(work.session).months(scope), scope)
    if isinstance(table, OpinionTable):
        return table.count(await OpinionStore(work.session).answers(table, scope), scope)
    if isinstance(table, EmployerTable):
        return table.count(table.about, await RegisterStore(work.session).employers(scope), scope)
    return table.count(table.about, await RegisterStore(work.session).schools(scope), scope)


async def broken_down(name: str, scope: Scope, column: str | None, work: Work) -> Table:
    """A column of a table (the first, or the one of that key) for each region; raises as `checked`, and `Invalid`."""
    table = checked(name, scope)
    if not isinstance(table, CountTable) or name == FUNNEL_BY_REGION.name:
        _refuse("breakdown", "this table has no other order: leave breakdown out, or ask for region by region")
    table = cast("CountTable", table)
    keys = [one.key for one in table.about.columns]
    if column is not None and column not in keys:
        _refuse("column", f"the columns of this table are {', '.join(keys)}")
    counts, gone = await _counts(table, scope, work), await hidden_of(table, scope, work)
    return by_region_of(table, counts, scope, column or keys[0], gone)


async def hidden_of(table: CountTable, scope: Scope, work: Work) -> frozenset[Cell] | None:
    """The cells that are not shown, as they are decided together with other tables and years."""
    if not scope.hide or not table.persons:
        return None
    name = table.about.name
    layer = str(scope.from_date.year) if scope.from_date else ALL_TIME

    async def found() -> dict[str, frozenset[Cell]]:
        return await asyncio.to_thread(hidden_in, await _grids(name, scope, work), layer)

    together = await CountStore(work.session).hidden(linked_to(name), scope, found)
    return together[name]


async def _hidden_beside(table: MeasureTable, scope: Scope, work: Work) -> set[tuple[str, str]]:
    """Regions and rows of which another table hides how many were placed: a count of cases would say it again."""
    others = [other for name in table.beside if isinstance(other := TABLES[name], CountTable)]
    gone = [cell for other in others for cell in await hidden_of(other, scope, work) or ()]
    return {(cell.region, cell.row) for cell in gone if cell.column == PLACED}


async def _grids(name: str, scope: Scope, work: Work) -> dict[tuple[str, str], Grid]:
    """The tables that hide together with a table: of all time, and where a year is asked for of each year."""
    layers = {ALL_TIME: replace(scope, from_date=None, to_date=None, as_of=scope.today)}
    if scope.period:
        layers |= years_of(scope, await CountStore(work.session).first_year(scope))
    return {
        (layer, one.about.name): grid_of(one, await _counts(one, of, work), scope.region)
        for layer, of in layers.items()
        for one in hiding_with(name)
        if layer == ALL_TIME or not one.state
    }


def hiding_with(name: str) -> list[CountTable]:
    """The tables that hide together with a table, and itself."""
    return [found for other in linked_to(name) if isinstance(found := TABLES[other], CountTable)]


def years_of(scope: Scope, first: int) -> dict[str, Scope]:
    """Each calendar year since the first that something was recorded in, the one asked for, and the open one."""
    today = scope.today
    years = {*range(max(first, today.year - LONGEST_AGO), today.year)}
    years |= {scope.from_date.year} if scope.from_date and scope.is_closed_year else set()
    closed = {
        str(year): replace(scope, from_date=date(year, 1, 1), to_date=date(year, 12, 31), as_of=date(year, 12, 31))
        for year in years
    }
    return closed | {OPEN: replace(scope, from_date=date(today.year, 1, 1), to_date=None, as_of=today)}


async def _counts(table: CountTable, scope: Scope, work: Work) -> tuple[Count, ...]:
    return await CountStore(work.session).counts(table.about.name, scope)


def _check_period(table: CountTable | MeasureTable | ForecastTable, scope: Scope) -> None:
    """Of persons whose small counts are hidden only whole years: two periods that differ by a day tell of that day."""
    of_persons = table.of_persons if isinstance(table, MeasureTable) else getattr(table, "persons", True)
    if not scope.period or not scope.hide or not of_persons:
        return
    if not isinstance(table, CountTable) or table.state or not scope.is_closed_year:
        raise Forbidden(
            "counts of students over a period are for their own school or region; of others there are whole calendar "
            "years that are over, of what happened in them"
        )


def _check_no_school(scope: Scope) -> None:
    if scope.school_id is not None:
        _refuse(
            "school",
            "which school thinks so is not kept here: leave school out, or read your own answers in the register",
        )


def _refuse(pointer: str, detail: str) -> None:
    raise Invalid(problems=[Problem(location="query", pointer=pointer, detail=detail)])
