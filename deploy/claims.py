"""What a token of the development issuer says about a person or a machine."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.errors import StackError
from shared.events.codes import IntermediaryKind

ROLES = ("coordinator", "jobcoach", "regional-coordinator", "intermediary", "operator")

SCHOOL = re.compile(r"\d{2}[A-Z]{2}\d{2}")
REGION = re.compile(r"AM\d{2}")
MUNICIPALITY = re.compile(r"GM\d{4}")
OIN = re.compile(r"\d{20}")


@dataclass(frozen=True)
class Claims:
    """Who somebody is and for whom he works; StackError when something cannot be so."""

    roles: list[str] = field(default_factory=list)
    schools: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    email: str | None = None
    name: str | None = None
    kind: str | None = None
    oin: str | None = None
    municipalities: list[str] = field(default_factory=list)
    scope: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no service would understand: a wrong token is a riddle later."""
        if unknown := set(self.roles) - set(ROLES):
            message = f"There is no role {', '.join(sorted(unknown))}: choose from {', '.join(ROLES)}."
            raise StackError(message)
        _all_match(SCHOOL, self.schools, "a school is BRIN and location, as 01AB00")
        _all_match(REGION, self.regions, "a labour market region is as AM11")
        _all_match(MUNICIPALITY, self.municipalities, "a municipality is as GM0363")
        _all_match(OIN, [self.oin] if self.oin else [], "an OIN has 20 digits")
        if self.kind and self.kind not in list(IntermediaryKind):
            message = f"There is no intermediary of kind {self.kind!r}: choose from {', '.join(IntermediaryKind)}."
            raise StackError(message)
        if not (self.roles or self.scope):
            message = "A token needs a --role (for a person) or a --scope (for a machine)."
            raise StackError(message)

    def as_token(self) -> dict[str, Any]:
        """The claims, with the same `sub` for the same address every time."""
        email = self.email or f"{'-'.join([*self.roles, *self.schools, *self.regions]) or 'machine'}@example.nl".lower()
        claims: dict[str, Any] = {"sub": str(uuid5(NAMESPACE_URL, f"mailto:{email}")), "email": email}
        claims |= {"roles": self.roles, "schools": self.schools, "regions": self.regions}
        if self.kind:
            claims["intermediary"] = self._intermediary()
        return claims | {name: value for name, value in (("name", self.name), ("scope", self.scope)) if value}

    def _intermediary(self) -> dict[str, Any]:
        area = {"municipalities": self.municipalities, "regions": self.regions}
        return {"kind": self.kind, **area, **({"oin": self.oin} if self.oin else {})}


def _all_match(pattern: re.Pattern[str], values: Iterable[str], rule: str) -> None:
    for value in values:
        if not pattern.fullmatch(value):
            message = f"{value!r} cannot be right: {rule}."
            raise StackError(message)
