"""A school joins with its spreadsheet of 1 500 employers, of which others know a third already (G10)."""

import asyncio
import csv
import io
import itertools
import random
import signal
from typing import Any

from deploy import processes, stack
from tests.journeys.world import Person, World, offer_of

REGION = "AM11"
ROWS, KNOWN, DOUBTFUL = 1500, 500, 30
HEAD = ["Bedrijfsnaam", "KvK nr", "Straat en huisnummer", "Postcode", "Woonplaats", "Branche", "Tel."]
FIRST = ["Bakkerij", "Garage", "Tuincentrum", "Kapsalon", "Restaurant", "Schildersbedrijf", "Zorghuis", "Bouwmarkt"]
LAST = ["Jansen", "de Vries", "Yilmaz", "van Dijk", "Visser", "Smit", "Meijer", "de Groot", "Bos", "Mulder"]
LETTERS = ["".join(pair) for pair in itertools.product("BCDEFGHJKLNPRSTVWXZ", repeat=2)]
LETTERS = [pair for pair in LETTERS if pair not in {"SA", "SD", "SS"}]


def company(number: int) -> dict[str, Any]:
    """A company at a postcode of its own."""
    name = f"{FIRST[number % 8]} {LAST[number // 8 % 10]} {number // 80 + 1}"
    postcode = f"82{30 + number // len(LETTERS)}{LETTERS[number % len(LETTERS)]}"
    return {"name": name, "kvkNumber": f"{60_000_000 + number}", "postcode": postcode}


def as_the_school_writes_it(known: dict[str, Any], how: int) -> list[str]:
    """The same company, as somebody else types it: other legal form, order, case, without number."""
    first, _, rest = str(known["name"]).partition(" ")
    name = [f"{known['name']} B.V.", f"{rest} {first}", str(known["name"]).upper()][how % 3]
    kvk = str(known["kvkNumber"]) if how % 4 == 0 else ""
    return [
        name,
        kvk,
        "Dorpsstraat 1",
        f"{known['postcode'][:4]} {known['postcode'][4:].lower()}",
        "LELYSTAD",
        "horeca",
        "",
    ]


def doubtful(known: dict[str, Any]) -> list[str]:
    """Perhaps the same: another word for the work, at the same postcode."""
    return [f"{known['name']} Lelystad Catering", "", "", str(known["postcode"]), "Lelystad", "horeca", ""]


def spreadsheet() -> bytes:
    rows = [as_the_school_writes_it(company(number), number) for number in range(KNOWN - DOUBTFUL)]
    rows += [doubtful(company(number)) for number in range(KNOWN - DOUBTFUL, KNOWN)]
    for number in range(KNOWN, ROWS):
        own = company(number)
        rows.append(
            [own["name"], own["kvkNumber"], "Kerkplein 5", own["postcode"], "Lelystad", "detailhandel", "0320-123456"]
        )
    random.Random(4).shuffle(rows)
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["Onze bedrijven"], HEAD, *rows])
    return out.getvalue().encode("cp1252")


async def upload(who: Person, file: bytes, **query: str) -> Any:
    address = who.world.stack.urls["intake"] + "/v1/imports"
    answer = await who.client.post(address, params={"kind": "employers", **query}, content=file)
    assert answer.is_success, answer.text
    return answer.json()


async def employers_of(who: Person, query: str = "") -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        page = await who.get("intake", f"/v1/employers?limit=200&region={REGION}{query}{cursor}")
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def crash(world: World) -> None:
    """Intake's process dies in the middle and is started again, as an operator's supervisor does."""
    running = processes.find(world.stack.folder, "intake")
    assert running is not None
    running.send_signal(signal.SIGKILL)
    await asyncio.to_thread(running.wait, 10)
    await asyncio.to_thread(stack.up, world.stack.folder, name=world.stack.name, servers=world.stack.servers)


async def test_a_school_joins_with_a_spreadsheet_of_1500_employers(world: World) -> None:
    first, joining = await world.school(REGION), await world.school(REGION, "vso")
    before = {one["id"] for one in await employers_of(first)}
    names = ["Naam", "KvK-nummer", "Postcode", "Plaats", "Sectoren"]
    known = [
        [company(n)["name"], company(n)["kvkNumber"], company(n)["postcode"], "Lelystad", "horeca"]
        for n in range(KNOWN)
    ]
    out = io.StringIO()
    csv.writer(out).writerows([names, *known])
    theirs = await upload(first, out.getvalue().encode())
    await first.until("intake", f"/v1/imports/{theirs['id']}", lambda now: now["state"] == "checked", 60)
    await first.post("intake", f"/v1/imports/{theirs['id']}/_run", {})
    await first.until("intake", f"/v1/imports/{theirs['id']}", lambda now: now["state"] == "done", 60)

    file = spreadsheet()
    imported = await upload(joining, file)
    path = f"/v1/imports/{imported['id']}"
    seen = await joining.until("intake", path, lambda now: now if now["state"] == "checked" else None, 60)
    assert seen["found"] == {
        "bad": 0, "new": ROWS - KNOWN, "known": KNOWN - DOUBTFUL, "unsure": DOUBTFUL, "double": 0,
    }  # fmt: skip
    assert len(await employers_of(first)) == len(before) + KNOWN, "a dry run writes nothing"

    asked = (await joining.get("intake", f"{path}/decisions?limit=200"))["items"]
    assert len(asked) == DOUBTFUL
    same, other = asked[:20], asked[20:]
    said = [{"row": one["row"], "decision": "same"} for one in same] + [
        {"row": one["row"], "decision": "new"} for one in other
    ]
    assert (await joining.call("POST", "intake", f"{path}/_run", {})).status_code == 409
    await joining.put("intake", f"{path}/decisions", {"decisions": said})
    await joining.post("intake", f"{path}/_run", {})
    await joining.until("intake", path, lambda now: now["done"]["registered"] > 0, 60)
    await crash(world)
    done = await joining.until("intake", path, lambda now: now if now["state"] == "done" else None, 90)
    assert done["done"] == {
        "registered": ROWS - KNOWN + len(other), "recognised": KNOWN - len(other), "skipped": 0,
    }  # fmt: skip

    now = [one for one in await employers_of(first) if one["id"] not in before]
    assert len(now) == ROWS + len(other)
    assert len({(one["kvkNumber"], one["name"]) for one in now}) == len(now), "nothing is there twice"
    own = joining.claims["school_id"]
    assert sum(any(c["schoolId"] == own for c in one["cooperations"]) for one in now) == ROWS

    again = await upload(joining, file)
    repeated = f"/v1/imports/{again['id']}"
    await joining.until("intake", repeated, lambda now: now["state"] == "checked", 60)
    await joining.post("intake", f"{repeated}/_run", {"onProblems": "skip"})
    await joining.until("intake", repeated, lambda now: now["state"] == "done", 60)
    assert len(await employers_of(first)) == len(before) + ROWS + len(other)

    found = await first.post("intake", "/v1/employers/_search", {"text": company(ROWS - 1)["name"].lower()})
    await offer_of(first, found["items"][0], sector="detailhandel")
