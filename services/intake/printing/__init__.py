"""PDF files from one set of templates: made apart, within a time; what people wrote is never read as code."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from services.intake.printing import typesetting
from shared.errors import Transient

SECONDS = 20
"""A page takes a fiftieth of a second, ten thousand words half of one: what takes longer does not end."""
AT_ONCE = 2
"""A file is made by a process of its own with 60 MB; who asks for one more waits."""

_printers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="printing")


class PrintingFailed(Transient):
    """No file came of it."""


async def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template `templates/<template>.typ`, filled with data that JSON can hold, as PDF/UA."""
    return await asyncio.get_running_loop().run_in_executor(_printers, _print, template, json.dumps(data))


def _print(template: str, data: str) -> bytes:
    """In a process of its own: one that does not end can be killed, a thread cannot."""
    command = [sys.executable, "-P", str(Path(typesetting.__file__)), template]
    try:
        done = subprocess.run(command, input=data.encode(), capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - the template is named in code
    except subprocess.TimeoutExpired as late:
        raise PrintingFailed(f"{template} was not printed within {SECONDS} s") from late
    except subprocess.CalledProcessError as failed:
        raise PrintingFailed(f"{template}: {failed.stderr.decode(errors='replace')[-500:]}") from failed
    return done.stdout
