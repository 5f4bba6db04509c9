"""What schools experienced with a company: shared with author, reply and an end, and never about a person."""

from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.company_text import about_the_company
from shared.events.intake import ExperienceShared, ExperienceWithdrawn
from tests.intake.test_renewing import let_pass
from tests.intake.world import FIRST, World, good, unknown

GOOD: dict[str, Any] = {
    "experiences": ["agreement-kept", "guidance-good"],
    "text": "Er is elke vrijdag een vast gesprek.",
}


async def remark(world: World, **facts: Any) -> tuple[str, Any]:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/remarks"
    coach = world.as_("coordinator", sub="coach", schools=[FIRST], email="coach@first.example")
    return path, await good(coach.post(path, json=GOOD | facts))


async def test_another_school_reads_an_experience_with_whose_it_is(world: World) -> None:
    path, shared = await remark(world)
    (seen,) = (await good(world.second.get(path)))["items"]
    assert seen == shared
    assert (seen["schoolName"], seen["coach"]) == (f"School {FIRST}", "coach@first.example")
    told = await world.intake.next_event(ExperienceShared)
    assert told.experiences == ("agreement-kept", "guidance-good")
    assert "vrijdag" not in told.model_dump_json()


async def test_what_the_own_school_keeps_to_itself_no_other_reads_or_hears_of(world: World) -> None:
    path, own = await remark(world, audience="own-school")
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    for stranger in (world.second, regional, world.operator):
        assert (await good(stranger.get(path)))["items"] == []
        assert (await stranger.get(f"{path}/{own['id']}")).status_code == 404
    assert (await good(world.first.get(f"{path}/{own['id']}"))) == own
    await world.intake.published_everything()
    query = "select count(*) from event_log where type like '%experience-shared%'"
    assert await world.intake.sql.fetchval(query) == 0


async def test_the_employer_and_another_school_have_their_say(world: World) -> None:
    path, one = await remark(world, experiences=["guidance-lacking"])
    reply = {"onBehalfOf": "employer", "text": "De vaste begeleider was die maand ziek."}
    await good(world.second.post(f"{path}/{one['id']}/replies", json=reply))
    (seen,) = (await good(world.first.get(path)))["items"]
    assert [(r["onBehalfOf"], r["text"]) for r in seen["replies"]] == [("employer", reply["text"])]
    assert (await world.second.post(f"{path}/{unknown()}/replies", json=reply)).status_code == 404


async def test_the_regions_coordinator_hides_a_remark_and_its_school_sees_why(world: World) -> None:
    path, one = await remark(world)
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    elsewhere = world.as_("regional-coordinator", sub="elsewhere", regions=["AM30"])
    why = {"reason": "Gaat over een persoon."}
    for stranger in (world.first, elsewhere):
        assert (await stranger.post(f"{path}/{one['id']}/_hide", json=why)).status_code == 403
    await good(regional.post(f"{path}/{one['id']}/_hide", json=why))
    assert (await regional.post(f"{path}/{one['id']}/_hide", json=why)).status_code == 409
    assert (await world.intake.next_event(ExperienceWithdrawn)).remark_id == UUID(one["id"])
    for stranger in (world.second, elsewhere):
        assert (await good(stranger.get(path)))["items"] == []
    for reader in (world.first, regional):
        assert (await good(reader.get(path)))["items"][0]["hiddenReason"] == why["reason"]


async def test_a_remark_is_taken_back_by_its_own_school(world: World) -> None:
    path, one = await remark(world)
    assert (await world.second.delete(f"{path}/{one['id']}")).status_code == 403
    assert (await world.first.delete(f"{path}/{one['id']}")).status_code == 204
    assert (await world.intake.next_event(ExperienceWithdrawn)).remark_id == UUID(one["id"])
    assert (await world.first.delete(f"{path}/{one['id']}")).status_code == 404
    assert await world.intake.sql.fetchval("select count(*) from timers where kind = 'remark-ends'") == 0


async def test_a_remark_is_forgotten_after_24_months(world: World) -> None:
    path, one = await remark(world)
    await good(world.second.post(f"{path}/{one['id']}/replies", json={"onBehalfOf": "school", "text": "Bij ons ook."}))
    days = "select extract(day from due_at - clock_timestamp())::int from timers where kind = 'remark-ends'"
    assert await world.intake.sql.fetchval(days) in {729, 730}
    await let_pass(world, "remark-ends")
    await world.intake.until("select count(*) = 0 from remarks")
    assert await world.intake.sql.fetchval("select count(*) from remark_replies") == 0


@pytest.mark.parametrize(
    "text",
    [
        "Bel 0320 123456 voor een afspraak.",
        "Bel +31 6 12345678.",
        "Mail t.dewit@tuincentrum.example.",
        "Mevrouw Jansen is erg streng.",
        "Dhr. van den Berg komt afspraken niet na.",
        "Met meneer de Boer valt niet te praten.",
    ],
)
def test_a_text_that_names_or_addresses_a_person_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="niet over een persoon"):
        about_the_company(text)


@pytest.mark.parametrize(
    "text",
    [
        "De heer en mevrouw achter de kassa zijn vriendelijk.",
        "Sinds 2024-09-01 vaste begeleiding, op 3 dagen, van 09:00 tot 15:30.",
        "Vanaf postcode 8232 AB is het 20 minuten fietsen; KvK 01234567.",
    ],
)
def test_a_text_about_the_company_is_taken(text: str) -> None:
    assert about_the_company(text) == text


async def test_who_is_known_to_work_there_is_not_named_unless_the_company_bears_the_name(world: World) -> None:
    people = [{"name": "T. de Wit"}, {"name": "Piet Jansen"}]
    employer = await world.employer(name="Bakkerij Jansen", contactPersons=people)
    path = f"/v1/employers/{employer['id']}/remarks"
    refused = await world.first.post(path, json={"text": "Met De Wit zijn geen afspraken te maken."})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/text"
    assert "niet over een persoon" in refused.json()["errors"][0]["detail"]
    await good(world.first.post(path, json={"text": "Bij Jansen is het brood altijd wit."}))


async def test_a_remark_says_something_in_known_codes(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/remarks"
    bodies: tuple[dict[str, Any], ...] = (
        {},
        {"experiences": []},
        {"experiences": ["rude-boss"]},
        {"text": "Leerling 111222333 was er."},
    )
    for body in bodies:
        assert (await world.first.post(path, json=body)).status_code == 400
    private = await world.employer(name="Parel", private=True)
    assert (await world.second.post(f"/v1/employers/{private['id']}/remarks", json=GOOD)).status_code == 404
    codes = await good(world.first.get("/v1/code-lists/experiences"))
    assert {"code": "agreement-kept", "nl": "afspraken nagekomen", "en": "agreements kept"} in codes["items"]
