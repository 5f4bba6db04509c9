"""Kinds of economic activity (Standaard Bedrijfsindeling of CBS) and the sectors of the register that they belong to.

Facts: `data/sbi_divisions.csv` and `data/sector_sbi.csv` (their sources: `data/README.md`).
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from services.intake.domain.codes import Words

DATA = Path(__file__).parent / "data"
_DIVISION_DIGITS = 2


class Sbi:
    """Read once when the service starts; asked in memory."""

    def __init__(self, added: Mapping[str, Iterable[str]]) -> None:
        """`added` maps sectors of this installation to SBI codes, beside the default mapping."""
        self.divisions = {row["division"]: Words(row["nl"], row["en"]) for row in _rows("sbi_divisions.csv")}
        belongs = [(row["sbi"], row["sector"]) for row in _rows("sector_sbi.csv")]
        belongs += [(code.replace(".", ""), sector) for sector, codes in added.items() for code in codes]
        self._sectors = dict(belongs)

    def knows(self, code: str) -> bool:
        """Whether a code lies in a division that exists."""
        return code[:_DIVISION_DIGITS] in self.divisions

    def sector_of(self, code: str) -> str | None:
        """The sector of an activity, by the longest code that it begins with; None when it has none."""
        for digits in range(len(code), 1, -1):
            if sector := self._sectors.get(code[:digits]):
                return sector
        return None

    def sectors_of(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The sectors of these activities, each once."""
        found = (self.sector_of(code) for code in codes)
        return tuple(dict.fromkeys(sector for sector in found if sector is not None))

    def codes_of(self, sector: str) -> list[str]:
        """The SBI codes that belong to a sector."""
        return sorted(code for code, known in self._sectors.items() if known == sector)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
