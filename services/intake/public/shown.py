"""What a page shows and asks: data alone, which one template draws, so that no page forgets a label or an error."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from services.intake.domain.codes import Words
from services.intake.domain.dutch import in_words
from services.intake.linking import Held
from shared.api import Body
from shared.events.codes import Code
from shared.unit_of_work import UnitOfWork

Choices: TypeAlias = tuple[tuple[str, str], ...]
"""Value and words."""


@dataclass(frozen=True)
class Question:
    """A field of a form. `kind`: `choice`, `choices`, `select`, `number`, `date`, `line`, `text` or `telephone`."""

    name: str
    label: str
    kind: str
    wrong: str
    """What to do when it is not filled in as it can be."""
    hint: str = ""
    choices: Choices = ()
    value: str = ""
    several: tuple[str, ...] = ()
    """Of `choices`: those that were chosen before."""
    optional: bool = False
    autocomplete: str = ""
    least: int = 1
    most: int = 500
    """Of a `number`."""

    @property
    def known(self) -> tuple[str, ...]:
        """What the field holds before anything is filled in."""
        return self.several or ((self.value,) if self.value else ())


@dataclass(frozen=True)
class Section:
    """Facts under a heading, each with its name."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A page before it is answered."""

    heading: str
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    questions: tuple[Question, ...] = ()
    button: str = "Doorgeven"
    calm: str = ""
    """What happens with the answer, beside the button."""
    piecemeal: bool = False
    """Whatever is left empty: that is said once, not at each question."""


@dataclass(frozen=True)
class Said:
    """What came of an answer: its code, what the school reads, and what the holder is told."""

    code: Code
    document: Mapping[str, Any]
    thanks: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A purpose as a page: what it shows, the form that it takes, and what it does with it."""

    form: type[Body]
    show: Callable[[UnitOfWork, Held], Awaitable[Shown]]
    act: Callable[[UnitOfWork, Held, Any], Awaitable[Said]]


@dataclass(frozen=True)
class Problems:
    """What was not right in a form, by field; `again`: somebody else was first."""

    by_field: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


def period(begin: date, end: date | None) -> str:
    """From when until when."""
    return f"{in_words(begin)} tot en met {in_words(end)}" if end else f"vanaf {in_words(begin)}"


def chosen(words: Mapping[str, Words]) -> Choices:
    """A code list as choices."""
    return tuple((code, said.nl) for code, said in words.items())


def spelt(codes: Mapping[str, Words], several: "tuple[str, ...]") -> str:
    """Codes in words, in a row; a code of another installation as it is."""
    return ", ".join(codes[code].nl if code in codes else code for code in several)
