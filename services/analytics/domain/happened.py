"""The tables of what happened: contacts, proposals, placements, calls for help (K11–K14, K17, K25, H15)."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.table import Column, Description, Unit
from services.analytics.domain.words import label
from shared.events.codes import SECTORS, IntermediaryKind, Outcome, PlacementKind

_SCHOOLS_AND_CONTACTS = (Column("schools", "scholen"), Column("contacts", "contacten"))
_STUDENTS = (Column("students", "leerlingen"),)
_PLACEMENTS = (Column("placements", "plaatsingen"),)

FUNNEL = CountTable(
    Description(
        "funnel",
        "Van zoeken tot plek",
        "Verschillende leerlingen die op zoek gingen, een voorstel kregen, een akkoord, een plek, klaar zijn, de plek "
        "afmaakten (niet voortijdig stopten), en betaald werk kregen: als uitkomst of als volgende plek. "
        "De periode gaat over het moment van vastleggen; plaatsingen met de hand tellen mee vanaf 'geplaatst'.",
        Unit.STUDENTS,
        _STUDENTS,
    ),
    {
        "ready": "op zoek gegaan",
        "proposed": "voorstel gekregen",
        "accepted": "akkoord gegeven",
        "started": "geplaatst",
        "ended": "plaatsing afgelopen",
        "completed": "plaatsing afgemaakt",
        "job": "betaald werk",
    },
    persons=frozenset({"students"}),
    adds_up=False,
    n_of="ready",
)

FUNNEL_BY_REGION = Description(
    "funnel-by-region",
    "Van zoeken tot plek, naar arbeidsmarktregio",
    FUNNEL.about.definition,
    Unit.STUDENTS,
    tuple(Column(code, words) for code, words in FUNNEL.labels.items()),
)

SEARCHING = CountTable(
    Description(
        "still-searching",
        "Leerlingen die nog zoeken, en waar dat op wacht",
        "Leerlingen die op zoek gingen en sindsdien niet geplaatst of teruggetrokken zijn, naar wat er het laatst "
        "gebeurde.",
        Unit.STUDENTS,
        _STUDENTS,
    ),
    {
        "no-proposal": "nog geen voorstel",
        "proposal-open": "voorstel ligt bij de coördinator",
        "being-placed": "akkoord, plaatsing wordt gemaakt",
        "declined": "laatste voorstel afgewezen",
        "expired": "laatste voorstel verlopen",
        "refused": "plek bleek al bezet",
        "help-asked": "in eigen kring niets gevonden: hulp gevraagd",
    },
    persons=frozenset({"students"}),
    state=True,
)

FIRST_CHOICE = CountTable(
    Description(
        "first-choice",
        "Welke wens een plaatsing vervult",
        "Begonnen plaatsingen naar de wens van de leerling waarop het voorstel paste; bij met de hand geplaatste "
        "leerlingen is die onbekend.",
        Unit.PLACEMENTS,
        _PLACEMENTS,
    ),
    {
        "first": "eerste keus",
        "second": "tweede keus",
        "later": "derde keus of later",
        "neighbouring": "verwant werk",
        "unknown": "onbekend",
    },
    persons=frozenset({"placements"}),
)

OUTCOMES = CountTable(
    Description(
        "outcomes",
        "Hoe plaatsingen aflopen",
        "Beëindigde plaatsingen naar uitkomst; de periode gaat over de einddatum.",
        Unit.PLACEMENTS,
        _PLACEMENTS,
    ),
    {outcome: label(outcome) for outcome in Outcome},
    persons=frozenset({"placements"}),
)

PLACEMENTS = CountTable(
    Description(
        "placements",
        "Plaatsingen naar soort",
        "Begonnen en beëindigde plaatsingen; de periode gaat over de begin- en de einddatum.",
        Unit.PLACEMENTS,
        (Column("started", "begonnen"), Column("ended", "beëindigd")),
    ),
    {"internship": "stage"},
    persons=frozenset({"started", "ended"}),
)

CONTINUED = CountTable(
    Description(
        "continued",
        "Waar een plek toe leidt",
        "Begonnen plaatsingen die op een eerdere van dezelfde leerling volgen, naar de soort van die eerdere plek: een "
        "volgende plek om te leren, of betaald werk. De periode gaat over de begindatum van de volgende.",
        Unit.PLACEMENTS,
        (Column("further", "naar een volgende plek"), Column("work", "naar werk")),
    ),
    {kind: label(kind) for kind in (PlacementKind.TASTER, PlacementKind.INTERNSHIP, PlacementKind.LONG)},
    persons=frozenset({"further", "work"}),
)

INTERMEDIARIES = CountTable(
    Description(
        "intermediaries",
        "Wat intermediairs bijdragen",
        "Hulpvragen die naar een soort intermediair gingen, antwoorden, genoemde werkgevers (waarvan nieuw in het "
        "register), en plaatsingen die daarna bij een genoemde werkgever begonnen. Een hulpvraag kan naar meer soorten "
        "gaan, dus de rijen tellen niet op tot het totaal.",
        Unit.CALLS,
        (
            Column("calls", "hulpvragen"),
            Column("answers", "antwoorden"),
            Column("declines", "weet niemand"),
            Column("employers", "genoemde werkgevers"),
            Column("new", "waarvan nieuw"),
            Column("placements", "plaatsingen daar"),
        ),
        multi_answer=True,
    ),
    {kind: label(kind) for kind in IntermediaryKind},
    persons=frozenset({"placements"}),
    adds_up=False,
)

INITIATIVES = CountTable(
    Description(
        "initiatives",
        "Initiatieven en wat ze opleveren",
        "Initiatieven van scholen en regio's naar soort, hun werkgevers, en plaatsingen die daar begonnen sinds zij "
        "meedoen; de periode gaat over het begin van het initiatief. Wie aan meer soorten meedoet, telt bij elk mee.",
        Unit.INITIATIVES,
        (
            Column("initiatives", "initiatieven"),
            Column("ended", "waarvan afgerond"),
            Column("employers", "werkgevers"),
            Column("placements", "plaatsingen daar"),
            Column("jobs", "waarvan naar werk"),
        ),
    ),
    {
        "group-internship": "groepsstage",
        "network-meeting": "netwerkbijeenkomst",
        "adapted-education": "aangepast onderwijs",
        "work-trajectory": "arbeidstraject",
        "learn-work-centre": "leerwerkcentrum",
        "campaign": "campagne",
        "other": "anders",
    },
    persons=frozenset({"placements", "jobs"}),
)

COUNT_TABLES = (
    FUNNEL,
    SEARCHING,
    FIRST_CHOICE,
    PLACEMENTS,
    CONTINUED,
    OUTCOMES,
    CountTable(
        Description(
            "declines",
            "Waarom voorstellen worden afgewezen",
            "Afgewezen voorstellen naar de reden die de coördinator koos.",
            Unit.PROPOSALS,
            (Column("proposals", "voorstellen"),),
        ),
        {
            code: label(code)
            for code in (
                "too-far",
                "not-motivated",
                "work-does-not-fit",
                "guidance-does-not-fit",
                "found-elsewhere",
                "employer-declined",
                "other",
            )
        },
        persons=frozenset({"proposals"}),
    ),
    INTERMEDIARIES,
    INITIATIVES,
    CountTable(
        Description(
            "first-contact",
            "Langs welke weg het eerste contact ging",
            "Scholen naar de weg van hun eerste contact met een werkgever (paragraaf 3.1), en die eerste contacten.",
            Unit.SCHOOLS,
            _SCHOOLS_AND_CONTACTS,
            multi_answer=True,
        ),
        {code: label(code) for code in ("telephone", "own-network", "municipality", "student-network")},
        adds_up=False,
    ),
    CountTable(
        Description(
            "convincing-arguments",
            "Waarmee scholen werkgevers overtuigen",
            "Scholen die een argument gebruikten (paragraaf 3.1), de contacten waarin dat gebeurde, en hoe vaak het "
            "antwoord ja was.",
            Unit.SCHOOLS,
            (*_SCHOOLS_AND_CONTACTS, Column("yes", "waarvan ja")),
            multi_answer=True,
        ),
        {
            code: label(code)
            for code in (
                "no-strings",
                "information",
                "honest-expectations",
                "enthusiasm",
                "intrinsic-motivation",
                "benefits",
            )
        },
        adds_up=False,
    ),
    CountTable(
        Description(
            "initiative",
            "Wie met de samenwerking begon",
            "Werkgevers naar wie het initiatief nam tot hun allereerste vastgelegde contact (paragraaf 3.1).",
            Unit.EMPLOYERS,
            (Column("employers", "werkgevers"),),
        ),
        {
            code: label(code)
            for code in ("school", "employer", "student", "parents", "intermediary", "network", "unknown")
        },
    ),
    CountTable(
        Description(
            "offers-by-sector",
            "Aangeboden plekken naar sector",
            "Aanbod dat niet is ingetrokken, en de plekken daarin.",
            Unit.OFFERS,
            (Column("offers", "aanbod"), Column("seats", "plekken")),
        ),
        {sector: label(sector) for sector in SECTORS},
    ),
)
