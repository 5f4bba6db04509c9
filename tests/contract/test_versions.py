"""Versions of an event that replace one another: announced as one fact, read by whoever knows one of them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest

from shared.deprecation import Deprecation, today
from shared.events import CATALOGUE, Event
from shared.events.base import SUCCESSORS
from shared.events.envelope import Envelope
from shared.events.examples import add_missing, kept
from shared.events.reference import PUBLIC, page, schema_of
from shared.events.versions import Superseded, heard_as, is_published, read_as, replaced_by, versions_of
from shared.ids import new_id

GONE = Deprecation(since=date(2025, 1, 1), sunset=date(2025, 8, 1), why="Nobody reads it.", retired=date(2025, 9, 1))


class Painted(Event):
    publisher: ClassVar[str] = "painter"
    subject_kind: ClassVar[str] = "wall"
    deprecated = GONE
    wall_id: UUID
    red: bool


class PaintedV2(Event):
    publisher: ClassVar[str] = "painter"
    subject_kind: ClassVar[str] = "wall"
    schema_version = 2
    replaces: ClassVar[type[Event] | None] = Painted
    deprecated = Deprecation(since=date(2026, 1, 1), sunset=date(2099, 1, 1), why="Walls have layers.")
    wall_id: UUID
    colour: str

    def downgrade(self) -> Painted:
        return Painted(wall_id=self.wall_id, red=self.colour == "red")

    @classmethod
    def upgrade(cls, old: Painted) -> "PaintedV2":
        return cls(wall_id=old.wall_id, colour="red" if old.red else "unknown")


class PaintedV3(PaintedV2):
    schema_version = 3
    replaces = PaintedV2
    layers: int

    def downgrade(self) -> PaintedV2:  # type: ignore[override]
        return PaintedV2(wall_id=self.wall_id, colour=self.colour)

    @classmethod
    def upgrade(cls, old: PaintedV2) -> "PaintedV3":  # type: ignore[override]
        return cls(wall_id=old.wall_id, colour=old.colour, layers=1)


@pytest.fixture(autouse=True, scope="module")
def _only_here() -> Iterator[None]:
    yield
    for event in (Painted, PaintedV2, PaintedV3):
        CATALOGUE.pop(event.event_type())
        SUCCESSORS.pop(event, None)


def test_an_event_leaves_in_every_version_that_is_still_published() -> None:
    event = PaintedV3(wall_id=new_id(), colour="red", layers=2, version=7)
    told = versions_of(event)
    assert told == (event, PaintedV2(wall_id=event.wall_id, colour="red", version=7))


def test_an_event_without_an_older_version_leaves_alone_and_unmarked() -> None:
    event = next(iter(PUBLIC.values()))
    envelope = Envelope.parse(kept(event.event_type())[0].read_bytes())
    assert envelope.versions(envelope.event()) == [(envelope.event(), envelope)]
    assert "factid" not in envelope.to_json()


@pytest.mark.parametrize("old", [Painted(wall_id=new_id(), red=True), PaintedV2(wall_id=new_id(), colour="red")])
def test_announcing_a_version_that_another_replaces_is_refused(old: Event) -> None:
    with pytest.raises(Superseded, match="announce PaintedV"):
        versions_of(old)


def test_a_version_made_of_another_does_not_inherit_its_farewell() -> None:
    assert PaintedV3.deprecated is None


def test_an_old_message_is_read_as_the_newest_version_its_consumer_knows() -> None:
    old = Painted(wall_id=new_id(), red=True, version=4)
    newest = PaintedV3(wall_id=old.wall_id, colour="red", layers=1, version=4)
    assert heard_as(Painted.event_type(), {PaintedV3.event_type()}) is PaintedV3
    assert read_as(PaintedV3, old) == newest
    message = Envelope.of(old, "urn:painter")
    assert message.event(PaintedV3) == newest


def test_a_consumer_that_knows_the_old_version_reads_it_as_it_is() -> None:
    assert heard_as(Painted.event_type(), {Painted.event_type(), PaintedV3.event_type()}) is Painted


def test_nobody_reads_what_is_newer_than_he_knows() -> None:
    assert heard_as(PaintedV3.event_type(), {Painted.event_type()}) is None
    assert heard_as("nl.stagebrug.painted.v4", {Painted.event_type()}) is None
    with pytest.raises(TypeError, match="no later version"):
        read_as(Painted, PaintedV3(wall_id=new_id(), colour="red", layers=1))


def test_name_and_number_of_a_version_must_agree() -> None:
    with pytest.raises(TypeError, match="must agree"):

        class SprayedV2(Event):
            publisher: ClassVar[str] = "painter"
            subject_kind: ClassVar[str] = "wall"
            wall_id: UUID


def test_only_the_next_version_of_the_same_event_replaces_one() -> None:
    with pytest.raises(TypeError, match="cannot replace"):

        class SprayedV2(Event):
            publisher: ClassVar[str] = "painter"
            subject_kind: ClassVar[str] = "wall"
            schema_version = 2
            replaces = Painted
            wall_id: UUID


def test_the_page_and_the_schema_show_the_farewell() -> None:
    assert schema_of(PaintedV2)["deprecated"] is True
    assert "deprecated" not in schema_of(PaintedV3)
    PUBLIC[PaintedV2.event_type()] = PaintedV2
    try:
        assert (
            "**Deprecated** since 2026-01-01, until 2099-01-01: Walls have layers. Use `nl.stagebrug.painted.v3`."
            in page()
        )
    finally:
        PUBLIC.pop(PaintedV2.event_type())


@pytest.mark.parametrize("event", PUBLIC.values())
def test_no_event_is_there_after_its_day(event: type[Event]) -> None:
    overdue = event.deprecated.overdue(event.event_type(), today()) if event.deprecated else None
    assert overdue is None, overdue


@pytest.mark.parametrize("event", PUBLIC.values())
def test_a_replaced_event_has_a_farewell_and_two_versions_at_most_are_published(event: type[Event]) -> None:
    for older in replaced_by(event):
        assert older.deprecated, f"{event.__name__} replaces {older.__name__}: give that a Deprecation with a date"
    published = [version for version in (event, *replaced_by(event)) if is_published(version)]
    assert len(published) <= 2, "the Dutch API rules allow two versions at a time: retire the oldest first"


REPLACING = [event for event in PUBLIC.values() if event.replaces]


@pytest.mark.parametrize("event", [PaintedV2, PaintedV3, *REPLACING])
def test_what_was_published_in_the_old_version_survives_being_read_in_the_new_one(
    event: type[Event], tmp_path: Path
) -> None:
    old = event.replaces
    assert old
    add_missing(old, schema_of(old), tmp_path)
    for file in (*kept(old.event_type()), *kept(old.event_type(), tmp_path)):
        example = Envelope.parse(file.read_bytes()).event()
        there_and_back = event.upgrade(example).downgrade()
        assert there_and_back.model_copy(update={"version": example.version}) == example
