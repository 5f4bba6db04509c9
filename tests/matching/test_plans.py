"""Drafts of a region's plan: made without a proposal, seen in figures or by the own school, compared, adopted."""

from typing import Any
from uuid import UUID

from services.matching.store.plans import KEPT
from shared.events.intake import OfferWithdrawn, PersonErased
from shared.events.matching import MatchExpired, MatchProposed, RegionPlanned
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, MORNING, OTHER_SCHOOL, north_of, wish
from tests.matching.world import World

PLANS = "/v1/regions/AM11/plans"


async def made(world: World, kind: str = "anew") -> Any:
    answer = await world.regional.post(PLANS, json={"kind": kind})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def lines(world: World, plan: Any) -> dict[UUID, Any]:
    """What the own school reads, by student."""
    read = (await world.own.get(f"/v1/plans/{plan['id']}")).raise_for_status().json()
    return {UUID(line["studentId"]): line for line in read["lines"]}


async def crossed(world: World) -> tuple[UUID, UUID]:
    """Two students of whom the first took what the second alone could: no proposal moves by itself."""
    easy = await world.student(wishes=wish("horeca", "detailhandel"))
    only = await world.offer(location=north_of(LELYSTAD, 1))
    await world.proposed()
    stuck = await world.student(wishes=wish("horeca"), accepts_neighbouring_work=False)
    await world.offer(sector="detailhandel")
    assert only.sector == "horeca"
    return easy, stuck


async def test_a_draft_shows_what_could_be_and_proposes_nothing(world: World) -> None:
    easy, stuck = await crossed(world)
    plan = await made(world)
    drafted = await lines(world, plan)
    assert {student: (line["stands"], line["choice"]) for student, line in drafted.items()} == {
        easy: (False, 2),
        stuck: (False, 1),
    }
    assert await world.told(MatchProposed) == 1


async def test_a_draft_for_those_who_wait_leaves_what_is_proposed(world: World) -> None:
    easy, stuck = await crossed(world)
    drafted = await lines(world, await made(world, "waiting"))
    assert (drafted[easy]["stands"], drafted[easy]["choice"]) == (True, 1)
    assert drafted[stuck]["offerId"] is None


async def test_adopting_moves_who_can_go_elsewhere_and_proposes_the_rest(world: World) -> None:
    easy, stuck = await crossed(world)
    plan = await made(world)
    answer = await world.regional.post(f"/v1/plans/{plan['id']}/_adopt")
    assert answer.status_code == 200, answer.text
    assert answer.json()["left"] == []
    taken_back = (await world.own.get("/v1/proposals", params={"state": "expired"})).json()["items"]
    assert [(one["studentId"], one["reasonCode"]) for one in taken_back] == [(str(easy), "moved-by-plan")]
    assert {(await world.proposed()).student_id for _ in range(2)} == {easy, stuck}
    again = await world.regional.post(f"/v1/plans/{plan['id']}/_adopt")
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[-1]) == (409, "plan-is-adopted")


async def test_what_holds_no_longer_is_said_with_the_rule_and_nobody_loses_a_place_by_it(world: World) -> None:
    easy, stuck = await crossed(world)
    plan = await made(world)
    shop = UUID((await lines(world, plan))[easy]["offerId"])
    await world.tell(OfferWithdrawn(offer_id=shop, employer_id=new_id(), region="AM11", reason="filled-otherwise"))
    adopted = (await world.regional.post(f"/v1/plans/{plan['id']}/_adopt")).raise_for_status().json()
    assert adopted["proposed"] == 0
    assert adopted["left"] == [{"rule": "offer-gone", "students": None}, {"rule": "seat", "students": None}]
    after = await lines(world, plan)
    assert after[easy]["obstacle"] == "De plek is er niet meer."
    assert after[stuck]["rule"] == "seat"
    assert await world.told(MatchExpired) == 0
    assert (await world.search(easy))["state"] == "proposed"


async def test_a_regional_coordinator_reads_counts_and_a_school_its_own_students(world: World) -> None:
    own = [await world.student() for _ in range(6)]
    theirs = [await world.student(school_id=OTHER_SCHOOL) for _ in range(5)]
    await world.offer(seats=5)
    plan = await made(world)
    assert plan["lines"] == []
    assert not any(str(student) in str(plan) for student in own + theirs)
    total = plan["figures"]["total"]
    assert (total["students"], total["placed"], total["firstChoice"], total["meanRank"]) == (11, 5, 5, 1.0)
    assert plan["advice"]["blocking"] == [{"rule": "seat", "students": 6}]
    assert plan["advice"]["seats"][0] == {
        "sector": "horeca",
        "municipality": "GM0995",
        "students": 11,
        "placed": 1,
        "effort": 0,
        "wish": 8000,
        "points": plan["advice"]["seats"][0]["points"],
    }
    for coordinator, students in ((world.own, own), (world.other, theirs)):
        read = (await coordinator.get(f"/v1/plans/{plan['id']}")).raise_for_status().json()
        assert {UUID(line["studentId"]) for line in read["lines"]} == set(students)
        assert (read["figures"], read["advice"]) == (None, None)


