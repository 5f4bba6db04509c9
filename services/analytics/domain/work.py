"""The figures of the work: what a placement costs, who approached whom, which seats there are and who asks for them."""

from services.analytics.domain.counted import CountTable, Part
from services.analytics.domain.measured import HOURS, MeasureTable
from services.analytics.domain.table import Column, Description, Unit
from services.analytics.domain.words import label
from shared.events.codes import SECTORS, IntermediaryKind, SchoolKind

_KINDS: dict[str, str] = {kind: label(kind) for kind in SchoolKind}

CALLS_ANSWERED = CountTable(
    Description(
        "calls-answered",
        "Hulpvragen die binnen drie dagen beantwoord zijn",
        "Hulpvragen per soort intermediair; een antwoord is een genoemde werkgever of 'weet niemand'. Een hulpvraag "
        "aan twee soorten telt bij elk. De periode gaat over de dag van de vraag.",
        Unit.CALLS,
        (
            Column("calls", "hulpvragen"),
            Column("within-three-days", "binnen drie dagen"),
            Column("later", "later"),
            Column("open", "nog niet"),
        ),
    ),
    {kind: label(kind) for kind in IntermediaryKind},
)

CALLS_TAKEN = MeasureTable(
    Description(
        "calls-taken",
        "Hoe snel intermediairs een hulpvraag oppakken",
        "Hulpvragen waarvan een soort intermediair liet weten dat zij zoekt, en de uren van de vraag tot dat bericht. "
        "Wie meteen een werkgever noemt, telt hier niet. De periode gaat over de dag van de vraag.",
        Unit.CALLS,
        (Column("cases", "opgepakt"), *HOURS),
    ),
    {kind: label(kind) for kind in IntermediaryKind},
    of_persons=False,
)

RECORDS_VERIFIED = CountTable(
    Description(
        "records-verified",
        "Gegevens van werkgevers die kortgeleden zijn gecontroleerd",
        "Werkgevers met wie minstens één school samenwerkt of die een school inbracht, naar sector, en wanneer een "
        "school het laatst zei dat de gegevens kloppen: vandaag, welke periode ook gekozen is. De rest is nooit "
        "gecontroleerd, of voor het laatst gewijzigd voordat dit werd doorgegeven.",
        Unit.EMPLOYERS,
        (
            Column("employers", "werkgevers"),
            Column("half-a-year", "laatste half jaar gecontroleerd"),
            Column("longer-ago", "langer geleden"),
        ),
    ),
    {sector: label(sector) for sector in SECTORS},
    state=True,
)

EFFORT = MeasureTable(
    Description(
        "effort-per-placement",
        "Wat een plaatsing kost",
        "Contacten van de school met de werkgever in het jaar voor een plaatsing begon, en dagen van het eerste "
        "daarvan tot het begin, naar soort school. Plaatsingen zonder vastgelegd contact tellen niet mee.",
        Unit.PLACEMENTS,
        (
            Column("placements", "plaatsingen"),
            Column("contacts", "contacten (mediaan)"),
            Column("contacts-p90", "contacten (negen van de tien tot)"),
            Column("days", "dagen (mediaan)"),
            Column("days-p90", "dagen (negen van de tien tot)"),
        ),
    ),
    _KINDS,
    adds_up=True,
)

DOUBLE_APPROACHES = CountTable(
    Description(
        "double-approaches",
        "Werkgevers die door meer scholen tegelijk zijn benaderd",
        "Werkgevers waarmee scholen uit zichzelf contact opnamen; waarvan door twee scholen binnen dertig dagen zonder "
        "afspraak, en met een gezamenlijke claim. De periode gaat over de dag van het contact.",
        Unit.EMPLOYERS,
        (Column("employers", "werkgevers"),),
    ),
    {
        "approached": "benaderd",
        "double": "door twee scholen los van elkaar",
        "together": "door scholen samen",
    },
    adds_up=False,
    n_of="approached",
)

