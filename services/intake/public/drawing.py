"""Drawing the pages: one set of templates, nothing of another host, nothing that is kept or passed on."""

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.intake.domain.dutch import in_words
from services.intake.linking import Held
from services.intake.public.shown import Problems, Shown
from shared.pages import HEADERS

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["day"] = in_words


def drawn(page: str, status: int = 200, headers: dict[str, str] | None = None, **words: Any) -> HTMLResponse:
    """A page."""
    html = _PAGES.get_template(page).render(words)
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})


def drawn_form(held: Held, shown: Shown, problems: Problems | None = None, status: int = 200) -> HTMLResponse:
    """A page with its form, empty or with what is known."""
    return drawn("form.html", status, held=held, shown=shown, problems=problems or Problems(), fields={})
