"""What a page of the dashboard shows once its tables are counted: numbers, and charts with a sentence each."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.analytics.domain.charts import Chart, chart, value
from services.analytics.domain.pages import MAP, Drawn, Page, Part, Told
from services.analytics.domain.sentences import sentence
from services.analytics.domain.table import TOTAL, UNKNOWN, Table
from services.analytics.domain.words import label


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
    return "×" if count is None else str(count)


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
            chart(
                found,
                sentence(found, *one.columns[:1]),
                one.columns,
                sort=one.sort,
                share_of=one.share_of,
                measured=one.measured,
            )
            for one in wanted
            if (found := tables.get(one.table))
        ),
        tuple(titles[one.table] for one in wanted if one.table not in tables),
    )


def heading(region: str | None, school: str | None = None) -> str:
    """What the page is about."""
    return school or ("Alle regio's" if region is None else label(region))
