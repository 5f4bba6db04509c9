"""What notifications does on time: send, try again, ask for help, tell the live stream, forget."""

from shared.jobs import Jobs
from shared.timers import Timers

timers = Timers()
jobs = Jobs(timers)

from services.notifications.jobs import calls, forgetting, live, mail, webhooks  # noqa: E402, F401 — they register here
