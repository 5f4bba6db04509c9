"""The people and machines of the demo: each has a token of the development issuer and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpx

from deploy import tokens
from deploy.demo.intermediaries import Intermediary
from deploy.stack import Stack

SECONDS = 30.0
UPLOAD_SECONDS = 300.0


class NotAsPlayed(Exception):
    """The system did something else than the demo counts on; the message says what."""


class NotAnswered(NotAsPlayed):
    """Nobody answered: a service that is being restarted, or the network."""


class Actor:
    """Somebody with a token, who calls the public APIs."""

    def __init__(self, name: str, urls: Mapping[str, str], client: httpx.AsyncClient, token: str) -> None:
        self.name = name
        self._urls = urls
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """What a GET answers."""
        return await self.call("GET", service, path, query=query)

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        """What a POST answers."""
        return await self.call("POST", service, path, body=body)

    async def call(self, method: str, service: str, path: str, *, body: Any = None, query: Any = None) -> Any:
        """One call; `NotAsPlayed` on any answer but 2xx."""
        answer = await self._answer(method, service, path, json=body, params=query)
        return answer.json() if answer.content else None

    async def upload(self, service: str, path: str, content: bytes) -> Any:
        """What a POST of a file answers, which takes longer than other calls."""
        return (await self._answer("POST", service, path, content=content, timeout=UPLOAD_SECONDS)).json()

    async def change(self, service: str, path: str, body: Any) -> Any:
        """Read a thing and change it, if nobody else did meanwhile."""
        seen = await self._answer("GET", service, path)
        return (await self._answer("PATCH", service, path, json=body, tag=seen.headers["ETag"])).json()

    async def _answer(self, method: str, service: str, path: str, *, tag: str = "", **sent: Any) -> httpx.Response:
        """`sent`: what httpx is given of the request."""
        headers = self._headers | ({"If-Match": tag} if tag else {})
        try:
            answer = await self._client.request(method, self._urls[service] + path, headers=headers, **sent)
        except httpx.TransportError as error:
            raise NotAnswered(f"{self.name}: {method} {service} {path} was not answered: {error!r}") from error
        if not answer.is_success:
            raise NotAsPlayed(f"{self.name}: {method} {service} {path} answered {answer.status_code}: {answer.text}")
        return answer


class Actors:
    """Everybody who acts in the demo."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client = httpx.AsyncClient(timeout=SECONDS, trust_env=False)
        self._known: dict[str, Actor] = {}

    async def __aenter__(self) -> Self:
        """Nothing is open yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def operator(self) -> Actor:
        """Who runs the installation."""
        return await self._actor("operator", roles=["operator"])

    async def coordinator(self, brin: str) -> Actor:
        """The coordinator of a school."""
        return await self._actor(
            f"coordinator-{brin}", roles=["coordinator"], schools=[brin], email=f"stage@{brin.lower()}.example"
        )

    async def regional_coordinator(self, region: str) -> Actor:
        """Who keeps a region's field visible."""
        return await self._actor(f"regional-{region}", roles=["regional-coordinator"], regions=[region])

    async def intermediary(self, organisation: Intermediary) -> Actor:
        """The system of an organisation that knows employers."""
        claim = {
            "kind": organisation.kind.value,
            "oin": organisation.oin,
            "municipalities": sorted(organisation.municipalities),
            "regions": [organisation.region],
        }
        return await self._actor(f"{organisation.kind}-{organisation.region}", ["intermediary"], intermediary=claim)

    async def _actor(self, name: str, roles: Sequence[str], **claims: Any) -> Actor:
        if name not in self._known:
            claims = {"sub": name, "roles": list(roles), **claims}
            token = tokens.mint(self._stack.folder, self._stack.urls["issuer"], claims)
            self._known[name] = Actor(name, self._stack.urls, self._client, token)
        return self._known[name]
