"""What proposals say that the register told meanwhile: figures of the labour market, what schools tell of employers."""

from datetime import date
from typing import Any

from shared.events.intake import (
    EmployersMerged,
    ExperienceShared,
    ExperienceWithdrawn,
    LabourMarketPublished,
    MarketFigure,
)
from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL
from tests.matching.world import World


def published(tension: float, period: str, *, on: date = date(2026, 11, 2), **facts: Any) -> LabourMarketPublished:
    figure = MarketFigure(**{"sector": "horeca", "kind": "tension", "period": period, "figure": tension} | facts)
    return LabourMarketPublished(
        publication_id=new_id(), region="AM11", source="uwv", published_date=on, figures=(figure,)
    )


async def reasons_of_a_proposal(world: World) -> dict[str, str]:
    await world.student()
    proposal = (await world.own.get(f"/v1/proposals/{(await world.proposed()).proposal_id}")).json()
    return {one["factor"]: one["text"] for one in proposal["reasons"]}


async def test_a_proposal_tells_the_prospects_of_work_that_were_published_last(world: World) -> None:
    await world.tell(published(1.8, "2026-q3"))
    await world.tell(published(0.1, "2026-q2", on=date(2026, 12, 1)))
    await world.tell(published(0.1, "2026-q3", on=date(2026, 8, 1)))
    await world.tell(published(9, "2026-q4", kind="vacancies"))
    await world.offer()
    said = await reasons_of_a_proposal(world)
    assert said["market"] == "UWV, derde kwartaal 2026: veel kans op werk in horeca in deze regio."


async def test_what_was_taken_back_is_told_no_more_in_whatever_order_that_is_heard(world: World) -> None:
    employer = await world.employer()
    about = {"employer_id": employer.employer_id, "school_id": OTHER_SCHOOL}
    told = [
        ExperienceShared(**about, remark_id=new_id(), experiences=("welcoming",), shared_date=date(2026, 8, 1))
        for _ in range(2)
    ]
    gone = [ExperienceWithdrawn(**about, remark_id=one.remark_id) for one in told]
    for event in (told[0], gone[0], gone[1], told[1]):
        await world.tell(event)
    await world.offer(employer_id=employer.employer_id)
    assert "told" not in await reasons_of_a_proposal(world)


async def test_a_proposal_tells_what_other_schools_told_of_the_employer_also_under_its_earlier_number(
    world: World,
) -> None:
    employer, before = await world.employer(), await world.employer()
    for code, on in (("welcoming", date(2026, 8, 1)), ("guidance-lacking", date(2020, 1, 1))):
        await world.tell(
            ExperienceShared(
                employer_id=before.employer_id,
                remark_id=new_id(),
                school_id=OTHER_SCHOOL,
                experiences=(code,),
                shared_date=on,
            )
        )
    await world.tell(
        EmployersMerged(
            employer_id=employer.employer_id,
            merged_id=before.employer_id,
            region="AM11",
            reason="double",
            private_to=None,
        )
    )
    await world.offer(employer_id=employer.employer_id)
    assert (await reasons_of_a_proposal(world))["told"] == "Andere scholen noemen: een hartelijk welkom."
