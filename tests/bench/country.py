"""The country at once: candidates beside PostgreSQL's, the plan beside OR-Tools', and how both grow.

Our plans are made in processes of their own, so that their memory is theirs.
"""

import asyncio
import concurrent.futures
import multiprocessing
import resource
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import numpy as np
import psutil

from deploy.servers import Servers
from services.matching.domain import tables, travel, whole
from services.matching.domain.candidates import MODES, sift
from services.matching.domain.paths import NONE
from tests.bench.table import Sheet, Table
from tests.support.country import EMPLOYERS, REGIONS, STUDENTS, TODAY, Country, Plannable, a_country, plannable
from tests.support.optimum import Flow

Kind = tuple[str, float, str]
KINDS: Sequence[Kind] = (
    ("normal", 1.4, "own"), ("tight", 0.9, "own"), ("scarce", 0.6, "own"), ("very scarce", 0.3, "own"),
    ("normal, worst order", 1.4, "worst"), ("tight, worst order", 0.9, "worst"), ("scarce, worst order", 0.6, "worst"),
)  # fmt: skip
"""A name, the free seats for each student, and who goes first: as our plan has it, or who should go last."""

LARGEST = (70_000, 260_000)
"""All students of these schools, and all employers that ever had one or could."""

SEED = 1

WHO = "wished bigint, limits bigint, held bigint, profile bigint, days int, asked int, need int, coach bool, born int"
WHAT = "sector bigint, demands bigint, certificates bigint, profiles bigint, days int, guidance int, coach bool, youngest int"
FIND = """
create temp table found on commit drop as
select s.id as student, p.id as place
from students s
join wishes w on w.student = s.id
join places p on p.sector = w.sector
    and p.latitude between s.latitude - s.north and s.latitude + s.north
    and p.longitude between s.longitude - s.east and s.longitude + s.east
where s.limits & p.demands = 0 and p.certificates & ~s.held = 0 and s.profile & p.profiles <> 0
    and bit_count((s.days & p.days)::bit(8)) >= s.asked
    and (p.guidance >= s.need or (s.coach and p.coach)) and (p.youngest < 0 or s.month - s.born > p.youngest)
    and ceil(least(
        s.start + {km} * {detour} / s.speed * 60, {km} * {detour} / nullif(s.walk, 0) * 60
    ) - 1e-9) <= s.most
"""
KM = """(2 * 6371.0 * asin(least(1, sqrt(sin((radians(p.latitude) - radians(s.latitude)) / 2) ^ 2 +
    cos(radians(s.latitude)) * cos(radians(p.latitude)) * sin(radians(p.longitude - s.longitude) / 2) ^ 2))))"""


async def measure(servers: Servers, count: int, sheet: Sheet) -> None:
    """Everything; with `count` at 4000 as large as the country is."""
    students, employers = STUDENTS * count // 4000, EMPLOYERS * count // 4000
    await _candidates(servers, students, employers, sheet)
    await _plans(students, employers, sheet)
    await _growth(students, employers, count, sheet)


async def _candidates(servers: Servers, students: int, employers: int, sheet: Sheet) -> None:
    country = a_country(SEED, 1.4, students, employers)
    sift(country.seekers, country.places, TODAY)  # so that nothing is compiled meanwhile
    began = time.process_time()
    found = sift(country.seekers, country.places, TODAY)
    ours, many = time.process_time() - began, len(found.student)
    theirs, as_many = await _by_postgres(servers, country)
    assert many == as_many, f"{many} pairs are not {as_many}"
    table = Table(
        "The candidates of the country",
        ("students", "employers", "pairs", "ours s", "PostgreSQL s", "PostgreSQL : ours"),
    )
    table.add(students, employers, many, ours, theirs, theirs / ours)
    table.note = (
        "Processor seconds. PostgreSQL has an index on sector and place, everything in memory, and writes the pairs into a "
        "table. Both found the same pairs."
    )
    sheet.show(table)


async def _by_postgres(servers: Servers, country: Country) -> tuple[float, int]:
    """Processor seconds of its one process, which runs on this machine, and how many pairs it found."""
    connection = await asyncpg.connect(servers.postgres_url)
    try:
        async with connection.transaction():
            await _fill(connection, country)
            server = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
            began = server.cpu_times()
            await connection.execute(FIND.format(km=KM, detour=travel.DETOUR))
            ended = server.cpu_times()
            took = ended.user + ended.system - began.user - began.system
            return took, await connection.fetchval("select count(*) from found")
    finally:
        await connection.close()


