"""Events through the broker: each counts once, whatever happens to it on the way."""

from datetime import date, datetime, timedelta

from shared.events import intake
from shared.events.codes import IntermediaryKind, Outcome, PlacementKind, SizeClass
from tests.analytics.events import (
    DAY,
    NOON,
    a_bottleneck,
    a_contact,
    a_follow_up,
    a_school,
    accepted,
    an_employer,
    an_id,
    an_offer,
    asked,
    cancelled,
    declined,
    ended,
    help_answered,
    merged,
    proposed,
    ready,
    started,
    suggested,
    unmatched,
    withdrawn,
)
from tests.analytics.support import contents, rows, summary, tell
from tests.support.service import RunningService


async def test_the_same_event_three_times_changes_nothing_more(analytics: RunningService) -> None:
    told = [
        await tell(analytics, event)
        for event in (
            a_school(),
            an_employer(),
            an_offer(),
            ready("Sam"),
            proposed("Sam"),
            accepted("Sam"),
            started("Sam"),
        )
    ]
    told += [
        await tell(analytics, event)
        for event in (ended("Sam"), a_contact("call"), asked("help"), help_answered("help"))
    ]
    before, counted = await contents(analytics), await summary(analytics)
    assert counted["placed"] == 1
    for envelope in told * 2:
        event = envelope.event()
        await analytics.deliver(envelope, type(event).routing_key())
    again = [await tell(analytics, envelope.event()) for envelope in told]  # the same facts as other messages
    await analytics.handled(*again)
    assert await contents(analytics) == before
    assert await summary(analytics) == counted


async def test_a_late_fact_still_counts_once(analytics: RunningService) -> None:
    await tell(analytics, ended("Sam", Outcome.JOB), 90)
    await tell(analytics, started("Sam"), 60)
    await tell(analytics, accepted("Sam"), 30)
    await tell(analytics, proposed("Sam"), 10)
    await tell(analytics, ready("Sam"), 0)
    found = await summary(analytics)
    assert (found["ready"], found["placed"], found["jobs"], found["stillSearching"]) == (1, 1, 1, 0)
    assert found["firstChoiceHonoured"] == 1
    assert found["medianSecondsReadyToProposed"] == 10


async def test_an_older_state_after_a_newer_one_changes_nothing(analytics: RunningService) -> None:
    await tell(analytics, a_school(student_count=210), version=3)
    await tell(analytics, an_employer(size_class=SizeClass.LARGE), version=3)
    await tell(analytics, a_school(student_count=90), version=2)
    await tell(analytics, an_employer(size_class=SizeClass.SMALL), version=2)
    assert (await rows(analytics, "school-size"))["pro"] == [1, 210, 210, 210]
    assert (await rows(analytics, "employers-by-size"))["large"] == [1]
    await tell(analytics, an_employer(size_class=SizeClass.MEDIUM), version=4)
    assert (await rows(analytics, "employers-by-size"))["medium"] == [1]


async def test_two_employers_that_were_merged_count_as_one_in_whatever_order_it_is_heard(
    analytics: RunningService,
) -> None:
    await tell(analytics, merged("C", "B"))
    for name in ("A", "B", "C"):
        await tell(analytics, an_employer(name))
        await tell(analytics, suggested(name))
    assert (await rows(analytics, "employers-by-size"))["small"] == [2]
    await tell(analytics, merged("B", "A"))
    assert (await rows(analytics, "employers-by-size"))["small"] == [1]
    columns = await rows(analytics, "intermediaries")
    assert columns["sbb"] == [0, 0, 0, 1, 1, 0]


async def test_an_offer_that_was_withdrawn_before_it_was_heard_of_does_not_count(analytics: RunningService) -> None:
    from shared.events.intake import OfferWithdrawn

    gone = OfferWithdrawn(offer_id=an_id("offer"), employer_id=an_id("employer"), reason="filled")
    await tell(analytics, gone, version=2)
    await tell(analytics, an_offer(), version=1)
    await tell(analytics, an_offer("other", seats=3), version=1)
    assert (await rows(analytics, "offers-by-sector"))["total"] == [1, 3]


async def test_an_employer_that_only_an_intermediary_named_is_not_yet_one_of_the_report(
    analytics: RunningService,
) -> None:
    await tell(analytics, an_employer(brought_in_by=None, cooperations=()))
    assert (await rows(analytics, "employers-by-region"))["total"] == [0]


