"""Filters of subscriptions, in the CloudEvents dialect."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.notifications.domain.filters import DEEPEST, let_through, read, too_much, written

CALL = {
    "type": "nl.stagebrug.student-unmatched.v1",
    "subject": "1",
    "data": {"area": "AM11", "kindOfWork": None, "sectors": ["horeca", "sport"], "number": 3, "known": True},
}


@pytest.mark.parametrize(
    ("filters", "through"),
    [
        ([], True),
        ([{"exact": {"type": "nl.stagebrug.student-unmatched.v1"}}], True),
        ([{"exact": {"type": "nl.stagebrug.student-unmatched.v1", "subject": "2"}}], False),
        ([{"prefix": {"type": "nl.stagebrug."}}, {"suffix": {"type": ".v2"}}], False),
        ([{"suffix": {"type": ".v1"}}], True),
        ([{"exact": {"data.area": "AM11"}}], True),
        ([{"prefix": {"data.area": "AM2"}}], False),
        ([{"not": {"exact": {"data.area": "AM11"}}}], False),
        ([{"any": [{"exact": {"data.area": "AM10"}}, {"exact": {"data.area": "AM11"}}]}], True),
        ([{"all": [{"exact": {"data.area": "AM10"}}, {"exact": {"data.area": "AM11"}}]}], False),
        ([{"exact": {"data.kindOfWork": "None"}}], False),
        ([{"exact": {"data.studentId": "1"}}], False),
        ([{"exact": {"data.sectors": "sport"}}], True),
        ([{"exact": {"data.number": "3", "data.known": "true"}}], True),
    ],
)
def test_a_filter_lets_through_what_it_names(filters: list[dict[str, Any]], through: bool) -> None:
    assert let_through(read(filters), CALL) is through


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"sql": "1=1"},
        {"exact": {}},
        {"exact": {"TYPE": "x"}},
        {"all": []},
        {"exact": {"a": "b"}, "not": {}},
        "x",
        3,
    ],
)
def test_what_is_no_filter_is_refused(nonsense: Any) -> None:
    with pytest.raises(ValidationError):
        read([nonsense])


def test_filters_are_bounded_in_depth_and_number() -> None:
    deep: dict[str, Any] = {"exact": {"type": "x"}}
    for _ in range(DEEPEST):
        deep = {"not": deep}
    assert too_much(read([deep]))
    assert too_much(read([{"any": [{"exact": {"type": "x"}}] * 64}]))
    assert too_much(read([{"not": {"exact": {"type": "x"}}}])) is None


def test_filters_are_saved_as_they_were_written() -> None:
    filters: list[dict[str, Any]] = [
        {"any": [{"exact": {"data.area": "AM10"}}, {"not": {"prefix": {"type": "nl"}}}]},
        {"suffix": {"id": "1"}},
    ]
    assert written(read(filters)) == filters
