"""What `stagebrug load` says came of it: every kind of loss shows, and figures are those of what was seen."""

from typing import Any

from deploy.load import outcome
from deploy.load.playing import Played
from deploy.load.week import Drawing, Week


def _right() -> Played:
    played = Played(
        offers={"o": (1.0, 1)}, ready={"s": 2.0}, yes={"p": 4.0}, days={"s": 3}, calls=[0.1, 0.3], seconds=10.0
    )
    for at, kind, data in (
        (1.1, "employer-offered", {"offerId": "o"}),
        (2.1, "student-ready", {"studentId": "s"}),
        (2.5, "match-proposed", {"proposalId": "p", "studentId": "s", "offerId": "o"}),
        (4.2, "placement-started", {"proposalId": "p", "studentId": "s", "offerId": "o"}),
    ):
        played.seen.events[kind].append((at, data))
    return played


def test_figures_are_of_what_was_seen() -> None:
    found = outcome.of(_right(), Week.of("region", 1, 1), 60)
    assert (found["students"], found["employers"], found["schools"], found["placed"]) == (2000, 1143, 13, 1)
    waited = found["milliseconds"]
    assert waited["offer and student to proposal"]["p99"] == 500
    assert (waited["yes to placement"]["max"], waited["call"]["p50"]) == (200, 300)
    assert "Nothing was lost" in outcome.page(found)


def test_everything_that_a_promise_forbids_is_a_problem() -> None:
    def broken(**change: Any) -> str:
        played = _right()
        for name, value in change.items():
            setattr(played, name, value)
        return "; ".join(outcome.problems(played))

    assert broken() == ""
    assert broken(ready={"s": 2.0, "gone": 3.0}) == "student-ready of students: 1 lost"
    assert broken(offers={"o": (1.0, 1), "gone": (1.0, 1)}) == "employer-offered of offers: 1 lost"
    assert broken(yes={"p": 4.0, "gone": 5.0}) == "placement of accepted proposals: 1 lost"
    assert broken(parked={"matching": 2}) == "matching parked 2 messages"
    assert broken(left=["analytics has not handled 3 events"]) == "analytics has not handled 3 events"
    twice = _right()
    twice.seen.ids["e"] = 2
    twice.seen.events["placement-started"] *= 2
    assert outcome.problems(twice) == [
        "placement of accepted proposals: 1 doubled",
        "event e stands 2 times in the log",
        "offer o is used 6 days a week and has 1 seats",
        "student s has 2 places",
    ]


def test_a_second_run_of_the_same_seed_has_schools_of_its_own_and_the_same_people() -> None:
    week = Week.of("region", 1, 1)
    first, second = Drawing(week), Drawing(week)
    assert first.school(0, "one")["brin"] != second.school(0, "two")["brin"]
    town = week.towns[0]
    assert first.employer(town) == second.employer(town)
    assert first.student("01AB00", town) == second.student("01AB00", town)
