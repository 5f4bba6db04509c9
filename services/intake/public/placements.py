"""What the parties of a placement do by link: sign the agreement, say how it went."""

from collections.abc import Mapping
from typing import Any

from services.intake import agreements
from services.intake.days import today
from services.intake.domain.agreement import PARENTS_SIGN_AT_MOST_BELOW, Agreement, Party, Way
from services.intake.domain.evaluation import Evaluate, Information, NotAtItsEnd, must_be_at_its_end
from services.intake.domain.evaluation import Party as Evaluating
from services.intake.domain.ground import age_on
from services.intake.domain.link import LinkHasNoMoreUse, LinkIsEarly, LinkIsExpired, Purpose, Recipient
from services.intake.domain.link_answers import EvaluatePlacement, SignAgreement, YesNo
from services.intake.domain.placement import Placement
from services.intake.evaluating import BY_LINK, evaluate
from services.intake.linking import Held
from services.intake.public import questions
from services.intake.public.shown import Page, Question, Said, Section, Shown, period
from services.intake.store import AgreementStore, EmployerStore, PlacementStore, StudentStore
from services.intake.store.students import Action
from shared.errors import Invalid, Refused
from shared.unit_of_work import UnitOfWork

SIGNS: Mapping[Recipient, Party] = {
    Recipient.STUDENT: Party.STUDENT,
    Recipient.PARENTS: Party.PARENTS,
    Recipient.EMPLOYER: Party.EMPLOYER,
}


async def show_agreement(work: UnitOfWork, held: Held) -> Shown:
    """The words that are signed, as they were when this version was made; who cannot sign yet only reads."""
    agreement = await _to_sign(work, held)
    early = agreement.too_early_for(SIGNS[held.link.recipient])
    if held.link.recipient is Recipient.EMPLOYER:
        await StudentStore(work.session).log([agreement.student_id], held.viewer.subject, Action.PLACEMENT_READ)
    paper = agreement.paper
    days = tuple((str(day).capitalize(), f"{begin} tot {end}") for day, begin, end in paper.get("days", ()))
    before, after = (paper.get(name, ()) for name in ("sections", "closing"))
    sections = [*paper.get("parties", ()), *before]
    shown = (*map(_section, sections), Section("Dagen en tijden", days), *map(_section, after))
    return Shown(
        str(paper.get("title", "Stageovereenkomst")),
        (
            f"{held.school.facts.name} vraagt om deze overeenkomst te tekenen. Lees hem eerst goed door.",
            f"Dit is versie {agreement.number}.",
        ),
        shown,
        () if early else (_signing(held, agreement),),
        "Tekenen",
        f"Tekenen kan nu nog niet. {early}" if early else "Klopt er iets niet? Teken dan niet, en bel de school.",
    )


def _signing(held: Held, agreement: Agreement) -> Question:
    company = held.link.recipient is Recipient.EMPLOYER
    words = (
        "Wij hebben de overeenkomst gelezen. Wij zijn het ermee eens."
        if company
        else "Ik heb de overeenkomst gelezen. Ik ben het ermee eens."
    )
    wrong = "Zet een vinkje om te tekenen."
    return Question("number", "Tekenen", "choices", wrong, choices=((str(agreement.number), words),))


def _section(section: Mapping[str, Any]) -> Section:
    rows = tuple((str(name), str(value)) for name, value in section.get("facts", ()))
    lines = (*([section["text"]] if section.get("text") else []), *section.get("list", ()))
    return Section(str(section["title"]), rows, lines)


async def _to_sign(work: UnitOfWork, held: Held) -> Agreement:
    """The newest version, while this party still has to sign it."""
    await _placement(work, held)
    placement_id, party = held.link.subject.placement_id, SIGNS[held.link.recipient]
    found = await AgreementStore(work.session).latest(placement_id) if placement_id else None
    if found is None or party not in found.parties or party in {one.party for one in found.signatures}:
        raise LinkHasNoMoreUse
    return found


async def sign(work: UnitOfWork, held: Held, said: SignAgreement) -> Said:
    """The version that was read is signed, or nothing is."""
    party = SIGNS[held.link.recipient]
    placement = await _placement(work, held)
    try:
        signed = await agreements.sign(work, placement.id, party, Way.BY_LINK, number=said.number)
    except Refused as error:  # each says in Dutch why that party cannot sign now
        raise Invalid("/number", f"{error}") from None
    left = "Iedereen heeft nu getekend." if signed.next_party is None else "De school vraagt het nu aan de volgende."
    return Said("signed", {"number": signed.number, "party": party}, (left,))


async def _placement(work: UnitOfWork, held: Held, *, lock: bool = False) -> Placement:
    """The placement; the access log names the link. Parents see it as long as they have a say."""
    placement_id = held.link.subject.placement_id
    if placement_id is None:
        raise LinkHasNoMoreUse
    placement = await PlacementStore(work.session).get(placement_id, held.viewer, lock=lock)
    if held.link.recipient is not Recipient.EMPLOYER:
        student = await StudentStore(work.session).read(placement.student_id, held.viewer)
        adult = age_on(student.facts.birth_date, today()) >= PARENTS_SIGN_AT_MOST_BELOW
        if held.link.recipient is Recipient.PARENTS and adult:
            raise LinkIsExpired
    return placement


async def show_evaluation(work: UnitOfWork, held: Held) -> Shown:
    """How it went, asked in a few questions; of a placement that is at its end."""
    placement = await _placement(work, held)
    _must_be_over(placement)
    employer = await EmployerStore(work.session).find(placement.employer_id)
    name = employer.facts.name if employer else ""
    last = placement.end.ended_date if placement.end else placement.stay.end_date
    rows = (("Bedrijf", name), ("Periode", period(placement.stay.begin_date, last)))
    return Shown(
        "Hoe ging het met de leerling?",
        (f"Een leerling van {held.school.facts.name} is of was bij u. Wij horen graag hoe het ging.",),
        (Section("Om wie het gaat", rows),),
        (
            questions.EXPERIENCE,
            questions.WENT_WELL,
            questions.COULD_BE_BETTER,
            questions.INFORMATION,
            questions.AGAIN,
            questions.EVALUATION_NOTE,
        ),
        "Doorgeven aan de school",
        "De school leest uw antwoorden. Voor een rapport worden ze alleen geteld.",
    )


def _must_be_over(placement: Placement) -> None:
    try:
        must_be_at_its_end(placement, today())
    except NotAtItsEnd as error:
        raise LinkIsEarly(since=error.facts["since"]) from None


async def say_evaluation(work: UnitOfWork, held: Held, said: EvaluatePlacement) -> Said:
    """As the school's own call keeps it, in the name of the employer."""
    placement = await _placement(work, held, lock=True)
    answer = Evaluate(
        experience=said.experience,
        went_well=said.went_well,
        could_be_better=said.could_be_better,
        information=said.information or Information.UNKNOWN,
        again=None if said.again is None else said.again is YesNo.YES,
        note=said.text,
    )
    await evaluate(work, placement, Evaluating.EMPLOYER, answer, BY_LINK)
    thanks = "De school gebruikt uw antwoorden om het beter te doen."
    return Said("evaluated", {"experience": said.experience}, (thanks,))


PAGES: Mapping[Purpose, Page] = {
    Purpose.SIGN: Page(SignAgreement, show_agreement, sign),
    Purpose.EVALUATE: Page(EvaluatePlacement, show_evaluation, say_evaluation),
}
