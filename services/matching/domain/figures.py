"""What a plan brings, and whether it is fair: shares and wishes by class of effort, profile, school and distance.

Without names and ids. Where a regional coordinator looks, counts of one to four students are not shown, nor what would
give them away.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import hardness, regional, travel
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Search
from services.matching.domain.regional import Situation
from services.matching.domain.sectors import around
from shared.events.base import Wire
from shared.events.codes import Point

FEW = 5
"""Counts of fewer students are not shown (privacy)."""

NEIGHBOURING = 4
"""The rank that neighbouring work counts as: after the third wish, which all further ones count as."""

BANDS = (10, 20, 30, 45)
"""Minutes to the nearest place of a wished or neighbouring kind of work, up to which a band goes; beyond, `farther`."""

FARTHER, NOWHERE = "farther", "nowhere"


class Count(Wire):
    """Students of one kind, and what a plan brings them; None where it is not shown."""

    students: int | None = 0
    placed: int | None = 0
    first_choice: int | None = 0
    mean_rank: float | None = None
    """Of the wishes that are honoured: 1 the first, 3 the third or a further one, 4 neighbouring work."""


class Figures(Wire):
    """A plan in counts: all, and by what tells whether it is fair."""

    total: Count
    by_effort: dict[str, Count]
    """By class, 0 to 3."""
    by_profile: dict[str, Count]
    by_school: dict[str, Count]
    by_distance: dict[str, Count]
    """By the minutes to the nearest place of a suiting kind of work, whether it is free or not."""


@dataclass(frozen=True)
class Line:
    """A student in a plan: what the figures are made of."""

    effort: int
    profile: str
    school_id: UUID
    distance: str
    placed: bool
    rank: int | None
    """Of the wish that is honoured; none without a place, or for who has no wish."""


def line(search: Search, distance: str, choice: int | None) -> Line:
    """A student with a wish honoured (`choice` as in proposals), or none for a student without a place."""
    rank = None
    if choice is not None and search.profile.wishes:
        rank = min(choice, NEIGHBOURING - 1) or NEIGHBOURING
    profile = search.profile.outflow_profile.value
    return Line(hardness.of(search).level, profile, search.school_id, distance, choice is not None, rank)


def of(situation: Situation, chosen: Sequence[Fit]) -> Figures:
    """The figures of a plan: those who are planned for, and those whose proposals stay."""
    by_sector = places(situation.openings)
    choices = {one.student_id: one.pair.choice for one in chosen}
    choices |= {search.student_id: proposal.choice for search, proposal in situation.standing}
    return figures(
        [line(search, distance(search, by_sector), choices.get(search.student_id)) for search in situation.everybody]
    )


def figures(lines: Sequence[Line]) -> Figures:
    """The figures of these students."""
    return Figures(
        total=_count(lines),
        by_effort=_by(lines, lambda one: str(one.effort)),
        by_profile=_by(lines, lambda one: one.profile),
        by_school=_by(lines, lambda one: str(one.school_id)),
        by_distance=_by(lines, lambda one: one.distance),
    )


def _by(lines: Sequence[Line], key: Callable[[Line], str]) -> dict[str, Count]:
    keys = sorted({key(one) for one in lines})
    return {each: _count([one for one in lines if key(one) == each]) for each in keys}


def _count(lines: Sequence[Line]) -> Count:
    ranks = [one.rank for one in lines if one.rank is not None]
    return Count(
        students=len(lines),
        placed=sum(one.placed for one in lines),
        first_choice=ranks.count(1),
        mean_rank=round(sum(ranks) / len(ranks), 2) if ranks else None,
    )


def places(openings: Sequence[Opening]) -> dict[str, list[Point]]:
    """Where there is which kind of work, from south to north."""
    found = regional.by_sector(openings)
    return {
        sector: sorted((one.offer.location for one in some), key=lambda place: place.latitude)
        for sector, some in found.items()
    }


def distance(search: Search, by_sector: Mapping[str, Sequence[Point]]) -> str:
    """The band of the way to the nearest place whose kind of work suits; `by_sector` as `places` gives them."""
    profile = search.profile
    sectors = around(profile.wished_sectors, search.terms.near) or by_sector
    ways = [travel.nearest_km(profile.location, by_sector.get(sector, ())) for sector in sectors]
    if (nearest := min((way for way in ways if way is not None), default=None)) is None:
        return NOWHERE
    minutes = travel.minutes_for(nearest, profile.travel.mode)
    return next((f"up-to-{most}" for most in BANDS if minutes <= most), FARTHER)


def shown(all_of_it: Figures, few: int = FEW) -> Figures:
    """The figures without counts of fewer than `few` students, and without what they could be computed from."""
    return Figures(
        total=shown_count(all_of_it.total, few),
        by_effort=_shown(all_of_it.by_effort, few),
        by_profile=_shown(all_of_it.by_profile, few),
        by_school=_shown(all_of_it.by_school, few),
        by_distance=_shown(all_of_it.by_distance, few),
    )


def _shown(counts: Mapping[str, Count], few: int) -> dict[str, Count]:
    """The groups without small numbers, and without those from which a small number would follow by the total."""
    found = {key: shown_count(count, few) for key, count in counts.items()}
    measures: dict[str, list[Callable[[Count], int]]] = {
        "students": [lambda one: one.students or 0],
        "placed": [lambda one: one.placed or 0, lambda one: (one.students or 0) - (one.placed or 0)],
        "first_choice": [lambda one: one.first_choice or 0],
    }
    for name, measured in measures.items():
        gone = {key for key in counts if getattr(found[key], name) is None}
        numbers = [{key: measure(count) for key, count in counts.items()} for measure in measured]
        for key in _with_others(gone, numbers, few) - gone:
            found[key] = _without(found[key], name)
    return found


def hidden(counts: Mapping[str, int], few: int = FEW) -> dict[str, int | None]:
    """Numbers that add up to a known one, None for those that are small and for what they would follow from."""
    gone = _with_others({key for key, number in counts.items() if 0 < number < few}, [counts], few)
    return {key: None if key in gone else number for key, number in counts.items()}


def _with_others(gone: AbstractSet[str], numbers: Sequence[Mapping[str, int]], few: int) -> set[str]:
    """The keys to hide: so many more that none is hidden alone, and what is hidden is no small number together."""
    hide = set(gone)
    all_of = {key: sum(each[key] for each in numbers) for key in numbers[0]}
    rest = sorted((key for key in all_of if key not in hide and all_of[key]), key=lambda key: all_of[key])
    while hide and rest and (len(hide) == 1 or any(0 < sum(each[key] for key in hide) < few for each in numbers)):
        hide.add(rest.pop(0))
    return hide


def shown_count(count: Count, few: int = FEW) -> Count:
    """A count without numbers of fewer than `few` students, who are placed or who are not."""
    if not _tells(count.students, few):
        return Count(students=None, placed=None, first_choice=None)
    seen = count
    if not (_tells(count.placed, few) and _tells((count.students or 0) - (count.placed or 0), few)):
        seen = _without(seen, "placed")
    return seen if _tells(count.first_choice, few) else _without(seen, "first_choice")


def _without(count: Count, name: str) -> Count:
    gone = {"students": ("students", "placed", "first_choice", "mean_rank"), "placed": ("placed", "mean_rank")}
    return count.model_copy(update=dict.fromkeys(gone.get(name, ("first_choice", "mean_rank"))))


def _tells(number: int | None, few: int) -> bool:
    return number is not None and not 0 < number < few
