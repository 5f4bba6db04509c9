"""Asking the register for what no event tells: four coarse codes of each student who begins to look for a place."""

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from services.analytics.settings import Settings
from services.analytics.store.needs import Needs, NeedStore, Wanted
from shared.errors import Transient
from shared.jobs import Jobs
from shared.security import machine_client
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

SCOPE = "intake:coarse-profiles:read"
AT_A_TIME = 20
"""Students in one turn of one replica."""

LOOK_SECONDS = 5

jobs = Jobs()


class CoarseProfile(BaseModel):
    """What intake tells."""

    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)

    outflow_profile: str | None
    guidance_need: str | None
    distance: str | None
    work: str | None


@jobs.every(seconds=LOOK_SECONDS)
async def fetch_needs(work: UnitOfWork) -> bool:
    """Fetch each once for a search; what cannot be had now is asked for again later, after the others."""
    async with work.apart() as claiming:
        wanted = await NeedStore(claiming.session).claim(AT_A_TIME)
    if not wanted:
        return False
    try:
        async with machine_client(work.resources, SCOPE) as intake:
            failed = [error for one in wanted if (error := await _fetch(work, intake, one))]
    except (httpx.TransportError, Transient) as error:
        failed = [error]
    if failed:
        log.warning("needs_not_fetched", error=repr(failed[0]), asked=len(wanted), failed=len(failed))
    return not failed and len(wanted) == AT_A_TIME


async def _fetch(work: UnitOfWork, intake: httpx.AsyncClient, wanted: Wanted) -> Exception | None:
    """Ask, with no transaction open meanwhile, and keep the answer; what went wrong with this one.

    Whatever is no answer is asked for again: a right that is not given yet, an intake that does not know the question.
    """
    try:
        needs = await _needs(intake, work.resources, wanted)
    except (httpx.HTTPStatusError, httpx.ReadTimeout, ValidationError) as error:
        return error
    async with work.apart() as keeping:
        await NeedStore(keeping.session).keep(wanted, needs)
    return None


async def _needs(intake: httpx.AsyncClient, settings: Settings, wanted: Wanted) -> Needs:
    answer = await intake.get(f"{settings.intake_url.rstrip('/')}/v1/students/{wanted.student_id}/coarse-profile")
    answer.raise_for_status()
    return Needs(**CoarseProfile.model_validate_json(answer.content).model_dump())
