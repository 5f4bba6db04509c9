"""Employers of a round are written to: those that a school works with, each once, and once more a week before the end."""

from typing import Any
from uuid import UUID

from services.intake.days import today
from services.intake.domain.questionnaire_round import Invitation
from services.intake.inviting import AT_A_TIME, begin_to_invite
from services.intake.store import RoundStore
from shared.events.intake import LinkIssued
from tests.intake.test_links import seen, sent
from tests.intake.test_merging import merge
from tests.intake.test_questionnaires import POSITIVE, a_round, fire, path_of, put
from tests.intake.test_retention import a_job
from tests.intake.world import FIRST, SECOND, ZWOLLE, World, good

PAUSE = {"fromDate": today().isoformat(), "reason": "other"}


async def invited(world: World) -> list[tuple[str, str, str]]:
    """Employer, school and kind of invitation, once all are on their way."""
    await world.intake.until("select not exists (select from timers where kind = 'round-invites')")
    found = await world.intake.sql.fetch(
        "select employer_id, school_id, invitation from links where round_id is not null"
    )
    return sorted((str(row[0]), str(row[1]), row[2]) for row in found)


async def reachable(world: World, **facts: Any) -> Any:
    return await world.employer(email="info@linde.example", **facts)


async def clone(world: World, employer: Any, times: int) -> None:
    """Many more of the same, faster than by the API."""
    columns = "select string_agg(column_name, ',') from information_schema.columns where table_name = 'employers'"
    kept = await world.intake.sql.fetchval(f"{columns} and is_generated = 'NEVER' and column_name <> 'id'")
    which = f"select gen_random_uuid(), {kept} from employers, generate_series(1, $1) where id = $2"
    await world.intake.sql.execute(f"insert into employers (id, {kept}) {which}", times, UUID(employer["id"]))


async def test_employers_that_a_school_works_with_get_a_link_when_a_round_opens_and_nobody_else_does(
    world: World,
) -> None:
    mine = await reachable(world)
    theirs = await reachable(world, broughtInBy=None)
    await world.intake.sql.execute("update employers set brought_in_by = null where id = $1", UUID(theirs["id"]))
    nobodys = await reachable(world)
    await good(world.second.post(f"/v1/employers/{theirs['id']}/_cooperate", json={}))
    await world.intake.sql.execute("update employers set brought_in_by = null where id = $1", UUID(nobodys["id"]))
    await reachable(world, address=ZWOLLE)
    await world.employer()
    for verb, body in (("_pause", PAUSE), ("_stop", {"reason": "moved"}), ("_stop", {"reason": "opted-out"})):
        gone = await reachable(world)
        await good(world.first.post(f"/v1/employers/{gone['id']}/{verb}", json=body))
    back = await reachable(world)
    until = PAUSE | {"untilDate": today().isoformat()}
    await good(world.first.post(f"/v1/employers/{back['id']}/_pause", json=until))

    await a_round(world, questionnaire="employer")
    first, second = str(world.schools[FIRST]), str(world.schools[SECOND])
    assert await invited(world) == sorted(
        [(mine["id"], first, "opening"), (theirs["id"], second, "opening"), (back["id"], first, "opening")]
    )
    issued = [await world.intake.next_event(LinkIssued) for _ in range(3)]
    assert {one.purpose for one in issued} == {"questionnaire"}
    sender = world.as_(sub="notifications", scope="intake:letters:read")
    letters = [await good(sender.post(f"/v1/links/{one.link_id}/letter")) for one in issued]
    assert [letter["email"] for letter in letters] == ["info@linde.example"] * 3
    assert (await seen(world, letters[0])).status_code == 200


async def test_who_has_not_finished_is_reminded_with_another_link_and_the_first_goes_on_working(world: World) -> None:
    begun, finished, told = [await reachable(world) for _ in range(3)]
    round_ = await a_round(world, questionnaire="employer")
    assert len(await invited(world)) == 3
    sender = world.as_(sub="notifications", scope="intake:letters:read")
    rows = await world.intake.sql.fetch("select employer_id, id from links")
    letters = {str(row[0]): await good(sender.post(f"/v1/links/{row[1]}/letter")) for row in rows}
    await sent(world, letters[begun["id"]], **{"q-experience": "positive"})
    await sent(world, letters[finished["id"]], **{"q-experience": "positive", "finished": "yes"})
    await good(put(world.first, path_of(round_, told["id"]), POSITIVE))
    await fire(world, "round-reminds", round_)
    reminded = [one for one in await invited(world) if one[2] == "reminder"]
    assert [one[0] for one in reminded] == [begun["id"]]
    assert (await seen(world, letters[begun["id"]])).status_code == 200


async def test_many_are_written_to_some_at_a_time_and_each_once_however_often_it_is_begun(world: World) -> None:
    employer = await reachable(world)
    await clone(world, employer, 2 * AT_A_TIME)
    round_ = await a_round(world, questionnaire="employer")
    assert len({one[0] for one in await invited(world)}) == 2 * AT_A_TIME + 1
    await reachable(world)
    for _ in range(2):
        async with a_job(world) as work:
            await begin_to_invite(work, await RoundStore(work.session).get(UUID(round_["id"])), Invitation.OPENING)
        await world.intake.sql.execute("select pg_notify('stagebrug', 'timers')")
        assert len(await invited(world)) == 2 * AT_A_TIME + 2


async def test_a_round_that_is_closed_sends_no_letters_any_more(world: World) -> None:
    await reachable(world)
    round_ = await a_round(world, questionnaire="employer")
    await invited(world)
    issued = await world.intake.next_event(LinkIssued)
    await good(world.operator.post(f"/v1/questionnaire-rounds/{round_['id']}/_close"))
    sender = world.as_(sub="notifications", scope="intake:letters:read")
    assert (await sender.post(f"/v1/links/{issued.link_id}/letter")).status_code == 410
    assert await world.intake.sql.fetchval("select count(*) from links where email is not null") == 0


async def test_links_of_two_employers_that_were_one_answer_for_the_one(world: World) -> None:
    kept, other = [await reachable(world) for _ in range(2)]
    await a_round(world, questionnaire="employer")
    assert len(await invited(world)) == 2
    sender = world.as_(sub="notifications", scope="intake:letters:read")
    links = [str(row[0]) for row in await world.intake.sql.fetch("select id from links")]
    letters = [await good(sender.post(f"/v1/links/{link}/letter")) for link in links]
    await good(merge(world.first, kept["id"], other["id"]))
    for letter in letters:
        assert (await sent(world, letter, **{"q-experience": "positive"})).status_code == 200
    given = await world.intake.sql.fetch("select employer_id from questionnaire_responses")
    assert [str(row[0]) for row in given] == [kept["id"]]
