"""How long a fault still has."""

import asyncio
import time


class Until:
    """A moment at which a fault's time is up."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._end - time.monotonic())

    @property
    def up(self) -> bool:
        """Whether it is time to leave the system healed."""
        return self.left <= 0

    async def pause(self, seconds: float) -> None:
        """Let the system be for so long, or for what is left."""
        await asyncio.sleep(min(seconds, self.left))

    async def rest(self) -> None:
        """Let the system be for all that is left."""
        await asyncio.sleep(self.left)
