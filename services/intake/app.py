"""Intake: the register of schools, employers, offers, students and placements."""

from fastapi import FastAPI

from services.intake import api, handlers, store
from services.intake.resources import resources
from services.intake.settings import Settings
from shared.service import create_service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app of intake."""
    return create_service(
        "intake",
        settings or Settings(),
        title="The register: schools, employers, offers, students and placements",
        api=api.router,
        handlers=handlers.handlers,
        metadata=store.metadata,
        resources=resources,
    )
