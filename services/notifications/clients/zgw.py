"""A municipality's case system over VNG's Zaken and Notificaties APIs, in the versions 1.x that are in use.

Its addresses are somebody else's choice: they are called through the same checks as webhooks.
"""

import json
import time
from typing import Any, TypeGuard
from urllib.parse import urlencode
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OctKey

from services.notifications.clients.webhooks import WebhookClient, what_happened
from services.notifications.domain.cases import CHANNEL, CaseStatus, CaseSystem, Read, case_of, employer_in
from services.notifications.domain.schedule import Answer

MOST_OF_ANSWER = 256 * 1024
"""Bytes: a page of cases with all that the standard lets stand in them."""

MOST_PAGES = 20
"""Of what is registered: a system that has more leads us in circles."""

CREATED = 201
NO_CONTENT = 204
COORDINATES = {"Accept-Crs": "EPSG:4326", "Content-Crs": "EPSG:4326"}
"""The Zaken API wants to know in which system coordinates are, also where there are none."""


class NotAnswered(Exception):
    """The case system did not answer as it should: worth another try."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


class CaseSystemClient:
    """Makes and reads cases, and asks to be told of them. Whatever a system does, it raises `NotAnswered` only."""

    def __init__(self, http: WebhookClient) -> None:
        self._http = http

    async def make(self, system: CaseSystem, event: dict[str, Any]) -> tuple[str, Answer]:
        """The case of a call for help: the one there is, or a new one; its address."""
        body = case_of(system, event)
        if (found := await self._find(system, body["identificatie"])) is not None:
            return found, Answer(200, found)
        answer = await self._answered("POST", system, f"{system.cases_url.rstrip('/')}/zaken", body)
        if answer.status != CREATED:
            raise NotAnswered(_not_final(answer))
        return _address(system, _object(answer).get("url")), Answer(answer.status, answer.body[:1024])

    async def read(self, system: CaseSystem, url: str) -> Read:
        """How a case stands."""
        url = _address(system, url)  # it may be from before the system was set up elsewhere
        case = _object(await self._got(system, url))
        if not isinstance(status := case.get("status"), str):
            return Read(CaseStatus.OPEN)
        kind = _object(await self._got(system, _address(system, status))).get("statustype")
        meaning = system.statuses.get(kind, CaseStatus.OPEN) if isinstance(kind, str) else CaseStatus.OPEN
        if meaning is not CaseStatus.ANSWERED:
            return Read(meaning)
        return Read(meaning, employer_in(_list(await self._got(system, f"{url}/zaakeigenschappen"))))

    async def register(self, system: CaseSystem, callback: str, auth: str) -> None:
        """Have the system tell of cases of our type at `callback`; what was registered before is replaced."""
        kept = _kept(system)
        filters = {"bronorganisatie": system.organisation, "zaaktype": system.case_type}
        body = {"callbackUrl": callback, "auth": auth, "kanalen": [{"naam": CHANNEL, "filters": filters}]}
        known = await self._registered(system, callback)
        answer = await self._answered("PUT" if known else "POST", system, known or kept, body)
        if answer.status not in {200, CREATED}:
            raise NotAnswered(_not_final(answer))

    async def unregister(self, system: CaseSystem, callback: str) -> None:
        """Have the system tell of nothing at `callback` any more."""
        if not (mine := await self._at(system, callback)):
            return
        if (known := _usable(system, mine)) is None:
            raise NotAnswered(Answer(body=ascii(mine)[:1024], error="address-elsewhere"))
        answer = await self._answered("DELETE", system, known)
        if answer.status not in {200, NO_CONTENT, 404, 410}:
            raise NotAnswered(_not_final(answer))

    async def _registered(self, system: CaseSystem, callback: str) -> str | None:
        """The address of what is registered for `callback`, when it is one of the system's."""
        return _usable(system, await self._at(system, callback))

    async def _at(self, system: CaseSystem, callback: str) -> dict[str, Any] | None:
        """What is registered for `callback`; it may stand on a later page."""
        address = _kept(system)
        for _ in range(MOST_PAGES):
            answer = await self._got(system, address)
            for each in _list(answer):
                if isinstance(each, dict) and each.get("callbackUrl") == callback:
                    return each
            following = _read(answer).get("next") if isinstance(_read(answer), dict) else None
            if not following:
                return None
            if not _is_written(following) or not following.startswith(f"{_kept(system)}?"):
                break
            address = following
        raise NotAnswered(Answer(body=ascii(following)[:1024], error="address-elsewhere"))

    async def _find(self, system: CaseSystem, identification: str) -> str | None:
        query = urlencode({"identificatie": identification, "bronorganisatie": system.organisation})
        page = _list(await self._got(system, f"{system.cases_url.rstrip('/')}/zaken?{query}"))
        # a system that ignores the query answers with all of its cases
        for each in page:
            if isinstance(each, dict) and each.get("identificatie") == identification:
                return _address(system, each.get("url"))
        return None

    async def _got(self, system: CaseSystem, address: str) -> Answer:
        answer = await self._answered("GET", system, address)
        if answer.status != 200:
            raise NotAnswered(_not_final(answer))
        return answer

    async def _answered(self, method: str, system: CaseSystem, address: str, body: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {token_of(system)}", "Accept": "application/json", **COORDINATES}
        sent = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body).encode()
        try:
            status, text, _ = await self._http.ask(method, system.at(address), headers, sent, MOST_OF_ANSWER)
        except Exception as error:  # whatever a system makes happen here, the try is written down
            raise NotAnswered(what_happened(error)) from error
        answer = Answer(status, text)
        if status < 300 and status != NO_CONTENT:
            _read(answer)
        return answer


