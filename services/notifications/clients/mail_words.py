"""The words of mails: every letter and digest as plain text and HTML, with links and no names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from services.notifications.domain.digest import Group, Part
from services.notifications.domain.wishes import Category, Rhythm

TEMPLATES = Path(__file__).parent.parent / "templates"

CLOSING = (
    "In deze mail staan geen namen van leerlingen. U kiest zelf welke mails u krijgt, bij uw instellingen in Stagebrug."
)

HEADINGS = {
    Part.SOON: "Doe dit eerst: het kan niet wachten",
    Part.TO_DO: "Dit kunt u doen",
    Part.TO_KNOW: "Goed om te weten",
}

TURNED_OFF = {
    Category.PROPOSALS: "mails over plekken voor leerlingen",
    Category.PLACEMENTS: "mails over plaatsingen",
    Category.GUIDANCE: "mails over bezoeken en nazorg",
    Category.RELATIONS: "mails over bedrijven die u kent",
    Category.ANSWERS: "mails over antwoorden via een link",
    Category.QUESTIONS: "mails over vragen en vragenlijsten",
    Category.PROGRAMMES: "mails over programma’s",
    Rhythm.DAILY: "het overzicht van elke dag",
    Rhythm.WEEKLY: "het overzicht van elke week",
    Rhythm.NONE: "alle mails",
}
"""What somebody can turn off with one click."""

_OPENINGS = {
    Rhythm.DAILY: "Dit is uw overzicht van vandaag. Bovenaan staat wat het eerst moet.",
    Rhythm.WEEKLY: "Dit is uw overzicht van deze week. Bovenaan staat wat het eerst moet.",
}


@dataclass(frozen=True)
class Written:
    """A mail in words."""

    subject: str
    plain: str
    html: str


@dataclass(frozen=True)
class OptOut:
    """With which address somebody wants what no more."""

    what: Category | Rhythm
    url: str


class Stationery:
    """Writes letters and digests from their templates."""

    def __init__(self, front_end_url: str) -> None:
        self._front_end = front_end_url.rstrip("/")
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def letter(
        self, template: str, facts: object, *, path: str = "", url: str = "", opt_out: OptOut | None = None
    ) -> Written:
        """A letter with its link: a `path` of the front end, or the `url` of who has no account."""
        words = self._words(template, facts)
        values = {
            "words": words,
            "link": url or f"{self._front_end}{path}",
            "front_end": self._front_end,
            "closing": getattr(words, "closing", CLOSING),
        }
        return self._written("letter", words.subject, values, opt_out)

    def digest(self, rhythm: Rhythm, groups: Sequence[Group], opt_out: OptOut | None = None) -> Written:
        """What to do next, with a link for each."""
        parts = [
            {"heading": HEADINGS[part], "groups": [self._group(group) for group in members]}
            for part, members in groupby(groups, key=lambda group: group.part)
        ]
        values = {"opening": _OPENINGS[rhythm], "parts": parts, "closing": CLOSING}
        return self._written("digest", _subject(groups), values, opt_out)

    def page(self, subject: str, lines: Sequence[str], button: str = "") -> str:
        """A small page for who wants mail no more."""
        values = {"subject": subject, "lines": lines, "button": button, "closing": "Stagebrug", "opt_out": None}
        return self._templates.get_template("opted-out.html").render(values)

    def _group(self, group: Group) -> Mapping[str, object]:
        labels = _told_apart([str(self._words(item.template, item.facts).label) for item in group.items])
        items = [
            {"label": label, "link": f"{self._front_end}{item.path}"}
            for label, item in zip(labels, group.items, strict=True)
        ]
        more = f"En nog {group.more}. U ziet ze allemaal in Stagebrug." if group.more else ""
        return {"task": self._words(group.template, group.items[0].facts).task, "links": items, "more": more}

    def _words(self, template: str, facts: object) -> Any:
        return self._templates.get_template(f"{template}.txt").make_module({"facts": facts})

    def _written(self, layout: str, subject: str, values: Mapping[str, object], opt_out: OptOut | None) -> Written:
        opts = {"opt_out": opt_out.url if opt_out else None, "opt_out_words": opt_out_words(opt_out) if opt_out else ""}
        everything = {**values, **opts, "subject": subject}
        plain, html = (self._templates.get_template(f"{layout}.{kind}").render(everything) for kind in ("txt", "html"))
        return Written(subject, plain, html)


def opt_out_words(opt_out: OptOut) -> str:
    """What a link does does."""
    return f"Ik wil {TURNED_OFF[opt_out.what]} niet meer"


def _told_apart(labels: Sequence[str]) -> list[str]:
    """Links that read the same get numbers: who hears them read out can choose one."""
    alike = Counter(labels)
    seen: Counter[str] = Counter()
    found = []
    for label in labels:
        seen[label] += 1
        found.append(f"{label} ({seen[label]})" if alike[label] > 1 else label)
    return found


def _subject(groups: Sequence[Group]) -> str:
    """How much there is to do, and how much of it soon."""
    count = {part: sum(len(g.items) + g.more for g in groups if g.part is part) for part in Part}
    to_do = count[Part.SOON] + count[Part.TO_DO]
    if to_do == 0:
        return "Er is nieuws: u hoeft niets te doen"
    things = "1 ding" if to_do == 1 else f"{to_do} dingen"
    soon = f", {count[Part.SOON]} met haast" if count[Part.SOON] else ""
    return f"U heeft {things} te doen{soon}"
