"""What was tried, answered, broken and seen: appended line by line outside the system, and synced before it counts."""

import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """An append-only file of JSON lines; a line is on the disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def note(self, what: str, **facts: Any) -> Entry:
        """Write one line, with the moment it was written."""
        entry = {"at": time.time(), "what": what, **facts}
        os.write(self._file, (json.dumps(entry, default=str) + "\n").encode())
        os.fsync(self._file)
        return entry

    def remember(self, what: str, **facts: Any) -> None:
        """Write one line of very many: synced with the next that is noted."""
        os.write(self._file, (json.dumps({"at": time.time(), "what": what, **facts}) + "\n").encode())

    def entries(self) -> list[Entry]:
        """Every line so far."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)

    @contextlib.asynccontextmanager
    async def fault(self, name: str, *, reddens: Iterable[str] = ()) -> AsyncIterator[None]:
        """A fault holds for the block; the services in `reddens` cannot do their work meanwhile."""
        self.note("fault", name=name, reddens=sorted(reddens))
        try:
            yield
        finally:
            self.note("healed", name=name)
