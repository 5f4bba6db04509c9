"""Dates, days and amounts as Dutch people read them on paper."""

from datetime import date

from shared.events.codes import Weekday

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
DAYS = dict(zip(Weekday, ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"), strict=True))


def in_words(day: date) -> str:
    """`3 mei 2027`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock(time: str) -> str:
    """`09:00` as `9.00 uur`."""
    hours, minutes = time.split(":")
    return f"{int(hours)}.{minutes} uur"


def euros(cents: int) -> str:
    """`€ 75,00`."""
    whole = f"{cents // 100:,}".replace(",", ".")
    return f"€ {whole},{cents % 100:02}"


def listed(words: list[str]) -> str:
    """`a, b en c`."""
    return " en ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
