"""Questionnaires (M4): what schools and employers are asked to think, as data; every answer is of an organisation."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.company_text import CompanyText, name_nobody
from services.intake.domain.employer import Employer
from services.intake.domain.fields import Codes, examples
from shared.api import Body, Resource
from shared.errors import Invalid, Problem
from shared.events.codes import Code
from shared.events.intake import CodedAnswer

MOST = 1_000
"""More is a typing error: numbers are of students or places at one organisation."""


class Audience(StrEnum):
    """Whom a questionnaire is for."""

    SCHOOL = "school"
    EMPLOYER = "employer"


class ItemKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTI = "multi"
    NUMBER = "number"
    OPEN = "open"


class Choice(Resource):
    """One of the answers to choose from."""

    code: Code
    text: str


class Condition(Resource):
    """Asked only of who gave one of these answers to an earlier question."""

    question: Code
    codes: tuple[Code, ...]


class Item(Resource):
    """A question. Its code stands for its meaning: another meaning is another code, in a new version."""

    code: Code
    kind: ItemKind
    need: str = Field(description="What the report asked, by the number of its table or count.")
    text: str
    choices: tuple[Choice, ...] = ()
    asked_if: Condition | None = None

    def is_asked(self, given: "Mapping[str, GivenAnswer]") -> bool:
        """Whether it is asked of who gave these answers."""
        if self.asked_if is None:
            return True
        earlier = given.get(self.asked_if.question)
        return earlier is not None and not set(self.asked_if.codes).isdisjoint(earlier.codes)

    def must_take(self, answer: "GivenAnswer") -> str | None:
        """What is wrong with an answer, in words for who gave it."""
        known = {choice.code for choice in self.choices}
        if wrong := [code for code in answer.codes if code not in known]:
            return f"{wrong[0]!r} is geen antwoord op deze vraag: kies uit {', '.join(sorted(known)) or 'niets'}"
        if self.kind is ItemKind.SINGLE and len(answer.codes) != 1:
            return "kies hier één antwoord; laat de vraag weg als u het niet weet"
        if (answer.number is not None) != (self.kind is ItemKind.NUMBER):
            return "een getal hoort bij een vraag naar een getal, en alleen daarbij"
        if (answer.text is not None) != (self.kind is ItemKind.OPEN):
            return "tekst hoort bij een open vraag, en alleen daarbij"
        return None


class Questionnaire(Resource):
    """A version of a questionnaire; versions that were used stay, so that their rounds can be read."""

    model_config = examples(
        {
            "name": "employer",
            "version": 1,
            "validFromDate": "2026-08-01",
            "audience": "employer",
            "title": "Vragenlijst voor werkgevers over de samenwerking met scholen",
            "items": [
                {
                    "code": "initiative",
                    "kind": "single",
                    "need": "K14",
                    "text": "Wie nam het initiatief tot de samenwerking met de school?",
                    "choices": [{"code": "school", "text": "school"}, {"code": "employer", "text": "werkgever"}],
                }
            ],
        }
    )

    name: Code
    version: int
    valid_from_date: date
    audience: Audience
    title: str
    items: tuple[Item, ...]


class GivenAnswer(Body):
    """The answer to one question: what fits its kind. No codes at several choices: none of them."""

    question: Code
    codes: Codes = ()
    number: Annotated[int, Field(ge=0, le=MOST)] | None = None
    text: CompanyText | None = None


def _once(answers: tuple[GivenAnswer, ...]) -> tuple[GivenAnswer, ...]:
    if len({answer.question for answer in answers}) < len(answers):
        raise ValueError("a question is answered once")
    return answers


class GiveAnswers(Body):
    """All answers so far, in place of those before; what nobody knows is left out."""

    model_config = examples(
        {
            "answers": [
                {"question": "first-contact", "codes": ["telephone", "own-network"]},
                {"question": "labour-market-information", "codes": ["yes"]},
                {"question": "labour-market-sources", "codes": ["sbb"]},
            ],
            "finished": True,
        }
    )

    answers: Annotated[tuple[GivenAnswer, ...], Field(max_length=100), AfterValidator(_once)] = ()
    finished: bool = Field(default=False, description="Filled in to the end: counted at once, and not reminded of.")
    text_shared: bool = Field(default=False, description="The regional coordinator may read the open answers.")

    @property
    def by_question(self) -> Mapping[str, GivenAnswer]:
        """The answers by the code of their question."""
        return {answer.question: answer for answer in self.answers}

    def must_fit(self, questionnaire: Questionnaire) -> None:
        """Raise `Invalid` with all that is wrong."""
        items = {item.code: item for item in questionnaire.items}
        problems = []
        for number, answer in enumerate(self.answers):
            item = items.get(answer.question)
            wrong = "deze vraag staat niet in de vragenlijst" if item is None else item.must_take(answer)
            if item is not None and not wrong and not item.is_asked(self.by_question):
                wrong = "deze vraag hoort bij een ander antwoord op een eerdere vraag: laat haar weg"
            if wrong:
                problems.append(Problem(pointer=f"/answers/{number}", detail=wrong))
        if problems:
            raise Invalid(problems=problems)

    def must_name_nobody_of(self, employer: Employer) -> None:
        """Raise `Invalid` for a text with the name of somebody who is known to work there."""
        for number, answer in enumerate(self.answers):
            name_nobody(answer.text, employer, f"/answers/{number}/text")

    def coded(self, questionnaire: Questionnaire) -> tuple[CodedAnswer, ...]:
        """What leaves the register: every question that was asked, without open text."""
        return tuple(_coded(questionnaire, self.by_question))


class FillIn(GiveAnswers):
    """Answers, and for which school they are filled in."""

    school_id: UUID | None = Field(
        default=None, description="For an employer: the school that asked it; needed by who works for several."
    )


def _coded(questionnaire: Questionnaire, given: Mapping[str, GivenAnswer]) -> Iterator[CodedAnswer]:
    for item in questionnaire.items:
        if item.kind is ItemKind.OPEN or not item.is_asked(given):
            continue
        answer = given.get(item.code)
        if answer is None:
            yield CodedAnswer(question=item.code, answered=False)
        else:
            yield CodedAnswer(question=item.code, codes=answer.codes, number=answer.number)
