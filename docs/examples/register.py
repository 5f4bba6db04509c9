"""A school's own program records an employer and reads the region's list: `httpx` and nothing of Stagebrug.

Needs INTAKE_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET in the environment.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import httpx


class Bearer(httpx.Auth):
    """Client credentials (OAuth 2): a token when there is none, and a new one when it is refused."""

    requires_response_body = True

    def __init__(self) -> None:
        self.token = ""

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Ask, and ask once more with a new token."""
        for again in (False, True):
            if again or not self.token:
                client = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
                form = {"grant_type": "client_credentials", **client}
                self.token = (yield httpx.Request("POST", os.environ["TOKEN_URL"], data=form)).json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self.token}"
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return


def every(client: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """A list, page by page: `next` is the cursor of the page after it, or null."""
    cursor: str | None = None
    while True:
        answer = client.get(path, params=query if cursor is None else {**query, "cursor": cursor})
        page = answer.raise_for_status().json()
        yield from page["items"]
        if (cursor := page["next"]) is None:
            return


with httpx.Client(base_url=os.environ["INTAKE_URL"], auth=Bearer(), timeout=20) as intake:
    # the key makes a second try after a broken connection harmless: nothing is created twice
    key = {"Idempotency-Key": str(uuid.uuid4())}
    employer = {
        "name": "Bakkerij Python",
        "address": {"postcode": "8232 VT", "place": "Lelystad"},
        "confirmedNew": True,
    }
    made = intake.post("/v1/employers", json=employer, headers=key).raise_for_status()
    again = intake.post("/v1/employers", json=employer, headers=key).raise_for_status()
    assert again.json()["id"] == made.json()["id"]

    # a change says which version it was made from; somebody else's change meanwhile is 412, not lost
    address = f"/v1/employers/{made.json()['id']}"
    change = {"telephone": "0320 123456"}
    changed = intake.patch(address, json=change, headers={"If-Match": made.headers["ETag"]}).raise_for_status()
    late = intake.patch(address, json={"telephone": None}, headers={"If-Match": made.headers["ETag"]})
    print(late.status_code, late.json()["title"])

    names = [one["name"] for one in every(intake, "/v1/employers", region=changed.json()["region"])]
    print("\n".join(names))
