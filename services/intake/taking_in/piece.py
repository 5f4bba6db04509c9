"""Some rows of an import, with what it takes to read them and to write what they say."""

import asyncio
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.imports import Import
from services.intake.domain.place_tables import MunicipalityTable
from services.intake.domain.rights import Viewer
from services.intake.geography import Geography
from services.intake.importing.cells import NUMBER_HERE, Cells
from services.intake.importing.columns import ImportKind
from services.intake.importing.problems import RowProblem, Why
from services.intake.importing.reading import Reader, Situate
from services.intake.importing.words import Wordbook
from services.intake.resources import Resources
from services.intake.store import ImportStore
from shared.unit_of_work import UnitOfWork

R = TypeVar("R")

BREATH = 100
"""Rows between which other work of the process has its turn: some ten milliseconds."""

PLACES_REMEMBERED = 20_000


@dataclass(frozen=True)
class Piece:
    """Some rows of an import, in a transaction of their own."""

    work: UnitOfWork
    imported: Import
    rows: Sequence[tuple[int, list[str]]]

    @property
    def store(self) -> ImportStore:
        """Imports."""
        return ImportStore(self.work.session)

    @property
    def shared(self) -> Resources:
        """The map and the code lists."""
        return cast("Resources", self.work.resources)

    @property
    def viewer(self) -> Viewer:
        """For whom it is done: nothing is recognised that the school may not know of."""
        school = self.imported.school_id
        return Viewer(self.imported.created_by, frozenset({school} if school else ()))

    @functools.cached_property
    def reader(self) -> Reader:
        """How its rows are read."""
        sectors = Wordbook(self.shared.codes.lists["sectors"])
        return Reader(_remembering(self.shared.geography), sectors, self.imported.school_id, self.imported.source)

    async def read(self, how: Callable[[Cells], R | None]) -> tuple[list[R], list[RowProblem]]:
        """What the rows say, and what is wrong with the others."""
        good: list[R] = []
        problems: list[RowProblem] = []
        for at, (row, values) in enumerate(self.rows):
            if at % BREATH == 0:
                await asyncio.sleep(0)
            cells = Cells(row, values, self.imported.mapping)
            self._refuse_numbers(cells, values)
            if (said := how(cells)) is not None and not cells.problems:
                good.append(said)
            problems += cells.problems
        return good, problems

    def _refuse_numbers(self, cells: Cells, values: Sequence[str]) -> None:
        """In a list of students also in columns that are not read."""
        if NUMBER_HERE in values and self.imported.kind is not ImportKind.EMPLOYERS:
            read = set(self.imported.mapping.values())
            for at in [at for at, value in enumerate(values) if value == NUMBER_HERE and at not in read]:
                cells.refuse(f"@{at}", Why.CITIZEN_NUMBER)


def _remembering(geography: Geography) -> Situate:
    """The map of now, remembering places: of a hundred thousand addresses most are in the same towns."""
    at = _on_the_map(geography, _Same(geography.table))
    return lambda address: at(address.postcode, address.place, address.municipality)


class _Same:
    """One table and no other, also where it reads the same."""

    def __init__(self, table: MunicipalityTable) -> None:
        self.table = table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.table is self.table

    def __hash__(self) -> int:
        return id(self.table)


@functools.lru_cache(1)
def _on_the_map(geography: Geography, table: _Same) -> Callable[[str, str, str | None], Situation]:  # noqa: ARG001 — the map becomes another one in place
    @functools.lru_cache(PLACES_REMEMBERED)
    def at(postcode: str, place: str, municipality: str | None) -> Situation:
        return geography.situate(Address(postcode=postcode, place=place, municipality=municipality))

    return at
