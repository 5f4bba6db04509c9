"""A coordinator's own wish for mail."""

from datetime import datetime, time
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import ConfigDict, EmailStr, Field, TypeAdapter, ValidationError

from services.notifications import mailing
from services.notifications.domain.wishes import Category, QuietHours, Rhythm, Wishes
from services.notifications.store import RecipientStore
from services.notifications.store.mail_recipients import MailRecipient
from shared.api import Body, Resource
from shared.errors import NotFound, Refused
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/v1/me", tags=["mail"], dependencies=[requires(Role.COORDINATOR)])

_ADDRESS: TypeAdapter[str] = TypeAdapter(EmailStr)

HourOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="In Amsterdam, such as `19:00`.")]

_QUIET: dict[str, Any] = {"begin": "18:00", "end": "07:30", "weekends": True}
_CATEGORIES: dict[str, Any] = dict.fromkeys(Category, "daily") | {"proposals": "at-once", "questions": "weekly"}


class NoAddress(Refused):
    """Your token names no e-mail address that mail could go to: ask who manages your account."""

    slug = "no-address"


class Quiet(Body):
    """Hours in which no mail arrives, and whether weekends are quiet; begin and end the same: no such hours."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUIET]})

    begin: HourOfDay
    end: HourOfDay
    weekends: bool = True


class WishForMail(Body):
    """Which mail you want, and when.

    `mail` holds for every kind of letter that `categories` does not name. Without `quietHours` those of this
    installation hold (most often 19:00 to 07:00, and weekends): what comes then waits for the morning.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mail": "daily", "categories": {"proposals": "at-once"}, "quietHours": _QUIET}]
        }
    )

    mail: Rhythm
    categories: dict[Category, Rhythm] = Field(default_factory=dict)
    quiet_hours: Quiet | None = None

    def quiet(self) -> QuietHours | None:
        """The hours that were wished for."""
        wished = self.quiet_hours
        if wished is None:
            return None
        return QuietHours(time.fromisoformat(wished.begin), time.fromisoformat(wished.end), weekends=wished.weekends)


class QuietShown(Resource):
    """Hours in which you get no mail."""

    begin: str
    end: str
    weekends: bool


class BounceShown(Resource):
    """Since when no mail reaches you, and what the mail server said."""

    at: datetime
    reason: str


class Me(Resource):
    """What is kept of you: the address and schools of your token, what you want when, and whether it reaches you.

    With `bounced` nothing is sent to you any more: see to the address, and put your wishes again.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "j.jansen@school.example",
                    "schools": ["01AB00"],
                    "mail": "daily",
                    "categories": _CATEGORIES,
                    "quietHours": _QUIET,
                    "bounced": None,
                }
            ]
        }
    )

    email: str
    schools: list[str]
    mail: Rhythm
    categories: dict[Category, Rhythm]
    quiet_hours: QuietShown
    bounced: BounceShown | None

    @classmethod
    def of(cls, recipient: MailRecipient, quiet: QuietHours) -> Self:
        """As the person sees it: what holds, whether or not it was chosen."""
        bounced = recipient.bounced_at and BounceShown(at=recipient.bounced_at, reason=recipient.bounce or "")
        return cls(
            email=recipient.email,
            schools=sorted(recipient.schools),
            mail=recipient.wishes.mail,
            categories=recipient.wishes.each(),
            quiet_hours=QuietShown(begin=f"{quiet.begin:%H:%M}", end=f"{quiet.end:%H:%M}", weekends=quiet.weekends),
            bounced=bounced,
        )


@router.put("")
async def wish_for_mail(body: WishForMail, caller: Caller, work: Work) -> Me:
    """Say which mail you want when. Only the address in your token is used: it is known to be yours.

    What waits for you goes as you wish from now on. An address that bounced gets another chance.
    """
    wishes = Wishes(body.mail, body.categories)
    recipient = MailRecipient(caller.subject, _address(caller), caller.schools, wishes, body.quiet())
    await RecipientStore(work.session).register(recipient)
    await mailing.wish_anew(work, recipient, wishes)
    return _shown(recipient, work)


@router.get("")
async def read_me(caller: Caller, work: Work) -> Me:
    """What is kept of you."""
    found = await RecipientStore(work.session).find(caller.subject)
    if found is None:
        raise NotFound("registration of yours")
    return _shown(found, work)


@router.delete("", status_code=204)
async def forget_me(caller: Caller, work: Work) -> None:
    """Have it forgotten, with the mails that wait."""
    await RecipientStore(work.session).forget(caller.subject)


def _address(caller: Principal) -> str:
    try:
        return _ADDRESS.validate_python(caller.email)
    except ValidationError:
        raise NoAddress from None


def _shown(recipient: MailRecipient, work: UnitOfWork) -> Me:
    return Me.of(recipient, mailing.quiet_of(work, recipient))
