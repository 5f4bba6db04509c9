"""What is proposed on which event."""

from datetime import date

from services.matching.domain.model import SearchState
from shared.events.codes import Point, Step
from shared.events.intake import OfferChanged, OfferWithdrawn, StudentWithdrawn
from shared.events.matching import MatchExpired, MatchProposed
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, SCHOOL, ZWOLLE, a_profile, known_to, north_of, wish
from tests.matching.world import World, offered, registered


async def test_an_offer_before_a_student_and_a_student_before_an_offer_give_the_same_proposal(world: World) -> None:
    first = await world.offer()
    early = await world.student()
    one = await world.proposed()
    late = await world.student()
    second = await world.offer()
    other = await world.proposed()
    assert (one.student_id, one.offer_id) == (early, first.offer_id)
    assert (other.student_id, other.offer_id) == (late, second.offer_id)
    same = {"begin_date", "end_date", "step", "region", "school_id"}
    assert one.model_dump(include=same) == other.model_dump(include=same)
    reasons = [(await world.own.get(f"/v1/proposals/{p.proposal_id}")).json()["reasons"] for p in (one, other)]
    assert reasons[0] == reasons[1]


async def test_a_proposal_is_read_with_its_reasons_by_the_students_school(world: World) -> None:
    employer = await world.employer(**known_to(SCHOOL))
    await world.offer(employer_id=employer.employer_id)
    student = await world.student()
    event = await world.proposed()
    (proposal,) = (await world.own.get(f"/v1/students/{student}/proposals")).json()["items"]
    assert proposal["id"] == str(event.proposal_id)
    assert (proposal["state"], proposal["step"], proposal["choice"]) == ("open", "own-network", 1)
    assert proposal["weekdays"] == ["mon", "tue"]
    assert proposal["weightsVersion"] == "AM11-1"
    assert proposal["score"] == sum(reason["points"] for reason in proposal["reasons"])
    assert proposal["reasons"][0] == {
        "factor": "wish",
        "points": 8000,
        "text": "Past bij de eerste keuze: horeca.",
        "direction": "plus",
    }


async def test_the_event_says_where_the_reasons_can_be_read(world: World) -> None:
    await world.offer()
    await world.student()
    event = await world.proposed()
    await world.matching.published_everything()
    message = await world.matching.sql.fetchval(
        "select message from event_log where type = $1", MatchProposed.event_type()
    )
    assert f'"dataref":"{world.matching.url}/v1/proposals/{event.proposal_id}"' in message
    assert "horeca" not in message


async def test_of_several_places_the_one_that_suits_best_is_proposed(world: World) -> None:
    await world.offer(sector="detailhandel", location=LELYSTAD)
    far = await world.offer(location=north_of(LELYSTAD, 4))
    near = await world.offer(location=north_of(LELYSTAD, 1))
    await world.student(wishes=wish("horeca", "detailhandel"))
    assert (await world.proposed()).offer_id == near.offer_id
    await world.student(wishes=wish("horeca", "detailhandel"))
    assert (await world.proposed()).offer_id == far.offer_id


async def test_the_one_seat_goes_to_who_is_hardest_to_place(world: World) -> None:
    await world.student(location=LELYSTAD)
    hard = await world.student(limits=["till", "noise"], guidance_need="full")
    await world.offer()
    assert (await world.proposed()).student_id == hard


async def test_a_seat_that_is_proposed_is_not_proposed_to_a_second_student(world: World) -> None:
    await world.offer()
    await world.student()
    second = await world.student()
    assert await world.told(MatchProposed) == 1
    search = await world.search(second)
    assert search["state"] == "searching"
    assert [why["rule"] for why in search["whyNot"]] == ["seat"]


