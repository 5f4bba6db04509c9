"""What a VUM question selects: MongoDB-like operators on attributes; what is not known here is ignored."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.events.codes import Point

Criteria = Mapping[str, Mapping[str, Any]]
"""By attribute: operators and their values."""

KNOWN = frozenset({"codeTypeOvereenkomst", "indicatieBegeleiding", "datumAanvangWerkzaamheden", "nummerKvk", "codeSbi"})
"""Attributes of a vacancy that are compared here, wherever in the question they stand."""

FURTHEST = 200.0
"""Kilometres: the country."""

DEEPEST = 20
EARTH = 6_371.0


class WrongQuestion(Exception):
    """The question cannot be answered; the message says what is wrong with it."""


@dataclass(frozen=True)
class Area:
    """Where is looked: around a postcode, so many kilometres."""

    postcode: str
    kilometres: float

    @classmethod
    def of(cls, question: Mapping[str, Any]) -> "Area":
        """The area of a question, which is mandatory; raises `WrongQuestion`."""
        found = _first(question, "selectiegebied")
        if not isinstance(found, Mapping):
            raise WrongQuestion("selectiegebied is verplicht: postcode en afstand")
        postcode, distance = _plain(found.get("postcode")), _plain(found.get("afstand"))
        text = str(postcode or "").replace(" ", "").upper()
        if not (len(text) in {4, 6} and text[:4].isascii() and text[:4].isdigit() and text[0] != "0"):
            raise WrongQuestion("selectiegebied.postcode: vier cijfers, of vier cijfers en twee letters")
        if isinstance(distance, bool) or not isinstance(distance, int | float) or not 0 < distance <= FURTHEST:
            raise WrongQuestion(f"selectiegebied.afstand: kilometers, meer dan 0 en hoogstens {FURTHEST:.0f}")
        return cls(text, float(distance))


def criteria_of(question: Mapping[str, Any]) -> Criteria:
    """The operators of the attributes that are known here; empty values count as absent."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, value in _leaves(question, 0):
        if name not in KNOWN or value in (None, "", [], {}):
            continue
        operators = value if isinstance(value, Mapping) else {"$in" if isinstance(value, list) else "$eq": value}
        found[name] = {operator: given for operator, given in operators.items() if given not in (None, "", [])}
    return found


def fits(values: Mapping[str, Any], criteria: Criteria) -> bool:
    """Whether a vacancy's values are within what was asked."""
    return all(
        _holds(values.get(name), operator, given) for name, ops in criteria.items() for operator, given in ops.items()
    )


def kilometres(one: Point, other: tuple[float, float]) -> float:
    """As the crow flies (haversine)."""
    a, b = math.radians(one.latitude), math.radians(other[0])
    across = math.radians(other[1] - one.longitude) / 2
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across) ** 2
    return 2 * EARTH * math.asin(math.sqrt(half))


def _holds(value: Any, operator: str, given: Any) -> bool:
    test = _OPERATORS.get(operator)
    return test is None or test(
        "" if value is None else str(value), given
    )  # an operator of a later version says nothing


def _among(value: str, given: Any) -> bool:
    return isinstance(given, list) and value in {str(each) for each in given}


_OPERATORS: Mapping[str, Callable[[str, Any], bool]] = {
    "$eq": lambda value, given: value == str(given),
    "$ne": lambda value, given: value != str(given),
    "$in": _among,
    "$nin": lambda value, given: not _among(value, given),
    "$gte": lambda value, given: value >= str(given),
    "$lte": lambda value, given: value != "" and value <= str(given),
}


def _leaves(node: Any, depth: int) -> list[tuple[str, Any]]:
    if not isinstance(node, Mapping) or depth > DEEPEST:
        return []
    found: list[tuple[str, Any]] = []
    for name, value in node.items():
        found.append((name, value))
        found += _leaves(value, depth + 1)
    return found


def _first(question: Mapping[str, Any], wanted: str) -> Any:
    return next((value for name, value in _leaves(question, 0) if name == wanted), None)


def _plain(value: Any) -> Any:
    return value.get("$eq", value.get("$lte")) if isinstance(value, Mapping) else value
