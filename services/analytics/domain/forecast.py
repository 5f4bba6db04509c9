"""What the next three months bring, from the months before: stated, tried on the past, and shown with an interval.

The method: the same month of a year ago, times how much more there was in the last twelve months than in the twelve
before. With less than two years it is the mean of the last three months. It is tried on every month since the second
year as if that were still to come; four of five of those errors lie within the interval.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.analytics.domain.hiding import FEWEST
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import Column, Description, Line, Table, Unit
from services.analytics.domain.words import label

AHEAD = 3
"""Months."""

YEAR = 12
FEWEST_MONTHS = 6
"""With less past nothing is said."""

WILDEST = 2.0
"""A year that is twice the one before, or half of it, says no more than that of the next."""

SHARE_WITHIN = 0.8
"""Of the errors of the past that lie within the interval."""

Method = Callable[[Sequence[int], int], float]

READY, OPENING = "ready", "opening"
WORDS = {READY: "leerlingen die op zoek gaan", OPENING: "plekken die vrijkomen"}


@dataclass(frozen=True)
class ForecastTable:
    """A table of months to come."""

    about: Description


FORECAST = ForecastTable(
    Description(
        "forecast",
        "Verwachting voor de komende drie maanden",
        "Leerlingen die op zoek gaan en plekken die vrijkomen doordat een plaatsing afloopt. Methode: dezelfde maand "
        "van vorig jaar, maal de groei van de laatste twaalf maanden; met minder dan twee jaar verleden het gemiddelde "
        "van drie maanden. Acht van de tien keer lag het tussen laag en hoog. De laatste twee kolommen: hoeveel de "
        "methode er op eerdere maanden gemiddeld naast zat, en hoeveel wie verwacht dat het blijft zoals vorige maand.",
        Unit.STUDENTS,
        (
            Column("expected", "verwacht"),
            Column("low", "laag"),
            Column("high", "hoog"),
            Column("error", "gemiddelde fout"),
            Column("error-naive", "fout van 'als vorige maand'"),
        ),
    )
)


@dataclass(frozen=True)
class Expected:
    """A month to come."""

    value: float
    low: float
    high: float
    error: float | None
    naive_error: float | None


def seasonal(past: Sequence[int], ahead: int) -> float:
    """The method."""
    if len(past) < 2 * YEAR:
        return sum(past[-3:]) / len(past[-3:])
    last, before = sum(past[-YEAR:]), sum(past[-2 * YEAR : -YEAR])
    growth = min(WILDEST, max(1 / WILDEST, last / before)) if before else 1.0
    return past[len(past) - YEAR + ahead - 1] * growth


def naive(past: Sequence[int], _: int) -> float:
    """That it stays as it was last month."""
    return float(past[-1])


def errors(past: Sequence[int], method: Method, ahead: int) -> list[float]:
    """What came less what was expected, for each month that the method can be tried on."""
    first = 2 * YEAR if len(past) > 2 * YEAR + AHEAD else FEWEST_MONTHS
    return [past[end + ahead - 1] - method(past[:end], ahead) for end in range(first, len(past) - ahead + 1)]


def expected(past: Sequence[int], ahead: int) -> Expected:
    """A month that is `ahead` of the last one that is known."""
    value, missed = seasonal(past, ahead), sorted(errors(past, seasonal, ahead))
    if not missed:
        return Expected(value, 0.0, 2 * value, None, None)
    least = missed[int((1 - SHARE_WITHIN) / 2 * len(missed))]
    most = missed[-1 - int((1 - SHARE_WITHIN) / 2 * len(missed))]
    low, high = max(0.0, value + min(least, 0.0)), value + max(most, 0.0)
    return Expected(value, low, high, _mean(missed), _mean(errors(past, naive, ahead)))


def _mean(of: Sequence[float]) -> float:
    return sum(map(abs, of)) / len(of)


def forecast(series: Mapping[str, Sequence[int]], scope: Scope) -> Table:
    """The table: `series` are the counts of the months that are over, the last one that before `scope.as_of`."""
    lines = []
    for kind in (READY, OPENING):
        for ahead in range(1, AHEAD + 1):
            month = _month_after(scope.as_of, ahead - 1)
            lines.append(_line(f"{kind}-{month}", f"{WORDS[kind]}, {label(month)}", series.get(kind, ()), ahead, scope))
    return Table(
        FORECAST.about, tuple(lines), None, note=f"Gerekend op de maanden voor {label(f'{scope.as_of:%Y-%m}')}."
    )


def _line(code: str, words: str, past: Sequence[int], ahead: int, scope: Scope) -> Line:
    keys = tuple(column.key for column in FORECAST.about.columns)
    if len(past) < FEWEST_MONTHS:
        return Line(code, words, (None,) * len(keys))
    found = expected(past, ahead)
    few = found.value < FEWEST or sum(past[-YEAR:]) < FEWEST * YEAR
    if scope.hide and (few or scope.region):  # from the last month and the expectation a region's count would follow
        return Line(code, words, (None,) * len(keys), keys)
    values = (found.value, found.low, found.high, found.error, found.naive_error)
    return Line(code, words, tuple(None if value is None else int(value + 0.5) for value in values))


def _month_after(day: date, months: int) -> str:
    number = day.year * YEAR + day.month - 1 + months
    return f"{number // YEAR:04d}-{number % YEAR + 1:02d}"
