"""What a chart shows, in a sentence (Dutch, for regional coordinators): for who reads quickly, or cannot see it."""

from collections.abc import Callable

from services.analytics.domain.charts import largest, listed, of, value
from services.analytics.domain.sentences_of_work import NOTHING, WORK_SENTENCES
from services.analytics.domain.table import TOTAL, UNKNOWN, Source, Table, Unit

TOO_FEW = "Er zijn te weinig leerlingen om alle aantallen te tonen."
TOO_FEW_ANSWERS = "Te weinig antwoorden om te tonen: een groep van minder dan vijf staat hier niet."

SEVERAL = 2

MOST_NAMED = 3
"""More names than this in one sentence say nothing."""

HOURS_A_DAY = 24

UNITS: dict[str, tuple[str, str]] = {
    Unit.SCHOOLS: ("school", "scholen"),
    Unit.EMPLOYERS: ("werkgever", "werkgevers"),
    Unit.OFFERS: ("aanbod", "aanbiedingen"),
    Unit.STUDENTS: ("leerling", "leerlingen"),
    Unit.PLACEMENTS: ("plaatsing", "plaatsingen"),
    Unit.PROPOSALS: ("voorstel", "voorstellen"),
    Unit.CALLS: ("hulpvraag", "hulpvragen"),
    Unit.INITIATIVES: ("initiatief", "initiatieven"),
    Unit.RELATIONS: ("relatie", "relaties"),
    Unit.SEATS: ("plek", "plekken"),
    Unit.CONTACTS: ("contact", "contacten"),
}
"""One and more of what is counted."""


def sentence(table: Table, column: str = "") -> str:
    """What the table's chart shows; `column` is the first one that is drawn, where it is not that of the table."""
    if say := _SENTENCES.get(f"{table.about.name}/{column}") or _SENTENCES.get(table.about.name):
        return say(table)
    return _answers(table) if table.about.source is Source.QUESTIONNAIRE else _counts(table)


def _counts(table: Table) -> str:
    """How many there are, and which row has the most."""
    labels, most = largest(table)
    if not labels:
        return TOO_FEW if any(line.hidden for line in table.rows) else NOTHING
    words = of(table.n, *UNITS[table.about.unit]) if table.n else ""
    if len(labels) > MOST_NAMED:
        return f"Geteld: {words}." if words else f"Het meeste is {most}."
    return f"{f'Van {words} het' if words else 'Het'} vaakst: {listed(labels)} ({most})."


def _answers(table: Table) -> str:
    labels, most = largest(table)
    if table.n is None:
        return TOO_FEW_ANSWERS
    if not table.n or not labels:
        return "Deze vraag is nog niet beantwoord."
    asked = of(table.n, *UNITS[table.about.unit])
    return f"Gevraagd aan {asked}; het vaakst genoemd: {listed(labels[:MOST_NAMED])} ({most})."


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
        if line.code != TOTAL and line.values[0] and line.values[3] is not None
    }
    if len(shares) < SEVERAL:
        return "Hoeveel leerlingen per regio op zoek gingen en een plek kregen."
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return f"Van {shares[low]:.0f} % geplaatst in {low} tot {shares[high]:.0f} % in {high}."


def _searching(table: Table) -> str:
    total = value(table, TOTAL)
    if total == 0:
        return "Er zoekt niemand meer."
    if total is None:
        return TOO_FEW
    labels, most = largest(table)
    begin = f"{of(total, 'leerling zoekt', 'leerlingen zoeken')} nog"
    return f"{begin}; het vaakst: {listed(labels)} ({most})." if 0 < len(labels) <= MOST_NAMED else f"{begin}."


def _waiting(table: Table) -> str:
    total, short = value(table, TOTAL), value(table, "up-to-two-weeks")
    if total == 0:
        return "Niemand wacht op een eerste voorstel."
    if total is None or short is None:
        return TOO_FEW
    waits = of(total, "leerling wacht", "leerlingen wachten")
    long = total - short
    return f"{waits} op een eerste voorstel, {long or 'niemand'} {'daarvan ' if long else ''}langer dan twee weken."


def _choice(table: Table) -> str:
    first, total, unknown = value(table, "first"), value(table, TOTAL), value(table, UNKNOWN)
    if total == 0:
        return "Er is nog niemand geplaatst."
    if first is None or total is None:
        return TOO_FEW
    known = of(total - (unknown or 0), "plaatsing", "plaatsingen")
    return f"{first} van de {known} {'waarvan de wens bekend is, ' if unknown else ''}zijn de eerste keus."


def _outcomes(table: Table) -> str:
    total, early, jobs = value(table, TOTAL), value(table, "stopped-early"), value(table, "job")
    if total == 0:
        return "Er is nog geen plaatsing afgelopen."
    if total is None:
        return TOO_FEW
    parts = [] if early is None else [f"stopten er {early} voortijdig"]
    parts += [] if jobs is None else [f"leidden er {jobs} naar een baan"]
    ended = of(total, "plaatsing", "plaatsingen")
    return f"Van de {ended} die afliepen {listed(parts)}." if parts else f"Er liepen {ended} af."


def _most(table: Table) -> str:
    labels, most = largest(table)
    begin = f"Scholen werken samen met {of(table.n, 'werkgever', 'werkgevers')}"
    if not labels or len(labels) > MOST_NAMED:
        return f"{begin}."
    each = " elk" if len(labels) > 1 else ""
    return f"{begin}; de meeste zitten in {listed(labels)} ({most}{each})."