async def test_a_school_without_students_in_a_plan_finds_none(world: World) -> None:
    await world.student()
    plan = await made(world)
    paths = (f"/v1/plans/{plan['id']}", f"/v1/plans/{plan['id']}/_compare?with={plan['id']}")
    for path in paths:
        assert (await world.other.get(path)).status_code == 404
        assert (await world.own.get(path)).status_code == 200
    assert (await world.other.get(PLANS)).json()["items"] == []
    assert len((await world.own.get(PLANS)).json()["items"]) == 1
    elsewhere = world.matching.as_("regional-coordinator", regions=["AM36"])
    assert (await elsewhere.get(paths[0])).status_code == 404
    for stranger in (world.own, elsewhere):
        assert (await stranger.post(PLANS, json={})).status_code == 403
        assert (await stranger.post(f"/v1/plans/{plan['id']}/_adopt")).status_code in {403, 404}
        whatif = await stranger.post("/v1/plans/_whatif", json={"region": "AM11"})
        assert whatif.status_code == 403


async def test_a_plan_that_is_asked_for_twice_under_one_key_is_made_once(world: World) -> None:
    key = {"Idempotency-Key": "one"}
    first = await world.regional.post(PLANS, json={}, headers=key)
    second = await world.regional.post(PLANS, json={}, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Location"].endswith(f"/v1/plans/{first.json()['id']}")
    assert len((await world.regional.get(PLANS)).json()["items"]) == 1


async def test_two_plans_are_compared_in_counts_and_by_own_students(world: World) -> None:
    for _ in range(5):
        await world.student()
    empty = await made(world)
    await world.offer(seats=5)
    for _ in range(5):
        await world.proposed()
    full = await made(world)
    path = f"/v1/plans/{empty['id']}/_compare"
    seen = (await world.regional.get(path, params={"with": full["id"]})).raise_for_status().json()
    assert seen["counts"] == {"better": 0, "worse": 0, "new": 5, "lost": 0, "same": 0}
    assert seen["own"] is None
    own = (await world.own.get(path, params={"with": full["id"]})).raise_for_status().json()
    assert (own["counts"], len(own["own"]["new"])) == (None, 5)


async def test_the_event_tells_the_figures_without_small_ones(world: World) -> None:
    for _ in range(5):
        await world.student()
    await world.student(limits=["till", "noise"], guidance_need="full")
    plan = await made(world)
    event = await world.next(RegionPlanned)
    assert (event.plan_id, event.region, event.kind) == (UUID(plan["id"]), "AM11", "anew")
    assert (event.student_count, event.placed_count) == (6, 0)
    assert {one.effort: one.student_count for one in event.by_effort} == {0: None, 1: None}
    assert [(one.rule, one.student_count) for one in event.blocking] == [("nothing-near", 6)]
    assert event.wanted[0].placed == 1


async def test_what_if_answers_and_keeps_nothing(world: World) -> None:
    for _ in range(7):
        await world.student(location=LELYSTAD)
    far = {"location": north_of(LELYSTAD, 7)}  # 37 minutes by bicycle, and 30 may be
    await world.offer(seats=6, **far)

    async def placed(changes: Any) -> tuple[Any, Any, Any]:
        answer = await world.regional.post("/v1/plans/_whatif", json={"region": "AM11", "changes": changes})
        body = answer.raise_for_status().json()
        return body["now"]["total"]["placed"], body["then"]["total"]["placed"], body["placedMore"]

    assert await placed({}) == (0, 0, 0)
    assert await placed({"extraTravelMinutes": 5}) == (0, 0, 0)
    assert await placed({"extraTravelMinutes": 10}) == (0, None, None)  # one stays without
    seats = {"sector": "horeca", "municipality": "GM0995", "seats": 7}
    assert await placed({"extraSeats": [seats]}) == (0, 7, 7)
    assert await placed({"extraSeats": [seats | {"kind": "group"}]}) == (0, 7, 7)
    assert (await world.regional.get(PLANS)).json()["items"] == []
    assert await world.told(MatchProposed) == 0
    unknown = {"region": "AM11", "changes": {"extraSeats": [seats | {"municipality": "GM0014"}]}}
    refused = await world.regional.post("/v1/plans/_whatif", json=unknown)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/changes/extraSeats/0/municipality"


async def test_old_drafts_are_dropped(world: World) -> None:
    await world.student()
    old, young = await made(world), await made(world)
    sql = world.matching.sql
    await sql.execute("update plans set made_at = made_at - $1::interval where id = $2", KEPT, UUID(old["id"]))
    async with world.replica():  # which begins with a round of its jobs
        await world.matching.until("select not exists (select from plans where id = $1)", UUID(old["id"]))
    assert await sql.fetchval("select count(*) from plan_lines") == 1
    assert (await world.own.get(f"/v1/plans/{young['id']}")).status_code == 200


async def test_who_is_erased_is_in_no_draft_and_no_pin(world: World) -> None:
    student = await world.student()
    offer = await world.offer()
    await world.proposed()
    await made(world)
    day = await world.matching.sql.fetchval("select (clock_timestamp() at time zone 'Europe/Amsterdam')::date")
    pin = {"offerId": str(offer.offer_id), "kind": "pin", "reason": "x", "untilDate": str(day)}
    assert (await world.own.post(f"/v1/students/{student}/pins", json=pin)).status_code == 201
    sql = world.matching.sql
    assert await sql.fetchval("select count(*) from plan_lines where student_id = $1", student) == 1
    await world.tell(PersonErased(person_id=student, kind="student", erased_at=MORNING))
    for table in ("plan_lines", "pins"):
        await world.matching.until(f"select not exists (select from {table} where student_id = $1)", student)
    assert await sql.fetchval("select count(*) from plans") == 1