def _kept(system: CaseSystem) -> str:
    return f"{system.notifications_url.rstrip('/')}/abonnement"


def _usable(system: CaseSystem, registered: dict[str, Any] | None) -> str | None:
    """Where something registered is changed, when that is the system's: our token goes nowhere else."""
    url: Any = registered.get("url") if registered else None
    return url if _is_written(url) and url.startswith(f"{_kept(system)}/") and ".." not in url else None


def token_of(system: CaseSystem) -> str:
    """A token as the ZGW standard wants it: signed with the secret that both have, good for the one request."""
    claims = {
        "iss": system.client_id,
        "iat": int(time.time()),
        "client_id": system.client_id,
        "user_id": "stagebrug",
        "user_representation": "Stagebrug",
    }
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(system.client_secret))


def call_of(event: dict[str, Any]) -> UUID:
    """Which call a message is about."""
    return UUID(event["data"]["callId"])


def _read(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise NotAnswered(Answer(body=answer.body[:1024], error="not-json")) from None


def _object(answer: Answer) -> dict[str, Any]:
    found = _read(answer)
    if not isinstance(found, dict):
        raise NotAnswered(Answer(body=answer.body[:1024], error="not-as-standard"))
    return found


def _list(answer: Answer) -> list[Any]:
    """What is listed, on a page of the standard's form or without one."""
    found = _read(answer)
    found = found.get("results") if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise NotAnswered(Answer(body=answer.body[:1024], error="not-as-standard"))
    return found


def _address(system: CaseSystem, address: Any) -> str:
    if not _is_written(address) or not system.holds(address):
        shown = ascii(address) if isinstance(address, str) else type(address).__name__
        raise NotAnswered(Answer(body=shown[:1024], error="address-elsewhere"))
    return address


def _is_written(address: Any) -> TypeGuard[str]:
    """Whether it can be an address at all: JSON's escapes may hold what no request and no database takes."""
    return isinstance(address, str) and address.isascii() and address.isprintable()


def _not_final(answer: Answer) -> Answer:
    """No status of a case system ends a subscription or gives a call up at once: what is set up wrong gets mended."""
    status = answer.status if answer.status not in {410, 415} and not 200 <= (answer.status or 0) < 300 else None
    return Answer(status, answer.body[:1024], error=None if status else f"http-{answer.status}")
