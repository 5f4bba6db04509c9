"""Employers: shared by all schools unless one keeps its own to itself for a while."""

from typing import Any

import pytest

from shared.events.intake import (
    ContactLogged,
    EmployerOffered,
    EmployerPaused,
    EmployerRegistered,
    EmployerResumed,
    OfferChanged,
    SchoolRegistered,
)
from tests.intake.world import EMPLOYER, FIRST, LELYSTAD, OFFER, SECOND, ZWOLLE, World, a_client, good, unknown


async def test_a_school_has_the_region_of_its_address(world: World) -> None:
    school = await good(world.first.get(f"/v1/schools/{world.schools[FIRST]}"))
    assert (school["region"], school["municipality"], school["brin"]) == ("AM11", "GM0995", FIRST)
    told = await world.intake.next_event(SchoolRegistered)
    assert (told.region, told.brin, told.version) == ("AM11", FIRST, 1)


async def test_a_school_takes_part_once(world: World) -> None:
    school = {"brin": FIRST.lower(), "name": "Nog eens", "kind": "vso", "address": LELYSTAD}
    answer = await world.operator.post("/v1/schools", json=school)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:school-is-known")


async def test_who_may_register_a_school(world: World) -> None:
    school = {"brin": "01AA00", "name": "Nieuw", "kind": "vso", "address": LELYSTAD}
    elsewhere = world.as_("regional-coordinator", regions=["AM36"])
    here = world.as_("regional-coordinator", regions=["AM11"])
    assert (await world.first.post("/v1/schools", json=school)).status_code == 403
    assert (await elsewhere.post("/v1/schools", json=school)).status_code == 403
    assert (await here.post("/v1/schools", json=school)).status_code == 201


async def test_a_school_changes_itself_and_no_other(world: World) -> None:
    path = f"/v1/schools/{world.schools[FIRST]}"
    assert (await world.second.patch(path, json={"studentCount": 5})).status_code == 403
    changed = await world.first.patch(path, json={"studentCount": 150, "address": ZWOLLE})
    assert (changed.json()["region"], changed.json()["version"]) == ("AM36", 2)
    assert (await world.first.patch(path, json={"name": None})).json()["errors"][0]["pointer"] == "/name"


async def test_an_employer_is_told_with_its_whole_state(world: World) -> None:
    school = str(world.schools[SECOND])
    facts: dict[str, Any] = {
        "sizeClass": "small",
        "recognition": "boris",
        "placesPerYear": 4,
        "placesTrend": "more",
        "foundThrough": "pro",
        "cooperations": [{"schoolId": school, "sinceDate": "2022-09-01"}],
    }
    employer = await world.employer(**facts)
    told = await world.intake.next_event(EmployerRegistered)
    assert str(told.employer_id) == employer["id"]
    assert (told.region, told.location.approximate, told.places_per_year) == ("AM11", True, 4)
    assert told.brought_in_by == world.schools[FIRST]
    assert str(told.cooperations[0].school_id) == school
    assert employer["version"] == told.version == 1


async def test_other_schools_see_a_shared_employer(world: World) -> None:
    employer = await world.employer()
    assert (await good(world.second.get(f"/v1/employers/{employer['id']}")))["name"] == EMPLOYER["name"]


async def test_a_private_employer_is_invisible_to_others_wherever_it_could_show(world: World) -> None:
    employer = await world.employer(private=True)
    offer = await world.offer(employer["id"])
    student = await world.student(by=world.second)
    for path in (f"/v1/employers/{employer['id']}", f"/v1/employers/{employer['id']}/contacts"):
        assert (await world.second.get(path)).status_code == 404
    assert (await world.second.get(f"/v1/offers/{offer['id']}")).status_code == 404
    for path in (f"/v1/employers/{employer['id']}/offers", f"/v1/employers/{employer['id']}/_pause"):
        body = OFFER if path.endswith("offers") else {"fromDate": "2026-09-01"}
        assert (await world.second.post(path, json=body)).status_code == 404
    assert (await world.second.patch(f"/v1/employers/{employer['id']}", json={})).status_code == 404
    assert (await world.place(student, offer, by=world.second)).status_code == 404
    for answer in (
        await world.second.get("/v1/employers"),
        await world.second.post("/v1/employers/_search", json={"text": "linde"}),
        await world.second.get("/v1/offers"),
        await world.second.get(f"/v1/offers?employerId={employer['id']}"),
    ):
        assert answer.json()["items"] == []
    assert (await good(world.first.get("/v1/employers")))["items"][0]["private"] is True


