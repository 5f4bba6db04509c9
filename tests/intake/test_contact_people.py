"""A contact person of an employer asks to be forgotten: gone wherever the register named them, and kept out."""

from typing import Any

import pytest

from services.intake.domain.contact_person import GONE, ContactMarks, EraseContactPerson
from services.intake.domain.employer import ContactPerson, EmployerFacts
from tests.intake.spreadsheets import HEAD, LINDE, as_csv, checked, employers, ran
from tests.intake.test_erasing import tables_with
from tests.intake.test_row_security import as_the_service
from tests.intake.world import FIRST, OFFER, ZWOLLE, World, good

WIT = {"name": "Tineke de Wit", "role": "praktijkopleider", "email": "t.dewit@linde.example", "telephone": "0612345678"}
VISSER = {"name": "A. Visser", "email": "a.visser@linde.example"}
ASKED = {"name": "Tineke de Wit", "reason": "asked"}
TALK = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14"}


def marks(company: dict[str, Any] | None = None, *people: dict[str, str], **asked: str) -> ContactMarks:
    said = EraseContactPerson.model_validate(ASKED | asked)
    facts = EmployerFacts.model_validate({"name": "Tuincentrum De Linde"} | (company or {}))
    return ContactMarks.of(said, [ContactPerson.model_validate(one) for one in people], facts)


async def erase(world: World, employer: Any, by: Any = None, **asked: str) -> Any:
    path = f"/v1/employers/{employer['id']}/contact-persons/_erase"
    return await good((by or world.first).post(path, json=ASKED | asked))


async def an_employer(world: World, **facts: Any) -> Any:
    return await world.employer(kvkNumber="01234567", contactPersons=[WIT, VISSER], **facts)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mevrouw de Wit belt terug.", f"Mevrouw {GONE} belt terug."),
        ("T. de Wit, 06-12345678", f"{GONE}, {GONE}"),
        ("Vraag naar Tineke (t.dewit@linde.example)", f"Vraag naar {GONE} {GONE}"),
        ("tineke de wit", GONE),
        ("Bel de Wit's assistent", f"Bel {GONE} assistent"),
        ("A. Visser verft alles wit in Tuincentrum De Linde, 0320 123456", None),
    ],
)
def test_a_text_keeps_what_does_not_lead_to_the_person(text: str, left: str | None) -> None:
    assert marks(None, WIT, VISSER).unnamed(text) == (text if left is None else left)


def test_what_stands_instead_is_never_longer() -> None:
    for text in ("Wit " * 50, "Tineke de Wit en de Wit"):
        assert len(marks(None, WIT).unnamed(text)) <= len(text)


def test_what_others_share_with_the_person_stays_unless_it_was_named() -> None:
    company = {"telephone": "0612345678", "email": "info@linde.example"}
    shared = VISSER | {"email": WIT["email"]}
    found = marks(company, WIT, shared)
    assert not found.reaches("06-12345678")
    assert not found.reaches(WIT["email"])
    named = marks(company, WIT, shared, telephone="+31 6 12345678")
    assert named.reaches("06-12345678")
    assert named.left_of(EmployerFacts.model_validate({"name": "x"} | company)).telephone is None


def test_a_person_who_is_called_as_the_company_goes_by_the_whole_name() -> None:
    found = marks({"name": "Bakkerij Tineke de Wit"}, WIT)
    assert found.unnamed("Bij de Wit sprak ik Tineke de Wit.") == f"Bij de Wit sprak ik {GONE}."


def test_a_mark_leads_back_to_nobody_and_two_are_never_alike() -> None:
    one, other = marks(None, WIT), marks(None, WIT)
    assert not one.marks & other.marks
    assert "Wit" not in repr(one)
    assert one.key.hex() not in repr(one)


