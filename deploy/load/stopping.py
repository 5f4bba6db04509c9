"""Who plays may stop: Ctrl-C ends the play early, and what was asked by then is still waited for and checked."""

import asyncio
import contextlib
import signal

from deploy.errors import StackError


class Stopping:
    """Hears of the first Ctrl-C, or SIGTERM; the second ends the program as it always does."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._hear)

    def _hear(self) -> None:
        self._asked.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)

    @property
    def is_asked(self) -> bool:
        """Whether somebody wants to stop."""
        return self._asked.is_set()

    def must_go_on(self) -> None:
        """Raise when somebody wants to stop before there is anything to check."""
        if self.is_asked:
            raise StackError("Stopped before the play began; what was registered stays.")

    async def within(self, seconds: float) -> bool:
        """Wait so long, or until somebody wants to stop: whether that is so."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._asked.wait()
        else:
            await asyncio.sleep(0)
        return self._asked.is_set()
