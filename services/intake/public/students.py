"""What a student or the parents do by link: see what is shared, say yes or no, stop it, bring an employer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.intake.days import today
from services.intake.domain.codes import LIMITS, LISTS
from services.intake.domain.dutch import in_words
from services.intake.domain.ground import Giver, Ground, LegalGround, RecipientKind, RecordGround, age_on, checked
from services.intake.domain.ground import Purpose as SharedFor
from services.intake.domain.link import LinkHasNoMoreUse, LinkIsExpired, LinkIsUnknown, Purpose, Recipient, decides
from services.intake.domain.link_answers import AboutSharing, NameEmployer, SayConsent, Stop, YesNo
from services.intake.domain.student import Student
from services.intake.domain.student_facts import KnownEmployer, Relation
from services.intake.domain.tip import NamedEmployer
from services.intake.linking import Held
from services.intake.public.shown import Choices, Page, Question, Said, Section, Shown, chosen, period, spelt
from services.intake.resources import Resources
from services.intake.store import EmployerStore, GroundStore, PlacementStore, SpecialFactStore, StudentStore
from services.intake.suggesting import suggest
from shared.errors import Invalid
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

MOST_KNOWN = 20
"""Employers of one student's network, as in `StudentFacts`."""

ANSWERS: Choices = ((YesNo.YES, "Ja, dat mag"), (YesNo.NO, "Nee, dat mag niet"))
RELATIONS: Choices = (
    (Relation.FAMILY, "Er werkt familie"),
    (Relation.FRIENDS, "Er werken vrienden of kennissen"),
    (Relation.JOB, "Ik heb er een bijbaan"),
    (Relation.OTHER, "Anders"),
)
KINDS: Mapping[RecipientKind, str] = {
    RecipientKind.MUNICIPALITY: "gemeente",
    RecipientKind.UWV: "UWV",
    RecipientKind.WSP: "werkgeversservicepunt",
    RecipientKind.SBB: "SBB",
    RecipientKind.SCHOOL: "school",
    RecipientKind.EMPLOYER: "bedrijf",
    RecipientKind.CARE: "zorg",
    RecipientKind.PUBLIC: "iedereen",
    RecipientKind.OTHER: "anders",
}
FOR: Mapping[SharedFor, str] = {
    SharedFor.WARM_TRANSFER: "verder helpen na school",
    SharedFor.FINDING_A_PLACE: "een stage of werk vinden",
    SharedFor.INDICATION: "een indicatie aanvragen",
    SharedFor.FOLLOW_UP: "weten hoe het na school gaat",
    SharedFor.PUBLICATION: "laten zien: een profiel zonder naam, of een verhaal",
}
BECAUSE: Mapping[LegalGround, str] = {
    LegalGround.CONSENT: "omdat er toestemming voor is",
    LegalGround.LEGAL_TASK: "omdat het een taak is die in de wet staat",
}
OTHERS = (
    "Andere scholen zien alleen dat een plek bezet is, door welke school en tot wanneer. Ze zien nooit wie er is.",
    "Het zoeken naar een plek gebeurt zonder naam en zonder adres.",
)


@dataclass(frozen=True)
class Tone:
    """How the reader is spoken to."""

    want: str
    say: str
    may: str
    know: str
    how: str
    child: str


TONES: Mapping[Recipient, Tone] = {
    Recipient.STUDENT: Tone("Wil je", "je ja zegt", "Je kunt", "Ken je", "Hoe ken je het?", "jou"),
    Recipient.PARENTS: Tone("Wilt u", "u ja zegt", "U kunt", "Kent u", "Hoe kent u het?", "uw kind"),
}
NOTE = "Houd het kort, en schrijf geen burgerservicenummer op."


async def show_sharing(work: UnitOfWork, held: Held) -> Shown:
    """What is recorded, with whom it is shared and why, and what can be done about it."""
    student, school = await _student(work, held), held.school.facts.name
    tone = TONES[held.link.recipient]
    grounds = [one for one in await GroundStore(work.session).of(student.id) if one.holds_on(today())]
    shared = () if grounds else ("Op dit moment delen wij niets met anderen.",)
    return Shown(
        f"Wat weet de school van {tone.child}?",
        (f"{school} bewaart gegevens om een stage of werk te vinden. Hier staat welke, en wie ze krijgt.",),
        (
            Section(f"Dit staat er over {tone.child}", await _recorded(work, student)),
            Section("Stages en werk", *await _stays(work, student, held)),
            Section("Dit delen wij met anderen", tuple(_shared(one) for one in grounds), shared),
            Section("Wat anderen niet zien", lines=OTHERS),
        ),
        _stopping(held, student, grounds, tone),
        "Doorgeven aan de school",
        f"Klopt er iets niet? {tone.want} alles zien of laten wissen? Vraag het de school.",
    )


