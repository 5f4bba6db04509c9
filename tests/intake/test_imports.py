"""A school's spreadsheet: read as it is, checked before anything is written, and taken in without doubles."""

import asyncio

import pytest

from services.intake.days import today
from services.intake.taking_in import steps
from shared.events.intake import EmployerRegistered
from tests.intake.spreadsheets import BAKKER, HEAD, LINDE, as_csv, checked, employers, post, problems, ran, until
from tests.intake.world import FIRST, World, good


async def test_nothing_is_registered_before_the_dry_run_was_seen(world: World) -> None:
    imported = await checked(world, as_csv(HEAD, LINDE, BAKKER))
    assert imported["found"] == {"bad": 0, "new": 2, "known": 0, "unsure": 0, "double": 0}
    read = {column["heading"]: column["field"] for column in imported["columns"]}
    assert read == dict(
        zip(
            HEAD,
            ["name", "kvkNumber", "address", "postcode", "place", "sectors", "telephone", "contactName"],
            strict=True,
        )
    )
    assert await employers(world) == []

    done = await ran(world, imported)
    assert done["done"] == {"registered": 2, "recognised": 0, "skipped": 0}
    linde, bakker = sorted(await employers(world), key=lambda one: str(one["name"]), reverse=True)
    assert (linde["kvkNumber"], linde["address"]["postcode"], linde["region"]) == ("01234567", "8232VT", "AM11")
    assert (linde["address"]["street"], linde["address"]["houseNumber"]) == ("Stationsplein", "1a")
    assert linde["contactPersons"][0]["name"] == "T. de Wit"
    assert linde["verifiedOn"] == today().isoformat()
    assert linde["broughtInBy"] == str(world.schools[FIRST])
    assert (bakker["sectors"], bakker["telephone"], bakker["source"]) == (["horeca", "detailhandel"], None, None)
    told = [await world.intake.next_event(EmployerRegistered) for _ in range(2)]
    assert {(event.name, event.version) for event in told} == {(linde["name"], 1), (bakker["name"], 1)}


async def test_the_same_file_again_changes_nothing(world: World) -> None:
    file = as_csv(HEAD, LINDE, BAKKER)
    await ran(world, await checked(world, file))
    before = await employers(world)
    again = await checked(world, file)
    assert again["found"]["known"] == 2
    assert (await ran(world, again))["done"] == {"registered": 0, "recognised": 2, "skipped": 0}
    assert await employers(world) == before


async def test_a_row_that_was_merged_since_is_known_as_the_one_that_stays(world: World) -> None:
    file = as_csv(["nummer", *HEAD], ["A1", *BAKKER])
    await ran(world, await checked(world, file))
    [old] = await employers(world)
    kept = await world.employer(name="Heel iets anders")
    body, tags = {"otherId": old["id"]}, {"If-Match": "*"}
    await good(world.first.post(f"/v1/employers/{kept['id']}/_merge", json=body, headers=tags))
    for rows in (file, as_csv(["nummer", *HEAD], [old["id"], *BAKKER])):
        again = await checked(world, rows)
        assert (again["found"]["known"], again["found"]["new"]) == (1, 0)
        assert (await ran(world, again))["done"] == {"registered": 0, "recognised": 1, "skipped": 0}
    assert [one["id"] for one in await employers(world)] == [kept["id"]]
    things = await world.intake.sql.fetch("select distinct thing_id::text as id from import_keys")
    assert [thing["id"] for thing in things] == [kept["id"]]


