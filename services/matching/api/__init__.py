"""What matching offers over HTTP."""

from fastapi import APIRouter

from services.matching.api import offers, proposals, regions, students

router = APIRouter(prefix="/v1")
for part in (students.router, offers.router, proposals.router, regions.router):
    router.include_router(part)
