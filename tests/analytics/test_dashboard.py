"""The dashboard works offline, tells in words what it draws, and shows no small count."""

import re
from html.parser import HTMLParser

import pytest

from services.analytics.domain.page import duration
from shared.events.codes import Outcome
from tests.analytics.events import a_school, an_employer, an_id, ended, ready, started
from tests.analytics.support import tell
from tests.support.service import RunningService


class Seen(HTMLParser):
    """The tags of a page with what they point at."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


async def test_the_page_loads_nothing_from_elsewhere_and_says_everything_in_words(analytics: RunningService) -> None:
    answer = await analytics.client.get("/dashboard")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    seen = Seen(answer.text)
    targets = [attrs.get("href") or attrs.get("src") or attrs.get("action") or "" for _, attrs in seen.tags]
    assert not [target for target in targets if "//" in target]
    assert not seen.all("script")
    assert not [tag for tag, attrs in seen.tags if "style" in attrs]
    assert len(seen.all("details")) == len(seen.all("article"))
    assert all(attrs.get("aria-label") for attrs in seen.all("svg"))
    style = await analytics.client.get("/dashboard/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "http" not in style.text


async def test_the_page_tells_of_a_region_without_small_counts(analytics: RunningService) -> None:
    await tell(analytics, a_school())
    await tell(analytics, an_employer())
    for n in range(9):
        await tell(analytics, ready(f"s{n}"))
        await tell(analytics, started(f"s{n}"))
    for n in range(3):
        await tell(analytics, ended(f"s{n}", Outcome.JOB, offer_id=an_id("offer")))
    page = (await analytics.client.get("/dashboard", params={"region": "AM11"})).text
    assert "<h1>Flevoland in cijfers</h1>" in page
    assert "Van de 9 leerlingen die op zoek gingen, kregen er 9 een plek." in page
    assert "Scholen werken samen met 1 werkgever; de meeste zitten in horeca (1)." in page
    ended_students = re.search(r"plaatsing afgelopen</th>\s*<td>(.*?)</td>", page)
    assert ended_students is not None
    assert "×" in ended_students[1]
    assert "Werkgevers naar arbeidsmarktregio" not in page


async def test_a_region_that_does_not_exist_is_refused(analytics: RunningService) -> None:
    assert (await analytics.client.get("/dashboard", params={"region": "AM99"})).status_code == 400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0.2, "< 1 s"), (1.4, "1 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 uur"), (200_000, "2 dagen")],
)
def test_a_wait_is_told_in_the_unit_that_people_think_in(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words
