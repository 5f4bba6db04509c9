"""What leaves the house, walked over every event that there is."""

import json
import re
from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from services.notifications.domain import leaving, views
from services.notifications.domain.envelopes import Form, as_text, envelope_for
from services.notifications.domain.leaving import (
    LEAVING,
    CallForHelp,
    outgoing,
    outgoing_call,
    outgoing_failure,
)
from services.notifications.domain.pseudonyms import Pseudonyms, new_key
from services.notifications.domain.recipients import Recipient
from shared.events import CATALOGUE, Event
from shared.events.codes import IntermediaryKind
from shared.events.intake import EmployerRegistered, PlacementStarted, RequestMoved, StudentRequestMoved
from shared.events.notifications import DeliveryFailed
from shared.ids import new_id
from tests.notifications import facts

OURS = [event for event in CATALOGUE.values() if event.__module__.startswith("shared.events.")]
"""Not what other tests make up, which stands in the catalogue too when all are collected together."""

EVERY = [(kind, event) for kind in IntermediaryKind for event in OURS]
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

ALLOWED: dict[tuple[IntermediaryKind, str], set[str]] = {
    (IntermediaryKind.MUNICIPALITY, "placement-started"): {
        "placementId", "studentId", "region", "municipality", "kind", "beginDate", "endDate",
    },
    (IntermediaryKind.MUNICIPALITY, "placement-changed"): {
        "placementId", "studentId", "region", "municipality", "kind", "beginDate", "endDate",
    },
    (IntermediaryKind.MUNICIPALITY, "placement-cancelled"): {
        "placementId", "studentId", "region", "municipality", "kind", "beginDate", "endDate",
    },
    (IntermediaryKind.MUNICIPALITY, "placement-ended"): {
        "placementId", "studentId", "region", "municipality", "kind", "beginDate", "endDate", "endedDate", "outcome",
    },
    (IntermediaryKind.SBB, "employer-registered"): {
        "employerId", "name", "kind", "region", "municipality", "sectors", "recognition",
    },
}  # fmt: skip
"""Written down a second time on purpose: who adds a field to the table has to say so here as well."""


def everywhere(kind: IntermediaryKind) -> Recipient:
    """A recipient with the widest area that there can be."""
    regions = frozenset(f"AM{n:02}" for n in range(100))
    return Recipient(kind, regions, frozenset(f"GM{n:04}" for n in range(10_000)))


TEXTS = {
    "region": "AM11",
    "municipality": "GM0034",
    "kvk_number": "01234567",
    "postcode": "1315 AB",
    "website": "https://x.example",
}
"""Texts of a fixed form, by the name of their field; every other text is a code."""


def example_of(event: type[Event]) -> Event:
    """An event with every field filled, ids included, and private to nobody."""
    filled = {name: _filled(field.annotation, name) for name, field in event.model_fields.items()}
    return event.model_validate({**filled, **({"private_to": None} if "private_to" in filled else {})})


def _filled(annotation: Any, name: str) -> Any:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _filled(inner[0], name)
    if origin in {Union, UnionType}:
        return _filled(next(each for each in inner if each is not type(None)), name)
    if origin is tuple:
        return (_filled(inner[0], name),)
    assert isinstance(annotation, type), f"{name}: what is a {annotation}?"
    if issubclass(annotation, BaseModel):
        return {each: _filled(field.annotation, each) for each, field in annotation.model_fields.items()}
    if issubclass(annotation, Enum):
        return list(annotation)[-1]
    numbers = {"latitude": 52.0, "longitude": 5.0}
    made = {UUID: new_id(), bool: True, int: 1, float: numbers.get(name, 1.0), str: TEXTS.get(name, "code")}
    return {date: date(2026, 9, 1), datetime: datetime.now(UTC), **made}[annotation]