async def test_each_student_waits_for_what_happened_last(analytics: RunningService) -> None:
    for name in ("waits", "open", "agreed", "declined", "unmatched", "placed", "withdrawn", "again"):
        await tell(analytics, ready(name), 0)
    for name in ("open", "agreed", "declined", "placed", "again"):
        await tell(analytics, proposed(name), 5)
    await tell(analytics, declined("declined"), 8)
    await tell(analytics, unmatched("unmatched"), 9)
    for name in ("agreed", "placed", "again"):
        await tell(analytics, accepted(name), 8)
    for name in ("placed", "again"):
        await tell(analytics, started(name), 9)
    await tell(analytics, withdrawn("withdrawn"), 9, version=2)
    await tell(analytics, ended("again", Outcome.STOPPED_EARLY), 20)
    await tell(analytics, ready("again"), 30, version=2)
    assert await rows(analytics, "still-searching") == {
        "no-proposal": [2],
        "proposal-open": [1],
        "being-placed": [1],
        "declined": [1],
        "expired": [0],
        "refused": [0],
        "help-asked": [1],
        "total": [6],
    }


async def test_medians_are_from_ready_to_proposed_and_from_ended_to_the_next_proposal(
    analytics: RunningService,
) -> None:
    for name, seconds in (("one", 2), ("two", 4), ("three", 60)):
        await tell(analytics, ready(name), 0)
        await tell(analytics, proposed(name, offer_id=an_id(f"offer {name}")), seconds)
    await tell(analytics, proposed("one", proposal_id=an_id("later"), offer_id=an_id("elsewhere")), 100)
    await tell(analytics, ended("two", offer_id=an_id("offer two")), 200)
    await tell(analytics, proposed("four", offer_id=an_id("offer two")), 203)
    await tell(analytics, ended("three", offer_id=an_id("offer three")), 300)  # nobody comes after
    found = await summary(analytics)
    assert found["medianSecondsReadyToProposed"] == 4
    assert found["medianSecondsEndedToMatchedAgain"] == 3


async def test_intermediaries_are_counted_with_what_came_of_their_tips(analytics: RunningService) -> None:
    for version, kind in enumerate((IntermediaryKind.SBB, IntermediaryKind.UWV), start=1):
        await tell(analytics, asked("help", kind), version=version)
    await tell(analytics, help_answered("help"), 10)
    await tell(analytics, suggested("bakery"), 11)
    await tell(analytics, started("Sam", employer_id=an_id("bakery")), 60)
    await tell(analytics, started("Bo", employer_id=an_id("bakery")), 5)  # was there before the tip
    found = await rows(analytics, "intermediaries")
    assert found["sbb"] == [1, 1, 0, 1, 1, 1]
    assert found["uwv"] == [1, 0, 0, 0, 0, 0]
    assert found["total"] == [1, 1, 0, 1, 1, 1]
    counted = await summary(analytics)
    assert (counted["callsForHelp"], counted["answers"]) == (1, 1)


async def test_an_initiatives_placements_are_those_since_its_employers_take_part(analytics: RunningService) -> None:
    undertaken = intake.InitiativeUndertaken(
        initiative_id=an_id("initiative"),
        region="AM11",
        school_id=an_id("school"),
        kind="network-meeting",
        aim="both",
        begin_date=date(2024, 1, 8),
        ended_date=None,
        employers=(
            intake.InitiativeEmployer(employer_id=an_id("employer"), since_date=DAY),
            intake.InitiativeEmployer(employer_id=an_id("late"), since_date=date(2024, 3, 5)),
        ),
    )
    await tell(analytics, undertaken, version=2)
    await tell(analytics, undertaken.model_copy(update={"employers": ()}), version=1)
    await tell(analytics, started("Sam"))
    await tell(analytics, started("Noor", employer_id=an_id("late")))
    await tell(analytics, started("Bo", employer_id=an_id("merged")))
    await tell(analytics, merged("employer", "merged"))
    await tell(analytics, ended("Bo", Outcome.JOB, employer_id=an_id("merged")))
    found = await rows(analytics, "initiatives")
    assert found["network-meeting"] == found["total"] == [1, 0, 2, 2, 1]
    published = (await analytics.client.get("/v1/tables/initiatives")).json()
    assert {row["code"]: row["values"] for row in published["rows"]}["total"] == [1, 0, 2, None, None]


