"""A coordinator's own wish for mail."""

from typing import Literal

from fastapi import APIRouter
from pydantic import ConfigDict, EmailStr, TypeAdapter, ValidationError

from services.notifications.store import MailStore
from services.notifications.store.mail import MailRecipient
from shared.api import Body, Resource
from shared.errors import NotFound, Refused
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1/me", tags=["mail"], dependencies=[requires(Role.COORDINATOR)])

_ADDRESS: TypeAdapter[str] = TypeAdapter(EmailStr)


class NoAddress(Refused):
    """Your token names no e-mail address that mail could go to: ask who manages your account."""

    slug = "no-address"


class WishForMail(Body):
    """Whether you want mail as soon as something happens for your school."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mail": "at-once"}]})

    mail: Literal["at-once", "none"]


class Me(Resource):
    """What is kept of you: the address and schools of your token, and your wish."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "j.jansen@school.example", "schools": ["01AB00"], "mail": "at-once"}]}
    )

    email: str
    schools: list[str]
    mail: str


@router.put("")
async def wish_for_mail(body: WishForMail, caller: Caller, work: Work) -> Me:
    """Say whether you want mail. Only the address in your token is used: it is known to be yours."""
    recipient = MailRecipient(caller.subject, _address(caller), caller.schools, body.mail)
    await MailStore(work.session).register(recipient)
    return _shown(recipient)


@router.get("")
async def read_me(caller: Caller, work: Work) -> Me:
    """What is kept of you."""
    found = await MailStore(work.session).find(caller.subject)
    if found is None:
        raise NotFound("registration of yours")
    return _shown(found)


@router.delete("", status_code=204)
async def forget_me(caller: Caller, work: Work) -> None:
    """Have it forgotten, with the mails that wait."""
    await MailStore(work.session).forget_recipient(caller.subject)


def _address(caller: Principal) -> str:
    try:
        return _ADDRESS.validate_python(caller.email)
    except ValidationError:
        raise NoAddress from None


def _shown(recipient: MailRecipient) -> Me:
    return Me(email=recipient.email, schools=sorted(recipient.schools), mail=recipient.mail)
