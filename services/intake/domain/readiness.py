"""What is asked before a student can look for a place, and what makes a better match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.events.codes import PlacementKind

if TYPE_CHECKING:
    from services.intake.domain.student import StudentFacts

ORIENTATION = frozenset({PlacementKind.TASTER, PlacementKind.LEARN_WORK_CENTRE})
"""Kinds in which a student finds out what to wish for, so that none is asked beforehand (M3)."""


_NEEDED = {
    "address": "het adres",
    "travel": "hoe en hoe lang de leerling kan reizen",
    "guidance_need": "hoeveel begeleiding nodig is",
    "outflow_profile": "het uitstroomprofiel",
    "placement_kind": "wat voor plek gezocht wordt",
    "begin_date": "vanaf wanneer de leerling kan beginnen",
    "weekdays": "op welke dagen de leerling kan",
    "days_per_week": "hoeveel dagen per week",
}


def missing(facts: StudentFacts) -> dict[str, str]:
    """What is needed before a place can be looked for: Dutch words by JSON pointer."""
    fields = type(facts).model_fields
    found = {f"/{fields[name].alias}": what for name, what in _NEEDED.items() if not getattr(facts, name)}
    if not facts.wishes and facts.placement_kind not in ORIENTATION:
        found["/wishes"] = "minstens één wens"
    return found


@dataclass(frozen=True)
class ReadinessItem:
    """One line of the checklist: whether something is known, in a Dutch sentence, and where to fill it in."""

    pointer: str
    present: bool
    needed: bool
    """Without it no place can be looked for; the others make a better match."""
    sentence: str


_HELPFUL = {
    "skills": "de werknemersvaardigheden",
    "level": "het niveau",
    "possibilities": "wat de leerling goed kan",
}


def checklist(facts: StudentFacts) -> list[ReadinessItem]:
    """All that is asked before a place can be looked for, and what helps, in the order in which it is filled in."""
    lacking, fields = missing(facts), type(facts).model_fields
    needed = {f"/{fields[name].alias}": what for name, what in _NEEDED.items()}
    if facts.placement_kind not in ORIENTATION:
        needed["/wishes"] = "minstens één wens"
    helpful = {f"/{fields[name].alias}": (what, bool(getattr(facts, name))) for name, what in _HELPFUL.items()}
    items = [ReadinessItem(at, at not in lacking, True, _told(what, at not in lacking)) for at, what in needed.items()]
    return items + [ReadinessItem(at, known, False, _told(what, known)) for at, (what, known) in helpful.items()]


def _told(what: str, known: bool) -> str:
    return f"Bekend: {what}." if known else f"Vul nog in: {what}."
