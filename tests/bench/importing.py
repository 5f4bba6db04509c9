"""A long list of employers: from the file to the register, beside copying and inserting the same rows."""

import asyncio
import csv
import io
import itertools
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil

from deploy import processes, stack
from deploy.servers import Servers
from tests.bench.heard import heard
from tests.bench.machine import Meter, Usage
from tests.bench.table import Sheet, Table
from tests.journeys.world import Person, World

ROWS_A_COUNT = 25
"""100 000 rows where chains have 4 000 events."""
ENDS_WITHIN = 900
LOOK_EVERY = 0.25
HEAD = [
    "Bedrijfsnaam",
    "KvK nr",
    "Adres",
    "Postcode",
    "Plaats",
    "Branche",
    "Tel",
    "E-mail",
    "Contactpersoon",
    "Plekken per jaar",
]
LETTERS = [a + b for a, b in itertools.product("ABCDEGHJKLMNPRTVWXZ", repeat=2)]
SECTORS = ["horeca", "detailhandel", "zorg en welzijn", "techniek en productie", "logistiek"]

BARE = """
create unlogged table if not exists bare_staging (number int, cells text[]);
create table if not exists bare_employers (
    id uuid primary key, kvk_number text, postcode text, name text not null, sectors text[] not null, region text not null,
    facts jsonb not null, recorded_at timestamptz not null default clock_timestamp());
create index if not exists bare_kvk on bare_employers (kvk_number);
create index if not exists bare_postcode on bare_employers (postcode);
truncate bare_staging, bare_employers;
"""
BARE_INSERT = """
insert into bare_employers (id, kvk_number, postcode, name, sectors, region, facts)
select gen_random_uuid(), cells[2], replace(cells[4], ' ', ''), cells[1], array[cells[6]], 'AM11', jsonb_build_object(
    'name', cells[1], 'kvk_number', cells[2], 'telephone', cells[7], 'email', cells[8], 'places_per_year', cells[10]::int,
    'address', jsonb_build_object('postcode', cells[4], 'place', cells[5], 'street', cells[3]),
    'contact_persons', jsonb_build_array(jsonb_build_object('name', cells[9])))
from bare_staging
"""


def rows(count: int) -> Iterator[list[str]]:
    """Companies, each at a postcode that a few share."""
    for number in range(count):
        postcode = f"{8200 + number // len(LETTERS) % 90} {LETTERS[number % len(LETTERS)]}"
        yield [
            f"Bedrijf {number:06d} B.V.", f"{10_000_000 + number}", f"Dorpsstraat {number % 300 + 1}", postcode, "Lelystad",
            SECTORS[number % 5], f"0320-{number:06d}", f"info@bedrijf{number}.example", "T. de Wit", str(number % 9),
        ]  # fmt: skip


def file_of(count: int) -> bytes:
    """The list as a file."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEAD, *rows(count)])
    return out.getvalue().encode("utf-8-sig")


async def measure(servers: Servers, count: int, sheet: Sheet) -> None:
    """On a stack of its own: intake as one process, as an operator starts it."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-bench-") as folder:
        place = Path(folder)
        start = partial(
            stack.up, place, services=("intake",), ports=stack.free_stack_ports(), name="bench_import", servers=servers
        )
        try:
            running = await asyncio.to_thread(start)
            await _measure(servers, running, count * ROWS_A_COUNT, sheet)
        finally:
            await asyncio.to_thread(stack.down, place)


async def _measure(servers: Servers, running: stack.Stack, count: int, sheet: Sheet) -> None:
    columns = ("part", "seconds", "rows/s", "intake ms", "postgres ms", "intake MB at most", "others")
    table = Table("A list of employers", columns)
    address = urlsplit(servers.postgres_url)._replace(path=f"/{running.name}_intake").geturl()
    process = processes.find(running.folder, "intake")
    assert process is not None
    async with World(running) as world, heard(running):
        school, file = await world.school("AM11"), file_of(count)
        before = process.memory_info().rss / 2**20
        steps = [await _bare(servers, address, count)]
        imported, step = await _step(servers, process, "file → rows kept", _posted(school, file))
        steps.append(step)
        path = f"/v1/imports/{imported['id']}"
        steps.append((await _step(servers, process, "dry run", _until(school, path, "checked")))[1])
        await school.post("intake", f"{path}/_run", {})
        done, step = await _step(servers, process, "run", _until(school, path, "done"))
        steps.append(step)
        assert done["done"] == {"registered": count, "recognised": 0, "skipped": 0}
        for name, usage, most in steps:
            costs = [usage.each(part, count) if part in usage.parts else 0.0 for part in ("intake", "postgres")]
            shown = f"{most:.0f}" if most else ""
            others = f"{usage.others / usage.seconds:.0%}"
            table.add(name, usage.seconds, f"{count / usage.seconds:.0f}", *costs, shown, others)
    ours = sum(usage.seconds for _, usage, _ in steps[1:])
    table.note = (
        f"{count} rows, {len(file) / 2**20:.1f} MB of CSV: {ours:.1f} s from the file to the register, "
        f"{ours / steps[0][1].seconds:.1f} × the bare copy and insert. Intake had {before:.0f} MB before. While it runs, the "
        "same process publishes an event for each employer."
    )
    sheet.show(table)


Step = tuple[str, Usage, float]


async def _bare(servers: Servers, address: str, count: int) -> Step:
    connection = await asyncpg.connect(address)
    await connection.execute(BARE)
    meter = Meter(servers)
    async with connection.transaction():
        records = enumerate(rows(count))
        await connection.copy_records_to_table("bare_staging", records=records, columns=["number", "cells"])
        await connection.execute(BARE_INSERT, timeout=ENDS_WITHIN)
    usage = meter.read()
    await connection.execute("drop table bare_staging, bare_employers")
    await connection.close()
    return "bare: COPY and one insert", usage, 0.0


async def _step(servers: Servers, process: psutil.Process, name: str, doing: Any) -> tuple[Any, Step]:
    """What a step answers, what it used, and how much memory intake had at most meanwhile."""
    meter, most = Meter(servers, {"intake": process.pid}), 0.0
    task = asyncio.ensure_future(doing)
    while not task.done():
        most = max(most, process.memory_info().rss / 2**20)
        await asyncio.wait([task], timeout=LOOK_EVERY)
    return task.result(), (name, meter.read(), most)


async def _posted(school: Person, file: bytes) -> Any:
    address = f"{school.world.stack.urls['intake']}/v1/imports?kind=employers"
    answer = await school.client.post(address, content=file, timeout=ENDS_WITHIN)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _until(school: Person, path: str, state: str) -> Any:
    return await school.until("intake", path, lambda now: now if now["state"] == state else None, ENDS_WITHIN)
