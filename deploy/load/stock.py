"""Employers from files: a country of them is there in minutes, through the same import as a school's list."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any

from deploy.demo.actors import Actor, NotAsPlayed
from deploy.demo.organisations import Town
from deploy.load.week import Drawing
from deploy.progress import Report

LOOK_SECONDS = 0.5
TELL_SECONDS = 10.0
PAGE = 200
KVK_FROM, KVK_UNTIL = 10_000_000, 99_000_000
"""Numbers as the register takes them; those of a run lie one after another."""

HEAD = ("Naam", "KvK-nummer", "Postcode", "Plaats", "Sectoren", "Begeleiding", "Plekken per jaar")


def file_of(bodies: Iterable[dict[str, Any]], first_kvk: int) -> bytes:
    """A list of employers as schools have it."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";")
    lines.writerow(HEAD)
    for number, body in enumerate(bodies, first_kvk):
        where = (body["address"]["postcode"], body["address"]["place"])
        lines.writerow((body["name"], number, *where, body["sectors"][0], body["guidance"], body["placesPerYear"]))
    return out.getvalue().encode("utf-8-sig")


def first_kvk_of(run: str, many: int) -> int:
    """Where a run's numbers begin: another place for each run, as far as chance goes."""
    return KVK_FROM + int(run, 16) * max(many, 1) % (KVK_UNTIL - KVK_FROM - many)


async def bring_in(who: Actor, drawing: Drawing, towns: list[Town], many: int, run: str, report: Report) -> None:
    """Import so many employers, as many from each town; raises `NotAsPlayed` when one is not taken."""
    bodies = [drawing.employer(towns[number % len(towns)]) for number in range(many)]
    file = file_of(bodies, first_kvk_of(run, many))
    posted = await who.upload("intake", "/v1/imports?kind=employers", file)
    path = f"/v1/imports/{posted['id']}"
    checked = await _until(who, path, "checked", "checked", report)
    await who.post("intake", f"{path}/_run", {"onProblems": "skip"})
    done = await _until(who, path, "done", "brought in", report)
    if (registered := done["done"].get("registered", 0)) != many:
        raise NotAsPlayed(f"{registered} of {many} employers were registered: {checked['found']}, {done['done']}")


async def _until(who: Actor, path: str, state: str, word: str, report: Report) -> dict[str, Any]:
    looks = 0
    while True:
        now: dict[str, Any] = await who.get("intake", path)
        if now["state"] == state:
            return now
        if now["state"] in {"needs-mapping", "cancelled", "failed"}:
            raise NotAsPlayed(f"the list of employers is {now['state']}: {now['lacking']}")
        looks += 1
        if looks % int(TELL_SECONDS / LOOK_SECONDS) == 0:
            report(f"{now['handled']} of {now['rows']} employers {word}")
        await asyncio.sleep(LOOK_SECONDS)


async def registered(who: Actor, first_kvk: int, many: int) -> list[dict[str, Any]]:
    """The employers with these numbers, with their work and where they are."""
    ours = {str(number) for number in range(first_kvk, first_kvk + many)}
    return [item async for item in known(who) if item["kvkNumber"] in ours]


async def known(who: Actor) -> AsyncIterator[dict[str, Any]]:
    """All employers that somebody sees."""
    query: dict[str, Any] = {"limit": PAGE, "fields": "id,kvkNumber,sectors,address"}
    while page := await who.get("intake", "/v1/employers", **query):
        for item in page["items"]:
            yield item
        if not page["next"]:
            return
        query["cursor"] = page["next"]
