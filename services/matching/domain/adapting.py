"""Adapted work (M8): where only a demand of the work stands in the way, the employer can be asked to leave it out.

What a student cannot do is told to the own school alone: the question speaks of the work, and no event of either.
"""

from collections.abc import Iterable

from services.matching.domain import words
from services.matching.domain.obstacles import Obstacle
from services.matching.domain.pairs import Pair

MOST_LEFT_OUT = 2
"""Work without three of its demands is other work: that asks for a talk, no question."""

DEMANDS = "demands"
"""The rule that a question can lift."""


FORGOTTEN = "Paste als het werk werd aangepast."
"""What is left of a question once the search has ended: that there was one."""


def clash(pair: Pair) -> tuple[str, ...]:
    """The demands of the work that the student cannot meet."""
    if not pair.profile.limits:
        return ()
    return tuple(sorted(set(pair.opening.offer.demands) & set(pair.profile.limits)))


def may_be_asked(pair: Pair, left_out: Iterable[str]) -> bool:
    """Whether the employer did not say yet that one of them cannot be left out."""
    return set(pair.opening.offer.essential).isdisjoint(left_out)


def demands(pair: Pair) -> Obstacle | None:
    """The work asks nothing that the student cannot do."""
    if not (found := clash(pair)):
        return None
    if not may_be_asked(pair, found):
        kept = sorted(set(found) & set(pair.opening.offer.essential))
        return Obstacle(DEMANDS, f"Het bedrijf zegt dat het werk niet zonder {_named(kept)} kan.", len(found))
    return Obstacle(DEMANDS, f"Kan wel als het werk zonder {_named(found)} kan: vraag dat het bedrijf.", len(found))


def sentence(left_out: Iterable[str]) -> str:
    """What a proposal says that needs the employer's yes first."""
    return f"Past als het werk zonder {_named(left_out)} kan: vraag dat eerst aan het bedrijf."


def question(left_out: Iterable[str]) -> str:
    """What to ask the employer; it says nothing of the student."""
    return f"Kan het werk op deze plek ook zonder {_named(left_out)}?"


def _named(codes: Iterable[str]) -> str:
    return words.listed(words.demand(code) for code in codes)
