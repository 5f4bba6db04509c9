"""Tokens of OAuth client credentials: asked for when one is needed, kept in memory until shortly before they end."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from services.notifications.domain.credentials import ClientCredentials, Receiver

MOST_OF_ANSWER = 64 * 1024
MOST_KEPT = 1000
MARGIN_SECONDS = 30.0
"""A token is not used to its last second: the request takes time, and clocks differ."""

UNSAID_SECONDS = 300.0
"""How long a token counts whose answer does not say so (`expires_in` is only recommended, RFC 6749 §5.1)."""

Post = Callable[[Receiver, Mapping[str, str], bytes, int], Awaitable[tuple[int, str]]]


class NoToken(Exception):
    """The receiver's login gave none."""


@dataclass
class _Kept:
    lock: asyncio.Lock
    token: str = ""
    until: float = 0.0


class Tokens:
    """One token for each credential, however many requests need it at once."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()

    async def get(self, receiver: Receiver) -> str:
        """A token that counts; `NoToken`, and what a connection can raise."""
        credential = receiver.credential
        assert isinstance(credential, ClientCredentials)
        kept = self._kept.setdefault(_key(credential), _Kept(asyncio.Lock()))
        self._kept.move_to_end(_key(credential))
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        async with kept.lock:
            if time.monotonic() >= kept.until:
                asked_at = time.monotonic()
                kept.token, seconds = await self._asked(receiver, credential)
                kept.until = asked_at + max(seconds - MARGIN_SECONDS, 0)
            return kept.token

    def forget(self, credential: ClientCredentials) -> None:
        """The receiver does not take the token (any more): the next request asks for another."""
        if kept := self._kept.get(_key(credential)):
            kept.until = 0.0

    async def _asked(self, receiver: Receiver, credential: ClientCredentials) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": credential.client_id,
            "client_secret": credential.client_secret.get_secret_value(),
            **({"scope": credential.scope} if credential.scope else {}),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        login = replace(receiver, address=credential.token_url)
        status, text = await self._post(login, headers, urlencode(form).encode(), MOST_OF_ANSWER)
        return _read(status, text)


def _read(status: int, text: str) -> tuple[str, float]:
    try:
        answer: Any = json.loads(text)
        token, seconds = str(answer["access_token"]), float(answer.get("expires_in", UNSAID_SECONDS))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        # what it said instead may name the secret
        raise NoToken(f"the token address answered {status} without an access_token") from None
    if not token.isascii() or not token.isprintable():
        raise NoToken("the token address gave a token that fits in no header")
    return token, seconds


def _key(credential: ClientCredentials) -> tuple[str, ...]:
    return (
        credential.token_url,
        credential.client_id,
        credential.client_secret.get_secret_value(),
        credential.scope or "",
    )
