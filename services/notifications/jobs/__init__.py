"""What notifications does on time: send, try again, ask for help, tell the live stream, forget."""

from shared.jobs import Jobs
from shared.timers import Timers

timers = Timers()
jobs = Jobs(timers)

from services.notifications.jobs import (  # noqa: E402, F401 — they register here
    calls,
    cases,
    desks,
    forgetting,
    handshakes,
    live,
    mail,
    mail_reminders,
    measuring,
    outward,
    webhooks,
)
