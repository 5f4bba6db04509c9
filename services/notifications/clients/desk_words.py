"""The words of letters to desks: of their own, since such a letter has three links."""

from pathlib import Path

import jinja2

from services.notifications.clients.mail_words import Written
from services.notifications.domain.desks import DeskLetter

TEMPLATES = Path(__file__).parent.parent / "templates" / "desks"

_LETTERS = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def written(letter: DeskLetter) -> Written:
    """A call for help, or its reminder, in both forms."""
    subject = _LETTERS.get_template("call.txt").render(letter=letter)
    plain, html = (
        _LETTERS.get_template(f"call-letter.{kind}").render(letter=letter, subject=subject) for kind in ("txt", "html")
    )
    return Written(subject, plain, html)