async def test_a_file_that_is_sent_again_before_it_is_done_is_the_same_import(world: World) -> None:
    first = await post(world.first, as_csv(HEAD, LINDE), headers={"Idempotency-Key": "a"})
    assert (first.status_code, first.headers["location"]) == (
        201,
        f"{world.intake.url}/v1/imports/{first.json()['id']}",
    )
    again = await post(world.first, as_csv(HEAD, LINDE))
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    await ran(world, await until(world.first, first.json(), "checked"))
    late = await post(world.first, as_csv(HEAD, LINDE), headers={"Idempotency-Key": "a"})
    assert late.json()["id"] == first.json()["id"]
    other = await post(world.first, as_csv(HEAD, BAKKER), headers={"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:stagebrug:problem:idempotency-key-reused")


async def test_another_schools_employer_is_recognised_and_the_school_joins_it(world: World) -> None:
    known = await world.employer(world.second, kvkNumber="01234567", name="De Linde")
    private = await world.employer(
        world.second, name="Bakkerij Jansen", private=True, address={"postcode": "8232AB", "place": "Lelystad"}
    )
    imported = await checked(world, as_csv(HEAD, LINDE, BAKKER))
    assert (imported["found"]["known"], imported["found"]["new"]) == (1, 1)
    await ran(world, imported)
    joined = await good(world.second.get(f"/v1/employers/{known['id']}"))
    assert [one["schoolId"] for one in joined["cooperations"]] == [str(world.schools[FIRST])]
    assert joined["name"] == "De Linde"
    assert (await good(world.second.get(f"/v1/employers/{private['id']}")))["cooperations"] == []


async def test_people_decide_where_names_are_only_alike(world: World) -> None:
    place = {"postcode": "8232AB", "place": "Lelystad"}
    known = await world.employer(world.second, name="Jansen Brood en Banket", address=place)
    imported = await checked(world, as_csv(HEAD, ["Jansen Brood", *BAKKER[1:]], ["Jansen Banket", *BAKKER[1:]], LINDE))
    path = f"/v1/imports/{imported['id']}"
    assert imported["found"]["unsure"] == 2
    refused = await world.first.post(f"{path}/_run", json={"onProblems": "stop"})
    assert refused.status_code == 409
    asked = await good(world.first.get(f"{path}/decisions?openOnly=true&limit=1"))
    assert asked["items"][0] | {"likeness": 0} == {
        "row": 2, "name": "Jansen Brood", "place": "Lelystad", "likeness": 0, "employerId": known["id"],
        "employerName": "Jansen Brood en Banket", "employerPostcode": "8232AB", "employerPlace": "Lelystad",
        "employerKvkNumber": None, "decision": None,
    }  # fmt: skip
    assert asked["next"]
    wrong = {"decisions": [{"row": 4, "decision": "new"}]}
    assert (await world.first.put(f"{path}/decisions", json=wrong)).status_code == 400
    said = {"decisions": [{"row": 2, "decision": "same"}, {"row": 3, "decision": "new"}]}
    await good(world.first.put(f"{path}/decisions", json=said))
    assert (await ran(world, imported))["done"] == {"registered": 2, "recognised": 1, "skipped": 0}
    assert len((await good(world.second.get(f"/v1/employers/{known['id']}")))["cooperations"]) == 1
    assert len(await employers(world)) == 3


async def test_rows_that_were_new_when_checked_are_all_registered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "WRITTEN_AT_ONCE", 1)
    rows = [["Jansen Brood en Banket", *BAKKER[1:]], ["Jansen Brood", *BAKKER[1:]]]
    imported = await checked(world, as_csv(HEAD, *rows))
    assert imported["found"]["new"] == 2
    assert (await ran(world, imported))["done"] == {"registered": 2, "recognised": 0, "skipped": 0}


async def test_what_people_decided_counts_whatever_the_register_has_by_now(world: World) -> None:
    place = {"postcode": "8232AB", "place": "Lelystad"}
    for name in ("Jansen Brood en Banket", "Dorpscafe De Vriendschap"):
        await world.employer(world.second, name=name, address=place)
    rows = [["Jansen Brood", *BAKKER[1:]], ["Jansen Banket", *BAKKER[1:]], ["Dorpscafe Vriendschap Zuid", *BAKKER[1:]]]
    imported = await checked(world, as_csv(HEAD, *rows))
    assert imported["found"]["unsure"] == 3
    said = [{"row": 2, "decision": "skip"}, {"row": 3, "decision": "new"}, {"row": 4, "decision": "skip"}]
    await good(world.first.put(f"/v1/imports/{imported['id']}/decisions", json={"decisions": said}))
    for name in ("Jansen Brood", "Jansen Banket"):
        await world.employer(world.second, name=name, address=place)
    await world.intake.sql.execute("update employers set postcode = '8011AA' where facts ->> 'name' like 'Dorps%'")
    assert (await ran(world, imported))["done"] == {"registered": 1, "recognised": 0, "skipped": 2}


