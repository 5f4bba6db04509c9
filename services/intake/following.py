"""The map changes each January: whoever lies in another municipality or region from then on is moved."""

import asyncio
import functools
from dataclasses import replace

from services.intake.days import today
from services.intake.domain.addresses import Address, Situation
from services.intake.geography import Geography
from services.intake.moving import MOVES
from services.intake.store.place_imports import PlaceImportStore
from shared.unit_of_work import UnitOfWork

MAP = "map"
"""Notified when another table of municipalities was loaded."""

AT_ONCE = 50


async def follow_the_map(work: UnitOfWork) -> bool:
    """Take up the table that counts today, and move some of what lies elsewhere by it; True while there is more."""
    store, geography = PlaceImportStore(work.session), work.resources.geography
    valid_from = await store.in_force(today())
    if valid_from is None:
        return False
    table = await store.municipalities(valid_from)
    if table != geography.table:
        geography.become(await asyncio.to_thread(Geography, table))
    more = False
    for name, move in MOVES.items():
        for one in await store.elsewhere(name, valid_from, AT_ONCE):
            await move(work, one, functools.partial(_by_the_map, geography))
            more = True
    return more


async def _by_the_map(geography: Geography, _: Address | None, before: Situation) -> Situation:
    """Where it lay, with the names of today."""
    assert before.municipality is not None
    municipality = geography.table.today(before.municipality)
    return replace(before, municipality=municipality, region=geography.municipalities[municipality].region)
