"""What a region decided that bears on who suits where, under the version by which an old proposal is explained."""

from dataclasses import dataclass, field

from services.matching.domain.sectors import NEAR, Near
from services.matching.domain.weights import VERSION, Weights
from shared.events.codes import Step

CIRCLES = tuple(Step)
"""From near to far."""


@dataclass(frozen=True)
class Terms:
    """The terms of a search: those of the student's region. Without any decision the defaults hold."""

    version: str = VERSION
    """Of the weights: that of the defaults, or the region and the number of its settings ("AM11-3")."""
    weights: Weights = field(default_factory=Weights)
    near: Near = field(default_factory=lambda: NEAR)
    circles: tuple[Step, ...] = CIRCLES
    """How wide the region looks, from near to far."""
    most_contacts: int = 4
    """How often in a month schools may approach an employer that does not work with the own one."""
