"""Forms as browsers send them, read into a model of the domain; what is wrong is told by field, in the page's words."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin
from urllib.parse import parse_qsl

from pydantic import ValidationError

from services.intake.public.shown import Problems, Question
from shared.api import Body

MOST_FIELDS = 150
"""Of a questionnaire in which everything is ticked, and then some."""
LARGEST_FORM = 64 * 1024
"""Bytes: a text of 2 000 characters with everything in it escaped, several times over."""

TURN = "turn"
"""How many answers the link had when the page was made: two who have it open at once are told of each other."""


class NotAForm(Exception):
    """What came is none of our forms."""


class NotRight(Exception):
    """A form with something to mend."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("a form with something to mend")
        self.problems = problems


def given(body: bytes) -> dict[str, list[str]]:
    """The fields of a form, without those that are empty; raises `NotAForm`."""
    if len(body) > LARGEST_FORM:
        raise NotAForm
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise NotAForm from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if written := value.replace("\r\n", "\n").strip():
            fields.setdefault(name, []).append(written)
    return fields


def turn_of(fields: Mapping[str, Sequence[str]]) -> int | None:
    """Which answer of the link this is meant to be; None: it says none."""
    said = fields.get(TURN, [""])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def read(form: type[Body], fields: Mapping[str, Sequence[str]], questions: Sequence[Question]) -> Body:
    """The form as a model, from the fields that were asked for; raises `NotRight`."""
    document: dict[str, Any] = {}
    for question in questions:
        if values := fields.get(question.name):
            document[question.name] = tuple(values) if _several(form, question) else values[0]
    try:
        return form.model_validate(document)
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors() if found["loc"]}
        asked = {question.name: question.wrong for question in questions}
        raise NotRight(Problems({name: asked[name] for name in asked if name in wrong})) from None


def _several(form: type[Body], question: Question) -> bool:
    """Whether a question takes several answers: one that is ticked to agree is a field of one."""
    field = form.model_fields.get(question.name)
    return question.kind == "choices" and (field is None or get_origin(field.annotation) is tuple)
