"""A student who is erased: within a minute nobody holds anything of the person, it can be proven, and figures count on."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from typer.testing import CliRunner

from deploy.erasures import erasures as cli
from deploy.passwords import Passwords
from deploy.stack import Stack, passwords_file
from tests.journeys.world import Person, World, employer_of, offer_of, placement_of, proposal_for, ready_student_of

SERVICES = ("intake", "matching", "notifications", "analytics")
STARTED = "nl.stagebrug.placement-started.v1"
A_MINUTE = 60
LEDGERS = {"erased", "erasures", "erasure_proofs"}
"""They hold the opaque id alone, so that it can be proven and done again."""

TABLES = "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"


async def where_it_stands(stack: Stack, service: str, word: str) -> dict[str, int]:
    """In how many rows of which tables of a service a word stands, bytes included; the ledger of erasures apart."""
    password = Passwords(passwords_file(stack.folder)).of(service, "owner")
    place = urlsplit(stack.servers.postgres_url)
    name = f"{stack.name}_{service}"
    sql = await asyncpg.connect(
        host=place.hostname, port=place.port, user=f"{name}_owner", password=password, database=name
    )
    try:
        await sql.execute("set stagebrug.acting = 'owner'")
        found = {}
        for (table,) in await sql.fetch(TABLES):
            number = await sql.fetchval(
                f"select count(*) from {table} t where t::text like any($1) and t::text not like '%.person-%'",
                [f"%{word}%", f"%{word.encode().hex()}%"],
            )
            if number and table not in LEDGERS:
                found[table] = number
    finally:
        await sql.close()
    return found


async def started(of: Person, region: str) -> Any:
    """How many placements have begun in a region, as its figures count them."""
    table = await of.get("analytics", f"/v1/tables/placements?region={region}")
    return table["n"], [row["values"] for row in table["rows"]]


async def test_a_student_is_erased_everywhere_within_a_minute_and_it_can_be_proven(world: World) -> None:
    own, other = await world.school("AM30"), await world.school("AM30", "vso")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM30"])
    municipality = await world.intermediary("municipality", "AM30", "GM0935")
    hook = await world.listening(municipality, STARTED)
    await own.put("notifications", "/v1/me", {"mail": "at-once"})
    employer = await employer_of(own, name="Kwekerij De Roos", sectors=["recreatie"])
    offer = await offer_of(own, employer, sector="recreatie", tasks=[])
    wishes = [{"rank": 1, "sector": "recreatie", "tasks": []}]
    student = await ready_student_of(own, familyName="Vergeetmij", wishes=wishes, notes="Houdt van rozen.")
    proposal = await proposal_for(own, student)
    await own.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    placement = await placement_of(own, student)
    talk = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14", "studentId": student}
    await own.post("intake", f"/v1/employers/{employer['id']}/contacts", talk | {"note": "Over Vergeetmij."})
    assert student not in json.dumps((await hook.next(within=15)).event)

    async with asyncio.timeout(15):  # until the figures have heard of it
        while (before := await started(regional, "AM30"))[0] == 0 or not await where_it_stands(
            world.stack, "analytics", student
        ):
            await asyncio.sleep(0.1)  # a poll with a deadline
    for service in SERVICES:
        assert await where_it_stands(world.stack, service, student), service

    asked = await own.post("intake", f"/v1/students/{student}/_erase", {"reason": "asked"})
    assert (asked["id"], asked["complete"]) == (student, False)
    assert (await own.call("GET", "intake", f"/v1/students/{student}")).status_code == 404

    path = f"/v1/erasures/{student}"
    proof = await own.until("intake", path, lambda now: now if now["complete"] else None, within=A_MINUTE)
    assert {one["service"] for one in proof["proofs"]} == set(SERVICES)
    left: dict[str, Any] = {}
    async with asyncio.timeout(A_MINUTE):  # what was in flight meanwhile is swept out after it
        while left := {s: rows for s in SERVICES if (rows := await where_it_stands(world.stack, s, student))}:
            await asyncio.sleep(0.5)  # a poll with a deadline
    assert left == {}
    for service in SERVICES:
        assert await where_it_stands(world.stack, service, "Vergeetmij") == {}

    assert await started(regional, "AM30") == before
    seat = await own.get("intake", f"/v1/placements/{placement['id']}")
    assert (seat["state"], seat["studentId"], seat["municipality"]) == (placement["state"], None, None)
    taken = await other.get("intake", f"/v1/offers/{offer['id']}")
    assert [one["schoolId"] for one in taken["occupied"]] == [own.claims["school_id"]]
    for service in SERVICES[:3]:
        checked = await world.operator.get(service, "/v1/log-verification?seals=10000")
        assert checked["problem"] is None, service
    for stranger in (other, regional):
        assert (await stranger.call("GET", "intake", f"/v1/students/{student}")).status_code == 404
        assert (await stranger.call("GET", "intake", path)).status_code in {403, 404}
    assert (await world.operator.get("intake", path))["complete"]

    end = {"endedDate": "2027-03-31", "outcome": "completed"}
    assert (await own.post("intake", f"/v1/placements/{placement['id']}/_end", end))["state"] == "ended"

    runner = CliRunner().invoke(cli, ["apply", "--folder", str(world.stack.folder)])
    assert "erased again in intake, matching" in runner.output, runner.output
    again = await own.until("intake", path, lambda now: now if now["complete"] else None)
    assert again["id"] == student
