"""The demo region against the report's margins, and against what intake takes."""

import csv
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import mean

import pytest

from deploy.demo.organisations import REFERENCE_DATE, REGION_NAMES, Town
from deploy.demo.population import Population, generate
from deploy.demo.students import FIRST_DAY, LAST_DAY, HardToPlace
from deploy.demo.timeline import BecomeReady, CallFromProspects, EndPlacement, MakeOffer, PauseEmployer

ROOT = Path(__file__).parents[2]
REPORT = json.loads((ROOT / "tests/analytics/data/report_register.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def population() -> Population:
    return generate()


def by_report_name(counted: Counter[str]) -> dict[str, int]:
    return {name.removeprefix("Regio "): counted[region] for region, name in REGION_NAMES.items()}


def without_total(table: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in table.items() if key not in {"total", "columns", "note"}}


def test_the_same_seed_gives_the_same_region_and_another_seed_other_students(population: Population) -> None:
    assert generate() == population
    assert generate().timeline() == population.timeline()
    assert generate(7).students != population.students
    assert generate(7).employers == population.employers


def test_schools_have_the_regions_kinds_and_sizes_of_the_report(population: Population) -> None:
    pro = Counter(school.region for school in population.schools if school.kind == "pro")
    vso = Counter(school.region for school in population.schools if school.kind == "vso")
    found = {
        name: [pro_count, vso_count, pro_count + vso_count]
        for (name, pro_count), vso_count in zip(by_report_name(pro).items(), by_report_name(vso).values(), strict=True)
    }
    assert found == without_total(REPORT["schools_by_region"])
    sizes = {kind: [s.student_count for s in population.schools if s.kind == kind] for kind in ("pro", "vso")}
    assert (min(sizes["pro"]), max(sizes["pro"]), round(mean(sizes["pro"]))) == (90, 294, 204)
    assert 25 <= min(sizes["vso"]) < 30
    assert (max(sizes["vso"]), round(mean(sizes["vso"]))) == (300, 119)


def test_employers_have_the_regions_sectors_and_sizes_of_the_report(population: Population) -> None:
    employers = population.employers
    assert by_report_name(Counter(e.region for e in employers)) == without_total(REPORT["employers_by_region"])
    sectors = Counter(e.sector.replace("-", " ") for e in employers)
    assert sectors == without_total(REPORT["employers_by_sector"])
    assert Counter(e.size_class.value for e in employers) == without_total(REPORT["employers_by_size"])
    assert Counter(e.found_through.value for e in employers) == REPORT["employers_found_through"]


@pytest.mark.parametrize(
    ("table", "field"), [("internship_places_per_year", "places_per_year"), ("jobs_per_year", "jobs_per_year")]
)
def test_places_and_jobs_have_the_means_and_ranges_of_the_report(
    population: Population, table: str, field: str
) -> None:
    known = [(e.size_class.value, getattr(e, field)) for e in population.employers if getattr(e, field) is not None]
    found = {
        size: [len(values), round(mean(values))]
        for size in ("small", "medium", "large")
        if (values := [value for of, value in known if of == size])
    }
    values = [value for _, value in known]
    assert found | {"total": [len(values), round(mean(values))]} == REPORT[table]["mean_by_size"]
    assert [min(values), max(values)] == REPORT[table]["range"]


def test_trends_durations_and_other_schools_are_those_of_the_report(population: Population) -> None:
    employers = population.employers
    assert Counter(e.places_trend.value for e in employers) == REPORT["internship_trend"]
    assert Counter(e.jobs_trend.value for e in employers) == without_total(REPORT["jobs_trend"])
    two_years_ago = REFERENCE_DATE.replace(year=REFERENCE_DATE.year - 2)
    long = sum(min(since for _, since in e.cooperations) < two_years_ago for e in employers)
    several = sum(len(e.cooperations) > 1 for e in employers)
    expected = {"longer_than_two_years": long, "recent": 37 - long, "also_with_other_schools": several}
    assert expected == REPORT["cooperation_duration"]


def test_employers_have_the_motives_of_the_report(population: Population) -> None:
    motives = Counter(motive for employer in population.employers for motive in employer.motives)
    report = REPORT["employer_motives"]
    assert motives == {
        "social": report["social responsibility"],
        "personal": report["personal experience"]["all"],
        "shortage": report["labour shortage"]["all"],
        "other": report["other"],
    }
    through = Counter((m, e.found_through.value) for e in population.employers for m in e.motives)
    assert through["personal", "vso"] == report["personal experience"]["through vso"]
    assert through["shortage", "pro"] == report["labour shortage"]["through pro"]


def test_an_employer_was_found_through_a_school_of_its_region_and_of_that_kind(population: Population) -> None:
    schools = {school.brin: school for school in population.schools}
    for employer in population.employers:
        assert schools[employer.brought_in_by].kind is employer.found_through
        assert {schools[brin].region for brin, _ in employer.cooperations} == {employer.region}


def test_first_contacts_use_the_channels_and_arguments_of_the_report(population: Population) -> None:
    channels = {(contact.school, contact.channel) for contact in population.contacts}
    arguments = {(contact.school, argument) for contact in population.contacts for argument in contact.arguments}
    assert sorted(Counter(c for _, c in channels).values()) == sorted(REPORT["first_contact_by_school"].values())
    assert sorted(Counter(a for _, a in arguments).values()) == sorted(REPORT["convincing_argument"].values())
    brought_in = {employer.key: employer.brought_in_by for employer in population.employers}
    began = Counter(c.initiator for c in population.contacts if brought_in[c.employer] == c.school)
    assert began == without_total(REPORT["initiative_according_to_employers"])


def test_there_are_300_students_of_whom_some_can_hardly_be_placed(population: Population) -> None:
    hard = Counter(student.hard_to_place for student in population.students)
    assert len(population.students) == 300
    assert set(HardToPlace) < set(hard)
    assert 10 <= 300 - hard[None] <= 45


def test_students_fit_their_school_year(population: Population) -> None:
    for student in population.students:
        assert FIRST_DAY <= student.ready_on <= student.begin_date
        assert timedelta(weeks=5) <= student.end_date - student.begin_date
        assert student.end_date <= LAST_DAY
        assert student.days_per_week <= len(student.weekdays)
        assert 15 <= (FIRST_DAY - student.birth_date).days // 365.25 <= 20
        assert [wish.rank for wish in student.wishes] == list(range(1, len(student.wishes) + 1))


def test_every_region_has_an_open_place_in_the_first_weeks(population: Population) -> None:
    regions = {employer.key: employer.region for employer in population.employers}
    early = {regions[offer.employer] for offer in population.offers if offer.on < FIRST_DAY + timedelta(weeks=2)}
    assert early == set(REGION_NAMES)


def test_the_half_year_is_in_order_and_everybody_in_it_exists(population: Population) -> None:
    steps = population.timeline()
    assert [step.on for step in steps] == sorted(step.on for step in steps)
    assert {step.on.weekday() for step in steps} <= set(range(5))
    students = {student.key for student in population.students}
    assert {s.student for s in steps if isinstance(s, BecomeReady | CallFromProspects | EndPlacement)} == students
    assert {s.offer for s in steps if isinstance(s, MakeOffer)} == set(population.offers)
    assert sum(isinstance(step, PauseEmployer) for step in steps) == 6
    assert sum(isinstance(step, CallFromProspects) for step in steps) > 40
    assert steps[-1].on <= LAST_DAY


def test_towns_lie_in_the_municipality_and_region_that_the_register_knows() -> None:
    with (ROOT / "services/intake/data/municipalities.csv").open(encoding="utf-8", newline="") as file:
        regions = {row["municipality"]: row["region"] for row in csv.DictReader(file)}
    assert {town.place: regions.get(town.municipality) for town in Town.read().values()} == {
        town.place: town.region for town in Town.read().values()
    }


def test_every_code_is_one_that_the_register_knows(population: Population) -> None:
    from services.intake.domain.codes import LISTS

    students, offers = population.students, (*population.offers, *population.when_called.values())
    steps = population.timeline()
    used = {
        "sectors": {e.sector for e in population.employers} | {w.sector for s in students for w in s.wishes},
        "limits": {code for s in students for code in s.limits} | {code for o in offers for code in o.demands},
        "certificates": {c for s in students for c in s.certificates} | {c for o in offers for c in o.certificates},
        "motives": {code for employer in population.employers for code in employer.motives},
        "end-reasons": {s.reason for s in steps if isinstance(s, EndPlacement) and s.reason},
        "pause-reasons": {s.reason for s in steps if isinstance(s, PauseEmployer)},
    }
    assert {name: codes - set(LISTS[name]) for name, codes in used.items() if codes - set(LISTS[name])} == {}


def test_intake_takes_every_body_that_the_population_gives(population: Population) -> None:
    from services.intake.domain.contact import LogContact
    from services.intake.domain.employer import PauseEmployer as Pause
    from services.intake.domain.employer import RegisterEmployer
    from services.intake.domain.offer import MakeOffer as Make
    from services.intake.domain.readiness import missing
    from services.intake.domain.school import RegisterSchool
    from services.intake.domain.student import RegisterStudent

    for school in population.schools:
        RegisterSchool.model_validate(school.body())
    ids = {school.brin: f"00000000-0000-7000-8000-{n:012d}" for n, school in enumerate(population.schools)}
    for employer in population.employers:
        RegisterEmployer.model_validate(employer.body(ids))
    for offer in (*population.offers, *population.when_called.values()):
        Make.model_validate(offer.body())
    for student in population.students:
        assert not missing(RegisterStudent.model_validate(student.body()))
    for contact in population.contacts:
        LogContact.model_validate(contact.body())
    for step in population.timeline():
        if isinstance(step, CallFromProspects):
            offer = population.when_called["E01"]
            LogContact.model_validate(step.body("00000000-0000-7000-8000-000000000001", offer))
        if isinstance(step, PauseEmployer):
            Pause.model_validate(step.body())
