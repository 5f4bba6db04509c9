"""A municipality's case system as VNG's Zaken and Notificaties APIs have it: real HTTP, checks every token."""

import asyncio
import base64
import itertools
import json
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.webhook_receiver import Served

CLIENT_ID, CLIENT_SECRET = "stagebrug", "a-secret-of-thirty-two-characters"
RSIN = "002220647"
PASS, DIES = 0, -1
REQUIRED = {"bronorganisatie", "zaaktype", "startdatum", "verantwoordelijkeOrganisatie"}
LONGEST = {"identificatie": 40, "omschrijving": 80, "toelichting": 1000}


@dataclass
class FakeCaseSystem:
    """`async with FakeCaseSystem() as s:` cases in `s.cases`; `await s.says(case, "taken")` changes and tells.

    `answers`: what the next requests to the Zaken API are answered with instead. `DIES` does what is asked and answers
    500, as a system does that dies on its way back; `PASS` is an answer as usual.
    """

    cases: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    properties: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    subscribed: dict[str, dict[str, Any]] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    """Who may ask, with their secrets; each sees and changes what it registered itself, unless `lists_all`."""
    owners: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)
    """By the end of a path: what GETs are answered with instead, word for word."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for, before anything was answered."""
    leaving: list[int] = field(default_factory=list)
    """What the next DELETEs of an abonnement are answered with instead."""
    lists_all: bool = False
    """Whether a client sees and changes what others registered, too, as the standard lets it."""
    paged: bool = False
    """What is registered stands on the second page."""
    tells: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def __aenter__(self) -> Self:
        self.gate.set()
        self._served = Served(self._answer)
        self.url = self._served.url.rstrip("/")
        await self._served.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        await self._served.__aexit__(kind, error, trace)

    @property
    def settings(self) -> dict[str, Any]:
        """What a region sets up to reach it."""
        return {
            "casesUrl": f"{self.url}/zaken/api/v1",
            "notificationsUrl": f"{self.url}/notificaties/api/v1",
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "organisation": RSIN,
            "caseType": f"{self.url}/catalogi/api/v1/zaaktypen/1",
            "statuses": {self.status_type(name): name for name in ("taken", "answered", "declined")},
        }

    def status_type(self, name: str) -> str:
        """The address of a type of status."""
        return f"{self.url}/catalogi/api/v1/statustypen/{name}"

    async def has_cases(self, count: int = 1, within: float = 8.0) -> list[dict[str, Any]]:
        """Wait for so many cases."""
        async with asyncio.timeout(within):
            while len(self.cases) < count:
                await asyncio.sleep(0.02)  # a poll with a deadline
        return self.cases

    async def says(self, case: dict[str, Any], status: str, **properties: str) -> None:
        """A case worker gives a case a status, and who subscribed hears of it."""
        url = f"{self.url}/zaken/api/v1/statussen/{next(self._numbers)}"
        self.statuses[url] = self.status_type(status)
        case["status"] = url
        self.properties[case["url"]] = [{"naam": name, "waarde": value} for name, value in properties.items()]
        if self.tells:
            for told in list(self.subscribed.values()):
                assert (await self.notify(told["callbackUrl"], told["auth"], case, url)).status_code == 204

    async def notify(self, callback: str, auth: str, case: dict[str, Any], status: str) -> httpx.Response:
        """A notification as the Notificaties API sends it."""
        body = {
            "kanaal": "zaken",
            "hoofdObject": case["url"],
            "resource": "status",
            "resourceUrl": status,
            "actie": "create",
            "aanmaakdatum": "2026-09-01T10:00:00Z",
            "kenmerken": {"bronorganisatie": RSIN, "zaaktype": case["zaaktype"]},
        }
        async with httpx.AsyncClient(timeout=10) as client:
            return await client.post(callback, json=body, headers={"Authorization": auth})

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        await self.gate.wait()
        if problem := self._stranger(request):
            self.refused.append(problem)
            return JSONResponse({"code": "not_authenticated", "detail": problem}, 403)
        path = request.url.path
        if (odd := next((text for end, text in self.odd.items() if path.endswith(end)), None)) is not None:
            return Response(odd, media_type="application/json")
        if "/notificaties/" in path:
            return await self._notifications(request)
        instead = self.answers.pop(0) if self.answers else None
        if instead not in {None, PASS, DIES}:
            return JSONResponse({"code": "error"}, instead or 500)
        done = await self._zaken(request, path)
        return JSONResponse({"code": "error"}, 500) if instead == DIES else done

    def _stranger(self, request: Request) -> str | None:
        client = _client_of(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            key = OctKey.import_key(self.clients[client])
            claims = jwt.decode(token, key, algorithms=["HS256"]).claims
        except (JoseError, ValueError, KeyError) as error:
            return repr(error)
        known = claims.get("iss") == client
        return None if known and time.time() - int(claims["iat"]) < 3600 and "user_id" in claims else "claims"

    async def _zaken(self, request: Request, path: str) -> Response:
        if request.headers.get("accept-crs") != "EPSG:4326":
            return JSONResponse({"code": "not_acceptable"}, 406)
        if path.endswith("/zaken") and request.method == "POST":
            return self._created(await request.json())
        if path.endswith("/zaken"):
            wanted = dict(request.query_params)
            found = [each for each in self.cases if all(each[name] == value for name, value in wanted.items())]
            return JSONResponse({"count": len(found), "next": None, "previous": None, "results": found})
        url = f"{self.url}{path}"
        if url in self.statuses:
            return JSONResponse({"url": url, "statustype": self.statuses[url]})
        if url.endswith("/zaakeigenschappen"):
            return JSONResponse(self.properties.get(url.removesuffix("/zaakeigenschappen"), []))
        found = [each for each in self.cases if each["url"] == url]
        return JSONResponse(found[0]) if found else JSONResponse({"code": "not_found"}, 404)

    def _created(self, body: dict[str, Any]) -> Response:
        wrong = [name for name, most in LONGEST.items() if len(body.get(name, "")) > most]
        missing = sorted(REQUIRED - body.keys())
        unique = all(each["identificatie"] != body.get("identificatie") for each in self.cases)
        if wrong or missing or not unique:
            return JSONResponse({"code": "invalid", "invalidParams": [*wrong, *missing, unique]}, 400)
        case = {**body, "url": f"{self.url}/zaken/api/v1/zaken/{next(self._numbers)}", "status": None}
        self.cases.append(case)
        return JSONResponse(case, 201)

    async def _notifications(self, request: Request) -> Response:
        who, at = _client_of(request), f"{self.url}{request.url.path}"
        if request.method == "GET":
            if self.paged and "page" not in request.query_params:
                return JSONResponse({"results": [], "next": f"{self.url}{request.url.path}?page=2"})
            return JSONResponse(
                [each for url, each in self.subscribed.items() if self.lists_all or self.owners[url] == who]
            )
        if at in self.subscribed and self.owners[at] != who and not self.lists_all:
            return JSONResponse({"code": "permission_denied"}, 403)
        if request.method == "DELETE":
            if self.leaving:
                return JSONResponse({"code": "error"}, self.leaving.pop(0))
            return Response(status_code=204 if self.subscribed.pop(at, None) else 404)
        body = await request.json()
        # as Open Notificaties does: the callback must refuse strangers before it is believed
        async with httpx.AsyncClient(timeout=10) as client:
            refused = await client.post(body["callbackUrl"], json={"kanaal": "test"})
            taken = await client.post(
                body["callbackUrl"], json={"kanaal": "test"}, headers={"Authorization": body["auth"]}
            )
        if refused.status_code not in {401, 403} or taken.status_code != 204:
            return JSONResponse({"code": "invalid-callback-url"}, 400)
        url = f"{at}/{next(self._numbers)}" if request.method == "POST" else at
        self.subscribed[url], self.owners[url] = {**body, "url": url}, who
        return JSONResponse(self.subscribed[url], 201 if request.method == "POST" else 200)


def _client_of(request: Request) -> str:
    """Who a token says that it is of, believed or not."""
    try:
        payload = request.headers.get("authorization", "").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return ""
    return str(claims.get("client_id")) if isinstance(claims, dict) else ""
