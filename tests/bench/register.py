"""The register: searching among many employers, and what a create costs beside the bare insert of the same rows."""

import asyncio
import contextlib
import csv
import itertools
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from deploy import demo, processes, stack, tokens
from deploy.servers import Servers
from shared.ids import new_id
from tests.bench.bare import Pool
from tests.bench.caller import Caller, crowded
from tests.bench.heard import heard
from tests.bench.machine import Meter
from tests.bench.table import Sheet, Table, quantile
from tests.journeys.world import PLACES, World

PER_EVENT = 75
"""Employers in the register for each event of a chain: 300 000 of them beside 4 000."""

CALLERS = (1, 16)
ROUNDS = 3
"""Runs of each way of creating, in turn; the median counts."""

_WORDS = """
Bakkerij Slagerij Tuincentrum Kwekerij Hoveniersbedrijf Garage Fietsenmaker Supermarkt Bouwmarkt Restaurant Manege
Kringloopwinkel Lunchroom Hotel Zorghuis Woonzorg Thuiszorg Kinderopvang Kapsalon Wasserij Drukkerij Sportpark
Metaalwerken Timmerfabriek Schildersbedrijf Installatiebedrijf Distributiehal Zorgboerderij
/ Dijk Water Zand Molen Linde Berk Eik Meer Polder Veen Heide Duin Zee Haven Markt Kerk Brug Vaart Broek Horst Kamp
Rozen Hazel Vos Reiger Kievit Zwaan Noorder Zuider Ooster Wester Oude Nieuwe Lange Groene
/ hof zicht stroom veld berg dal burcht oord gaard bocht weide hoeve stede rand poort kwartel vonk licht
"""
KINDS, BEGINNINGS, ENDS = (words.split() for words in _WORDS.split("/"))

FILL = """
insert into employers (id, version, kvk_number, postcode, search_text, name_text, marks, kind, sectors, size_class,
    recognition, region, municipality, location, suggested, facts)
select gen_random_uuid(), 1, lpad(n::text, 8, '0'), pc, lower(concat_ws(' ', name, town.place, sector, 'vakken vullen')),
    lower(name), array['kvk:' || lpad(n::text, 8, '0'), 'pc4:' || left(pc, 4), 'pc6:' || pc,
    'name:' || lower(town.place) || ':' || lower(name)],
    'regular', array[sector], 'small', 'none', town.region, town.municipality,
    jsonb_build_object('latitude', town.latitude, 'longitude', town.longitude, 'approximate', true), false,
    jsonb_build_object('name', name, 'kind', 'regular', 'sectors', array[sector], 'tasks', array['vakken-vullen'],
        'size_class', 'small', 'recognition', 'none', 'telephone', '0320 ' || lpad((n % 1000000)::text, 6, '0'),
        'contact_persons', jsonb_build_array(jsonb_build_object('name', 'T. de Wit', 'role', 'praktijkopleider')),
        'address', jsonb_build_object('postcode', pc, 'place', town.place))
from (
    select n, $2::text[] kinds, $3::text[] names, $4::text[] towns, $5::text[] sectors from generate_series(1, $1) n
) given
cross join lateral (select
    kinds[1 + n % cardinality(kinds)] || ' ' || names[1 + n / cardinality(kinds) % cardinality(names)] as name,
    sectors[1 + n % cardinality(sectors)] as sector,
    towns[1 + (n::bigint * 104729) % cardinality(towns)]::jsonb as chosen) one
cross join lateral jsonb_to_record(chosen)
    as town (region text, place text, municipality text, postcode text, latitude float, longitude float)
cross join lateral (select town.postcode || chr(65 + n % 16) || chr(65 + n / 16 % 16) as pc) two
"""
WORDS = """
insert into employer_words (word) select distinct word from employers, regexp_split_to_table(search_text, ' ') word
where length(word) between 3 and 60
"""

