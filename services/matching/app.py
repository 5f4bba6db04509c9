"""Matching: who could go where, and why (not)."""

from fastapi import FastAPI

from services.matching import api, clients, handlers, jobs, store
from services.matching.erasing import erasing
from services.matching.settings import Settings
from services.matching.store.acting import Capacity
from shared.service import create_service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app of matching."""
    return create_service(
        "matching",
        settings or Settings(),
        title="Who could go where: searches, proposals with reasons, and whom to call",
        api=api.router,
        handlers=handlers.handlers,
        jobs=jobs.jobs,
        metadata=store.metadata,
        acting=Capacity.PLANNING,
        erases=erasing,
        resources=clients.resources,
    )
