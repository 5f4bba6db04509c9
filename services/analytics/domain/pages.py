"""The pages of the dashboard: which numbers and charts stand where (Dutch, for regional coordinators)."""

from dataclasses import dataclass, field

from services.analytics.domain.table import TOTAL

TIMELINE = "seats-over-time"
"""The table whose rows are months: columns side by side, not bars beneath each other."""


@dataclass(frozen=True)
class Drawn:
    """A table that has a chart on a page, and how its chart is drawn (`charts.chart`)."""

    table: str
    columns: tuple[str, ...] = ()
    sort: bool = False
    share_of: str | None = None
    measured: bool = False
    """Medians: zero is a value as any other."""
    all_regions: bool = False
    """Only where all regions are shown together."""


@dataclass(frozen=True)
class Part:
    """What belongs together on a page."""

    title: str
    charts: tuple[Drawn, ...]


@dataclass(frozen=True)
class Told:
    """A number of a table that is seen first, and the words beneath it."""

    title: str
    table: str
    row: str
    remark: str
    column: int = 0


@dataclass(frozen=True)
class Page:
    """A page: what it is called in the menu, what it is about, its numbers and charts."""

    key: str
    menu: str
    about: str
    numbers: tuple[Told, ...]
    parts: tuple[Part, ...]
    has_map: bool = False
    questions: tuple[str, ...] = field(default=())
    """Tables of opinions: counted from questionnaires, and drawn apart."""


_SECTORS = Drawn("employers-by-sector", sort=True)
_SUPPLY = Drawn("supply-and-demand", ("seats", "taken"), sort=True)
_FUNNEL = Drawn("funnel", share_of="ready")
_YEARS = ("this", "last", "before")

OVERVIEW = Page(
    "",
    "Overzicht",
    "Hoeveel leerlingen een plek zoeken en vinden, en waar er plekken zijn.",
    (
        Told("Op zoek gegaan", "funnel", "ready", "leerlingen"),
        Told("Geplaatst", "funnel", "started", "leerlingen"),
        Told("Zoekt nog", "still-searching", TOTAL, "leerlingen"),
        Told("Eerste keus", "first-choice", "first", "plaatsingen"),
        Told("Plekken nu", "supply-and-demand", TOTAL, "in aanbod dat nu geldt"),
        Told("Werkgevers", "employers-by-sector", TOTAL, "werken met scholen samen"),
        Told("Hulpvragen", "intermediaries", TOTAL, "aan intermediairs"),
    ),
    (
        Part(
            "Leerlingen",
            (
                _FUNNEL,
                Drawn("still-searching"),
                Drawn("waiting-without-proposal"),
                Drawn("first-choice"),
                Drawn("outcomes"),
                Drawn("funnel-by-region", ("ready", "started"), all_regions=True),
            ),
        ),
        Part(
            "Plekken en werkgevers",
            (_SUPPLY, _SECTORS, Drawn("employers-by-region", sort=True, all_regions=True)),
        ),
    ),
    has_map=True,
)

SCHOOL = Page(
    "school",
    "Scholen",
    "Hoe de leerlingen van een school een plek vinden, en hoe het daarna gaat.",
    (
        Told("Op zoek gegaan", "funnel", "ready", "leerlingen"),
        Told("Geplaatst", "funnel", "started", "leerlingen"),
        Told("Zoekt nog", "still-searching", TOTAL, "leerlingen"),
        Told("Eerste keus", "first-choice", "first", "plaatsingen"),
        Told("Voortijdig gestopt", "outcomes", "stopped-early", "plaatsingen"),
    ),
    (
        Part(
            "Leerlingen",
            (
                _FUNNEL,
                Drawn("still-searching"),
                Drawn("first-choice"),
                Drawn("first-choice-why-not", sort=True),
                Drawn("outcomes"),
                Drawn("follow-ups", ("after-6", "after-12", "after-24")),
                Drawn("followed-up", ("due", "followed")),
            ),
        ),
        Part(
            "Begeleiding",
            (
                Drawn("bottlenecks", ("noticed", "solved"), sort=True),
                Drawn("guidance-load", ("running",), measured=True),
                Drawn("students-per-coach"),
                Drawn("declines", sort=True),
            ),
        ),
        Part(
            "Werkgevers",
            (_SECTORS, Drawn("relations"), Drawn("effort-per-placement", ("contacts", "days"), measured=True)),
        ),
    ),
    questions=("schools-say-finding-employers", "schools-say-bottleneck-kinds", "schools-say-needs"),
)