def _stopping(held: Held, student: Student, grounds: list[Ground], tone: Tone) -> tuple[Question, ...]:
    """Consent is withdrawn by who decides; to what the law lets a school do anybody concerned can object."""
    choices = tuple((f"{_stop(one)}:{one.id}", _offered(one)) for one in grounds if _can_stop(held, student, one))
    if not choices:
        return ()
    return (
        Question("stop", f"{tone.want} dat iets stopt?", "choice", "Kies een van de antwoorden.", choices=choices),
        Question("text", f"{tone.want} er iets bij zeggen?", "text", NOTE, optional=True),
    )


def _stop(ground: Ground) -> Stop:
    return Stop.WITHDRAW if ground.facts.legal_ground is LegalGround.CONSENT else Stop.OBJECT


def _can_stop(held: Held, student: Student, ground: Ground) -> bool:
    age = age_on(student.facts.birth_date, today())
    return _stop(ground) is Stop.OBJECT or decides(held.link.recipient, age)


def _offered(ground: Ground) -> str:
    what = "Toestemming intrekken" if _stop(ground) is Stop.WITHDRAW else "Bezwaar maken"
    return f"{what}: {ground.facts.organisation} ({FOR[ground.facts.purpose]})"


def _shared(ground: Ground) -> tuple[str, str]:
    facts = ground.facts
    return (
        f"{facts.organisation} ({KINDS[facts.recipient_kind]})",
        f"Om: {FOR[facts.purpose]}. Dat mag {BECAUSE[facts.legal_ground]}, tot en met {in_words(facts.end_date)}.",
    )


async def _recorded(work: UnitOfWork, student: Student) -> tuple[tuple[str, str], ...]:
    shared: Resources = work.resources
    facts = student.facts
    wishes = tuple(wish.sector for wish in sorted(facts.wishes, key=lambda wish: wish.rank))
    special = await SpecialFactStore(work.session).of(student.id, today())
    rows = (
        ("Naam", f"{facts.given_name} {facts.family_name}"),
        ("Geboren op", in_words(facts.birth_date)),
        ("Woonplaats", facts.address.place if facts.address else ""),
        ("Wensen voor werk", spelt(shared.codes.lists["sectors"], wishes)),
        ("Wat niet gaat", spelt(LIMITS, facts.limits)),
        ("Wat goed gaat", spelt(LIMITS, facts.possibilities)),
        ("Diploma's en certificaten", spelt(LISTS["certificates"], facts.certificates)),
        ("Zoekt vanaf", in_words(facts.begin_date) if facts.begin_date else ""),
        ("Bijzondere gegevens", f"{len(special)}: vraag de school welke" if special else "geen"),
    )
    return tuple(row for row in rows if row[1])


Stays = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]


async def _stays(work: UnitOfWork, student: Student, held: Held) -> Stays:
    found = await PlacementStore(work.session).of_student(student.id)
    employers = await EmployerStore(work.session).several({one.employer_id for one in found})
    rows = tuple(
        (
            employers[one.employer_id].facts.name,
            period(one.stay.begin_date, one.end.ended_date if one.end else one.stay.end_date),
        )
        for one in found
        if one.employer_id in employers
    )
    return rows, () if rows else (f"Nog niet via {held.school.facts.name}.",)


async def _student(work: UnitOfWork, held: Held, *, lock: bool = False) -> Student:
    """Whose link it is; the access log names the link. Parents of who has become 16 see nothing any more."""
    student_id = held.link.subject.student_id
    if student_id is None:
        raise LinkIsUnknown
    students = StudentStore(work.session)
    found = await students.change(student_id, held.viewer) if lock else await students.read(student_id, held.viewer)
    age = age_on(found.facts.birth_date, today())
    if held.link.recipient is Recipient.PARENTS and not decides(held.link.recipient, age):
        raise LinkIsExpired
    return found


async def stop_sharing(work: UnitOfWork, held: Held, said: AboutSharing) -> Said:
    """Both count at once; about an objection the school decides within a month (AVG art. 12 and 18)."""
    student = await _student(work, held, lock=True)
    grounds = GroundStore(work.session)
    ground = await grounds.get(said.ground_id, held.viewer, lock=True)
    fits = ground.student_id == student.id and ground.holds_on(today()) and said.what is _stop(ground)
    if not fits or not _can_stop(held, student, ground):
        raise Invalid("/stop", "Dit kan niet meer. Kies een ander antwoord.")
    document = {"groundId": str(ground.id), "text": said.text}
    if said.what is Stop.OBJECT:
        await grounds.save(ground.objected_to(today()))
        stopped = f"Wij delen nu niets meer met {ground.facts.organisation}."
        return Said(
            "objected", document, (stopped, "De school kijkt ernaar en laat binnen een maand weten wat er gebeurt.")
        )
    await grounds.save(ground.withdrawn(today()))
    return Said("withdrawn", document, (f"Vanaf nu delen wij niets meer met {ground.facts.organisation}.",))


