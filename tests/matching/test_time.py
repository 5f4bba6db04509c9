"""What time sets off: patience, help, expiry, refusals that lapse, offers that stay empty. Clocks are moved, not waited for."""

import asyncio
from typing import Any

from shared.events.codes import PlacementKind, Step
from shared.events.intake import EmployerRegistered
from shared.events.matching import MatchExpired, MatchProposed, OfferUnfilled, StudentUnmatched
from tests.matching.examples import SCHOOL, known_to, wish
from tests.matching.world import AT_ONCE, World

HOUR = 3600
PATIENT = AT_ONCE | {
    "patienceSeconds": {
        "ownNetwork": HOUR,
        "otherSchools": HOUR,
        "neighbouringWork": HOUR,
        "group": HOUR,
        "nextRegion": HOUR,
    },
    "helpDelaySeconds": HOUR,
}


async def later(world: World, hours: float) -> None:
    """Let time pass for all searches, and the jobs do what is due."""
    await world.matching.sql.execute(
        "update searches set due_at = due_at - make_interval(secs => $1), "
        "step_since = step_since - make_interval(secs => $1), since = since - make_interval(secs => $1)",
        hours * HOUR,
    )
    await world.move_timers(hours)
    await world.matching.until(
        "select count(*) = 0 from searches where state = 'searching' and due_at <= clock_timestamp()"
    )


async def test_the_own_network_comes_first_and_other_schools_offers_after_their_patience(world: World) -> None:
    await world.settings(PATIENT)
    shared = await world.offer()
    student = await world.student()
    search = await world.search(student)
    assert (search["step"], search["opensLater"]) == ("own-network", "other-schools")
    assert await world.told(MatchProposed) == 0
    await later(world, 1)
    proposal = await world.proposed()
    assert (proposal.offer_id, proposal.step) == (shared.offer_id, Step.OTHER_SCHOOLS)


async def test_an_offer_of_the_own_network_is_proposed_at_once(world: World) -> None:
    await world.settings(PATIENT)
    employer = await world.employer(**known_to(SCHOOL))
    await world.offer()
    own = await world.offer(employer_id=employer.employer_id)
    await world.student()
    assert (await world.proposed()).offer_id == own.offer_id


async def test_a_school_that_begins_to_work_with_an_employer_gets_its_offers_at_once(world: World) -> None:
    await world.settings(PATIENT)
    employer = await world.employer()
    await world.offer(employer_id=employer.employer_id)
    await world.student()
    assert await world.told(MatchProposed) == 0
    knows = EmployerRegistered.model_validate(employer.model_dump() | known_to(SCHOOL) | {"version": 0})
    await world.tell(knows)
    assert (await world.proposed()).step is Step.OWN_NETWORK


async def test_nobody_is_asked_for_help_before_all_patience_is_used_up(world: World) -> None:
    await world.settings(PATIENT)
    student = await world.student()
    await later(world, 5.9)
    assert await world.told(StudentUnmatched) == 0
    assert (await world.search(student))["step"] == "next-region"
    await later(world, 0.2)
    event = await world.next(StudentUnmatched)
    assert (event.student_id, event.school_id, event.region) == (student, SCHOOL, "AM11")
    assert (await world.search(student))["unmatchedAt"]


async def test_a_region_that_decided_nothing_floods_nobody(world: World) -> None:
    await world.matching.sql.execute("delete from region_settings")
    await world.student()
    await later(world, 14 * 24)
    assert await world.told(StudentUnmatched) == 0


async def test_help_is_asked_once_in_a_search(world: World) -> None:
    student = await world.student()
    assert (await world.next(StudentUnmatched)).student_id == student
    offer = await world.offer()
    proposal = await world.proposed()
    assert proposal.offer_id == offer.offer_id
    await world.decline(proposal.proposal_id)
    await later(world, 99)
    assert await world.told(StudentUnmatched) == 1


async def test_the_kind_of_work_is_told_only_when_five_who_search_fit_it(world: World) -> None:
    for alike in range(1, 6):
        await world.student(wishes=wish("sport"))
        event = await world.next(StudentUnmatched)
        assert (event.searching_alike, event.placement_kind) == (alike, PlacementKind.INTERNSHIP)
        assert event.sector == ("sport" if alike == 5 else None)


async def test_a_call_for_help_carries_nothing_of_the_profile(world: World) -> None:
    await world.student(limits=["noise"], guidance_need="intensive", outflow_profile="sheltered")
    await world.next(StudentUnmatched)
    await world.matching.published_everything()
    message: str = await world.matching.sql.fetchval(
        "select message from event_log where type = $1", StudentUnmatched.event_type()
    )
    assert not [word for word in ("noise", "intensive", "sheltered", "horeca", "52.5") if word in message]


async def test_a_proposal_that_nobody_answers_frees_the_seat_for_the_next(world: World) -> None:
    await world.offer()
    slow = await world.student()
    first = await world.proposed()
    waiting = await world.student()
    await world.matching.sql.execute("update proposals set expires_at = clock_timestamp()")
    await world.move_timers(8 * 24)
    expired, second = await world.next(MatchExpired), await world.proposed()
    assert (expired.proposal_id, expired.reason) == (first.proposal_id, "expired")
    assert second.student_id == waiting
    assert (await world.search(slow))["state"] == "searching"
    assert (await world.accept(first.proposal_id)).status_code == 409


async def test_a_proposal_lives_as_long_as_the_region_decided(world: World) -> None:
    await world.settings({"proposalDays": 2})
    await world.offer()
    student = await world.student()
    await world.proposed()
    lived: Any = await world.matching.sql.fetchval(
        "select expires_at - proposed_at from proposals where student_id = $1", student
    )
    assert lived.days == 2


async def test_a_refusal_that_lapsed_lets_the_pair_be_proposed_again(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    await world.decline((await world.proposed()).proposal_id, "not-motivated")
    await world.matching.sql.execute("update refusals set until_date = current_date - 1")
    await world.tell(world.ready(world.intake.profiles[str(student)]))
    assert (await world.proposed()).offer_id == offer.offer_id


async def test_an_offer_that_suits_nobody_for_a_while_is_said_to_be_unfilled_once(world: World) -> None:
    await world.settings({"unfilledSeconds": HOUR})
    lonely, wanted = await world.offer(sector="overheid"), await world.offer()
    await world.student()
    await world.proposed()
    await asyncio.wait_for(_offers_get_older(world), 15)
    event = await world.next(OfferUnfilled)
    assert (event.offer_id, event.sector) == (lonely.offer_id, "overheid")
    assert await world.told(OfferUnfilled) == 1
    query = "select unfilled_at is null from offers where id = $1"
    assert await world.matching.sql.fetchval(query, wanted.offer_id)


async def _offers_get_older(world: World) -> None:
    await world.matching.sql.execute(
        "update offers set opened_at = opened_at - interval '2 hours', look_at = clock_timestamp()"
    )
    await world.matching.until("select count(*) = 0 from offers where look_at <= clock_timestamp()", within=12)


async def test_less_patience_holds_at_once_for_those_who_search_already(world: World) -> None:
    await world.settings(PATIENT)
    offer = await world.offer()
    await world.student()
    assert await world.told(MatchProposed) == 0
    await world.settings()
    assert (await world.proposed()).offer_id == offer.offer_id
