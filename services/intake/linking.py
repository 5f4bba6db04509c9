"""Links for those without an account: made for somebody, given a token, held by whoever has it, answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.days import today
from services.intake.domain.ground import age_on
from services.intake.domain.link import (
    RULES,
    About,
    Answer,
    Delivery,
    Link,
    LinkIsUnknown,
    MakeLink,
    Recipient,
    Subject,
    made,
    must_be_possible,
    must_hold,
    new_token,
)
from services.intake.domain.questionnaire import Audience
from services.intake.domain.questionnaire_round import NoRoundIsOpen, Round
from services.intake.domain.rights import Viewer
from services.intake.domain.school import School
from services.intake.resources import Resources
from services.intake.store import (
    EmployerStore,
    LinkStore,
    OfferStore,
    PlacementStore,
    RoundStore,
    SchoolStore,
    StudentStore,
)
from services.intake.store.acting import enter_for
from shared.errors import Forbidden, Invalid
from shared.events.codes import Code
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Held:
    """A link in somebody's hands: he sees and does what the page of its purpose does, as the school that made it."""

    link: Link
    school: School

    @property
    def viewer(self) -> Viewer:
        """As whom the register's own functions see him; the access log names the link."""
        school = self.school
        one, region = frozenset({school.id}), frozenset({school.situation.region})
        return Viewer(f"link:{self.link.id}", schools=one, school_regions=region, own_schools=one)


async def make(work: UnitOfWork, asked: MakeLink, viewer: Viewer) -> Link:
    """A link about something that the caller may speak for; one that is to be mailed is told of.

    Raises `NotFound`, `Forbidden`, `NoRoundIsOpen`, or `Invalid` where there is no address, or it is for somebody else
    to decide.
    """
    must_be_possible(asked.asks, today())
    subject = await _SUBJECTS[RULES[asked.purpose].about](work, asked, viewer)
    if RULES[asked.purpose].in_round:
        subject = replace(subject, round_id=(await _round_that_asks(work, subject)).id)
    if asked.delivery is Delivery.MAIL:
        asked = asked.model_copy(update={"email": asked.email or await _address(work, subject, asked)})
    links = LinkStore(work.session)
    link = made(new_id(), asked, subject, viewer.subject, await links.now(), await _ends(work, subject))
    return await keep(work, link)


async def renew(work: UnitOfWork, link: Link) -> Link:
    """A locked link lasts as long as a new one; raises `LinkIsRevoked`, `RoundIsClosed`."""
    now = await LinkStore(work.session).now()
    return await keep(work, link.renewed(now, await _ends(work, link.subject)))


async def keep(work: UnitOfWork, link: Link) -> Link:
    """Keep a new or changed link; when a letter with it is to be sent, tell of it."""
    await LinkStore(work.session).save(link)
    if link.letter_until is None:
        return link
    shared: Resources = work.resources
    told = await work.announce(link.issued(), dataref=shared.letter(link.id))
    return replace(link, version=told.version)


async def give(work: UnitOfWork, link: Link) -> str:
    """A new token for a link, which nobody can read again; one that led to it before does so no more."""
    token = new_token()
    await LinkStore(work.session).give(link.id, token)
    shared: Resources = work.resources
    return shared.page(token)


async def hold(work: UnitOfWork, token: str, *, lock: bool = False) -> Held:
    """The link with a token; from then on the transaction works for its school alone.

    Raises `LinkIsUnknown` for one that was never there, was revoked, or whose student was erased: nobody learns which;
    `LinkIsExpired`.
    """
    links = LinkStore(work.session)
    if (link := await links.held(token)) is None:
        raise LinkIsUnknown
    await enter_for(work.session, link.subject.school_id)
    if lock and (link := await links.lock(link.id)) is None:
        raise LinkIsUnknown
    school = await SchoolStore(work.session).get(link.subject.school_id)
    if not school.takes_part_on(today()):
        raise LinkIsUnknown
    link.must_stand(await links.now())
    return Held(link, school)


async def answered(work: UnitOfWork, held: Held, code: Code, said: Mapping[str, Any]) -> None:
    """Keep what the holder of a locked link said, and tell the school."""
    await LinkStore(work.session).answer(held.link, Answer(new_id(), code, dict(said)))
    await work.announce(held.link.answered(code))


async def _of_offer(work: UnitOfWork, asked: MakeLink, viewer: Viewer) -> Subject:
    offer = await OfferStore(work.session).get(asked.subject_id, viewer)
    employer = await EmployerStore(work.session).get(offer.employer_id, viewer)
    if not offer.kept_by(viewer, employer):
        raise Forbidden("the school that brought an offer in asks whether it is still there")
    offer.must_be_open()
    school = viewer.acting_school(asked.school_id or _one_of(offer.brought_in_by, viewer), "/schoolId")
    return Subject(school, offer_id=offer.id, employer_id=offer.employer_id)


async def _of_employer(work: UnitOfWork, asked: MakeLink, viewer: Viewer) -> Subject:
    employer = await EmployerStore(work.session).get(asked.subject_id, viewer)
    if not employer.kept_by(viewer):
        raise Forbidden("schools of its region and schools that work with it change an employer")
    return Subject(viewer.acting_school(asked.school_id, "/schoolId"), employer_id=employer.id)


async def _of_placement(work: UnitOfWork, asked: MakeLink, viewer: Viewer) -> Subject:
    placement = await PlacementStore(work.session).get(asked.subject_id, viewer)
    viewer.must_work_at(placement.school_id)
    if placement.is_anonymous:
        raise Invalid("/subjectId", "the student of this placement was erased")
    return Subject(
        placement.school_id,
        offer_id=placement.offer_id,
        employer_id=placement.employer_id,
        placement_id=placement.id,
        student_id=placement.student_id,
    )


async def _of_student(work: UnitOfWork, asked: MakeLink, viewer: Viewer) -> Subject:
    student = await StudentStore(work.session).read(asked.subject_id, viewer)
    viewer.must_work_at(student.school_id)
    must_hold(asked.purpose, asked.recipient, age_on(student.facts.birth_date, today()))
    return Subject(student.school_id, student_id=student.id)


_SUBJECTS: Mapping[About, Callable[[UnitOfWork, MakeLink, Viewer], Awaitable[Subject]]] = {
    About.OFFER: _of_offer,
    About.EMPLOYER: _of_employer,
    About.PLACEMENT: _of_placement,
    About.STUDENT: _of_student,
}


async def _round_that_asks(work: UnitOfWork, subject: Subject) -> Round:
    employer = await EmployerStore(work.session).find(subject.id(About.EMPLOYER))
    found = await RoundStore(work.session).asking(Audience.EMPLOYER, employer.situation.region) if employer else None
    if found is None:
        raise NoRoundIsOpen
    return found


async def _ends(work: UnitOfWork, subject: Subject) -> datetime | None:
    """When a round's link is over; of others their rule says it."""
    if subject.round_id is None:
        return None
    asked = await RoundStore(work.session).get(subject.round_id, stays=True)
    asked.must_be_open()
    return asked.ends


def _one_of(school_id: UUID | None, viewer: Viewer) -> UUID | None:
    return school_id if school_id in viewer.schools else None


async def _address(work: UnitOfWork, subject: Subject, asked: MakeLink) -> str:
    """The employer's own; of students and parents the register knows none."""
    employer = None
    if asked.recipient is Recipient.EMPLOYER and subject.employer_id:
        employer = await EmployerStore(work.session).find(subject.employer_id)
    if employer is None or employer.facts.email is None:
        raise Invalid("/email", "say to which address it is mailed: none is known")
    return employer.facts.email
