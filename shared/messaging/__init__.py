"""How events travel: handlers, the relay that publishes, the consumer that receives."""

from shared.events.envelope import Envelope
from shared.messaging.handlers import Handler, Handlers, Kind

__all__ = ["Envelope", "Handler", "Handlers", "Kind"]
