"""Figures as a plain table, and as Markdown for the documentation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO


@dataclass
class Table:
    """A heading, the names of its columns, and rows of finished figures."""

    title: str
    columns: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""

    def add(self, *cells: object) -> None:
        """One more row."""
        self.rows.append([f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in cells])

    def plain(self) -> str:
        """For a terminal."""
        lines = [list(self.columns), *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        text = [
            "  ".join(
                cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join(["", self.title, "-" * len(self.title), *text, *([self.note] if self.note else []), ""])

    def markdown(self) -> str:
        """For a page."""
        lines = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)], *self.rows]
        text = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([f"### {self.title}", "", *text, "", *([self.note, ""] if self.note else [])])


class Sheet:
    """Shows each table as soon as it is measured, and keeps all of them for a file."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._tables: list[Table] = []
        self._head = ""

    def begin(self, head: str) -> None:
        """What stands above everything."""
        self._head = head
        self.say(head)

    def say(self, line: str) -> None:
        """How far it is."""
        self._out.write(f"{line}\n")
        self._out.flush()

    def show(self, table: Table) -> None:
        """A finished table."""
        self._tables.append(table)
        self.say(table.plain())

    def write(self, file: Path) -> None:
        """All of it as Markdown."""
        file.write_text("\n".join([self._head, "", *(table.markdown() for table in self._tables)]))


def quantile(seconds: Sequence[float], share: float) -> float:
    """A percentile, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
