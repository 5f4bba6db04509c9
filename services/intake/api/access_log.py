"""Whether anybody touched the access log: for operators, who see no line of it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import Acting
from services.intake.domain.fields import examples
from services.intake.store import AccessSealStore
from shared.api import Resource
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["privacy"])


class AccessVerification(Resource):
    """How far the access log was looked through, and the first line that is not what was logged."""

    model_config = examples(
        {"checkedTo": 1200, "lastPart": 1200, "beginsAfter": 0, "digest": "9f86d081…", "erased": 3, "problem": None}
    )

    checked_to: int = Field(description="Every part up to this one fits; go on after it.")
    last_part: int
    begins_after: int = Field(description="Parts up to this one were forgotten, as their time was over.")
    digest: str | None = Field(
        description="Of the last part that was looked at: compare it with the service's own log."
    )
    erased: int = Field(description="Lines looked at whose student was erased: who it was stands there no longer.")
    problem: str | None


@router.get(
    "/access-log-verification", summary="Whether the access log was changed", dependencies=[requires(Role.OPERATOR)]
)
async def verify_access_log(
    viewer: Acting,  # noqa: ARG001 — says for whom the transaction works
    work: Work,
    after: Annotated[int, Query(ge=0, le=2**62, description="Part after which to begin.")] = 0,
    parts: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 200,
) -> AccessVerification:
    """Whether the log of who saw which student is what was logged, and the first line where it is not."""
    return AccessVerification.model_validate(await AccessSealStore(work.session).verify(after, parts))
