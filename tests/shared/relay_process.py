"""A relay and nothing else, until it is ended: `python -m tests.shared.relay_process DATABASE BROKER`."""

import asyncio
import sys

from shared.messaging.publishing import ConfirmedPublisher
from shared.messaging.relay import Relay

if __name__ == "__main__":
    asyncio.run(Relay(sys.argv[1], ConfirmedPublisher(sys.argv[2], "toy"), asyncio.Event()).run())
