"""Intake's HTTP API, by the things of the register."""

from fastapi import APIRouter

from services.intake.api import code_lists, contacts, employers, offers, placements, schools, students, tips

router = APIRouter(prefix="/v1")
for part in (schools, employers, offers, contacts, students, placements, tips, code_lists):
    router.include_router(part.router)

__all__ = ["router"]
