"""Every state that a model can reach, breadth first, so that the first trace to a broken promise is a shortest one."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)

Steps = Callable[[S], Iterable[tuple[str, S]]]
Sameness = Callable[[S], Hashable]
Broken = Callable[[S], str | None]


@dataclass(frozen=True)
class Trace:
    """What was broken, and the steps that led there."""

    broken: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        numbered = (f"{number:3}. {step}" for number, step in enumerate(self.steps, 1))
        return "\n".join([f"BROKEN: {self.broken}, after", *numbered])


@dataclass
class Explored(Generic[S]):
    """What was seen: every state with the step that led to it first, how many ends, and the first broken promise."""

    came_from: dict[S, tuple[str, S] | None]
    ends: int = 0
    trace: Trace | None = None


def explore(start: S, steps: Steps[S], broken: Broken[S], unfinished: Broken[S], same: Sameness[S]) -> Explored[S]:
    """Follow every step from every state; stops at the first state that is broken, or ends with work left.

    `unfinished` is asked of states without a further step, and says what was left undone. States with equal `same` are
    followed once.
    """
    seen = Explored[S]({start: None})
    known = {same(start)}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        found = broken(state)
        after = list(steps(state)) if not found else []
        if not found and not after:
            seen.ends += 1
            found = unfinished(state)
        if found:
            seen.trace = Trace(found, tuple(_steps_to(seen, state))[::-1])
            return seen
        for step, following in after:
            if (key := same(following)) not in known:
                known.add(key)
                seen.came_from[following] = (step, state)
                waiting.append(following)
    return seen


def _steps_to(seen: Explored[S], state: S) -> Iterator[str]:
    while (origin := seen.came_from[state]) is not None:
        step, state = origin
        yield step
