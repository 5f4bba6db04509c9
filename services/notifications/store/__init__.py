"""The tables of notifications and what is done with them."""

from services.notifications.store.calls import CallStore
from services.notifications.store.deliveries import Delivery, DeliveryState, DeliveryStore
from services.notifications.store.mail import MailStore
from services.notifications.store.stream import StreamStore
from services.notifications.store.subscriptions import SubscriptionStore
from services.notifications.store.surroundings import SurroundingsStore
from services.notifications.store.tables import metadata

__all__ = [
    "CallStore",
    "Delivery",
    "DeliveryState",
    "DeliveryStore",
    "MailStore",
    "StreamStore",
    "SubscriptionStore",
    "SurroundingsStore",
    "metadata",
]
