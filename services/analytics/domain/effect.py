"""What initiatives, channels and arguments bring: with numbers, and no claim that they are the cause."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.table import Column, Description, Unit
from services.analytics.domain.words import label

INITIATIVE_EFFECT = CountTable(
    Description(
        "initiative-effect",
        "Meer leerlingen bij werkgevers die meedoen aan een initiatief?",
        "Werkgevers die minstens een jaar aan een soort initiatief meedoen, en plaatsingen die bij hen begonnen in het "
        "jaar ervoor en het jaar erna. Wie aan meer soorten meedoet, telt bij elk.",
        Unit.EMPLOYERS,
        (
            Column("employers", "werkgevers"),
            Column("year-before", "plaatsingen in het jaar ervoor"),
            Column("year-after", "plaatsingen in het jaar erna"),
        ),
        multi_answer=True,
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
    persons=frozenset({"year-before", "year-after"}),
    adds_up=False,
)

INITIATIVES_ABOUT = CountTable(
    Description(
        "initiatives-about",
        "Waar initiatieven over gaan",
        "Initiatieven naar doel, doelgroep (for-), sector en partner (with-), en hun werkgevers (paragraaf 4.1). Een "
        "initiatief staat in meer rijen. De periode gaat over het begin.",
        Unit.INITIATIVES,
        (Column("initiatives", "initiatieven"), Column("employers", "werkgevers")),
        multi_answer=True,
    ),
    {},
    adds_up=False,
)

_EFFECT = (
    Column("contacts", "contacten"),
    Column("yes", "waarvan ja"),
    Column("employers", "werkgevers"),
    Column("placements", "plaatsingen binnen een jaar"),
)
_AFTERWARDS = (
    "hoe vaak het antwoord ja was, de werkgevers, en plaatsingen van dezelfde school daar in het jaar erna. Een "
    "plaatsing na meer contacten staat in meer rijen. De periode gaat over de dag van het contact."
)

CHANNEL_EFFECT = CountTable(
    Description(
        "channel-effect",
        "Wat elke weg naar een werkgever oplevert",
        f"Contacten naar de weg waarlangs, {_AFTERWARDS}",
        Unit.CONTACTS,
        _EFFECT,
        multi_answer=True,
    ),
    {code: label(code) for code in ("telephone", "own-network", "municipality", "student-network")},
    persons=frozenset({"placements"}),
    adds_up=False,
)

ARGUMENT_EFFECT = CountTable(
    Description(
        "argument-effect",
        "Wat elk argument oplevert",
        f"Contacten naar het gebruikte argument, {_AFTERWARDS} Een contact met meer argumenten staat in meer rijen.",
        Unit.CONTACTS,
        _EFFECT,
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
    persons=frozenset({"placements"}),
    adds_up=False,
)

EFFECT_TABLES = (INITIATIVE_EFFECT, INITIATIVES_ABOUT, CHANNEL_EFFECT, ARGUMENT_EFFECT)
