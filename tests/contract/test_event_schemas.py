import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.events import intake
from shared.events.compatibility import incompatible
from shared.events.examples import fingerprints
from shared.events.reference import PAGE, PUBLIC, SCHEMAS, advice, page, schema_file, schema_of


@pytest.mark.parametrize("event_type", PUBLIC)
def test_what_is_published_still_fits_what_consumers_were_promised(event_type: str) -> None:
    file = schema_file(event_type)
    assert file.exists(), f"run `make docs` to keep the schema of the new event {event_type}"
    kept, now = json.loads(file.read_text()), schema_of(PUBLIC[event_type])
    problems = incompatible(kept, now)
    assert not problems, advice(PUBLIC[event_type], problems)
    assert kept == json.loads(json.dumps(now)), "run `make docs`: the kept schema is behind the class"


def test_the_page_of_events_is_the_classes() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_no_version_is_dropped_that_was_ever_published() -> None:
    ever = {file.stem for file in SCHEMAS.glob("*.json")} | {name.split("/")[0] for name in fingerprints()}
    gone = sorted(ever - set(PUBLIC))
    assert not gone, (
        f"{gone} were published and have no class: keep the class so that old logs can be read; to stop publishing it, "
        "give it `deprecated = Deprecation(…)` and, once its day has come, `retired=date(…)` in there (docs/evolution.md)"
    )


def test_a_refused_change_comes_with_what_to_do() -> None:
    said = advice(intake.StudentReady, ["x is gone: consumers of the old one would stumble"])
    assert "Keep the class StudentReady as it was and add `StudentReadyV2` with schema_version = 2" in said
    assert "replaces = StudentReady, downgrade() and upgrade()" in said
    assert "as one fact; then deprecate StudentReady with a date (docs/evolution.md)" in said


PERSONAL = ("name", "birth", "email", "phone", "address", "postcode", "limits", "need", "profile", "guidance", "wish")


@pytest.mark.parametrize(
    "event", [e for e in PUBLIC.values() if e.subject_kind in {"student", "placement", "proposal"}]
)
def test_an_event_about_a_student_holds_nothing_but_ids(event: type) -> None:
    fields = set(PUBLIC[event.event_type()].model_fields)  # type: ignore[attr-defined]
    assert not [field for field in fields for word in PERSONAL if word in field]


CONTACT = ("contactperson", "contactname", "spoken", "phone", "email")
"""By what people at an employer are reached."""
TOLD = {"coach", "author", "role", "note", "text", "description", "message"}
"""Where one could be named."""


def names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (name.casefold() for name in schema.get("properties", {}))
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from names_in(part)


@pytest.mark.parametrize("event_type", PUBLIC)
def test_no_event_tells_of_people_at_an_employer_so_that_erasing_them_is_the_registers_alone(event_type: str) -> None:
    names = set(names_in(schema_of(PUBLIC[event_type])))
    assert not [name for name in names if name in TOLD or any(word in name for word in CONTACT)]