async def test_two_students_share_a_seat_over_the_week(world: World) -> None:
    offer = await world.offer(weekdays=["mon", "tue", "wed", "thu"])
    students = [await world.student(weekdays=[], days_per_week=2) for _ in range(3)]
    first, second = await world.proposed(), await world.proposed()
    assert [one.student_id for one in (first, second)] == students[:2]
    days = [(await world.own.get(f"/v1/proposals/{one.proposal_id}")).json()["weekdays"] for one in (first, second)]
    assert days == [["mon", "tue"], ["wed", "thu"]]
    assert [why["rule"] for why in (await world.search(students[2]))["whyNot"]] == ["seat"]
    await world.decline(first.proposal_id)
    third = await world.proposed()
    assert (third.student_id, third.offer_id) == (students[2], offer.offer_id)
    assert (await world.own.get(f"/v1/proposals/{third.proposal_id}")).json()["weekdays"] == ["mon", "tue"]


async def test_a_free_seat_is_shared_at_once_by_those_who_wait_for_it(world: World) -> None:
    students = {await world.student(weekdays=[], days_per_week=days) for days in (2, 3)}
    await world.offer()
    assert {(await world.proposed()).student_id, (await world.proposed()).student_id} == students


async def test_all_seats_of_an_offer_are_proposed_at_once(world: World) -> None:
    students = {await world.student() for _ in range(4)}
    await world.offer(seats=3)
    proposed = {(await world.proposed()).student_id for _ in range(3)}
    assert len(proposed) == 3
    assert proposed < students
    assert await world.told(MatchProposed) == 3


async def test_a_student_over_the_border_is_found_when_the_circle_is_that_wide(world: World) -> None:
    await world.settings(region="AM36")
    student = await world.student(
        region="AM36", location=ZWOLLE, travel={"mode": "public-transport", "max_minutes": 120}
    )
    offer = await world.offer(location=north_of(LELYSTAD, 0))
    proposal = await world.proposed()
    assert (proposal.student_id, proposal.offer_id) == (student, offer.offer_id)
    assert (proposal.step, proposal.region) == (Step.NEXT_REGION, "AM36")


async def test_what_another_school_keeps_to_itself_is_neither_proposed_nor_named(world: World) -> None:
    await world.offer(private_to=new_id())
    student = await world.student()
    assert await world.told(MatchProposed) == 0
    assert (await world.search(student))["whyNot"] == []


async def test_an_offer_that_is_withdrawn_lets_the_student_search_on(world: World) -> None:
    gone = await world.offer(location=north_of(LELYSTAD, 1))
    left = await world.offer(location=north_of(LELYSTAD, 4))
    student = await world.student()
    first = await world.proposed()
    await world.tell(OfferWithdrawn(offer_id=gone.offer_id, employer_id=gone.employer_id, reason="filled"))
    expired, second = await world.next(MatchExpired), await world.proposed()
    assert (expired.proposal_id, expired.reason) == (first.proposal_id, "offer-withdrawn")
    assert (second.student_id, second.offer_id) == (student, left.offer_id)


async def test_an_offer_that_changes_keeps_the_proposal_that_still_suits(world: World) -> None:
    offer = await world.offer()
    await world.student()
    await world.proposed()
    await world.tell(OfferChanged.model_validate(offer.model_dump() | {"tasks": ["afwassen"], "version": 0}))
    assert await world.told(MatchExpired) == 0
    await world.tell(OfferChanged.model_validate(offer.model_dump() | {"certificates": ["vca"], "version": 0}))
    assert (await world.next(MatchExpired)).reason == "offer-changed"


async def test_with_fewer_seats_the_newest_proposals_go(world: World) -> None:
    offer = await world.offer(seats=2)
    await world.student()
    await world.student()
    first, second = await world.proposed(), await world.proposed()
    await world.tell(OfferChanged.model_validate(offer.model_dump() | {"seats": 1, "version": 0}))
    assert (await world.next(MatchExpired)).proposal_id == second.proposal_id
    assert (await world.own.get(f"/v1/proposals/{first.proposal_id}")).json()["state"] == "open"


async def test_an_older_state_of_an_offer_changes_nothing(world: World) -> None:
    offer = offered()
    changed = OfferChanged.model_validate(offer.model_dump() | {"certificates": ["vca"]})
    assert await world.tell(changed, version=2) == "done"
    await world.matching.handled(await world.matching.announce(offer, version=1))
    await world.student()
    assert await world.told(MatchProposed) == 0


