"""Files as schools have them, and the calls that import them."""

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx
import openpyxl

from tests.intake.world import World, good

HEAD = ["Bedrijf", "KvK", "Adres", "PC", "Woonplaats", "Branche", "Tel", "Contactpersoon"]
LINDE = [
    "Tuincentrum De Linde B.V.",
    "1234567",
    "Stationsplein 1a",
    "8232 vt",
    "Lelystad",
    "Detailhandel",
    "0320-123456",
    "T. de Wit",
]
BAKKER = ["Bakkerij Jansen", "", "Dorpsstraat 12", "8232AB", "Lelystad", "horeca / detailhandel", "-", ""]


def as_csv(*rows: Sequence[str], delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    book.save(out)
    return out.getvalue()


async def post(
    client: httpx.AsyncClient, file: bytes, kind: str = "employers", headers: Any = None, **query: str
) -> httpx.Response:
    return await client.post("/v1/imports", params={"kind": kind, **query}, content=file, headers=headers)


async def until(client: httpx.AsyncClient, imported: Any, *states: str, within: float = 60) -> Any:
    async with asyncio.timeout(within):
        while (now := await good(client.get(f"/v1/imports/{imported['id']}")))["state"] not in states:
            await asyncio.sleep(0.02)  # a poll with a deadline
    return now


async def checked(
    world: World, file: bytes, kind: str = "employers", by: httpx.AsyncClient | None = None, **query: str
) -> Any:
    client = by or world.first
    return await until(client, await good(post(client, file, kind, **query)), "checked")


async def ran(world: World, imported: Any, on_problems: str = "stop", by: httpx.AsyncClient | None = None) -> Any:
    client = by or world.first
    await good(client.post(f"/v1/imports/{imported['id']}/_run", json={"onProblems": on_problems}))
    return await until(client, imported, "done")


async def problems(world: World, imported: Any) -> list[Any]:
    found: list[Any] = (await good(world.first.get(f"/v1/imports/{imported['id']}/problems")))["items"]
    return found


async def employers(world: World, **query: str) -> list[Any]:
    found: list[Any] = (await good(world.second.get("/v1/employers", params=query)))["items"]
    return found
