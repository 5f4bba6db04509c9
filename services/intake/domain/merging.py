"""Two employers of the register that are one: which stays, what it takes over, and when that is refused."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from services.intake.domain.employer import Employer, EmployerFacts, PauseEmployer, SchoolCooperation
from services.intake.domain.employer_stop import MISTAKE, NOBODY, OPTED_OUT, STOPPED, StopEmployer
from services.intake.domain.fields import UNRECORDED, examples
from services.intake.domain.location import LocationFacts
from services.intake.domain.rights import Viewer
from shared.api import Body
from shared.errors import Forbidden, Invalid, Refused
from shared.events.intake import EmployerPaused, EmployersMerged


class MergeReason(StrEnum):
    """Why two employers are one."""

    DUPLICATE = "duplicate"
    """Somebody registered it twice."""
    TAKEOVER = "takeover"
    """The one has taken the other over: they had KvK numbers of their own."""


class EmployersDiffer(Refused):
    """Two KvK numbers are two employers, unless one took over the other: then the reason is `takeover`."""

    slug = "employers-differ"


class EmployersArePrivate(Refused):
    """Each of them is private to a school of its own; a school that shares its employer lets them be merged."""

    slug = "employers-are-private"


class MergeEmployers(Body):
    """Another employer is this one."""

    model_config = examples({"otherId": "01920000-0000-7000-8000-00000000000f", "reason": "duplicate"})

    other_id: UUID = Field(description="The one that goes up in this one.")
    reason: MergeReason = MergeReason.DUPLICATE


@dataclass(frozen=True)
class Merge:
    """An employer that went up in another, as it was then."""

    merged_id: UUID
    kept_id: UUID
    reason: MergeReason
    merged_by: str
    facts: EmployerFacts
    moved: dict[str, int]
    """How many rows of which kind moved with it."""
    merged_at: datetime = UNRECORDED


def merge(kept: Employer, other: Employer, reason: MergeReason, viewer: Viewer) -> tuple[Employer, EmployersMerged]:
    """The employer that stays, with what it did not know from the other.

    Raises `EmployersDiffer`, `EmployersArePrivate`, `Forbidden` for a caller who does not keep both, `Invalid` for one
    and the same.
    """
    if kept.id == other.id:
        raise Invalid("/otherId", "is this employer itself")
    if not (kept.kept_by(viewer) and other.kept_by(viewer)):
        raise Forbidden("schools that may change both employers merge them")
    _must_not_differ(kept, other, reason)
    private_to = _private_to(kept, other, viewer)
    event = EmployersMerged(
        employer_id=kept.id,
        merged_id=other.id,
        region=kept.situation.region,
        reason=reason,
        private_to=private_to,
    )
    return _resting(_with(kept, other, private_to), kept, other, reason), event


def _must_not_differ(kept: Employer, other: Employer, reason: MergeReason) -> None:
    numbers = {kept.facts.kvk_number, other.facts.kvk_number} - {None}
    if len(numbers) > 1 and reason is not MergeReason.TAKEOVER:
        raise EmployersDiffer


def _private_to(kept: Employer, other: Employer, viewer: Viewer) -> UUID | None:
    """Who alone sees it: what one school shares, the merged one shares; only its school shows a private one."""
    if kept.private_to == other.private_to:
        return kept.private_to
    if kept.private_to and other.private_to:
        raise EmployersArePrivate
    if not {kept.private_to, other.private_to} - {None} <= viewer.schools:
        raise Forbidden("only the school that keeps an employer to itself can share it")
    return None


def _with(kept: Employer, other: Employer, private_to: UUID | None) -> Employer:
    facts = merged_facts(kept.facts, other.facts)
    if _lies_elsewhere(kept, other):
        facts = facts.model_copy(update={"branch_number": kept.facts.branch_number})
    return replace(
        kept,
        facts=facts,
        situation=kept.situation if kept.facts.address else other.situation,
        brought_in_by=kept.brought_in_by or other.brought_in_by,
        private_to=private_to,
        suggested=kept.suggested and other.suggested,
    )


def _lies_elsewhere(kept: Employer, other: Employer) -> bool:
    one, another = kept.facts.address, other.facts.address
    return one is not None and another is not None and not one.is_one_with(another)


def branch(kept: Employer, other: Employer) -> LocationFacts | None:
    """The main address of the other as a location of the one that stays; None where it is the same, or it stopped."""
    facts = other.facts
    if facts.address is None or other.stopped or not _lies_elsewhere(kept, other):
        return None
    name = None if facts.name == kept.facts.name else facts.name
    number = None if facts.branch_number == kept.facts.branch_number else facts.branch_number
    return LocationFacts(name=name, branch_number=number, address=facts.address)


def _resting(merged: Employer, kept: Employer, other: Employer, reason: MergeReason) -> Employer:
    """Whoever took nobody takes nobody as part of the other; who opted out is not called under another id either."""
    stops = [kept.stopped] if kept.stopped else []
    if other.stopped and _goes_over(other.stopped, reason):
        stops.append(other.stopped)
    if stops:
        strictest = max(stops, key=lambda stop: stop.reason == OPTED_OUT)
        facts = merged.facts.model_copy(update=NOBODY) if strictest.reason == OPTED_OUT else merged.facts
        return replace(merged, facts=facts, pause=None, stopped=strictest)
    return replace(merged, pause=_stricter(kept.pause, other.pause))


def _goes_over(stop: StopEmployer, reason: MergeReason) -> bool:
    """A business that ended does not end the one that took it over, nor an entry that was a mistake the right one."""
    return stop.reason == OPTED_OUT or (reason is not MergeReason.TAKEOVER and stop.reason != MISTAKE)


def _stricter(one: PauseEmployer | None, other: PauseEmployer | None) -> PauseEmployer | None:
    """From the earlier first day through the later last one."""
    if one is None or other is None:
        return one or other
    both = {
        "from_date": min(one.from_date, other.from_date),
        "until_date": one.until_date and other.until_date and max(one.until_date, other.until_date),
    }
    return one.model_copy(update=both)


def rest(kept: Employer, merged: Employer) -> EmployerPaused | None:
    """What others are told when the one that stays takes nobody where it did before."""
    if merged.stopped and not kept.stopped:
        return EmployerPaused(
            employer_id=kept.id, from_date=merged.stopped.stopped_date or date.min, until_date=None, reason=STOPPED
        )
    if merged.pause is None or merged.pause == kept.pause:
        return None
    return merged.paused(merged.pause)[1]


def merged_facts(kept: EmployerFacts, other: EmployerFacts) -> EmployerFacts:
    """What is known of either: of the one that stays where it knows it, lists of both together as far as they fit."""
    both: dict[str, Any] = {name: _either(name, getattr(kept, name), getattr(other, name)) for name in _FIELDS}
    both["cooperations"] = _cooperations(kept.cooperations, other.cooperations)
    try:
        return EmployerFacts.model_validate(both)
    except ValidationError as error:
        too_much = {str(found["loc"][0]) for found in error.errors()}
        names = {name for name, field in EmployerFacts.model_fields.items() if too_much & {name, field.alias}}
        return EmployerFacts.model_validate(both | {name: getattr(kept, name) for name in names})


_FIELDS = tuple(EmployerFacts.model_fields)


def _either(name: str, kept: Any, other: Any) -> Any:
    if isinstance(kept, tuple):
        return kept + tuple(one for one in other if one not in kept)
    return other if kept == EmployerFacts.model_fields[name].get_default() else kept


def _cooperations(
    kept: tuple[SchoolCooperation, ...], other: tuple[SchoolCooperation, ...]
) -> tuple[SchoolCooperation, ...]:
    """Each school once, since the earlier of the two days."""
    by_school: dict[UUID, SchoolCooperation] = {}
    for one in (*kept, *other):
        known = by_school.setdefault(one.school_id, one)
        if one.since_date and (known.since_date is None or one.since_date < known.since_date):
            by_school[one.school_id] = one
    return tuple(by_school.values())
