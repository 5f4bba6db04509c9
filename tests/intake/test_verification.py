"""Verification (F18): who has not been looked at for long, and which school should look."""

from datetime import date

import pytest

from services.intake.domain.verification import months_before
from tests.intake.world import FIRST, SECOND, World, good

LONG_AGO = {"verifiedOn": "2020-01-01"}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 9, 14), 12, date(2025, 9, 14)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
    ],
)
def test_months_ago_is_the_same_day_where_there_is_one(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


async def test_the_school_that_brought_an_employer_in_finds_it_on_its_list_when_it_is_stale(world: World) -> None:
    employer = await world.employer(contactPersons=[{"name": "A. Visser"}])
    path = f"/v1/employers/{employer['id']}"
    assert employer["verifiedOn"]
    assert (await good(world.first.get("/v1/verifications")))["items"] == []
    await good(world.first.post(f"{path}/_verify", json=LONG_AGO))
    listed = (await good(world.first.get("/v1/verifications")))["items"]
    assert [(one["employerId"], one["verifiedOn"], one["schoolId"]) for one in listed] == [
        (employer["id"], "2020-01-01", str(world.schools[FIRST]))
    ]
    assert listed[0]["contactPersons"][0]["name"] == "A. Visser"
    assert (await good(world.second.get("/v1/verifications")))["items"] == []
    assert (await good(world.first.post(f"{path}/_verify")))["verifiedOn"] == employer["verifiedOn"]
    assert (await good(world.first.get("/v1/verifications")))["items"] == []


async def test_else_the_school_that_began_to_work_with_it_last_should(world: World) -> None:
    schools = [
        {"schoolId": str(world.schools[SECOND]), "sinceDate": "2025-09-01"},
        {"schoolId": str(world.schools[FIRST]), "sinceDate": "2022-09-01"},
    ]
    employer = await world.employer(by=world.operator, cooperations=schools)
    assert (employer["broughtInBy"], employer["verifyingSchool"]) == (None, str(world.schools[SECOND]))
    await good(world.operator.post(f"/v1/employers/{employer['id']}/_verify", json=LONG_AGO))
    assert (await good(world.first.get("/v1/verifications")))["items"] == []
    listed = (await good(world.second.get("/v1/verifications")))["items"]
    assert [one["schoolName"] for one in listed] == [f"School {SECOND}"]


async def test_who_looks_after_a_region_sees_what_is_stale_there(world: World) -> None:
    employer = await world.employer()
    await good(world.first.post(f"/v1/employers/{employer['id']}/_verify", json=LONG_AGO))
    here, elsewhere = (world.as_("regional-coordinator", sub=r, regions=[r]) for r in ("AM11", "AM30"))
    for caller, found in ((here, 1), (elsewhere, 0), (world.operator, 1)):
        assert len((await good(caller.get("/v1/verifications")))["items"]) == found


async def test_stale_employers_are_searched_for_and_stopped_ones_are_not_stale(world: World) -> None:
    old, fresh = await world.employer(), await world.employer(name="Nieuw")
    await good(world.first.post(f"/v1/employers/{old['id']}/_verify", json=LONG_AGO))
    for wanted, found in ((True, [old["id"]]), (False, [fresh["id"]])):
        page = await good(world.second.post("/v1/employers/_search", json={"stale": wanted}))
        assert [one["id"] for one in page["items"]] == found
    await good(world.first.post(f"/v1/employers/{old['id']}/_stop", json={}))
    assert (await good(world.first.get("/v1/verifications")))["items"] == []


async def test_that_an_employer_was_verified_is_told_once_for_the_figures(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}"
    await good(world.first.post(f"{path}/_verify", json=LONG_AGO))
    await good(world.first.post(f"{path}/_verify", json=LONG_AGO))
    told = await world.intake.sql.fetch(
        "select message::json #>> '{data,verifiedDate}' as on from event_log where message like $1 order by position",
        f"%employer-registered%{employer['id']}%",
    )
    assert [row["on"] for row in told] == [employer["verifiedOn"], "2020-01-01"]


async def test_a_suggestion_that_is_verified_counts_as_checked(world: World) -> None:
    sbb = {"kind": "sbb", "oin": "00000099000000000002", "regions": ["AM11"], "municipalities": []}
    tip = {"employer": {"name": "Bakkerij Vos"}, "region": "AM11"}
    given = await good(world.as_("intermediary", sub="sbb", intermediary=sbb).post("/v1/tips", json=tip))
    path = f"/v1/employers/{given['employerId']}"
    known = await good(world.first.get(path))
    assert (known["suggested"], known["verifiedOn"]) == (True, None)
    checked = await good(world.first.post(f"{path}/_verify"))
    assert (checked["suggested"], checked["verifiedOn"] is None) == (False, False)


async def test_nobody_verifies_ahead(world: World) -> None:
    employer = await world.employer()
    answer = await world.first.post(f"/v1/employers/{employer['id']}/_verify", json={"verifiedOn": "2087-01-01"})
    assert answer.json()["errors"][0]["pointer"] == "/verifiedOn"
