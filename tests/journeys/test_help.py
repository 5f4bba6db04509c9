import json

from tests.journeys.world import World, ready_student_of

UNMATCHED = "nl.stagebrug.student-unmatched.v1"
KINDS = ("sbb", "uwv", "municipality", "wsp")


async def test_a_student_without_a_place_leads_to_a_call_for_help_and_a_tip_comes_back(world: World) -> None:
    await world.impatient("AM01")
    coordinator = await world.school("AM01")
    asked = {kind: await world.intermediary(kind, "AM01", "GM0014") for kind in KINDS}
    hooks = {kind: await world.listening(who, UNMATCHED) for kind, who in asked.items()}
    elsewhere = await world.listening(await world.intermediary("sbb", "AM11"), UNMATCHED)

    student = await ready_student_of(coordinator, wishes=[{"rank": 1, "sector": "sport", "tasks": []}])
    calls = {}
    for kind, hook in hooks.items():
        call = await hook.next(within=30)
        calls[kind] = call
        wire = json.dumps(call.event)
        assert call.type == UNMATCHED
        assert call.data["area"] == "AM01"
        assert call.data.get("kindOfWork") is None, "fewer than five look for it, so the kind of work stays unsaid"
        for private in (student, "Sam", "Voorbeeld", coordinator.claims["school_id"], "sport", "limited"):
            assert private not in wire
    assert not elsewhere.requests
    assert not any(hook.refused for hook in hooks.values())

    wsp = asked["wsp"]
    [call] = [c for c in (await wsp.get("notifications", "/v1/calls"))["items"] if c["state"] == "open"]
    employer = {"name": "Zwembad De Golf", "kvkNumber": "12345678", "sector": "sport", "postcode": "9711 AB",
                "place": "Groningen"}  # fmt: skip
    await wsp.post("notifications", f"/v1/calls/{call['id']}/_answer", {"employer": employer})

    def named(page: dict[str, list[dict[str, object]]]) -> object:
        return [tip for tip in page["items"] if tip["source"] == "wsp"]

    tips = await coordinator.until("intake", "/v1/tips", named)
    assert tips[0]["employer"]["name"] == "Zwembad De Golf"


async def test_the_kind_of_work_is_named_when_five_look_for_it(world: World) -> None:
    await world.impatient("AM05")
    coordinator = await world.school("AM05")
    sbb = await world.intermediary("sbb", "AM05")
    hook = await world.listening(sbb, UNMATCHED)
    for _ in range(5):
        await ready_student_of(coordinator, wishes=[{"rank": 1, "sector": "textiel-en-mode", "tasks": []}])
    kinds = []
    while "textiel-en-mode" not in kinds:
        kinds.append((await hook.next(within=30)).data.get("kindOfWork"))
    assert kinds[0] is None


async def test_a_region_that_is_patient_asks_nobody_on_its_first_day(world: World) -> None:
    coordinator = await world.school("AM11")
    sbb = await world.intermediary("sbb", "AM11")
    student = await ready_student_of(coordinator, wishes=[{"rank": 1, "sector": "recreatie", "tasks": []}])
    await coordinator.until("matching", f"/v1/students/{student}/search", lambda search: search["state"] == "searching")
    assert not (await sbb.get("notifications", "/v1/calls"))["items"]
