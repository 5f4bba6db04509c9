"""Named moments at which a process may die. A running system does nothing there; the fault tests end the process."""

from collections.abc import Callable

POINTS = (
    "work.before-commit",
    "work.after-commit",
    "relay.taken",
    "relay.before-publish",
    "relay.published-one",
    "relay.confirmed",
    "relay.moved",
    "inbox.received",
    "inbox.claimed",
    "inbox.handled",
    "inbox.committed",
    "inbox.acknowledged",
    "inbox.before-record",
    "inbox.recorded",
    "inbox.watched",
    "timer.claimed",
    "timer.fired",
    "webhook.claimed",
    "webhook.sent",
    "webhook.written-down",
    "mail.claimed",
    "mail.sent",
    "mail.written-down",
    "night.claimed",
    "night.planned",
)
"""Before and after each commit, publish, confirm, acknowledgement, timer, notification and nightly plan."""

_watchers: list[Callable[[str], None]] = []


def reached(point: str) -> None:
    """The process is at this point now."""
    for watcher in _watchers:
        watcher(point)


def watch(watcher: Callable[[str], None]) -> None:
    """Call `watcher` at every point: for the builds under test only."""
    _watchers.append(watcher)
