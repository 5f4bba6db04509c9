"""What matching offers over HTTP."""

from fastapi import APIRouter

from services.matching.api import offers, pins, plans, proposals, regions, students

router = APIRouter(prefix="/v1")
for part in (students.router, offers.router, proposals.router, regions.router, plans.router, pins.router):
    router.include_router(part)
