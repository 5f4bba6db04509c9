"""A posted file becomes an import: its rows are kept as they are, its columns are guessed."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from services.intake.domain.imports import Import, ImportState
from services.intake.importing.cells import TYPED, hide_numbers
from services.intake.importing.columns import TITLE_ROWS, ImportKind, guess, heading_row, lacking
from services.intake.importing.files import Row, refused, rows_of
from services.intake.store import ImportStore

AT_ONCE = 2_000
"""Rows read and kept in one go: less than a megabyte."""


async def stage(store: ImportStore, begun: Import, file: BinaryIO) -> Import:
    """Keep the rows of a file; raises `Invalid` when it cannot be read, and then nothing is kept."""
    with contextlib.closing(rows_of(file)) as rows:
        return await _stage(store, begun, rows)


async def _stage(store: ImportStore, begun: Import, rows: Iterator[Row]) -> Import:
    first = await asyncio.to_thread(lambda: list(itertools.islice(rows, TITLE_ROWS)))
    if not first:
        raise refused("Het bestand is leeg.", "the file is empty")
    at = heading_row(begun.kind, [cells for _, cells in first])
    headings = tuple(first[at][1])
    mapping = await _mapping(store, begun, headings)
    await store.save(begun)
    typed = frozenset(mapping[field] for field in TYPED if field in mapping)
    kept = _without_numbers(
        itertools.chain(first[at + 1 :], rows),
        headings,
        typed if begun.kind is ImportKind.EMPLOYERS else frozenset(),
    )
    count = 0
    while piece := await asyncio.to_thread(lambda: list(itertools.islice(kept, AT_ONCE))):
        await store.add_rows(begun.id, piece)
        count += len(piece)
    if not count:
        raise refused("Onder de koppen staan geen rijen.", "there are no rows below the headings")
    ready = not lacking(begun.kind, mapping)
    state = ImportState.CHECKING if ready else ImportState.NEEDS_MAPPING
    staged = replace(begun, headings=headings, mapping=mapping, rows=count, state=state)
    await store.save(staged)
    return staged


def _without_numbers(rows: Iterator[Row], headings: Sequence[str], typed: frozenset[int]) -> Iterator[Row]:
    for number, cells in rows:
        yield number, hide_numbers(cells[: len(headings)], headings, typed)


async def _mapping(store: ImportStore, begun: Import, headings: Sequence[str]) -> Mapping[str, int]:
    """As the school's people last said it, when the file has those headings; else as guessed."""
    if begun.school_id is not None:
        said = await store.remembered_mapping(begun.school_id, begun.kind)
        if said and set(said.values()) <= set(headings):
            return {field: headings.index(heading) for field, heading in said.items()}
    return guess(begun.kind, headings)


async def remember(store: ImportStore, imported: Import) -> None:
    """Read the school's next file with these headings in the same way."""
    if imported.school_id is not None and len(set(imported.headings)) == len(imported.headings):
        said = {field: imported.headings[at] for field, at in imported.mapping.items()}
        await store.remember_mapping(imported.school_id, imported.kind, said)
