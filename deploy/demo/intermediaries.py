"""The organisations that know employers: SBB, UWV, the municipality and the service point of each demo region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.demo.organisations import REGION_NAMES, Town
from shared.events.codes import IntermediaryKind


@dataclass(frozen=True)
class Suggestion:
    """An employer that an intermediary can name when it is asked for help."""

    name: str
    sector: str
    postcode: str
    place: str

    def body(self) -> dict[str, Any]:
        """The `employer` of `POST /v1/calls/{id}/_answer`."""
        return dict(vars(self))


@dataclass(frozen=True)
class Intermediary:
    """An organisation that knows employers, what it listens to, and whom it can name (in this order, once each)."""

    kind: IntermediaryKind
    name: str
    oin: str
    region: str
    municipalities: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]


_INTERMEDIARY_NAMES = {
    IntermediaryKind.SBB: "SBB-adviseur praktijkleren {region}",
    IntermediaryKind.UWV: "UWV-adviseur {region}",
    IntermediaryKind.MUNICIPALITY: "Gemeente {place}, team werk",
    IntermediaryKind.WSP: "Werkgeversservicepunt {region}",
}
_SUGGESTED_NAMES = {
    "detailhandel": "Winkel",
    "facilitaire-dienstverlening": "Schoonmaakdienst",
    "horeca": "Lunchroom",
    "logistiek": "Sorteerhal",
    "techniek-en-productie": "Werkplaats",
    "zorg-en-welzijn": "Buurthuis",
}
_SUGGESTED_EPITHETS = {
    IntermediaryKind.SBB: "De Eerste Halte",
    IntermediaryKind.UWV: "Het Nieuwe Begin",
    IntermediaryKind.MUNICIPALITY: "De Buurtschakel",
    IntermediaryKind.WSP: "De Open Deur",
}


def draw_intermediaries(towns: Mapping[str, Town], random: Random) -> tuple[Intermediary, ...]:
    """SBB, UWV, the centre municipality and the employers' service point of each region."""
    found: list[Intermediary] = []
    for region, name in REGION_NAMES.items():
        nearby = [town for town in towns.values() if town.region == region]
        for kind, pattern in _INTERMEDIARY_NAMES.items():
            found.append(
                Intermediary(
                    kind=kind,
                    name=pattern.format(region=name.removeprefix("Regio "), place=nearby[0].place),
                    oin=f"00000099{len(found) + 101:012d}",
                    region=region,
                    municipalities=tuple(town.municipality for town in nearby),
                    suggestions=_suggestions(kind, nearby, random),
                )
            )
    return tuple(found)


def _suggestions(kind: IntermediaryKind, towns: Sequence[Town], random: Random) -> tuple[Suggestion, ...]:
    sectors = random.sample(sorted(_SUGGESTED_NAMES), k=3)
    found = []
    for sector in sectors:
        address = random.choice(towns).address(random)
        name = f"{_SUGGESTED_NAMES[sector]} {_SUGGESTED_EPITHETS[kind]} {address.place}"
        found.append(Suggestion(name, sector, address.postcode, address.place))
    return tuple(found)
