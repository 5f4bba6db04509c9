"""The projections: what is kept of the events, and what is counted from it."""

from services.analytics.store.counts import CountStore
from services.analytics.store.forecasts import ForecastStore
from services.analytics.store.opinions import OpinionStore
from services.analytics.store.projections import ProjectionStore
from services.analytics.store.register import RegisterStore
from services.analytics.store.schema import metadata

__all__ = ["CountStore", "ForecastStore", "OpinionStore", "ProjectionStore", "RegisterStore", "metadata"]