RELATIONS = CountTable(
    Description(
        "relations",
        "Hoe levend de relaties met werkgevers zijn",
        "Een relatie is een school die met een werkgever samenwerkt; naar het laatste contact of de laatste plaatsing, "
        "op de laatste dag van de periode of vandaag.",
        Unit.RELATIONS,
        (Column("relations", "relaties"),),
    ),
    {
        "placed-now": "er is nu een leerling",
        "alive": "laatste half jaar iets",
        "stale": "half jaar tot jaar niets",
        "dormant": "langer dan een jaar niets",
        "nothing-recorded": "nooit iets vastgelegd",
    },
    state=True,
)

EARLY_ENDS = CountTable(
    Description(
        "early-ends",
        "Plaatsingen die voortijdig stoppen, naar sector",
        "Beëindigde plaatsingen naar de sector van de plek, en hoeveel er voortijdig stopten. Waarom, staat bij de "
        "knelpunten die tot het einde leidden (tabel bottlenecks). De periode gaat over de einddatum.",
        Unit.PLACEMENTS,
        (Column("ended", "beëindigd"), Column("stopped-early", "waarvan voortijdig")),
    ),
    {sector: label(sector) for sector in SECTORS},
    persons=frozenset({"ended", "stopped-early"}),
    parts=(Part("stopped-early", "ended"),),
)

GUIDANCE_LOAD = MeasureTable(
    Description(
        "guidance-load",
        "Leerlingen die scholen nu begeleiden",
        "Lopende plaatsingen op de laatste dag van de periode of vandaag, en de mediaan per school, naar soort school.",
        Unit.SCHOOLS,
        (
            Column("schools", "scholen"),
            Column("running", "lopende plaatsingen"),
            Column("per-school", "mediaan per school"),
        ),
    ),
    _KINDS,
    adds_up=True,
    fewest_units=3,
)

STUDENTS_PER_COACH = CountTable(
    Description(
        "students-per-coach",
        "Leerlingen per begeleider",
        "Geplaatste leerlingen op de laatste dag van de periode of vandaag, naar wie van de school hen begeleidt, de "
        "meeste eerst en zonder namen. Wie begeleidt, is zoals bij het begin of de laatste wijziging van de plaatsing "
        "was vastgelegd. Alleen voor de eigen school, en voor wie de hele regio ziet.",
        Unit.STUDENTS,
        (Column("students", "leerlingen"),),
    ),
    {},
    persons=frozenset({"students"}),
    state=True,
    sparse=True,
    confidential=True,
)

SEATS_OVER_TIME = CountTable(
    Description(
        "seats-over-time",
        "Bezetting van plekken, en wat wanneer opengaat",
        "Op de eerste van elke maand (en nu): plekken in aanbod dat dan geldt, en lopende plaatsingen. In elke maand: "
        "plaatsingen die aflopen, en plekken van aanbod dat begint. Latere maanden volgen uit de afspraken van nu.",
        Unit.SEATS,
        (
            Column("seats", "plekken"),
            Column("taken", "bezet"),
            Column("ending", "loopt af"),
            Column("new", "nieuw"),
        ),
    ),
    {"now": "nu"},
    persons=frozenset({"taken", "ending"}),
    adds_up=False,
    n_of="now",
    state=True,
    from_now_on=True,
)

SUPPLY_AND_DEMAND = CountTable(
    Description(
        "supply-and-demand",
        "Vraag en aanbod naar sector",
        "Plekken in aanbod dat nu geldt, hoeveel er bezet zijn, aanbod waarvoor niemand is gevonden, en leerlingen "
        "voor wie in die sector hulp is gevraagd (de periode gaat over die vraag).",
        Unit.SEATS,
        (
            Column("seats", "plekken"),
            Column("taken", "bezet"),
            Column("unfilled", "aanbod waarvoor niemand past"),
            Column("help", "leerlingen voor wie hulp is gevraagd"),
        ),
    ),
    {sector: label(sector) for sector in SECTORS},
    persons=frozenset({"taken", "help"}),
    state=True,
)

WORK_TABLES = (
    CALLS_ANSWERED,
    CALLS_TAKEN,
    RECORDS_VERIFIED,
    EFFORT,
    DOUBLE_APPROACHES,
    RELATIONS,
    EARLY_ENDS,
    GUIDANCE_LOAD,
    STUDENTS_PER_COACH,
    SEATS_OVER_TIME,
    SUPPLY_AND_DEMAND,
)
