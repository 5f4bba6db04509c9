"""The figures of the process, each table computed by hand from the events that are told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.events import intake, matching
from shared.events.codes import IntermediaryKind, Outcome, PlacementKind
from tests.analytics.events import (
    DAY,
    a_contact,
    accepted,
    an_employer,
    an_id,
    an_offer,
    asked,
    changed,
    claimed,
    declined,
    ended,
    help_answered,
    help_declined,
    merged,
    proposed,
    ready,
    started,
    suggested,
    unmatched,
    withdrawn,
)
from tests.analytics.support import rows, tell
from tests.support.service import RunningService

HOUR, A_DAY = 3600, 86_400


def day(days: int) -> date:
    return DAY + timedelta(days=days)


async def test_the_funnel_goes_on_to_what_was_completed_and_to_paid_work(told: RunningService) -> None:
    for name, outcome in (("done", Outcome.COMPLETED), ("hired", Outcome.JOB), ("stopped", Outcome.STOPPED_EARLY)):
        for event in (ready(name), started(name), ended(name, outcome)):
            await tell(told, event)
    job = {"placement_id": an_id("job"), "proposal_id": None, "kind": PlacementKind.JOB, "begin_date": day(200)}
    await tell(told, started("done", **job, predecessor_id=an_id("placement done")))
    found = await rows(told, "funnel")
    assert {code: n for code, (n,) in found.items()} == {
        "ready": 3, "proposed": 0, "accepted": 0, "started": 3, "ended": 3, "completed": 2, "job": 2,
    }  # fmt: skip


async def test_each_step_has_its_median_and_its_ninth_decile(told: RunningService) -> None:
    for n, hours in enumerate((1, 2, 3, 4, 20)):
        name = f"student {n}"
        await tell(told, ready(name))
        await tell(told, proposed(name), hours * HOUR)
        await tell(told, accepted(name), (hours + 2) * HOUR)
        await tell(told, started(name), (hours + 3) * HOUR)
    await tell(told, ended("student 0", ended_date=day(2)))
    found = await rows(told, "step-times")
    assert found["ready-proposed"] == [5, 3, 14]  # nine tenths: 4 + 0.6 × 16 hours
    assert found["proposed-accepted"] == [5, 2, 2]
    assert found["accepted-placed"] == [5, 1, 1]
    assert found["ready-placed"] == [5, 6, 17]
    assert found["begun-ended"] == [1, 48, 48]


async def test_a_student_waits_for_a_proposal_since_the_search_began(told: RunningService) -> None:
    for name, begun in (("fresh", 20), ("weeks", 10), ("long", 0), ("helped", 0), ("gone", 0), ("later", 31)):
        await tell(told, ready(name), begun * A_DAY)
    await tell(told, proposed("helped"), 3 * A_DAY)
    await tell(told, withdrawn("gone"), 5 * A_DAY, version=2)
    found = await rows(told, "waiting-without-proposal", toDate=day(30).isoformat())
    assert {code: n for code, (n,) in found.items()} == {
        "up-to-two-weeks": 1, "up-to-four-weeks": 1, "longer": 1, "total": 3,
    }  # fmt: skip


async def test_why_a_placement_is_not_the_first_choice_is_what_came_before_it(told: RunningService) -> None:
    for name, choice in (("first", 1), ("declined", 2), ("none", 0), ("again", 2)):
        await tell(told, ready(name))
        if name == "declined":
            await tell(told, declined(name, "too-far", proposal_id=an_id("earlier")), 10)
        if name == "again":  # what was declined in an earlier search is no reason
            await tell(told, declined(name, "other", proposal_id=an_id("before")), 10)
            await tell(told, ready(name), 20, version=2)
        for event in (proposed(name), accepted(name, choice), started(name)):
            await tell(told, event, 30)
    found = await rows(told, "first-choice-why-not")
    assert {code: n for code, (n,) in found.items()} == {
        "not-offered": 2, "expired": 0, "seat-taken": 0, "too-far": 1, "total": 3,
    }  # fmt: skip


async def test_a_call_is_answered_in_time_also_when_the_answer_is_nobody(told: RunningService) -> None:
    await tell(told, asked("named"))
    await tell(told, help_answered("named"), 2 * A_DAY)
    await tell(told, asked("nobody"))
    await tell(told, help_declined("nobody"), 3 * A_DAY)
    await tell(told, asked("late"))
    await tell(told, help_answered("late"), 4 * A_DAY)
    await tell(told, asked("silent", IntermediaryKind.UWV))
    found = await rows(told, "calls-answered")
    assert (found["sbb"], found["uwv"], found["total"]) == ([3, 2, 1, 0], [1, 0, 0, 1], [4, 2, 1, 1])


async def test_a_placement_costs_the_contacts_of_the_year_before_it(told: RunningService) -> None:
    for name, days in (("one", -10), ("two", -4), ("last", 0), ("too late", 5), ("too early", -400)):
        await tell(told, a_contact(name, contact_date=day(days)))
    for days in (-3, -365, -366):  # a year before is the 366th day: there was a 29 February
        other = a_contact(f"of another school {days}", school_id=an_id("vso"), contact_date=day(days))
        await tell(told, other)
    await tell(told, started("Sam"))
    await tell(told, started("Bo", school_id=an_id("vso")))
    found = await rows(told, "effort-per-placement")
    assert found == {"pro": [1, 3, 3, 10, 10], "vso": [1, 2, 2, 365, 365], "total": [2, 3, 3, 188, 330]}


async def test_a_contact_belongs_to_each_placement_that_it_came_before_whatever_its_employer_was_called(
    told: RunningService,
) -> None:
    await tell(told, an_employer("old"))
    await tell(told, merged("employer", "old"))
    for days in (-300, -100, 50, 110):
        await tell(told, a_contact(f"under the old name {days}", employer_id=an_id("old"), contact_date=day(days)))
    for days in (0, 90, 130):
        await tell(told, a_contact(f"by now {days}", contact_date=day(days)))
    await tell(told, started("Sam", employer_id=an_id("old")))  # of three: of the days -300, -100 and 0
    await tell(told, started("Bo", begin_date=day(120)))  # of five: from the day -100 to 110
    found = await rows(told, "effort-per-placement")
    assert found["pro"] == found["total"] == [2, 4, 5, 260, 292]


async def test_an_employer_that_two_schools_approach_is_double_unless_they_do_it_together(
    told: RunningService,
) -> None:
    for name in ("apart", "together", "alone", "long ago"):
        await tell(told, an_employer(name))
    await tell(told, claimed("claim", "together", joined_by=(an_id("vso"),)))
    for name, days in (("apart", 30), ("together", 5), ("long ago", 31)):
        await tell(told, a_contact(f"{name} 1", employer_id=an_id(name)))
        facts: dict[str, Any] = {"school_id": an_id("vso"), "contact_date": day(days)}
        await tell(told, a_contact(f"{name} 2", employer_id=an_id(name), **facts))
    await tell(told, a_contact("alone", employer_id=an_id("alone")))
    found = await rows(told, "double-approaches")
    assert found == {"approached": [4], "double": [1], "together": [1]}
    of_the_school = await rows(told, "double-approaches", school="99AA00")
    assert of_the_school == {"approached": [4], "double": [1], "together": [1]}


async def test_a_relation_goes_stale_and_dormant_without_contact_or_placement(told: RunningService) -> None:
    for name, days in (("alive", -30), ("stale", -200), ("dormant", -500)):
        await tell(told, an_employer(name))
        await tell(told, a_contact(name, employer_id=an_id(name), contact_date=day(days)))
    await tell(told, started("Sam"))  # at `employer`
    await tell(told, an_employer("never"))
    found = await rows(told, "relations", toDate=day(1).isoformat())
    assert {code: n for code, (n,) in found.items()} == {
        "placed-now": 1, "alive": 1, "stale": 1, "dormant": 1, "nothing-recorded": 1, "total": 5,
    }  # fmt: skip


async def test_early_ends_are_counted_by_the_sector_of_the_seat(told: RunningService) -> None:
    await tell(told, an_offer("care", sector="zorg-en-welzijn"))
    for name, outcome, offer in (
        ("one", Outcome.STOPPED_EARLY, "care"),
        ("two", Outcome.COMPLETED, "care"),
        ("three", Outcome.COMPLETED, "offer"),
    ):
        await tell(told, started(name, offer_id=an_id(offer)))
        await tell(told, ended(name, outcome, offer_id=an_id(offer)))
    found = await rows(told, "early-ends")
    assert (found["zorg-en-welzijn"], found["horeca"], found["total"]) == ([2, 1], [1, 0], [3, 1])


async def test_the_load_is_what_runs_now_with_the_median_of_schools(told: RunningService) -> None:
    for name, school in (("one", "school"), ("two", "school"), ("three", "vso"), ("over", "vso")):
        await tell(told, started(name, school_id=an_id(school)))
    await tell(told, ended("over", school_id=an_id("vso"), ended_date=day(10)))
    await tell(told, started("tomorrow", begin_date=day(31)))
    found = await rows(told, "guidance-load", toDate=day(30).isoformat())
    assert found == {"pro": [1, 2, 2], "vso": [1, 1, 1], "total": [2, 3, 2]}


async def test_seats_are_taken_month_by_month_and_open_when_placements_end(told: RunningService) -> None:
    await tell(told, started("Sam", end_date=date(2024, 5, 20)))
    await tell(told, started("Bo", end_date=date(2024, 5, 25)))
    await tell(told, changed("Bo", end_date=date(2024, 6, 10)), version=2)
    await tell(told, an_offer("summer", begin_date=date(2024, 6, 3), seats=4))
    found = await rows(told, "seats-over-time", toDate=date(2024, 4, 15).isoformat())
    assert found["now"] == [2, 2, 0, 0]
    assert found["2024-03"] == [0, 0, 0, 2]  # the first offer begins on the fourth
    assert found["2024-05"] == [2, 2, 1, 0]
    assert found["2024-06"] == [2, 1, 1, 4]
    assert found["2024-07"] == [6, 0, 0, 0]


async def test_supply_and_demand_stand_side_by_side_by_sector(told: RunningService) -> None:
    await tell(told, started("Sam"))
    await tell(told, an_offer("care", sector="zorg-en-welzijn", seats=3))
    unfilled = {"employer_id": an_id("employer"), "region": "AM11", "sector": "zorg-en-welzijn", "since_date": DAY}
    await tell(told, an_offer("over", sector="zorg-en-welzijn", end_date=day(10)))
    for name in ("care", "over"):
        await tell(told, matching.OfferUnfilled(offer_id=an_id(name), **unfilled))
    await tell(told, unmatched("Bo", sector="zorg-en-welzijn"))
    await tell(told, unmatched("Al"))
    found = await rows(told, "supply-and-demand", toDate=day(20).isoformat())
    assert found["horeca"] == [2, 1, 0, 0]
    assert found["zorg-en-welzijn"] == [3, 0, 1, 1]
    assert (found["unknown"], found["total"]) == ([0, 0, 0, 1], [5, 1, 1, 2])


async def test_an_internship_leads_to_work_within_months_or_to_a_next_place(told: RunningService) -> None:
    for name in ("work", "late", "next", "nothing", "stopped"):
        outcome = Outcome.STOPPED_EARLY if name == "stopped" else Outcome.COMPLETED
        await tell(told, started(name))
        await tell(told, ended(name, outcome, ended_date=day(0)))
    await tell(told, ended("lately", ended_date=datetime.now(UTC).date() - timedelta(days=200)))
    for name, kind, days in (
        ("work", PlacementKind.JOB, 60),
        ("late", PlacementKind.JOB, 300),
        ("next", PlacementKind.LONG, 90),
    ):
        await tell(told, started(name, placement_id=an_id(f"then {name}"), kind=kind, begin_date=day(days)))
    found = await rows(told, "after-internship", toDate=day(30).isoformat())  # also of the end of a period that is over
    assert found == {"job": [1, 2, 2], "further": [1, 1, 1], "neither": [2, 1, 1], "total": [4, 4, 4]}
    assert (await rows(told, "after-internship"))["total"] == [5, 4, 4]


async def test_who_is_harder_to_place_is_seen_by_kind_of_school_and_by_help(told: RunningService) -> None:
    for n, school in enumerate(("school", "school", "vso", "vso")):
        await tell(told, ready(f"student {n}", school_id=an_id(school)))
    await tell(told, started("student 0"), 2 * HOUR)
    await tell(told, started("student 2", school_id=an_id("vso")), 10 * HOUR)
    await tell(told, unmatched("student 2"))
    await tell(told, unmatched("student 3"))
    kinds, helped = await rows(told, "placed-by-school-kind"), await rows(told, "placed-by-help")
    assert kinds == {"pro": [2, 1], "vso": [2, 1], "total": [4, 2]}
    assert helped == {"own-circle": [2, 1], "with-help": [2, 1], "total": [4, 2]}
    waits = await rows(told, "waits-by-group")
    assert waits == {"pro": [1, 2, 2], "vso": [1, 10, 10], "own-circle": [1, 2, 2], "with-help": [1, 10, 10]}


async def test_the_newest_plan_says_whom_it_can_place_by_effort(told: RunningService) -> None:
    for name, placed in (("old", 1), ("new", 6)):
        efforts = (
            matching.EffortCount(effort=0, student_count=9, placed_count=placed),
            matching.EffortCount(effort=3, student_count=None, placed_count=None),
        )
        counts = {"student_count": 12, "placed_count": placed, "first_choice_count": None, "by_effort": efforts}
        plan = matching.RegionPlanned(plan_id=an_id(name), region="AM11", kind="waiting", **counts)
        await tell(told, plan, placed)
    found = await rows(told, "planned-by-effort")
    assert (found["effort-0"], found["effort-3"]) == ([9, 6], [0, 0])


async def test_an_initiative_is_seen_by_the_placements_of_the_year_before_and_after(told: RunningService) -> None:
    group = intake.InitiativeUndertaken(
        initiative_id=an_id("group"),
        region="AM11",
        school_id=an_id("school"),
        kind="group-internship",
        aim="more-places",
        target_groups=("all",),
        sectors=("horeca",),
        partners=("employers", "schools"),
        begin_date=DAY,
        ended_date=None,
        employers=(intake.InitiativeEmployer(employer_id=an_id("employer"), since_date=DAY),),
    )
    await tell(told, group)
    for name, days in (("before", -10), ("first", 3), ("second", 30), ("long after", 380)):
        await tell(told, started(name, begin_date=day(days)))
    found = await rows(told, "initiative-effect", toDate=day(400).isoformat())
    assert (found["group-internship"], found["total"]) == ([1, 1, 2], [1, 1, 2])
    another = {"initiative_id": an_id("campaign"), "kind": "campaign"}
    await tell(told, group.model_copy(update=another))
    both = await rows(told, "initiative-effect", toDate=day(400).isoformat())
    assert (both["group-internship"], both["campaign"], both["total"]) == ([1, 1, 2], [1, 1, 2], [1, 1, 2])
    too_soon = await rows(told, "initiative-effect", toDate=day(300).isoformat())
    assert too_soon["group-internship"] == [0, 0, 0]
    assert await rows(told, "initiatives-about") == {
        "aim-more-places": [2, 1],
        "for-all": [2, 1],
        "sector-horeca": [2, 1],
        "with-employers": [2, 1],
        "with-schools": [2, 1],
        "total": [2, 1],
    }


async def test_channels_and_arguments_are_followed_to_placements(told: RunningService) -> None:
    await tell(told, a_contact("call", arguments=("information", "benefits")))
    await tell(told, a_contact("mail", channel="email", outcome="no", arguments=("benefits",), contact_date=day(8)))
    await tell(told, started("Sam", begin_date=day(5)))
    channels, arguments = await rows(told, "channel-effect"), await rows(told, "argument-effect")
    assert (channels["telephone"], channels["email"]) == ([1, 1, 1, 1], [1, 0, 1, 0])
    assert (arguments["information"], arguments["benefits"]) == ([1, 1, 1, 1], [2, 1, 1, 1])
    assert (channels["total"], arguments["total"]) == ([2, 1, 1, 1], [2, 1, 1, 1])


async def test_small_figures_of_the_process_are_not_published(told: RunningService) -> None:
    for n in range(6):
        await tell(told, ready(f"student {n}"))
        await tell(told, proposed(f"student {n}"), HOUR)
    for n in range(5):
        await tell(told, started(f"student {n}"), 2 * HOUR)
    await tell(told, suggested("bakery"))

    async def published(name: str) -> dict[str, list[int | None]]:
        answer = await told.client.get(f"/v1/tables/{name}", params={"region": "AM11"})
        return {row["code"]: row["values"] for row in answer.json()["rows"]}

    steps = await published("step-times")
    assert steps["ready-proposed"] == [6, 1, None]  # a ninth decile of six would be one of them
    assert steps["proposed-accepted"] == [None, None, None]
    placed = await published("placed-by-school-kind")
    assert placed["pro"] == [6, None]  # five of six: the sixth would be known to have no place
    assert (await published("guidance-load"))["pro"] == [None, None, None]  # of one school
