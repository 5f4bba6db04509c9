"""The broker as its administrator sees it: what waits in the queues, and removing a virtual host."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from deploy.servers.probes import bare
from shared.trust import authorities


@dataclass(frozen=True)
class Queue:
    """How many messages wait, how many were handed out and not acknowledged, and how many take them."""

    name: str
    ready: int
    unacknowledged: int
    consumers: int


def queues(management_url: str, vhost: str) -> list[Queue]:
    """The queues of a virtual host; the broker counts anew every five seconds. Raises httpx.HTTPError."""
    with _administrator(management_url) as client:
        answer = client.get(f"/api/queues/{_in_path(vhost)}").raise_for_status()
    return [
        Queue(
            each["name"],
            each.get("messages_ready", 0),
            each.get("messages_unacknowledged", 0),
            each.get("consumers", 0),
        )
        for each in answer.json()
    ]


def connections(management_url: str, vhost: str) -> int:
    """How many are connected to a virtual host; none where there is none. Raises httpx.HTTPError."""
    with _administrator(management_url) as client:
        answer = client.get(f"/api/vhosts/{_in_path(vhost)}/connections")
    return 0 if answer.status_code == httpx.codes.NOT_FOUND else len(answer.raise_for_status().json())


def definitions(management_url: str, vhost: str) -> dict[str, Any]:
    """Exchanges, queues, bindings and policies of a virtual host; no users. Raises httpx.HTTPError."""
    with _administrator(management_url) as client:
        answer = client.get(f"/api/definitions/{_in_path(vhost)}").raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def drop(management_url: str, vhost: str, users: list[str]) -> None:
    """Remove a virtual host with its queues, and users; what is gone already is no error. Raises httpx.HTTPError."""
    with _administrator(management_url) as client:
        for path in (f"/api/vhosts/{_in_path(vhost)}", *(f"/api/users/{_in_path(user)}" for user in users)):
            answer = client.delete(path)
            if answer.status_code != httpx.codes.NOT_FOUND:
                answer.raise_for_status()


def _administrator(management_url: str) -> httpx.Client:
    parts = urlsplit(management_url)
    auth = (parts.username or "", parts.password or "")
    return httpx.Client(base_url=bare(management_url), auth=auth, timeout=10, trust_env=False, verify=authorities())


def _in_path(name: str) -> str:
    return quote(name, safe="")
