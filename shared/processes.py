"""A process that spans events, as one table: in which state what may happen, and which state comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.errors import Refused

S = TypeVar("S", bound=StrEnum)
H = TypeVar("H", bound=StrEnum)


@dataclass(frozen=True)
class Process(Generic[S, H]):
    """The states of one kind of subject. The row's `version` rises with every step; its timers go with the state."""

    name: str
    first: S
    steps: Mapping[S, Mapping[H, S]]
    refuse: Callable[[S], Refused]
    """The sentence for whoever asks for a step that the state does not allow."""

    def allows(self, state: S, happened: H) -> bool:
        """Whether this may happen in this state."""
        return happened in self.steps.get(state, {})

    def after(self, state: S, happened: H) -> S:
        """The state that comes of it; raises what `refuse` makes when it may not happen."""
        if not self.allows(state, happened):
            raise self.refuse(state)
        return self.steps[state][happened]

    def as_mermaid(self) -> str:
        """The table as a state diagram, for the documentation."""
        lines = [f"    [*] --> {self.first}"]
        for state, steps in self.steps.items():
            lines += [f"    {state} --> {after}: {happened}" for happened, after in steps.items()]
        lines += [f"    {state} --> [*]" for state in type(self.first) if not self.steps.get(state)]
        return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
