"""Analytics: figures that are counted from the others' events."""

from fastapi import FastAPI

from services.analytics import api, fetching, handlers, store
from services.analytics.api import session
from services.analytics.editions import Editions
from services.analytics.erasing import erasing
from services.analytics.resources import resources
from services.analytics.settings import Settings
from shared.jobs import Jobs
from shared.service import create_service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, wired."""
    settings = settings or Settings()
    app = create_service(
        "analytics",
        settings,
        title="Figures: the report's tables, the region's summary and a dashboard, counted from events.",
        api=api.routers,
        handlers=handlers.handlers,
        metadata=store.metadata,
        jobs=Jobs(Editions(settings), *fetching.jobs.all),
        erases=erasing,
        resources=resources,
    )
    session.install(app, settings)
    return app
