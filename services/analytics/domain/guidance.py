"""The tables of guidance: what stands in the way of placements (K26 to K28, L1), and what became of who left (M12)."""

from services.analytics.domain.counted import CountTable, Part
from services.analytics.domain.table import Column, Description, Unit

BOTTLENECKS = CountTable(
    Description(
        "bottlenecks",
        "Wat plaatsingen in de weg staat",
        "Vastgelegde knelpunten naar soort (paragraaf 3.2), hoeveel daarvan zijn opgelost en bij hoeveel de plaatsing "
        "erom stopte. Een knelpunt kan van meer soorten zijn. De periode gaat over de dag waarop het werd gezien.",
        Unit.PLACEMENTS,
        (Column("noticed", "gezien"), Column("solved", "waarvan opgelost"), Column("ended", "waarvan gestopt")),
        multi_answer=True,
    ),
    {
        "lack-of-time": "te weinig tijd bij het bedrijf",
        "colleagues": "houding van collega's",
        "guidance": "begeleiding in het bedrijf",
        "motivation": "motivatie",
        "behaviour": "gedrag",
        "overestimated": "leerling is overschat",
        "underestimated": "leerling is onderschat",
        "expectations": "verkeerde verwachtingen",
        "unfamiliar": "onbekend met de doelgroep",
        "no-match": "geen match",
        "little-return": "het levert het bedrijf weinig op",
        "allowance": "vergoeding of kosten",
        "home-situation": "thuissituatie",
        "school-absent": "weinig betrokken school",
        "information": "te weinig informatie",
        "distance": "reisafstand",
        "region": "te weinig plekken in de regio",
    },
    persons=frozenset({"noticed", "solved", "ended"}),
    adds_up=False,
)

FOLLOW_UPS = CountTable(
    Description(
        "follow-ups",
        "Wat er van oud-leerlingen werd",
        "Oud-leerlingen naar wat zij deden, zes, twaalf en vierentwintig maanden na het verlaten van de school. De "
        "periode gaat over de dag waarop ernaar is gevraagd.",
        Unit.STUDENTS,
        (Column("after-6", "na 6 maanden"), Column("after-12", "na 12 maanden"), Column("after-24", "na 24 maanden")),
    ),
    {
        "longer-in-education": "langer op school",
        "to-work": "aan het werk",
        "sheltered": "beschut werk",
        "day-activity": "dagbesteding",
        "at-home": "thuis",
        "unknown": "onbekend",
    },
    persons=frozenset({"after-6", "after-12", "after-24"}),
)

FOLLOWED_UP = CountTable(
    Description(
        "followed-up",
        "Worden oud-leerlingen gevolgd?",
        "Oud-leerlingen naar wie zes, twaalf of vierentwintig maanden na het verlaten van de school gevraagd moest "
        "worden, en hoeveel keer dat is vastgelegd. De periode gaat over de dag waarop ernaar gevraagd moest worden.",
        Unit.STUDENTS,
        (Column("due", "te volgen"), Column("followed", "waarvan gevolgd")),
    ),
    {"after-6": "na 6 maanden", "after-12": "na 12 maanden", "after-24": "na 24 maanden"},
    persons=frozenset({"due", "followed"}),
    parts=(Part("followed", "due"),),
    state=True,
)

GUIDANCE_TABLES = (BOTTLENECKS, FOLLOW_UPS, FOLLOWED_UP)
