"""The nightly plan of a region: minutes of work, for which no transaction is open and no region locked.

A region is claimed for a while; whoever dies over it leaves it to be claimed again. The plan is a draft: adopting it
checks every place anew.
"""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from services.matching.domain import regional
from services.matching.domain.regional import Situation
from services.matching.domain.widening import next_night
from services.matching.planning import region as regions
from services.matching.planning.locks import lock
from services.matching.planning.region import ENGINE, Outcome
from services.matching.store.rows import now
from services.matching.store.searches import SearchStore
from services.matching.store.settings import SettingsStore
from shared.errors import is_infrastructure
from shared.fail_points import reached
from shared.jobs import Begin, stop_if_cancelled
from shared.wakeups import Wakeups, wait

log = structlog.get_logger()

NIGHTLY = "nightly"
"""The topic that wakes this, and the kind of plan that it makes."""

SECONDS = 240.0
"""For the search: what it has not found by then it hardly finds (docs/performance.md)."""

CLAIMED_FOR = timedelta(minutes=30)
"""Longer than the largest region takes: loading, the flow, the search, and the figures."""

LOOKS_EVERY = 60.0
"""Seconds."""


class Nightly:
    """Makes the plans that are due, one after another; replicas share them."""

    async def run(self, begin: Begin, wakeups: Wakeups) -> None:
        """Run until cancelled; a failure is logged, and the region's turn comes again when its claim is over."""
        wake = wakeups.subscribe(NIGHTLY)
        while True:
            try:
                more = await self._next(begin)
            except Exception as error:
                stop_if_cancelled()
                more = False
                if is_infrastructure(error):
                    log.warning("nightly_plan_waits_for_database", error=repr(error))
                else:
                    log.exception("nightly_plan_failed")
            if not more:
                await wait(wake, LOOKS_EVERY)

    async def _next(self, begin: Begin) -> bool:
        """Plan for a region whose hour has come; whether there was one."""
        async with begin() as work:
            region = await SettingsStore(work.session).claim_nightly(CLAIMED_FOR)
            if region is None:
                return False
            settings = await SettingsStore(work.session).of(region)
            situation = replace(await regions.load(work, region), budgets=settings.budgets)
        reached("night.claimed")
        outcome = await asyncio.to_thread(work_out, situation)
        reached("night.planned")
        async with begin() as work:
            await lock(work.session, {region})  # as whoever ends a search or erases somebody: of them nothing is kept
            here = {search.student_id for search in await SearchStore(work.session).running_in(region)}
            await regions.keep(work, of_those(situation, here), outcome, NIGHTLY, NIGHTLY)
            store = SettingsStore(work.session)
            hour = (await store.of(region)).nightly_hour
            await store.plan_nightly(region, None if hour is None else next_night(await now(work.session), hour))
        return True


def of_those(situation: Situation, here: Collection[UUID]) -> Situation:
    """The situation without those whose search ended meanwhile."""
    return replace(
        situation,
        searches=[search for search in situation.searches if search.student_id in here],
        standing=[(search, held) for search, held in situation.standing if search.student_id in here],
    )


def work_out(situation: Situation) -> Outcome:
    """The plan with its figures and what would help, as of `planning.region`."""
    from services.matching.domain import nightly  # HiGHS and numpy: tens of megabytes that only nights need

    found = regional.possibilities(situation)
    chosen, packed = nightly.plan(ENGINE, situation, found, SECONDS)
    log.info(
        "nightly_plan_made",
        region=situation.region,
        placed=len(packed.plan),
        by_flow=len(packed.flow),
        at_most=packed.most,
        gap=packed.gap,
        seconds=packed.seconds,
    )
    most = packed.most + len(situation.standing)
    return replace(regions.outcome(situation, found, chosen), at_most=most)
