"""The dashboard: one page that works offline, without scripts, in light and dark, and with the keyboard alone."""

from datetime import datetime
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader

from services.analytics.api.access import AMSTERDAM, RegionCode, published
from services.analytics.api.figures import summary_of
from services.analytics.api.tables import table_of
from services.analytics.domain import page
from services.analytics.domain.words import REGIONS, label, region_order
from services.analytics.store import RegisterStore
from shared.unit_of_work import Work

router = APIRouter(prefix="/dashboard", include_in_schema=False)

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""The page loads its own style sheet and nothing else."""


@router.get("")
async def read_dashboard(work: Work, region: RegionCode = None) -> HTMLResponse:
    """The published figures of a region, or of all."""
    scope = published(region)
    known = await RegisterStore(work.session).regions()
    html = PAGES.get_template("dashboard.html").render(
        heading=page.heading(region),
        region=region,
        regions=[(code, label(code)) for code in sorted({*known} & {*REGIONS}, key=region_order)],
        counted_at=datetime.now(AMSTERDAM),
        numbers=page.numbers(await summary_of(scope, work)),
        sections=page.sections({name: await table_of(name, scope, work) for name in page.SHOWN}, region),
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


@router.get("/style.css")
async def read_style() -> FileResponse:
    """The page's style sheet."""
    return FileResponse(HERE / "static" / "dashboard.css", media_type="text/css", headers={"Cache-Control": "no-cache"})
