"""What is said of plans: figures for who looks after a region, lines for a student's own school."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.matching.api.resources import OFFER, STUDENT
from services.matching.domain import advice, figures
from services.matching.domain.advice import Advice, Changes
from services.matching.domain.figures import Count, Figures
from services.matching.planning.region import PlanKind
from services.matching.store.plans import Draft, PlanLine
from shared.api import Body, Resource
from shared.events.codes import Region, Weekday

PLAN = "0192f0c1-7a00-7000-8000-000000000006"

_COUNT = {"students": 31, "placed": 24, "firstChoice": 15, "meanRank": 1.58}
_HIDDEN = {"students": 12, "placed": None, "firstChoice": None, "meanRank": None}
_FIGURES = {
    "total": _COUNT,
    "byEffort": {"0": _COUNT, "1": _HIDDEN},
    "byProfile": {"work": _COUNT},
    "bySchool": {"0192f0c1-7a00-7000-8000-000000000002": _COUNT},
    "byDistance": {"up-to-10": _COUNT},
}
_SEAT = {
    "sector": "groen",
    "municipality": "GM0995",
    "students": 9,
    "placed": 1,
    "effort": 2,
    "wish": 8000,
    "points": 120,
}
_LINE = {
    "studentId": STUDENT,
    "offerId": OFFER,
    "stands": False,
    "choice": 1,
    "score": 8234,
    "beginDate": "2027-02-01",
    "endDate": "2027-07-09",
    "weekdays": ["mon", "tue"],
    "rule": None,
    "obstacle": None,
}
_PLAN = {
    "id": PLAN,
    "region": "AM11",
    "kind": "anew",
    "madeAt": "2026-11-23T10:00:00Z",
    "weightsVersion": "2026-1",
    "adoptedAt": None,
    "atMost": 25,
    "figures": _FIGURES,
    "advice": {"seats": [_SEAT], "blocking": [{"rule": "travel", "students": 7}]},
    "lines": [_LINE],
}


def _example(fields: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class MakePlan(Body):
    """Which plan is made: `waiting` leaves all proposals, `anew` may move those that are open."""

    model_config = _example({"kind": "anew"})

    kind: PlanKind = PlanKind.ANEW


class PlanLineResource(Resource):
    """What a plan has for a student of the own school; without an offer nothing."""

    model_config = _example(_LINE)

    student_id: UUID
    offer_id: UUID | None
    stands: Annotated[bool, Field(description="Whether the student is proposed there already.")]
    choice: int | None
    score: int | None
    begin_date: date | None
    end_date: date | None
    weekdays: tuple[Weekday, ...]
    rule: Annotated[str | None, Field(description="Why it could not be adopted, once the plan was.")]
    obstacle: Annotated[str | None, Field(description="The rule's sentence.")]


class PlanResource(Resource):
    """A draft: figures where the caller looks after the region, lines of the caller's own students."""

    model_config = _example(_PLAN)

    id: UUID
    region: Region
    kind: str
    made_at: datetime
    weights_version: str
    adopted_at: datetime | None
    at_most: Annotated[
        int | None,
        Field(description="No plan could place more than so many, where that was worked out: of a nightly plan."),
    ]
    figures: Annotated[
        Figures | None, Field(description="Counts; null where they would tell of fewer than five students.")
    ]
    advice: Annotated[Advice | None, Field(description="What would help, where at least five students are meant.")]
    lines: list[PlanLineResource]

    @classmethod
    def of(cls, draft: Draft, *, keeper: bool, lines: list[PlanLine]) -> "PlanResource":
        """As this caller may see it."""
        return cls(
            id=draft.id,
            region=draft.region,
            kind=draft.kind,
            made_at=draft.made_at,
            weights_version=draft.weights_version,
            adopted_at=draft.adopted_at,
            at_most=draft.at_most if keeper and (draft.at_most or 0) >= figures.FEW else None,
            figures=figures.shown(draft.figures) if keeper else None,
            advice=advice.shown(draft.advice) if keeper else None,
            lines=[PlanLineResource.model_validate(line) for line in lines],
        )


