"""Equal chances: are students who are harder to place placed less often, or later? By four coarse codes."""

from services.analytics.domain.counted import CountTable, Part
from services.analytics.domain.measured import HOURS, MeasureTable
from services.analytics.domain.table import UNKNOWN, Column, Description, Unit
from services.analytics.domain.words import label
from shared.events.codes import SECTORS

_GROUPS: dict[str, dict[str, str]] = {
    "profile-": {
        "work": "uitstroom: arbeid",
        "further-education": "uitstroom: vervolgonderwijs",
        "sheltered": "uitstroom: beschut werk",
        "day-activity": "uitstroom: dagbesteding",
        UNKNOWN: "uitstroom: onbekend",
    },
    "guidance-": {
        "none": "begeleiding: geen",
        "limited": "begeleiding: beperkt",
        "full": "begeleiding: volledig",
        "intensive": "begeleiding: intensief",
        UNKNOWN: "begeleiding: onbekend",
    },
    "distance-": {
        "20": "reist: tot 20 minuten",
        "40": "reist: tot 40 minuten",
        "more": "reist: langer",
        UNKNOWN: "reist: onbekend",
    },
    "work-": {
        **{sector: f"eerste wens: {label(sector)}" for sector in SECTORS},
        "other": "eerste wens: ander werk",
        UNKNOWN: "eerste wens: onbekend",
    },
}
_LABELS = {prefix + code: words for prefix, codes in _GROUPS.items() for code, words in codes.items()}
_BY_CODES = (
    "naar uitstroomprofiel, begeleiding die nodig is, reistijd die kan, en werk van de eerste wens, zoals de school "
    "die bij het begin van de zoektocht had vastgelegd. Elke leerling staat in vier rijen: bij elk van de vier in één."
)

PLACED_BY_NEED = CountTable(
    Description(
        "placed-by-need",
        "Worden leerlingen die moeilijker te plaatsen zijn ook geplaatst?",
        f"Leerlingen die op zoek gingen, en wie daarvan ooit een plek kreeg, {_BY_CODES} De periode gaat over het "
        "begin van de eerste zoektocht.",
        Unit.STUDENTS,
        (Column("searched", "op zoek gegaan"), Column("placed", "waarvan geplaatst")),
        multi_answer=True,
    ),
    _LABELS,
    persons=frozenset({"searched", "placed"}),
    adds_up=False,
    parts=(Part("placed", "searched"),),
    groups=tuple(_GROUPS),
)

WAITS_BY_NEED = MeasureTable(
    Description(
        "waits-by-need",
        "Wachten leerlingen die moeilijker te plaatsen zijn langer?",
        f"Uren van op zoek gaan tot een plaatsing is vastgelegd, {_BY_CODES} De periode gaat over het begin van de "
        "zoektocht.",
        Unit.STUDENTS,
        (Column("cases", "keren"), *HOURS),
        multi_answer=True,
    ),
    _LABELS,
    groups=tuple(frozenset(code for code in _LABELS if code.startswith(prefix)) for prefix in _GROUPS),
    beside=("placed-by-need",),
)

NEED_TABLES = (PLACED_BY_NEED, WAITS_BY_NEED)
