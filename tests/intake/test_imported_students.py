"""Students and running placements from the pupil administration: nothing is typed twice, nobody is there twice."""

from typing import Any

from shared.events.intake import EmployerOffered, PlacementStarted, StudentReady
from tests.intake.spreadsheets import as_csv, checked, post, problems, ran
from tests.intake.world import STUDENT, World, good

HEAD = [
    "Stamnr",
    "Roepnaam",
    "Tussenv",
    "Achternaam",
    "Geb.datum",
    "Straat",
    "Huisnr",
    "Postcode",
    "Woonplaats",
    "Klas",
]
SAM = ["1001", "Sam", "de", "Boer", "17-05-2009", "Stationsplein", "3", "8232 VT", "Lelystad", "4B"]
NOOR = ["1002", "Noor", "", "Yilmaz", "2010-01-31", "", "", "", "", "4B"]
PLACES = ["Stamnr", "Stagebedrijf", "Startdatum", "Einddatum", "Stagedagen", "Sector"]
STAYS = ["1001", "Tuincentrum de Linde", "07-09-2026", "12-02-2027", "ma, di", ""]


async def students(world: World) -> list[Any]:
    found: list[Any] = (await good(world.first.get("/v1/students")))["items"]
    return found


async def test_students_come_from_the_pupil_administration_once(world: World) -> None:
    typed = await world.student(givenName="Noor", familyName="Yilmaz", birthDate="2010-01-31", address=None)
    imported = await checked(world, as_csv(HEAD, SAM, NOOR, SAM, encoding="cp1252"), "students")
    assert imported["found"] == {"bad": 0, "new": 1, "known": 1, "unsure": 0, "double": 1}
    done = await ran(world, imported)
    assert done["done"] == {"registered": 1, "recognised": 1, "skipped": 1}
    found = await students(world)
    assert len(found) == 2
    sam = next(one for one in found if one["id"] != typed["id"])
    assert (sam["givenName"], sam["familyName"], sam["birthDate"], sam["state"]) == (
        "Sam",
        "de Boer",
        "2009-05-17",
        "registered",
    )
    assert (sam["address"]["street"], sam["address"]["houseNumber"], sam["region"]) == ("Stationsplein", "3", "AM11")
    await good(world.first.patch(f"/v1/students/{sam['id']}", json={"givenName": "Sammie"}))
    again = await checked(world, as_csv(HEAD, SAM, [*NOOR[:5], *SAM[5:]]), "students")
    assert (again["found"]["known"], again["found"]["new"]) == (2, 0)
    await ran(world, again)
    assert len(await students(world)) == 2
    assert (await good(world.second.get("/v1/students")))["items"] == []


async def test_a_citizen_service_number_anywhere_in_a_list_of_students_is_refused(world: World) -> None:
    head = [*HEAD, "BSN", "Opmerking"]
    rows = [[*SAM, "12345678", ""], [*NOOR, "", "pgn 1112.22.33.3"], [*NOOR, "", "bel 123456782"], [*NOOR, "", ""]]
    imported = await checked(world, as_csv(head, *rows), "students")
    found = [(one["row"], one["heading"], one["field"], one["problem"]) for one in await problems(world, imported)]
    number = "citizen-service-number"
    assert found == [(2, "BSN", None, number), (3, "Opmerking", None, number), (4, "Opmerking", None, number)]
    kept = await world.intake.sql.fetchval("select string_agg(cells::text, '') from import_rows")
    assert "12345678" not in kept


async def test_nobody_hears_of_imported_students_before_they_are_ready(world: World) -> None:
    head = [
        *HEAD,
        "Uitstroom",
        "Begeleiding",
        "Soort stage",
        "Van",
        "Stagedagen",
        "Dagen per week",
        "Vervoer",
        "Reistijd",
        "Wens",
    ]
    more = ["arbeid", "beperkt", "stage", "7-9-2026", "ma di do", "2", "fiets", "30", "horeca"]
    await ran(world, await checked(world, as_csv(head, [*SAM, *more]), "students"))
    (sam,) = await students(world)
    assert sam["missing"] == []
    assert await world.intake.sql.fetchval("select count(*) from event_log where type like '%student%'") == 0
    await good(world.first.post(f"/v1/students/{sam['id']}/_ready"))
    assert str((await world.intake.next_event(StudentReady)).student_id) == sam["id"]


