"""What notifications does on which event: remember where things belong, and tell those who may know."""

from shared.messaging import Handlers

handlers = Handlers("notifications")

from services.notifications.handlers import calls, deliveries, employers, guidance, links, matches, relations, students  # noqa: E402, F401 — they register here
