"""Coordinators answer, the register decides, seats are held and fall free."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.events.codes import Outcome, PlacementKind, Weekday
from shared.events.intake import EmployerPaused, EmployerResumed, PlacementRefused
from shared.events.matching import MatchAccepted, MatchDeclined, MatchExpired, MatchProposed
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, a_profile, north_of, wish
from tests.matching.world import World, cancelled, changed, ended, offered, started


async def test_what_is_accepted_is_announced_and_keeps_its_seat(world: World) -> None:
    await world.offer()
    await world.student(wishes=wish("sport", "horeca"))
    proposal = await world.proposed()
    answer = await world.accept(proposal.proposal_id)
    assert (answer.status_code, answer.json()["state"], answer.json()["version"]) == (200, "accepted", 2)
    event = await world.next(MatchAccepted)
    assert (event.proposal_id, event.version, event.choice) == (proposal.proposal_id, 2, 2)
    assert (event.kind, event.weekdays) == (PlacementKind.INTERNSHIP, (Weekday.MONDAY, Weekday.TUESDAY))
    await world.student()
    assert await world.told(MatchProposed) == 1


async def test_what_is_accepted_becomes_a_placement_and_the_profile_is_dropped(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    proposal = await world.proposed()
    await world.accept(proposal.proposal_id)
    await world.tell(started(offer, student, proposal_id=proposal.proposal_id))
    assert (await world.own.get(f"/v1/proposals/{proposal.proposal_id}")).json()["state"] == "placed"
    assert (await world.search(student))["state"] == "ended"
    assert await world.matching.sql.fetchval("select profile from searches where id = $1", student) is None


async def test_a_column_of_the_next_release_disturbs_nobody_who_runs(world: World) -> None:
    await world.offer()
    await world.student()
    proposal = await world.proposed()
    owner = await asyncpg.connect(world.matching.database.owner_url)
    for table in ("proposals", "searches"):
        await owner.execute(f"alter table {table} add column later text")
    await owner.close()
    assert (await world.decline(proposal.proposal_id)).status_code == 200
    offer = await world.offer()
    again = await world.proposed()
    assert (again.student_id, again.offer_id) == (proposal.student_id, offer.offer_id)
    assert (await world.accept(again.proposal_id)).status_code == 200


async def test_when_a_placement_ends_the_next_student_is_proposed_for_the_time_after_it(world: World) -> None:
    offer = await world.offer()
    placed = await world.student()
    proposal = await world.proposed()
    await world.accept(proposal.proposal_id)
    placement = started(offer, placed, proposal_id=proposal.proposal_id)
    await world.tell(placement)
    waiting = await world.student()
    assert await world.told(MatchProposed) == 1
    await world.tell(ended(placement, on=date(2026, 12, 18), outcome=Outcome.STOPPED_EARLY))
    event = await world.proposed()
    assert (event.student_id, event.offer_id) == (waiting, offer.offer_id)
    assert (event.begin_date, event.end_date) == (date(2026, 12, 18), date(2027, 2, 12))


async def test_a_placement_whose_end_is_heard_of_first_takes_no_seat_afterwards(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id())
    await world.tell(ended(placement, on=date(2026, 9, 10)), version=2)
    await world.tell(placement, version=1)
    await world.student()
    assert (await world.proposed()).begin_date == date(2026, 9, 10)


async def test_who_waits_for_a_seat_that_is_kept_longer_looks_on(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id(), end_date=date(2026, 10, 30))
    await world.tell(placement)
    student = await world.student()
    first = await world.proposed()
    assert (first.offer_id, first.begin_date) == (offer.offer_id, date(2026, 10, 31))
    elsewhere = await world.offer(location=north_of(LELYSTAD, 4))
    await world.tell(changed(placement, end_date=date(2026, 12, 18)), version=2)
    assert (await world.next(MatchExpired)).reason == "seat-taken"
    again = await world.proposed()
    assert (again.student_id, again.offer_id) == (student, elsewhere.offer_id)


async def test_a_seat_that_is_given_back_earlier_or_on_a_day_is_matched_at_once(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id(), end_date=None)
    await world.tell(placement)
    waiting = await world.student()
    assert await world.told(MatchProposed) == 0
    await world.tell(changed(placement, end_date=date(2026, 10, 30)), version=2)
    event = await world.proposed()
    assert (event.student_id, event.begin_date) == (waiting, date(2026, 10, 31))


async def test_an_older_change_and_a_late_start_give_nothing_back(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id(), end_date=date(2026, 10, 30))
    await world.tell(changed(placement, end_date=None), version=3)
    await world.tell(changed(placement, end_date=date(2026, 11, 20)), version=2)
    await world.tell(placement, version=1)
    await world.student()
    assert await world.told(MatchProposed) == 0


async def test_a_seat_that_nobody_came_to_is_matched_at_once_and_nothing_is_learned_of_it(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id())
    await world.tell(placement)
    waiting = await world.student()
    assert await world.told(MatchProposed) == 0
    await world.tell(cancelled(placement), version=2)
    event = await world.proposed()
    assert (event.student_id, event.begin_date) == (waiting, date(2026, 9, 7))
    assert await world.matching.sql.fetchval("select outcome from placements") is None


async def test_a_placement_by_hand_takes_the_seat_and_ends_the_search(world: World) -> None:
    offer = await world.offer()
    elsewhere = await world.offer(location=north_of(LELYSTAD, 4))
    by_hand = await world.student()
    first = await world.proposed()
    assert first.offer_id == offer.offer_id
    await world.tell(started(elsewhere, by_hand))
    assert (await world.next(MatchExpired)).reason == "placed-elsewhere"
    assert (await world.search(by_hand))["state"] == "ended"
    second = await world.student()
    assert (await world.proposed()).offer_id == offer.offer_id
    await world.tell(started(offer, new_id()))
    expired = await world.next(MatchExpired)
    assert (expired.student_id, expired.reason) == (second, "seat-taken")


async def test_a_placement_leaves_the_other_days_of_its_seat_to_others(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id(), weekdays=[Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY])
    await world.tell(placement)
    await world.student()
    assert await world.told(MatchProposed) == 0, "mon, tue, thu: one day is left"
    await world.student(weekdays=["wed", "thu", "fri"])
    accepted = await world.proposed()
    await world.accept(accepted.proposal_id)
    assert (await world.next(MatchAccepted)).weekdays == (Weekday.THURSDAY, Weekday.FRIDAY)


async def test_a_placement_that_names_no_days_has_the_seat_on_all_of_them(world: World) -> None:
    offer = await world.offer()
    placement = started(offer, new_id())
    await world.tell(placement)
    await world.student(weekdays=[], days_per_week=1)
    assert await world.told(MatchProposed) == 0


async def test_a_placement_that_is_heard_of_late_does_not_end_a_later_search(world: World) -> None:
    offer = offered()
    await world.tell(offer)
    profile = a_profile()
    late = started(offer, profile.student_id)
    envelope = await world.matching.announce(late)
    await world.matching.handled(envelope)
    await world.tell(ended(late, on=date(2026, 9, 10)))
    await world.tell(world.ready(profile))
    await world.proposed()
    again = envelope.model_copy(update={"id": str(new_id())})
    await world.matching.deliver(again, "intake.placement-started.v1")
    await world.matching.handled(again)
    assert (await world.search(profile.student_id))["state"] == "proposed"


async def test_a_declined_pair_is_not_proposed_again_and_both_go_on(world: World) -> None:
    offer = await world.offer(location=north_of(LELYSTAD, 1))
    other = await world.offer(location=north_of(LELYSTAD, 4))
    student = await world.student()
    first = await world.proposed()
    waiting = await world.student(travel={"mode": "bike", "max_minutes": 15})
    answer = await world.decline(first.proposal_id, "not-motivated")
    assert (answer.status_code, answer.json()["state"]) == (200, "declined")
    assert answer.json()["reasonCode"] == (await world.next(MatchDeclined)).reason == "not-motivated"
    again = [await world.proposed(), await world.proposed()]
    assert {(one.student_id, one.offer_id) for one in again} == {(student, other.offer_id), (waiting, offer.offer_id)}
    await world.decline(next(one.proposal_id for one in again if one.student_id == waiting))
    assert await world.told(MatchProposed) == 3
    assert "declined" in {why["rule"] for why in (await world.search(waiting))["whyNot"]}


async def test_who_found_a_place_elsewhere_gets_no_further_proposals(world: World) -> None:
    await world.offer()
    await world.offer()
    student = await world.student()
    await world.decline((await world.proposed()).proposal_id, "found-elsewhere")
    assert await world.told(MatchProposed) == 1
    assert (await world.search(student))["state"] == "on-hold"


async def test_a_proposal_is_answered_once(world: World) -> None:
    await world.offer()
    await world.student()
    proposal = await world.proposed()
    await world.accept(proposal.proposal_id)
    for answer in (await world.accept(proposal.proposal_id), await world.decline(proposal.proposal_id)):
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:stagebrug:problem:proposal-is-not-open"
        assert answer.json()["detail"].startswith("Dit voorstel staat niet meer open: het is al aangenomen.")
    assert await world.told(MatchAccepted) == 1


async def test_two_answers_at_once_are_one(world: World) -> None:
    await world.offer()
    await world.student()
    proposal = await world.proposed()
    answers = await asyncio.gather(*(world.accept(proposal.proposal_id) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await world.told(MatchAccepted) == 1


@pytest.mark.parametrize(("reason", "state"), [("no-seat", "searching"), ("student-gone", "on-hold")])
async def test_what_the_register_refuses_is_freed_and_looked_for_again(world: World, reason: str, state: str) -> None:
    offer = await world.offer()
    student = await world.student()
    waiting = await world.student()
    proposal = await world.proposed()
    await world.accept(proposal.proposal_id)
    await world.tell(
        PlacementRefused(
            placement_id=new_id(),
            proposal_id=proposal.proposal_id,
            student_id=student,
            offer_id=offer.offer_id,
            reason=reason,
        )
    )
    assert (await world.own.get(f"/v1/proposals/{proposal.proposal_id}")).json()["state"] == "refused"
    assert (await world.proposed()).student_id == waiting
    assert (await world.search(student))["state"] == state


async def test_an_employer_that_pauses_gets_nobody_until_it_resumes(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    await world.proposed()
    await world.tell(
        EmployerPaused(employer_id=offer.employer_id, from_date=date(2026, 9, 1), until_date=None, reason="moving")
    )
    assert (await world.next(MatchExpired)).reason == "employer-paused"
    (why,) = (await world.search(student))["whyNot"]
    assert why["text"] == "Het bedrijf neemt voorlopig niemand aan."
    await world.tell(EmployerResumed(employer_id=offer.employer_id))
    assert (await world.proposed()).student_id == student


async def test_a_coordinator_can_say_that_a_student_is_harder_to_place(world: World) -> None:
    await world.student()
    harder = await world.student()
    answer = await world.own.put(f"/v1/students/{harder}/effort", json={"level": 3})
    assert answer.json()["effort"] == {"level": 3, "because": [], "setByHand": True}
    await world.offer()
    assert (await world.proposed()).student_id == harder


async def test_reasons_for_declining_are_a_list_to_choose_from(world: World) -> None:
    listed: list[dict[str, Any]] = (await world.own.get("/v1/decline-reasons")).json()["items"]
    assert {"code": "too-far", "text": "Te ver weg"} in listed
    assert len(listed) == 7
