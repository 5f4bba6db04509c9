"""Bar charts with their sentence: what a table says at a glance, and in words for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.analytics.domain.table import TOTAL, UNKNOWN, Table

REACH_BESIDE_SHARES = 68
"""Room for "300 (100 %)" beside a bar."""


@dataclass(frozen=True)
class Bar:
    """One bar: how long it is (per cent of the longest of its chart) and the words beside it."""

    text: str
    percent: float


@dataclass(frozen=True)
class Group:
    """The bars under one label: one for each series."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """A chart, its sentence, and the table that is behind it; what has no bar stands in words."""

    table: Table
    sentence: str
    series: tuple[str, ...]
    groups: tuple[Group, ...]
    none_of: tuple[str, ...] = ()
    """Labels of which there are none."""
    not_shown: tuple[str, ...] = ()
    """Labels whose count is hidden."""
    has_legend: bool = False
    """What the bars are has to be said: there are several, or it is not the first column."""
    reach: int = 82
    """Per cent of the width that the longest bar takes; the rest is for the words beside it, on a telephone too."""

    @property
    def key(self) -> str:
        """What elements of the page are called after."""
        return self.table.about.name


def chart(
    table: Table,
    sentence: str,
    columns: Sequence[str] = (),
    *,
    sort: bool = False,
    share_of: str | None = None,
    measured: bool = False,
) -> Chart:
    """Bars for the rows (but the total) and the columns (by default the first).

    `sort` puts the longest first, where the rows have no order of their own; `share_of` names the row that every value
    is told as a share of; `measured` keeps rows of nothing but zeros, which of a median is a value as any other.
    """
    keys = [column.key for column in table.about.columns]
    wanted = [keys.index(key) for key in columns] or [0]
    lines = [line for line in table.rows if line.code != TOTAL]
    known = [line for line in lines if any(_draws(line.values[at], measured=measured) for at in wanted)]
    hidden = [line for line in lines if line not in known and any(line.values[at] is None for at in wanted)]
    longest = max((line.values[at] or 0 for line in known for at in wanted), default=0)
    whole = value(table, share_of) if share_of else None
    if sort:
        known.sort(key=lambda line: (line.code == UNKNOWN, -(line.values[wanted[0]] or 0)))
    return Chart(
        table,
        sentence,
        tuple(table.about.columns[at].title for at in wanted),
        tuple(Group(line.label, tuple(_bar(line.values[at], longest, whole) for at in wanted)) for line in known),
        tuple(line.label for line in lines if line not in hidden and line not in known),
        tuple(line.label for line in hidden),
        len(wanted) > 1 or wanted[0] > 0,
        REACH_BESIDE_SHARES if whole else Chart.reach,
    )


def _draws(count: int | None, *, measured: bool) -> bool:
    return count is not None and (measured or count != 0)


def _bar(count: int | None, longest: int, whole: int | None) -> Bar:
    if count is None:
        return Bar("×", 0)
    share = f" ({100 * count / whole:.0f} %)" if whole else ""
    return Bar(f"{count}{share}", round(100 * count / longest, 1) if longest else 0)


def listed(words: Sequence[str]) -> str:
    """An enumeration: "a, b en c"."""
    return f"{', '.join(words[:-1])} en {words[-1]}" if len(words) > 1 else "".join(words)


def of(n: int | None, one: str, many: str) -> str:
    """A number of things in words, or "te weinig … om te tonen"."""
    if n is None:
        return f"te weinig {many} om te tonen"
    return f"{n} {one if n == 1 else many}"


def value(table: Table, code: str, column: int = 0) -> int | None:
    """A value of a table; none where it is hidden, zero where there is no such row."""
    return next((line.values[column] for line in table.rows if line.code == code), 0)


def largest(table: Table) -> tuple[list[str], int]:
    """The labels of the rows with the largest count, and that count; unknown and hidden ones left out."""
    counts = {line.label: line.values[0] or 0 for line in table.rows if line.code not in {TOTAL, UNKNOWN}}
    most = max(counts.values(), default=0)
    return [label for label, count in counts.items() if count == most and most], most
