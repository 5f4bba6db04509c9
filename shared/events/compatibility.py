"""What a change of an event's schema would break, on both sides.

Consumers of the old schema would stumble over values it did not allow and over what it promised and is missing; today's
code could not read what was published when the new schema allows less or asks for more. Additions break nobody: readers
ignore what they do not know, and a closed list of codes may grow.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

STUMBLE = "consumers of the old one would stumble"
UNREADABLE = "today's code could not read what was published"

_LOWER, _UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")
_EXCLUSIVE = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
_WIDER = {"integer": ("integer", "number", "any")}
_EXACT = ("format", "pattern", "multipleOf", "uniqueItems")


def incompatible(old: Schema, new: Schema) -> list[str]:
    """The reasons, as sentences, why `new` cannot take the place of `old`; empty when it can."""
    stumble = [*_kept_promises(old, new), *_Allowing(new, old, growing=True).more(new, old, "")]
    unreadable = [*_Allowing(old, new, growing=False).more(old, new, ""), *_defaults(old, new)]
    return [f"{what}: {STUMBLE}" for what in dict.fromkeys(stumble)] + [
        f"{what}: {UNREADABLE}" for what in dict.fromkeys(unreadable)
    ]


def _kept_promises(old: Schema, new: Schema) -> Iterator[str]:
    """What a reader of `old` relies on and `new` does not give, at any depth."""
    for path, before, after in _objects(old, new):
        there, always = after.get("properties", {}), set(after.get("required", ()))
        for name in before.get("properties", {}):
            if name not in there:
                yield f"{_at(path, name)} is gone"
            elif name in before.get("required", ()) and name not in always:
                yield f"{_at(path, name)} is no longer always there"


def _defaults(old: Schema, new: Schema) -> Iterator[str]:
    """What was published without a field, and today's code would refuse or read as something else."""
    for path, before, after in _objects(old, new):
        was_there, is_asked = set(before.get("required", ())), set(after.get("required", ()))
        for name, field in after.get("properties", {}).items():
            known = before.get("properties", {}).get(name)
            if name in is_asked - was_there:
                yield f"{_at(path, name)} {'is new and must be there' if known is None else 'must be there now'}"
            elif known is not None and name not in was_there and known.get("default") != field.get("default"):
                yield f"{_at(path, name)} means something else when left out"


def _objects(old: Schema, new: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    """Pairs of objects that stand at the same place in both, outermost first."""
    waiting = [("", old, new)]
    while waiting:
        path, before, after = waiting.pop(0)
        yield path, before, after
        for name in before.get("properties", {}).keys() & after.get("properties", {}).keys():
            one = _by_type(before["properties"][name], old)
            other = _by_type(after["properties"][name], new)
            waiting += _inner(_at(path, name), one, other, old, new)


def _inner(
    path: str, one: Mapping[str, Schema], other: Mapping[str, Schema], old: Schema, new: Schema
) -> Iterator[tuple[str, Schema, Schema]]:
    if "object" in one and "object" in other:
        yield path, one["object"], other["object"]
    if "array" in one and "array" in other:
        items = [_by_type(side["array"].get("items", {}), document) for side, document in ((one, old), (other, new))]
        yield from _inner(f"{path}[]", items[0], items[1], old, new)


class _Allowing:
    """Compares what two schemas allow, each read with the definitions of its own document."""

    def __init__(self, one: Schema, other: Schema, *, growing: bool) -> None:
        self._one, self._other, self._growing = one, other, growing

    def more(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        """What `one` allows and `other` does not."""
        others = _by_type(other, self._other)
        for kind, schema in _by_type(one, self._one).items():
            match = next((others[wide] for wide in _WIDER.get(kind, (kind, "any")) if wide in others), None)
            if match is None:
                yield f"{path or 'the whole'} may be {_article(kind)}" + (" where it was not" if self._growing else "")
            elif kind != "any":
                yield from self._within(schema, match, path)

    def _within(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        yield from self._codes(one, other, path)
        if "enum" not in one:
            yield from self._facets(one, other, path)
        for name, field in one.get("properties", {}).items():
            if name in other.get("properties", {}):
                yield from self.more(field, other["properties"][name], _at(path, name))
        for inner, place in (("items", "[]"), ("additionalProperties", "[*]")):
            if isinstance(other.get(inner), Mapping):
                free = one.get(inner)
                yield from self.more(free if isinstance(free, Mapping) else {}, other[inner], f"{path}{place}")
        yield from self._tuples(one, other, path)

    def _tuples(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        firsts, seconds = one.get("prefixItems", []), other.get("prefixItems", [])
        if len(firsts) != len(seconds):
            yield f"{path} has another number of parts"
        for number, (first, second) in enumerate(zip(firsts, seconds, strict=False)):
            yield from self.more(first, second, f"{path}[{number}]")

    def _codes(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        if "enum" not in other:
            pattern = other.get("pattern", "")
            if odd := [str(code) for code in one.get("enum", ()) if not re.search(pattern, str(code))]:
                yield f"{path} may be {', '.join(odd)}, which is not of the form {pattern}"
            return
        if "enum" not in one:
            yield f"{path} is {'no longer' if self._growing else 'now'} a closed list"
        elif not self._growing and (lost := [str(code) for code in one["enum"] if code not in other["enum"]]):
            yield f"{path} has lost {', '.join(lost)}"

    def _facets(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        for facet in _EXACT:
            if other.get(facet) and one.get(facet) != other[facet]:
                yield f"{path} has another {facet}"
        for facet in _LOWER:
            if _bound(one, facet, lower=True) < _bound(other, facet, lower=True):
                yield f"{path} has another {facet}"
        for facet in _UPPER:
            if _bound(one, facet, lower=False) > _bound(other, facet, lower=False):
                yield f"{path} has another {facet}"


def _bound(schema: Schema, facet: str, *, lower: bool) -> tuple[float, int]:
    """A bound that compares: an exclusive one is tighter than an inclusive one at the same value."""
    inward = 1 if lower else -1
    infinite = float("-inf") if lower else float("inf")
    found = [(float(schema[facet]), 0)] if facet in schema else []
    exclusive = _EXCLUSIVE.get(facet, "")
    found += [(float(schema[exclusive]), inward)] if exclusive in schema else []
    return (max if lower else min)(found, default=(infinite, 0))


def _by_type(schema: Schema, document: Schema) -> dict[str, Schema]:
    """The alternatives that a schema allows, each by its JSON type; references are followed."""
    if "$ref" in schema:
        return _by_type(document["$defs"][schema["$ref"].rsplit("/", 1)[1]], document)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            found: dict[str, Schema] = {}
            for each in schema[several]:
                for kind, part in _by_type(each, document).items():
                    found[kind if kind not in found else f"{kind} of form {part.get('format')}"] = part
            return found
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _by_type(schema["allOf"][0], document)
    closed = {**schema, "enum": [schema["const"]]} if "const" in schema else schema
    kinds = schema.get("type", "any")
    return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, closed)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _article(kind: str) -> str:
    return {"null": "null", "any": "anything"}.get(kind, f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}")
