"""What `stagebrug load` says came of it: every kind of loss shows, and figures are those of what was seen."""

import asyncio
import csv
import os
import signal
from typing import Any

import pytest

from deploy.errors import StackError
from deploy.load import outcome, stock
from deploy.load.playing import Played
from deploy.load.stopping import Stopping
from deploy.load.week import Drawing, Week
from services.intake.importing.columns import ImportKind, guess, lacking


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


def test_an_hour_of_the_countrys_peak_has_a_tenth_of_its_students_and_all_others_are_there_before() -> None:
    whole, hour = Week.of("country", 1, 1), Week.of("country", 1, 1, hours=1)
    assert (whole.seconds, whole.coming, whole.waiting) == (144_000, 25_000, 45_000)
    assert (hour.seconds, hour.coming, hour.waiting) == (3600, 2500, 67_500)
    assert hour.employers == whole.employers


def test_employers_come_as_a_list_that_the_import_reads_and_no_two_have_a_number() -> None:
    drawing, week = Drawing(Week.of("country", 0.01, 1)), Week.of("country", 0.01, 1)
    bodies = [drawing.employer(week.towns[0]) for _ in range(3)]
    first = stock.first_kvk_of("0a1b2c", 3)
    rows = list(csv.reader(stock.file_of(bodies, first).decode("utf-8-sig").splitlines(), delimiter=";"))
    mapping = guess(ImportKind.EMPLOYERS, rows[0])
    assert len(mapping) == len(rows[0])
    assert lacking(ImportKind.EMPLOYERS, mapping) == []
    assert [row[mapping["kvk_number"]] for row in rows[1:]] == [str(first), str(first + 1), str(first + 2)]
    assert [row[mapping["name"]] for row in rows[1:]] == [body["name"] for body in bodies]


async def test_ctrl_c_ends_a_play_early_and_a_filling_at_once() -> None:
    stopping = Stopping()
    assert not await stopping.within(0)
    asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
    assert await stopping.within(30)
    with pytest.raises(StackError):
        stopping.must_go_on()