EMPLOYERS = Page(
    "employers",
    "Werkgevers",
    "Welke werkgevers meedoen, hoe levend de relaties zijn, en wat een benadering oplevert.",
    (
        Told("Werkgevers", "employers-by-sector", TOTAL, "werken met scholen samen"),
        Told("Plekken", "offers-by-sector", TOTAL, "aangeboden", column=1),
        Told("Relaties", "relations", TOTAL, "van een school met een werkgever"),
        Told("Slapende relaties", "relations", "dormant", "langer dan een jaar niets"),
        Told("Gecontroleerd", "records-verified", TOTAL, "laatste half jaar, gegevens van werkgevers", column=1),
        Told("Dubbel benaderd", "double-approaches", "double", "werkgevers"),
    ),
    (
        Part(
            "Wie zij zijn",
            (
                _SECTORS,
                Drawn("employers-by-size"),
                Drawn("places-trend"),
                Drawn("offers-by-sector", ("offers", "seats"), sort=True),
                Drawn("employers-by-region", sort=True, all_regions=True),
            ),
        ),
        Part(
            "Relaties en benaderen",
            (
                Drawn("relations"),
                Drawn("records-verified", ("employers", "half-a-year"), sort=True),
                Drawn("cooperation-duration"),
                Drawn("double-approaches"),
                Drawn("initiative", sort=True),
                Drawn("channel-effect", ("contacts", "yes"), sort=True),
                Drawn("argument-effect", ("contacts", "yes"), sort=True),
            ),
        ),
    ),
    questions=("employers-say-experience", "employers-say-motives", "employers-say-support-kinds"),
)

INTERMEDIARIES = Page(
    "intermediaries",
    "Intermediairs",
    "Wat SBB, UWV, gemeenten en werkgeversservicepunten wordt gevraagd, en wat dat oplevert.",
    (
        Told("Hulpvragen", "intermediaries", TOTAL, "aan intermediairs"),
        Told("Antwoorden", "intermediaries", TOTAL, "met een werkgever", column=1),
        Told("Binnen drie dagen", "calls-answered", TOTAL, "keer beantwoord", column=1),
        Told("Nieuwe werkgevers", "intermediaries", TOTAL, "door hen genoemd", column=4),
        Told("Plaatsingen daar", "intermediaries", TOTAL, "bij genoemde werkgevers", column=5),
    ),
    (
        Part(
            "Vragen en antwoorden",
            (
                Drawn("intermediaries", ("calls", "answers")),
                Drawn("calls-answered", ("within-three-days", "later", "open")),
                Drawn("calls-taken", ("hours",), measured=True),
            ),
        ),
        Part(
            "Voor wie hulp nodig is",
            (
                Drawn("supply-and-demand", ("unfilled", "help"), sort=True),
                Drawn("placed-by-help", ("searched", "placed")),
                Drawn("planned-by-effort", ("students", "placed")),
            ),
        ),
    ),
    questions=("schools-say-intermediaries", "schools-say-labour-market-sources"),
)

TRENDS = Page(
    "trends",
    "Trends",
    "Schooljaren naast elkaar, plekken door de maanden, doorlooptijden, wat er later van kwam, en wat er komt.",
    (),
    (
        Part(
            "Schooljaren naast elkaar",
            tuple(Drawn(name, _YEARS) for name in ("years-searching", "years-placed", "years-seats")),
        ),
        Part(
            "Plekken en verwachting",
            (
                Drawn(TIMELINE, ("seats", "taken")),
                Drawn("forecast", ("expected",)),
                Drawn("places-trend"),
                Drawn("jobs-trend"),
            ),
        ),
        Part(
            "Doorlooptijd en gelijke kansen",
            (
                Drawn("step-times", ("hours",), measured=True),
                Drawn("waits-by-group", ("hours",), measured=True),
                Drawn("placed-by-school-kind", ("searched", "placed")),
                Drawn("placed-by-need", ("searched", "placed")),
                Drawn("waits-by-need", ("hours",), measured=True),
            ),
        ),
        Part(
            "Wat er van kwam",
            (
                Drawn("early-ends", ("ended", "stopped-early"), sort=True),
                Drawn("after-internship", ("after-6", "after-12", "after-24")),
                Drawn("continued", ("further", "work")),
                Drawn("initiative-effect", ("year-before", "year-after")),
            ),
        ),
    ),
)

PAGES = {page.key: page for page in (OVERVIEW, SCHOOL, EMPLOYERS, INTERMEDIARIES, TRENDS)}
"""In the order of the menu."""

MAP = "by-municipality"
