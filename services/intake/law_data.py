"""The packaged rules of the law, schemes for employers and texts about them (`data/law/`), checked when we start."""

import functools
import tomllib
from typing import Any

from services.intake.domain.information_pack import PackText
from services.intake.domain.law import Rule
from services.intake.domain.scheme import Scheme
from services.intake.geography import DATA

FOLDER = DATA / "law"


def tables(name: str) -> dict[str, Any]:
    """A file of the folder, its sources put where they are named."""
    document = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    sources = document.pop("sources", {})
    for entries in document.values():
        for entry in entries:
            entry["source"] = sources[entry["source"]] | {"article": entry.pop("article", None)}
    return document


def each_once(ids: list[str]) -> None:
    """Raise ValueError when two entries have the same id: whoever is told of one could mean the other."""
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise ValueError(f"stands there twice: {', '.join(sorted(twice))}")


@functools.cache
def read_rules() -> tuple[Rule, ...]:
    """Read once; newer rules come with a release. Raises ValueError when one cannot be, so that nothing starts."""
    rules = tuple(Rule.model_validate(entry) for entry in tables("rules.toml")["rules"])
    each_once([rule.id for rule in rules])
    return rules


@functools.cache
def read_schemes() -> tuple[Scheme, ...]:
    """The same of schemes for employers."""
    schemes = tuple(Scheme.model_validate(entry) for entry in tables("schemes.toml")["schemes"])
    each_once([scheme.id for scheme in schemes])
    return schemes


@functools.cache
def read_texts() -> tuple[PackText, ...]:
    """What the information pack says beside them."""
    return tuple(PackText.model_validate(entry) for entry in tables("information.toml")["texts"])


def read_law() -> None:
    """Read all of it, so that what cannot be is found when the service starts."""
    read_rules(), read_schemes(), read_texts()
