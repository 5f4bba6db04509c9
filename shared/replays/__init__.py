"""A consumer reads a publisher's log again: to heal a gap, to begin late, or to build anew what it keeps.

The publisher is not asked to publish again; nobody else hears of it. What comes this way goes through the inbox, as
everything does.
"""

from shared.replays.api import router
from shared.replays.log import Log, log_client, log_url
from shared.replays.working import Replays

__all__ = ["Log", "Replays", "log_client", "log_url", "router"]
