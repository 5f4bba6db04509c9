"""Every letter and digest with facts that were made up, so that people can judge the words."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.notifications.clients import desk_words
from services.notifications.clients.letters import LetterToSend
from services.notifications.clients.mail_words import OptOut, Stationery, Written
from services.notifications.domain.calls import CallKey, opened
from services.notifications.domain.desks import DeskLetter, Purpose
from services.notifications.domain.digest import ORDER, Item, grouped
from services.notifications.domain.letters import CATEGORIES, Fact
from services.notifications.domain.wishes import Category, Rhythm

ID = "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11"
DAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)

TEMPLATE = "subscription-troubled"
"""To who looks after a system; see `alerting`."""

_UNTIL: Mapping[str, Fact] = {"until": "27-11-2026"}
_LATER: Mapping[str, Fact] = {"until": "18-12-2026"}
_FACTS: Mapping[str, Mapping[str, Fact]] = {
    "follow-up-due": {"months": 6, "due": "17-12-2026"},
    "link-answered": {"purpose": "problem", "code": "problem-today"},
    "placement-ending": {"until": "04-01-2027"},
    "relations-cooled": {"months": 6, "count": 3, "paths": [f"/employers/{ID}", "/employers/2"]},
    "visit-overdue": {"due": "20-11-2026"},
    **dict.fromkeys(("answer-due", "claim-lapses", "match-proposed", "seat-offered"), _UNTIL),
    **dict.fromkeys(("round-opened", "round-reminder"), _LATER),
}
_DUE = {
    "answer-due": 4,
    "claim-lapses": 4,
    "follow-up-due": 24,
    "match-proposed": 4,
    "placement-ending": 42,
    "round-opened": 25,
    "round-reminder": 25,
    "seat-offered": 4,
    "visit-overdue": -3,
}
"""In how many days."""

PURPOSES = (
    "still-open",
    "pause",
    "problem",
    "sign",
    "evaluate",
    "support",
    "questionnaire",
    "sharing",
    "consent",
    "own-network",
)

LINKS = {
    f"link-{purpose}": (purpose, "student" if purpose in {"sharing", "consent", "own-network"} else "employer")
    for purpose in PURPOSES
}
DIGESTS = {"digest-daily": Rhythm.DAILY, "digest-weekly": Rhythm.WEEKLY}

ALERTS = {
    f"{TEMPLATE}-{state}": {
        "state": state,
        "code": "http-503",
        "url": f"https://stagebrug.example/v1/subscriptions/{ID}",
    }
    for state in ("failing", "retired")
}

DESKS = {"call": 0, "call-reminder": 1}
"""To intermediaries without a system, by which reminder it is."""

NAMES = (*sorted(CATEGORIES), *LINKS, *DIGESTS, *ALERTS, *DESKS)


def category_of(name: str) -> Category | None:
    """Which wish decides on a letter: none on digests, and on letters to who has no account."""
    return CATEGORIES.get(name)


def example(name: str, stationery: Stationery) -> Written:
    """A letter or digest by its name; KeyError when there is none."""
    if name in DIGESTS:
        rhythm = DIGESTS[name]
        items = [*(_item(template, 1) for template in ORDER), _item("match-proposed", 2)]
        if rhythm is Rhythm.WEEKLY:
            items = [_item("seat-free", number) for number in range(12)]
        return stationery.digest(rhythm, grouped(items, DAY), _opt_out(rhythm))
    if name in LINKS:
        letter = _link(*LINKS[name])
        return stationery.letter("link", letter, url=letter.url)
    if name in ALERTS:
        return stationery.letter(TEMPLATE, ALERTS[name], url=ALERTS[name]["url"])
    if name in DESKS:
        return desk_words.written(_desk(DESKS[name]))
    item = _item(name, 1)
    return stationery.letter(name, item.facts, path=item.path, opt_out=_opt_out(CATEGORIES[name]))


def _item(template: str, number: int) -> Item:
    due = DAY + timedelta(days=_DUE[template]) if template in _DUE else None
    return Item(template, f"/example/{template}/{number}", _FACTS.get(template, {}), due)


def _link(purpose: str, recipient: str) -> LetterToSend:
    return LetterToSend.model_validate(
        {
            "email": "naam@bedrijf.example",
            "url": "https://school.example/l/voorbeeld",
            "purpose": purpose,
            "recipient": recipient,
            "schoolName": "Praktijkschool De Brug",
            "employerName": "Tuincentrum De Linde",
            "lastDay": date(2026, 12, 24),
        }
    )


def _desk(reminder: int) -> DeskLetter:
    call = opened(UUID(ID), CallKey("AM11", "horeca", None), 7, DAY)
    answer, take, decline = (f"https://stagebrug.example/h/{purpose}" for purpose in Purpose)
    return DeskLetter(UUID(ID), "naam@wsp.example", call, reminder, 1, url=answer, take_url=take, decline_url=decline)


def _opt_out(what: Category | Rhythm) -> OptOut:
    return OptOut(what, "https://stagebrug.example/v1/public/opt-outs/voorbeeld")
