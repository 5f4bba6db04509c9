"""The Dutch words of the tables and charts; a code that has none here is shown as its own words."""

import re

from services.analytics.domain.municipalities import MUNICIPALITIES

REGIONS = {
    "AM01": "Groningen",
    "AM02": "Friesland",
    "AM03": "Drenthe",
    "AM05": "Twente",
    "AM06": "Veluwe Stedendriehoek",
    "AM07": "Midden-Gelderland",
    "AM08": "Rijk van Nijmegen",
    "AM09": "Achterhoek",
    "AM10": "Rivierenland",
    "AM11": "Flevoland",
    "AM12": "Gooi en Vechtstreek",
    "AM13": "Midden-Utrecht",
    "AM14": "Amersfoort",
    "AM15": "Noord-Holland Noord",
    "AM17": "Zaanstreek/Waterland",
    "AM18": "Groot Amsterdam",
    "AM19": "Holland Rijnland",
    "AM20": "Midden-Holland",
    "AM21": "Haaglanden",
    "AM22": "Rijnmond",
    "AM23": "Drechtsteden",
    "AM24": "Zeeland",
    "AM25": "West-Brabant",
    "AM26": "Midden-Brabant",
    "AM27": "Noordoost-Brabant",
    "AM28": "Zuidoost-Brabant",
    "AM29": "Noord-Limburg",
    "AM30": "Zuid-Limburg",
    "AM32": "Helmond-De Peel",
    "AM33": "Midden-Limburg",
    "AM34": "Zuid-Holland Centraal",
    "AM35": "Gorinchem",
    "AM36": "Regio Zwolle",
    "AM37": "Zuid-Kennemerland en IJmond",
    "AM38": "FoodValley",
}
"""The 35 labour-market regions by code (STANDARDS §5)."""

_WORDS = {
    "unknown": "onbekend",
    "total": "totaal",
    # sectors whose words are not simply those of the code
    "techniek-en-productie": "techniek en productie",
    "ict": "ICT",
    # size classes
    "small": "klein (tot 50)",
    "medium": "middelgroot (50 tot 250)",
    "large": "groot (250 en meer)",
    # kinds of school
    "pro": "praktijkonderwijs (pro)",
    "vso": "voortgezet speciaal onderwijs (vso)",
    # trends
    "more": "toegenomen",
    "same": "gelijk gebleven",
    "fewer": "afgenomen",
    # first contacts
    "telephone": "telefoon",
    "own-network": "eigen netwerk",
    "municipality": "gemeente",
    "student-network": "netwerk van de leerling",
    "intermediary": "intermediair",
    "email": "e-mail",
    "visit": "bezoek",
    "event": "bijeenkomst",
    "other": "anders",
    # arguments
    "no-strings": "vrijblijvend, laagdrempelig",
    "information": "informeren",
    "honest-expectations": "eerlijke verwachtingen",
    "enthusiasm": "enthousiasme",
    "intrinsic-motivation": "intrinsieke motivatie",
    "benefits": "voordelen voor het bedrijf",
    # who began
    "school": "school",
    "employer": "werkgever",
    "student": "leerling",
    "parents": "ouders",
    "network": "netwerk",
    # kinds of placement
    "internship": "stage",
    "group": "groepsstage",
    "taster": "snuffelstage",
    "long": "langdurige stage",
    "internal": "interne stage",
    "learn-work-centre": "leerwerkcentrum",
    "work-trajectory": "arbeidstraject",
    "trial": "proefplaatsing",
    "job": "baan",
    "sheltered": "beschut werk",
    "day-activity": "dagbesteding",
    "participation-job": "participatiebaan",
    # outcomes
    "completed": "afgerond",
    "stopped-early": "voortijdig gestopt",
    "continued-elsewhere": "elders verder",
    # intermediaries
    "sbb": "SBB",
    "uwv": "UWV",
    "wsp": "werkgeversservicepunt (WSP)",
    # why a proposal was declined
    "too-far": "te ver weg",
    "not-motivated": "geen motivatie voor deze plek",
    "work-does-not-fit": "het werk past niet",
    "guidance-does-not-fit": "de begeleiding past niet",
    "found-elsewhere": "elders een plek gevonden",
    "employer-declined": "het bedrijf wilde niet",
}


MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_COACH = re.compile(r"coach-(\d+)")


def label(code: str) -> str:
    """A code in Dutch words: a month (`2026-03`), municipality (`GM0995`) by name, a coach (`coach-001`) by number."""
    if month := _MONTH.fullmatch(code):
        return f"{MONTHS[int(month[2]) - 1]} {month[1]}"
    if coach := _COACH.fullmatch(code):
        return f"begeleider {int(coach[1])}"
    if place := MUNICIPALITIES.get(code):
        return place.name
    return REGIONS.get(code) or _WORDS.get(code) or code.replace("-", " ")


def region_order(code: str) -> str:
    """What regions are sorted by: their names, as the report does."""
    return label(code).removeprefix("Regio ")