def _sizes(table: Table) -> str:
    small = (
        f"{value(table, 'small')} van de {of(table.n, 'werkgever heeft', 'werkgevers hebben')} minder dan 50 werknemers"
    )
    return f"{small}; van {table.unknown} is de grootte onbekend." if table.unknown else f"{small}."


def _placed(table: Table) -> str:
    parts = [
        f"{line.label}: {line.values[1]} van {line.values[0]}"
        for line in table.rows
        if line.code not in {TOTAL, UNKNOWN} and line.values[0] and line.values[1] is not None
    ]
    return f"Geplaatst: {'; '.join(parts)}." if parts else TOO_FEW


def _followed(table: Table) -> str:
    due, followed = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if due == 0:
        return NOTHING
    if due is None or followed is None:
        return TOO_FEW
    return f"Naar {followed} van de {of(due, 'oud-leerling', 'oud-leerlingen')} is gevraagd hoe het gaat."


def _least_placed(table: Table) -> str:
    """The group that finds a place least often, of those whose counts are shown."""
    shares = {
        line.label: 100 * line.values[1] / line.values[0]
        for line in table.rows
        if not line.code.endswith((TOTAL, UNKNOWN)) and line.values[0] and line.values[1] is not None
    }
    if len(shares) < SEVERAL:
        return TOO_FEW if any(line.hidden for line in table.rows) else NOTHING
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return f"Van {shares[low]:.0f} % geplaatst bij “{low}” tot {shares[high]:.0f} % bij “{high}”."


def _medians(table: Table) -> str:
    """The medians of the rows that are shown."""
    title = table.about.columns[1].title.removesuffix(" (mediaan)")
    known = [line for line in table.rows if line.code != TOTAL and line.values[1] is not None]
    if not known:
        return TOO_FEW if any(line.hidden for line in table.rows) else NOTHING
    slowest = max(known, key=lambda line: line.values[1] or 0)
    most = slowest.values[1] or 0
    if not most:
        return "Het midden (mediaan) is overal minder dan een half uur."
    days = f" (ongeveer {round(most / HOURS_A_DAY)} dagen)" if title == "uren" and most > 2 * HOURS_A_DAY else ""
    return f"Het midden (mediaan) is het hoogst bij “{slowest.label}”: {most} {title}{days}."


def _effort(table: Table) -> str:
    contacts, days = value(table, TOTAL, 1), value(table, TOTAL, 3)
    if table.n is None or contacts is None or days is None:
        return TOO_FEW if any(line.hidden for line in table.rows) else NOTHING
    cost = f"{of(contacts, 'contact', 'contacten')} en {of(days, 'dag', 'dagen')}"
    return f"In het midden (mediaan) gaan aan een plaatsing {cost} vooraf."


def _expected(table: Table) -> str:
    """The next month, of each kind that something is expected of."""
    if any(line.hidden for line in table.rows):
        return "Een verwachting staat er van alle regio's samen, en voor wie inlogt van de eigen regio of school."
    kinds: dict[str, str] = {}
    for line in table.rows:
        if line.values[0] is not None:
            kinds.setdefault(line.code.partition("-")[0], f"{line.label}: {line.values[0]}")
    if not kinds:
        return "Er is nog te weinig verleden om iets te verwachten."
    return f"Verwacht: {'; '.join(kinds.values())}."


def _load(table: Table) -> str:
    running = value(table, TOTAL, 1)
    return TOO_FEW if running is None else f"Scholen begeleiden nu {of(running, 'plaatsing', 'plaatsingen')}."


def _early(table: Table) -> str:
    ended, early = value(table, TOTAL, 0), value(table, TOTAL, 1)
    if ended == 0:
        return "Er is nog geen plaatsing afgelopen."
    if ended is None or early is None:
        return TOO_FEW
    return f"{early} van de {of(ended, 'plaatsing', 'plaatsingen')} die afliepen, stopten voortijdig."


def _places(table: Table) -> str:
    known = [line for line in table.rows if line.code not in {TOTAL, UNKNOWN}]
    if not known:
        return "Van niemand is bekend in welke gemeente."
    employers, schools, opening = (value(table, TOTAL, at) or 0 for at in (0, 1, 3))
    return (
        f"{of(schools, 'school', 'scholen')} en {of(employers, 'werkgever', 'werkgevers')} in "
        f"{of(len(known), 'gemeente', 'gemeenten')}; in drie maanden {'komt' if opening == 1 else 'komen'} er "
        f"{of(opening, 'plek', 'plekken')} bij."
    )


_SENTENCES: dict[str, Callable[[Table], str]] = {
    **WORK_SENTENCES,
    "funnel": _funnel,
    "funnel-by-region": _regions,
    "still-searching": _searching,
    "waiting-without-proposal": _waiting,
    "first-choice": _choice,
    "outcomes": _outcomes,
    "employers-by-sector": _most,
    "employers-by-region": _most,
    "employers-by-size": _sizes,
    "followed-up": _followed,
    "placed-by-help": _placed,
    "placed-by-need": _least_placed,
    "waits-by-need": _medians,
    "placed-by-school-kind": _placed,
    "planned-by-effort": _placed,
    "step-times": _medians,
    "waits-by-group": _medians,
    "effort-per-placement": _effort,
    "forecast": _expected,
    "guidance-load": _load,
    "early-ends": _early,
    "by-municipality": _places,
}
