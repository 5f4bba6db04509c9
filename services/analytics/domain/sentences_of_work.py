"""What the charts of the work show, in a sentence: calls, contacts, records, seats, years."""

from collections.abc import Callable

from services.analytics.domain.charts import of, value
from services.analytics.domain.table import TOTAL, UNKNOWN, Table

NOTHING = "Hierover is nog niets vastgelegd."


def _help(table: Table) -> str:
    calls, answers = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if not calls:
        return "Er is nog geen hulp gevraagd."
    came = "kwam 1 antwoord" if answers == 1 else f"kwamen {answers or 0} antwoorden"
    return f"Er zijn {of(calls, 'hulpvraag', 'hulpvragen')} gesteld; daarop {came}."


def _in_time(table: Table) -> str:
    calls, soon = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if not calls:
        return "Er is nog geen hulp gevraagd."
    return (
        f"{calls} keer werd een soort intermediair iets gevraagd; {soon or 0} keer kwam er binnen drie dagen antwoord."
    )


def _taken_up(table: Table) -> str:
    taken, hours = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if not taken or hours is None:
        return "Er is nog geen hulpvraag opgepakt."
    until = f"binnen {of(hours, 'uur', 'uur')}" if hours else "binnen een half uur"
    return f"{of(taken, 'hulpvraag is', 'hulpvragen zijn')} opgepakt, de helft {until}."


def _verified(table: Table) -> str:
    employers, lately = value(table, TOTAL, 0), value(table, TOTAL, 1) or 0
    if not employers:
        return NOTHING
    known = of(employers, "werkgever", "werkgevers")
    return (
        f"Van {lately} van de {known} ({100 * lately / employers:.0f} %) zijn de gegevens dit half jaar gecontroleerd."
    )


def _years(table: Table) -> str:
    this, last, before = (value(table, "so-far", at) for at in range(3))
    if this is None or last is None or before is None:
        return "Maanden van leerlingen staan er alleen voor wie alles van de regio of school mag zien."
    return f"Dit schooljaar tot nu toe {this}; vorig schooljaar tot dezelfde dag {last}, het jaar daarvoor {before}."


def _coaches(table: Table) -> str:
    if table.n is None:
        return "Hoeveel leerlingen elke begeleider heeft, zien de eigen school en wie de hele regio ziet."
    loads = [line.values[0] or 0 for line in table.rows if line.code not in {TOTAL, UNKNOWN}]
    if not loads:
        return NOTHING
    several = (
        f"{of(len(loads), 'begeleider heeft', 'begeleiders hebben')} samen {of(sum(loads), 'leerling', 'leerlingen')}"
    )
    return f"{several}; de meeste bij één: {max(loads)}."


def _seats(table: Table) -> str:
    seats, taken = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if not seats:
        return "Er is nu geen aanbod."
    filled = "" if taken is None else f"; daarvan {'is' if taken == 1 else 'zijn'} er {taken} bezet"
    return f"Er {'is' if seats == 1 else 'zijn'} nu {of(seats, 'plek', 'plekken')}{filled}."


def _demand(table: Table) -> str:
    unfilled, asked = value(table, TOTAL, 2) or 0, value(table, TOTAL, 3)
    offers = f"voor {of(unfilled, 'aanbod', 'keer aanbod')} past niemand"
    if asked is None:
        return f"{offers.capitalize()}; voor hoeveel leerlingen hulp is gevraagd, is niet te tonen."
    return f"Voor {of(asked, 'leerling', 'leerlingen')} is hulp gevraagd; {offers}."


def _months(table: Table) -> str:
    now = value(table, "now", 0) or 0
    there = f"Nu {'is' if now == 1 else 'zijn'} er {of(now, 'plek', 'plekken')}"
    return f"{there}; de maanden hierna volgen uit de afspraken van nu."


def _relations(table: Table) -> str:
    total = value(table, TOTAL) or 0
    alive = (value(table, "placed-now") or 0) + (value(table, "alive") or 0)
    if not total:
        return "Er zijn nog geen relaties vastgelegd."
    return f"In {alive} van de {of(total, 'relatie', 'relaties')} gebeurde er het laatste half jaar iets."


def _approached(table: Table) -> str:
    number, double = value(table, "approached") or 0, value(table, "double") or 0
    if not number:
        return "Er is nog geen werkgever benaderd."
    several = f"{double} van de {of(number, 'werkgever', 'werkgevers')} {'is' if double == 1 else 'zijn'}"
    return f"{several} door scholen los van elkaar benaderd."


WORK_SENTENCES: dict[str, Callable[[Table], str]] = {
    "students-per-coach": _coaches,
    "intermediaries": _help,
    "calls-answered": _in_time,
    "calls-taken": _taken_up,
    "records-verified": _verified,
    "years-searching": _years,
    "years-placed": _years,
    "years-seats": _years,
    "supply-and-demand": _seats,
    "supply-and-demand/unfilled": _demand,
    "seats-over-time": _months,
    "relations": _relations,
    "double-approaches": _approached,
}
