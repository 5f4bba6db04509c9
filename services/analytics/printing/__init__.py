"""PDF/UA files of figures; the text in them is our own, no person's."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"

_printer = ThreadPoolExecutor(1, thread_name_prefix="printing")
"""One at a time: a page takes a tenth of a second of a whole core."""


async def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template of that name, filled with data that JSON can hold."""
    return await asyncio.get_running_loop().run_in_executor(_printer, _print, template, json.dumps(data))


def _print(template: str, data: str) -> bytes:
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
    )
