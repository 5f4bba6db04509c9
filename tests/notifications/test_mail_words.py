"""The words of every letter and digest, as they are mailed.

`STAGEBRUG_WRITE_SNAPSHOTS=1 pytest tests/notifications/test_mail_words.py` writes them anew; read what changed.
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.notifications.clients.mail_examples import NAMES, example
from services.notifications.clients.mail_words import Stationery
from services.notifications.domain.letters import CATEGORIES
from services.notifications.domain.wishes import Category
from tests.support.service import RunningService

SNAPSHOTS = Path(__file__).parent / "letters"

STATIONERY = Stationery("https://stagebrug.example")

LONGEST_SENTENCE = 20
"""Words, at language level B1."""


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_reads_as_it_was_judged(name: str) -> None:
    written = example(name, STATIONERY)
    for kind, text in (("txt", f"{written.subject}\n\n{written.plain}"), ("html", written.html)):
        snapshot = SNAPSHOTS / f"{name}.{kind}"
        if os.environ.get("STAGEBRUG_WRITE_SNAPSHOTS"):
            snapshot.parent.mkdir(exist_ok=True)
            snapshot.write_text(text, encoding="utf-8")
        assert text == snapshot.read_text(encoding="utf-8")


def test_there_is_a_snapshot_of_every_letter_and_of_no_other() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(NAMES)
    assert set(CATEGORIES.values()) == set(Category)


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_say_the_same_with_the_same_links(name: str) -> None:
    written = example(name, STATIONERY)
    read = Read()
    read.feed(written.html)
    assert read.links
    assert sorted(read.links) == sorted(re.findall(r"https://\S+", written.plain))
    said = " ".join(read.words)
    for line in written.plain.splitlines():
        heading = line.isupper()
        words = re.sub(r"https://\S+", "", line).strip(" -:").strip()
        assert words in said or heading, words


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_short(name: str) -> None:
    written = example(name, STATIONERY)
    for sentence in re.split(r"[.?!:;\n]", re.sub(r"https://\S+", "", written.plain)):
        assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


class Read(HTMLParser):
    """The text and the links of a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if (tag, name) == ("a", "href") and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


async def test_an_operator_looks_at_every_letter_and_nobody_else_does(running: RunningService) -> None:
    async with running.as_("operator") as operator:
        listed = (await operator.get("/v1/letters")).json()["items"]
        assert [each["template"] for each in listed] == list(NAMES)
        assert {each["category"] for each in listed} == {*Category, None}
        for each in listed:
            page = await operator.get(f"/v1/letters/{each['template']}")
            assert page.status_code == 200
            assert page.headers["Content-Type"].startswith("text/html")
            assert each["subject"] in page.text
        text = await operator.get("/v1/letters/match-proposed", params={"as": "text"})
        assert text.headers["Content-Type"].startswith("text/plain")
        assert text.text.startswith("Er is een plek gevonden voor een leerling\n\nGoedendag,")
        for unknown in ("nothing", "..%2Fletter", "letter", "frame"):
            assert (await operator.get(f"/v1/letters/{unknown}")).status_code == 404
    async with running.as_("coordinator", schools=["01AB00"]) as coordinator:
        for path in ("/v1/letters", "/v1/letters/match-proposed"):
            assert (await coordinator.get(path)).status_code == 403
