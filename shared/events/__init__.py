"""All events of Stagebrug, by publisher; importing this package fills the catalogue."""

from shared.events import analytics, intake, matching, notifications
from shared.events.base import CATALOGUE, TYPE_PREFIX, Event, Wire

__all__ = ["CATALOGUE", "TYPE_PREFIX", "Event", "Wire", "analytics", "intake", "matching", "notifications"]