async def test_a_student_who_withdraws_is_forgotten_and_the_seat_goes_to_the_next(world: World) -> None:
    await world.offer()
    leaving = await world.student()
    first = await world.proposed()
    staying = await world.student()
    await world.tell(StudentWithdrawn(student_id=leaving, school_id=SCHOOL))
    assert (await world.next(MatchExpired)).proposal_id == first.proposal_id
    assert (await world.proposed()).student_id == staying
    row = await world.matching.sql.fetchrow("select * from searches where id = $1", leaving)
    assert row
    assert row["state"] == SearchState.ENDED
    assert [row[name] for name in ("profile", "latitude", "longitude", "reach_km")] == [None] * 4
    assert (await world.search(leaving))["state"] == "ended"


async def test_a_student_who_comes_back_is_looked_for_again(world: World) -> None:
    profile = a_profile()
    await world.tell(world.ready(profile))
    await world.tell(StudentWithdrawn(student_id=profile.student_id, school_id=SCHOOL))
    await world.tell(world.ready(profile))
    await world.offer()
    assert (await world.proposed()).student_id == profile.student_id


async def test_a_profile_that_changed_ends_a_proposal_that_suits_no_longer(world: World) -> None:
    await world.offer()
    profile = a_profile()
    await world.tell(world.ready(profile))
    await world.proposed()
    await world.tell(world.ready(profile.model_copy(update={"limits": ("till",)})))
    assert await world.told(MatchExpired) == 0
    await world.tell(world.ready(profile.model_copy(update={"location": Point(**north_of(LELYSTAD, 30))})))
    assert (await world.next(MatchExpired)).reason == "student-changed"


async def test_a_student_whose_profile_is_gone_is_not_looked_for(world: World) -> None:
    profile = a_profile()
    event = world.ready(profile)
    del world.intake.profiles[str(profile.student_id)]
    assert await world.tell(event) == "done"
    assert (await world.own.get(f"/v1/students/{profile.student_id}/search")).status_code == 404


async def test_the_profile_is_asked_for_with_matchings_own_right_at_intake_and_nowhere_else(world: World) -> None:
    profile = a_profile()
    dataref = f"https://elsewhere.example/intake/v1/students/{profile.student_id}/matching-profile"
    await world.tell(world.ready(profile), dataref=dataref)
    assert (await world.search(profile.student_id))["state"] == "searching"
    assert [header[:7] for header in world.intake.asked] == ["Bearer "]


async def test_a_register_that_is_away_is_asked_again(world: World) -> None:
    await world.offer()
    profile = a_profile()
    world.intake.status = 503
    envelope = await world.matching.announce(world.ready(profile))
    await world.matching.until("select count(*) = 1 from inbox where status = 'retry'")
    world.intake.status = 200
    await world.matching.sql.execute("update inbox set next_attempt_at = now() where status = 'retry'")
    assert (await world.proposed()).student_id == profile.student_id
    assert await world.matching.handled(envelope) == ["done"]


async def test_an_employer_that_another_school_shares_later_is_proposed_then(world: World) -> None:
    employer = registered(private_to=new_id())
    await world.tell(employer)
    await world.offer(employer_id=employer.employer_id)
    student = await world.student()
    assert await world.told(MatchProposed) == 0
    await world.tell(employer.model_copy(update={"private_to": None}))
    assert (await world.proposed()).student_id == student


async def test_a_seat_is_proposed_for_the_part_of_the_period_in_which_it_is_there(world: World) -> None:
    await world.offer(begin_date=date(2026, 10, 1), end_date=date(2027, 1, 31))
    await world.student()
    proposal = await world.proposed()
    assert (proposal.begin_date, proposal.end_date) == (date(2026, 10, 1), date(2027, 1, 31))


async def test_the_same_event_three_times_gives_one_proposal(world: World) -> None:
    await world.offer()
    profile = a_profile()
    envelope = await world.matching.announce(world.ready(profile))
    for _ in range(2):
        await world.matching.deliver(envelope, "intake.student-ready.v1")
    await world.matching.handled(envelope)
    await world.student()
    assert await world.told(MatchProposed) == 1