async def test_the_first_contact_of_a_school_with_an_employer_counts_for_its_channel(analytics: RunningService) -> None:
    await tell(analytics, a_school())
    await tell(analytics, a_contact("second", channel="visit", initiator="employer"), 1)
    early = NOON.date() - timedelta(days=9)
    await tell(analytics, a_contact("first", arguments=("benefits",), outcome="later", contact_date=early), 2)
    assert (await rows(analytics, "first-contact"))["telephone"] == [1, 1]
    assert (await rows(analytics, "first-contact"))["total"] == [1, 1]
    assert (await rows(analytics, "initiative"))["school"] == [1]
    used = await rows(analytics, "convincing-arguments")
    assert (used["benefits"], used["information"], used["total"]) == ([1, 1, 0], [1, 1, 1], [1, 2, 1])


async def test_a_period_bounds_what_is_counted_both_days_included(analytics: RunningService) -> None:
    await tell(analytics, started("Sam"))
    begin = datetime.combine(started("Sam").begin_date, NOON.time())
    for shift, expected in ((0, 1), (1, 0), (-1, 1)):
        day = (begin + timedelta(days=shift)).date().isoformat()
        assert (await rows(analytics, "placements", fromDate=day))["internship"] == [expected, 0]
    last = (begin + timedelta(days=-1)).date().isoformat()
    assert (await rows(analytics, "placements", toDate=last))["internship"] == [0, 0]


async def test_a_day_of_a_period_ends_at_midnight_in_the_netherlands(analytics: RunningService) -> None:
    midnight = 11 * 3600  # after noon in Greenwich, in winter
    await tell(analytics, ready("Sam"), midnight - 1)
    await tell(analytics, ready("Bo"), midnight)
    until = await rows(analytics, "funnel", toDate=NOON.date().isoformat())
    since = await rows(analytics, "funnel", fromDate=(NOON.date() + timedelta(days=1)).isoformat())
    assert (until["ready"], since["ready"]) == ([1], [1])


async def test_what_was_called_off_before_it_began_was_no_placement(analytics: RunningService) -> None:
    for event in (ready("Sam"), started("Sam"), ready("Kim"), started("Kim")):
        await tell(analytics, event)
    await tell(analytics, cancelled("Sam"))
    assert (await summary(analytics))["placed"] == 1
    assert (await rows(analytics, "placements"))["internship"] == [1, 0]


async def test_places_that_lead_to_others_are_counted_by_what_they_lead_to(analytics: RunningService) -> None:
    chain = (("first", PlacementKind.TASTER), ("second", PlacementKind.LONG), ("third", PlacementKind.JOB))
    before = None
    for name, kind in chain:
        await tell(analytics, started("Sam", placement_id=an_id(name), kind=kind, predecessor_id=before))
        before = an_id(name)
    counted = await rows(analytics, "continued")
    assert (counted["taster"], counted["long"], counted["total"]) == ([1, 0], [0, 1], [1, 1])


async def test_a_bottleneck_counts_as_it_reads_now_for_each_of_its_codes(analytics: RunningService) -> None:
    await tell(analytics, a_bottleneck("late", "distance", solved="yes"), version=2)
    await tell(analytics, a_bottleneck("late", "distance"), version=1)
    await tell(analytics, a_bottleneck("other", "distance", "motivation", led_to_end=True))
    found = await rows(analytics, "bottlenecks")
    assert (found["distance"], found["motivation"], found["behaviour"]) == ([2, 1, 1], [1, 0, 1], [0, 0, 0])
    assert found["total"] == [2, 1, 1]


async def test_what_became_of_former_students_counts_by_the_months_since(analytics: RunningService) -> None:
    for event in (a_follow_up("Sam", "to-work"), a_follow_up("Sam", "at-home", 12), a_follow_up("Noa", "to-work")):
        await tell(analytics, event)
    await tell(analytics, a_follow_up("Noa", "sheltered"), version=2)
    found = await rows(analytics, "follow-ups")
    assert (found["to-work"], found["sheltered"], found["at-home"]) == ([1, 0, 0], [1, 0, 0], [0, 1, 0])
    assert found["total"] == [2, 1, 0]
