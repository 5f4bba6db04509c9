"""What VUM reads of an offer and of a contact moment: the minimum, in its words and codes."""

from typing import Any

from services.intake.store.contacts import SharedMoment
from services.intake.store.vum import ShownOffer
from shared.events.codes import Guidance, PlacementKind, Recognition

WORK_EXPERIENCE, JOB = "04", "01"
AGREEMENTS = {
    PlacementKind.INTERNSHIP: WORK_EXPERIENCE,
    PlacementKind.LONG: WORK_EXPERIENCE,
    PlacementKind.TASTER: WORK_EXPERIENCE,
    PlacementKind.TRIAL: WORK_EXPERIENCE,
    PlacementKind.JOB: JOB,
}
"""`codeTypeOvereenkomst` by kind of place; other kinds are no vacancy and are not shown."""

GUIDED, NOT_GUIDED = 1, 2


def values_of(offer: ShownOffer) -> dict[str, Any]:
    """What a question can select an offer by; without a code it is not shown."""
    return {
        "codeTypeOvereenkomst": AGREEMENTS.get(offer.facts.kind),
        "indicatieBegeleiding": NOT_GUIDED if offer.facts.guidance is Guidance.NONE else GUIDED,
        "datumAanvangWerkzaamheden": offer.facts.begin_date.isoformat(),
        "nummerKvk": offer.employer.kvk_number,
        "codeSbi": next(iter(offer.employer.sbi_codes), None),
    }


def match_of(offer: ShownOffer, vum_id: str) -> dict[str, Any]:
    """A vacancy as it stands in an answer."""
    values = values_of(offer)
    return {
        "vumID": vum_id,
        "naamVacature": f"Plek in {offer.facts.sector}",
        "codeTypeOvereenkomst": values["codeTypeOvereenkomst"],
        "datumAanvangWerkzaamheden": values["datumAanvangWerkzaamheden"],
        "eisAanWerk": {"indicatieBegeleiding": values["indicatieBegeleiding"]},
        "werkgever": {"handelsnaamOrganisatie": offer.employer.name},
        "adres": {"postcode": offer.postcode},
    }


def detail_of(offer: ShownOffer, vum_id: str) -> dict[str, Any]:
    """The same with what a mediator needs to call the employer; remarks of schools are theirs."""
    shown = match_of(offer, vum_id)
    werkgever = {**shown["werkgever"], "nummerKvk": offer.employer.kvk_number}
    return {
        **shown,
        "werkgever": werkgever,
        "aantalPlaatsen": offer.facts.seats,
        "werkzaamheden": list(offer.facts.tasks),
    }


def moment_of(moment: SharedMoment) -> dict[str, Any]:
    """A contact moment; never what was said, nor for which student."""
    return {
        "datum": moment.contact.talk.contact_date.isoformat(),
        "codeOnderwerp": next(iter(moment.contact.talk.subjects), None),
        "accountmanager": {"naamOrganisatie": moment.school_name, "emailadres": moment.contact.coach},
        "werkgever": {
            "handelsnaamOrganisatie": moment.employer_name,
            "nummerKvk": moment.kvk_number,
            "erkendSbbLeerbedrijf": moment.recognition != Recognition.NONE,
        },
    }
