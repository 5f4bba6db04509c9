"""The tables of notifications and what is done with them."""

from services.notifications.store.calls import CallStore
from services.notifications.store.cases import CaseStore
from services.notifications.store.deliveries import Delivery, DeliveryFilter, DeliveryState, DeliveryStore, Ready
from services.notifications.store.desks import DeskStore
from services.notifications.store.feed import FeedStore
from services.notifications.store.mail import MailStore
from services.notifications.store.mail_matters import MatterStore
from services.notifications.store.mail_recipients import RecipientStore
from services.notifications.store.measuring import MeasuringStore
from services.notifications.store.sending import SendingStore
from services.notifications.store.stream import StreamStore
from services.notifications.store.subscriptions import SubscriptionStore
from services.notifications.store.surroundings import SurroundingsStore
from services.notifications.store.tables import metadata

__all__ = [
    "CallStore",
    "CaseStore",
    "Delivery",
    "DeliveryFilter",
    "DeliveryState",
    "DeliveryStore",
    "DeskStore",
    "FeedStore",
    "MailStore",
    "MatterStore",
    "MeasuringStore",
    "Ready",
    "RecipientStore",
    "SendingStore",
    "StreamStore",
    "SubscriptionStore",
    "SurroundingsStore",
    "metadata",
]
