"""Half a year of arrivals: how many get a place by each policy, against hindsight and first come, first served."""

from collections.abc import Callable, Sequence
from functools import partial

from tests.bench.table import Sheet, Table
from tests.support.halfyear import (
    HalfYear,
    Outcome,
    a_half_year,
    first_come,
    hardest_first,
    hindsight,
    movable,
)  # fmt: skip

SEEDS = 5
KINDS = (("normal", 1.4), ("tight", 0.9))
POLICIES: Sequence[tuple[str, Callable[[HalfYear], Outcome]]] = (
    ("first come, first served", first_come),
    ("hardest first, on arrival", hardest_first),
    ("our plan, on arrival", partial(movable, days=0)),
    ("our plan, movable two weeks", partial(movable, days=14)),
    ("our plan, movable four weeks", partial(movable, days=28)),
    ("our plan, movable eight weeks", partial(movable, days=56)),
    ("our plan, movable twelve weeks", partial(movable, days=84)),
    ("four weeks, eight where there is much guidance", partial(movable, days=28, held_back=56)),
    ("four weeks, twelve where there is much guidance", partial(movable, days=28, held_back=84)),
    ("four weeks, to the end where there is much guidance", partial(movable, days=28, held_back=182)),
)


def measure(count: int, sheet: Sheet) -> None:
    """The middle region of some made-up countries; with `count` at 4000 as large as a real one, never below a tenth."""
    for kind, ratio in KINDS:
        years = [a_half_year(seed, ratio, max(0.1, count / 4000)) for seed in range(SEEDS)]
        best = [hindsight(year) for year in years]
        table = Table(
            f"Half a year, {kind}",
            ("policy", "placed % of hindsight", "from", "to", "hard to place %", "hindsight's %", "easy wait days"),
        )
        for name, policy in POLICIES:
            found = [policy(year) for year in years]
            shares = [100 * one.placed / most.placed for one, most in zip(found, best, strict=True)]
            hard = (_hard(outcomes) for outcomes in (found, best))
            waited = sum(one.waited for one in found) / SEEDS
            table.add(name, sum(shares) / SEEDS, min(shares), max(shares), *hard, waited)
        students = sum(len(year.hardness) for year in years) // SEEDS
        table.note = (
            f"{SEEDS} seeds, {students} students and {ratio} seats for each on average, over 26 weeks; the mean, and the least "
            "and the most of the seeds. Hindsight knows all that comes."
        )
        sheet.show(table)


def _hard(outcomes: Sequence[Outcome]) -> float:
    """The share of those who are hard to place that has a place, on average."""
    return 100 * sum(one.hard for one in outcomes) / len(outcomes)
