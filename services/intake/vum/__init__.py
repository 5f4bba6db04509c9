"""VUM, the national exchange of matching data: what it may ask of this register (STANDARDS §4), off by default."""

from fastapi import FastAPI

from services.intake.settings import Settings
from services.intake.vum.facade import facade

PREFIX = "/vum/v1"


def install(app: FastAPI, settings: Settings) -> None:
    """Mount the facade where an operator switched it on for somebody."""
    if not settings.vum_parties:
        return
    mounted = facade(settings)
    mounted.state = app.state  # one runtime for both
    app.mount(PREFIX, mounted)


__all__ = ["install"]
