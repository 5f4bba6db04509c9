"""The information pack for an employer: a PDF with nothing personal, unless a ground holds for this employer."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake import printing
from services.intake.domain.addresses import Situation
from services.intake.domain.codes import LISTS
from services.intake.domain.employer import EXAMPLE as EMPLOYER
from services.intake.domain.employer import Employer, EmployerFacts
from services.intake.domain.ground import EXAMPLE as GROUND
from services.intake.domain.ground import Ground, RecordGround
from services.intake.domain.information_pack import Pack, paper
from services.intake.domain.scheme import SchemeFact, apply
from services.intake.domain.school import EXAMPLE as SCHOOL
from services.intake.domain.school import School, SchoolFacts
from services.intake.domain.student import EXAMPLE as STUDENT
from services.intake.domain.student import Student, StudentFacts
from services.intake.law_data import read_rules, read_schemes, read_texts
from shared.events.codes import PlacementKind, Point
from tests.intake.world import World, good, unknown

TODAY = date.today()  # noqa: DTZ011 — a Dutch day, give or take one
ALLOWED: dict[str, Any] = {
    "recipientKind": "employer",
    "organisation": "Tuincentrum De Linde",
    "purpose": "finding-a-place",
    "legalGround": "consent",
    "givenBy": "student",
    "givenDate": (TODAY - timedelta(days=2)).isoformat(),
    "endDate": (TODAY + timedelta(days=60)).isoformat(),
}


def a_pack(kind: PlacementKind = PlacementKind.INTERNSHIP, day: date = date(2026, 9, 1), **student: Any) -> Pack:
    there, school = Situation("AM11", "GM0995", Point(latitude=52.5, longitude=5.5)), uuid4()
    employer = Employer(uuid4(), EmployerFacts.model_validate(EMPLOYER), there)
    facts = SchoolFacts.model_validate({name: value for name, value in SCHOOL.items() if name != "brin"})
    known = {SchemeFact.KIND: frozenset({str(kind)}), SchemeFact.RECOGNITION: frozenset({"boris"})}
    told = None
    if student:
        of_student = {name: value for name, value in (STUDENT | student).items() if name != "school"}
        somebody = Student(uuid4(), school, StudentFacts.model_validate(of_student), "AM11")
        told = (somebody, Ground(uuid4(), somebody.id, school, "x", RecordGround.model_validate(GROUND), 16))
    schemes = apply(read_schemes(), known, day)
    at_school = School(school, "05KJ00", facts, there)
    return Pack(employer, at_school, kind, read_texts(), read_rules(), schemes, day, told, LISTS)


def test_the_table_of_hours_stands_as_the_rules_of_the_day_say() -> None:
    hours = paper(a_pack())["hours"]
    assert hours["heads"][1:] == ["14 en 15 jaar", "16 en 17 jaar", "18 jaar en ouder"]
    rows = {row[0]: row[1:] for row in hours["rows"]}
    assert rows["Uren per dag"] == ["hooguit 7 uur", "hooguit 9 uur", "hooguit 12 uur"]
    assert rows["Begin"] == ["niet voor 07:00 uur", "niet voor 06:00 uur", "–"]
    assert rows["Zondag"] == ["niet", "–", "–"]
    assert rows["Pauze"][2] == "30 min. bij meer dan 5,5 uur, 45 min. bij meer dan 10 uur"


def test_work_that_may_not_be_is_said_by_age() -> None:
    by_age = {one["ages"]: one["sentences"] for one in paper(a_pack(PlacementKind.JOB))["work"]}
    assert "Tot 16 jaar staat een leerling niet achter de kassa." in by_age["14 en 15 jaar"]
    assert any("strengere regels" in sentence for sentence in by_age["14 en 15 jaar"])
    assert any("heftruck" in sentence for sentence in by_age["16 en 17 jaar"])


def test_schemes_that_cannot_apply_are_left_out_and_those_that_depend_say_on_what() -> None:
    schemes = {one["name"]: one for one in paper(a_pack())["schemes"]}
    assert not any("LKV" in name or "LIV" in name for name in schemes)
    subsidy = schemes["Subsidie praktijkleren (schooljaar 2025-2026)"]
    assert subsidy["needed"] == ["de leerling zit in het laatste schooljaar"]
    assert subsidy["until"] == "Aanvragen tot en met 17-9-2026."
    job = [one["name"] for one in paper(a_pack(PlacementKind.JOB))["schemes"]]
    assert "No-riskpolis" in job


@pytest.mark.parametrize("kind", list(PlacementKind))
async def test_every_kind_of_place_has_a_pack_that_prints(kind: PlacementKind) -> None:
    said = paper(a_pack(kind))
    assert all(len(sentences) >= 2 for sentences in said["parts"].values())
    assert (await printing.pdf("information_pack", said)).startswith(b"%PDF-")


def test_figures_have_their_source_in_the_pack() -> None:
    said = paper(a_pack())
    assert all(any(sign.isdigit() for sign in sentence) for sentence in said["parts"]["benefits"])
    assert any("Bureau Bartels" in source for source in said["sources"])


def test_a_page_about_a_student_begins_with_what_goes_well_and_holds_nothing_of_special_care() -> None:
    page = paper(a_pack(possibilities=["teamwork"], notes="Kan boos worden."))["student"]
    assert (page["name"], page["facts"][0]) == ("Sam", ["Gaat goed", "samenwerken"])
    printed = json.dumps(page)
    hidden = ("de Boer", "2009", "8232", "lawaai", "noise", "limited", "Kan boos")
    assert not [word for word in hidden if word in printed]
    assert "Sam" not in json.dumps(paper(a_pack()))


async def test_a_school_prints_the_pack_without_anybody_in_it(world: World) -> None:
    employer = await world.employer(contactPersons=[{"name": "T. de Wit"}])
    path = f"/v1/employers/{employer['id']}/information-pack"
    answer = await world.first.get(f"{path}?kind=taster")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (await world.first.get(f"{path}?kind=holiday")).status_code == 400
    assert (await world.operator.get(path)).status_code == 403
    assert (await world.first.get(f"{path}?schoolId={world.schools['30AB01']}")).status_code == 403
    assert (await world.first.get(f"/v1/employers/{unknown()}/information-pack")).status_code == 404


async def test_a_student_is_in_it_only_on_a_ground_for_this_employer(world: World) -> None:
    employer = await world.employer()
    student = await world.student()
    path = f"/v1/employers/{employer['id']}/information-pack?studentId={student['id']}"
    grounds = f"/v1/students/{student['id']}/grounds"
    refused = await world.first.get(path)
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (409, "no-ground")
    for other in ({"organisation": "Bakker Bas"}, {"purpose": "follow-up"}, {"recipientKind": "uwv"}):
        await good(world.first.post(grounds, json=ALLOWED | other))
        assert (await world.first.get(path)).status_code == 409, other
    ground = await good(world.first.post(grounds, json=ALLOWED))
    without = await world.first.get(path.split("?", maxsplit=1)[0])
    shown = await world.first.get(path)
    assert (shown.status_code, len(shown.content) > len(without.content)) == (200, True)
    assert (await world.second.get(path)).status_code == 404
    reads = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert "read" in {one["action"] for one in reads}
    await good(world.first.post(f"/v1/grounds/{ground['id']}/_withdraw"))
    assert (await world.first.get(path)).status_code == 409