async def test_events_say_to_whom_an_employer_is_private(world: World) -> None:
    employer = await world.employer(private=True)
    await world.offer(employer["id"])
    assert (await world.intake.next_event(EmployerRegistered)).private_to == world.schools[FIRST]
    assert (await world.intake.next_event(EmployerOffered)).private_to == world.schools[FIRST]


async def test_a_private_employer_can_be_shared_and_its_offers_with_it(world: World) -> None:
    employer = await world.employer(private=True)
    offer = await world.offer(employer["id"])
    await good(world.first.patch(f"/v1/employers/{employer['id']}", json={"private": False}))
    told = await world.intake.next_event(OfferChanged)
    assert (str(told.offer_id), told.private_to, told.version) == (offer["id"], None, 2)
    assert (await good(world.second.get(f"/v1/offers/{offer['id']}")))["version"] == 2


async def test_what_others_work_with_cannot_become_private(world: World) -> None:
    employer = await world.employer()
    await good(world.second.post(f"/v1/employers/{employer['id']}/offers", json=OFFER))
    answer = await world.first.patch(f"/v1/employers/{employer['id']}", json={"private": True})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:employer-is-shared")


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("contacts", {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-01"}),
        ("claims", {}),
        ("remarks", {"experiences": ["agreement-kept"], "text": "Prettig.", "audience": "own-school"}),
        ("questions", {"text": "Past het bij leerlingen die niet tegen drukte kunnen?"}),
        ("placements", None),
    ],
)
async def test_where_another_school_has_something_the_employer_cannot_become_private(
    world: World, call: str, body: Any
) -> None:
    employer = await world.employer()
    if body is None:
        offer = await world.offer(employer["id"])
        placed = await world.place(await world.student(world.second), offer, world.second)
        assert placed.status_code == 201, placed.text
    else:
        await good(world.second.post(f"/v1/employers/{employer['id']}/{call}", json=body))
    answer = await world.first.patch(f"/v1/employers/{employer['id']}", json={"private": True})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:employer-is-shared")


async def test_an_employer_that_only_the_own_school_works_with_becomes_private(world: World) -> None:
    employer = await world.employer()
    offer = await world.offer(employer["id"])
    await world.place(await world.student(), offer)
    await good(world.first.post(f"/v1/employers/{employer['id']}/claims", json={}))
    assert (await good(world.first.patch(f"/v1/employers/{employer['id']}", json={"private": True})))["private"]
    shared = [{"schoolId": str(world.schools[SECOND])}]
    answer = await world.first.post("/v1/employers", json=EMPLOYER | {"private": True, "cooperations": shared})
    assert answer.json()["errors"][0]["pointer"] == "/cooperations"


async def test_an_employer_is_registered_once_per_place(world: World) -> None:
    known = await world.employer(kvkNumber="01234567")
    again = await world.second.post("/v1/employers", json=EMPLOYER | {"kvkNumber": "01234567"})
    assert again.status_code == 409
    assert known["id"] in again.json()["detail"]
    elsewhere = await world.second.post("/v1/employers", json=EMPLOYER | {"kvkNumber": "01234567", "address": ZWOLLE})
    assert elsewhere.status_code == 201


async def test_registering_tells_nothing_of_anothers_private_employer(world: World) -> None:
    await world.employer(kvkNumber="01234567", private=True)
    again = await world.second.post("/v1/employers", json=EMPLOYER | {"kvkNumber": "01234567"})
    assert again.status_code == 201


FOUND: list[tuple[dict[str, Any], int]] = [
    ({}, 3),
    ({"text": "LINDE"}, 1),
    ({"text": "zwolle bakkerij"}, 1),
    ({"text": "100%"}, 0),
    ({"text": "_"}, 0),
    ({"text": "\\"}, 0),
    ({"region": "AM36"}, 2),
    ({"sector": "horeca"}, 1),
    ({"sector": "horeca", "region": "AM11"}, 0),
    ({"recognition": "boris"}, 1),
    ({"sizeClass": "large"}, 1),
    ({"kind": "sheltered"}, 0),
    ({"municipality": "GM0193"}, 2),
    ({"hasOpenOffer": True}, 1),
    ({"hasOpenOffer": False}, 2),
    ({"suggested": True}, 0),
]


async def test_employers_are_found_by_what_is_known_of_them(world: World) -> None:
    first = await world.employer()
    await world.employer(name="Bakkerij Vos", address=ZWOLLE, sectors=["horeca"], recognition="boris")
    await world.employer(name="Magazijn", address=ZWOLLE, sectors=["logistiek"], sizeClass="large")
    await world.offer(first["id"])
    for wanted, found in FOUND:
        page = await good(world.second.post("/v1/employers/_search", json=wanted))
        assert len(page["items"]) == found, wanted


