"""The four coarse codes of a student that figures are broken down by: too few to tell who somebody is, and no days."""

from services.intake.domain.student import Student, Travel
from shared.events.codes import SECTORS

BANDS = ((20, "20"), (40, "40"))
"""Minutes of travel one way at most, and the code of who goes no farther."""

FARTHER = "more"
OTHER_WORK = "other"


def coarse(student: Student) -> dict[str, str | None]:
    """In snake case; none of what the school has not said."""
    facts = student.facts
    first = min(facts.wishes, key=lambda wish: wish.rank, default=None)
    return {
        "outflow_profile": facts.outflow_profile,
        "guidance_need": facts.guidance_need,
        "distance": None if facts.travel is None else _band(facts.travel),
        "work": None if first is None else first.sector if first.sector in SECTORS else OTHER_WORK,
    }


def _band(travel: Travel) -> str:
    return next((code for most, code in BANDS if travel.max_minutes <= most), FARTHER)