@pytest.mark.parametrize(("kind", "event"), EVERY, ids=lambda each: getattr(each, "__name__", str(each)))
def test_no_more_leaves_than_was_written_down(kind: IntermediaryKind, event: type[Event]) -> None:
    happened = example_of(event)
    sent = outgoing(happened, everywhere(kind), Pseudonyms(new_key()))
    allowed = ALLOWED.get((kind, event.event_name()))
    assert (set(sent.data) if sent else None) == allowed
    if sent:
        own_ids = set(UUIDS.findall(happened.model_dump_json()))
        assert not own_ids & set(UUIDS.findall(json.dumps([sent.subject, sent.data]))), "an id of ours left"
        assert "participation" not in json.dumps(sent.data), "the kind of place left"


@pytest.mark.parametrize("event", OURS, ids=lambda each: each.__name__)
def test_every_event_was_thought_of_for_the_live_stream(event: type[Event]) -> None:
    # who acts for whom is asked at every call; who thinks what is shown to nobody; the subscriber sees a failed delivery at the subscription, and who erased a person its proof at the erasure
    erasing = {"person-erased", *(f"person-forgotten-by-{name}" for name in ("matching", "notifications", "analytics"))}
    unseen = {"answers-given", "delegation-changed", "delivery-failed", *erasing}
    assert (event in views.SHOWN) is (event.event_name() not in unseen)


def test_what_a_school_asks_reaches_whom_it_asks_as_a_sign_to_look() -> None:
    asked = example_of(RequestMoved).model_copy(update={"intermediary": IntermediaryKind.SBB})
    keys = Pseudonyms(new_key())
    sent = {kind: outgoing(asked, everywhere(kind), keys) for kind in IntermediaryKind}
    assert {kind for kind, what in sent.items() if what} == {IntermediaryKind.SBB}
    what = sent[IntermediaryKind.SBB]
    assert what
    assert set(what.data) == {"requestId", "region", "kind", "state"}
    assert str(asked.subject) not in json.dumps([what.subject, what.data])


def test_what_is_asked_for_a_student_reaches_uwv_without_whom_or_what_and_alone_says_where() -> None:
    asked = example_of(StudentRequestMoved).model_copy(update={"intermediary": IntermediaryKind.UWV})
    keys = Pseudonyms(new_key())
    sent = {kind: outgoing(asked, everywhere(kind), keys) for kind in IntermediaryKind}
    assert {kind for kind, what in sent.items() if what} == {IntermediaryKind.UWV}
    what = sent[IntermediaryKind.UWV]
    assert what
    assert set(what.data) == {"studentRequestId", "region", "state"}
    assert str(asked.subject) not in json.dumps([what.subject, what.data])
    assert [event for event in OURS if leaving.says_where(example_of(event))] == [StudentRequestMoved]


def test_an_event_that_stands_in_no_table_leaves_to_nobody() -> None:
    class SecretShared(Event):
        """An event that somebody adds tomorrow."""

        publisher = ""
        subject_kind = "student"
        student_id: UUID
        region: str = "AM11"

    for kind in IntermediaryKind:
        assert outgoing(SecretShared(student_id=new_id()), everywhere(kind), Pseudonyms(new_key())) is None
    assert leaving.listeners_of(SecretShared(student_id=new_id())) == ()


def test_a_municipality_hears_of_its_own_residents_only() -> None:
    own = Recipient.of("municipality", ["AM11"], ["GM0034"])
    pseudonyms = Pseudonyms(new_key())
    assert outgoing(facts.a_placement(), own, pseudonyms)
    assert outgoing(facts.a_placement(municipality="GM0363"), own, pseudonyms) is None
    assert outgoing(facts.a_placement(municipality=None), own, pseudonyms) is None


def test_sbb_hears_of_learning_companies_and_of_none_that_a_school_keeps_to_itself() -> None:
    sbb, pseudonyms = Recipient.of("sbb", ["AM11"], []), Pseudonyms(new_key())
    assert outgoing(facts.an_employer(), sbb, pseudonyms)
    assert outgoing(facts.an_employer(recognition="none"), sbb, pseudonyms) is None
    assert outgoing(facts.an_employer(private_to=facts.SCHOOL), sbb, pseudonyms) is None
    assert outgoing(facts.an_employer(region="AM18"), sbb, pseudonyms) is None


