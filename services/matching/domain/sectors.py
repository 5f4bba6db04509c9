"""Neighbouring kinds of work ("omdenken"): who wants this could also like that, and where."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from shared.events.base import Wire
from shared.events.codes import Code

NEIGHBOURS: dict[str, dict[str, str]] = {
    "detailhandel": {
        "logistiek": "vakken vullen en bestellingen klaarzetten in een magazijn",
        "horeca": "achter de counter of in een lunchroom",
        "textiel-en-mode": "in een kledingwinkel of kringloop",
    },
    "facilitaire-dienstverlening": {
        "horeca": "in een bedrijfsrestaurant",
        "zorg-en-welzijn": "in de huishouding van een zorginstelling",
        "overheid": "in de facilitaire dienst van een gemeente",
    },
    "horeca": {
        "facilitaire-dienstverlening": "in een bedrijfskantine",
        "detailhandel": "in een bakkerij of versafdeling",
        "recreatie": "in het restaurant van een vakantiepark",
    },
    "leerwerkbedrijf": {
        "facilitaire-dienstverlening": "in schoonmaak of groenonderhoud",
        "logistiek": "met inpakken en sorteren",
        "techniek-en-productie": "met eenvoudig montagewerk",
        "detailhandel": "in een kringloopwinkel",
    },
    "logistiek": {
        "detailhandel": "in het magazijn van een winkel",
        "techniek-en-productie": "in de expeditie van een werkplaats",
    },
    "overheid": {"facilitaire-dienstverlening": "bij een facilitair bedrijf"},
    "persoonlijke-verzorging": {
        "zorg-en-welzijn": "met verzorging in een woonzorgcentrum",
        "textiel-en-mode": "met kleding en stijl",
        "detailhandel": "in een drogisterij of parfumerie",
    },
    "recreatie": {
        "horeca": "in de bediening bij een recreatiebedrijf",
        "sport": "bij een zwembad of sporthal",
    },
    "sport": {"recreatie": "bij een speelpark of camping"},
    "techniek-en-productie": {
        "logistiek": "met onderdelen en machines in een magazijn",
        "textiel-en-mode": "in een naaiatelier of stoffeerderij",
    },
    "textiel-en-mode": {
        "techniek-en-productie": "met machines in een werkplaats",
        "detailhandel": "in een kledingwinkel",
        "persoonlijke-verzorging": "in een salon",
    },
    "zorg-en-welzijn": {
        "facilitaire-dienstverlening": "in de facilitaire dienst van een zorginstelling",
        "persoonlijke-verzorging": "in een salon",
        "horeca": "in het restaurant van een zorginstelling",
    },
    "groen": {
        "detailhandel": "in een tuincentrum",
        "recreatie": "in het onderhoud van een park of camping",
    },
    "ict": {
        "techniek-en-productie": "met het demonteren en nakijken van apparaten",
        "detailhandel": "in een elektronicawinkel",
    },
}
"""Wish → kind of work nearby → where that is. The report names the first ones (3.2: gardener → garden centre, care →
restaurant of a care home); the rest follows the adjacency that the matching model was measured with."""


Near = Mapping[str, frozenset[str]]
"""Wish → kinds of work nearby."""

NEAR: Near = {wish: frozenset(places) for wish, places in NEIGHBOURS.items()}


class Neighbour(Wire):
    """A kind of work (`sector`) that lies near a wish."""

    wish: Code
    sector: Code


class NeighbouringWork(Wire):
    """Where a region thinks otherwise of what lies near: kinds of work that it adds, and that it takes away."""

    added: Annotated[tuple[Neighbour, ...], Field(max_length=200)] = ()
    removed: Annotated[tuple[Neighbour, ...], Field(max_length=200)] = ()

    def near(self) -> Near:
        """What lies near each wish in this region; what is both added and removed does not."""
        near = {wish: set(places) for wish, places in NEAR.items()}
        for one in self.added:
            near.setdefault(one.wish, set()).add(one.sector)
        for one in self.removed:
            near.get(one.wish, set()).discard(one.sector)
        return {wish: frozenset(places) for wish, places in near.items()}


def around(wishes: Iterable[str], near: Near = NEAR) -> frozenset[str]:
    """The wishes, and the kinds of work next to them."""
    return frozenset(wishes).union(*(near.get(wish, frozenset()) for wish in wishes))
