import json

import pytest

from shared.events.reference import PAGE, PUBLIC, SCHEMAS, incompatible, page, schema_file, schema_of


@pytest.mark.parametrize("event_type", PUBLIC)
def test_what_is_published_still_fits_what_consumers_were_promised(event_type: str) -> None:
    file = schema_file(event_type)
    assert file.exists(), f"run `make docs` to keep the schema of the new event {event_type}"
    kept, now = json.loads(file.read_text()), schema_of(PUBLIC[event_type])
    problems = incompatible(kept, now)
    assert not problems, f"{event_type}: {problems}. Keep this class and add a new one with schema_version + 1."
    assert kept == json.loads(json.dumps(now)), "run `make docs`: the kept schema is behind the class"


def test_the_page_of_events_is_the_classes() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_no_schema_is_kept_of_an_event_that_nobody_defines() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(PUBLIC)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"properties": {}, "required": []}, "a is gone"),
        ({"properties": {"a": {"type": "string"}}, "required": []}, "a is no longer always there"),
        ({"properties": {"a": {"type": "integer"}}, "required": ["a"]}, "a changed its form"),
    ],
)
def test_a_change_that_breaks_consumers_is_seen(change: dict[str, object], problem: str) -> None:
    assert incompatible({"properties": {"a": {"type": "string"}}, "required": ["a"]}, change) == [problem]


def test_a_new_field_breaks_nobody() -> None:
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    new = {"properties": {"a": {"type": "string", "title": "A"}, "b": {"type": "integer"}}, "required": ["a"]}
    assert incompatible(old, new) == []


PERSONAL = ("name", "birth", "email", "phone", "address", "postcode", "limits", "need", "profile", "guidance", "wish")


@pytest.mark.parametrize(
    "event", [e for e in PUBLIC.values() if e.subject_kind in {"student", "placement", "proposal"}]
)
def test_an_event_about_a_student_holds_nothing_but_ids(event: type) -> None:
    fields = set(PUBLIC[event.event_type()].model_fields)  # type: ignore[attr-defined]
    assert not [field for field in fields for word in PERSONAL if word in field]
