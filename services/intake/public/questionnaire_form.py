"""A questionnaire as the fields of a form, and a filled in form as answers: every kind of question, of any version."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from services.intake.domain.link_answers import FillInQuestionnaire, YesNo
from services.intake.domain.questionnaire import MOST, GiveAnswers, GivenAnswer, Item, ItemKind, Questionnaire
from services.intake.public.questions import CHOOSE, SEVERAL
from services.intake.public.shown import Question
from shared.errors import Invalid, Problem

NONE = "none-of-these"
"""Ticked: none of the answers, which is something else than not to have answered."""

NO_ANSWER = ("", "Geen antwoord")
"""A radio button that was chosen cannot be let go again: this one says so."""

NONE_AND_SOME = "Kies ‘geen van deze’, of kies antwoorden. Niet allebei."
ABOUT_THE_COMPANY = (
    "Schrijf over het bedrijf, niet over een persoon: laat namen, nummers en mailadressen weg. Houd het kort."
)
KINDS: Mapping[ItemKind, tuple[str, str]] = {
    ItemKind.SINGLE: ("choice", CHOOSE),
    ItemKind.MULTI: ("choices", "Kies uit de lijst."),
    ItemKind.NUMBER: ("number", f"Vul een getal van 0 tot en met {MOST} in."),
    ItemKind.OPEN: ("text", ABOUT_THE_COMPANY),
}
"""Of each kind of question the field, and what to do when it is not filled in as it can be."""

FINISHED = Question(
    "finished",
    "Bent u klaar?",
    "choice",
    CHOOSE,
    choices=((YesNo.YES, "Ja, dit zijn mijn antwoorden"), (YesNo.NO, "Nee, ik vul later meer in")),
    optional=True,
)
SHARED = Question(
    "text_shared",
    "Mag de regionale coördinator lezen wat u hierboven schreef?",
    "choice",
    CHOOSE,
    "Die ziet dan ook dat het van uw bedrijf komt. Zegt u nee, dan leest niemand het.",
    choices=((YesNo.YES, "Ja"), (YesNo.NO, "Nee")),
    value=YesNo.NO,
    optional=True,
)


def field_of(code: str) -> str:
    """The name of a question's field: apart from the fields that every questionnaire has."""
    return f"q-{code}"


def fields_of(asked: Questionnaire, known: GiveAnswers | None) -> tuple[Question, ...]:
    """The fields of a questionnaire, with what is known."""
    given = known.by_question if known else {}
    items = {item.code: item for item in asked.items}
    fields = [_field(item, given.get(item.code), _condition(item, items)) for item in asked.items]
    if any(item.kind is ItemKind.OPEN for item in asked.items):
        fields.append(replace(SHARED, value=YesNo.YES if known and known.text_shared else YesNo.NO))
    return (*fields, FINISHED)


def answers_from(asked: Questionnaire, said: FillInQuestionnaire) -> GiveAnswers:
    """What was filled in; raises `Invalid` with all that is wrong, by field."""
    problems: dict[str, str] = {}
    given: dict[str, GivenAnswer] = {}
    items = {item.code: item for item in asked.items}
    filled = said.__pydantic_extra__
    for item in asked.items:
        if (written := filled.get(field_of(item.code))) is None:
            continue
        answer = _answer(item, written)
        if isinstance(answer, str):
            problems[item.code] = answer
        elif not item.is_asked(given):
            problems[item.code] = f"{_condition(item, items)} Of laat deze vraag leeg."
        else:
            given[item.code] = answer
    if problems:
        raise Invalid(
            problems=[Problem(pointer=f"/{field_of(code)}", detail=wrong) for code, wrong in problems.items()]
        )
    finished, shared = said.finished is YesNo.YES, said.text_shared is YesNo.YES
    return GiveAnswers(answers=tuple(given.values()), finished=finished, text_shared=shared)


def _field(item: Item, given: GivenAnswer | None, condition: str) -> Question:
    kind, wrong = KINDS[item.kind]
    hints = [condition, SEVERAL if item.kind is ItemKind.MULTI else ""]
    return Question(
        field_of(item.code),
        item.text,
        kind,
        wrong,
        " ".join(hint for hint in hints if hint),
        tuple(_choices(item)),
        several=_written(item, given),
        optional=True,
        least=0,
        most=MOST,
    )


def _choices(item: Item) -> Iterator[tuple[str, str]]:
    for choice in item.choices:
        yield choice.code, choice.text[:1].upper() + choice.text[1:]
    if item.kind is ItemKind.MULTI:
        yield NONE, "Geen van deze"
    if item.kind is ItemKind.SINGLE:
        yield NO_ANSWER


def _written(item: Item, given: GivenAnswer | None) -> tuple[str, ...]:
    """An earlier answer as the field has it."""
    if given is None:
        return ()
    if item.kind is ItemKind.NUMBER:
        return (str(given.number),)
    if item.kind is ItemKind.OPEN:
        return (given.text or "",)
    return given.codes or (NONE,)


def _condition(item: Item, items: Mapping[str, Item]) -> str:
    """Of whom a question is asked, in words: without a script all questions stand on the page."""
    if item.asked_if is None:
        return ""
    earlier = items[item.asked_if.question]
    said = " of ".join(f"‘{choice.text}’" for choice in earlier.choices if choice.code in item.asked_if.codes)
    return f"Alleen als u {said} koos bij: {earlier.text}"


def _answer(item: Item, written: str | tuple[str, ...]) -> GivenAnswer | str:
    """The answer to a question, or what is wrong with it."""
    if NONE in written and isinstance(written, tuple) and len(written) > 1:
        return NONE_AND_SOME
    _, wrong = KINDS[item.kind]
    try:
        answer = GivenAnswer.model_validate({"question": item.code, **_document(item, written)})
    except ValidationError:
        return wrong
    return wrong if item.must_take(answer) else answer


def _document(item: Item, written: str | tuple[str, ...]) -> dict[str, Any]:
    if item.kind is ItemKind.NUMBER:
        return {"number": written}
    if item.kind is ItemKind.OPEN:
        return {"text": written}
    codes = (written,) if isinstance(written, str) else written
    return {"codes": [code for code in codes if code != NONE]}
