"""Passwords of a stack: one for each service and use, made once and kept in a file of its own."""

import os
import secrets
import threading
from pathlib import Path
from typing import Literal

from deploy import records

Use = Literal["owner", "database", "broker", "client", "session"]
"""The owner of the database's tables, the service in its database, at the broker, at the token issuer; what it signs
session cookies with."""


class Passwords:
    """From `STAGEBRUG_<SERVICE>_<USE>_PASSWORD` where that is set, else from the file, else made and written there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reading = threading.Lock()

    def of(self, service: str, use: Use) -> str:
        """The password of one service for one use."""
        if given := os.environ.get(f"STAGEBRUG_{service}_{use}_PASSWORD".upper()):
            return given
        with self._reading:
            known = records.read(self._file)
            if made := known.get(service, {}).get(use):
                return str(made)
            fresh = secrets.token_urlsafe(24)
            records.write(self._file, known | {service: known.get(service, {}) | {use: fresh}})
            return fresh
