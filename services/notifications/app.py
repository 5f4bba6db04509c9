"""Notifications: who must hear what."""

from fastapi import FastAPI

from services.notifications import api, clients, handlers, jobs, public, store
from services.notifications.erasing import erasing
from services.notifications.settings import Settings
from shared.service import create_service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI app."""
    app = create_service(
        "notifications",
        settings or Settings(),
        title="Who must hear what: subscriptions, calls for help, mail and the live stream.",
        api=(*api.routers, public.router),
        handlers=handlers.handlers,
        jobs=jobs.jobs,
        metadata=store.metadata,
        erases=erasing,
        resources=clients.resources,
        raw_log_path="/v1/log",
    )
    public.install(app)
    return app
