"""Two employers were one: offers, contacts and tips of both are those of the one that stays, in whatever order it is heard."""

from datetime import date
from typing import Any

from shared.events.intake import ContactLogged, EmployerClaimed, EmployersMerged
from shared.ids import new_id
from tests.matching.world import World, started

TABLES = ("offers", "placements", "contacts", "claims", "proposals", "employers")


def merged(kept: Any, other: Any) -> EmployersMerged:
    return EmployersMerged(employer_id=kept, merged_id=other, region="AM11", reason="duplicate", private_to=None)


def contact(employer_id: Any) -> ContactLogged:
    return ContactLogged(
        employer_id=employer_id,
        contact_id=new_id(),
        school_id=new_id(),
        student_id=None,
        channel="telephone",
        initiator="school",
        outcome="no",
        contact_date=date(2026, 9, 1),
    )


def claim(employer_id: Any) -> EmployerClaimed:
    facts: dict[str, Any] = {"employer_id": employer_id, "claim_id": new_id(), "school_id": new_id()}
    return EmployerClaimed(**facts, since_date=date(2026, 9, 1), until_date=date(2099, 9, 28))


async def left_of(world: World, employer_id: Any) -> dict[str, int]:
    """How many rows of which table name an employer."""
    counted = {}
    for table in TABLES:
        column = "id" if table == "employers" else "employer_id"
        counted[table] = await world.matching.sql.fetchval(
            f"select count(*) from {table} where {column} = $1",
            employer_id,
        )
    return {table: count for table, count in counted.items() if count}


async def test_what_is_known_of_the_merged_one_is_known_of_the_other(world: World) -> None:
    kept, other = await world.employer(), await world.employer(employer_id=new_id())
    offer = await world.offer(employer_id=other.employer_id, seats=2)
    await world.tell(contact(other.employer_id))
    await world.tell(claim(other.employer_id))
    await world.tell(started(offer, new_id()))
    student = await world.student()
    proposal = await world.proposed()
    assert proposal.employer_id == other.employer_id

    await world.tell(merged(kept.employer_id, other.employer_id))

    assert await left_of(world, other.employer_id) == {}
    assert await left_of(world, kept.employer_id) == dict.fromkeys(TABLES, 1)
    [listed] = (await world.own.get(f"/v1/students/{student}/proposals")).json()["items"]
    assert (listed["state"], listed["employerId"]) == ("open", str(kept.employer_id))


async def test_what_is_heard_late_of_the_merged_one_counts_for_the_other(world: World) -> None:
    first, middle, last = new_id(), new_id(), new_id()
    await world.employer(employer_id=last)
    await world.tell(merged(last, middle))  # heard before the merge that came before it
    await world.tell(merged(middle, first))
    await world.employer(employer_id=first)
    await world.employer(employer_id=middle)
    offer = await world.offer(employer_id=first, seats=2)
    await world.tell(contact(middle))
    await world.tell(claim(middle))
    await world.tell(started(offer, new_id()))
    await world.student()
    assert (await world.proposed()).employer_id == last
    assert await left_of(world, first) == await left_of(world, middle) == {}
    assert await left_of(world, last) == dict.fromkeys(TABLES, 1)


async def test_a_merge_that_is_heard_twice_has_its_effect_once(world: World) -> None:
    kept, other = await world.employer(), await world.employer(employer_id=new_id())
    offer = await world.offer(employer_id=other.employer_id)
    await world.tell(merged(kept.employer_id, other.employer_id))
    await world.tell(merged(kept.employer_id, other.employer_id))
    await world.student()
    assert (await world.proposed()).offer_id == offer.offer_id
