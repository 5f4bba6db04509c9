"""A region in figures: what a plan brings, what would help, and what is hidden."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import advice, figures, regional
from services.matching.domain.advice import Changes, ExtraSeats
from services.matching.domain.comparing import compare
from services.matching.domain.engine import ShortestPathEngine
from services.matching.domain.figures import Count, Line
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Pin, PinKind
from services.matching.domain.regional import Situation
from services.matching.planning.region import figures_if, work_out
from services.matching.store.plans import PlanLine
from shared.events.codes import SECTORS as SECTORS_OF_THE_REPORT
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, OTHER_SCHOOL, SCHOOL, TODAY, a_search, an_offer, north_of, wish

ENGINE = ShortestPathEngine()
SECTORS = ("horeca", "detailhandel", "sport", "zorg-en-welzijn")


def a_situation(random: Random, students: int, offers: int) -> Situation:
    """A region that is small, so that all meet."""
    searches = [
        a_search(
            wishes=wish(*random.sample(SECTORS, 2)),
            location=north_of(LELYSTAD, random.uniform(-8, 8)),
            travel={"mode": "bike", "max_minutes": random.choice([15, 30, 45])},
            accepts_neighbouring_work=random.random() < 0.5,
            limits=["till", "noise"] if random.random() < 0.3 else [],
            guidance_need=random.choice(["none", "full"]),
            school_id=random.choice([SCHOOL, OTHER_SCHOOL]),
            birth_year_month=f"2009-{1 + number % 12:02}",
        )
        for number in range(students)
    ]
    openings = [
        Opening(
            an_offer(
                sector=random.choice(SECTORS),
                seats=random.randint(1, 2),
                location=north_of(LELYSTAD, random.uniform(-8, 8)),
                demands=["till"] if random.random() < 0.3 else [],
            )
        )
        for _ in range(offers)
    ]
    return Situation("AM11", TODAY, searches, openings)


def worth(chosen: Sequence[Fit]) -> tuple[Counter[int], int, int]:
    """The plan in the published order."""
    effort = Counter(figures.line(one.pair.search, "", one.pair.choice).effort for one in chosen)
    return effort, sum(one.wish for one in chosen), sum(one.points for one in chosen)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_if_nothing_changed_is_the_plan_itself(random: Random) -> None:
    situation = a_situation(random, random.randint(1, 14), random.randint(1, 8))
    same = advice.changed(situation, Changes())
    assert regional.plan(ENGINE, same) == regional.plan(ENGINE, situation)
    assert figures_if(situation, Changes()) == figures.of(situation, regional.plan(ENGINE, situation))


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_one_more_seat_brings_the_region_what_it_is_said_to_be_worth(random: Random) -> None:
    situation = a_situation(random, random.randint(4, 16), random.randint(1, 6))
    found = regional.possibilities(situation)
    before = worth(regional.plan(ENGINE, situation, found))
    said = {(one.sector, one.municipality): one for one in advice.worth(situation, found)}
    for sector in SECTORS:
        seat = ExtraSeats(sector=sector, municipality="GM0995")
        after = worth(regional.plan(ENGINE, advice.changed(situation, Changes(extra_seats=(seat,)))))
        placed = Counter(after[0])
        placed.subtract(before[0])
        price = said.get((sector, "GM0995"))
        expected = Counter([price.effort] if price and price.placed else [])
        assert +placed == expected
        assert after[1] - before[1] == (price.wish if price else 0)


def test_seats_that_would_place_who_is_hardest_to_place_are_named_first() -> None:
    hard: dict[str, Any] = {"limits": ["till", "noise"], "guidance_need": "full"}
    strict: dict[str, Any] = {"accepts_neighbouring_work": False}
    searches = [a_search(wishes=wish("sport"), **hard, **strict), a_search(wishes=wish("horeca"), **strict)]
    situation = Situation("AM11", TODAY, searches, [])
    found = [(one.sector, one.placed, one.effort, one.wish) for one in advice.worth(situation, [])]
    assert found == [("sport", 1, 2, 8000), ("horeca", 1, 0, 8000)]


def test_what_keeps_students_from_a_place_is_counted_by_the_nearest_rule() -> None:
    far, full = north_of(LELYSTAD, -5.5), a_search(birth_year_month="2009-06")
    too_much = ["till", "noise", "lifting"]  # for a question: then the work would be other work
    searches = [a_search(location=far), a_search(location=far), a_search(limits=too_much), full, a_search()]
    situation = Situation("AM11", TODAY, searches, [Opening(an_offer(demands=too_much))])
    found = regional.possibilities(situation)
    chosen = regional.plan(ENGINE, situation, found)
    counted = {one.rule: one.students for one in advice.blocking(situation, found, chosen)}
    assert counted == {"travel": 2, "demands": 1, "seat": 1}


def test_an_open_proposal_moves_only_for_more_than_staying_is_worth() -> None:
    search = a_search()
    openings = [Opening(an_offer(location=north_of(LELYSTAD, km))) for km in (3, 2)]
    situation = Situation("AM11", TODAY, [search], openings)
    (there,) = regional.plan(ENGINE, situation)
    assert there.offer == openings[1].offer
    held: Any = {search.student_id: PlanLine(search.student_id, openings[0].offer.offer_id, stands=True)}
    (stays,) = regional.plan(ENGINE, replace(situation, held=held))
    assert stays.offer == openings[0].offer
    wished = Opening(an_offer(sector="detailhandel"))
    second = a_search(wishes=wish("detailhandel", "horeca"))
    held = {second.student_id: PlanLine(second.student_id, openings[1].offer.offer_id, stands=True)}
    (moves,) = regional.plan(ENGINE, Situation("AM11", TODAY, [second], [*openings, wished], held=held))
    assert moves.offer == wished.offer


def test_a_pinned_seat_is_no_possibility_for_others_and_the_pinned_have_no_other() -> None:
    openings = [Opening(an_offer(location=north_of(LELYSTAD, km))) for km in (3, 1)]
    far = openings[0].offer.offer_id
    pinned = replace(a_search(), pins={far: Pin(PinKind.PIN, "x", TODAY)})
    openings[0] = replace(openings[0], pinned={pinned.student_id: TODAY})
    other = a_search(limits=["till", "noise"], guidance_need="full")
    found = regional.possibilities(Situation("AM11", TODAY, [pinned, other], openings))
    pairs = {(one.student_id, one.offer.offer_id) for one in found}
    assert pairs == {(pinned.student_id, far), (other.student_id, openings[1].offer.offer_id)}


def a_line(effort: int, *, placed: bool, rank: int | None = None) -> Line:
    return Line(effort, "work", SCHOOL, "up-to-10", placed, rank)


def test_small_counts_are_hidden_and_so_is_what_gives_them_away() -> None:
    lines = [
        *[a_line(0, placed=True, rank=1)] * 10,
        *[a_line(0, placed=False)] * 10,
        *[a_line(1, placed=True, rank=4)] * 7,
        *[a_line(2, placed=True, rank=1)] * 3,
    ]
    whole = figures.figures(lines)
    assert whole.total == Count(students=30, placed=20, first_choice=13, mean_rank=2.05)
    shown = figures.shown(whole)
    nothing = Count(students=None, placed=None, first_choice=None)
    assert shown.by_effort == {
        "0": Count(students=20, placed=10, first_choice=None),
        "1": nothing,
        "2": nothing,
    }
    few_without = figures.figures([*[a_line(0, placed=True, rank=1)] * 9, a_line(0, placed=False)])
    assert figures.shown(few_without).total == Count(students=10, placed=None, first_choice=9, mean_rank=None)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from([None, 1, 2, 4])), max_size=40))
def test_no_hidden_number_follows_from_the_others(drawn: list[tuple[int, bool, int | None]]) -> None:
    whole = figures.figures(
        [a_line(effort, placed=placed, rank=rank if placed else None) for effort, placed, rank in drawn]
    )
    shown = figures.shown(whole)
    for name in ("students", "placed", "first_choice"):
        own = {key: getattr(count, name) for key, count in whole.by_effort.items()}
        seen = {key: getattr(count, name) for key, count in shown.by_effort.items()}
        assert not any(number is not None and 0 < number < figures.FEW for number in seen.values())
        gone = {key for key, number in seen.items() if number is None}
        together = sum(own[key] for key in gone)
        assert together == 0 or together >= figures.FEW or getattr(shown.total, name) is None
        assert len(gone) != 1 or len(own) == 1 or not sum(own[key] for key in own.keys() - gone)
    without = {key: (count.students or 0) - (count.placed or 0) for key, count in whole.by_effort.items()}
    left = sum(without[key] for key, count in shown.by_effort.items() if count.placed is None)
    assert left == 0 or left >= figures.FEW or shown.total.placed is None


def test_advice_about_few_students_is_not_shown() -> None:
    seat: dict[str, Any] = {
        "sector": "sport",
        "municipality": "GM0995",
        "placed": 1,
        "effort": 0,
        "wish": 0,
        "points": 0,
    }
    seats = tuple(advice.SeatWorth(students=many, **seat) for many in (4, 5))
    blocking = tuple(advice.Blocking(rule=f"r{many}", students=many) for many in (4, 5))
    shown = advice.shown(advice.Advice(seats=seats, blocking=blocking))
    assert [one.students for one in shown.seats] == [5]
    assert [one.students for one in shown.blocking] == [None, None]
    assert figures.hidden({"a": 4, "b": 9, "c": 6, "d": 0}) == {"a": None, "b": 9, "c": None, "d": 0}


def test_a_region_in_which_nobody_is_looked_for_has_a_plan_all_the_same() -> None:
    found = work_out(Situation("AM11", TODAY, [], [Opening(an_offer())]))
    assert (found.chosen, found.figures.total.students, found.advice) == ([], 0, advice.Advice())


def test_who_has_no_wish_could_take_a_seat_of_any_kind() -> None:
    situation = Situation("AM11", TODAY, [a_search(wishes=())], [])
    assert {one.sector for one in advice.worth(situation, [])} == set(SECTORS_OF_THE_REPORT)


def test_two_plans_differ_by_student() -> None:
    def one(student: Any, choice: int | None, score: int = 0) -> PlanLine:
        return PlanLine(student, None if choice is None else new_id(), stands=False, choice=choice, score=score)

    up, down, new, lost, same, equal = (new_id() for _ in range(6))
    before = [one(up, 2, 90), one(down, 1), one(new, None), one(lost, 0), one(same, None), one(equal, 1, 5)]
    after = [one(up, 1, 10), one(down, 0, 99), one(new, 3), one(same, None), one(equal, 1, 5)]
    expected = {"better": [up], "worse": [down], "new": [new], "lost": [lost], "same": sorted([same, equal])}
    assert compare(before, after) == expected