SEARCHES: dict[str, dict[str, Any]] = {
    "a word that few have": {"text": "bakkerij lindehof"},
    "a word that thousands have": {"text": "bakkerij"},
    "two typing errors": {"text": "bakerij lindehoff"},
    "while typing": {"text": "tuinc"},
    "part of a compound": {"text": "zorg veld lelystad"},
    "words, region and sector": {"text": "zicht", "region": "AM11", "sector": ["horeca", "detailhandel"]},
    "region and sector, by name": {"region": "AM11", "sector": "horeca", "sort": "name"},
    "within 5 km, nearest first": {
        "near": {"latitude": 52.508, "longitude": 5.475},
        "withinKm": 5,
        "sort": "distance",
    },
}


@dataclass
class Register:
    """Intake alone, as a process, and its database from the inside."""

    intake: Caller
    database: Pool
    pid: int


async def measure(servers: Servers, count: int, sheet: Sheet) -> None:
    """On a stack of its own."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-bench-") as folder:
        place = Path(folder)
        ports = stack.free_stack_ports()
        start = partial(stack.up, place, services=("intake",), ports=ports, name="bench", servers=servers)
        try:
            running = await asyncio.to_thread(start)
            async with heard(running), _opened(servers, running) as register:
                await _creates(servers, register, max(20, count // 20), sheet)
                await _fill(register, count * PER_EVENT)
                await _searches(register, count * PER_EVENT, max(20, count // 20), sheet)
        finally:
            await asyncio.to_thread(stack.down, place)


@contextlib.asynccontextmanager
async def _opened(servers: Servers, running: stack.Stack) -> AsyncIterator[Register]:
    address = urlsplit(servers.postgres_url)._replace(path=f"/{running.name}_intake").geturl()
    async with World(running) as world, asyncpg.create_pool(address, min_size=16, max_size=16) as database:
        coordinator = await world.school("AM11")
        token = tokens.mint(running.folder, running.urls["issuer"], {"sub": "bench", **coordinator.claims})
        process = processes.find(running.folder, "intake")
        assert process is not None
        intake = Caller(running.urls["intake"], token)
        yield Register(intake, database, process.pid)
        await intake.close()


async def _fill(register: Register, rows: int) -> None:
    towns = csv.DictReader((Path(demo.__file__).parent / "data" / "towns.csv").open(encoding="utf-8"))
    names = [f"{begin}{end}" for begin, end in itertools.product(BEGINNINGS, ENDS)]
    sectors = ["horeca", "detailhandel", "logistiek", "groen", "zorg-en-welzijn"]
    async with register.database.acquire() as connection, connection.transaction():
        await connection.execute("alter table employers disable trigger employers_keep_words")
        await connection.execute(FILL, rows, KINDS, names, [json.dumps(town) for town in towns], sectors)
        await connection.execute("alter table employers enable trigger employers_keep_words")
        await connection.execute(WORDS)
    await register.database.execute("vacuum analyze employers")
    await register.database.execute("vacuum analyze employer_words")


async def _searches(register: Register, rows: int, count: int, sheet: Sheet) -> None:
    table = Table(f"Searching {rows:,} employers over HTTP", ("search", "found", "p50 ms", "p99 ms"))
    for name, body in SEARCHES.items():
        seconds: list[float] = []

        async def search(_: int, due: float, body: dict[str, Any] = body, to: list[float] = seconds) -> None:
            await register.intake.call("POST", "/v1/employers/_search?limit=25", body)
            to.append(time.perf_counter() - due)

        found = await register.intake.call("POST", "/v1/employers/_search?limit=25", body)
        await crowded(1, count, search)
        table.add(name, len(found["items"]), quantile(seconds, 0.5), quantile(seconds, 0.99))
    table.note = f"{count} calls each by one caller, pages of 25, after one that is not counted."
    sheet.show(table)


async def _creates(servers: Servers, register: Register, count: int, sheet: Sheet) -> None:
    columns = ("create", "callers", "bare p50 ms", "ours p50 ms", "of bare", "intake ms", "postgres ms", "others")
    table = Table("A create over HTTP, beside the bare insert of the same rows", columns)
    for kind, callers in itertools.product(("employers", "students"), CALLERS):
        numbers = itertools.count(1_000_000 * (1 + callers))
        bare = await _bare_of(register, kind, await _made(register, kind, next(numbers)))
        waits: dict[str, list[float]] = {"bare": [], "ours": []}
        meter = Meter(servers, {"intake": register.pid})
        for _ in range(ROUNDS):
            waits["bare"].append(await _timed(callers, count, bare))
            waits["ours"].append(await _timed(callers, count, partial(_next_made, register, kind, numbers)))
        used = meter.read()
        one, our = (1000 * median(waits[way]) for way in ("bare", "ours"))
        each = [used.each(part, count * ROUNDS) for part in ("intake", "postgres")]
        table.add(kind, callers, one, our, f"{our / one:.1f} ×", *each, f"{used.others / used.seconds:.0%}")
    table.note = (
        f"{count} of each in {ROUNDS} rounds, in turn: the median of the rounds' medians. Processor per create."
    )
    sheet.show(table)


async def _timed(callers: int, count: int, create: Callable[[], Awaitable[Any]]) -> float:
    seconds: list[float] = []

    async def timed(_: int, due: float) -> None:
        await create()
        seconds.append(time.perf_counter() - due)

    await crowded(callers, count, timed)
    return median(seconds)


def _bodies(number: int) -> dict[str, dict[str, Any]]:
    letters = "".join(chr(65 + number // 26**at % 26) for at in range(6))
    postcode = f"{1000 + number % 8999}A{letters[1]}"
    address = PLACES["AM11"] | {"postcode": postcode}
    employer = {
        "name": f"Bedrijf {letters}",
        "kvkNumber": f"{number:08d}",
        "sectors": ["detailhandel"],
        "tasks": ["vakken-vullen"],
        "address": address,
        "contactPersons": [{"name": "T. de Wit", "telephone": "0320 123456"}],
    }
    student = {
        "givenName": "Sam",
        "familyName": f"Voorbeeld {letters}",
        "birthDate": "2009-05-17",
        "address": address,
        "wishes": [{"rank": 1, "sector": "detailhandel"}],
        "travel": {"mode": "bike", "maxMinutes": 30},
    }
    return {"employers": employer, "students": student}


async def _made(register: Register, kind: str, number: int) -> str:
    made = await register.intake.call("POST", f"/v1/{kind}", _bodies(number)[kind])
    return str(made["id"])


async def _next_made(register: Register, kind: str, numbers: Iterator[int]) -> None:
    await _made(register, kind, next(numbers))


async def _bare_of(register: Register, kind: str, made: str) -> Callable[[], Awaitable[None]]:
    """A function that inserts the rows of that create once more, under other ids, in a transaction of its own."""
    generated = "select attname from pg_attribute where attrelid = $1::text::regclass and attgenerated <> ''"
    left_out = {row[0] for row in await register.database.fetch(generated, kind)}
    row = await register.database.fetchrow(f"select * from {kind} where id = $1", made)
    assert row is not None
    names = [name for name in row.keys() if name not in left_out]  # noqa: SIM118 — a record yields its values
    values = [row[name] for name in names]
    places = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    insert = f"insert into {kind} ({', '.join(names)}) values ({places})"
    told = await _told(register, made)

    async def create() -> None:
        own = new_id()
        async with register.database.acquire() as connection, connection.transaction():
            await connection.execute(insert, own, *values[1:])
            if told:
                await connection.execute(LEAVE, new_id(), *told[:2], str(own), *told[2:])

    return create


LEAVE = """
with leaving as (
    insert into outbox (event_id, type, routing_key, subject, version, message) values ($1, $2, $3, $4, $5, $6)
)
select pg_notify('stagebrug', 'outbox')
"""


async def _told(register: Register, made: str) -> Sequence[Any]:
    """The outbox row of a create, whether or not the relay has moved it; nothing for what is told to nobody."""
    columns = "select type, routing_key, version, message from"
    both = f"{columns} outbox where subject = $1 union {columns} event_log where subject = $1"
    row = await register.database.fetchrow(both, made)
    return tuple(row) if row else ()
