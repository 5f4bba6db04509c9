"""What stands on the pages of the dashboard: a few numbers, and charts with a sentence each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.analytics.domain.charts import Chart, chart, value
from services.analytics.domain.sentences import sentence
from services.analytics.domain.table import TOTAL, UNKNOWN, Table
from services.analytics.domain.words import label

TIMELINE = "seats-over-time"
"""The table whose rows are months: columns side by side, not bars beneath each other."""


@dataclass(frozen=True)
class Drawn:
    """A table that has a chart on a page, and how its chart is drawn (`charts.chart`)."""

    table: str
    columns: tuple[str, ...] = ()
    sort: bool = False
    share_of: str | None = None
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


@dataclass(frozen=True)
class Number:
    """A number that is seen first, and the table that it stands in."""

    title: str
    text: str
    remark: str
    table: str
    around: str = ""
    """The same number of the region around."""


@dataclass(frozen=True)
class Section:
    """Charts that belong together, and the titles of those that cannot be shown so."""

    title: str
    charts: tuple[Chart, ...]
    missing: tuple[str, ...] = ()


_SECTORS = Drawn("employers-by-sector", sort=True)
_SUPPLY = Drawn("supply-and-demand", ("seats", "taken"), sort=True)
_FUNNEL = Drawn("funnel", share_of="ready")

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
            ),
        ),
        Part(
            "Begeleiding",
            (
                Drawn("bottlenecks", ("noticed", "solved"), sort=True),
                Drawn("guidance-load", ("running",)),
                Drawn("declines", sort=True),
            ),
        ),
        Part("Werkgevers", (_SECTORS, Drawn("relations"), Drawn("effort-per-placement", ("contacts", "days")))),
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
        Told("Binnen drie dagen", "calls-answered", TOTAL, "hulpvragen beantwoord", column=1),
        Told("Nieuwe werkgevers", "intermediaries", TOTAL, "door hen genoemd", column=4),
        Told("Plaatsingen daar", "intermediaries", TOTAL, "bij genoemde werkgevers", column=5),
    ),
    (
        Part(
            "Vragen en antwoorden",
            (
                Drawn("intermediaries", ("calls", "answers")),
                Drawn("calls-answered", ("within-three-days", "later", "open")),
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
    "Hoe het zich ontwikkelt: plekken door de maanden, doorlooptijden, wat er later van kwam, en wat er komt.",
    (),
    (
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
                Drawn("step-times", ("hours",)),
                Drawn("waits-by-group", ("hours",)),
                Drawn("placed-by-school-kind", ("searched", "placed")),
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


def names_of(page: Page, region: str | None) -> tuple[str, ...]:
    """The tables that the page needs, each once."""
    drawn = [one.table for part in page.parts for one in part.charts if region is None or not one.all_regions]
    told = [one.table for one in page.numbers]
    return tuple(dict.fromkeys([*told, *drawn, *([MAP] if page.has_map else []), *page.questions]))


def numbers(page: Page, tables: Mapping[str, Table], around: Mapping[str, Table]) -> tuple[Number, ...]:
    """The numbers of the tables that could be counted; what is hidden says so. `around`: those of the region."""
    return tuple(_number(one, tables[one.table], around.get(one.table)) for one in page.numbers if one.table in tables)


def _number(told: Told, table: Table, around: Table | None) -> Number:
    count = value(table, told.row, told.column)
    unknown = value(table, UNKNOWN, told.column) if told.table == "first-choice" else 0
    whole = value(table, TOTAL, told.column)
    remark = told.remark
    if told.table == "first-choice" and whole is not None and unknown is not None:
        remark = f"van {whole - unknown} {told.remark}"
    beside = "" if around is None else f"in de regio {_shown(value(around, told.row, told.column))}"
    return Number(told.title, _shown(count), remark, told.table, beside)


def _shown(count: int | None) -> str:
    return "< 5" if count is None else str(count)


def sections(
    page: Page, tables: Mapping[str, Table], titles: Mapping[str, str], region: str | None
) -> tuple[Section, ...]:
    """The charts of the tables that could be counted, part by part."""
    parts = [*page.parts]
    if page.questions:
        parts.append(Part("Wat zij er zelf van vinden", tuple(Drawn(name) for name in page.questions)))
    return tuple(_section(part, tables, titles, region) for part in parts)


def _section(part: Part, tables: Mapping[str, Table], titles: Mapping[str, str], region: str | None) -> Section:
    wanted = [one for one in part.charts if region is None or not one.all_regions]
    return Section(
        part.title,
        tuple(
            chart(found, sentence(found), one.columns, sort=one.sort, share_of=one.share_of)
            for one in wanted
            if (found := tables.get(one.table))
        ),
        tuple(titles[one.table] for one in wanted if one.table not in tables),
    )


def heading(region: str | None, school: str | None = None) -> str:
    """What the page is about."""
    return school or ("Alle regio's" if region is None else label(region))
