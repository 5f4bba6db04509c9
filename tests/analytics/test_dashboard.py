"""The dashboard works offline, tells in words what it draws, and shows no small count."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from markupsafe import escape
from openpyxl import load_workbook

from services.analytics.api.selection import Selection, periods
from services.analytics.domain import drawing, page, pages
from services.analytics.domain.catalogue import DESCRIPTIONS, TABLES
from services.analytics.domain.counted import Count, CountTable, counted
from services.analytics.domain.measured import measured
from services.analytics.domain.scope import AMSTERDAM, Scope
from services.analytics.domain.sentences import TOO_FEW, sentence
from services.analytics.domain.sentences_of_work import NOTHING
from services.analytics.domain.work import EFFORT
from shared.errors import Invalid
from shared.events.codes import Outcome
from tests.analytics.events import DAY, a_school, an_employer, an_id, an_offer, ended, ready, started
from tests.analytics.support import tell
from tests.support.service import RunningService

PATHS = [f"/dashboard/{key}".rstrip("/") for key in pages.PAGES]


class Seen(HTMLParser):
    """The tags of a page with what they point at, and the texts of its cells row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell &= tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


async def _a_region(analytics: RunningService) -> None:
    """Nine students placed of whom three ended, an employer, and seats of an offer."""
    for event in (a_school(), an_employer(), an_offer(municipality="GM0034")):
        await tell(analytics, event)
    for n in range(9):
        await tell(analytics, ready(f"s{n}"))
        await tell(analytics, started(f"s{n}"))
    for n in range(3):
        await tell(analytics, ended(f"s{n}", Outcome.JOB, offer_id=an_id("offer")))


