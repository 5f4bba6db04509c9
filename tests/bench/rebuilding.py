"""What a rebuild costs from its beginning to its end: logs of as many events as wanted, served by another process."""

import asyncio
import dataclasses
import re
from collections.abc import Sequence

import httpx
import psutil
import uvicorn
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.ports import free_ports
from services.analytics.rebuild import PUBLISHERS, Rebuild, types_of
from shared.events.envelope import Envelope
from shared.pools import by_asyncpg
from shared.replays import Log
from tests.bench.machine import Meter, Usage
from tests.bench.place import Place
from tests.bench.process import Go, Part, part, say, serve
from tests.bench.table import Sheet, Table
from tests.support.bench import Bench
from tests.support.figures import five_years

BLOCK = 25_000
"""Events that are made one by one; others are these under other ids."""

STEPS = 8
"""Parts of which each is measured by itself."""

HEARD_WITHIN = 1800
"""Seconds between two pages, and for showing the result at the end, which is one transaction."""

SOURCE = "urn:nld:oin:00000099000000000001:systeem:stagebrug-"
_ID = re.compile(r"\b([0-9a-f]{8})(?=(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)")
_DONE = "done "


class Pages:
    """The logs of all publishers, as each of them serves its own."""

    def __init__(self, count: int) -> None:
        self._events: dict[str, list[str]] = {publisher: [] for publisher in PUBLISHERS}
        made = list(five_years(min(count, BLOCK)))
        for event, at in made:
            envelope = Envelope.of(event, SOURCE + event.publisher).model_copy(update={"time": at})
            self._events[event.publisher].append(envelope.to_json())
        self._copies = max(1, round(count / len(made)))

    def page(self, publisher: str, after: int, limit: int) -> bytes:
        """The events that follow."""
        block = self._events[publisher]
        numbers = range(after, min(after + limit, len(block) * self._copies))
        items = ",".join(f'{{"position":{n + 1},"event":{self._event(block, n)}}}' for n in numbers)
        return f'{{"items":[{items}],"next":{numbers.stop if numbers else after},"beginsAfter":0}}'.encode()

    def _event(self, block: Sequence[str], number: int) -> str:
        copy = number // len(block)
        return _ID.sub(lambda found: f"{int(found[1], 16) ^ copy:08x}", block[number % len(block)])


async def logs(place: Place, go: Go) -> None:
    """Serve the logs."""
    pages = Pages(place.count)

    async def page(request: Request) -> Response:
        query = request.query_params
        body = pages.page(request.path_params["publisher"], int(query["after"]), int(query["limit"]))
        return Response(body, media_type="application/json")

    app = Starlette(routes=[Route("/{publisher}/v1/events", page)])
    await serve(uvicorn.Config(app, port=place.port, lifespan="off", access_log=False, log_config=None), go)


async def rebuild(place: Place, go: Go) -> None:
    """Count them, and say how many they are."""
    engine = create_async_engine(by_asyncpg(place.database), poolclass=NullPool)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.port}", timeout=60) as client:
        own = {publisher: Log(client, f"/{publisher}/v1/events", types_of(publisher)) for publisher in PUBLISHERS}
        await go()
        done = await Rebuild(engine, own, lambda counted: say(str(counted))).run()
        say(f"{_DONE}{done.counted}")


async def measure(bench: Bench, place: Place, sheet: Sheet, count: int) -> None:
    """One rebuild, looked at as it goes on."""
    database = await bench.fresh_database("analytics")
    port = free_ports(["logs"])["logs"]
    own = dataclasses.replace(place, database=database.url, port=port, count=count)
    async with part("rebuilding.logs", own) as serving, part("rebuilding.rebuild", own) as counting:
        await serving.go()
        meter = Meter(bench.servers, {"rebuild": counting.pid})
        await counting.go()
        sheet.show(await _watched(counting, meter, count, sheet))
    await bench.drop(database)


async def _watched(counting: Part, meter: Meter, count: int, sheet: Sheet) -> Table:
    table = Table("A rebuild", ("events", "rebuild µs", "postgres µs", "memory MB", "events/s"))
    process = psutil.Process(counting.pid)
    first = used = meter.read()
    reached = 0
    while not (said := await _heard(counting)).startswith(_DONE):
        counted = int(said)
        if counted - reached >= count / STEPS:
            since, used = used, meter.read()
            table.add(counted, *_each(since, used, counted - reached, process))
            sheet.say(f"  {counted} events: " + ", ".join(table.rows[-1][1:]))
            reached = counted
    counted = int(said.removeprefix(_DONE))
    table.add(f"all, and shown ({counted})", *_each(first, meter.read(), counted, process))
    table.note = "Microseconds of processor time per event."
    return table


async def _heard(counting: Part) -> str:
    async with asyncio.timeout(HEARD_WITHIN):
        return await counting.heard()


def _each(since: Usage, now: Usage, events: int, process: psutil.Process) -> list[float]:
    costs = [1e6 * (now.parts[name] - since.parts[name]) / max(1, events) for name in ("rebuild", "postgres")]
    return [*costs, process.memory_info().rss / 2**20, events / (now.seconds - since.seconds)]
