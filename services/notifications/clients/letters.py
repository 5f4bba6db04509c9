"""Letters to who has no account: fetched from intake when they are sent; neither address nor link is kept here."""

from datetime import date
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from services.notifications.clients.mail import NotTaken

SCOPE = "intake:letters:read"


class LetterToSend(BaseModel):
    """What intake gives out, for as long as it takes to send it."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)

    email: str
    url: str
    purpose: str
    recipient: str
    school_name: str
    employer_name: str | None
    last_day: date


class Letters:
    """Asks intake with notifications' own right."""

    def __init__(self, intake: httpx.AsyncClient, intake_url: str) -> None:
        self._intake = intake
        self._url = intake_url.rstrip("/")

    async def fetch(self, dataref: str) -> LetterToSend | None:
        """The letter; None when there is none to send any more. `NotTaken`: later perhaps.

        Each letter has a new link in it, so that this is a POST. Only the path of the reference is used: the token goes
        to intake and nowhere else.
        """
        path = dataref[dataref.index("/v1/") :]
        try:
            answer = await self._intake.post(f"{self._url}{path}")
            if answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                return None
            answer.raise_for_status()
            return LetterToSend.model_validate_json(answer.content)
        except httpx.HTTPError as error:
            raise NotTaken(f"no letter: {type(error).__name__}", final=False) from error
        except ValidationError as error:
            raise NotTaken("no letter: in a form that is not known here", final=False) from error