async def test_running_placements_take_a_seat_and_are_told(world: World) -> None:
    await ran(world, await checked(world, as_csv(HEAD, SAM, NOOR), "students"))
    employer = await world.employer()
    rows = [STAYS, ["1009", *STAYS[1:]], ["1002", "Onbekend bedrijf", *STAYS[2:]], [*STAYS[:2], "8-9-2026", *STAYS[3:]]]
    imported = await checked(world, as_csv(PLACES, *rows), "placements")
    found = {(one["row"], one["problem"]) for one in await problems(world, imported)}
    assert found == {(3, "no-such-student"), (4, "no-such-employer")}
    done = await ran(world, imported, "skip")
    assert done["done"] == {"registered": 1, "recognised": 0, "skipped": 3}, "the second stay overlaps the first"
    (placed,) = (await good(world.first.get("/v1/placements")))["items"]
    assert (placed["employerId"], placed["weekdays"], placed["beginDate"]) == (
        employer["id"],
        ["mon", "tue"],
        "2026-09-07",
    )
    told = await world.intake.next_event(EmployerOffered)
    assert (told.seats, told.sector) == (1, "detailhandel")
    assert str((await world.intake.next_event(PlacementStarted)).placement_id) == placed["id"]
    again = await checked(world, as_csv(PLACES, STAYS), "placements")
    assert again["found"]["known"] == 1


async def test_a_dry_run_of_placements_waits_for_nobody_and_changes_nobody(world: World) -> None:
    student, offer = await world.student(), await world.offer()
    head = ["Roepnaam", "Achternaam", "Bedrijf", "Van", "Tot", "Dagen"]
    row = [student["givenName"], student["familyName"], "Tuincentrum De Linde", "2026-09-07", "2027-02-12", "ma"]
    async with world.intake.sql.transaction():
        await world.intake.sql.execute("select from offers for update")
        await world.intake.sql.execute("select from students for update")
        imported = await checked(world, as_csv(head, row), "placements")
    assert (imported["found"]["new"], offer["seats"]) == (1, 1)
    seen = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert {one["action"] for one in seen} == {"read"}


async def test_nobody_hears_of_a_free_seat_that_an_imported_placement_takes(world: World) -> None:
    await ran(world, await checked(world, as_csv(HEAD, SAM), "students"))
    await world.employer()
    await ran(world, await checked(world, as_csv(PLACES, STAYS), "placements"))
    await world.intake.next_event(EmployerOffered)
    told = await world.intake.sql.fetch("select type from event_log order by position")
    names = [row["type"] for row in told]
    assert names.index("nl.stagebrug.placement-started.v1") < names.index("nl.stagebrug.employer-offered.v1")


async def test_a_seat_that_the_school_recorded_is_taken_before_a_new_one_is_made(world: World) -> None:
    offer = await world.offer(seats=2)
    student = await world.student()
    head = ["Roepnaam", "Achternaam", "Geboortedatum", "Bedrijf", "Postcode", "Van", "Tot", "Dagen"]
    row = [
        student["givenName"],
        student["familyName"],
        STUDENT["birthDate"],
        "Tuincentrum De Linde",
        "8232VT",
        "2026-09-07",
        "2027-02-12",
        "ma",
    ]
    await ran(world, await checked(world, as_csv(head, row), "placements"))
    (placed,) = (await good(world.first.get("/v1/placements")))["items"]
    assert (placed["offerId"], placed["studentId"]) == (offer["id"], student["id"])


async def test_an_erased_student_is_unknown_to_later_files_until_a_list_has_him_again(world: World) -> None:
    list_of_all = as_csv(HEAD, SAM)
    await ran(world, await checked(world, list_of_all, "students"))
    await world.employer()
    (sam,) = await students(world)
    await good(world.first.post(f"/v1/students/{sam['id']}/_erase", json={"reason": "asked"}))
    imported = await checked(world, as_csv(PLACES, STAYS), "placements")
    assert [one["problem"] for one in await problems(world, imported)] == ["no-such-student"]
    assert (await ran(world, await checked(world, list_of_all, "students")))["done"]["registered"] == 1
    assert len(await students(world)) == 1


async def test_a_file_that_may_name_an_erased_student_is_given_up_with_its_rows(world: World) -> None:
    typed = await world.student()
    files = [
        await checked(world, as_csv(HEAD, SAM), "students"),
        await checked(world, as_csv(PLACES, STAYS), "placements"),
    ]
    other = await checked(world, as_csv(["Bedrijf", "PC", "Woonplaats"], ["De Linde", "8232VT", "Lelystad"]))
    theirs = await checked(world, as_csv(HEAD, NOOR), "students", by=world.second)
    await good(world.first.post(f"/v1/students/{typed['id']}/_erase", json={"reason": "asked"}))
    for one in files:
        now = await good(world.first.get(f"/v1/imports/{one['id']}"))
        assert (now["state"], now["cancelledBecause"]) == ("cancelled", "student-erased")
    kept = await world.intake.sql.fetch("select distinct import_id::text as id from import_rows")
    assert {row["id"] for row in kept} == {other["id"], theirs["id"]}
    assert (await good(world.first.get(f"/v1/imports/{other['id']}")))["cancelledBecause"] is None


async def test_only_a_school_imports_students(world: World) -> None:
    refused = await post(world.operator, as_csv(HEAD, SAM), "students", source="stagemarkt", sourceDate="2026-10-01")
    assert refused.status_code == 400