async def _fill(connection: Any, country: Country) -> None:
    who, what = country.seekers, country.places
    wished = who.first | who.second | who.further | who.near
    starts, speeds = (
        np.array([of[mode] for mode in MODES])[who.mode] for of in (travel.START_MINUTES, travel.KM_PER_HOUR)
    )
    walk = np.where(who.mode == MODES.index(travel.Mode.PUBLIC_TRANSPORT), travel.KM_PER_HOUR[travel.Mode.WALK], 0.0)
    reach = np.array(
        [travel.reach_km(MODES[mode], most + 1) for mode, most in zip(who.mode, who.most_minutes, strict=True)]
    )
    await connection.execute(
        f"set local work_mem = '256MB'; set local max_parallel_workers_per_gather = 0;"
        f"create temp table students (id int, latitude float8, longitude float8, north float8, east float8, start float8,"
        f" speed float8, walk float8, most int, month int, {WHO}) on commit drop;"
        f"create temp table wishes (student int, sector bigint) on commit drop;"
        f"create temp table places (id int, latitude float8, longitude float8, {WHAT}) on commit drop"
    )
    await _copy(connection, "students", (
        np.arange(len(wished)), who.latitude, who.longitude, reach / 111, reach / 65, starts, speeds, walk, who.most_minutes,
        who.begin_month, wished, who.limits, who.certificates, who.profile, who.days, who.days_asked, who.need,
        who.jobcoach.astype(bool), who.born,
    ))  # fmt: skip
    sectors = 1 << np.arange(12)
    student, sector = np.nonzero(wished[:, None] & sectors)
    await _copy(connection, "wishes", (student, sectors[sector]))
    await _copy(connection, "places", (
        np.arange(len(what.sector)), what.latitude, what.longitude, what.sector, what.demands, what.certificates,
        what.profiles, what.days, what.guidance, what.jobcoach.astype(bool), what.youngest,
    ))  # fmt: skip
    await connection.execute(
        "create index on places (sector, latitude, longitude); analyze students; analyze wishes; analyze places"
    )


async def _copy(connection: Any, name: str, columns: tuple[Any, ...]) -> None:
    rows = zip(*(column.tolist() for column in columns), strict=True)
    await connection.copy_records_to_table(name, records=list(rows))


async def _plans(students: int, employers: int, sheet: Sheet) -> None:
    table = Table(
        "The plan of the country",
        ("seats and order", "candidates", "placed", "candidates s", "plan s", "all s", "OR-Tools s", "OR-Tools : plan"),
    )
    for (name, ratio, _), ours in zip(KINDS, await _apart(students, employers, REGIONS, KINDS), strict=True):
        flow = Flow(*_priced(plannable(a_country(SEED, ratio, students, employers))))
        began = time.process_time()
        flow.solve()
        theirs = time.process_time() - began
        assert flow.objective() == ours["cost"], "two optima"
        table.add(
            name, ours["edges"], ours["placed"], ours["candidates"], ours["plan"], ours["candidates"] + ours["plan"],
            theirs, theirs / ours["plan"],
        )  # fmt: skip
    table.note = (
        f"{students} students, {employers} employers. Processor seconds; the plan with the laying out of its tables, "
        "OR-Tools without what is made of the candidates before. Candidates with their points. All found the same optimum."
    )
    sheet.show(table)


async def _growth(students: int, employers: int, count: int, sheet: Sheet) -> None:
    table = Table(
        "How the plan grows",
        ("regions", "students", "employers", "candidates", "candidates s", "plan s", "all s", "peak MB"),
    )
    whole_country = [(regions, students, employers) for regions in (1, 4, 12, REGIONS)]
    for regions, people, places in (*whole_country, (REGIONS, *(many * count // 4000 for many in LARGEST))):
        (ours,) = await _apart(people, places, regions, KINDS[:1])
        table.add(
            regions, ours["students"], ours["employers"], ours["edges"], ours["candidates"], ours["plan"],
            ours["candidates"] + ours["plan"], ours["peak"],
        )  # fmt: skip
    table.note = "With 1.4 free seats for each student; each in a process of its own, whose peak includes some 200 MB of libraries."
    sheet.show(table)


async def _apart(students: int, employers: int, regions: int, kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """Our plans of these kinds in a process of its own."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as one:
        return await asyncio.wrap_future(one.submit(_alone, students, employers, regions, kinds))


def _priced(made: Plannable) -> tuple[Any, ...]:
    """Student and unit of each edge, its cost, the cost of staying without, seats and what they lie in."""
    cost, step = whole.in_order(made.edges, len(made.hardness), int(made.hardness.max()))
    return made.edges.student, made.edges.unit, cost, step * (made.hardness + 1), made.seats, made.around


def _planned(made: Plannable, order: str) -> Any:
    """The chosen edges; in the worst order, which only we can force, those go first who should go last."""
    if order == "own":
        return whole.plan(*made)
    student, *rest = _priced(made)
    many = np.bincount(student, minlength=len(made.hardness))
    laid_out = tables.laid_out(np.append(0, many.cumsum()), *rest)
    worst = np.lexsort((many, -made.hardness))[::-1]
    tables.compiled()(*laid_out, np.ascontiguousarray(worst))
    return laid_out[0][:-1, tables.EDGE]


def _alone(students: int, employers: int, regions: int, kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """What a process of its own has to say of each."""
    _planned(plannable(a_country(SEED, 1, 50, 80)), "worst")  # so that nothing is compiled meanwhile
    return [_measured(a_country(SEED, ratio, students, employers).part(regions), order) for _, ratio, order in kinds]


def _measured(country: Country, order: str) -> dict[str, Any]:
    began = time.process_time()
    made = plannable(country)
    found = time.process_time()
    chosen = _planned(made, order)
    ended = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _, _, cost, alone, _, _ = _priced(made)
    left_out = chosen == NONE
    return {
        "students": len(country.hardness),
        "employers": len(country.seats),
        "edges": len(made.edges.unit),
        "placed": int((~left_out).sum()),
        "candidates": found - began,
        "plan": ended - found,
        "peak": peak,
        "cost": int(cost[chosen[~left_out]].sum() + alone[left_out].sum()),
    }
