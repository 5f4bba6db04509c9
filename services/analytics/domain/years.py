"""School years side by side, month by month: this one against those before (Dutch months, from August on)."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.table import Column, Description, Unit
from services.analytics.domain.words import MONTHS

SO_FAR = "so-far"
_AUGUST = 8
_COLUMNS = (
    Column("this", "dit schooljaar"),
    Column("last", "vorig schooljaar"),
    Column("before", "het jaar daarvoor"),
)
_MONTHS = {f"month-{month:02}": MONTHS[month - 1] for month in (*range(_AUGUST, len(MONTHS) + 1), *range(1, _AUGUST))}
_SIDE_BY_SIDE = (
    "Maanden van drie schooljaren naast elkaar, van augustus tot en met juli. De eerste rij telt van elk jaar alleen "
    "wat er tot en met dezelfde dag was: de laatste dag van de periode, of vandaag."
)


def _table(name: str, title: str, what: str, unit: Unit, *, persons: bool) -> CountTable:
    return CountTable(
        Description(name, title, f"{what} {_SIDE_BY_SIDE}", unit, _COLUMNS),
        {SO_FAR: "tot en met deze dag", **_MONTHS},
        persons=frozenset(column.key for column in _COLUMNS) if persons else frozenset(),
        adds_up=False,
        n_of=SO_FAR,
        state=True,
        published=not persons,
    )


YEAR_TABLES = (
    _table(
        "years-searching",
        "Op zoek gegaan, dit schooljaar naast de vorige",
        "Zoektochten van leerlingen naar de dag waarop zij op zoek gingen.",
        Unit.STUDENTS,
        persons=True,
    ),
    _table(
        "years-placed",
        "Plaatsingen, dit schooljaar naast de vorige",
        "Begonnen plaatsingen naar begindatum.",
        Unit.PLACEMENTS,
        persons=True,
    ),
    _table(
        "years-seats",
        "Aangeboden plekken, dit schooljaar naast de vorige",
        "Plekken in aanbod dat niet is ingetrokken, naar begindatum.",
        Unit.SEATS,
        persons=False,
    ),
)
