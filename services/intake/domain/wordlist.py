"""Codes with their words, as they are written down: a line each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A code in words."""

    nl: str
    en: str


def words_of(text: str) -> dict[str, Words]:
    """The codes of a list, in its order; a line is `code | Dutch | English`."""
    rows = (line.split("|") for line in text.strip().splitlines())
    return {code.strip(): Words(nl.strip(), en.strip()) for code, nl, en in rows}
