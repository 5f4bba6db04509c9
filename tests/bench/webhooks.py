"""Webhooks: handed over by the service beside a bare loop that posts the same bodies, and planned for many at once."""

import asyncio
import dataclasses
import gc
import json
import time
from collections.abc import Sequence
from statistics import median

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from deploy.ports import free_ports
from tests.bench.place import Place
from tests.bench.process import Go, part
from tests.bench.table import Sheet, Table
from tests.notifications import facts
from tests.support.bench import Bench, QuietServer
from tests.support.service import RunningService, running_service

SUBSCRIPTIONS = 20
"""Receivers that share the events; with four requests each in flight that is eighty at once."""

MANY = 2.5
"""Subscribers of one event for each event of a chain: 10 000 of them beside 4 000."""
FILTER = [{"any": [{"exact": {"data.kind": "learning"}}, {"prefix": {"data.municipality": "GM"}}]}]


@dataclasses.dataclass(frozen=True)
class Rate:
    """Webhooks a second, and milliseconds of this process for each: what counts where others use the machine, too."""

    a_second: float
    own: float

    def __str__(self) -> str:
        return f"{self.a_second:.0f} ({self.own:.2f} ms)"


class Stopwatch:
    """Counts from its making on."""

    def __init__(self) -> None:
        self._began, self._used = time.perf_counter(), time.process_time()

    def rate(self, count: int) -> Rate:
        """What so many took."""
        used = time.process_time() - self._used
        return Rate(count / (time.perf_counter() - self._began), 1000 * used / count)


SUBSCRIBE = """
insert into subscriptions (id, owner, kind, regions, municipalities, sink, types, filters, state, secrets, pseudonym_key,
    verified, created_at)
select gen_random_uuid(), 'bench-' || n, 'municipality', '{}', array[$2::text], $3, '{}', $4::jsonb, 'active',
    jsonb_build_array(jsonb_build_object('text', 'whsec_' || encode(sha256(n::text::bytea), 'base64'), 'until', null)),
    sha256(n::text::bytea), true, now()
from generate_series(1, $1) n
"""


