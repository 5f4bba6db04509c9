"""Intake: the register of schools, employers, offers, students and placements."""

from fastapi import FastAPI

from services.intake import api, handlers, jobs, public, store, vum
from services.intake.api import places
from services.intake.erasing import erasing
from services.intake.importing.files import MOST_BYTES
from services.intake.resources import resources
from services.intake.settings import Settings
from services.intake.store.acting import Capacity
from shared.service import create_service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app of intake."""
    settings = settings or Settings()
    app = create_service(
        "intake",
        settings,
        title="The register: schools, employers, offers, students and placements",
        api=(api.router, public.router),
        handlers=handlers.handlers,
        jobs=jobs.jobs,
        metadata=store.metadata,
        resources=resources,
        uploads={"/v1/imports": MOST_BYTES, places.POSTCODES: places.MOST_BYTES},
        acting=Capacity.REGISTER,
        erases=erasing,
    )
    public.install(app)
    vum.install(app, settings)
    return app
