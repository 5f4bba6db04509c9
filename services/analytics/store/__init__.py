"""The projections: what is kept of the events, and what is counted from it."""

from services.analytics.store.counts import CountStore
from services.analytics.store.projections import ProjectionStore
from services.analytics.store.register import RegisterStore
from services.analytics.store.schema import metadata

__all__ = ["CountStore", "ProjectionStore", "RegisterStore", "metadata"]
