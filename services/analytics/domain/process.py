"""The figures of students' ways: who waits and how long, who is placed later or less, and what came afterwards."""

from services.analytics.domain.counted import CountTable, Part
from services.analytics.domain.measured import HOURS, MeasureTable
from services.analytics.domain.table import UNKNOWN, Column, Description, Unit
from services.analytics.domain.words import label
from shared.events.codes import SchoolKind

_STUDENTS = (Column("students", "leerlingen"),)
_KINDS: dict[str, str] = {kind: label(kind) for kind in SchoolKind}
_HELP = {"own-circle": "in de eigen kring van de scholen", "with-help": "voor wie hulp is gevraagd"}

WAITING = CountTable(
    Description(
        "waiting-without-proposal",
        "Leerlingen zonder voorstel, naar hoe lang zij wachten",
        "Leerlingen die op de laatste dag van de periode (zonder periode: vandaag) zochten en sinds zij op zoek gingen "
        "geen voorstel kregen. Langer dan twee weken is te lang.",
        Unit.STUDENTS,
        _STUDENTS,
    ),
    {
        "up-to-two-weeks": "tot twee weken",
        "up-to-four-weeks": "twee tot vier weken",
        "longer": "langer dan vier weken",
    },
    persons=frozenset({"students"}),
    state=True,
)

WHY_NOT = CountTable(
    Description(
        "first-choice-why-not",
        "Waarom een plaatsing niet de eerste keus is",
        "Begonnen plaatsingen uit een voorstel dat niet de eerste wens vervult, naar wat er in dezelfde zoektocht het "
        "laatst aan voorafging: de reden waarom een voorstel werd afgewezen, of dat er geen ander voorstel was. De "
        "periode gaat over de begindatum.",
        Unit.PLACEMENTS,
        (Column("placements", "plaatsingen"),),
    ),
    {
        "not-offered": "er was geen plek van de eerste keus",
        "expired": "het voorstel verliep",
        "seat-taken": "de plek bleek bezet",
    },
    persons=frozenset({"placements"}),
)

STEP_TIMES = MeasureTable(
    Description(
        "step-times",
        "Hoe lang elke stap duurt",
        "Uren van begin tot eind van een stap, over wie de stap heeft gezet: de mediaan, en waarbinnen negen van de "
        "tien klaar waren. De periode gaat over het begin van de stap.",
        Unit.STUDENTS,
        (Column("cases", "keren"), *HOURS),
    ),
    {
        "ready-proposed": "op zoek tot eerste voorstel",
        "proposed-accepted": "voorstel tot akkoord",
        "accepted-placed": "akkoord tot plaatsing vastgelegd",
        "ready-placed": "op zoek tot plaatsing vastgelegd",
        "begun-ended": "begin tot einde van de plaatsing",
    },
)

AFTER_INTERNSHIP = CountTable(
    Description(
        "after-internship",
        "Wat er na een afgemaakte leerplek kwam",
        "Leerplekken die niet voortijdig stopten, en of de leerling binnen zes, twaalf en vierentwintig maanden "
        "betaald werk of een volgende plek kreeg; alleen plekken die zo lang geleden afliepen. De periode gaat over de "
        "einddatum.",
        Unit.PLACEMENTS,
        (Column("after-6", "na 6 maanden"), Column("after-12", "na 12 maanden"), Column("after-24", "na 24 maanden")),
    ),
    {"job": "betaald werk", "further": "een volgende plek", "neither": "geen van beide vastgelegd"},
    persons=frozenset({"after-6", "after-12", "after-24"}),
)

_PLACED = (Column("searched", "op zoek gegaan"), Column("placed", "waarvan geplaatst"))

PLACED_BY_SCHOOL_KIND = CountTable(
    Description(
        "placed-by-school-kind",
        "Worden leerlingen van beide soorten scholen even vaak geplaatst?",
        "Leerlingen die op zoek gingen, en wie daarvan ooit een plek kreeg. De periode gaat over het begin van de "
        "eerste zoektocht.",
        Unit.STUDENTS,
        _PLACED,
    ),
    _KINDS,
    persons=frozenset({"searched", "placed"}),
    parts=(Part("placed", "searched"),),
)

PLACED_BY_HELP = CountTable(
    Description(
        "placed-by-help",
        "Worden leerlingen voor wie hulp nodig was ook geplaatst?",
        "Leerlingen die op zoek gingen, en wie daarvan ooit een plek kreeg, naar of voor hen buiten de scholen hulp is "
        "gevraagd. De periode gaat over het begin van de eerste zoektocht.",
        Unit.STUDENTS,
        _PLACED,
    ),
    _HELP,
    persons=frozenset({"searched", "placed"}),
    parts=(Part("placed", "searched"),),
)

WAITS_BY_GROUP = MeasureTable(
    Description(
        "waits-by-group",
        "Wie wacht langer?",
        "Uren van op zoek gaan tot een plaatsing is vastgelegd, naar soort school en naar of er hulp is gevraagd; elke "
        "leerling staat in twee rijen. De periode gaat over het begin van de zoektocht.",
        Unit.STUDENTS,
        (Column("cases", "keren"), *HOURS),
        multi_answer=True,
    ),
    {**_KINDS, **_HELP},
    groups=(frozenset({*_KINDS, UNKNOWN}), frozenset(_HELP)),
    beside=("placed-by-school-kind", "placed-by-help"),
)

PLANNED_BY_EFFORT = CountTable(
    Description(
        "planned-by-effort",
        "Wie het plan een plek kan geven, naar moeite",
        "Zoekende leerlingen van het nieuwste plan van elke regio, naar hoe moeilijk zij te plaatsen zijn, en wie het "
        "plan plaatst; kleine aantallen laat het plan zelf al weg.",
        Unit.STUDENTS,
        (Column("students", "leerlingen"), Column("placed", "waarvan met een plek")),
    ),
    {
        "effort-0": "weinig moeite",
        "effort-1": "enige moeite",
        "effort-2": "veel moeite",
        "effort-3": "zeer veel moeite",
    },
    persons=frozenset({"students", "placed"}),
    parts=(Part("placed", "students"),),
    state=True,
)

PROCESS_TABLES = (
    WAITING,
    STEP_TIMES,
    WHY_NOT,
    AFTER_INTERNSHIP,
    PLACED_BY_SCHOOL_KIND,
    PLACED_BY_HELP,
    WAITS_BY_GROUP,
    PLANNED_BY_EFFORT,
)
