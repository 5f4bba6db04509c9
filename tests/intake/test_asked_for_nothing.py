"""A store that is asked for nothing builds no statement: building one costs as much as running it."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.rights import Viewer
from services.intake.importing.columns import ImportKind
from services.intake.store import imports, listed_employers, students
from shared.ids import new_id

Asked = Callable[[AsyncSession], Awaitable[Any]]

BY_STORE: list[tuple[ModuleType, Asked]] = [
    (students, lambda session: students.StudentStore(session).several([], Viewer("x"), students.Action.LISTED)),
    (students, lambda session: students.StudentStore(session).named(new_id(), [])),
    (listed_employers, lambda session: listed_employers.ListedEmployerStore(session).lock_all([])),
    (imports, lambda session: imports.ImportStore(session).became(new_id(), ImportKind.STUDENTS, [])),
]


@pytest.mark.parametrize(("module", "asked"), BY_STORE)
async def test_nothing_is_built_for_nothing(monkeypatch: pytest.MonkeyPatch, module: ModuleType, asked: Asked) -> None:
    monkeypatch.setattr(module, "select", lambda *_: pytest.fail("a statement was built"))
    assert await asked(AsyncSession()) == {}