async def test_a_row_that_means_a_merged_employer_means_the_one_that_stays(world: World) -> None:
    place = {"postcode": "8232AB", "place": "Lelystad"}
    kept = await world.employer(world.second, name="Bakker Bart", address=place | {"postcode": "8232VT"})
    other = await world.employer(world.second, name="Jansen Brood en Banket", address=place)
    imported = await checked(world, as_csv(HEAD, ["Jansen Brood", *BAKKER[1:]]))
    said = {"decisions": [{"row": 2, "decision": "same"}]}
    await good(world.first.put(f"/v1/imports/{imported['id']}/decisions", json=said))
    await world.intake.sql.execute(
        "update employers set merged_into = $1::text::uuid where id = $2::text::uuid", kept["id"], other["id"]
    )
    assert (await ran(world, imported))["done"] == {"registered": 0, "recognised": 1, "skipped": 0}
    joined = await good(world.first.get(f"/v1/employers/{kept['id']}"))
    assert [one["schoolId"] for one in joined["cooperations"]] == [str(world.schools[FIRST])]


async def test_every_problem_has_its_row_and_column_and_never_what_stood_there(world: World) -> None:
    secret = "123456782"  # passes the test of a citizen service number
    rows = [
        ["", "12", "Straat 1", "9999", "Lelystad", "hoereca", "bel maar", ""],
        [f"Bedrijf {secret}", "", "", "8232VT", "Lelystad", "", "", ""],
        ["Bedrijf", "", "", "8232VT", "Nergenshuizen", "", "", ""],
        ["=HYPERLINK(1)", "", "", "8232VT", "Lelystad", "", "", ""],
        ["Telefoon", "", "", "8232VT", "Lelystad", "", "123456782", ""],
        LINDE,
        [],
        LINDE,
    ]
    imported = await checked(world, as_csv(["Bedrijven van school"], HEAD, *rows))
    assert imported["found"] == {"bad": 4, "new": 2, "known": 0, "unsure": 0, "double": 1}
    found = {(one["row"], one["heading"]): one["problem"] for one in await problems(world, imported)}
    assert found == {
        (3, "Bedrijf"): "missing", (3, "KvK"): "kvk-number", (3, "PC"): "postcode", (3, "Branche"): "code", (3, "Tel"): "telephone",
        (4, "Bedrijf"): "citizen-service-number", (5, "Woonplaats"): "place", (6, "Bedrijf"): "formula",
    }  # fmt: skip
    first = (await problems(world, imported))[0]
    assert (first["nl"], first["en"], first["column"]) == ("Vul dit in.", "Fill this in.", 1)
    kept = await world.intake.sql.fetchval("select string_agg(cells::text, '') from import_rows where row = 4")
    assert secret not in kept
    assert (await world.first.post(f"/v1/imports/{imported['id']}/_run", json={})).status_code == 409
    assert (await ran(world, imported, "skip"))["done"] == {"registered": 2, "recognised": 0, "skipped": 5}
    assert await world.intake.sql.fetchval("select count(*) from import_rows") == 0


async def test_a_columns_meaning_is_corrected_and_remembered(world: World) -> None:
    head = ["Klant", "Postcode", "Plaats", "Opm"]
    posted = await good(post(world.first, as_csv(head, ["De Linde", "8232VT", "Lelystad", "x"])))
    assert (posted["state"], posted["lacking"]) == ("needs-mapping", ["Naam"])
    path = f"/v1/imports/{posted['id']}/mapping"
    for wrong in ({"name": 9}, {"name": 1, "postcode": 1, "place": 3}, {"nome": 1}, {"postcode": 2, "place": 3}):
        assert (await world.first.put(path, json={"mapping": wrong})).status_code == 400
    await good(world.first.put(path, json={"mapping": {"name": 1, "postcode": 2, "place": 3}}))
    await until(world.first, posted, "checked")
    other = await checked(world, as_csv([*head[::-1]], ["y", "Lelystad", "8232VT", "De Es"]))
    assert [column["field"] for column in other["columns"]] == [None, "place", "postcode", "name"]
    theirs = await good(post(world.second, as_csv(head, ["De Linde", "8232VT", "Lelystad", "x"])))
    assert theirs["state"] == "needs-mapping"


