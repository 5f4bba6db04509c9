"""The region's half year in a few numbers."""

from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from services.analytics.api.access import AskedScope
from services.analytics.api.tables import table_of
from services.analytics.domain.scope import Scope
from services.analytics.domain.summary import Summary, summary
from services.analytics.store import CountStore
from shared.api import Resource
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1/figures", tags=["figures"])

EXAMPLE: dict[str, Any] = {
    "region": "AM11",
    "ready": 44,
    "proposed": 41,
    "placed": 36,
    "firstChoiceHonoured": 25,
    "choiceKnown": 36,
    "stillSearching": 7,
    "stillSearchingBy": [{"why": "no-proposal", "label": "nog geen voorstel", "students": 7}],
    "callsForHelp": 2,
    "answers": 1,
    "ended": 9,
    "earlyEnds": None,
    "jobs": None,
    "medianSecondsReadyToProposed": 0.4,
    "medianSecondsEndedToMatchedAgain": 0.5,
}


class WhyResource(Resource):
    """How many students wait for what."""

    why: str
    label: str
    students: int | None


class SummaryResource(Resource):
    """Counts of students, but for calls and answers; null where a count is hidden because it is of too few."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    region: str | None
    ready: int | None = Field(description="Students who looked for a place.")
    proposed: int | None = Field(description="Students to whom a place was proposed.")
    placed: int | None = Field(description="Students who got a place.")
    first_choice_honoured: int | None = Field(description="Placements that honour the student's first wish.")
    choice_known: int | None = Field(description="Placements of which is known what wish they honour.")
    still_searching: int | None = Field(description="Students who look for a place now.")
    still_searching_by: list[WhyResource]
    calls_for_help: int | None = Field(description="Calls that went to intermediaries.")
    answers: int | None = Field(description="Employers that intermediaries named in answer.")
    ended: int | None = Field(description="Placements that ended.")
    early_ends: int | None = Field(description="Of those, stopped early.")
    jobs: int | None = Field(description="Of those, into a job.")
    median_seconds_ready_to_proposed: float | None
    median_seconds_ended_to_matched_again: float | None


@router.get("/summary", summary="What came of it, in a few numbers")
async def read_summary(scope: AskedScope, work: Work) -> SummaryResource:
    """Of a region, of one's own school, or of all; hidden as in the tables."""
    return SummaryResource.model_validate(await summary_of(scope, work))


async def summary_of(scope: Scope, work: Work) -> Summary:
    """Count the summary."""
    names = ("funnel", "still-searching", "first-choice", "outcomes", "intermediaries")
    tables = [await table_of(name, scope, work) for name in names]
    store = CountStore(work.session)
    waits = (await store.ready_to_proposed(scope), await store.ended_to_matched(scope))
    return summary(scope, tables[0], tables[1], tables[2], tables[3], tables[4], *waits)