async def test_employers_are_found_by_the_school_that_knows_them(world: World) -> None:
    first, second = str(world.schools[FIRST]), str(world.schools[SECOND])
    await world.employer(name="Een")
    await world.employer(name="Twee", cooperations=[{"schoolId": second}])
    for school, names in ((first, {"Een", "Twee"}), (second, {"Twee"})):
        page = await good(world.first.post("/v1/employers/_search", json={"cooperatesWith": school}))
        assert {employer["name"] for employer in page["items"]} == names


async def test_a_list_is_read_page_by_page(world: World) -> None:
    names = [f"Bedrijf {number}" for number in range(5)]
    for name in names:
        await world.employer(name=name)
    seen, cursor = [], ""
    while True:
        page = await good(world.first.get(f"/v1/employers?limit=2{cursor}"))
        seen += [employer["name"] for employer in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == names


async def test_a_change_leaves_the_rest_and_is_told_whole(world: World) -> None:
    employer = await world.employer(placesPerYear=4)
    await world.intake.next_event(EmployerRegistered)
    answer = await world.first.patch(f"/v1/employers/{employer['id']}", json={"name": "Anders", "placesPerYear": None})
    assert (answer.json()["sectors"], answer.json()["placesPerYear"]) == (["detailhandel"], None)
    told = await world.intake.next_event(EmployerRegistered)
    assert (told.name, told.version, answer.json()["version"]) == ("Anders", 2, 2)


async def test_a_change_that_changes_nothing_is_not_told(world: World) -> None:
    employer, offer = await world.employer(), await world.offer()
    for path in (f"/v1/employers/{employer['id']}", f"/v1/offers/{offer['id']}", f"/v1/schools/{world.schools[FIRST]}"):
        assert (await good(world.first.patch(path, json={})))["version"] == 1


async def test_who_moves_takes_the_offers_along(world: World) -> None:
    employer = await world.employer()
    await world.offer(employer["id"])
    moved = await good(world.first.patch(f"/v1/employers/{employer['id']}", json={"address": ZWOLLE}))
    assert moved["region"] == "AM36"
    assert (await world.intake.next_event(OfferChanged)).region == "AM36"


async def test_schools_outside_the_region_see_but_do_not_change(world: World) -> None:
    far = {"brin": "02BB00", "name": "Ver weg", "kind": "vso", "address": ZWOLLE}
    await good(world.operator.post("/v1/schools", json=far))
    outsider = world.as_("coordinator", schools=["02BB00"])
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    assert (await outsider.get(path)).status_code == 200
    assert (await outsider.patch(path, json={"name": "Van mij"})).status_code == 403
    assert (await outsider.post(f"{path}/_pause", json={"fromDate": "2026-09-01"})).status_code == 403
    assert (await world.second.patch(path, json={"placesPerYear": 3})).status_code == 200


async def test_an_employer_pauses_and_resumes(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    pause = {"fromDate": "2026-10-01", "untilDate": "2026-12-31", "reason": "no-supervisor"}
    paused = await good(world.second.post(f"{path}/_pause", json=pause))
    assert (paused["pause"], paused["version"]) == (pause, 2)
    assert (await world.intake.next_event(EmployerPaused)).reason == "no-supervisor"
    resumed = await good(world.first.post(f"{path}/_resume"))
    assert (resumed["pause"], resumed["version"]) == (None, 3)
    assert (await world.intake.next_event(EmployerResumed)).version == 3
    assert (await world.first.post(f"{path}/_resume")).status_code == 409


async def test_a_yes_on_the_telephone_becomes_an_offer(world: World) -> None:
    employer, student = await world.employer(), await world.student()
    contact = {
        "channel": "telephone",
        "outcome": "yes",
        "arguments": ["no-strings"],
        "contactDate": "2026-09-01",
        "studentId": student["id"],
        "note": "Vraag naar Ans.",
        "offer": OFFER,
    }
    logged = await good(world.first.post(f"/v1/employers/{employer['id']}/contacts", json=contact))
    offer = await good(world.second.get(f"/v1/offers/{logged['offerId']}"))
    assert offer["broughtInBy"] == str(world.schools[FIRST])
    told = await world.intake.next_event(ContactLogged)
    assert (str(told.student_id), told.outcome, told.arguments) == (student["id"], "yes", ("no-strings",))
    assert "Ans" not in told.model_dump_json()
    assert str((await world.intake.next_event(EmployerOffered)).offer_id) == logged["offerId"]


async def test_only_a_yes_carries_on_to_an_offer(world: World) -> None:
    employer = await world.employer()
    contact = {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-01", "offer": OFFER}
    answer = await world.first.post(f"/v1/employers/{employer['id']}/contacts", json=contact)
    assert answer.json()["errors"][0]["pointer"] == "/offer"
    assert (await good(world.first.get("/v1/offers")))["items"] == []


async def test_other_schools_see_of_a_contact_that_it_was_when_and_by_which_school(world: World) -> None:
    employer = await world.employer()
    contact = {"channel": "visit", "outcome": "later", "contactDate": "2026-09-01", "note": "Te druk."}
    path = f"/v1/employers/{employer['id']}/contacts"
    await good(world.first.post(path, json=contact))
    own = (await good(world.first.get(path)))["items"][0]
    assert (own["note"], own["outcome"], own["author"]) == ("Te druk.", "later", "first")
    seen = (await good(world.second.get(path)))["items"][0]
    assert {name: value for name, value in seen.items() if value is not None} == {
        "id": own["id"],
        "employerId": employer["id"],
        "schoolId": str(world.schools[FIRST]),
        "schoolName": f"School {FIRST}",
        "contactDate": "2026-09-01",
        "recordedAt": own["recordedAt"],
        "subjects": [],
    }


async def test_who_works_for_several_schools_says_for_which(world: World) -> None:
    bureau = world.as_("coordinator", schools=[FIRST, SECOND])
    assert (await bureau.post("/v1/employers", json=EMPLOYER)).json()["errors"][0]["pointer"] == "/broughtInBy"
    second = str(world.schools[SECOND])
    employer = await world.employer(by=bureau, broughtInBy=second)
    assert employer["broughtInBy"] == second
    contact = {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-01"}
    path = f"/v1/employers/{employer['id']}/contacts"
    assert (await bureau.post(path, json=contact)).json()["errors"][0]["pointer"] == "/schoolId"
    assert (await good(bureau.post(path, json=contact | {"schoolId": second})))["schoolId"] == second


async def test_nobody_speaks_for_a_school_that_is_not_the_own(world: World) -> None:
    theirs = EMPLOYER | {"broughtInBy": str(world.schools[SECOND])}
    assert (await world.first.post("/v1/employers", json=theirs)).status_code == 403
    assert (await world.operator.post("/v1/employers", json=theirs)).status_code == 201
    nobody = EMPLOYER | {"broughtInBy": unknown()}
    assert (await world.operator.post("/v1/employers", json=nobody)).json()["errors"][0]["pointer"] == "/broughtInBy"


async def test_a_regional_coordinator_stays_within_the_region(world: World) -> None:
    here, elsewhere = (world.as_("regional-coordinator", regions=[r]) for r in ("AM11", "AM36"))
    assert (await here.post("/v1/employers", json=EMPLOYER)).status_code == 201
    assert (await elsewhere.post("/v1/employers", json=EMPLOYER)).status_code == 403
    employer = await world.employer()
    assert (await elsewhere.patch(f"/v1/employers/{employer['id']}", json={})).status_code == 403
    assert (await elsewhere.post(f"/v1/employers/{employer['id']}/offers", json=OFFER)).status_code == 403


async def test_an_unknown_kind_of_work_is_refused_rather_than_matched_with_nothing(world: World) -> None:
    answer = await world.first.post("/v1/employers", json=EMPLOYER | {"sectors": ["horeca", "horekca"]})
    assert answer.json()["errors"][0]["pointer"] == "/sectors/1"
    employer = await world.employer()
    offer = OFFER | {"sector": "horekca", "demands": ["standing", "standig"]}
    answer = await world.first.post(f"/v1/employers/{employer['id']}/offers", json=offer)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/sector", "/demands/1"]


async def test_an_installation_adds_its_own_kinds_of_work(service: Any) -> None:
    intake = await service("intake", extra_sectors={"groen": "groen"}, sector_sbi={"groen": ["01", "81.3"]})
    operator = a_client(intake, "operator")
    assert (await operator.post("/v1/employers", json=EMPLOYER | {"sectors": ["groen"]})).status_code == 201
    codes = await good(operator.get("/v1/code-lists/sectors"))
    assert {"code": "groen", "nl": "groen", "en": "groen", "sbi": ["01", "813"]} in codes["items"]
    gardener = EMPLOYER | {"name": "Hoveniersbedrijf Groen", "sectors": [], "sbiCodes": ["81.30", "81.22"]}
    made = await good(operator.post("/v1/employers", json=gardener))
    assert (made["sectors"], made["sbiCodes"]) == (["groen", "facilitaire-dienstverlening"], ["8130", "8122"])
