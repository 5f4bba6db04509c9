"""A call for help, from the student whom no circle has a place for to the tip that comes back."""

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx

from shared.events import codes, intake, matching
from shared.events.envelope import Envelope
from shared.events.notifications import HelpAnswered, HelpDeclined, HelpTaken, IntermediaryAsked
from tests.notifications import facts
from tests.notifications.conftest import Subscribing, outsider
from tests.support.service import RunningService

BAKERY = {"employer": {"name": "Bakkerij De Korst", "kvkNumber": "01234567", "sector": "horeca"}}
CALL = "nl.stagebrug.student-unmatched.v1"


async def asked(running: RunningService, count: int = 4) -> list[IntermediaryAsked]:
    return [await running.next_event(IntermediaryAsked) for _ in range(count)]


async def call_of(client: httpx.AsyncClient, call_id: UUID) -> dict[str, Any]:
    answer = await client.get(f"/v1/calls/{call_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_student_without_a_place_has_all_whom_the_region_chose_asked(
    running: RunningService, subscriber: Subscribing
) -> None:
    outside = [await subscriber(kind) for kind in ("municipality", "sbb", "wsp", "uwv")]
    student = facts.an_unmatched_student()
    await running.announce(student)
    announced = await asked(running)
    assert [each.intermediary for each in announced] == ["municipality", "sbb", "wsp", "uwv"]
    assert {each.students for each in announced} == {(student.student_id,)}
    for each in outside:
        received = await each.receiver.next()
        assert received.type == CALL
        assert received.data == {
            "callId": str(announced[0].call_id),
            "area": "AM11",
            "kindOfWork": "horeca",
            "placementKind": "internship",
            "sinceDate": received.data["sinceDate"],
            "searching": "5-9",
        }
        for secret in (student.student_id, student.school_id, facts.BRIN, "De Brug"):
            assert str(secret).encode() not in received.body
        fetched = await each.client.get(received.event["dataref"])
        assert fetched.json()["kindOfWork"] == "horeca"
        assert fetched.json()["studentIds"] == []


async def test_a_tip_comes_back_once_and_the_school_sees_it(running: RunningService) -> None:
    student = facts.an_unmatched_student()
    await running.announce(student)
    call_id = (await asked(running))[0].call_id
    async with outsider(running, "wsp") as wsp, outsider(running, "uwv") as uwv:
        first = await wsp.post(f"/v1/calls/{call_id}/_answer", json=BAKERY)
        again = await wsp.post(f"/v1/calls/{call_id}/_answer", json=BAKERY)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["id"] == again.json()["id"]
        answered = await running.next_event(HelpAnswered)
        assert answered.employer.kvk_number == "01234567"
        assert str(answered.answer_id) == first.json()["id"]
        taken = [await uwv.post(f"/v1/calls/{call_id}/_take") for _ in range(2)]
        assert {(each.status_code, each.json()["outcome"]) for each in taken} == {(201, "taken")}
        assert (await running.next_event(HelpTaken)).intermediary is codes.IntermediaryKind.UWV
        shown = await running.until("select views from stream where type like '%.help-taken.%'")
        assert [view["schools"] for view in json.loads(shown)] == [[facts.BRIN], []]
        assert (str(call_id) in shown, str(student.student_id) in shown) == (True, False)
        declined = await uwv.post(f"/v1/calls/{call_id}/_decline", json={"reason": "nobody-known"})
        assert declined.json()["outcome"] == "declined"
        assert (await running.next_event(HelpDeclined)).intermediary is codes.IntermediaryKind.UWV
        assert [each["outcome"] for each in (await call_of(uwv, call_id))["answers"]] == ["taken", "declined"]
    async with running.as_("coordinator", schools=[facts.BRIN]) as coordinator:
        seen = await call_of(coordinator, call_id)
        assert [each["outcome"] for each in seen["answers"]] == ["answered", "taken", "declined"]
        assert seen["studentIds"] == [str(student.student_id)]
    async with running.as_("coordinator", schools=[facts.OTHER_BRIN]) as colleague:
        assert (await call_of(colleague, call_id))["studentIds"] == []


async def test_who_was_not_asked_sees_no_call(running: RunningService) -> None:
    async with running.as_("regional-coordinator", regions=["AM11"]) as regional:
        body = {"kinds": ["wsp"], "patienceSeconds": 0}
        assert (await regional.put("/v1/regions/AM11/settings", json=body)).json()["kinds"] == ["wsp"]
        assert (await regional.put("/v1/regions/AM18/settings", json=body)).status_code == 404
    await running.announce(facts.an_unmatched_student())
    call_id = (await asked(running, 1))[0].call_id
    strangers = [
        outsider(running, "sbb"),
        outsider(running, "wsp", regions=["AM18"]),
        running.as_("coordinator", schools=["09XX00"]),
        running.as_("regional-coordinator", regions=["AM18"]),
    ]
    for stranger in strangers:
        async with stranger as client:
            assert (await client.get(f"/v1/calls/{call_id}")).status_code == 404
            assert (await client.get("/v1/calls")).json()["items"] == []
            answer = await client.post(f"/v1/calls/{call_id}/_answer", json=BAKERY)
            assert answer.status_code in {403, 404}
    async with outsider(running, "wsp") as wsp:
        assert [each["id"] for each in (await wsp.get("/v1/calls")).json()["items"]] == [str(call_id)]


