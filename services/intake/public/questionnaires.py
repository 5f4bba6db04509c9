"""An employer answers a questionnaire by link: the page is made from the questions as they are packaged."""

from collections.abc import Mapping

from services.intake.asking import answer
from services.intake.domain.dutch import in_words
from services.intake.domain.employer import Employer
from services.intake.domain.link import LinkIsUnknown, Purpose
from services.intake.domain.link_answers import FillInQuestionnaire, YesNo
from services.intake.domain.questionnaire import GiveAnswers
from services.intake.domain.questionnaire_round import Respondent, Response, Round
from services.intake.linking import Held
from services.intake.public.employers import employer_of
from services.intake.public.questionnaire_form import ABOUT_THE_COMPANY, answers_from, field_of, fields_of
from services.intake.public.shown import Page, Said, Shown
from services.intake.questionnaire_data import questionnaire
from services.intake.store import ResponseStore, RoundStore
from services.intake.store.acting import Capacity, acting_as
from shared.errors import Invalid, Problem
from shared.unit_of_work import UnitOfWork

ONCE_FOR_ALL = "U hoeft niet alles in te vullen: wat u niet weet, laat u leeg."
NOBODY_SEES = (
    "Scholen zien uw antwoorden niet. Zij zien alleen cijfers van meer bedrijven samen. Schrijf niets over een persoon."
)
FILLED_IN_BEFORE = (
    "Een school heeft deze vragen al voor u ingevuld, na een gesprek. Wat u hier doorgeeft, komt daarvoor in de plaats."
)


async def show_questionnaire(work: UnitOfWork, held: Held) -> Shown:
    """All questions, with what the employer itself answered before; what a school filled in for it is not shown."""
    asked, employer = await _asked(work, held), await employer_of(work, held)
    Respondent.of(employer).must_be_asked_in(asked)
    known = await _known(work, asked, employer)
    own = known if known and known.recorded_for is None else None
    of = questionnaire(asked.facts.questionnaire, asked.questionnaire_version)
    why = f"{held.school.facts.name} vraagt hoe {employer.facts.name} de samenwerking met scholen ziet."
    until = f"U kunt uw antwoorden veranderen tot en met {in_words(asked.facts.closes_date)}."
    lines = (why, f"{ONCE_FOR_ALL} {until}", *((FILLED_IN_BEFORE,) if known and own is None else ()))
    fields = fields_of(of, own.given if own else None)
    return Shown(of.title, lines, questions=fields, button="Bewaren", calm=NOBODY_SEES, piecemeal=True)


async def say_questionnaire(work: UnitOfWork, held: Held, said: FillInQuestionnaire) -> Said:
    """All answers so far, in place of those before; the school that made the link learns only that there are some."""
    employer = await employer_of(work, held, lock=True)
    asked = await _asked(work, held)
    given = answers_from(questionnaire(asked.facts.questionnaire, asked.questionnaire_version), said)
    try:
        await answer(work, asked.id, employer, given)
    except Invalid as error:
        raise _beside_their_fields(error, given) from error
    whole = said.finished is YesNo.YES
    until = in_words(asked.facts.closes_date)
    then = "U kunt uw antwoorden veranderen" if whole else "Wat u heeft ingevuld, is bewaard. U kunt de rest invullen"
    thanks = (f"{then} tot en met {until}. Gebruik daarvoor dezelfde link.",)
    return Said("questionnaire-finished" if whole else "questionnaire-begun", {}, thanks)


async def _asked(work: UnitOfWork, held: Held) -> Round:
    """The round of the link; raises `RoundIsClosed`."""
    round_id = held.link.subject.round_id
    if round_id is None:
        raise LinkIsUnknown
    asked = await RoundStore(work.session).get(round_id)
    asked.must_be_open()
    return asked


async def _known(work: UnitOfWork, asked: Round, employer: Employer) -> Response | None:
    """What stands already: of the link's school, of another, or the employer's own, which is no school's row."""
    async with acting_as(work.session, Capacity.REGISTER):
        return await ResponseStore(work.session).find(asked.id, Respondent.of(employer))


def _beside_their_fields(error: Invalid, given: GiveAnswers) -> Invalid:
    """Texts that name somebody who works there, as the form knows them: all else was looked at before."""
    wrong = [given.answers[int(problem.pointer.split("/")[2])].question for problem in error.problems]
    return Invalid(problems=[Problem(pointer=f"/{field_of(code)}", detail=ABOUT_THE_COMPANY) for code in wrong])


PAGES: Mapping[Purpose, Page] = {
    Purpose.QUESTIONNAIRE: Page(FillInQuestionnaire, show_questionnaire, say_questionnaire),
}