def test_two_recipients_know_the_same_student_by_different_ids_and_each_always_by_the_same() -> None:
    recipient = Recipient.of("municipality", ["AM11"], ["GM0034"])
    event, one, two = facts.a_placement(), Pseudonyms(new_key()), Pseudonyms(new_key())
    first, again, other = (outgoing(event, recipient, each) for each in (one, one, two))
    assert first
    assert other
    assert first == again
    for name in ("studentId", "placementId"):
        assert len({first.data[name], other.data[name], str(event.student_id), str(event.placement_id)}) == 4
    assert one.of("student", event.student_id) != one.of("offer", event.student_id)


def test_an_envelope_tells_the_day_and_no_hour() -> None:
    sent = outgoing(facts.a_placement(), everywhere(IntermediaryKind.MUNICIPALITY), Pseudonyms(new_key()))
    assert sent
    late = datetime(2026, 9, 1, 22, 30, 12, tzinfo=UTC)  # half past midnight in Amsterdam
    envelope = envelope_for(sent, event_id="1", source="urn:x", moment=late, subscription="2")
    assert envelope["time"] == "2026-09-01T22:00:00Z"
    assert "T22:30" not in json.dumps(envelope)


def test_a_form_is_filled_with_what_one_recipient_alone_would_get() -> None:
    happened, own = facts.an_employer(name='100% "%s" {0}\n\u20ac'), Recipient.of("sbb", [facts.REGION], [])
    moment, where = datetime(2026, 9, 1, 12, tzinfo=UTC), "https://x.example/100%"
    draft = leaving.Leaver(happened).draft(own)
    assert draft
    form = Form(draft, "a-key", source="urn:x", moment=moment, dataref=where)
    for keys in (Pseudonyms(new_key()), Pseudonyms(new_key())):
        subscription, sent = new_id(), outgoing(happened, own, keys)
        assert sent
        event_id = str(keys.of("event", "a-key"))
        alone = {"event_id": event_id, "source": "urn:x", "subscription": str(subscription), "dataref": where}
        envelope = envelope_for(sent, moment=moment, **alone)
        assert form.filled(subscription, keys) == (event_id, sent.subject, as_text(envelope))
        changed = {name for name in ("id", "subject", "subscription") if form.envelope[name] != envelope[name]}
        changed |= {f"data.{name}" for name in sent.data if form.envelope["data"][name] != sent.data[name]}
        assert changed == form.own_attributes == {"id", "subject", "subscription", "data.employerId"}


@given(searching=st.integers(1, 1000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_call_for_help_tells_nothing_of_any_student(searching: int) -> None:
    call = CallForHelp(new_id(), "AM11", "horeca", "internship", date(2026, 9, 1), "5-9")
    sent = outgoing_call(call, everywhere(IntermediaryKind.UWV))
    assert sent
    assert set(sent.data) == {"callId", "area", "kindOfWork", "placementKind", "sinceDate", "searching"}
    assert outgoing_call(call, Recipient.of("uwv", ["AM18"], ["GM0034"])) is None


def test_of_what_was_given_up_its_owner_hears_ids_and_codes_only() -> None:
    failed = example_of(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    sent = outgoing_failure(failed)
    assert set(sent.data) == {"subscriptionId", "deliveryId", "failedType", "code"}


def test_the_table_names_fields_that_exist_and_reads_every_kind() -> None:
    assert set(LEAVING) == set(IntermediaryKind)
    for events in LEAVING.values():
        for event, leaves in events.items():
            assert set(leaves.fields) <= set(event.model_fields)
    assert {PlacementStarted, EmployerRegistered} <= {event for events in LEAVING.values() for event in events}
