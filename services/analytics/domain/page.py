"""What stands on the dashboard: a few numbers, and charts with a sentence each (Dutch, for regional coordinators)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.analytics.domain.charts import Chart, chart, largest, listed, of, value
from services.analytics.domain.summary import Summary
from services.analytics.domain.table import Table
from services.analytics.domain.words import label

TOO_FEW = "Er zijn te weinig leerlingen om alle aantallen te tonen."

SEVERAL = 2

MOST_NAMED = 3
"""More names than this in one sentence say nothing."""


@dataclass(frozen=True)
class Number:
    """A number that is seen first."""

    title: str
    text: str
    remark: str


@dataclass(frozen=True)
class Section:
    """Charts that belong together."""

    title: str
    charts: tuple[Chart, ...]


_SECONDS = {"dagen": 86_400, "uur": 3_600, "min": 60, "s": 1}

SHOWN = (
    "funnel",
    "funnel-by-region",
    "still-searching",
    "first-choice",
    "outcomes",
    "employers-by-sector",
    "employers-by-size",
    "employers-by-region",
    "intermediaries",
)
"""The tables that the page needs."""


def numbers(summary: Summary) -> tuple[Number, ...]:
    """The summary's numbers; what is hidden says so."""
    ready, waited = summary.median_seconds_ready_to_proposed, summary.median_seconds_ended_to_matched_again
    first = _shown(summary.first_choice_honoured)
    known = "" if summary.choice_known is None else f"van {of(summary.choice_known, 'plaatsing', 'plaatsingen')}"
    return (
        Number("Op zoek gegaan", _shown(summary.ready), "leerlingen"),
        Number("Geplaatst", _shown(summary.placed), "leerlingen"),
        Number("Eerste keus", first, known or "plaatsingen"),
        Number("Zoekt nog", _shown(summary.still_searching), "leerlingen"),
        Number("Hulpvragen", _shown(summary.calls_for_help), of(summary.answers, "antwoord", "antwoorden")),
        Number("Tot een voorstel", duration(ready), "mediaan vanaf op zoek"),
        Number("Plek opnieuw benut", duration(waited), "mediaan vanaf einde plaatsing"),
    )


def sections(tables: Mapping[str, Table], region: str | None) -> tuple[Section, ...]:
    """The charts; those by region only where there is more than one."""
    students = [
        chart(tables["funnel"], _funnel(tables["funnel"]), share_of="ready"),
        chart(tables["still-searching"], _searching(tables["still-searching"])),
        chart(tables["first-choice"], _choice(tables["first-choice"])),
        chart(tables["outcomes"], _outcomes(tables["outcomes"])),
    ]
    employers = [
        chart(tables["employers-by-sector"], _most(tables["employers-by-sector"], "zitten in"), sort=True),
        chart(tables["employers-by-size"], _sizes(tables["employers-by-size"])),
    ]
    if region is None:
        by_region = tables["employers-by-region"]
        employers.append(chart(by_region, _most(by_region, "zitten in"), sort=True))
        by_region = tables["funnel-by-region"]
        students.append(chart(by_region, _regions(by_region), ("ready", "started")))
    return (
        Section("Leerlingen", tuple(students)),
        Section("Werkgevers", tuple(employers)),
        Section(
            "Hulp van intermediairs",
            (chart(tables["intermediaries"], _help(tables["intermediaries"]), ("calls", "answers")),),
        ),
    )


def duration(seconds: float | None) -> str:
    """How long something took, in the words of a person."""
    if seconds is None:
        return "–"
    for size, unit in ((2 * 86_400, "dagen"), (2 * 3_600, "uur"), (120, "min"), (1, "s")):
        if seconds >= size:
            return f"{round(seconds / _SECONDS[unit])} {unit}"
    return "< 1 s"


def heading(region: str | None) -> str:
    """What the page is about."""
    return "Alle regio's" if region is None else label(region)


def _shown(count: int | None) -> str:
    return "< 5" if count is None else str(count)


def _funnel(table: Table) -> str:
    ready, placed = value(table, "ready"), value(table, "started")
    if ready == 0:
        return "Er is nog geen leerling op zoek gegaan."
    if ready is None or placed is None:
        return TOO_FEW
    return f"Van de {of(ready, 'leerling die', 'leerlingen die')} op zoek gingen, kregen er {placed} een plek."


def _regions(table: Table) -> str:
    """The span of the shares that were placed, over the regions of which both counts are shown."""
    shares = {
        line.label: 100 * line.values[3] / line.values[0]
        for line in table.rows
        if line.code != "total" and line.values[0] and line.values[3] is not None
    }
    if len(shares) < SEVERAL:
        return "Hoeveel leerlingen per regio op zoek gingen en een plek kregen."
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return f"Van {shares[low]:.0f} % geplaatst in {low} tot {shares[high]:.0f} % in {high}."


def _searching(table: Table) -> str:
    total = value(table, "total")
    if total == 0:
        return "Er zoekt niemand meer."
    if total is None:
        return TOO_FEW
    labels, most = largest(table)
    begin = f"{of(total, 'leerling zoekt', 'leerlingen zoeken')} nog"
    return f"{begin}; het vaakst: {listed(labels)} ({most})." if 0 < len(labels) <= MOST_NAMED else f"{begin}."


def _choice(table: Table) -> str:
    first, total, unknown = value(table, "first"), value(table, "total"), value(table, "unknown")
    if total == 0:
        return "Er is nog niemand geplaatst."
    if first is None or total is None:
        return TOO_FEW
    known = of(total - (unknown or 0), "plaatsing", "plaatsingen")
    return f"{first} van de {known} {'waarvan de wens bekend is, ' if unknown else ''}zijn de eerste keus."


def _outcomes(table: Table) -> str:
    total, early, jobs = value(table, "total"), value(table, "stopped-early"), value(table, "job")
    if total == 0:
        return "Er is nog geen plaatsing afgelopen."
    if total is None:
        return TOO_FEW
    parts = [] if early is None else [f"stopten er {early} voortijdig"]
    parts += [] if jobs is None else [f"leidden er {jobs} naar een baan"]
    ended = of(total, "plaatsing", "plaatsingen")
    return f"Van de {ended} die afliepen {listed(parts)}." if parts else f"Er liepen {ended} af."


def _most(table: Table, verb: str) -> str:
    labels, most = largest(table)
    begin = f"Scholen werken samen met {of(table.n, 'werkgever', 'werkgevers')}"
    if not labels or len(labels) > MOST_NAMED:
        return f"{begin}."
    each = " elk" if len(labels) > 1 else ""
    return f"{begin}; de meeste {verb} {listed(labels)} ({most}{each})."


def _sizes(table: Table) -> str:
    small = (
        f"{value(table, 'small')} van de {of(table.n, 'werkgever heeft', 'werkgevers hebben')} minder dan 50 werknemers"
    )
    return f"{small}; van {table.unknown} is de grootte onbekend." if table.unknown else f"{small}."


def _help(table: Table) -> str:
    calls, answers = value(table, "total", 0), value(table, "total", 1)
    if not calls:
        return "Er is nog geen hulp gevraagd."
    return f"Er zijn {of(calls, 'hulpvraag', 'hulpvragen')} gesteld; daarop {_came(answers or 0)}."


def _came(answers: int) -> str:
    return "kwam 1 antwoord" if answers == 1 else f"kwamen {answers} antwoorden"
