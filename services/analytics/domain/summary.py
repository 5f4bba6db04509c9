"""The region's half year in a few numbers: a coordinator's first look, and the demo's last words."""

from dataclasses import dataclass

from services.analytics.domain.hiding import FEWEST
from services.analytics.domain.scope import Scope
from services.analytics.domain.table import TOTAL, Line, Table


@dataclass(frozen=True)
class Wait:
    """How long something usually took: the median in seconds, of how many cases, of how many students."""

    seconds: float | None
    n: int
    persons: int

    def shown(self, *, hide: bool) -> float | None:
        """The median, or none where it would be about fewer than five students."""
        too_few = hide and self.persons < FEWEST
        return None if too_few or self.seconds is None else round(self.seconds, 3)


@dataclass(frozen=True)
class Why:
    """How many students wait for what."""

    why: str
    label: str
    students: int | None


@dataclass(frozen=True)
class Summary:
    """Counts of students and of calls; none where a count is hidden."""

    region: str | None
    ready: int | None
    proposed: int | None
    placed: int | None
    first_choice_honoured: int | None
    choice_known: int | None
    still_searching: int | None
    still_searching_by: tuple[Why, ...]
    calls_for_help: int | None
    answers: int | None
    ended: int | None
    early_ends: int | None
    jobs: int | None
    median_seconds_ready_to_proposed: float | None
    median_seconds_ended_to_matched_again: float | None


def summary(
    scope: Scope, funnel: Table, searching: Table, choice: Table, outcomes: Table, helped: Table, *waits: Wait
) -> Summary:
    """The numbers out of the tables, so that what is hidden there is hidden here."""
    first, known = _value(choice, "first"), _value(choice, TOTAL)
    unknown = _value(choice, "unknown")
    ready_to_proposed, ended_to_matched = waits
    return Summary(
        region=scope.region,
        ready=_value(funnel, "ready"),
        proposed=_value(funnel, "proposed"),
        placed=_value(funnel, "started"),
        first_choice_honoured=first,
        choice_known=None if known is None or unknown is None else known - unknown,
        still_searching=_value(searching, TOTAL),
        still_searching_by=tuple(
            Why(line.code, line.label, line.values[0]) for line in searching.rows if line.code != TOTAL
        ),
        calls_for_help=_value(helped, TOTAL, 0),
        answers=_value(helped, TOTAL, 1),
        ended=_value(outcomes, TOTAL),
        early_ends=_value(outcomes, "stopped-early"),
        jobs=_value(outcomes, "job"),
        median_seconds_ready_to_proposed=ready_to_proposed.shown(hide=scope.hide),
        median_seconds_ended_to_matched_again=ended_to_matched.shown(hide=scope.hide),
    )


def _value(table: Table, code: str, column: int = 0) -> int | None:
    line: Line | None = next((line for line in table.rows if line.code == code), None)
    return 0 if line is None else line.values[column]