async def test_a_contact_person_is_gone_from_everything_that_is_kept_of_the_employer(world: World) -> None:
    employer = await an_employer(world)
    path = f"/v1/employers/{employer['id']}"
    branch = {"address": ZWOLLE, "contactPersons": [WIT], "email": WIT["email"], "note": "Vraag naar Wit"}
    location = await good(world.first.post(f"{path}/locations", json=branch))
    noted = {"note": "De Wit wil twee leerlingen.", "spokenTo": "T. de Wit", "nextStep": "Wit mailen"}
    contact = await good(world.second.post(f"{path}/contacts", json=TALK | noted))
    await good(world.second.post(f"{path}/offers", json=OFFER | {"description": "Meld je bij Tineke."}))
    await good(
        world.first.post(f"{path}/accreditations", json={"wanted": "boris", "note": "Opleider is Tineke de Wit."})
    )
    erased = await erase(world, employer)
    assert erased["rowCount"] >= 5
    for word in ("Tineke", "Wit", "dewit", "0612345678"):
        assert await tables_with(world, word) == [], word
    left = await good(world.first.get(path))
    assert [one["name"] for one in left["contactPersons"]] == ["A. Visser"]
    kept = await good(world.first.get(f"{path}/locations/{location['id']}"))
    assert (kept["contactPersons"], kept["email"]) == ([], None)
    seen = await good(world.second.get(f"{path}/contacts/{contact['id']}"))
    assert (seen["note"], seen["nextStep"]) == (f"{GONE} wil twee leerlingen.", f"{GONE} mailen")
    assert seen["spokenTo"] == GONE