async def sink(place: Place, go: Go) -> None:
    """A receiver that takes everything, in a process of its own; below `/silent` it never answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        if scope["path"].startswith("/silent"):
            while (await receive())["type"] != "http.disconnect":
                pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    server = QuietServer(
        uvicorn.Config(app, port=place.port, http="httptools", access_log=False, log_config=None, lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)  # a poll; the starter has the deadline
    await go()
    try:
        await serving
    finally:
        server.should_exit = True
        await serving


async def measure(bench: Bench, place: Place, sheet: Sheet, rounds: int) -> None:
    """Rates in turn, the bare loop beside ours, ours also with one receiver that is silent; then one event for many."""
    port = free_ports(["sink"])["sink"]
    at = f"http://127.0.0.1:{port}"
    rates: dict[str, list[Rate]] = {"bare loop": [], "ours": [], "ours, one more receiver silent": []}
    with_sink = dataclasses.replace(place, port=port)
    async with part("webhooks.sink", with_sink), running_service(bench, "notifications", **_QUICK) as service:
        await service.tell(facts.a_school())
        for turn in range(rounds):
            silent = {"ours": None, "ours, one more receiver silent": f"{at}/silent"}
            # each goes first as often as the other: what is measured later finds another table
            for name in sorted(silent, reverse=bool(turn % 2)):
                bodies = await _ours(service, at, place.count, rates[name], silent=silent[name])
            rates["bare loop"].append(await _bare(at, bodies[: place.count]))
            sheet.say("webhooks a second: " + ", ".join(f"{name} {found[-1]}" for name, found in rates.items()))
        sheet.show(_rates(rates))
        sheet.show(await _fan_out(service, at, int(MANY * place.count), rounds))


_QUICK = {"allow_loopback_sinks": "true"}


async def _ours(
    service: RunningService, at: str, count: int, rates: list[Rate], silent: str | None = None
) -> Sequence[str]:
    await service.sql.execute("delete from subscriptions")
    await service.sql.execute(SUBSCRIBE, SUBSCRIPTIONS, facts.MUNICIPALITY, at, "[]")
    await service.sql.execute("update subscriptions set state = 'paused'")
    events = count // SUBSCRIPTIONS
    for _ in range(events):
        await service.announce(facts.a_placement())
    wanted = events * SUBSCRIPTIONS
    await service.until("select count(*) = $1 from deliveries where position is not null", wanted, within=300)
    if silent:
        await service.sql.execute(SUBSCRIBE, 1, facts.MUNICIPALITY, silent, "[]")
        for _ in range(10):
            await service.tell(facts.a_placement())
    bodies = [row["message"] for row in await service.sql.fetch("select message from deliveries limit $1", wanted)]
    due = await service.sql.fetchval(_DUE, silent)
    watch = Stopwatch()
    await service.sql.execute("update subscriptions set state = 'active'")
    await service.sql.execute("select pg_notify('stagebrug', 'deliveries')")
    await service.until(_ALL_DELIVERED, silent, within=300)
    rates.append(watch.rate(due))
    assert await service.sql.fetchval("select count(*) from attempts where status = 204") == due
    return bodies


_DUE = """
select count(*) from deliveries join subscriptions on subscriptions.id = subscription_id
where sink is distinct from $1
"""

_ALL_DELIVERED = """
select not exists (
    select from deliveries join subscriptions on subscriptions.id = subscription_id
    where deliveries.state = 'waiting' and deliveries.position is not null and sink is distinct from $1
)
"""
"""Asked of an index: a count over all of them, a hundred times a second, would be part of what is measured."""


async def _bare(at: str, bodies: Sequence[str]) -> Rate:
    left = list(bodies)
    headers = {"Content-Type": "application/cloudevents+json"}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None)) as client:

        async def post() -> None:
            while left:
                (await client.post(at, content=left.pop(), headers=headers)).raise_for_status()

        watch = Stopwatch()
        await asyncio.gather(*(post() for _ in range(4 * SUBSCRIPTIONS)))
        return watch.rate(len(bodies))


async def _fan_out(service: RunningService, at: str, many: int, rounds: int) -> Table:
    await service.sql.execute("delete from subscriptions")
    await service.sql.execute(SUBSCRIBE, many, facts.MUNICIPALITY, at, json.dumps(FILTER))
    await service.sql.execute("update subscriptions set state = 'paused'")
    seconds, own = [], []
    gc.collect()
    gc.freeze()  # as `deploy.serve` does: what stays is not looked through for each ten thousand
    for turn in range(1, rounds + 1):
        began, used = time.perf_counter(), time.process_time()
        await service.handled(await service.announce(facts.a_placement()), within=120)
        seconds.append(time.perf_counter() - began)
        own.append(time.process_time() - used)
        assert await service.sql.fetchval("select count(*) from deliveries") == turn * many
        # one event is measured, and not that the one before gets its positions meanwhile
        await service.until("select not exists (select from deliveries where position is null)", within=120)
    table = Table(f"One event for {many:,} subscribers with filters, until all deliveries are planned", ("", "seconds"))
    table.add("median", median(seconds))
    table.add("processor time of the service, without the database", median(own))
    table.note = "All runs: " + ", ".join(f"{each:.2f}" for each in seconds) + "."
    return table


def _rates(rates: dict[str, list[Rate]]) -> Table:
    table = Table(
        "Webhooks handed over, every try recorded",
        ("", "a second", "of the bare loop", "own ms each", "of the bare loop"),
    )
    for name, found in rates.items():
        pairs = list(zip(found, rates["bare loop"], strict=True))
        speed = median(each.a_second / bare.a_second for each, bare in pairs)
        own = median(each.own / bare.own for each, bare in pairs)
        table.add(
            name,
            f"{median(each.a_second for each in found):.0f}",
            f"{speed:.0%}",
            median(each.own for each in found),
            f"{own:.0%}",
        )
    turns = zip(rates["ours"], rates["ours, one more receiver silent"], strict=True)
    cost = median(1 - beside.a_second / alone.a_second for alone, beside in turns)
    runs = (f"{name} {', '.join(str(each) for each in found)}" for name, found in rates.items())
    table.note = (
        f"{4 * SUBSCRIPTIONS} requests at once; medians. The silent one costs the others {cost:.0%} "
        f"(median over the rounds). All runs: {'; '.join(runs)}."
    )
    return table