async def test_with_patience_the_next_is_asked_only_when_nobody_answered(running: RunningService) -> None:
    async with running.as_("operator") as operator:
        body = {"kinds": ["wsp", "sbb"], "patienceSeconds": 3600}
        assert (await operator.put("/v1/regions/AM11/settings", json=body)).status_code == 200
    await running.announce(facts.an_unmatched_student())
    (first,) = await asked(running, 1)
    assert first.intermediary is codes.IntermediaryKind.WSP
    await running.sql.execute("update timers set next_at = clock_timestamp()")  # an hour later
    await running.sql.execute("select pg_notify('stagebrug', 'timers')")
    (second,) = await asked(running, 1)
    assert second.intermediary is codes.IntermediaryKind.SBB


async def test_students_alike_share_a_call_and_too_few_share_one_that_tells_nothing(running: RunningService) -> None:
    few = facts.an_unmatched_student(sector=None, searching_alike=2, placement_kind="sheltered")
    also_few = facts.an_unmatched_student(sector=None, searching_alike=1, placement_kind="job")
    alike = [facts.an_unmatched_student() for _ in range(2)]
    for student in (few, also_few, *alike):
        assert await running.tell(student) == "done"
    announced = await asked(running, 8)
    assert len({each.call_id for each in announced}) == 2
    async with running.as_("operator") as operator:
        calls = {each["searching"]: each for each in (await operator.get("/v1/calls")).json()["items"]}
    assert (calls["<5"]["kindOfWork"], calls["<5"]["placementKind"]) == (None, None)
    assert (calls["5-9"]["kindOfWork"], calls["5-9"]["placementKind"]) == ("horeca", "internship")


async def test_a_call_closes_when_its_last_student_has_a_place(running: RunningService) -> None:
    one, two = facts.an_unmatched_student(), facts.an_unmatched_student()
    await running.tell(one)
    await running.tell(two)
    call_id = (await asked(running))[0].call_id
    async with running.as_("operator") as operator:
        await running.tell(facts.an_acceptance(student_id=one.student_id))
        assert (await call_of(operator, call_id))["state"] == "open"
        await running.tell(intake.StudentWithdrawn(student_id=two.student_id, school_id=facts.SCHOOL))
        assert (await call_of(operator, call_id))["state"] == "closed"
        await running.tell(facts.an_unmatched_student())
        assert (await asked(running))[0].call_id != call_id


async def test_a_student_who_can_be_described_better_moves_to_another_call(running: RunningService) -> None:
    vague = facts.an_unmatched_student(sector=None, searching_alike=1)
    await running.tell(vague)
    await running.tell(facts.an_unmatched_student(student_id=vague.student_id))
    async with running.as_("operator") as operator:
        calls = (await operator.get("/v1/calls")).json()["items"]
    assert [(each["kindOfWork"], each["state"]) for each in calls] == [(None, "closed"), ("horeca", "open")]


async def test_a_cry_for_help_that_comes_after_the_place_was_found_asks_nobody(running: RunningService) -> None:
    late = facts.an_unmatched_student()
    envelope = earlier(late)
    await running.tell(facts.an_acceptance(student_id=late.student_id))
    await running.deliver(envelope, matching.StudentUnmatched.routing_key())
    await running.handled(envelope)
    other = facts.an_unmatched_student(region="AM18")
    await running.tell(other)
    assert {each.region for each in await asked(running)} == {"AM18"}


async def test_an_older_cry_for_help_changes_nothing(running: RunningService) -> None:
    newer = facts.an_unmatched_student()
    older = facts.an_unmatched_student(student_id=newer.student_id, sector=None, searching_alike=1)
    assert await running.tell(newer, version=2) == "done"
    await running.tell(older, version=1)
    async with running.as_("operator") as operator:
        calls = (await operator.get("/v1/calls")).json()["items"]
    assert [each["kindOfWork"] for each in calls] == ["horeca"]


async def test_two_students_alike_at_the_same_moment_open_one_call(running: RunningService) -> None:
    students = [facts.an_unmatched_student() for _ in range(10)]
    envelopes = await asyncio.gather(*(running.announce(student) for student in students))
    assert set(await running.handled(*envelopes)) == {"done"}
    async with running.as_("operator") as operator:
        assert len((await operator.get("/v1/calls")).json()["items"]) == 1


def earlier(event: matching.StudentUnmatched) -> Envelope:
    source = "urn:nld:oin:00000099000000000001:systeem:stagebrug-matching"
    return Envelope.of(event.model_copy(update={"version": 1}), source)
