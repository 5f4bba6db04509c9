"""A draft of a region: what reading all pairs, planning, prices and figures cost, without the database."""

import random
import time
from collections.abc import Callable
from typing import Any

from services.matching.domain import advice, figures, regional
from services.matching.domain.model import Opening, Search
from services.matching.domain.regional import Situation
from services.matching.planning.region import ENGINE
from shared.events.codes import SECTORS, Weekday
from shared.ids import new_id
from tests.bench.table import Sheet, Table
from tests.matching.examples import TODAY, a_search, an_offer, wish

EMPLOYERS_PER_STUDENT = 1.7
SCHOOLS = 16
DAYS = [day.value for day in Weekday][:5]


def measure(count: int, sheet: Sheet) -> None:
    """The largest region, with `count` at 4000 as large as the real one."""
    situation = a_situation(random.Random(1), max(20, count * 1100 // 4000))
    table = Table("A draft of the largest region", ("step", "of", "seconds"))
    found = _timed(table, "possibilities", lambda: regional.possibilities(situation))
    chosen = _timed(table, "plan", lambda: regional.plan(ENGINE, situation, found))
    _timed(table, "what seats are worth", lambda: advice.worth(situation, found))
    _timed(table, "what stands in the way", lambda: advice.blocking(situation, found, chosen))
    _timed(table, "figures", lambda: [figures.of(situation, chosen)])
    table.note = f"{len(situation.searches)} students, {len(situation.openings)} offers; seconds of processor time."
    sheet.show(table)


def _timed(table: Table, name: str, step: Callable[[], Any]) -> Any:
    begun = time.process_time()
    found = list(step())
    table.add(name, len(found), time.process_time() - begun)
    return found


def a_situation(chance: random.Random, students: int) -> Situation:
    """Students and offers around three towns, as many as in a region where everybody waits."""
    schools = [new_id() for _ in range(SCHOOLS)]
    searches = [_student(chance, chance.choice(schools)) for _ in range(students)]
    offers = [_offer(chance) for _ in range(int(students * EMPLOYERS_PER_STUDENT))]
    return Situation("AM11", TODAY, searches, offers)


def _student(chance: random.Random, school: Any) -> Search:
    return a_search(
        school_id=school,
        location=_somewhere(chance),
        wishes=wish(*chance.sample(sorted(SECTORS), chance.choice([1, 2, 3]))),
        travel={"mode": chance.choice(["bike", "public-transport"]), "max_minutes": chance.choice([30, 45, 60])},
        weekdays=chance.sample(DAYS, chance.choice([2, 3, 4])),
        guidance_need=chance.choice(["none", "full"]),
    )


def _offer(chance: random.Random) -> Opening:
    seats, days = chance.choice([1, 1, 1, 2, 3]), chance.sample(DAYS, 4)
    return Opening(
        an_offer(sector=chance.choice(sorted(SECTORS)), location=_somewhere(chance), seats=seats, weekdays=days)
    )


def _somewhere(chance: random.Random) -> dict[str, float]:
    return {"latitude": 52.4 + chance.gauss(0, 0.12), "longitude": 5.3 + chance.gauss(0, 0.18)}
