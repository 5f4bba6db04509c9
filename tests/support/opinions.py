"""Answers to questionnaires that give the report's tables of opinions: who says what is made up, how many say it is not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.intake.domain.questionnaire import Item, ItemKind, Questionnaire
from services.intake.questionnaire_data import questionnaire
from shared.events.codes import SchoolKind

DATA = Path(__file__).parents[1] / "analytics/data"
SAID: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads((DATA / "report_opinions.json").read_text("utf-8"))
REGIONS = {
    "Flevoland": "AM11",
    "Friesland": "AM02",
    "Groningen": "AM01",
    "Haaglanden": "AM21",
    "Midden-Gelderland": "AM07",
    "Noordoost-Brabant": "AM27",
    "West-Brabant": "AM25",
    "Zuid-Limburg": "AM30",
    "Zwolle": "AM36",
}
GROUP_SIZES = (5, 10, 7, 8, 6)
"""The report: about five to ten students."""


@dataclass
class Speaker:
    """A made-up school, or an employer that a school of that kind found."""

    region: str
    kind: SchoolKind
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"answers": list(self.answers.values()), "finished": True}

    def is_asked(self, item: Item) -> bool:
        """Whether the item's condition holds by the answers so far."""
        if item.asked_if is None:
            return True
        earlier = self.answers.get(item.asked_if.question, {})
        return bool(set(earlier.get("codes", ())) & set(item.asked_if.codes))


def schools() -> list[Speaker]:
    """The 30 schools of the report, by region and kind, with what they answered."""
    register = json.loads((DATA / "report_register.json").read_text("utf-8"))["schools_by_region"]
    speakers = [
        Speaker(code, kind)
        for name, code in REGIONS.items()
        for kind, count in zip(SchoolKind, register[name], strict=False)
        for _ in range(count)
    ]
    return _answered(speakers, questionnaire("school", 1), SAID["schools"])


def employers() -> list[Speaker]:
    """The 37 employers, found through 16 PrO and 21 VSO schools, with what they answered."""
    register = json.loads((DATA / "report_register.json").read_text("utf-8"))["employers_by_region"]
    regions = [code for name, code in REGIONS.items() for _ in range(register[name])]
    kinds = [SchoolKind.PRO if number * 16 % 37 < 16 else SchoolKind.VSO for number in range(37)]
    speakers = [Speaker(region, kind) for region, kind in zip(regions, kinds, strict=True)]
    return _answered(speakers, questionnaire("employer", 1), SAID["employers"])


def _answered(speakers: list[Speaker], asked: Questionnaire, said: Mapping[str, Mapping[str, Any]]) -> list[Speaker]:
    for turn, item in enumerate(asked.items):
        whom = [speaker for speaker in speakers if speaker.is_asked(item)]
        if item.kind is ItemKind.NUMBER:
            for number, speaker in enumerate(whom):
                size = GROUP_SIZES[number % len(GROUP_SIZES)]
                speaker.answers[item.code] = {"question": item.code, "number": size}
        elif item.kind is not ItemKind.OPEN:
            _choose(whom, item, said[item.code], turn)
    return speakers


def _choose(whom: Sequence[Speaker], item: Item, said: Mapping[str, Any], turn: int) -> None:
    """Give each answer to as many as gave it, beginning with somebody else each time."""
    assert len(whom) == said["n"], item.code
    silent = said.get("unanswered", 0)
    speaking = whom[: len(whom) - silent] if silent else whom
    chosen: dict[int, list[str]] = {number: [] for number in range(len(speaking))}
    for number, (code, count) in enumerate(_counts(item, said)):
        one = item.kind is ItemKind.SINGLE
        free = [n for n in chosen if not (one and chosen[n])]
        start = 0 if one else (turn * 5 + number * 7) % len(free)
        for kind, many in count:
            fits = [n for n in (*free[start:], *free[:start]) if kind is None or speaking[n].kind is kind]
            assert len(fits) >= many, (item.code, code)
            for n in fits[:many]:
                chosen[n].append(code)
    for n, codes in chosen.items():
        if codes or item.kind is ItemKind.MULTI:
            speaking[n].answers[item.code] = {"question": item.code, "codes": codes}


def _counts(item: Item, said: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[SchoolKind | None, int]]]]:
    """Of each choice, how many of which kind gave it; none: of whichever."""
    for choice in item.choices:
        count = said.get(choice.code, 0)
        by_kind = count if isinstance(count, dict) else {None: count}
        yield choice.code, [(None if kind is None else SchoolKind(kind), many) for kind, many in by_kind.items()]
