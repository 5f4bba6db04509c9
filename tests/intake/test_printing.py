"""What people wrote is printed as they wrote it, and is never read as code."""

import json
import zlib
from typing import Any

import pytest

from services.intake import printing
from services.intake.printing import PrintingFailed, pdf

HOSTILE = '#panic("x") $x$ <b>vet</b> *ster* _streep_ @noot \\ " \u202e // geen commentaar'


def an_agreement(**other: Any) -> dict[str, Any]:
    section = {"title": "Leerdoelen", "text": "Regel een\nregel twee", "facts": [["Naam", "Sara"]], "list": ["Een"]}
    signature = {"role": "Leerling", "order": "1 van 1", "who": "Sara", "signed": None}
    return {
        "title": "Stageovereenkomst",
        "kind": "Stage",
        "reference": "Versie 1",
        "missing": [],
        "parties": [section],
        "sections": [section],
        "days": [["dinsdag", "09.00", "15.30", "30 minuten"]],
        "closing": [],
        "beforeSigning": "In deze volgorde.",
        "signatures": [signature],
    } | other


def streams_of(file: bytes) -> bytes:
    """All that is packed in a PDF, unpacked."""
    parts = (part.split(b"endstream")[0].strip(b"\r\n") for part in file.split(b"stream\n")[1:])
    return b"".join(zlib.decompress(part) for part in parts if part[:1] == b"x")


async def test_a_page_is_accessible_and_named() -> None:
    file = await pdf("agreement", an_agreement())
    assert file.startswith(b"%PDF-")
    assert b"pdfuaid:part" in file or b"pdfuaid:part" in streams_of(file)
    assert b"nl-NL" in file


@pytest.mark.parametrize(
    "text", [HOSTILE, "😀 中文字 مرحبا שלום Łąğő", "é" * 2000, "regel\n" * 200, "\ue000\u200d\ufeff"]
)
async def test_any_text_can_be_printed(text: str) -> None:
    file = await pdf("agreement", an_agreement(title=text, missing=[text], kind=text))
    assert file.startswith(b"%PDF-")


async def test_a_text_with_more_unknown_characters_than_anybody_waits_for_is_printed_all_the_same() -> None:
    chinese = [f"{chr(0x4E00 + n)} a" for n in range(20)]
    assert (await pdf("agreement", an_agreement(missing=chinese))).startswith(b"%PDF-")


async def test_what_lacks_data_fails_and_says_where() -> None:
    with pytest.raises(PrintingFailed, match="parties"):
        await pdf("agreement", {key: value for key, value in an_agreement().items() if key != "parties"})


async def test_what_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SECONDS", 0.001)
    with pytest.raises(PrintingFailed, match="was not printed within"):
        await pdf("agreement", an_agreement())


async def test_a_thousand_goals_take_pages_and_no_time() -> None:
    goals = json.loads(json.dumps(["Op tijd komen en afspraken nakomen"] * 1000))
    assert len(await pdf("agreement", an_agreement(missing=goals))) > 40_000
