"""What somebody who searches typed, and which words of the register that can mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from services.intake.domain.likeness import folded, normalised_name

MOST_WORDS: Final = 8
"""Who types more has found it already, or pasted something."""

SHORTEST_MISTYPED: Final = 4
"""With an error in it, a word of three letters could be any."""

LONG: Final = 8
"""From so many letters on two typing errors are forgiven, else one (a letter too many, too few, other, or swapped)."""


@dataclass(frozen=True)
class Sought:
    """A typed word: what it can be a form of or a compound with, and when it is the last, how it may go on."""

    word: str
    stemmed: str = ""
    """As a tsquery of the database's Dutch dictionary; empty for a word that it does not count."""
    others: tuple[str, ...] = ()
    unfinished: bool = False

    @property
    def strict(self) -> str:
        """What was typed, as a tsquery."""
        typed = f"'{self.word}'{':*' if self.unfinished else ''}"
        return " | ".join(filter(None, (typed, self.stemmed)))

    @property
    def wide(self) -> str:
        """What was typed or can be meant, as a tsquery."""
        return " | ".join((self.strict, *(f"'{other}'" for other in self.others)))


@dataclass(frozen=True)
class Searched:
    """All that was typed: an employer has every word of it."""

    text: str
    """Folded."""
    words: tuple[Sought, ...]

    @property
    def strict(self) -> str:
        """As typed, as a tsquery."""
        return " & ".join(f"({word.strict})" for word in self.words)

    @property
    def wide(self) -> str:
        """As it can be meant, as a tsquery."""
        return " & ".join(f"({word.wide})" for word in self.words)


def typed_words(text: str) -> list[str]:
    """The words that count of what was typed: no articles and legal forms, unless there is nothing else."""
    return list(dict.fromkeys(normalised_name(text).split()))[:MOST_WORDS]


def searched(text: str, stems: Mapping[str, str], known: Mapping[str, Iterable[str]]) -> Searched:
    """What to look for; `known` has for each typed word those of the register that hold it or look like it."""
    typed = typed_words(text)
    words = [
        Sought(word, stems.get(word, ""), tuple(_meant(word, known.get(word, ()))), unfinished=word == typed[-1])
        for word in typed
    ]
    return Searched(folded(text), tuple(words))


def _meant(word: str, known: Iterable[str]) -> list[str]:
    """Compounds with the word in them, as Dutch makes them (`zorg`: `thuiszorg`), and words that it is a typo of."""
    errors = 0 if len(word) < SHORTEST_MISTYPED else 1 if len(word) < LONG else 2
    return [other for other in known if word in other or OSA.distance(word, other) <= errors]
