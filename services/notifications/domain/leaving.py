"""What leaves the house: per kind of recipient, event and field. What stands in no table does not leave.

The minimum by recipient (STANDARDS §7): ids as the recipient's own pseudonyms, moments as dates, of a student nothing
that describes them. Changing a line here changes who learns what of a minor: docs/privacy.md follows this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from services.notifications.domain.envelopes import Draft, Name, Outgoing
from services.notifications.domain.pseudonyms import Pseudonyms
from services.notifications.domain.recipients import Recipient
from shared.events import Event
from shared.events.codes import IntermediaryKind, PlacementKind, Recognition
from shared.events.intake import (
    EmployerRegistered,
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementStarted,
    RequestMoved,
    StudentRequestMoved,
)
from shared.events.matching import StudentUnmatched
from shared.events.notifications import DeliveryFailed


class Treatment(Enum):
    """How a field leaves."""

    AS_IS = "as it is"
    PSEUDONYM = "the recipient's own id for it"
    LEARNING_OR_WORK = "learning or work, since the kind of place says much about a student"


class Within(StrEnum):
    """Which part of the recipient's area an event must lie in."""

    REGION = "region"
    MUNICIPALITY = "municipality"


def _always(_: Event) -> bool:
    return True


@dataclass(frozen=True)
class Leaves:
    """What leaves of one event: for whom within their area, of which of them, and which fields how."""

    within: Within
    fields: Mapping[str, Treatment]
    only_if: Callable[[Any], bool] = field(default=_always)
    with_dataref: bool = False
    """Whether it says where the publisher has more for who has the right to it."""


@dataclass(frozen=True)
class CallForHelp:
    """What an outside system reads of a call: where, what kind of work, since when. Nothing of any student (H2, H4)."""

    call_id: UUID
    region: str
    kind_of_work: str | None
    placement_kind: str | None
    since_date: date
    searching: str
    reminder: int = 0
    """Which reminder it is of a call that was told already; 0: it is told for the first time."""


_PLACEMENT_OF_A_RESIDENT: Mapping[str, Treatment] = {
    "placement_id": Treatment.PSEUDONYM,
    "student_id": Treatment.PSEUDONYM,
    "region": Treatment.AS_IS,
    "municipality": Treatment.AS_IS,
    "kind": Treatment.LEARNING_OR_WORK,
    "begin_date": Treatment.AS_IS,
    "end_date": Treatment.AS_IS,
}

_EMPLOYER: Mapping[str, Treatment] = {
    "employer_id": Treatment.PSEUDONYM,
    "name": Treatment.AS_IS,
    "kind": Treatment.AS_IS,
    "region": Treatment.AS_IS,
    "municipality": Treatment.AS_IS,
    "sectors": Treatment.AS_IS,
    "recognition": Treatment.AS_IS,
}


def _recognised_and_shared(event: EmployerRegistered) -> bool:
    return event.recognition is not Recognition.NONE and event.private_to is None


_REQUEST: Mapping[str, Treatment] = {
    "request_id": Treatment.PSEUDONYM,
    "region": Treatment.AS_IS,
    "kind": Treatment.AS_IS,
    "state": Treatment.AS_IS,
}
"""That there is something to look at in `GET /v1/requests` of intake, and no more."""


_STUDENT_REQUEST: Mapping[str, Treatment] = {
    "student_request_id": Treatment.PSEUDONYM,
    "region": Treatment.AS_IS,
    "state": Treatment.AS_IS,
}


def _asked_of_uwv(event: StudentRequestMoved) -> bool:
    return event.intermediary is IntermediaryKind.UWV


def _asked_of_sbb(event: RequestMoved) -> bool:
    return event.intermediary is IntermediaryKind.SBB


LEAVING: Mapping[IntermediaryKind, Mapping[type[Event], Leaves]] = {
    # follows its own residents from school to work (H5)
    IntermediaryKind.MUNICIPALITY: {
        PlacementStarted: Leaves(Within.MUNICIPALITY, _PLACEMENT_OF_A_RESIDENT),
        PlacementChanged: Leaves(Within.MUNICIPALITY, _PLACEMENT_OF_A_RESIDENT),
        PlacementCancelled: Leaves(Within.MUNICIPALITY, _PLACEMENT_OF_A_RESIDENT),
        PlacementEnded: Leaves(
            Within.MUNICIPALITY,
            {**_PLACEMENT_OF_A_RESIDENT, "ended_date": Treatment.AS_IS, "outcome": Treatment.AS_IS},
        ),
    },
    # recognises learning companies: which of them take students of these schools (H6–H8)
    IntermediaryKind.SBB: {
        EmployerRegistered: Leaves(Within.REGION, _EMPLOYER, _recognised_and_shared),
        RequestMoved: Leaves(Within.REGION, _REQUEST, _asked_of_sbb),
    },
    # decides about indications, of which no event says for whom or what (H10)
    IntermediaryKind.UWV: {
        StudentRequestMoved: Leaves(Within.REGION, _STUDENT_REQUEST, _asked_of_uwv, with_dataref=True),
    },
    IntermediaryKind.WSP: {},
    IntermediaryKind.OTHER: {},
}
"""Beside calls for help, which every kind gets when the region has chosen it."""