_COMPARISON = {"better": 8, "worse": None, "new": 5, "lost": 0, "same": 40}


class ComparisonCounts(Resource):
    """Students by what the other plan has for them; null from one to four."""

    model_config = _example(_COMPARISON)

    better: int | None
    worse: int | None
    new: Annotated[int | None, Field(description="With a place in the other plan only.")]
    lost: Annotated[int | None, Field(description="With a place in this plan only.")]
    same: int | None


class OwnComparison(Resource):
    """The caller's own students, by what the other plan has for them."""

    model_config = _example({"better": [STUDENT], "worse": [], "new": [], "lost": [], "same": []})

    better: list[UUID]
    worse: list[UUID]
    new: list[UUID]
    lost: list[UUID]
    same: list[UUID]


class ComparisonResource(Resource):
    """A plan beside another: better and worse are by the wish that is honoured, then by points."""

    model_config = _example({"id": PLAN, "with": PLAN, "counts": _COMPARISON, "own": None})

    id: UUID
    other: Annotated[UUID, Field(alias="with")]
    counts: ComparisonCounts | None
    own: OwnComparison | None


class LeftResource(Resource):
    """A rule that kept places of a plan from being adopted, and how many; null from one to four."""

    model_config = _example({"rule": "seat", "students": None})

    rule: str
    students: int | None


class AdoptedResource(Resource):
    """What became of a plan; of whom it could not be adopted, the own school reads in the plan's lines."""

    model_config = _example(
        {
            "id": PLAN,
            "adoptedAt": "2026-11-23T10:05:00Z",
            "proposed": 12,
            "moved": None,
            "left": [{"rule": "seat", "students": None}],
        }
    )

    id: UUID
    adopted_at: datetime
    proposed: int | None
    moved: Annotated[int | None, Field(description="Of those proposed: who had an open proposal elsewhere before.")]
    left: list[LeftResource]


class WhatIf(Body):
    """What would be different; nothing is kept. A group's supervisor is extra seats of the kind `group`."""

    model_config = _example(
        {
            "region": "AM11",
            "changes": {
                "extraSeats": [{"sector": "groen", "municipality": "GM0995", "seats": 2, "kind": "internship"}],
                "extraTravelMinutes": 10,
                "neighbouringWork": False,
            },
        }
    )

    region: Region
    changes: Changes = Changes()


class WhatIfResource(Resource):
    """The figures of the plan as things are and as they would be; null from one to four students."""

    model_config = _example(
        {
            "region": "AM11",
            "now": {"total": _COUNT, "byEffort": {"0": _COUNT}},
            "then": {"total": _COUNT, "byEffort": {"0": _COUNT}},
            "placedMore": 0,
        }
    )

    region: Region
    now: "EffortFigures"
    then: "EffortFigures"
    placed_more: Annotated[int | None, Field(description="Null where one of both counts is not shown.")]

    @classmethod
    def of(cls, region: str, now: Figures, then: Figures) -> "WhatIfResource":
        """Both, and the difference."""
        before, after = figures.shown(now), figures.shown(then)
        both = before.total.placed, after.total.placed
        more = None if both[0] is None or both[1] is None else both[1] - both[0]
        return cls(region=region, now=EffortFigures.of(before), then=EffortFigures.of(after), placed_more=more)


class EffortFigures(Resource):
    """A plan in counts: all, and by class of effort."""

    model_config = _example({"total": _COUNT, "byEffort": {"0": _COUNT}})

    total: Count
    by_effort: dict[str, Count]

    @classmethod
    def of(cls, shown: Figures) -> "EffortFigures":
        """What of the figures tells what a change brings."""
        return cls(total=shown.total, by_effort=shown.by_effort)
