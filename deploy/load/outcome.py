"""What came of a load: figures, and what a promise of docs/delivery.md does not allow."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from deploy.load.playing import Played
from deploy.load.week import WEEK_HOURS, WORKING_DAYS, Week

SHARES = (50, 95, 99)


def of(played: Played, week: Week, speed: float) -> dict[str, Any]:
    """Throughput, latencies in milliseconds, and problems as sentences."""
    events = sum(played.published.values())
    return {
        "scale": week.scale,
        "schools": played.there.get("schools", week.schools),
        "employers": played.there.get("employers", week.employers),
        "students": week.students,
        "hours": week.hours or WEEK_HOURS,
        "speed": speed,
        "seconds": round(played.seconds, 1),
        "registeredPerSecond": {what: round(rate, 1) for what, rate in played.registered.items()},
        "searched": len(played.ready),
        "offered": len(played.offers),
        "accepted": len(played.yes),
        "placed": len(played.seen.events["placement-started"]),
        "calls": len(played.calls),
        "callsPerSecond": round(len(played.calls) / played.seconds, 1),
        "events": events,
        "eventsPerSecond": round(events / played.seconds, 1),
        "latestBehind": round(played.latest, 1),
        "milliseconds": {
            "call": _shares(played.calls),
            "offer and student to proposal": _shares(_to_proposal(played)),
            "yes to placement": _shares(_to_placement(played)),
        },
        "problems": problems(played),
    }


def problems(played: Played) -> list[str]:
    """What was lost, doubled, parked or left; empty when all is as promised.

    Seats that students of an earlier play have are not counted.
    """
    seen = played.seen
    days: Counter[str] = Counter()
    for _, data in seen.events["placement-started"]:
        days[str(data["offerId"])] += played.days.get(str(data["studentId"]), 0)
    answered = seen.count("placement-started", "proposalId") + seen.count("placement-refused", "proposalId")
    return [
        *_once("student-ready of students", played.ready, seen.count("student-ready", "studentId")),
        *_once("employer-offered of offers", played.offers, seen.count("employer-offered", "offerId")),
        *_once("placement of accepted proposals", played.yes, answered),
        *(f"event {name} stands {many} times in the log" for name, many in seen.ids.items() if many > 1),
        *(
            f"offer {offer} is used {days[offer]} days a week and has {seats} seats"
            for offer, (_, seats) in played.offers.items()
            if days[offer] > seats * len(WORKING_DAYS)  # students share a seat over the week
        ),
        *(f"student {one} has {n} places" for one, n in seen.count("placement-started", "studentId").items() if n > 1),
        *(f"{service} parked {many} messages" for service, many in played.parked.items() if many),
        *played.left,
        *played.failed,
    ]


def page(found: dict[str, Any]) -> str:
    """The outcome for a person."""
    told = ("seconds", "searched", "offered", "accepted", "placed", "callsPerSecond", "eventsPerSecond", "latestBehind")
    played = f"{found['hours']:g} hours at {found['speed']:g} times real time"
    there = f"{found['schools']} schools, {found['employers']} employers, {found['students']} students"
    lines = [f"{found['scale']}: {there}, {played}"]
    lines += [f"  {name:32} {found[name]}" for name in told]
    for what, shares in found["milliseconds"].items():
        lines.append(f"  {what:32} " + "  ".join(f"{name} {ms} ms" for name, ms in shares.items()))
    if not found["problems"]:
        return "\n".join([*lines, "Nothing was lost, doubled or parked."])
    return "\n".join([*lines, f"{len(found['problems'])} problems:", *(f"  {each}" for each in found["problems"][:20])])


def _once(what: str, asked: Iterable[str], seen: "Counter[str]") -> list[str]:
    wrong = Counter("lost" if seen[each] == 0 else "doubled" for each in asked if seen[each] != 1)
    return [f"{what}: {many} {how}" for how, many in wrong.items()]


def _to_proposal(played: Played) -> list[float]:
    """From the later of place and student being there to the student's first proposal being readable."""
    waited, known = [], set()
    for at, data in played.seen.events["match-proposed"]:
        student = data["studentId"]
        if student in known or student not in played.ready:
            continue
        known.add(student)
        place, _ = played.offers.get(data["offerId"], (0.0, 0))
        waited.append(max(at - max(place, played.ready[student]), 0.0))
    return waited


def _to_placement(played: Played) -> list[float]:
    started = {data["proposalId"]: at for at, data in played.seen.events["placement-started"]}
    return [max(started[each] - at, 0.0) for each, at in played.yes.items() if each in started]


def _shares(seconds: Sequence[float]) -> dict[str, int]:
    if not seconds:
        return {}
    ordered = sorted(seconds)
    found = {f"p{share}": ordered[min(len(ordered) * share // 100, len(ordered) - 1)] for share in SHARES}
    return {name: round(value * 1000) for name, value in {**found, "max": ordered[-1]}.items()}
