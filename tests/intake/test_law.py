"""What the law allows, rule by rule and on both sides of each border; what is not known is said."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake import law_data
from services.intake.domain.codes import LISTS
from services.intake.domain.law import Case, Effect, Judgement, Rule, Verdict, ages_named, judge
from services.intake.domain.law_check import FACTS_IN_WORDS, SUMMARIES, judged_at
from services.intake.domain.law_measures import Work
from services.intake.domain.offer import EXAMPLE, PlaceFacts
from services.intake.domain.offer_details import DayHours
from services.intake.law_data import read_rules
from shared.events.codes import PlacementKind, Weekday

DAY = date(2026, 9, 8)
MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
NO_SCHOOL: dict[Weekday, float] = {}

Facts = dict[str, Any]


def at(day: Weekday, start: str, end: str, pause: int | None = 30) -> DayHours:
    return DayHours(weekday=day, start_time=start, end_time=end, break_minutes=pause)


def hours(*lines: DayHours, **more: Any) -> Facts:
    return {"hours": lines, "school_hours": NO_SCHOOL} | more


def doing(*codes: str, **more: Any) -> Facts:
    return {"codes": frozenset(codes)} | more


def all_week(start: str, end: str, pause: int = 30, days: int = 5, **more: Any) -> Facts:
    return hours(*(at(day, start, end, pause) for day in list(Weekday)[:days]), **more)


def stay(begin: date, end: date, **more: Any) -> Facts:
    return {"begin": begin, "end": end, "kind": PlacementKind.INTERNSHIP} | more


def of_rule(rule_id: str, age: int | None, facts: Facts) -> Verdict | None:
    judged = judge(Case(age, Work(**facts)), read_rules(), DAY)
    return next((one.verdict for one in judged.findings if one.rule.id == rule_id), None)


EVERY_SUNDAY = hours(at(SUN, "10:00", "14:00"))
A_LONG_DAY = {MON: 2.0}
ONE_YEAR = (date(2026, 9, 1), date(2027, 8, 30))

BORDERS: list[tuple[str, int, Facts, Facts]] = [
    ("hours-a-day-14-15", 15, hours(at(TUE, "09:00", "16:30")), hours(at(TUE, "09:00", "16:31"))),
    (
        "hours-a-day-14-15",
        14,
        hours(at(MON, "09:00", "14:30"), school_hours=A_LONG_DAY),
        hours(at(MON, "09:00", "14:31"), school_hours=A_LONG_DAY),
    ),
    ("hours-a-week-14-15", 15, all_week("09:00", "16:30"), all_week("09:00", "16:30", school_hours={SAT: 0.5})),
    ("earliest-14-15", 15, hours(at(TUE, "07:00", "12:00")), hours(at(TUE, "06:59", "12:00"))),
    ("latest-14-15", 14, hours(at(TUE, "13:00", "19:00")), hours(at(TUE, "13:00", "19:01"))),
    (
        "daily-rest-14-15",
        15,
        hours(at(TUE, "13:00", "18:00"), at(WED, "08:00", "12:00")),
        hours(at(TUE, "13:00", "18:01"), at(WED, "08:00", "12:00")),
    ),
    ("break-14-15", 15, hours(at(TUE, "09:00", "14:30", 30)), hours(at(TUE, "09:00", "14:30", 29))),
    ("break-14-15", 15, hours(at(TUE, "09:00", "13:30", 0)), hours(at(TUE, "09:00", "13:31", 0))),
    ("no-sunday-14-15", 15, hours(at(SAT, "10:00", "14:00")), EVERY_SUNDAY),
    ("no-till-13-15", 15, doing("vakken-vullen"), doing("vakken-vullen", "till")),
    ("no-till-13-15", 13, doing("vakken-vullen"), doing("kassa")),
    ("no-lifting-13-15", 15, doing("lifting", heaviest_lift_kg=10), doing("lifting", heaviest_lift_kg=10.5)),
    (
        "no-machines-13-15",
        15,
        doing("machines", ruled_out=frozenset({"dangerous-machines"})),
        doing("machines", "dangerous-machines"),
    ),
    ("no-protective-equipment-13-15", 15, doing("afwassen"), doing("protective-equipment")),
    (
        "no-delivering-13-15",
        15,
        doing("traffic", ruled_out=frozenset({"delivering-in-traffic"})),
        doing("delivering-in-traffic"),
    ),
    ("no-hazards-13-15", 15, doing("afwassen"), doing("corrosives")),
    ("noise-13-15", 15, doing("noise", loudest_decibels=85), doing("noise", loudest_decibels=85.1)),
    ("industry-14-15", 15, {"sector": "horeca"}, {"sector": "techniek-en-productie"}),
    ("hours-a-day-16-17", 17, hours(at(TUE, "08:00", "17:30")), hours(at(TUE, "08:00", "17:31"))),
    (
        "hours-a-week-16-17",
        16,
        all_week("08:00", "17:30", average_hours=40),
        all_week("08:00", "17:30", school_hours={SAT: 0.1}, average_hours=40),
    ),
    ("average-hours-16-17", 17, all_week("08:00", "16:30"), all_week("08:00", "16:31")),
    (
        "average-hours-16-17",
        17,
        all_week("08:00", "17:30", average_hours=40),
        all_week("08:00", "17:30", average_hours=40.1),
    ),
    ("earliest-16-17", 16, hours(at(TUE, "06:00", "12:00")), hours(at(TUE, "05:59", "12:00"))),
    ("latest-16-17", 16, hours(at(TUE, "18:00", "23:00")), hours(at(TUE, "18:00", "23:01"))),
    (
        "daily-rest-16-17",
        17,
        hours(at(SUN, "13:00", "20:00"), at(MON, "08:00", "12:00")),
        hours(at(SUN, "13:00", "20:01"), at(MON, "08:00", "12:00")),
    ),
    (
        "weekly-rest-16-17",
        17,
        hours(*(at(day, "12:00", "20:00") for day in (MON, TUE, WED, THU, FRI)), at(SUN, "08:00", "10:00")),
        hours(*(at(day, "12:00", "20:01") for day in (MON, TUE, WED, THU, FRI)), at(SUN, "08:00", "10:00")),
    ),
    ("break-16-17", 16, hours(at(TUE, "09:00", "14:30", 30)), hours(at(TUE, "09:00", "14:30", 29))),
    ("free-sundays-16-17", 17, EVERY_SUNDAY | {"free_sundays": 13}, EVERY_SUNDAY | {"free_sundays": 12}),
    ("no-toxic-substances-16-17", 17, doing("afwassen"), doing("toxic-substances")),
    ("noise-16-17", 17, doing("noise", loudest_decibels=85), doing("noise", loudest_decibels=86)),
    ("no-vibration-16-17", 16, doing("afwassen"), doing("strong-vibration")),
    ("fork-lift-16-17", 17, doing("orderpicken"), doing("fork-lift")),
    ("fork-lift-16-17", 16, doing("orderpicken"), doing("tractor")),
    ("corrosives-16-17", 17, doing("chemicals", ruled_out=frozenset({"corrosives"})), doing("corrosives")),
    ("high-voltage-16-17", 17, doing("afwassen"), doing("high-voltage")),
    ("hours-a-day-18", 18, hours(at(TUE, "08:00", "20:45", 45)), hours(at(TUE, "08:00", "20:46", 45))),
    ("hours-a-week-18", 20, all_week("08:00", "20:45", 45), all_week("08:00", "20:46", 45)),
    ("average-hours-18", 20, all_week("08:00", "19:45", 45), all_week("08:00", "19:46", 45)),
    (
        "daily-rest-18",
        18,
        hours(at(TUE, "13:00", "21:00"), at(WED, "08:00", "12:00")),
        hours(at(TUE, "13:00", "21:01"), at(WED, "08:00", "12:00")),
    ),
    (
        "weekly-rest-18",
        18,
        hours(*(at(day, "12:00", "20:00") for day in (MON, TUE, WED, THU, FRI)), at(SUN, "08:00", "10:00")),
        hours(*(at(day, "12:00", "20:01") for day in (MON, TUE, WED, THU, FRI)), at(SUN, "08:00", "10:00")),
    ),
    ("break-18", 18, hours(at(TUE, "09:00", "15:30", 30)), hours(at(TUE, "09:00", "15:30", 29))),
    ("long-break-18", 18, hours(at(TUE, "08:00", "19:00", 45)), hours(at(TUE, "08:00", "19:00", 44))),
    ("free-sundays-18", 19, EVERY_SUNDAY | {"free_sundays": 13}, EVERY_SUNDAY | {"free_sundays": 12}),
    (
        "weeks-a-school-year",
        16,
        stay(date(2026, 9, 7), date(2027, 1, 24)),
        stay(date(2026, 9, 7), date(2027, 1, 25)),
    ),
    ("school-years", 16, stay(date(2026, 9, 1), date(2029, 7, 31)), stay(date(2026, 9, 1), date(2029, 8, 1))),
]
"""A rule, an age, what is just within, and what is just beyond."""

ALWAYS = {"no-internship-under-14", "parents-sign-14-15", "paid-work-16", "participation-18"}
"""Rules whose border is an age or a kind of place only; see the tests below."""


@pytest.mark.parametrize(("rule_id", "age", "within", "beyond"), BORDERS)
def test_each_rule_holds_just_within_its_border_and_not_beyond(
    rule_id: str, age: int, within: Facts, beyond: Facts
) -> None:
    rule = next(rule for rule in read_rules() if rule.id == rule_id)
    assert of_rule(rule_id, age, within) is Verdict.ALLOWED
    assert of_rule(rule_id, age, beyond) is Verdict(rule.effect)


def test_every_rule_is_tested_on_both_sides() -> None:
    assert {rule.id for rule in read_rules()} == {rule_id for rule_id, *_ in BORDERS} | ALWAYS


@given(st.integers(0, 120), st.sampled_from([rule.id for rule in read_rules()]))
def test_a_rule_is_for_the_ages_it_names_and_for_no_other(age: int, rule_id: str) -> None:
    rule = next(rule for rule in read_rules() if rule.id == rule_id)
    kind = rule.kinds[0] if rule.kinds else PlacementKind.INTERNSHIP
    assert (of_rule(rule_id, age, {"kind": kind}) is not None) == (rule.from_age <= age <= rule.to_age)


def test_internships_begin_at_fourteen_and_below_sixteen_the_parents_sign() -> None:
    verdicts = {age: judge(Case(age, Work(kind=PlacementKind.TASTER)), read_rules(), DAY).verdict for age in (13, 14)}
    assert verdicts == {13: Verdict.NOT_ALLOWED, 14: Verdict.UNKNOWN}
    assert [of_rule("parents-sign-14-15", age, {}) for age in (13, 14, 15, 16)] == [None, *[Verdict.ADVICE] * 2, None]


def test_paid_work_and_schemes_of_adults_are_pointed_out_below_their_ages() -> None:
    job, trial = {"kind": PlacementKind.JOB}, {"kind": PlacementKind.TRIAL}
    assert [of_rule("paid-work-16", age, job) for age in (15, 16)] == [Verdict.ADVICE, None]
    assert [of_rule("participation-18", age, trial) for age in (17, 18)] == [Verdict.ADVICE, None]
    assert of_rule("paid-work-16", 15, {"kind": PlacementKind.INTERNSHIP}) is None


@given(st.integers(14, 40), st.integers(0, 24 * 60 - 1), st.integers(1, 24 * 60 - 1), st.integers(0, 120))
def test_longer_days_are_never_allowed_where_shorter_ones_are_not(age: int, start: int, lasts: int, pause: int) -> None:
    def a_day(end: int) -> Judgement:
        line = at(TUE, f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}", pause)
        return judge(Case(age, Work(**hours(line), codes=frozenset({"afwassen"}), sector="horeca")), read_rules(), DAY)

    end = min(start + lasts, 24 * 60 - 1)
    if start < end < 24 * 60 - 1 and a_day(end).verdict is Verdict.NOT_ALLOWED:
        assert a_day(end + 1).verdict is Verdict.NOT_ALLOWED


ALL_FACTS: Facts = hours(at(TUE, "09:00", "15:00")) | {
    "kind": PlacementKind.INTERNSHIP,
    "sector": "horeca",
    "codes": frozenset({"afwassen"}),
    "weekdays": (TUE,),
    "begin": date(2026, 9, 8),
    "end": date(2026, 12, 18),
}


@pytest.mark.parametrize("age", [14, 15, 16, 17, 18, 27])
def test_with_all_facts_ordinary_work_is_allowed_at_every_age(age: int) -> None:
    judged = judge(Case(age, Work(**ALL_FACTS)), read_rules(), DAY)
    assert (judged.verdict, judged.missing) == (Verdict.ALLOWED, ())
    assert {one.verdict for one in judged.findings} <= {Verdict.ALLOWED, Verdict.ADVICE}


@pytest.mark.parametrize(
    ("fact", "left_out", "age"),
    [
        ("hours", "hours", 15),
        ("schoolHours", "school_hours", 15),
        ("schoolHours", "school_hours", 17),
        ("work", "codes", 15),
        ("sector", "sector", 15),
    ],
)
def test_a_fact_that_is_missing_is_named_and_nothing_is_allowed_in_silence(fact: str, left_out: str, age: int) -> None:
    judged = judge(Case(age, Work(**{k: v for k, v in ALL_FACTS.items() if k != left_out})), read_rules(), DAY)
    assert judged.verdict is Verdict.UNKNOWN
    assert fact in judged.missing


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (doing("lifting"), "heaviestLiftKg"),
        (doing("noise"), "loudestDecibels"),
        (doing("machines"), "risks"),
        (doing("chemicals", ruled_out=frozenset({"toxic-substances"})), "risks"),
        (hours(at(TUE, "09:00", "16:31", None)), "breakMinutes"),
    ],
)
def test_a_wide_word_for_the_work_asks_for_the_narrow_one(facts: Facts, missing: str) -> None:
    judged = judge(Case(15, Work(**(ALL_FACTS | facts))), read_rules(), DAY)
    assert judged.verdict is Verdict.UNKNOWN
    assert missing in judged.missing
    assert all(one.rule.question or one.missing != "risks" for one in judged.findings)


def test_a_day_that_is_too_long_with_any_break_is_refused_without_knowing_the_break() -> None:
    assert of_rule("hours-a-day-14-15", 15, hours(at(TUE, "09:00", "17:01", None))) is Verdict.NOT_ALLOWED
    assert of_rule("hours-a-day-14-15", 15, hours(at(TUE, "09:00", "16:00", None))) is Verdict.ALLOWED


def test_a_break_lies_between_two_lines_of_a_day() -> None:
    split = hours(at(TUE, "09:00", "12:00", None), at(TUE, "13:00", "16:00", None))
    assert of_rule("break-14-15", 15, split) is Verdict.ALLOWED
    assert of_rule("hours-a-day-14-15", 15, split) is Verdict.ALLOWED


def test_lessons_of_other_days_count_in_the_week_and_not_in_the_day() -> None:
    learning = {MON: 6.0, WED: 6.0, THU: 6.0, FRI: 6.0}
    facts = hours(at(TUE, "09:00", "16:30"), school_hours=learning)
    assert of_rule("hours-a-day-14-15", 15, facts) is Verdict.ALLOWED
    assert of_rule("hours-a-week-14-15", 15, facts) is Verdict.ALLOWED
    assert of_rule("hours-a-week-14-15", 15, facts | {"school_hours": learning | {SAT: 4.5}}) is Verdict.NOT_ALLOWED


def test_sundays_are_counted_over_the_stay_and_asked_after_when_it_is_long() -> None:
    short = EVERY_SUNDAY | {"begin": DAY, "end": DAY + timedelta(weeks=39, days=-1)}
    assert of_rule("free-sundays-16-17", 17, short) is Verdict.ALLOWED
    assert of_rule("free-sundays-16-17", 17, short | {"end": ONE_YEAR[1]}) is Verdict.UNKNOWN
    assert of_rule("free-sundays-16-17", 17, EVERY_SUNDAY) is Verdict.UNKNOWN


def test_without_an_age_every_rule_is_unknown_and_asks_for_it() -> None:
    judged = judge(Case(None, Work(**ALL_FACTS)), read_rules(), DAY)
    assert (judged.verdict, judged.missing) == (Verdict.UNKNOWN, ("age",))
    assert {one.rule.id for one in judged.findings} >= {"no-till-13-15", "hours-a-day-16-17", "break-18"}


def test_a_rule_that_ended_yesterday_does_not_count_and_its_successor_does() -> None:
    till = next(rule for rule in read_rules() if rule.id == "no-till-13-15")
    old = till.model_copy(update={"valid_until": DAY})
    new = till.model_copy(update={"id": "till-allowed", "valid_from": DAY + timedelta(days=1), "codes": ("geldkluis",)})
    at_the_till = Case(15, Work(codes=frozenset({"till"})))
    before, after = (judge(at_the_till, (old, new), DAY + timedelta(days=later)) for later in (0, 1))
    assert [one.rule.id for one in before.findings] == ["no-till-13-15"]
    assert [one.rule.id for one in after.findings] == ["till-allowed"]
    assert (before.verdict, after.verdict) == (Verdict.NOT_ALLOWED, Verdict.ALLOWED)


def test_before_the_first_rule_nothing_is_known_and_that_is_said() -> None:
    judged = judge(Case(15, Work(**ALL_FACTS)), read_rules(), date(1990, 1, 1))
    assert (judged.verdict, judged.missing) == (Verdict.UNKNOWN, ("rules",))


@st.composite
def any_line(draw: st.DrawFn) -> DayHours:
    start = draw(st.integers(0, 24 * 60 - 2))
    end = draw(st.integers(start + 1, 24 * 60 - 1))
    begins, ends = (f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end))
    return at(draw(st.sampled_from(Weekday)), begins, ends, draw(st.none() | st.integers(0, 480)))


DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
CODES = st.frozensets(st.sampled_from(sorted({*LISTS["risks"], *LISTS["limits"], "kassa"})), max_size=4)


@given(
    st.none() | st.integers(0, 120),
    st.none() | st.lists(any_line(), min_size=1, max_size=14).map(tuple),
    st.none() | CODES,
    CODES,
    st.none() | st.dictionaries(st.sampled_from(Weekday), st.floats(0, 24)),
    st.tuples(DAYS, DAYS).map(sorted),
)
def test_whatever_is_asked_the_gravest_finding_decides_and_the_unknown_is_named(
    age: int | None, lines: Any, codes: Any, ruled_out: Any, school: Any, period: list[date]
) -> None:
    work = Work(
        codes=codes,
        ruled_out=ruled_out,
        hours=lines,
        school_hours=school,
        begin=period[0],
        end=period[1],
        sector="sport",
    )
    judged = judge(Case(age, work), read_rules(), DAY)
    counted = {one.verdict for one in judged.findings if one.rule.effect is not Effect.ADVICE}
    assert (judged.verdict is Verdict.NOT_ALLOWED) == (Verdict.NOT_ALLOWED in counted)
    assert judged.verdict is not Verdict.ALLOWED or counted <= {Verdict.ALLOWED}
    assert all((one.verdict is Verdict.UNKNOWN) == bool(one.missing) for one in judged.findings)
    assert set(judged.missing) <= set(FACTS_IN_WORDS)


def test_a_stay_is_judged_at_the_age_of_its_first_day() -> None:
    facts = PlaceFacts.model_validate(EXAMPLE | {"demands": ["till"]})
    birthday = date(2010, 9, 8)
    day_before, on_it = (
        judged_at(facts, birthday, begin, None, (TUE,), read_rules()) for begin in (date(2026, 9, 7), date(2026, 9, 8))
    )
    assert "no-till-13-15" in {one.rule.id for one in day_before.with_verdict(Verdict.NOT_ALLOWED)}
    assert not on_it.with_verdict(Verdict.NOT_ALLOWED)


def test_hours_count_when_they_are_known_of_each_day_of_the_stay() -> None:
    facts = PlaceFacts.model_validate(EXAMPLE | {"hours": [EXAMPLE["hours"][0] | {"startTime": "06:00"}]})
    early, unknown = (
        judged_at(facts, date(2011, 1, 1), DAY, None, days, read_rules()) for days in ((TUE,), (TUE, THU))
    )
    assert "earliest-14-15" in {one.rule.id for one in early.with_verdict(Verdict.NOT_ALLOWED)}
    assert "hours" in unknown.missing


def test_the_groups_of_ages_are_those_of_the_law() -> None:
    assert list(ages_named(read_rules(), DAY)) == [(0, 13), (14, 15), (16, 17), (18, 200)]


def test_every_rule_says_in_dutch_what_holds_and_where_it_stands() -> None:
    known = set(LISTS["risks"]) | set(LISTS["limits"])
    for rule in read_rules():
        assert rule.sentence.endswith(".")
        assert (rule.source.url or "").startswith("https://")
        assert set(rule.unclear) | set(rule.asked_by) <= known, rule.id
        assert {code for narrow in rule.unclear.values() for code in narrow} <= set(LISTS["risks"]), rule.id
        assert bool(rule.question) >= bool(rule.unclear), rule.id
    assert {Verdict.ADVICE} == set(Verdict) - set(SUMMARIES)
    assert all(words for words in FACTS_IN_WORDS.values())


def test_what_is_not_verified_refuses_nobody() -> None:
    assert {rule.effect for rule in read_rules() if rule.to_verify} == {Effect.ADVICE}
    a_rule = read_rules()[0]
    with pytest.raises(ValidationError, match="not verified"):
        Rule.model_validate(a_rule.model_dump() | {"to_verify": True})


@pytest.mark.parametrize(
    "wrong",
    [
        {"most": 7},
        {"measure": "hours-a-day"},
        {"codes": ["till"], "sectors": ["horeca"]},
        {"effect": "perhaps"},
        {"source": None},
        {"valid_from": None},
        {"misspelt": True},
    ],
)
def test_a_rule_that_cannot_be_is_found_when_it_is_read(wrong: Facts) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(read_rules()[0].model_dump() | wrong)


def test_two_rules_with_one_id_start_nothing() -> None:
    with pytest.raises(ValueError, match="twice"):
        law_data.each_once(["a", "b", "a"])


def test_a_job_of_an_adult_is_not_asked_for_school_hours() -> None:
    work = Work(**{k: v for k, v in ALL_FACTS.items() if k != "school_hours"})
    assert judge(Case(18, replace(work, kind=PlacementKind.JOB)), read_rules(), DAY).verdict is Verdict.ALLOWED
