"""Calls for help as cases in a municipality's own system (VNG's Zaken and Notificaties APIs)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.notifications.domain.credentials import Receiver

LONGEST_DESCRIPTION = 80
"""Characters of an `omschrijving` in the Zaken API."""

CHANNEL = "zaken"
"""The channel of the Notificaties API on which case systems tell of their cases."""


class CaseStatus(StrEnum):
    """What a municipality's own statuses mean here."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True)
class CaseSystem:
    """A municipality's case system: where it is, how it knows us, and what its types of case and status mean."""

    id: UUID
    """Also that of the subscription by which calls for help go to it."""
    region: str
    municipality: str
    cases_url: str
    notifications_url: str
    client_id: str
    client_secret: str = field(repr=False)
    organisation: str
    """The RSIN as `bronorganisatie`, and as who is responsible for the case."""
    case_type: str
    statuses: Mapping[str, CaseStatus]
    """Which of its types of status (by address) means what; others say nothing."""
    authority: str | None = field(default=None, repr=False)
    callback_hash: str | None = field(default=None, repr=False)

    @property
    def owner(self) -> str:
        """Whose answers these are."""
        return f"case-system:{self.region}:{self.municipality}"

    def at(self, address: str) -> Receiver:
        """An address of the system, with who vouches for it."""
        return Receiver(address, authority=self.authority)

    def holds(self, address: str) -> bool:
        """Whether an address that it names is one of its Zaken API: our token goes nowhere else."""
        return address.startswith(f"{self.cases_url.rstrip('/')}/") and ".." not in address

    def answers_to(self, header: str) -> bool:
        """Whether a callback carries what we told the system to send."""
        return self.callback_hash is not None and secrets.compare_digest(hashed(header), self.callback_hash)

    @property
    def place(self) -> str:
        """Where it keeps what is registered, however its address is written."""
        return self.notifications_url.rstrip("/")

    def is_known_there(self, other: "CaseSystem") -> bool:
        """Whether what is registered for both of them is the same: at one address, by one client."""
        return (self.place, self.client_id) == (other.place, other.client_id)


@dataclass(frozen=True)
class Left:
    """A case system as it was when it was taken out or moved; it is still to be told."""

    id: UUID
    system: CaseSystem
    tries: int


@dataclass(frozen=True)
class Case:
    """The case that a call for help became."""

    call_id: UUID
    system_id: UUID
    url: str
    status: CaseStatus
    leased_until: datetime | None = None
    """Of one that is being looked at: until when nobody else does."""


@dataclass(frozen=True)
class Read:
    """How a case stands in the municipality's system, and the employer that is named there."""

    status: CaseStatus
    employer: dict[str, str] | None = None


def identification_of(call_id: UUID) -> str:
    """The `identificatie` of a call's case: by it a second try finds what the first one made."""
    return f"SB-{call_id.hex}"


def case_of(system: CaseSystem, event: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a new case: of the call what the table of what leaves has already let through, and nothing more."""
    told = event["data"]
    work = told["kindOfWork"] or "werk of leerplek"
    since = told["sinceDate"]
    return {
        "identificatie": identification_of(UUID(told["callId"])),
        "bronorganisatie": system.organisation,
        "verantwoordelijkeOrganisatie": system.organisation,
        "zaaktype": system.case_type,
        "startdatum": since,
        "omschrijving": f"Hulpvraag stageplek: {work} ({told['area']})"[:LONGEST_DESCRIPTION],
        "toelichting": f"Leerlingen zoeken een plek en hun scholen vinden die niet. Werk: {work}. Soort plek: "
        f"{told['placementKind'] or 'niet genoemd'}. Aantal: {told['searching']}. Sinds: {since}. "
        "Weet u een werkgever, noem die als eigenschap 'werkgever' (en 'kvkNummer') van deze zaak en geef de status "
        "die daarbij hoort.",
    }


def employer_in(properties: Any) -> dict[str, str] | None:
    """The employer that a case names in its properties, if any."""
    pairs = ((each.get("naam"), each.get("waarde")) for each in properties if isinstance(each, dict))
    named = {name: value for name, value in pairs if isinstance(name, str)}
    name, kvk = named.get("werkgever"), named.get("kvkNummer")
    if not isinstance(name, str) or not name.strip():
        return None
    employer = {"name": name.strip()[:200]}
    if isinstance(kvk, str) and len(kvk) == 8 and kvk.isascii() and kvk.isdigit():
        employer["kvkNumber"] = kvk
    return employer


def hashed(text: str) -> str:
    """What is kept of a text that only others have to know; it is random and long."""
    return hashlib.sha256(text.encode()).hexdigest()