CALL_TYPE = StudentUnmatched.event_type()
"""A call for help goes out under the name of what it tells: that students are without a place."""

FAILED_TYPE = DeliveryFailed.event_type()
"""That an event was given up is told to whose it was, on ways that still work."""

LEARNING = frozenset(
    {
        PlacementKind.INTERNSHIP,
        PlacementKind.GROUP,
        PlacementKind.TASTER,
        PlacementKind.LONG,
        PlacementKind.INTERNAL,
        PlacementKind.LEARN_WORK_CENTRE,
    }
)


def event_types(kind: IntermediaryKind) -> tuple[str, ...]:
    """The CloudEvents types that a kind of recipient can get at all."""
    own = (event.event_type() for event in LEAVING[kind])
    return tuple(sorted((CALL_TYPE, FAILED_TYPE, *own)))


def listeners_of(event: Event) -> tuple[IntermediaryKind, ...]:
    """The kinds of recipient that anything of this event leaves to."""
    return tuple(kind for kind, events in LEAVING.items() if type(event) in events)


def says_where(event: Event) -> bool:
    """Whether its `dataref` leaves with it: all others lead where only services of ours may go."""
    return any(leaves.with_dataref for events in LEAVING.values() if (leaves := events.get(type(event))))


def outgoing(event: Event, recipient: Recipient, pseudonyms: Pseudonyms) -> Outgoing | None:
    """What the recipient gets of an event, or None: not theirs, not in their area, or not in the table."""
    draft = Leaver(event).draft(recipient)
    return draft.to(pseudonyms) if draft else None


class Leaver:
    """An event that leaves to many recipients."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._drafts = {kind: self._drafted(leaves) for kind in LEAVING if (leaves := LEAVING[kind].get(type(event)))}

    def draft(self, recipient: Recipient) -> Draft | None:
        """What this one gets, up to its own ids: the same for all of its kind that get anything."""
        leaves = LEAVING[recipient.kind].get(type(self._event))
        if leaves is None or not _in_area(self._event, leaves.within, recipient):
            return None
        return self._drafts[recipient.kind]

    def _drafted(self, leaves: Leaves) -> Draft | None:
        event = self._event
        if not leaves.only_if(event):
            return None
        values, known = event.model_dump(mode="json"), type(event).model_fields
        data = {known[name].alias or name: _treated(name, values[name], how) for name, how in leaves.fields.items()}
        return Draft(event.event_type(), Name(event.subject_kind, str(event.subject)), data)


def outgoing_call(call: CallForHelp, recipient: Recipient) -> Draft | None:
    """What the recipient gets of a call for help; the call's id is the same for all, since it is answered by it."""
    if call.region not in recipient.regions:
        return None
    data = {
        "callId": str(call.call_id),
        "area": call.region,
        "kindOfWork": call.kind_of_work,
        "placementKind": call.placement_kind,
        "sinceDate": call.since_date.isoformat(),
        "searching": call.searching,
        **({"reminder": call.reminder} if call.reminder else {}),
    }
    return Draft(CALL_TYPE, str(call.call_id), data)


def outgoing_failure(failed: DeliveryFailed) -> Outgoing:
    """What the owner of a subscription hears of an event that was given up."""
    data = {
        "subscriptionId": str(failed.subscription_id),
        "deliveryId": str(failed.delivery_id),
        "failedType": failed.failed_type,
        "code": failed.code,
    }
    return Outgoing(FAILED_TYPE, str(failed.subscription_id), data)


def _in_area(event: Event, within: Within, recipient: Recipient) -> bool:
    place = getattr(event, within.value, None)
    return place is not None and place in (recipient.regions if within is Within.REGION else recipient.municipalities)


def _treated(name: str, value: Any, how: Treatment) -> Any:
    if value is None:
        return None
    match how:
        case Treatment.PSEUDONYM:
            return Name(name.removesuffix("_id"), value)
        case Treatment.LEARNING_OR_WORK:
            return "learning" if value in LEARNING else "work"
        case Treatment.AS_IS:
            return value