async def test_an_import_is_the_own_schools_alone(world: World) -> None:
    imported = await checked(world, as_csv(HEAD, LINDE))
    path = f"/v1/imports/{imported['id']}"
    for stranger in (world.second, world.operator):
        for method, end, body in (
            ("GET", "", None), ("GET", "/problems", None), ("GET", "/decisions", None), ("POST", "/_run", {}),
            ("POST", "/_cancel", None), ("PUT", "/mapping", {"mapping": {}}),
            ("PUT", "/decisions", {"decisions": [{"row": 2, "decision": "new"}]}),
        ):  # fmt: skip
            assert (await stranger.request(method, path + end, json=body)).status_code == 404, (method, end)
        assert (await good(stranger.get("/v1/imports")))["items"] == []
    assert (await post(world.first, as_csv(HEAD, LINDE), school="30AB01")).status_code == 403
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    assert (await post(regional, as_csv(HEAD, LINDE))).status_code == 403


async def test_a_cancelled_import_registers_nothing_and_forgets_its_rows(world: World) -> None:
    imported = await checked(world, as_csv(HEAD, LINDE))
    path = f"/v1/imports/{imported['id']}"
    assert (await good(world.first.post(f"{path}/_cancel")))["state"] == "cancelled"
    assert (await world.first.post(f"{path}/_run", json={})).status_code == 409
    assert await world.intake.sql.fetchval("select count(*) from import_rows") == 0
    assert await employers(world) == []


async def test_a_list_of_others_shows_its_source_and_is_suggested_until_a_school_checks(world: World) -> None:
    nameless = await post(world.operator, as_csv(HEAD, LINDE))
    assert nameless.status_code == 400
    half = await post(world.operator, as_csv(HEAD, LINDE), source="stagemarkt")
    assert half.json()["errors"][0]["pointer"] == "sourceDate"
    listed = {"source": "stagemarkt", "sourceDate": "2026-10-01"}
    imported = await checked(world, as_csv(HEAD, LINDE, BAKKER), by=world.operator, **listed)
    assert (await ran(world, imported, by=world.operator))["done"]["registered"] == 2
    found = await employers(world)
    assert {one["suggested"] for one in found} == {True}
    assert {(one["broughtInBy"], one["verifiedOn"]) for one in found} == {(None, None)}
    assert found[0]["source"] == {"name": "stagemarkt", "date": "2026-10-01"}
    await ran(world, await checked(world, as_csv(HEAD, LINDE)))
    seen = [(one["suggested"], len(one["cooperations"]), one["verifiedOn"]) for one in await employers(world)]
    assert sorted(seen) == [(False, 1, today().isoformat()), (True, 0, None)]


def a_list(count: int, *, with_numbers: bool) -> bytes:
    rows = [
        [
            f"Kwekerij {chr(65 + at // 26)}{chr(97 + at % 26)}",
            str(70_000_000 + at) if with_numbers else "",
            "",
            f"82{30 + at // 20}A{chr(66 + at % 16)}",
            "Lelystad",
            "",
            "",
            "",
        ]
        for at in range(count)
    ]
    return as_csv(HEAD, *rows)


async def test_two_schools_that_import_at_once_make_no_doubles(world: World) -> None:
    async with world.intake.replica():
        mine = await checked(world, a_list(300, with_numbers=True))
        theirs = await checked(world, a_list(300, with_numbers=False), by=world.second)
        assert (mine["found"]["new"], theirs["found"]["new"]) == (300, 300)
        await asyncio.gather(ran(world, mine), ran(world, theirs, "skip", by=world.second))
    assert await world.intake.sql.fetchval("select count(*) from employers") == 300


async def test_an_import_that_cannot_go_on_is_given_up_and_holds_up_no_other(world: World) -> None:
    broken, good_one = await checked(world, as_csv(HEAD, LINDE)), await checked(world, as_csv(HEAD, BAKKER))
    await world.intake.sql.execute(
        'update imports set mapping = \'{"name": "x"}\' where id = $1::text::uuid', broken["id"]
    )
    await good(world.first.post(f"/v1/imports/{broken['id']}/_run", json={}))
    await ran(world, good_one)
    await world.intake.until("select state = 'failed' from imports where id = $1::text::uuid", broken["id"], within=60)
    assert await world.intake.sql.fetchval("select count(*) from import_rows") == 0
    assert [one["name"] for one in await employers(world)] == ["Bakkerij Jansen"]


async def test_rows_far_apart_are_all_seen(world: World) -> None:
    imported = await checked(world, as_csv(HEAD, LINDE, *[[]] * 5_000, BAKKER))
    assert (await ran(world, imported))["done"]["registered"] == 2