async def test_what_schools_wrote_to_each_other_names_the_person_no_more(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    remark = {"text": "Tineke is vriendelijk.", "experiences": ["welcoming"]}
    made = await good(world.first.post(f"{path}/remarks", json=remark))
    reply = {"onBehalfOf": "school", "text": "Dat vindt Wit ook."}
    await good(world.second.post(f"{path}/remarks/{made['id']}/replies", json=reply))
    assert (await erase(world, employer, world.operator))["rowCount"] == 2
    shown = await good(world.second.get(f"{path}/remarks/{made['id']}"))
    assert (shown["text"], shown["replies"][0]["text"]) == (f"{GONE} is vriendelijk.", f"Dat vindt {GONE} ook.")


async def test_who_changes_an_employer_erases_and_the_ledger_tells_not_whom(world: World) -> None:
    await good(
        world.operator.post("/v1/schools", json={"brin": "02BB00", "name": "Ver", "kind": "vso", "address": ZWOLLE})
    )
    outsider = world.as_("coordinator", schools=["02BB00"])
    regional = world.as_("regional-coordinator", sub="regio", regions=["AM11"])
    employer, path = await an_employer(world), "contact-persons/_erase"
    address = f"/v1/employers/{employer['id']}"
    assert (await outsider.post(f"{address}/{path}", json=ASKED)).status_code == 403
    assert (await outsider.get(f"{address}/erased-contacts")).status_code == 403
    private = await world.employer(private=True, name="Voor ons", address={"postcode": "8232AB", "place": "Lelystad"})
    assert (await world.second.post(f"/v1/employers/{private['id']}/{path}", json=ASKED)).status_code == 404
    for caller, role in (
        (regional, "regional-coordinator"),
        (world.operator, "operator"),
        (world.second, "coordinator"),
    ):
        assert (await erase(world, employer, caller))["role"] == role
    ledger = (await good(world.second.get(f"{address}/erased-contacts")))["items"]
    assert [(one["author"], one["rowCount"]) for one in ledger] == [("regio", 1), ("operator", 0), ("second", 0)]
    assert "Wit" not in str(ledger)


async def test_who_saw_the_person_before_brings_nobody_back_by_a_change(world: World) -> None:
    employer = await an_employer(world)
    address = f"/v1/employers/{employer['id']}"
    tag = (await world.second.get(address)).headers["ETag"]
    await erase(world, employer)
    late = await world.second.patch(address, json={"contactPersons": [WIT]}, headers={"If-Match": tag})
    assert late.status_code == 412


async def test_a_file_does_not_bring_a_forgotten_person_back(world: World) -> None:
    employer = await an_employer(world)
    await erase(world, employer)
    heading = [*HEAD, "E-mail contactpersoon"]
    here = ["Heel Anders", "1234567", "Laan 2", "8011AB", "Zwolle", *LINDE[5:7], "tineke de wit", ""]
    by_address = ["Iets Nieuws", "", *LINDE[2:7], "Iemand", WIT["email"]]
    elsewhere = ["Elders", "76543210", "Laan 1", "8011AA", "Zwolle", *LINDE[5:7], "Tineke de Wit", ""]
    imported = await checked(world, as_csv(heading, here, by_address, elsewhere))
    for row in (await good(world.first.get(f"/v1/imports/{imported['id']}/decisions")))["items"]:
        body = {"decisions": [{"row": row["row"], "decision": "new"}]}
        await good(world.first.put(f"/v1/imports/{imported['id']}/decisions", json=body))
    await ran(world, imported)
    people = {one["name"]: [who["name"] for who in one["contactPersons"]] for one in await employers(world)}
    assert people["Heel Anders"] == people["Iets Nieuws"] == []
    assert people["Elders"] == ["Tineke de Wit"], "the same name elsewhere is somebody else"


async def test_a_file_that_waits_loses_the_name_where_it_is_about_the_employer(world: World) -> None:
    employer = await an_employer(world)
    here = [*LINDE[:7], "Tineke de Wit"]
    elsewhere = ["Elders", "76543210", "Laan 1", "8011AA", "Zwolle", *LINDE[5:7], "Tineke de Wit"]
    imported = await checked(world, as_csv(HEAD, here, elsewhere))
    await erase(world, employer)
    rows = await world.intake.sql.fetch("select cells from import_rows order by row")
    assert [row["cells"][7] for row in rows] == ["", "Tineke de Wit"]
    await ran(world, imported)


async def test_a_tip_does_not_bring_a_forgotten_person_back(world: World) -> None:
    employer = await an_employer(world)
    await erase(world, employer)
    sbb = world.as_("intermediary", sub="sbb", intermediary={"kind": "sbb", "regions": ["AM11"]})
    named = {"name": "De Linde", "kvkNumber": "01234567"}
    tip = {"employer": named, "region": "AM11", "note": "Vraag naar mevrouw De Wit, 0612345678."}
    told = await good(sbb.post("/v1/tips", json=tip))
    assert (told["employerId"], told["note"]) == (employer["id"], f"Vraag naar mevrouw {GONE}, {GONE}.")


@pytest.mark.parametrize("asked_of", ["kept", "other"])
async def test_a_merge_does_not_bring_a_forgotten_person_back(world: World, asked_of: str) -> None:
    both = {"kept": await an_employer(world), "other": await world.employer(name="Linde", contactPersons=[WIT])}
    await erase(world, both[asked_of])
    body, tags = {"otherId": both["other"]["id"]}, {"If-Match": "*"}
    path = f"/v1/employers/{both['kept']['id']}"
    answer = await world.first.post(f"{path}/_merge", json=body, headers=tags)
    merged = answer.json()
    assert [one["name"] for one in merged["contactPersons"]] == ["A. Visser"]
    assert answer.headers["ETag"] == (await world.first.get(path)).headers["ETag"]
    assert await tables_with(world, "Tineke") == []
    assert len((await good(world.first.get(f"{path}/erased-contacts")))["items"]) == 1


async def test_no_caller_reads_the_marks_whatever_a_query_forgets(world: World) -> None:
    await erase(world, await an_employer(world))
    for settings in ({"acting": "caller", "schools": world.schools[FIRST]}, {"acting": "operator"}, {}):
        async with as_the_service(world, **settings) as sql:
            assert await sql.fetchval("select count(*) from erased_contacts") == 0
            assert await sql.execute("delete from erased_contacts") == "DELETE 0"
    async with as_the_service(world, acting="register") as sql:
        assert await sql.fetchval("select count(*) from erased_contacts") == 1
        assert await sql.execute("delete from erased_contacts") == "DELETE 0"
