"""All events of Stagebrug, by publisher; importing this package fills the catalogue."""

from shared.events import intake, matching, notifications
from shared.events.base import CATALOGUE, TYPE_PREFIX, Event, Wire

__all__ = ["CATALOGUE", "TYPE_PREFIX", "Event", "Wire", "intake", "matching", "notifications"]
