"""Two replicas plan side by side: no seat and no student is given twice, and nobody is overlooked."""

from structlog.testing import capture_logs

from services.matching.domain.regions import WITHIN_REACH
from shared.events.matching import MatchProposed
from tests.matching.examples import a_profile
from tests.matching.world import World, offered, registered


async def test_two_replicas_neither_propose_a_seat_twice_nor_overlook_a_pair(world: World) -> None:
    async with world.replica():
        profiles = [a_profile(birth_year_month=f"2009-{month:02}") for month in range(1, 13)]
        sent = []
        for profile in profiles:
            sent.append(await world.matching.announce(offered()))
            sent.append(await world.matching.announce(world.ready(profile)))
        assert await world.matching.handled(*sent, within=30) == ["done"] * len(sent)
        assert await world.told(MatchProposed) == len(profiles)
    rows = await world.matching.sql.fetch("select student_id, offer_id from proposals where state = 'open'")
    assert len({row["student_id"] for row in rows}) == len({row["offer_id"] for row in rows}) == len(profiles)


async def test_two_replicas_do_not_give_the_last_seat_to_two(world: World) -> None:
    async with world.replica():
        await world.offer(seats=2)
        sent = [await world.matching.announce(world.ready(a_profile(days_per_week=3))) for _ in range(8)]
        assert await world.matching.handled(*sent, within=30) == ["done"] * len(sent)
        assert await world.told(MatchProposed) == 2


async def test_groups_of_events_from_all_over_do_not_wait_for_each_other_in_a_ring(world: World) -> None:
    regions = sorted(WITHIN_REACH)
    with capture_logs() as logs:
        employers = [registered(region=regions[number * 11 % len(regions)]) for number in range(400)]
        sent = [await world.matching.announce(employer) for employer in employers]
        assert set(await world.matching.handled(*sent, within=60)) == {"done"}
    assert [entry for entry in logs if entry["event"] == "group_failed"] == []
