"""The municipalities of the packaged table (`data/README.md`): their names, regions, and where they lie."""

import csv
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Municipality:
    """A municipality and the middle of its main town, in degrees (WGS 84)."""

    code: str
    name: str
    region: str
    latitude: float
    longitude: float


def _read() -> dict[str, Municipality]:
    lines = (files("services.analytics") / "data/municipalities.csv").read_text(encoding="utf-8").splitlines()
    found = (
        Municipality(row["municipality"], row["name"], row["region"], float(row["latitude"]), float(row["longitude"]))
        for row in csv.DictReader(lines)
    )
    return {one.code: one for one in found}


MUNICIPALITIES = _read()
"""By CBS code; one of before a merger, or of after the table's year, is not among them."""
