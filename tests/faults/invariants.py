"""What must hold after anything: each a function from the evidence to its violations, as sentences."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from shared.events import intake, matching, notifications  # noqa: F401 — they fill the catalogue
from shared.events.base import CATALOGUE
from tests.faults.evidence import Evidence, Row
from tests.faults.running import i7_liveness, i8_no_leaks, i10_alarms

HANDLED = frozenset({"done", "parked", "discarded"})
ROWS_OF = {
    "school-registered": "intake.schools",
    "employer-registered": "intake.employers",
    "employer-offered": "intake.offers",
    "contact-logged": "intake.contacts",
    "student-registered": "intake.students",
    "student-ready": "intake.students",
    "match-accepted": "matching.proposals",
    "match-declined": "matching.proposals",
    "placement-ended": "intake.placements",
}
"""Where the row of an acknowledged command stands; the events of all but a student's registration name the same id."""


def i1_no_loss(evidence: Evidence) -> list[str]:
    """What was acknowledged is there, was announced, and every subscriber gave its verdict."""
    found = []
    announced = {(name_of(row["type"]), row["subject"]) for log in evidence.logs.values() for row in log}
    ids = {place: {row["id"] for row in rows} for place, rows in evidence.tables.items() if rows and "id" in rows[0]}
    for ack in evidence.of("ack"):
        fact = ack["fact"]
        if fact not in ROWS_OF:
            continue
        subject = ack.get("about") or ack["id"]
        if ack["id"] not in ids.get(ROWS_OF[fact], set()):
            found.append(f"{fact} {ack['id']} was acknowledged and has no row in {ROWS_OF[fact]}")
        if fact != "student-registered" and (fact, subject) not in announced:
            found.append(f"{fact} of {subject} was acknowledged and is in no log")
    handled = _verdicts(evidence)
    return found + [
        f"{consumer} never handled {name_of(row['type'])} {row['event_id']} of {row['subject']}"
        for consumer, row in _expected(evidence)
        if (consumer, row["event_id"]) not in handled
    ]


def i2_no_invention(evidence: Evidence) -> list[str]:
    """Nothing was handled that nobody announced, announced that has no row, or kept that nobody tried."""
    logged = {row["event_id"] for log in evidence.logs.values() for row in log}
    injected = {entry["event_id"] for entry in evidence.of("injected")}
    found = [
        f"{consumer} handled {name_of(row['type'])} {row['event_id']}, which is in no log"
        for consumer, inbox in evidence.inboxes.items()
        for row in inbox
        if row["event_id"] not in logged | injected
    ]
    for kind, place in (("employer", "employers"), ("offer", "offers"), ("student", "students"), ("school", "schools")):
        there = {row["id"] for row in evidence.tables[f"intake.{place}"]}
        found += [
            f"{name_of(row['type'])} of {row['subject']} was announced and rolled back"
            for row in evidence.logs["intake"]
            if _subject_kind(row["type"]) == kind and row["subject"] not in there
        ]
    attempted = Counter(entry["marker"] for entry in evidence.of("attempt") if entry["fact"] == "student-registered")
    there_now = Counter(_family_name(row) for row in evidence.tables["intake.students"])
    found += [
        f"{n} students {who} are kept, {attempted[who]} tried" for who, n in there_now.items() if n > attempted[who]
    ]
    return found


def i3_effect_once(evidence: Evidence) -> list[str]:
    """No fact was applied twice, and every counted effect has one verdict."""
    found = [
        f"{consumer} applied {row['place']}{row['key']} {row['times']} times"
        for consumer, effects in evidence.effects.items()
        for row in effects
        if row["times"] > 1
    ]
    proposals = Counter(row["proposal_id"] for row in evidence.tables["intake.placements"] if row["proposal_id"])
    found += [f"intake gave out {n} seats for proposal {one}" for one, n in proposals.items() if n > 1]
    for fact, place in FACTS.items():
        done = sum(row["status"] == "done" and name_of(row["type"]) == fact for row in evidence.inboxes["analytics"])
        kept = len({row["key"] for row in evidence.effects["analytics"] if row["place"] == place})
        if done != kept:
            found.append(f"analytics has {done} verdicts on {fact} and {kept} effects in {place}")
    return found


FACTS = {
    "student-ready": "students_ready",
    "match-proposed": "proposals",
    "match-accepted": "proposals_accepted",
    "match-declined": "proposals_declined",
    "match-expired": "proposals_expired",
    "placement-started": "placements_started",
    "placement-cancelled": "placements_cancelled",
    "placement-ended": "placements_ended",
    "placement-refused": "placements_refused",
    "contact-logged": "contacts",
    "offer-withdrawn": "offers_withdrawn",
}
"""Facts that analytics counts, and the projection that has one row for each."""


def i4_order(evidence: Evidence) -> list[str]:
    """By subject, versions rise without a gap in the publisher's log; of a state, the newest is what counts."""
    found = []
    newest: dict[tuple[str, str, str], int] = defaultdict(int)
    for publisher, log in evidence.logs.items():
        last: dict[str, int] = defaultdict(int)
        for row in log:
            if row["version"] != last[row["subject"]] + 1:
                before = last[row["subject"]]
                found.append(f"{publisher} published version {row['version']} of {row['subject']} after {before}")
            last[row["subject"]] = row["version"]
            for consumer, handled in evidence.handles.items():
                if group := handled.get(row["type"]):
                    newest[consumer, row["subject"], group] = row["version"]
    known = {
        (consumer, row["subject"], row["state_group"]): row["version"]
        for consumer, states in evidence.states.items()
        for row in states
    }
    parked = {row["subject"] for inbox in evidence.inboxes.values() for row in inbox if row["status"] != "done"}
    for (consumer, subject, group), version in newest.items():
        if known.get((consumer, subject, group)) != version and subject not in parked:
            seen = known.get((consumer, subject, group))
            found.append(f"{consumer} counts version {seen} of {group} {subject} as the newest; it is {version}")
    return found


