"""The agreement as it is printed: what `printing/templates/agreement.typ` shows, in Dutch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.intake.domain.addresses import Address
from services.intake.domain.agreement import (
    PARTIES,
    Agreement,
    AgreementTerms,
    Insurer,
    Party,
    Signature,
    Way,
)
from services.intake.domain.dutch import DAYS, clock, euros, in_words, listed
from services.intake.domain.employer import Employer
from services.intake.domain.employer_profile import Period
from services.intake.domain.offer_kinds import KINDS
from services.intake.domain.placement import Stay
from services.intake.domain.school import School
from services.intake.domain.student import Student
from services.intake.domain.supervision import FORMS, RHYTHMS, Supervise
from shared.events.codes import PlacementKind

TO_FILL_IN = "nog in te vullen"

_PER = {Period.HOUR: "per uur", Period.DAY: "per dag", Period.WEEK: "per week", Period.MONTH: "per maand"}
_INSURERS = {Insurer.SCHOOL: "de school", Insurer.EMPLOYER: "het bedrijf", Insurer.PARENTS: "de ouders of verzorgers"}
_WAYS = {Way.BY_HAND: "op papier", Way.BY_LINK: "via een persoonlijke link"}

INSPECTORATE = (
    "De Inspectie van het Onderwijs heeft tijdens de stage toegang tot de plaats waar de leerling werkt, en krijgt van "
    "school en bedrijf de inlichtingen die zij nodig heeft."
)

ALSO_AGREED = (
    "De leerling blijft leerling van de school, en volgt de aanwijzingen en huisregels van het bedrijf op.",
    "Wie ziek is of later komt, meldt dat vóór het begin van de dag bij het bedrijf en bij de school.",
    "Het bedrijf zorgt voor een veilige werkplek, en voor werk en tijden die passen bij de leeftijd van de leerling.",
    "Niemand vertelt door wat vertrouwelijk is: de leerling niet over het bedrijf, het bedrijf niet over de leerling.",
    "Gaat er iets niet goed, dan bespreken leerling, school en bedrijf dat eerst samen.",
    "Wie eerder wil stoppen, zegt dat aan de anderen; de school legt de reden vast.",
    "De overeenkomst eindigt op de einddatum. Een andere periode of andere dagen vragen een nieuwe versie.",
)
"""What holds for everybody, so that no school has to write it anew (D22)."""


@dataclass(frozen=True)
class Around:
    """Whom and what an agreement is about."""

    kind: PlacementKind
    student: Student
    school: School
    employer: Employer
    address: Address | None
    """Where the student works."""
    supervision: Supervise | None = None


def paper(terms: AgreementTerms, stay: Stay, around: Around) -> dict[str, Any]:
    """What is printed but for the signatures; it is kept as it is when a version is made."""
    return {
        "title": "Stageovereenkomst",
        "student": _name(around.student),
        "kind": KINDS[around.kind].nl.removeprefix("een "),
        "parties": _parties(terms, around),
        "sections": _before_the_days(terms, stay, around),
        "days": [[DAYS[line.weekday], clock(line.start_time), clock(line.end_time)] for line in terms.hours],
        "closing": _after_the_days(terms, around),
    }


def signed_paper(agreement: Agreement) -> dict[str, Any]:
    """The same with what is missing and who signed."""
    signed = {signature.party: signature for signature in agreement.signatures}
    order = listed([PARTIES[party] for party in agreement.parties])
    return {
        **agreement.paper,
        "reference": f"Versie {agreement.number} · {str(agreement.placement_id)[-12:]}",
        "missing": list(agreement.missing.values()),
        "beforeSigning": f"Er wordt getekend in deze volgorde: {order}. Ieder krijgt een exemplaar.",
        "signatures": [
            _field(agreement, party, at, signed.get(party)) for at, party in enumerate(agreement.parties, start=1)
        ],
    }


def _field(agreement: Agreement, party: Party, at: int, signature: Signature | None) -> dict[str, Any]:
    who = {
        Party.STUDENT: agreement.paper["student"],
        Party.SCHOOL: agreement.terms.school_supervisor,
        Party.EMPLOYER: agreement.terms.employer_supervisor,
    }
    said = f"Getekend op {in_words(signature.signed_date)}, {_WAYS[signature.way]}" if signature else None
    return {
        "role": PARTIES[party].capitalize(),
        "order": f"{at} van {len(agreement.parties)}",
        "who": who.get(party) or "",
        "signed": said,
    }


def _parties(terms: AgreementTerms, around: Around) -> list[dict[str, Any]]:
    student, school, employer = around.student.facts, around.school.facts, around.employer.facts
    return [
        _section(
            "De leerling",
            facts=[["Naam", _name(around.student)], ["Geboren", in_words(student.birth_date)]],
        ),
        _section(
            "De school",
            facts=[["School", school.name], ["Adres", _written(school.address)], _guide(terms.school_supervisor)],
        ),
        _section(
            "Het bedrijf",
            facts=[
                ["Bedrijf", employer.name],
                *([["KvK-nummer", employer.kvk_number]] if employer.kvk_number else []),
                ["Adres", _written(around.address) or TO_FILL_IN],
                _guide(terms.employer_supervisor),
            ],
        ),
    ]


def _before_the_days(terms: AgreementTerms, stay: Stay, around: Around) -> list[dict[str, Any]]:
    until = in_words(stay.end_date) if stay.end_date else TO_FILL_IN
    rest = TO_FILL_IN if terms.break_minutes is None else f"{terms.break_minutes} minuten per dag"
    return [
        _section(
            "De stage",
            facts=[
                ["Soort", KINDS[around.kind].nl.removeprefix("een ").capitalize()],
                ["Vanaf", in_words(stay.begin_date)],
                ["Tot en met", until],
                ["Dagen", listed([DAYS[day] for day in stay.weekdays])],
                ["Pauze", rest],
            ],
        ),
        _section("Leerdoelen", lines=terms.learning_goals),
        _section("Leeractiviteiten en werk", lines=terms.activities),
    ]


def _after_the_days(terms: AgreementTerms, around: Around) -> list[dict[str, Any]]:
    insured = terms.insurance
    return [
        _section("Begeleiding", facts=_guidance(terms, around.supervision)),
        _section("Beoordeling", text=terms.assessment or TO_FILL_IN),
        _section("Vergoeding en reiskosten", facts=_paid(terms)),
        _section(
            "Verzekering",
            facts=[
                ["Ongevallen", _INSURERS[insured.accidents] if insured else TO_FILL_IN],
                ["Aansprakelijkheid", _INSURERS[insured.liability] if insured else TO_FILL_IN],
            ],
        ),
        _section("Toezicht", text=INSPECTORATE),
        _section("Verder is afgesproken", lines=(*ALSO_AGREED, *([terms.remarks] if terms.remarks else []))),
    ]


def _guidance(terms: AgreementTerms, supervision: Supervise | None) -> list[list[str]]:
    rows = [
        ["Vanuit school", terms.school_guidance or TO_FILL_IN],
        ["Vanuit het bedrijf", terms.employer_guidance or TO_FILL_IN],
    ]
    if supervision and supervision.forms:
        rows.append(["Begeleid door", listed([FORMS[form] for form in supervision.forms])])
    if supervision and supervision.rhythm:
        rows.append(["Terugkijken", RHYTHMS[supervision.rhythm]])
    return rows


def _paid(terms: AgreementTerms) -> list[list[str]]:
    pay, said = terms.compensation, TO_FILL_IN
    if terms.allowance is False:
        said = "geen"
    elif pay and pay.amount_cents is not None:
        said = f"{euros(pay.amount_cents)} {_PER[pay.per]}"
    travel = {True: "vergoedt het bedrijf", False: "vergoedt het bedrijf niet", None: TO_FILL_IN}
    rows = [["Stagevergoeding", said], ["Reiskosten", travel[pay.travel_costs if pay else None]]]
    return rows + ([["Toelichting", pay.note]] if pay and pay.note else [])


def _name(student: Student) -> str:
    return f"{student.facts.given_name} {student.facts.family_name}"


def _guide(name: str | None) -> list[str]:
    return ["Begeleider", name or TO_FILL_IN]


def _written(address: Address | None) -> str:
    if address is None:
        return ""
    street = " ".join(filter(None, (address.street, address.house_number)))
    place = f"{address.postcode[:4]} {address.postcode[4:]} {address.place}"
    return ", ".join(filter(None, (street, place)))


def _section(
    title: str, *, text: str | None = None, facts: Sequence[Sequence[str]] = (), lines: Sequence[str] | None = None
) -> dict[str, Any]:
    shown = [TO_FILL_IN] if lines is not None and not lines else list(lines or ())
    return {"title": title, "text": text, "facts": [list(row) for row in facts], "list": shown}
