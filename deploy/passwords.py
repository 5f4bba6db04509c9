"""Passwords of a stack: one for each service and use, made once and kept in a file of its own."""

import os
import secrets
import threading
from pathlib import Path
from typing import Literal

from deploy import records
from deploy.errors import StackError

Use = Literal["owner", "database", "broker", "client", "session"]
"""The owner of the database's tables, the service in its database, at the broker, at the token issuer; what it signs
session cookies with."""


def variable(name: str) -> str | None:
    """An environment variable, or what stands in the file that `<name>_FILE` names; StackError when that is none."""
    if said := os.environ.get(name):
        return said
    if not (file := os.environ.get(f"{name}_FILE")):
        return None
    try:
        return Path(file).read_text().rstrip("\n")
    except OSError as error:
        raise StackError(f"{name}_FILE names {file}, which cannot be read ({error.strerror}).") from None


class Passwords:
    """From `STAGEBRUG_<SERVICE>_<USE>_PASSWORD` (or the file that `…_PASSWORD_FILE` names) where that is set, else from
    the stack's own file, else made and written there.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reading = threading.Lock()

    def of(self, service: str, use: Use) -> str:
        """The password of one service for one use."""
        if given := variable(f"STAGEBRUG_{service}_{use}_PASSWORD".upper()):
            return given
        with self._reading:
            known = records.read(self._file)
            if made := known.get(service, {}).get(use):
                return str(made)
            fresh = secrets.token_urlsafe(24)
            records.write(self._file, known | {service: known.get(service, {}) | {use: fresh}})
            return fresh