def i5_conservation(evidence: Evidence) -> list[str]:
    """What analytics counts is what the logs say and what the register holds."""
    tables, found = evidence.tables, []
    published = Counter(name_of(row["type"]) for log in evidence.logs.values() for row in log)
    parked = Counter(name_of(row["type"]) for row in evidence.inboxes["analytics"] if row["status"] != "done")
    for fact, place in FACTS.items():
        if (counted := tables.get(f"analytics.{place}")) is not None:
            expected = published[fact] - parked[fact]
            if len(counted) != expected:
                found.append(f"analytics counts {len(counted)} {place}, and {expected} were announced")
    states = Counter(row["state"] for row in tables["intake.placements"])
    for fact, expected in (
        ("placement-started", states["running"] + states["ended"] + states["cancelled"]),
        ("placement-cancelled", states["cancelled"]),
        ("placement-ended", states["ended"]),
        ("placement-refused", states["refused"]),
    ):
        if published[fact] != expected:
            found.append(
                f"the register holds {expected} placements that were announced as {fact} {published[fact]} times"
            )
    answered = published["placement-started"] + published["placement-refused"] + _unplaced(evidence)
    if published["match-accepted"] != answered:
        found.append(f"{published['match-accepted']} matches were accepted and {answered} answered by the register")
    return found


def i6_accounted(evidence: Evidence) -> list[str]:
    """Outbox, broker, inbox and parked together are what was committed; positions have no gap."""
    found = [f"{n} events are left in the outbox of {name}" for name, n in evidence.outboxes.items() if n]
    found += [f"{n} messages are left in the queue {name}" for name, n in evidence.queues.items() if n]
    for publisher, log in evidence.logs.items():
        positions = [row["position"] for row in log]
        if positions != list(range(1, len(log) + 1)) or evidence.heads[publisher] != len(log):
            found.append(f"the log of {publisher} holds {len(log)} events and its head is {evidence.heads[publisher]}")
    found += [
        f"{pause['consumer']} had {pause['unhandled']} events of the logs to handle and {pause['queued']} in its queue"
        for pause in evidence.of("pause")
        if pause["unhandled"] > pause["queued"]
    ]
    foreign = Counter(entry["consumer"] for entry in evidence.of("injected"))
    for consumer, inbox in evidence.inboxes.items():
        expected = sum(1 for name, _ in _expected(evidence) if name == consumer)
        if not expected <= len(inbox) <= expected + foreign[consumer]:
            found.append(f"{consumer} has {len(inbox)} verdicts on {expected} events")
    garbage = Counter(entry["consumer"] for entry in evidence.of("garbage"))
    found += [
        f"{name} kept {n} unreadable messages, {garbage[name]} were sent"
        for name, n in evidence.unreadable.items()
        if n < garbage[name] or (n and not garbage[name])
    ]
    return found


def i9_outside_once(evidence: Evidence) -> list[str]:
    """Outside, one fact has one idempotency key, and copies are no more than the breaks that explain them."""
    breaks = len(evidence.of("fault"))
    found = []
    for what, came, kept in (
        ("mail", evidence.mails, evidence.tables["notifications.mails"]),
        ("webhook", evidence.webhooks, evidence.tables["notifications.deliveries"]),
    ):
        copies = Counter(row["id"] for row in came)
        found += [f"{what} {one} went out {n} times" for one, n in copies.items() if n > 1 + breaks]
        if len(copies) > len(kept):
            found.append(f"{len(copies)} different {what}s went out, {len(kept)} were written")
    keys = Counter(
        (row["recipient"], row["event_key"], row["template"]) for row in evidence.tables["notifications.mails"]
    )
    return found + [f"the mail {key} was written {n} times" for key, n in keys.items() if n > 1]


INVARIANTS: dict[str, Callable[[Evidence], list[str]]] = {
    "I1": i1_no_loss,
    "I2": i2_no_invention,
    "I3": i3_effect_once,
    "I4": i4_order,
    "I5": i5_conservation,
    "I6": i6_accounted,
    "I7": i7_liveness,
    "I8": i8_no_leaks,
    "I9": i9_outside_once,
    "I10": i10_alarms,
}


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """Every invariant with what breaks it; empty lists where it holds."""
    return {name: check(evidence) for name, check in INVARIANTS.items()}


def name_of(event_type: str) -> str:
    """`nl.stagebrug.student-ready.v1` → `student-ready`."""
    return event_type.split(".")[2]


def _expected(evidence: Evidence) -> Iterator[tuple[str, Row]]:
    for log in evidence.logs.values():
        for row in log:
            for consumer, handled in evidence.handles.items():
                if row["type"] in handled:
                    yield consumer, row


def _verdicts(evidence: Evidence) -> set[tuple[str, str]]:
    return {
        (consumer, row["event_id"])
        for consumer, inbox in evidence.inboxes.items()
        for row in inbox
        if row["status"] in HANDLED
    }


def _subject_kind(event_type: str) -> str:
    known = CATALOGUE.get(event_type)
    return known.subject_kind if known else ""


def _family_name(row: Row) -> str:
    return str(row["search_text"]).rpartition(" ")[2]


def _unplaced(evidence: Evidence) -> int:
    """Acceptances that the register parked: they are answered when somebody looks at them."""
    return sum(
        row["status"] == "parked" and name_of(row["type"]) == "match-accepted" for row in evidence.inboxes["intake"]
    )
