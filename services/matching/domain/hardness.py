"""How much effort it takes to find a student a place: a class from 0 to 3, derived from documented inputs.

It decides who comes first when a place suits several. Behaviour, home situation and diagnoses are no input: matching
does not know them. A coordinator may set another class, and the inputs are shown with it (privacy, E19).
"""

from dataclasses import dataclass

from services.matching.domain.model import Profile, Search
from services.matching.domain.travel import Mode
from shared.events.codes import Guidance, OutflowProfile

CLASSES = range(4)

FEW_MINUTES = 30
"""Who can be on the way for less than half an hour reaches few employers outside towns."""


@dataclass(frozen=True)
class Hardness:
    """The class, what it was derived from, and whether a person set it instead."""

    level: int
    because: tuple[str, ...]
    set_by_hand: bool = False


def derive(profile: Profile) -> Hardness:
    """One point for each input that makes placing harder; the class is one less than the points, between 0 and 3."""
    inputs = {
        "Heeft een vaste begeleider nodig.": profile.guidance_need in {Guidance.FULL, Guidance.INTENSIVE},
        "Heeft intensieve begeleiding nodig.": profile.guidance_need is Guidance.INTENSIVE,
        "Met twee of meer dingen in het werk moet rekening gehouden worden.": len(set(profile.limits)) >= 2,
        "Stroomt uit naar beschut werk.": profile.outflow_profile is OutflowProfile.SHELTERED,
        "Reist te voet, met de taxi of korter dan een half uur.": (
            profile.travel.mode in {Mode.WALK, Mode.TAXI} or profile.travel.max_minutes < FEW_MINUTES
        ),
        "Zoekt alleen in de eigen wensen.": bool(profile.wishes) and not profile.accepts_neighbouring_work,
    }
    because = tuple(text for text, holds in inputs.items() if holds)
    return Hardness(min(CLASSES[-1], max(0, len(because) - 1)), because)


def of(search: Search) -> Hardness:
    """The class that counts for a search: the derived one, or the one that a coordinator set."""
    derived = derive(search.profile)
    if search.hardness_set_to is None:
        return derived
    return Hardness(search.hardness_set_to, derived.because, set_by_hand=True)
