"""Mail is turned off with one click and without login (RFC 8058); who only looks, or a scanner, changes nothing."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.notifications import mailing
from services.notifications.clients import Resources
from services.notifications.clients.mail_words import TURNED_OFF
from services.notifications.domain.opt_outs import OptOutToken, read_token
from services.notifications.store import RecipientStore
from services.notifications.store.mail_recipients import MailRecipient
from shared.unit_of_work import UnitOfWork, Work

PAGE = {"description": "A page.", "content": {"text/html": {}}}

router = APIRouter(
    prefix="/v1/public/opt-outs",
    tags=["mail"],
    default_response_class=HTMLResponse,
    responses={200: PAGE, 404: {**PAGE, "description": "A page: the link is not ours, or of who is forgotten."}},
)

STYLED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
}


@router.get("/{token}")
async def show_opt_out(token: str, work: Work) -> HTMLResponse:
    """What the link in a mail shows: a question and a button. Nothing is changed yet."""
    found = await _found(token, work)
    if found is None:
        return _unknown(work)
    read, _ = found
    lines = [f"U krijgt dan {TURNED_OFF[read.what]} niet meer. U kunt ze later weer aanzetten bij uw instellingen."]
    return _page(work, "Wilt u deze mails niet meer krijgen?", lines, "Ja, zet ze uit")


@router.post("/{token}")
async def opt_out(token: str, work: Work) -> HTMLResponse:
    """Turn the mail off that the link is for; again changes nothing. The body is not looked at."""
    found = await _found(token, work, lock=True)
    if found is None:
        return _unknown(work)
    read, recipient = found
    wishes = recipient.wishes.without(read.what)
    await RecipientStore(work.session).wish(recipient.subject, wishes)
    await mailing.wish_anew(work, recipient, wishes)
    lines = [f"U krijgt {TURNED_OFF[read.what]} niet meer. U kunt ze weer aanzetten bij uw instellingen in Stagebrug."]
    return _page(work, "De mails staan uit", lines)


async def _found(token: str, work: UnitOfWork, *, lock: bool = False) -> tuple[OptOutToken, MailRecipient] | None:
    read = read_token(token)
    kept = await RecipientStore(work.session).by_id(read.recipient, lock=lock) if read else None
    if read is None or kept is None or not read.is_signed_with(kept[1]):
        return None
    return read, kept[0]


def _unknown(work: UnitOfWork) -> HTMLResponse:
    lines = ["Kopieer de hele link uit uw mail, of zet de mails uit bij uw instellingen in Stagebrug."]
    return _page(work, "Deze link kennen wij niet", lines, status=404)


def _page(work: UnitOfWork, subject: str, lines: list[str], button: str = "", status: int = 200) -> HTMLResponse:
    resources: Resources = work.resources
    return HTMLResponse(resources.mail.stationery.page(subject, lines, button), status, STYLED)
