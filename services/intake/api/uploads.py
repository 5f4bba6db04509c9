"""A file that is posted: kept apart while it comes in; no memory and no transaction waits for the caller."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from services.intake.importing.files import refused

IN_MEMORY = 1024 * 1024
"""Bytes up to which a file never touches the disk."""


@dataclass(frozen=True)
class Upload:
    """A posted file, from its beginning."""

    file: BinaryIO
    sha256: str


async def _received(request: Request) -> AsyncIterator[Upload]:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        digest = hashlib.sha256()
        try:
            async for part in request.stream():
                digest.update(part)
                file.write(part)
        except ClientDisconnect:
            raise refused("Het bestand kwam niet helemaal aan.", "the file did not arrive whole") from None
        file.seek(0)
        yield Upload(cast("BinaryIO", file), digest.hexdigest())


Uploaded = Annotated[Upload, Depends(_received, scope="function")]
"""The first parameter of an endpoint: what comes after it asks the database only when the file is there."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV or XLSX.",
        "content": {
            "text/csv": _BINARY,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _BINARY,
        },
    }
}
