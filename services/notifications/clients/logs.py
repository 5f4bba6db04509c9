"""A body that is kept here no longer, read once more from the log of who published it."""

import httpx

from shared.events.envelope import Envelope


class Logs:
    """Asks intake with notifications' own right; only its events leave with a body (`domain/leaving.py`)."""

    def __init__(self, intake: httpx.AsyncClient, intake_url: str) -> None:
        self._intake = intake
        self._url = f"{intake_url.rstrip('/')}/v1/events"

    async def find(self, event_id: str) -> Envelope | None:
        """The event; None when the log has it no longer, or not in a form that can be read. Raises httpx's errors."""
        answer = await self._intake.get(self._url, params={"event": event_id, "limit": 1})
        answer.raise_for_status()
        items = answer.json()["items"]
        return Envelope.model_validate(items[0]["event"]) if items else None
