"""Health that tells the truth: ready means that this process can do its work now, not that it runs."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from shared.errors import is_infrastructure

if TYPE_CHECKING:
    from shared.service import Runtime

OUTBOX_AGE_LIMIT = 30.0
"""Seconds: events leave within milliseconds; one that is half a minute old says that nothing is being published."""

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Whether the service can take calls, publish and consume; says which part cannot."""
    checks = await _checks(request.app.state.runtime)
    return JSONResponse({"ready": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503)


@router.get("/metrics")
async def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _checks(runtime: "Runtime") -> dict[str, bool]:
    database, fresh = False, False
    try:
        async with runtime.engine.connect() as connection:
            age = await connection.execute(
                text("select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from outbox")
            )
            database, fresh = True, float(age.scalar_one()) < OUTBOX_AGE_LIMIT
    except Exception as error:
        if not is_infrastructure(error):
            raise
    return {
        "database": database,
        "published": fresh,
        "publisher": runtime.publishing.connected,
        "consumer": runtime.consumer.consuming,
        "listening": runtime.wakeups.connected,
    }
