"""The report's tables of what *is*: schools and employers of the register (K1–K10)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, UNKNOWN, Column, Description, Line, Table, Unit, mean, spread
from services.analytics.domain.words import label, region_order
from shared.events.codes import SECTORS, SchoolKind, SizeClass, Trend

KINDS = tuple(SchoolKind)
SIZES = (SizeClass.SMALL, SizeClass.MEDIUM, SizeClass.LARGE)
TRENDS = (Trend.MORE, Trend.SAME, Trend.FEWER)
YEARS = 2
"""A cooperation is long when it began more than two years ago (report, section 2.2)."""


@dataclass(frozen=True)
class School:
    """A school of the register."""

    id: UUID
    kind: str
    region: str
    student_count: int | None


@dataclass(frozen=True)
class Cooperation:
    """A school that works with an employer, and since when."""

    school_id: UUID
    since_date: date | None


@dataclass(frozen=True)
class Employer:
    """An employer that some school works with or brought in."""

    id: UUID
    region: str
    sector: str | None
    size_class: str
    places_per_year: int | None
    places_trend: str
    jobs_per_year: int | None
    jobs_trend: str
    found_through: str | None
    cooperations: tuple[Cooperation, ...]


@dataclass(frozen=True)
class SchoolTable:
    """A table that is counted from the schools."""

    about: Description
    count: Callable[[Description, Sequence[School], Scope], Table]


@dataclass(frozen=True)
class EmployerTable:
    """A table that is counted from the employers."""

    about: Description
    count: Callable[[Description, Sequence[Employer], Scope], Table]


def _schools_by_region(about: Description, schools: Sequence[School], _: Scope) -> Table:
    def line(code: str, of: Sequence[School]) -> Line:
        return Line(code, label(code), (*(sum(s.kind == kind for s in of) for kind in KINDS), len(of)))

    regions = sorted({school.region for school in schools}, key=region_order)
    rows = [line(region, [s for s in schools if s.region == region]) for region in regions]
    return Table(about, (*rows, line(TOTAL, schools)), len(schools))


def _school_size(about: Description, schools: Sequence[School], _: Scope) -> Table:
    def line(code: str, of: Iterable[School]) -> Line:
        sizes = [school.student_count for school in of if school.student_count is not None]
        least, most = spread(sizes) or (None, None)
        return Line(code, label(code), (len(sizes), least, most, mean(sizes)))

    rows = [line(kind, [school for school in schools if school.kind == kind]) for kind in KINDS]
    unknown = sum(school.student_count is None for school in schools)
    return Table(about, (*rows, line(TOTAL, schools)), len(schools) - unknown, unknown)


def _by(
    code_of: Callable[[Employer], str | None], known: Sequence[str] = (), order: Callable[[str], str] | None = None
) -> Callable[[Description, Sequence[Employer], Scope], Table]:
    """A table of employers by some code: the known codes even when there are none of them, then others."""

    def count(about: Description, employers: Sequence[Employer], _: Scope) -> Table:
        counted = Counter(code_of(employer) or UNKNOWN for employer in employers)
        unknown = counted.pop(UNKNOWN, 0)
        codes = [*known, *sorted(set(counted) - set(known), key=order)]
        rows = [Line(code, label(code), (counted[code],)) for code in codes]
        rows += [Line(UNKNOWN, label(UNKNOWN), (unknown,))] if unknown else []
        return Table(about, (*rows, Line(TOTAL, label(TOTAL), (len(employers),))), len(employers), unknown)

    return count


def _duration(about: Description, employers: Sequence[Employer], scope: Scope) -> Table:
    since = [_since(employer, scope.school_id) for employer in employers]
    long_ago = _years_before(scope.as_of, YEARS)
    long = sum(day is not None and day < long_ago for day in since)
    unknown = since.count(None)
    several = sum(len(employer.cooperations) > 1 for employer in employers)
    rows = [
        Line("longer-than-two-years", "langer dan twee jaar", (long,)),
        Line("recent", "korter", (len(since) - unknown - long,)),
        *([Line(UNKNOWN, label(UNKNOWN), (unknown,))] if unknown else []),
        Line("also-with-other-schools", "ook met andere scholen", (several,)),
    ]
    note = f"Gerekend tot {scope.as_of.isoformat()}. De laatste rij staat los van de andere."
    return Table(about, tuple(rows), len(employers), unknown, note=note)


def _since(employer: Employer, school_id: UUID | None) -> date | None:
    """When the first school (or the one that is asked about) began to work with an employer."""
    own = [known for known in employer.cooperations if school_id in {None, known.school_id}]
    return min((known.since_date for known in own if known.since_date), default=None)


def _years_before(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=max(1, day.year - years), day=28 if leap_day else day.day)


def _means(value_of: Callable[[Employer], int | None]) -> Callable[[Description, Sequence[Employer], Scope], Table]:
    def count(about: Description, employers: Sequence[Employer], _: Scope) -> Table:
        known = [(employer.size_class, value) for employer in employers if (value := value_of(employer)) is not None]

        def line(code: str, values: Sequence[int]) -> Line:
            return Line(code, label(code), (len(values), mean(values)))

        values = [value for _, value in known]
        rows = [line(size, [value for of, value in known if of == size]) for size in SIZES]
        return Table(
            about,
            (*rows, line(TOTAL, values)),
            len(values),
            len(employers) - len(values),
            spread(values),
            "Een werkgever van onbekende grootte telt alleen in het totaal mee; wie geen aantal noemde nergens.",
        )

    return count


_COUNT = (Column("employers", "werkgevers"),)
_MEAN = (Column("employers", "werkgevers"), Column("mean", "gemiddeld"))
_KNOWN_EMPLOYERS = (
    "Werkgevers in het register met wie minstens één school samenwerkt of die een school heeft ingebracht; wie alleen "
    "door een intermediair genoemd is, telt nog niet mee."
)


def _employers(name: str, title: str, definition: str = "", columns: tuple[Column, ...] = _COUNT) -> Description:
    return Description(name, title, f"{definition} {_KNOWN_EMPLOYERS}".strip(), Unit.EMPLOYERS, columns)


SCHOOL_TABLES = (
    SchoolTable(
        Description(
            "schools-by-region",
            "Scholen naar arbeidsmarktregio en soort",
            "Schoollocaties in het register (tabel 2.1).",
            Unit.SCHOOLS,
            (Column("pro", "pro"), Column("vso", "vso"), Column("total", "totaal")),
        ),
        _schools_by_region,
    ),
    SchoolTable(
        Description(
            "school-size",
            "Grootte van de scholen",
            "Leerlingen per schoollocatie, zoals de school het opgaf; schattingen tellen mee (paragraaf 2.1).",
            Unit.SCHOOLS,
            (
                Column("schools", "scholen"),
                Column("min", "minste"),
                Column("max", "meeste"),
                Column("mean", "gemiddeld"),
            ),
        ),
        _school_size,
    ),
)

EMPLOYER_TABLES = (
    EmployerTable(
        _employers("employers-by-region", "Werkgevers naar arbeidsmarktregio", "Tabel 2.2."),
        _by(lambda employer: employer.region, order=region_order),
    ),
    EmployerTable(
        _employers("employers-by-sector", "Werkgevers naar sector", "Tabel 2.3; de eerste sector van elke werkgever."),
        _by(lambda employer: employer.sector, SECTORS),
    ),
    EmployerTable(
        _employers("employers-by-size", "Werkgevers naar grootte", "Figuur 2.1; werknemers."),
        _by(lambda employer: employer.size_class, SIZES),
    ),
    EmployerTable(
        _employers("employers-found-through", "Werkgevers naar de soort school die hen vond", "Paragraaf 2.2."),
        _by(lambda employer: employer.found_through, tuple(reversed(KINDS))),
    ),
    EmployerTable(
        _employers(
            "cooperation-duration",
            "Duur van de samenwerking",
            "Paragraaf 2.2; sinds de eerste school met de werkgever ging samenwerken, tot het einde van de periode of "
            "vandaag.",
        ),
        _duration,
    ),
    EmployerTable(
        _employers(
            "places-per-year", "Stageplekken per jaar", "Tabel 2.4; gemiddeld per werkgever, naar grootte.", _MEAN
        ),
        _means(lambda employer: employer.places_per_year),
    ),
    EmployerTable(
        _employers("places-trend", "Ontwikkeling van het aantal stageplekken", "Paragraaf 2.2; laatste twee jaar."),
        _by(lambda employer: employer.places_trend, TRENDS),
    ),
    EmployerTable(
        _employers("jobs-per-year", "Werkplekken per jaar", "Tabel 2.5; gemiddeld per werkgever, naar grootte.", _MEAN),
        _means(lambda employer: employer.jobs_per_year),
    ),
    EmployerTable(
        _employers("jobs-trend", "Ontwikkeling van het aantal werkplekken", "Paragraaf 2.2; laatste twee jaar."),
        _by(lambda employer: employer.jobs_trend, TRENDS),
    ),
)
