"""What schools and employers answer to questionnaires: who says what is made up, how many say it is the report's."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.demo.actors import Actor
from deploy.demo.player import AT_ONCE, Player
from shared.events.codes import SchoolKind

SAID: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads(
    (Path(__file__).parent / "data/report_opinions.json").read_text("utf-8")
)
"""By whom (`schools`, `employers`) and question: how many of `n` gave which answer, or of each kind of school."""

GROUP_SIZES = (5, 10, 7, 8, 6)
"""The report: about five to ten students."""

OPEN_FOR = timedelta(days=30)

Item = Mapping[str, Any]
"""A question of a questionnaire, as intake's API gives it."""


@dataclass
class Speaker:
    """A school, or an employer that a school of that kind found, and what it answered."""

    region: str
    kind: SchoolKind
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"answers": list(self.answers.values()), "finished": True}

    def is_asked(self, item: Item) -> bool:
        """Whether the item's condition holds by the answers so far."""
        if (condition := item.get("askedIf")) is None:
            return True
        earlier = self.answers.get(condition["question"], {})
        return bool(set(earlier.get("codes", ())) & set(condition["codes"]))


def answered(speakers: list[Speaker], items: Sequence[Item], said: Mapping[str, Mapping[str, Any]]) -> list[Speaker]:
    """The speakers with their answers: of each question as many of each as in the report."""
    for turn, item in enumerate(items):
        whom = [speaker for speaker in speakers if speaker.is_asked(item)]
        if item["kind"] == "number":
            for number, speaker in enumerate(whom):
                size = GROUP_SIZES[number % len(GROUP_SIZES)]
                speaker.answers[item["code"]] = {"question": item["code"], "number": size}
        elif item["kind"] != "open":
            _choose(whom, item, said[item["code"]], turn)
    return speakers


def _choose(whom: Sequence[Speaker], item: Item, said: Mapping[str, Any], turn: int) -> None:
    """Give each answer to as many as gave it, beginning with somebody else each time."""
    assert len(whom) == said["n"], item["code"]
    silent = said.get("unanswered", 0)
    speaking = whom[: len(whom) - silent] if silent else whom
    chosen: dict[int, list[str]] = {number: [] for number in range(len(speaking))}
    one = item["kind"] == "single"
    for number, (code, count) in enumerate(_counts(item, said)):
        free = [n for n in chosen if not (one and chosen[n])]
        start = 0 if one else (turn * 5 + number * 7) % len(free)
        for kind, many in count:
            fits = [n for n in (*free[start:], *free[:start]) if kind is None or speaking[n].kind is kind]
            assert len(fits) >= many, (item["code"], code)
            for n in fits[:many]:
                chosen[n].append(code)
    for n, codes in chosen.items():
        if codes or not one:
            speaking[n].answers[item["code"]] = {"question": item["code"], "codes": codes}


def _counts(item: Item, said: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[SchoolKind | None, int]]]]:
    """Of each choice, how many of which kind gave it; none: of whichever."""
    for choice in item["choices"]:
        count = said.get(choice["code"], 0)
        by_kind = count if isinstance(count, dict) else {None: count}
        yield choice["code"], [(None if kind is None else SchoolKind(kind), many) for kind, many in by_kind.items()]


async def given(player: Player) -> None:
    """All schools answer, and all employers in a talk with the school that found them."""
    operator = await player.actors.operator()
    schools = [Speaker(school.region, school.kind) for school in player.population.schools]
    tellers = [(school.brin, player.schools[school.brin]) for school in player.population.schools]
    await _asked(player, operator, "school", schools, tellers)
    employers = [Speaker(employer.region, employer.found_through) for employer in player.population.employers]
    tellers = [(one.brought_in_by, player.employers[one.key]) for one in player.population.employers]
    await _asked(player, operator, "employer", employers, tellers)


async def _asked(
    player: Player, operator: Actor, name: str, speakers: list[Speaker], tellers: Sequence[tuple[str, str]]
) -> None:
    """Open a round, and send what everybody says: by which school, about which organisation."""
    today = datetime.now(UTC).date()
    body = {
        "questionnaire": name,
        "regions": sorted({speaker.region for speaker in speakers}),
        "fromDate": today.replace(month=1, day=1).isoformat(),
        "untilDate": today.replace(month=12, day=31).isoformat(),
        "closesDate": (today + OPEN_FOR).isoformat(),
    }
    opened = await operator.post("intake", "/v1/questionnaire-rounds", body)
    asked = await operator.get("intake", f"/v1/questionnaires/{name}/versions/{opened['questionnaireVersion']}")
    gate = asyncio.Semaphore(AT_ONCE)

    async def tell(speaker: Speaker, brin: str, organisation: str) -> None:
        path = f"/v1/questionnaire-rounds/{opened['id']}/responses/{organisation}"
        async with gate:
            await (await player.actors.coordinator(brin)).call("PUT", "intake", path, body=speaker.body)

    speaking = answered(speakers, asked["items"], SAID[f"{name}s"])
    await asyncio.gather(*(tell(one, *teller) for one, teller in zip(speaking, tellers, strict=True)))


async def misheard(operator: Actor) -> list[str]:
    """Tables of opinions that are not the report's; empty when all are."""
    asked = [(who, question, said) for who in ("schools", "employers") for question, said in SAID[who].items()]
    tables = await asyncio.gather(
        *(operator.get("analytics", f"/v1/tables/{who}-say-{question}") for who, question, _ in asked)
    )
    wrong = []
    for (who, question, said), table in zip(asked, tables, strict=True):
        counted = {row["code"]: row["values"][0] for row in table["rows"]} | {"n": table["n"]}
        expected = {code: sum(n.values()) if isinstance(n, dict) else n for code, n in said.items()}
        if differing := [code for code, n in expected.items() if code != "unanswered" and counted[code] != n]:
            wrong.append(f"{who} on {question}: otherwise than in the report: {', '.join(differing)}")
    return wrong
