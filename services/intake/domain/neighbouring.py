"""Near alternatives to a wish (E7, "omdenken"): who wants this could also like that, and where that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.intake.domain.student import Wish


@dataclass(frozen=True)
class Alternative:
    """A kind of work next to a wish; `task`: only for who wishes for that task."""

    wished: str
    task: str
    sector: str
    words: str


def _table(text: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(*(cell.strip() for cell in line.split("|"))) for line in text.strip().splitlines())


ALTERNATIVES = _table("""
detailhandel                |          | logistiek                   | vakken vullen en klaarzetten in een magazijn
detailhandel                |          | horeca                      | achter de counter of in een lunchroom
detailhandel                |          | textiel-en-mode             | in een kledingwinkel of kringloopwinkel
detailhandel                | dieren   | recreatie                   | op een kinderboerderij of manege
facilitaire-dienstverlening |          | horeca                      | in een bedrijfsrestaurant
facilitaire-dienstverlening |          | zorg-en-welzijn             | in de huishouding van een zorginstelling
facilitaire-dienstverlening |          | overheid                    | in de facilitaire dienst van een gemeente
facilitaire-dienstverlening | hovenier | detailhandel                | in een tuincentrum
facilitaire-dienstverlening | groen    | detailhandel                | in een tuincentrum
facilitaire-dienstverlening | groen    | recreatie                   | in het onderhoud van een park of camping
horeca                      |          | zorg-en-welzijn             | in het restaurant van een zorginstelling
horeca                      |          | facilitaire-dienstverlening | in een bedrijfskantine
horeca                      |          | detailhandel                | in een bakkerij of op een versafdeling
leerwerkbedrijf             |          | facilitaire-dienstverlening | in schoonmaak of groenonderhoud
leerwerkbedrijf             |          | logistiek                   | met inpakken en sorteren
leerwerkbedrijf             |          | detailhandel                | in een kringloopwinkel
logistiek                   |          | detailhandel                | in het magazijn van een winkel
logistiek                   |          | techniek-en-productie       | in de expeditie van een werkplaats
overheid                    |          | facilitaire-dienstverlening | bij een facilitair bedrijf
persoonlijke-verzorging     |          | zorg-en-welzijn             | met verzorging in een woonzorgcentrum
persoonlijke-verzorging     |          | detailhandel                | in een drogisterij of parfumerie
persoonlijke-verzorging     |          | textiel-en-mode             | met kleding en stijl
recreatie                   |          | sport                       | bij een zwembad of sporthal
recreatie                   |          | horeca                      | in de bediening bij een recreatiebedrijf
sport                       |          | recreatie                   | bij een speelpark of camping
techniek-en-productie       |          | logistiek                   | met onderdelen en machines in een magazijn
techniek-en-productie       |          | textiel-en-mode             | in een naaiatelier of stoffeerderij
techniek-en-productie       | fietsen  | detailhandel                | in een fietsenwinkel met werkplaats
textiel-en-mode             |          | detailhandel                | in een kledingwinkel
textiel-en-mode             |          | techniek-en-productie       | met machines in een werkplaats
zorg-en-welzijn             |          | horeca                      | in het restaurant van een zorginstelling
zorg-en-welzijn             |          | facilitaire-dienstverlening | in de facilitaire dienst van een zorginstelling
zorg-en-welzijn             |          | persoonlijke-verzorging     | in een salon
zorg-en-welzijn             | kinderen | recreatie                   | bij een speelpark of buurthuis
groen                       |          | detailhandel                | in een tuincentrum
groen                       |          | recreatie                   | in het onderhoud van een park of camping
ict                         |          | techniek-en-productie       | met het demonteren en nakijken van apparaten
ict                         |          | detailhandel                | in een elektronicawinkel
""")
"""The report names gardener → garden centre and care → restaurant or services of a care home (its 3.2); the rest
follows the same thought. Sectors that an installation does not have stay without effect."""


def alternatives_to(wish: Wish, known: Iterable[str]) -> list[Alternative]:
    """Those next to a wish, one for each kind of work, the ones for its tasks first."""
    near = [one for one in ALTERNATIVES if one.wished == wish.sector and one.task in {"", *wish.tasks}]
    by_sector: dict[str, Alternative] = {}
    for one in sorted(near, key=lambda one: one.task == ""):
        by_sector.setdefault(one.sector, one)
    sectors = set(known)
    return [one for one in by_sector.values() if one.sector in sectors]