async def show_consent(work: UnitOfWork, held: Held) -> Shown:
    """What the school asks."""
    student, tone, asks = await _student(work, held), TONES[held.link.recipient], held.link.asks
    if (
        asks is None
        or asks.end_date < today()
        or not decides(held.link.recipient, age_on(student.facts.birth_date, today()))
    ):
        raise LinkHasNoMoreUse
    about = "jouw gegevens" if held.link.recipient is Recipient.STUDENT else f"gegevens van {student.facts.given_name}"
    rows = (
        ("Met wie", f"{asks.organisation} ({KINDS[asks.recipient_kind]})"),
        ("Waarom", FOR[asks.purpose]),
        ("Tot en met", in_words(asks.end_date)),
    )
    return Shown(
        "Mogen wij dit delen?",
        (f"{held.school.facts.name} wil {about} delen. Dat mag alleen als {tone.say}.",),
        (Section("Wat de school vraagt", rows),),
        (Question("answer", "Mag dit?", "choice", "Kies ja of nee.", choices=ANSWERS),),
        "Doorgeven aan de school",
        f"Nee zeggen mag altijd. {tone.may} toestemming later weer intrekken.",
    )


async def say_consent(work: UnitOfWork, held: Held, said: SayConsent) -> Said:
    """A yes is a ground from today on; a no is kept as an answer, and nothing is shared."""
    await show_consent(work, held)
    student, asks = await _student(work, held, lock=True), held.link.asks
    assert asks is not None
    if said.answer is YesNo.NO:
        return Said("refused", {}, ("Wij delen dit niet.",))
    given = Giver.STUDENT if held.link.recipient is Recipient.STUDENT else Giver.PARENTS
    facts = RecordGround(**asks.model_dump(), legal_ground=LegalGround.CONSENT, given_by=given, given_date=today())
    age = checked(facts, student.facts.birth_date)
    ground = Ground(new_id(), student.id, student.school_id, held.viewer.subject, facts, age)
    await GroundStore(work.session).add(ground)
    return Said("given", {"groundId": str(ground.id)}, (f"Wij mogen dit nu delen met {asks.organisation}.",))


async def show_network(work: UnitOfWork, held: Held) -> Shown:
    """Many places are found through who one knows (C19)."""
    await _student(work, held)
    shared: Resources = work.resources
    tone = TONES[held.link.recipient]
    return Shown(
        f"{tone.know} een bedrijf?",
        (f"{tone.know} een bedrijf waar een stage kan? De school kijkt of het past, en belt het bedrijf.",),
        questions=(
            Question(
                "name",
                "Hoe heet het bedrijf?",
                "line",
                "Vul de naam van het bedrijf in.",
                "Niet de naam van een persoon.",
            ),
            Question("place", "In welke plaats is het?", "line", "Vul de plaats in.", autocomplete="off"),
            Question(
                "sector",
                "Wat voor werk is het?",
                "select",
                "Kies het werk uit de lijst.",
                choices=chosen(shared.codes.lists["sectors"]),
            ),
            Question(
                "relation",
                tone.how,
                "choice",
                "Kies een van de antwoorden.",
                choices=RELATIONS,
            ),
        ),
        calm="Andere scholen zien alleen het bedrijf. Ze zien niet van wie de tip komt.",
    )


async def name_employer(work: UnitOfWork, held: Held, said: NameEmployer) -> Said:
    """The employer stands in the register as a suggestion, and in the student's own network."""
    student = await _student(work, held, lock=True)
    shared: Resources = work.resources
    if said.sector not in shared.codes.lists["sectors"]:
        raise Invalid("/sector", "Kies het werk uit de lijst.")
    if len(student.facts.network) >= MOST_KNOWN:
        raise Invalid("/name", "Er staan al veel bedrijven. Vertel het de school.")
    thanks = ("Bedankt! De school kijkt of dit bedrijf past.",)
    known = next((one for one in student.facts.network if one.employer_name.casefold() == said.name.casefold()), None)
    if known is not None:
        return Said("named", _named(known, said), thanks)
    origin = "student" if held.link.recipient is Recipient.STUDENT else "parents"
    named = NamedEmployer(name=said.name, sector=said.sector, place=said.place)
    employer = await suggest(work, named, held.school.situation.region, origin)
    known = KnownEmployer(employer_id=employer.id, employer_name=said.name, relation=said.relation)
    facts = student.facts.model_copy(update={"network": (*student.facts.network, known)})
    await StudentStore(work.session).save(replace(student, facts=facts))
    return Said("named", _named(known, said), thanks)


def _named(known: KnownEmployer, said: NameEmployer) -> dict[str, str | None]:
    """The place is for who looks the employer up: without a postcode the register cannot say where it lies."""
    return {"employerId": str(known.employer_id) if known.employer_id else None, "place": said.place}


PAGES: Mapping[Purpose, Page] = {
    Purpose.SHARING: Page(AboutSharing, show_sharing, stop_sharing),
    Purpose.CONSENT: Page(SayConsent, show_consent, say_consent),
    Purpose.OWN_NETWORK: Page(NameEmployer, show_network, name_employer),
}