async def test_the_pages_load_nothing_from_elsewhere_and_say_everything_in_words(analytics: RunningService) -> None:
    await _a_region(analytics)
    for path in PATHS:
        answer = await analytics.client.get(path, params={"region": "AM11"})
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        seen = Seen(answer.text)
        targets = [attrs.get("href") or attrs.get("src") or attrs.get("action") or "" for _, attrs in seen.tags]
        assert not [target for target in targets if "//" in target]
        assert [urljoin(path, attrs["src"] or "") for attrs in seen.all("script")] == ["/dashboard/live.js"]
        assert seen.all("main")[0]["data-etag"] == answer.headers["etag"]
        assert not [tag for tag, attrs in seen.tags if "style" in attrs]
        assert len(seen.all("details")) == len(seen.all("article")), "a table behind each chart"
        assert all(attrs.get("aria-label") for attrs in seen.all("svg"))
    script = await analytics.client.get("/dashboard/live.js")
    assert script.headers["content-type"].startswith("text/javascript")
    style = await analytics.client.get("/dashboard/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "http" not in style.text


async def test_every_link_of_the_pages_leads_somewhere(analytics: RunningService) -> None:
    await _a_region(analytics)
    seen, to_see = set(), {"/dashboard?region=AM11"}
    while to_see:
        path = to_see.pop()
        seen.add(path)
        answer = await analytics.client.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            links = {urljoin(path, attrs["href"] or "") for attrs in Seen(answer.text).all("a") if "href" in attrs}
            to_see |= {link for link in links if "#" not in link} - seen
    told = {path.split("?")[0].rpartition("/")[2] for path in seen if "/tables/" in path}
    assert told == {*TABLES, "funnel-by-region"}, "a page for every table"


async def test_every_number_of_a_page_is_followed_to_its_table_and_definition(analytics: RunningService) -> None:
    """The numbers seen first, those beside bars and on the map, and the tables behind: all of every page."""
    await _a_region(analytics)
    followed: dict[str, tuple[str, set[str]]] = {}

    async def table_behind(path: str, href: str) -> set[str]:
        """What stands in the cells of a table's page, if that page says what is counted."""
        if href not in followed:
            answer = await analytics.client.get(urljoin(path, href))
            followed[href] = (answer.text, {cell.strip() for row in Seen(answer.text).rows for cell in row})
        text, cells = followed[href]
        name = urljoin(path, href).split("?")[0].rpartition("/")[2]
        about = next(one for one in DESCRIPTIONS if one.name == name)
        assert escape(about.definition) in text, name
        return cells

    for path in PATHS:
        page_of = (await analytics.client.get(path, params={"region": "AM11"})).text
        told = re.findall(r'<dd class="value"><a href="([^"]+)">([^<]*)<', page_of)
        assert len(told) == page_of.count('<dd class="value">')
        for href, number in told:
            assert number in await table_behind(path, unescape(href)), (path, href)
        for article in page_of.split("<article")[1:]:
            (href,) = re.findall(r'<a href="([^"]+)">Definitie en bestand', article)
            cells = await table_behind(path, unescape(href))
            drawn = re.findall(r'<text class="amount"[^>]*>(?:\+)?([^< ]+)', article)
            behind = [cell.strip() for row in Seen(article).rows for cell in row]
            assert {*drawn, *behind} <= cells, (path, href)
    assert len(followed) > len(PATHS)


async def test_a_region_is_told_of_without_small_counts(analytics: RunningService) -> None:
    await _a_region(analytics)
    found = (await analytics.client.get("/dashboard", params={"region": "AM11"})).text
    assert "<h1>Flevoland: overzicht</h1>" in found
    assert "Van de 9 leerlingen die op zoek gingen, kregen er 9 een plek." in found
    assert "Scholen werken samen met 1 werkgever; de meeste zitten in horeca (1)." in found
    assert "1 school en 1 werkgever in 2 gemeenten" in found
    ended_students = re.search(r"plaatsing afgelopen</th>\s*<td>(.*?)</td>", found)
    assert ended_students is not None
    assert "×" in ended_students[1]
    assert "Werkgevers naar arbeidsmarktregio" not in found


async def test_the_pages_the_api_and_the_files_tell_the_same(analytics: RunningService) -> None:
    """Of every table of every page: for a region, and those that only all regions together have, for all."""
    await _a_region(analytics)
    asked: dict[str, dict[str, str]] = {name: {} for one in pages.PAGES.values() for name in page.names_of(one, None)}
    asked |= {name: {"region": "AM11"} for one in pages.PAGES.values() for name in page.names_of(one, "AM11")}
    for name, query in asked.items():
        told = (await analytics.client.get(f"/v1/tables/{name}", params=query)).json()
        at = f"/dashboard/tables/{name}"
        assert _read(await analytics.client.get(at, params=query)) == _cells(told, "×", "–"), name
        as_csv = await analytics.client.get(f"/v1/tables/{name}", params={**query, "format": "csv"})
        lines = list(csv.reader(io.StringIO(as_csv.text)))[1:]
        assert [line[1:] for line in lines] == _cells(told, "", ""), name
        as_xlsx = await analytics.client.get(at, params={**query, "format": "xlsx"})
        sheet = load_workbook(io.BytesIO(as_xlsx.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
        assert [_texts(row) for row in sheet] == _cells(told, "niet getoond", ""), name


def _read(answer: httpx.Response) -> list[list[str]]:
    return [[text.strip() for text in row] for row in Seen(answer.text).rows[1:]] or []


def _cells(told: Mapping[str, Any], hidden: str, nothing: str) -> list[list[str]]:
    keys = [column["key"] for column in told["columns"]]
    return [
        [
            row["label"],
            *(
                str(value) if value is not None else hidden if key in row["hidden"] else nothing
                for key, value in zip(keys, row["values"], strict=True)
            ),
        ]
        for row in told["rows"]
    ] or ([["Nog niets."]] if nothing else [])


def _texts(row: tuple[object, ...]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


async def test_a_page_is_sent_again_only_when_something_was_counted(analytics: RunningService) -> None:
    await tell(analytics, a_school())
    today = datetime.now(AMSTERDAM).date()
    first = await analytics.client.get("/dashboard/employers")
    kept = {"If-None-Match": first.headers["etag"]}
    again = await analytics.client.get("/dashboard/employers", headers=kept)
    assert again.status_code == 304 or datetime.now(AMSTERDAM).date() != today  # a day has figures of its own
    assert (await analytics.client.get("/dashboard/trends", headers=kept)).status_code == 200
    await tell(analytics, an_employer())
    assert (await analytics.client.get("/dashboard/employers", headers=kept)).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("region=AM99", 400),
        ("region=longer-than-any-region", 400),
        ("period=ooit", 400),
        ("school=99AA00", 401),
        ("period=2024-2025&region=AM11", 200),
    ],
)
async def test_what_cannot_be_shown_is_told_on_a_page(analytics: RunningService, query: str, status: int) -> None:
    answer = await analytics.client.get(f"/dashboard?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.text
    if status == 200:  # a school year of others: what is of students is left out, and named
        assert "Niet over deze periode of voor één school: Van zoeken tot plek" in answer.text


def test_a_period_is_a_calendar_year_or_a_school_year() -> None:
    assert Selection(period="2025").days == (date(2025, 1, 1), date(2025, 12, 31))
    assert Selection(period="2025-2026").days == (date(2025, 8, 1), date(2026, 7, 31))
    with pytest.raises(Invalid):
        assert Selection(period="2025-2027").days
    chosen = [code for code, _ in periods(date(2026, 3, 1), 2024, school_years=True)]
    assert chosen == ["", "2025-2026", "2024-2025", "2025", "2024"]


def test_what_a_placement_costs_is_nothing_before_there_is_one() -> None:
    of_own = measured(EFFORT, [], Scope(as_of=DAY, hide=False))
    assert sentence(of_own) == NOTHING
    assert sentence(measured(EFFORT, [], Scope(as_of=DAY))) == TOO_FEW


def test_the_map_draws_a_region_to_its_north_and_names_nothing_over_another() -> None:
    table = TABLES[pages.MAP]
    assert isinstance(table, CountTable)
    counts = [Count("AM11", "GM0034", "employers", 8), Count("AM11", "GM0995", "employers", 2)]
    counts += [Count("AM11", "GM0995", "opening", 3), Count("AM11", "unknown", "employers", 1)]
    drawn = drawing.region_map(counted(table, counts, Scope(as_of=DAY)), "AM11")
    almere, lelystad, urk = (next(s for s in drawn.spots if s.name == name) for name in ("Almere", "Lelystad", "Urk"))
    assert almere.y > lelystad.y > urk.y
    assert almere.x < lelystad.x
    assert almere.radius == 2 * lelystad.radius
    assert (lelystad.opening, urk.radius, drawn.elsewhere) == (3, 0, 1)
    country = drawing.region_map(counted(table, counts, Scope(as_of=DAY)), None)
    assert {spot.name for spot in country.spots} == {"Almere", "Lelystad"}


async def test_what_a_chart_may_say_beside_it_has_its_place_when_it_says_nothing(told: RunningService) -> None:
    """Else the opened table of a chart moves on a page that keeps itself up to date."""
    await tell(told, ready("Sam"))
    page = (await told.client.get("/dashboard?region=AM11")).text
    before = [one.partition('class="behind"')[0] for one in page.split("<article aria-labelledby")[1:]]
    assert before
    assert {one.count('<p class="remark"') for one in before} == {2}
