"""What a declined proposal teaches for one student, until the profile changes or the school lets go of it.

It is a constraint of this student with a distance or an employer: never a trait of the student, and nobody else's.
"""

from collections.abc import Callable, Mapping
from typing import Final

from services.matching.domain import travel, words
from services.matching.domain.model import GUIDANCE_ORDER, Lesson, Search
from services.matching.domain.obstacles import Obstacle
from services.matching.domain.pairs import Pair

LEARNED: Final = "learned"


def _too_far(lesson: Lesson, pair: Pair) -> Obstacle | None:
    if pair.minutes < lesson.minutes:
        return None
    text = f"{_way(lesson, pair.search)} was eerder te ver: kan wel als dat toch mag."
    return Obstacle(LEARNED, text, pair.minutes - lesson.minutes + 1)


def _work(lesson: Lesson, pair: Pair) -> Obstacle | None:
    if not _same_employer(lesson, pair) or lesson.sector != pair.opening.offer.sector:
        return None
    sector = words.sector(lesson.sector)
    return Obstacle(
        LEARNED, f"Het werk ({sector}) bij dit bedrijf paste eerder niet: kan wel als het nu ander werk is."
    )


def _guidance(lesson: Lesson, pair: Pair) -> Obstacle | None:
    offered = GUIDANCE_ORDER.index(pair.opening.offer.guidance)
    if not _same_employer(lesson, pair) or offered > GUIDANCE_ORDER.index(lesson.guidance):
        return None
    return Obstacle(LEARNED, "De begeleiding bij dit bedrijf paste eerder niet: kan wel als het bedrijf nu meer geeft.")


def _employer(lesson: Lesson, pair: Pair) -> Obstacle | None:
    if not _same_employer(lesson, pair):
        return None
    return Obstacle(LEARNED, "Dit bedrijf wilde eerder niet: kan wel als het daar nu anders over denkt.", 3)


def _same_employer(lesson: Lesson, pair: Pair) -> bool:
    return lesson.employer_id == pair.opening.offer.employer_id


def _way(lesson: Lesson, search: Search) -> str:
    minutes, doing = words.count(lesson.minutes, "minuut", "minuten"), travel.IN_WORDS[search.profile.travel.mode]
    return f"{minutes} {doing}"


TEACHES: Mapping[str, Callable[[Lesson, Pair], Obstacle | None]] = {
    "too-far": _too_far,
    "work-does-not-fit": _work,
    "guidance-does-not-fit": _guidance,
    "employer-declined": _employer,
}
"""Reasons for declining that say more than "not this place"; the others teach nothing."""


def learned(pair: Pair) -> Obstacle | None:
    """No lesson of an earlier answer speaks against it; of several the one that is nearest to good is told."""
    found = [TEACHES[lesson.reason](lesson, pair) for lesson in pair.search.lessons if lesson.reason in TEACHES]
    return min((one for one in found if one), key=lambda one: one.gap, default=None)


def told(lesson: Lesson, search: Search) -> str:
    """What was learned, as the student's coordinator reads it."""
    sector, guidance = words.sector(lesson.sector), words.guidance(lesson.guidance)
    return {
        "too-far": f"Geen plek op {_way(lesson, search)} of meer.",
        "work-does-not-fit": f"Bij dit bedrijf geen werk in {sector}.",
        "guidance-does-not-fit": f"Bij dit bedrijf alleen met meer begeleiding dan: {guidance}.",
        "employer-declined": "Bij dit bedrijf niet.",
    }[lesson.reason]
