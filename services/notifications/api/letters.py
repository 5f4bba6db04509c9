"""All letters and digests with made-up facts, for who judges their words."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from pydantic import ConfigDict

from services.notifications.clients import Resources
from services.notifications.clients.mail_examples import NAMES, category_of, example
from services.notifications.domain.wishes import Category
from shared.api import Page, Resource
from shared.errors import NotFound
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1/letters", tags=["mail"], dependencies=[requires(Role.OPERATOR)])

STYLED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
"""A mail has its style in its elements, and may do nothing else."""


class Form(StrEnum):
    """The two forms that every mail has."""

    HTML = "html"
    TEXT = "text"


class LetterShown(Resource):
    """A letter: its name, which wish of a person decides on it, and its subject."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "template": "match-proposed",
                    "category": "proposals",
                    "subject": "Er is een plek gevonden voor een leerling",
                }
            ]
        }
    )

    template: str
    category: Category | None
    subject: str


@router.get("")
async def list_letters(work: Work) -> Page[LetterShown]:
    """All letters, letters by link and digests."""
    resources: Resources = work.resources
    return Page[LetterShown].of(
        [
            LetterShown(
                template=name,
                category=category_of(name),
                subject=example(name, resources.mail.stationery).subject,
            )
            for name in NAMES
        ]
    )


@router.get(
    "/{template}",
    response_class=HTMLResponse,
    responses={200: {"description": "The mail, as HTML or text.", "content": {"text/html": {}, "text/plain": {}}}},
)
async def preview_letter(template: str, work: Work, form: Annotated[Form, Query(alias="as")] = Form.HTML) -> Response:
    """One of them as it is mailed, with made-up facts."""
    resources: Resources = work.resources
    if template not in NAMES:
        raise NotFound("letter")
    written = example(template, resources.mail.stationery)
    if form is Form.TEXT:
        return PlainTextResponse(f"{written.subject}\n\n{written.plain}")
    return HTMLResponse(written.html, headers=STYLED)
