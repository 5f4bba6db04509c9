"""Every version of every event that was ever published, as messages that today's code must be able to read."""

import json
import shutil
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import jsonschema
import pytest
from cloudevents.v1.http import from_json
from pydantic import ValidationError

from shared.events import Event
from shared.events.base import CATALOGUE
from shared.events.envelope import Envelope
from shared.events.examples import EXAMPLES, FINGERPRINTS, add_missing, digest, fingerprints, kept
from shared.events.reference import PUBLIC, advice, schema_file, schema_of

FILES = sorted(EXAMPLES.glob("*/*.json"))


def named(file: Path) -> str:
    return str(file.relative_to(EXAMPLES))


@pytest.fixture(params=FILES, ids=named)
def file(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_todays_code_reads_it_and_loses_nothing(file: Path) -> None:
    written = json.loads(file.read_text())
    envelope = Envelope.parse(file.read_bytes())
    assert envelope.type == file.parent.name
    try:
        event = envelope.event()
    except ValidationError as error:
        pytest.fail(f"{named(file)} was published and cannot be read: {advice(PUBLIC[envelope.type], [str(error)])}")
    assert str(event.subject) == envelope.subject
    lost = missing(written["data"], event.model_dump(mode="json", by_alias=True))
    assert not lost, f"{lost} of {named(file)} are lost when it is read: keep the field, or add a new version"
    assert json.loads(envelope.to_json()) == written


def missing(before: Any, after: Any, path: str = "") -> list[str]:
    """What stands in `before` and not, or otherwise, in `after`."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [lost for name in before for lost in missing(before[name], after.get(name, ...), f"{path}/{name}")]
    return [] if before == after else [path]


def test_it_fits_the_schema_that_others_read_it_by(file: Path) -> None:
    schema = json.loads(schema_file(file.parent.name).read_text())
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    checker.validate(json.loads(file.read_text())["data"])


def test_a_foreign_reader_takes_it_for_a_cloudevent(file: Path) -> None:
    event = from_json(file.read_bytes())
    assert event["type"] == file.parent.name
    assert event.data == json.loads(file.read_text())["data"]


def test_kept_examples_are_what_they_were() -> None:
    now = {named(file): digest(file) for file in FILES}
    changed = sorted(name for name, then in fingerprints().items() if now.get(name, "gone") != then)
    assert not changed, (
        f"{changed} changed or went, and show what was published once: restore them; a new form of an event gets a "
        "new example from `make docs`"
    )
    assert set(now) == set(fingerprints()), f"an example has no line in {FINGERPRINTS}: `make docs` writes both"


def test_every_event_has_an_example_of_its_form_today(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    for event in PUBLIC.values():
        add_missing(event, schema_of(event), tmp_path / "examples")
    added = {str(file.relative_to(tmp_path / "examples")) for file in (tmp_path / "examples").glob("*/*.json")}
    assert added == {named(file) for file in FILES}, "run `make docs`: a new event or field has no example yet"


def test_a_new_optional_field_adds_an_example_and_leaves_the_old_ones(tmp_path: Path) -> None:
    class Grown(Event):
        publisher: ClassVar[str] = "toy"
        subject_kind: ClassVar[str] = "thing"
        thing_id: UUID

    add_missing(Grown, schema_of(Grown), tmp_path)
    before = {file: digest(file) for file in kept(Grown.event_type(), tmp_path)}

    class More(Grown):
        subject_kind: ClassVar[str] = "thing"
        colour: str | None = None

    add_missing(Grown, schema_of(More), tmp_path)
    files = kept(Grown.event_type(), tmp_path)
    assert [file.name for file in files] == ["1.json", "2.json"]
    assert {file: digest(file) for file in before} == before
    assert "colour" in json.loads(files[-1].read_text())["data"]
    for made in (Grown, More):
        CATALOGUE.pop(made.event_type())


def test_the_same_examples_are_written_everywhere(tmp_path: Path) -> None:
    written = []
    for place in (tmp_path / "here", tmp_path / "there"):
        for event in PUBLIC.values():
            add_missing(event, schema_of(event), place)
        written.append(fingerprints(place))
    assert written[0] == written[1]
    assert len(written[0]) > len(PUBLIC)
