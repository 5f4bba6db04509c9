"""The Dutch words in the sentences that coordinators read; a code that has none here is shown as its own words."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.events.codes import Guidance, OutflowProfile, PlacementKind, Step, Weekday

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_SECTORS = {
    "facilitaire-dienstverlening": "facilitaire dienstverlening",
    "persoonlijke-verzorging": "persoonlijke verzorging",
    "techniek-en-productie": "techniek en productie",
    "textiel-en-mode": "textiel en mode",
    "zorg-en-welzijn": "zorg en welzijn",
    "ict": "ICT",
}
_CERTIFICATES = {
    "vca": "VCA",
    "bhv": "BHV",
    "ehbo": "EHBO",
    "basisschoonmaak": "basisschoonmaak",
    "heftruck": "heftruckcertificaat",
    "sociale-hygiene": "sociale hygiëne",
    "haccp": "HACCP",
    "vakdiploma": "branche- of vakdiploma",
    "praktijkverklaring": "praktijkverklaring",
}
_DEMANDS = {
    "lifting": "tillen",
    "standing": "lang staan",
    "walking": "lang lopen",
    "sitting": "lang zitten",
    "heights": "werken op hoogte",
    "noise": "lawaai",
    "crowds": "drukte",
    "customers": "klantcontact",
    "telephone": "telefoneren",
    "teamwork": "samenwerken",
    "working-alone": "alleen werken",
    "reading": "lezen",
    "writing": "schrijven",
    "arithmetic": "rekenen",
    "till": "de kassa",
    "machines": "werken met machines",
    "sharp-tools": "scherp gereedschap",
    "fine-motor-work": "fijn handwerk",
    "chemicals": "schoonmaakmiddelen en chemicaliën",
    "dust": "stof",
    "allergens": "allergenen",
    "animals": "dieren",
    "personal-care": "verzorging van mensen",
    "pace": "een hoog tempo",
    "changing-tasks": "wisselende taken",
    "outdoors": "buiten werken",
    "cold": "kou",
    "heat": "hitte",
    "traffic": "zelf in het verkeer",
    "screen-work": "beeldschermwerk",
    "irregular-hours": "onregelmatige tijden",
}
_KINDS = {
    PlacementKind.INTERNSHIP: "stage",
    PlacementKind.GROUP: "groepsstage",
    PlacementKind.TASTER: "snuffelstage",
    PlacementKind.LONG: "langdurige stage",
    PlacementKind.INTERNAL: "interne stage",
    PlacementKind.LEARN_WORK_CENTRE: "plek in een leerwerkcentrum",
    PlacementKind.WORK_TRAJECTORY: "arbeidstraject",
    PlacementKind.TRIAL: "proefplaatsing",
    PlacementKind.JOB: "baan",
    PlacementKind.SHELTERED: "plek voor beschut werk",
    PlacementKind.DAY_ACTIVITY: "dagbesteding",
    PlacementKind.PARTICIPATION_JOB: "participatiebaan",
}
_GUIDANCE = {
    Guidance.NONE: "geen begeleiding",
    Guidance.LIMITED: "af en toe begeleiding",
    Guidance.FULL: "een vaste begeleider",
    Guidance.INTENSIVE: "intensieve begeleiding",
}
_PROFILES = {
    OutflowProfile.WORK: "arbeid",
    OutflowProfile.SHELTERED: "beschut werk",
    OutflowProfile.DAY_ACTIVITY: "dagbesteding",
    OutflowProfile.FURTHER_EDUCATION: "vervolgonderwijs",
}
_CIRCLES = {
    Step.OWN_NETWORK: "het eigen netwerk",
    Step.OTHER_SCHOOLS: "bedrijven van andere scholen",
    Step.NEIGHBOURING_WORK: "werk dat dicht bij de wens ligt",
    Step.GROUP: "groepsstages",
    Step.NEXT_REGION: "de regio ernaast",
}
_WEEKDAYS = {
    Weekday.MONDAY: "maandag",
    Weekday.TUESDAY: "dinsdag",
    Weekday.WEDNESDAY: "woensdag",
    Weekday.THURSDAY: "donderdag",
    Weekday.FRIDAY: "vrijdag",
    Weekday.SATURDAY: "zaterdag",
    Weekday.SUNDAY: "zondag",
}
_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


_PUBLISHERS = {"uwv": "UWV", "cbs": "CBS", "sbb": "SBB"}

GOOD_EXPERIENCES = {
    "agreement-kept": "afspraken nagekomen",
    "guidance-good": "goede begeleiding",
    "welcoming": "een hartelijk welkom",
    "tasks-fit": "passende taken",
    "easy-to-reach": "goed bereikbaar",
    "safety-in-order": "veiligheid op orde",
    "worth-repeating": "voor herhaling vatbaar",
}
LACKING_EXPERIENCES = {
    "agreement-not-kept": "afspraken",
    "guidance-lacking": "de begeleiding",
    "tasks-did-not-fit": "de taken",
    "hard-to-reach": "de bereikbaarheid",
    "safety-needs-attention": "de veiligheid",
}
"""What schools tell each other of an employer, by the register's codes."""


def plain(code: str) -> str:
    """A code as words."""
    return code.replace("-", " ")


def sector(code: str) -> str:
    """A sector, for example "zorg en welzijn"."""
    return _SECTORS.get(code, plain(code))


def certificate(code: str) -> str:
    """A certificate, for example "VCA"."""
    return _CERTIFICATES.get(code, plain(code))


def demand(code: str) -> str:
    """What work asks, for example "tillen"."""
    return _DEMANDS.get(code, plain(code))


def kind(code: PlacementKind) -> str:
    """A kind of place, for example "groepsstage"."""
    return _KINDS[code]


def guidance(code: Guidance) -> str:
    """An amount of guidance, for example "een vaste begeleider"."""
    return _GUIDANCE[code]


def profile(code: OutflowProfile) -> str:
    """Where a student is heading, for example "beschut werk"."""
    return _PROFILES[code]


def circle(code: Step) -> str:
    """Where is looked, for example "de regio ernaast"."""
    return _CIRCLES[code]


def weekdays(days: Iterable[Weekday]) -> str:
    """Days, for example "maandag en dinsdag"."""
    return listed(_WEEKDAYS[day] for day in days)


def moment(value: datetime) -> str:
    """A moment in Dutch time, for example "3 februari 2025 om 14:00"."""
    there = value.astimezone(AMSTERDAM)
    return f"{day(there.date())} om {there:%H:%M}"


def day(value: date) -> str:
    """A date, for example "3 februari 2025"."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def publisher(code: str) -> str:
    """Who published figures, for example "UWV"."""
    return _PUBLISHERS.get(code, plain(code))


def period(code: str) -> str:
    """A year, quarter or month, for example "derde kwartaal 2026"."""
    year, _, part = code.partition("-")
    if part.startswith("q"):
        return f"{('eerste', 'tweede', 'derde', 'vierde')[int(part[1]) - 1]} kwartaal {year}"
    return f"{_MONTHS[int(part) - 1]} {year}" if part else year


def count(number: int, one: str, many: str) -> str:
    """A number of things, for example "1 plek" or "3 plekken"."""
    return f"{number} {one if number == 1 else many}"


def listed(words: Iterable[str]) -> str:
    """An enumeration, for example "tillen, drukte en lezen"."""
    *before, last = list(words) or [""]
    return f"{', '.join(before)} en {last}" if before else last
