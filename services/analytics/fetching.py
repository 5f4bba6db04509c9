"""Asking the register for what no event tells: four coarse codes of each student who begins to look for a place."""

from http import HTTPStatus

import httpx
import structlog
from pydantic import BaseModel, ConfigDict
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
"""Students: a transaction is open while they are asked about."""

LOOK_SECONDS = 5

jobs = Jobs()


class CoarseProfile(BaseModel):
    """What intake tells."""

    model_config = ConfigDict(alias_generator=to_camel)

    outflow_profile: str | None
    guidance_need: str | None
    distance: str | None
    work: str | None


@jobs.every(seconds=LOOK_SECONDS)
async def fetch_needs(work: UnitOfWork) -> bool:
    """Fetch each once for a search; what cannot be had now is asked for again."""
    store, settings = NeedStore(work.session), work.resources
    if not (wanted := await store.wanted(AT_A_TIME)):
        return False
    try:
        async with machine_client(settings, SCOPE) as intake:
            for one in wanted:
                await store.keep(one, await _needs(intake, settings, one))
    except (httpx.HTTPError, Transient) as error:
        log.warning("needs_not_fetched", error=repr(error))
        return False
    return len(wanted) == AT_A_TIME


async def _needs(intake: httpx.AsyncClient, settings: Settings, wanted: Wanted) -> Needs:
    answer = await intake.get(f"{settings.intake_url.rstrip('/')}/v1/students/{wanted.student_id}/coarse-profile")
    if answer.status_code == HTTPStatus.NOT_FOUND:  # erased, and known here by a stand-in
        return Needs()
    answer.raise_for_status()
    return Needs(**CoarseProfile.model_validate_json(answer.content).model_dump())
