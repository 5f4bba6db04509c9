"""Calls that will go, in the API documents of all services."""

from datetime import date

import pytest

from deploy.calls import PAGE, calls, document_of, dropped_too_early, page, promised
from deploy.plan import SERVICES
from shared.deprecation import Deprecation, today
from shared.deprecation.routes import deprecation_in

LEAVING = Deprecation(since=date(2026, 1, 1), sunset=date(2026, 9, 1), why="There is a better one.", successor="/v1/b")


@pytest.mark.parametrize("service", SERVICES)
def test_no_call_is_there_after_its_day(service: str) -> None:
    operations = [
        (f"{method.upper()} {service} {path}", operation)
        for path, found in document_of(service)["paths"].items()
        for method, operation in found.items()
    ]
    assert operations
    for name, operation in operations:
        farewell = deprecation_in(operation)
        assert bool(farewell) == bool(operation.get("deprecated")), f"{name}: use `openapi_extra=deprecated(…)`"
        overdue = farewell.overdue(name, today()) if farewell else None
        assert overdue is None, overdue


def test_no_call_is_dropped_before_those_who_make_it_were_told() -> None:
    problems = dropped_too_early(promised(PAGE.read_text()), calls(), today())
    assert not problems, (
        f"{problems}: put it back with `openapi_extra=deprecated(Deprecation(…))`, drop it on its day (docs/evolution.md)"
    )


def test_the_published_list_of_calls_is_the_services() -> None:
    assert PAGE.read_text() == page(calls()), "run `make docs`"


def test_the_list_shows_until_when_a_call_remains_and_is_read_back() -> None:
    found = {("toy", "GET /v1/a"): LEAVING, ("toy", "GET /v1/{id}/_b"): None}
    assert "| toy | `GET /v1/a` | 2026-09-01: There is a better one. Use `/v1/b`. |" in page(found)
    assert promised(page(found)) == {("toy", "GET /v1/a"): date(2026, 9, 1), ("toy", "GET /v1/{id}/_b"): None}


@pytest.mark.parametrize(
    ("until", "day", "problems"),
    [
        (None, date(2026, 9, 1), ["toy GET /v1/a is gone, and nobody was told"]),
        (date(2026, 9, 1), date(2026, 8, 31), ["toy GET /v1/a is gone, and was promised until 2026-09-01"]),
        (date(2026, 9, 1), date(2026, 9, 1), []),
    ],
)
def test_a_call_may_go_on_its_day_and_not_before(until: date | None, day: date, problems: list[str]) -> None:
    assert dropped_too_early({("toy", "GET /v1/a"): until}, {}, day) == problems
