"""Whom to call for a student: employers without an open offer that suits, the most promising first (M1).

Most searching is done among these. What is known of an employer is less than what an offer says, so only sector,
travel, kind and pauses decide; all else is a reason to call sooner or later, in words.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.matching.domain import travel, words
from services.matching.domain.model import GUIDANCE_ORDER, Employer, Pause, Profile, Search
from services.matching.domain.score import Factor
from services.matching.domain.sectors import around
from shared.events.codes import EmployerKind, Guidance, IntermediaryKind, OutflowProfile, Recognition, Trend

RECENTLY = timedelta(days=14)
"""Who was called within two weeks is not called again at once, whoever called (F7)."""

A_NO_HOLDS = timedelta(days=180)
"""As long as a declined proposal: half a school year."""

SOON_FREE = timedelta(weeks=13)
"""A seat that falls free within a quarter is worth a call now (D16)."""

ANSWERS_COUNT = timedelta(days=730)
"""What an employer answered more than two years ago says little of who decides there now."""

UNHEARD = 4
"""As many answers that are neither yes nor no are added to what an employer gave: few answers decide little."""

SAID_YES = frozenset({"yes"})
SAID_NO = frozenset({"no"})
ASKED_TO_WAIT = frozenset({"later", "call-back"})
"""Outcomes of contact moments that decide here; all others are only shown."""

LEFT_OUT_FOR_OTHERS: Mapping[EmployerKind, frozenset[OutflowProfile]] = {
    EmployerKind.SHELTERED: frozenset({OutflowProfile.SHELTERED, OutflowProfile.DAY_ACTIVITY}),
    EmployerKind.DAY_ACTIVITY: frozenset({OutflowProfile.DAY_ACTIVITY}),
}
"""Employers that only take students who head for their kind of work."""

WISH_POINTS = (300, 200, 100)
NEIGHBOURING_POINTS = 40
TASK_POINTS = 60
EARLIER_PARTNER_POINTS = 400
COLLEAGUES_POINTS = 200
SEAT_SOON_POINTS = 250
TIP_POINTS = 180
BORIS_POINTS = 150
RECOGNISED_POINTS = 80
TREND_POINTS = 30
TRAVEL_POINTS = 100
GUIDANCE_POINTS = 50
RECENT_CONTACT_POINTS = -300
ASKED_TO_WAIT_POINTS = -200
NO_FOR_ANOTHER_POINTS = -100
ANSWERS_POINTS = 160
"""For an employer that always said yes; taken from one that always said no."""
CLAIMED_POINTS = -600
"""Behind every employer that nobody approaches: a colleague is asked first (F7)."""


@dataclass(frozen=True)
class Contact:
    """A contact moment of some school with an employer."""

    school_id: UUID
    student_id: UUID | None
    outcome: str
    on: date


@dataclass(frozen=True)
class Tip:
    """An intermediary that named the employer, and when."""

    source: IntermediaryKind
    on: date


@dataclass(frozen=True)
class Claim:
    """A school that approaches the employer until a day, and those that do so with it."""

    school_id: UUID
    joined_by: frozenset[UUID]
    until: date

    def keeps_off(self, school_id: UUID, day: date) -> bool:
        """Whether a school had better ask before it calls."""
        return day <= self.until and school_id not in {self.school_id, *self.joined_by}


@dataclass(frozen=True)
class Lead:
    """An employer with what bears on calling it."""

    employer: Employer
    contacts: Sequence[Contact] = ()
    tips: Sequence[Tip] = ()
    pauses: Sequence[Pause] = ()
    seats_end: Sequence[date] = ()
    """Last days of placements that run there."""
    claims: Sequence[Claim] = ()

    def claim_against(self, school_id: UUID, day: date) -> Claim | None:
        """Who else approaches the employer now."""
        return next((claim for claim in self.claims if claim.keeps_off(school_id, day)), None)

    def contacts_in_month(self, day: date) -> int:
        """How often schools spoke with the employer in a calendar month."""
        return sum((one.on.year, one.on.month) == (day.year, day.month) for one in self.contacts)

    @property
    def schools(self) -> frozenset[UUID]:
        """Every school that has to do with the employer."""
        known, spoken = (school for school, _ in self.known_by), (contact.school_id for contact in self.contacts)
        return frozenset((*known, *spoken, *(claim.school_id for claim in self.claims)))

    @property
    def known_by(self) -> tuple[tuple[UUID, date | None], ...]:
        """The schools that know the employer, and since when; who brought it in comes first."""
        known = {one.school_id: one.since_date for one in self.employer.cooperations}
        first = self.employer.brought_in_by
        if first is None:
            return tuple(known.items())
        return ((first, known.pop(first, None)), *known.items())


@dataclass(frozen=True)
class Prospect:
    """An employer worth a call, why, who knows it, and who spoke with it last."""

    lead: Lead
    minutes: int
    reasons: tuple[Factor, ...]
    last_contact: Contact | None
    claim: Claim | None = None
    """Another school that approaches it now."""

    @property
    def points(self) -> int:
        """The order of calling."""
        return sum(reason.points for reason in self.reasons)


def call_list(search: Search, leads: Collection[Lead], today: date, school_names: Mapping[UUID, str]) -> list[Prospect]:
    """The prospects of a search, best first; of equal ones the nearest."""
    found = (prospect for lead in leads if (prospect := _prospect(search, lead, today, school_names)))
    return sorted(found, key=lambda one: (-one.points, one.minutes, one.lead.employer.name))


def _prospect(search: Search, lead: Lead, today: date, names: Mapping[UUID, str]) -> Prospect | None:
    profile, employer = search.profile, lead.employer
    # A search for a period that lies behind is judged as on its first day.
    day = min(today, profile.begin_date)
    minutes = travel.minutes(profile.location, employer.location, profile.travel.mode)
    if minutes > profile.travel.max_minutes or not _is_callable(search, lead, day):
        return None
    if lead.contacts_in_month(today) >= search.terms.most_contacts and not employer.works_with(search.school_id):
        return None
    claim = lead.claim_against(search.school_id, today)
    reasons = (
        *_about_the_work(search, employer),
        *_about_the_network(search.school_id, lead, names),
        *_about_the_moment(search, lead, day),
        *_about_answers(lead, day),
        *_about_a_claim(claim, names),
        *_about_the_employer(profile, employer, minutes),
    )
    ordered = tuple(sorted(reasons, key=lambda reason: (reason.points < 0, -abs(reason.points))))
    last = max(lead.contacts, key=lambda contact: contact.on, default=None)
    return Prospect(lead, minutes, ordered, last, claim)


def _is_callable(search: Search, lead: Lead, day: date) -> bool:
    """Whether the employer could have work for the student, and may be called now."""
    profile, employer = search.profile, lead.employer
    if employer.private_to not in {None, search.school_id}:
        return False
    allowed = LEFT_OUT_FOR_OTHERS.get(employer.kind)
    if allowed is not None and profile.outflow_profile not in allowed:
        return False
    wished = profile.wished_sectors
    wanted = around(wished, search.terms.near) if profile.accepts_neighbouring_work else frozenset(wished)
    if wanted and not wanted & set(employer.sectors):
        return False
    if any(pause.begin <= day <= (pause.until or date.max) for pause in lead.pauses):
        return False
    return not any(
        contact.outcome in SAID_NO and contact.on > day - A_NO_HOLDS and contact.student_id in {None, search.student_id}
        for contact in lead.contacts
    )


def _about_the_work(search: Search, employer: Employer) -> Iterator[Factor]:
    profile = search.profile
    for place, sector in enumerate(profile.wished_sectors):
        if sector in employer.sectors:
            rank = ("eerste", "tweede", "derde")[min(place, 2)]
            points = WISH_POINTS[min(place, 2)]
            yield Factor("wish", points, f"Werk van de {rank} keuze: {words.sector(sector)}.")
            break
    else:
        if profile.wishes:
            near = sorted(around(profile.wished_sectors, search.terms.near) & set(employer.sectors))
            what = words.listed(words.sector(sector) for sector in near)
            yield Factor("wish", NEIGHBOURING_POINTS, f"Omdenken: {what}.")
    wanted = {task for wish in profile.wishes for task in wish.tasks}
    if shared := sorted(wanted & set(employer.tasks)):
        yield Factor("tasks", TASK_POINTS, f"Heeft taken die gewenst zijn: {words.listed(map(words.plain, shared))}.")


def _about_the_network(school_id: UUID, lead: Lead, names: Mapping[UUID, str]) -> Iterator[Factor]:
    employer = lead.employer
    if employer.works_with(school_id):
        since = employer.since(school_id)
        text = f"Werkt sinds {since.year} met jullie school." if since else "Werkt al met jullie school."
        yield Factor("earlier-partner", EARLIER_PARTNER_POINTS, text)
        return
    others = [names[known] for known, _ in lead.known_by if known in names]
    if others:
        yield Factor("colleagues", COLLEAGUES_POINTS, f"Collega's kennen dit bedrijf: {words.listed(others)}.")


def _about_the_moment(search: Search, lead: Lead, day: date) -> Iterator[Factor]:
    if soon := sorted(end for end in lead.seats_end if day <= end < day + SOON_FREE):
        yield Factor("seat-soon", SEAT_SOON_POINTS, f"Hier komt een plek vrij na {words.day(soon[0])}.")
    if lead.tips:
        tip = max(lead.tips, key=lambda one: one.on)
        who = {"sbb": "SBB", "uwv": "UWV", "municipality": "de gemeente", "wsp": "het werkgeversservicepunt"}
        source = who.get(tip.source.value, "een intermediair")
        yield Factor("tip", TIP_POINTS, f"Getipt door {source} op {words.day(tip.on)}.")
    if any(contact.on > day - RECENTLY for contact in lead.contacts):
        yield Factor("recent-contact", RECENT_CONTACT_POINTS, "Kort geleden al gebeld: overleg eerst met wie dat deed.")
    if any(contact.outcome in ASKED_TO_WAIT and contact.on > day - A_NO_HOLDS for contact in lead.contacts):
        yield Factor("asked-to-wait", ASKED_TO_WAIT_POINTS, "Vroeg eerder om later terug te bellen.")
    said_no = (c for c in lead.contacts if c.outcome in SAID_NO and c.student_id not in {None, search.student_id})
    if any(contact.on > day - A_NO_HOLDS for contact in said_no):
        yield Factor("no-before", NO_FOR_ANOTHER_POINTS, "Zei dit halfjaar een keer nee, om een andere vraag.")


def _about_answers(lead: Lead, day: date) -> Iterator[Factor]:
    outcomes = [contact.outcome for contact in lead.contacts if contact.on > day - ANSWERS_COUNT]
    yes, no = (sum(outcome in said for outcome in outcomes) for said in (SAID_YES, SAID_NO))
    if points := ANSWERS_POINTS * (yes - no) // (yes + no + UNHEARD):
        text = f"Zei de laatste twee jaar {yes} van de {yes + no} keer ja."
        yield Factor("answers", points, text)


def _about_a_claim(claim: Claim | None, names: Mapping[UUID, str]) -> Iterator[Factor]:
    if claim is not None:
        who, until = names.get(claim.school_id, "Een andere school"), words.day(claim.until)
        yield Factor("claimed", CLAIMED_POINTS, f"{who} benadert dit bedrijf tot en met {until}: overleg eerst.")


def _about_the_employer(profile: Profile, employer: Employer, minutes: int) -> Iterator[Factor]:
    if employer.recognition is Recognition.BORIS:
        yield Factor("recognition", BORIS_POINTS, "Boris-leerbedrijf: een praktijkverklaring is mogelijk.")
    elif employer.recognition is Recognition.RECOGNISED:
        yield Factor("recognition", RECOGNISED_POINTS, "Erkend leerbedrijf.")
    if employer.places_trend is Trend.MORE:
        yield Factor("trend", TREND_POINTS, "Biedt de laatste jaren meer plekken.")
    elif employer.places_trend is Trend.FEWER:
        yield Factor("trend", -TREND_POINTS, "Biedt de laatste jaren minder plekken.")
    most = max(1, profile.travel.max_minutes)
    doing = travel.IN_WORDS[profile.travel.mode]
    points = TRAVEL_POINTS - TRAVEL_POINTS * minutes // most
    yield Factor("travel", points, f"{words.count(minutes, 'minuut', 'minuten')} {doing}; {most} mag.")
    need = profile.guidance_need
    if need is not Guidance.NONE and GUIDANCE_ORDER.index(employer.guidance) < GUIDANCE_ORDER.index(need):
        extra = "; neem de jobcoach mee in het gesprek" if profile.has_jobcoach else ""
        yield Factor("guidance", -GUIDANCE_POINTS, f"Vraag naar begeleiding: nodig is {words.guidance(need)}{extra}.")
