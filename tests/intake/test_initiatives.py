"""Initiatives and meetings: what schools undertake together, whom it brings in, and what is still to be done."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.days import today
from services.intake.domain.initiative import FEWEST, Effect, Initiative, InitiativeFacts, shown
from services.intake.domain.rights import Viewer
from shared.events.intake import InitiativeUndertaken
from shared.ids import new_id
from tests.intake.test_departures import merge
from tests.intake.world import FIRST, SECOND, World, good, unknown

INITIATIVE: dict[str, Any] = {
    "name": "Zorg maakt kennis",
    "kind": "network-meeting",
    "aim": "new-employers",
    "goal": "Vijf instellingen die een groep ontvangen.",
    "targetGroups": ["sectors"],
    "sectors": ["zorg-en-welzijn"],
    "partners": [{"kind": "municipality", "name": "Gemeente Lelystad"}],
    "beginDate": "2026-01-05",
}
MEETING: dict[str, Any] = {"kind": "network", "title": "Zorg ontmoet onderwijs", "onDate": "2026-02-03"}
OURS, THEIRS = new_id(), new_id()
OF_OURS = Initiative(new_id(), "AM11", OURS, "x", InitiativeFacts.model_validate(INITIATIVE))
COUNTS = st.integers(0, 12)


@given(COUNTS, COUNTS, COUNTS)
def test_a_small_count_of_another_schools_students_is_never_shown(running: int, ended: int, to_work: int) -> None:
    effect = Effect(2, 1, running + ended, running, ended, min(ended, to_work), frozenset({THEIRS}))
    seen = shown(effect, OF_OURS, Viewer("x", frozenset({OURS})))
    counts = (seen.placements, seen.running, seen.ended, seen.to_work)
    assert not [n for n in counts if n is not None and 0 < n < FEWEST]
    if None not in {seen.running, seen.ended}:
        assert seen.placements == effect.placements
    own = shown(replace(effect, schools=frozenset({OURS})), OF_OURS, Viewer("x", frozenset({OURS})))
    regional = shown(effect, OF_OURS, Viewer("x", regions=frozenset({"AM11"})))
    assert own.running == regional.running == running


async def begun(world: World, **facts: Any) -> Any:
    return await good(world.first.post("/v1/initiatives", json=INITIATIVE | facts))


async def planned(world: World, **facts: Any) -> Any:
    return await good(world.first.post("/v1/meetings", json=MEETING | facts))


async def test_an_initiative_is_seen_in_its_region_and_changed_by_whose_it_is(world: World) -> None:
    initiative = await begun(world)
    path = f"/v1/initiatives/{initiative['id']}"
    assert (initiative["region"], initiative["state"], initiative["schoolId"]) == (
        "AM11",
        "running",
        str(world.schools[FIRST]),
    )
    assert (await good(world.second.get(path)))["name"] == "Zorg maakt kennis"
    assert (await world.second.patch(path, json={"endDate": "2026-12-18"})).status_code == 403
    assert (
        await world.first.patch(path, json={"endDate": "2026-12-18"}, headers={"If-Match": '"x"'})
    ).status_code == 412
    changed = await good(world.first.patch(path, json={"endDate": "2026-12-18", "targetGroups": None}))
    assert (changed["endDate"], changed["targetGroups"], changed["goal"]) == ("2026-12-18", [], INITIATIVE["goal"])
    elsewhere = world.as_("regional-coordinator", regions=["AM30"])
    assert (await elsewhere.get(path)).status_code == 404
    assert (await good(elsewhere.get("/v1/initiatives")))["items"] == []
    for query, count in (("", 1), ("kind=network-meeting&state=running", 1), ("state=ended", 0), ("region=AM30", 0)):
        assert len((await good(world.second.get(f"/v1/initiatives?{query}")))["items"]) == count, query


async def test_figures_hear_of_an_initiative_as_it_is_now_in_codes(world: World) -> None:
    initiative, employer = await begun(world), await world.employer()
    first = await world.intake.next_event(InitiativeUndertaken)
    assert (first.kind, first.partners, first.employers, first.ended_date) == (
        "network-meeting",
        ("municipality",),
        (),
        None,
    )
    path = f"/v1/initiatives/{initiative['id']}"
    await good(world.first.post(f"{path}/employers", json={"employerId": employer["id"], "sinceDate": "2026-02-02"}))
    linked = await world.intake.next_event(InitiativeUndertaken)
    assert [str(one.employer_id) for one in linked.employers] == [employer["id"]]
    await good(world.first.post(f"{path}/_end", json={"endedDate": "2026-06-30", "result": "Drie plekken."}))
    ended = await world.intake.next_event(InitiativeUndertaken)
    assert (ended.version, ended.ended_date, len(ended.employers)) == (3, date(2026, 6, 30), 1)
    assert not [word for word in ("Lelystad", "plekken", "kennis") if word in ended.model_dump_json()]


async def test_an_initiative_ends_once_with_what_came_of_it(world: World) -> None:
    path = f"/v1/initiatives/{(await begun(world))['id']}"
    late = (today() + timedelta(days=1)).isoformat()
    for day in ("2026-01-04", late):
        answer = await world.first.post(f"{path}/_end", json={"endedDate": day, "result": "Drie plekken."})
        assert answer.json()["errors"][0]["pointer"] == "/endedDate"
    ended = await good(world.first.post(f"{path}/_end", json={"endedDate": "2026-06-30", "result": "Drie plekken."}))
    assert (ended["state"], ended["result"]) == ("ended", "Drie plekken.")
    again = await world.first.post(f"{path}/_end", json={"endedDate": "2026-06-30", "result": "Drie plekken."})
    assert (again.status_code, (await world.first.patch(path, json={"kind": "other"})).status_code) == (409, 409)


async def test_a_regions_own_initiative_is_begun_by_who_looks_after_it(world: World) -> None:
    regional = world.as_("regional-coordinator", regions=["AM11"])
    made = await good(regional.post("/v1/initiatives", json=INITIATIVE | {"region": "AM11"}))
    assert made["schoolId"] is None
    assert (await regional.post("/v1/initiatives", json=INITIATIVE | {"region": "AM30"})).status_code == 403
    assert (await world.first.post("/v1/initiatives", json=INITIATIVE | {"region": "AM11"})).status_code == 403
    path = f"/v1/initiatives/{made['id']}"
    assert (await world.first.post(f"{path}/_end", json={"endedDate": "2026-06-30", "result": "x"})).status_code == 403


async def placed_at(world: World, employer: Any, begin: str, **student: Any) -> Any:
    offer = await world.offer(employer["id"], seats=9, beginDate="2026-01-05")
    return (await world.place(await world.student(**student), offer, beginDate=begin)).json()


async def test_what_came_of_an_initiative_is_counted_from_the_day_on_which_an_employer_takes_part(world: World) -> None:
    initiative = await begun(world)
    path = f"/v1/initiatives/{initiative['id']}"
    known, won = await world.employer(name="Bekend"), await world.employer(name="Nieuw")
    await placed_at(world, known, "2026-09-07")
    for employer, since in ((known, "2026-10-05"), (won, "2026-02-02")):
        await good(world.first.post(f"{path}/employers", json={"employerId": employer["id"], "sinceDate": since}))
    assert (await good(world.first.get(f"{path}/effect")))["placements"] == 0
    placement = await placed_at(world, won, "2026-09-07", familyName="Jansen")
    effect = await good(world.first.get(f"{path}/effect"))
    assert effect == {"employers": 2, "newEmployers": 2, "placements": 1, "running": 1, "ended": 0, "toWork": 0}
    hidden = await good(world.second.get(f"{path}/effect"))
    assert (hidden["employers"], hidden["placements"], hidden["running"]) == (2, None, None)
    assert (await good(world.operator.get(f"{path}/effect")))["placements"] == 1
    ending = {"endedDate": "2026-10-01", "outcome": "job", "reason": "as-planned"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=ending))
    after = await good(world.first.get(f"{path}/effect"))
    assert (after["running"], after["ended"], after["toWork"]) == (0, 1, 1)


async def test_an_employer_where_somebody_was_before_the_initiative_is_not_new(world: World) -> None:
    path = f"/v1/initiatives/{(await begun(world, beginDate='2026-10-01'))['id']}"
    known = await world.employer()
    await placed_at(world, known, "2026-09-07")
    await good(world.first.post(f"{path}/employers", json={"employerId": known["id"], "sinceDate": "2026-10-05"}))
    effect = await good(world.first.get(f"{path}/effect"))
    assert (effect["employers"], effect["newEmployers"]) == (1, 0)


async def test_an_employer_is_linked_once_and_a_private_one_is_shown_to_its_own_school(world: World) -> None:
    path = f"/v1/initiatives/{(await begun(world))['id']}"
    private = await world.employer(private=True)
    body = {"employerId": private["id"], "sinceDate": "2026-02-02"}
    await good(world.first.post(f"{path}/employers", json=body))
    again = await good(world.first.post(f"{path}/employers", json=body | {"sinceDate": "2026-03-02"}))
    assert again["sinceDate"] == "2026-02-02"
    assert len((await good(world.first.get(f"{path}/employers")))["items"]) == 1
    assert (await good(world.second.get(f"{path}/employers")))["items"] == []
    assert (await world.second.post(f"{path}/employers", json=body)).status_code == 403
    for wrong, pointer in (({"employerId": unknown()}, "/employerId"), ({"sinceDate": "2026-01-04"}, "/sinceDate")):
        answer = await world.first.post(f"{path}/employers", json=body | wrong)
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await world.first.delete(f"{path}/employers/{private['id']}")).status_code == 204
    assert (await good(world.first.get(f"{path}/employers")))["items"] == []


async def test_an_employer_that_came_to_a_meeting_takes_part_in_its_initiative(world: World) -> None:
    initiative, came, away = await begun(world), await world.employer(name="Komt"), await world.employer(name="Niet")
    invitees = [{"employerId": came["id"], "roles": ["owner"]}, {"employerId": away["id"]}, {"intermediary": "sbb"}]
    meeting = await planned(world, initiativeId=initiative["id"], invitees=invitees)
    path = f"/v1/meetings/{meeting['id']}/invitees"
    for invitee, attended in zip(meeting["invitees"], (True, False, True), strict=True):
        await good(world.first.post(f"{path}/{invitee['id']}/_attend", json={"attended": attended}))
    await good(world.first.post(f"{path}/{meeting['invitees'][0]['id']}/_attend", json={"attended": True}))
    linked = (await good(world.first.get(f"/v1/initiatives/{initiative['id']}/employers")))["items"]
    assert [(one["employerId"], one["sinceDate"]) for one in linked] == [(came["id"], MEETING["onDate"])]
    seen = await good(world.second.get(f"/v1/meetings/{meeting['id']}"))
    assert [one["attended"] for one in seen["invitees"]] == [True, False, True]


async def test_an_invited_school_answers_itself_and_others_do_not(world: World) -> None:
    meeting = await planned(world, invitees=[{"schoolId": str(world.schools[SECOND])}, {"intermediary": "uwv"}])
    school, uwv = (f"/v1/meetings/{meeting['id']}/invitees/{one['id']}/_answer" for one in meeting["invitees"])
    answered = await good(world.second.post(school, json={"state": "accepted"}))
    assert [one["state"] for one in answered["invitees"]] == ["accepted", "invited"]
    assert (await world.second.post(uwv, json={"state": "declined"})).status_code == 403
    await good(world.first.post(uwv, json={"state": "declined"}))
    wrong = f"/v1/meetings/{meeting['id']}/invitees/{unknown()}/_answer"
    assert (await world.first.post(wrong, json={"state": "declined"})).status_code == 404


async def test_who_is_invited_is_one_known_organisation_and_is_invited_once(world: World) -> None:
    employer = await world.employer()
    meeting = await planned(world, invitees=[{"employerId": employer["id"]}])
    path = f"/v1/meetings/{meeting['id']}/_invite"
    twice = await world.first.post(path, json={"employerId": employer["id"]})
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:stagebrug:problem:already-invited")
    assert len((await good(world.first.post(path, json={"intermediary": "wsp"})))["invitees"]) == 2
    for wrong in (
        {},
        {"employerId": unknown()},
        {"schoolId": unknown()},
        {"employerId": unknown(), "intermediary": "wsp"},
    ):
        assert (await world.first.post(path, json=wrong)).status_code == 400
    assert (await world.second.post(path, json={"intermediary": "sbb"})).status_code == 403


async def test_a_private_employer_among_the_invited_is_shown_to_its_own_school_only(world: World) -> None:
    private = await world.employer(private=True)
    meeting = await planned(world, invitees=[{"employerId": private["id"]}, {"intermediary": "sbb"}])
    seen = await good(world.second.get(f"/v1/meetings/{meeting['id']}"))
    assert [one["intermediary"] for one in seen["invitees"]] == ["sbb"]
    theirs = await world.second.post("/v1/meetings", json=MEETING | {"invitees": [{"employerId": private["id"]}]})
    assert theirs.json()["errors"][0]["pointer"] == "/invitees/0"
    follow = {
        "action": "Bellen.",
        "schoolId": str(world.schools[FIRST]),
        "employerId": private["id"],
        "dueDate": "2026-12-04",
    }
    made = await good(world.first.post(f"/v1/meetings/{meeting['id']}/tasks", json=follow))
    assert made["employerId"] == private["id"]
    assert (await good(world.second.get("/v1/meeting-tasks")))["items"][0]["employerId"] is None


async def test_nobody_was_at_a_meeting_that_is_still_to_come(world: World) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    meeting = await planned(world, onDate=tomorrow, invitees=[{"intermediary": "sbb"}])
    path = f"/v1/meetings/{meeting['id']}"
    attend = f"{path}/invitees/{meeting['invitees'][0]['id']}/_attend"
    assert (await world.first.post(attend, json={"attended": True})).status_code == 400
    moved = await good(world.first.patch(path, json={"onDate": today().isoformat()}))
    assert moved["onDate"] == today().isoformat()
    await good(world.first.post(attend, json={"attended": True}))


async def test_what_is_to_follow_up_is_listed_until_its_school_has_done_it(world: World) -> None:
    meeting = await planned(world)
    second = str(world.schools[SECOND])
    path = f"/v1/meetings/{meeting['id']}/tasks"
    agreed = {"action": "Rondleiding afspreken.", "schoolId": second, "dueDate": "2026-03-02"}
    task = await good(world.first.post(path, json=agreed))
    await good(world.first.post(path, json=agreed | {"schoolId": str(world.schools[FIRST]), "dueDate": "2087-03-02"}))
    assert (await world.second.post(path, json=agreed)).status_code == 403
    overdue = f"/v1/meeting-tasks?open=true&dueBefore={date(2026, 4, 1)}"
    assert [one["id"] for one in (await good(world.first.get(overdue)))["items"]] == [task["id"]]
    assert len((await good(world.second.get(f"/v1/meeting-tasks?schoolId={second}")))["items"]) == 1
    done = f"/v1/meeting-tasks/{task['id']}/_done"
    assert (await world.first.post(done)).status_code == 403
    assert (await good(world.second.post(done)))["doneDate"] == today().isoformat()
    assert (await world.second.post(done)).status_code == 409
    assert (await good(world.first.get(overdue)))["items"] == []
    assert len((await good(world.first.get("/v1/meeting-tasks?open=false")))["items"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"goal": "Bel mevrouw De Wit."}, "/goal"),
        ({"name": "Ans, 06-12345678"}, "/name"),
        ({"sectors": ["unheard-of"]}, "/sectors/0"),
        ({"endDate": "2026-01-04"}, "/endDate"),
        ({"partners": [{"kind": "municipality", "name": "BSN 111222333"}]}, "/partners/0/name"),
    ],
)
async def test_an_initiative_that_cannot_be_says_why(world: World, body: dict[str, Any], pointer: str) -> None:
    answer = await world.first.post("/v1/initiatives", json=INITIATIVE | body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(("path", "body"), [("/v1/initiatives", INITIATIVE), ("/v1/meetings", MEETING)])
async def test_what_is_sent_twice_is_made_once(world: World, path: str, body: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "de-zorg-1"}
    one, other = [await good(world.first.post(path, json=body, headers=headers)) for _ in range(2)]
    assert one["id"] == other["id"]
    assert len((await good(world.first.get(path)))["items"]) == 1


async def test_employers_that_were_merged_take_part_once_and_stay_invited(world: World) -> None:
    initiative = await begun(world)
    kept, other = await world.employer(name="De Haven"), await world.employer(name="Haven BV")
    path = f"/v1/initiatives/{initiative['id']}/employers"
    for employer in (kept, other):
        await good(world.first.post(path, json={"employerId": employer["id"], "sinceDate": "2026-02-02"}))
    meeting = await planned(world, invitees=[{"employerId": other["id"]}])
    tags = [(await world.first.get(f"/v1/employers/{one['id']}")).headers["ETag"] for one in (kept, other)]
    merge = {"otherId": other["id"], "reason": "duplicate"}
    await good(
        world.operator.post(f"/v1/employers/{kept['id']}/_merge", json=merge, headers={"If-Match": ", ".join(tags)})
    )
    assert [one["employerId"] for one in (await good(world.first.get(path)))["items"]] == [kept["id"]]
    seen = await good(world.first.get(f"/v1/meetings/{meeting['id']}"))
    assert [UUID(one["employerId"]) for one in seen["invitees"]] == [UUID(kept["id"])]


async def test_what_a_school_undertakes_goes_on_at_its_successor(world: World) -> None:
    initiative, first = await begun(world), str(world.schools[FIRST])
    meeting = await planned(world, initiativeId=initiative["id"], invitees=[{"schoolId": first}])
    agreed = {"action": "Rondleiding afspreken.", "schoolId": first, "dueDate": "2026-03-02"}
    await good(world.first.post(f"/v1/meetings/{meeting['id']}/tasks", json=agreed))
    assert (await merge(world, world.schools[SECOND])).is_success
    await world.intake.until("select school_id = $1 from initiatives", world.schools[SECOND])
    seen = await good(world.second.get(f"/v1/meetings/{meeting['id']}"))
    task = (await good(world.second.get("/v1/meeting-tasks")))["items"][0]
    theirs = {seen["schoolId"], seen["invitees"][0]["schoolId"], task["schoolId"]}
    assert theirs == {str(world.schools[SECOND])}
