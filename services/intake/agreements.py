"""Agreements: drawn up by the school, signed by each party in order, whether on paper or by a link."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.intake import printing
from services.intake.days import today
from services.intake.domain.agreement import (
    WITH_ANOTHER_CONTRACT,
    Agreement,
    AgreementTerms,
    NoSuchAgreement,
    Party,
    Signature,
    Way,
    drawn_up,
    parties_of,
    require_days,
)
from services.intake.domain.agreement_paper import Around, paper, signed_paper
from services.intake.domain.ground import age_on
from services.intake.domain.offer_kinds import KINDS
from services.intake.domain.placement import Placement
from services.intake.domain.placement_states import Act
from services.intake.domain.student import Student
from services.intake.domain.supervision import Supervise
from services.intake.store import (
    AgreementStore,
    EmployerStore,
    LocationStore,
    OfferStore,
    PlacementStore,
    SchoolStore,
    SupervisionStore,
)
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def draw_up(
    work: UnitOfWork, placement: Placement, student: Student, terms: AgreementTerms, author: str
) -> Agreement:
    """Keep what is agreed as a version of a placement's agreement, which is locked.

    Raises `ActIsImpossible`, `NoSuchAgreement` for paid work, `Invalid` for hours on other days.
    """
    placement.after(Act.AGREE, today())
    if placement.kind in WITH_ANOTHER_CONTRACT:
        raise NoSuchAgreement(kind=KINDS[placement.kind].nl)
    require_days(terms, placement.stay)
    around = await _around(work, placement, student)
    terms = _filled(terms, placement, around.supervision)
    age = age_on(student.facts.birth_date, today())
    new = Agreement(
        id=new_id(),
        placement_id=placement.id,
        student_id=placement.student_id,
        school_id=placement.school_id,
        employer_id=placement.employer_id,
        number=1,
        author=author,
        terms=terms,
        stay=placement.stay,
        parties=parties_of(age, parents_too=terms.parents_sign),
        paper=paper(terms, placement.stay, around),
    )
    agreements = AgreementStore(work.session)
    agreement = drawn_up(await agreements.latest(placement.id), new)
    await agreements.save(agreement)
    return agreement


async def sign(
    work: UnitOfWork,
    placement_id: UUID,
    party: Party,
    way: Way,
    *,
    number: int | None = None,
    signed_date: date | None = None,
) -> Agreement:
    """One party signs the version with that number (left out: the newest), today or on the day that a paper says.

    It locks the placement, so that two who sign at one moment come one after the other. Raises, each with a Dutch
    sentence: `ActIsImpossible`, `AgreementIsOutdated`, `AgreementIsIncomplete`, `SignedAlready`, `NotTheirTurn`,
    `SignsNot`; `NotFound` without an agreement; `Invalid` for a day ahead.
    """
    on = signed_date or today()
    if on > today():
        raise Invalid("/signedDate", "ligt in de toekomst")
    placement = await PlacementStore(work.session).lock(placement_id)
    agreements = AgreementStore(work.session)
    if placement is None or (latest := await agreements.latest(placement_id)) is None:
        raise NotFound("agreement")
    placement.after(Act.SIGN, today())
    agreement = latest if number is None else await agreements.get(placement_id, number)
    signature = Signature(party=party, way=way, signed_date=on, recorded_at=datetime.now(UTC))
    signed = agreement.signed(signature, latest.number, placement.stay)
    await agreements.save(signed)
    return signed


async def printed(agreement: Agreement) -> bytes:
    """The agreement on paper, with who signed it so far; a draft says what is missing."""
    return await printing.pdf("agreement", signed_paper(agreement))


async def _around(work: UnitOfWork, placement: Placement, student: Student) -> Around:
    school = await SchoolStore(work.session).get(placement.school_id)
    employer = await EmployerStore(work.session).find(placement.employer_id)
    if employer is None:
        raise NotFound("employer")
    offer = (await OfferStore(work.session).several([placement.offer_id])).get(placement.offer_id)
    location_id = offer.facts.location_id if offer else None
    location = await LocationStore(work.session).find(location_id) if location_id else None
    address = location.facts.address if location else employer.facts.address
    supervision = await SupervisionStore(work.session).of(placement.id)
    return Around(placement.kind, student, school, employer, address, supervision)


def _filled(terms: AgreementTerms, placement: Placement, supervision: Supervise | None) -> AgreementTerms:
    """With the supervisors that the register knows, where none are named."""
    coach = placement.coach.name if placement.coach else None
    supervisor = supervision.supervisor if supervision else None
    return terms.model_copy(
        update={
            "school_supervisor": terms.school_supervisor or coach,
            "employer_supervisor": terms.employer_supervisor or supervisor,
        }
    )
