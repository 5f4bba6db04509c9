"""What the process that prints does: `typesetting.py <template>`, data on standard input, the file on output."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typst

TEMPLATES = Path(__file__).parent / "templates"
Standard = Literal["ua-1"]
ACCESSIBLE: Standard = "ua-1"
"""PDF/UA-1: what a screen reader can read; it asks that each character can be shown."""
ROUNDS = 8
"""How often characters that no font has are looked for: each round finds those of one piece of text."""
_UNSHOWN = re.compile(r'the text (?:contains the disallowed codepoint )?`(".*?")`')
_OUR_OWN = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
"""The same page on every machine."""


def typeset(template: str, data: str) -> bytes:
    """The file; a character that no font has (an emoji, Chinese) becomes a box."""
    for _ in range(ROUNDS):
        try:
            return _compiled(template, data, (ACCESSIBLE,))
        except typst.TypstError as error:
            unshown = {sign for found in _UNSHOWN.findall(str(error)) for sign in _read(found) if not sign.isascii()}
            if not unshown:
                raise
            data = _boxed(data, unshown)
    return _compiled(template, data)


def _compiled(template: str, data: str, standards: Sequence[Standard] = ()) -> bytes:
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_OUR_OWN,
        sys_inputs={"data": data},
        pdf_standards=list(standards),
    )


def _read(quoted: str) -> str:
    """A string as Rust shows it, which writes what cannot be shown as its number in braces."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), quoted[1:-1])


def _boxed(data: str, unshown: set[str]) -> str:
    boxes = str.maketrans(dict.fromkeys(unshown, "□"))
    return json.dumps(json.loads(data), ensure_ascii=False).translate(boxes)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.stdin.buffer.read().decode()))
