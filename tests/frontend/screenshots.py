"""Pictures of every page for docs/screenshots, of a demo that runs: `python -m tests.frontend.screenshots`."""

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from deploy import people
from deploy.demo.logins import REGION
from deploy.options import HERE
from deploy.stack import Stack
from tests.frontend import scene
from tests.journeys.world import Person, World

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
LAPTOP = (1200, 800)
TELEPHONE = (390, 780)
LOOKS = (("", LAPTOP, False), ("-dark", LAPTOP, True), ("-telephone", TELEPHONE, False))
"""How a picture's name ends, how large the window is, and whether it is dark."""

DASHBOARD: list[tuple[str, str]] = [
    ("dashboard", ""),
    ("dashboard-country", "?region="),
    ("dashboard-schools", "/school"),
    ("dashboard-employers", "/employers"),
    ("dashboard-intermediaries", "/intermediaries"),
    ("dashboard-trends", "/trends"),
    ("dashboard-tables", "/tables"),
    ("dashboard-table", "/tables/supply-and-demand"),
]
"""Without a login, of the region that the demo's people work in."""

Shot = tuple[str, str, str]
"""A name, a path, and what is pressed there first."""

COORDINATOR: list[Shot] = [
    ("today", "today", ""),
    ("students", "students", ""),
    ("student", "students", "a.row-title >> nth=0"),
    ("student-searching", "students", ".list li:has(.tag.wait) a.row-title >> nth=0"),
    ("employers", "employers", ""),
    ("map", "employers", ".tabs button >> nth=1"),
    ("employer", "employers", ".list li:has(.tag.good) a.row-title >> nth=0"),
    ("offers", "offers", ""),
    ("placements", "placements", ""),
    ("placement", "{placement}", ""),
    ("calls", "calls", ""),
    ("relations", "relations", ""),
    ("help", "help", ""),
    ("programmes", "programmes", ".opens button >> nth=0"),
    ("initiatives", "initiatives", ""),
    ("rounds", "rounds", ""),
    ("leavers", "leavers", ""),
    ("delegations", "delegations", ""),
    ("import", "import", ".list button.link >> nth=0"),
    ("more", "more", ""),
]
REGIONAL: list[Shot] = [
    ("plan", "plan", ".page-head button"),
    ("whatif", "plan", "button:has-text('Uitproberen')"),
    ("closures", "closures", "main button[aria-expanded]"),
]
INTERMEDIARY: list[Shot] = [
    ("answer", "calls", "main button[aria-expanded] >> nth=0"),
    ("portfolio", "portfolio", ""),
    ("requests", "help", ""),
    ("tips", "tips", ""),
]
ROLES = {"stagecoördinator": COORDINATOR, "regiocoördinator": REGIONAL, "SBB": INTERMEDIARY}


async def main() -> None:
    """Every page in light and dark on a laptop, and on a telephone."""
    running = Stack.last(HERE)
    chromium = shutil.which("chromium")
    if not (running and chromium and people.registered(running.folder)):
        raise SystemExit("Run `make demo` first, with Chromium installed (apt-get install chromium).")
    FOLDER.mkdir(exist_ok=True)
    placement = await furnished(running)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for role, shots in ROLES.items():
            person = _somebody(running, role)
            there = [(name, path.format(placement=placement), press) for name, path, press in shots]
            for ending, size, dark in LOOKS:
                shown = [one for one in there if one[0] != "more" or size == TELEPHONE]
                await _shoot(browser, running, person, shown, ending, size, dark=dark)
        await _shoot_dashboard(browser, running)
        await browser.close()


def _somebody(running: Stack, role: str) -> people.Person:
    return next(one for one in people.registered(running.folder) if one.role.startswith(role))


async def furnished(running: Stack) -> str:
    """What the demo does not play, once; the path of a placement that has everything."""
    async with World(running) as world:
        own = Person(world, **_somebody(running, "stagecoördinator").claims)
        placements = (await own.get("intake", "/v1/placements?limit=200"))["items"]
        placement = max(
            (one for one in placements if one["state"] != "ended"), key=lambda one: one["state"] == "running"
        )
        if not (await own.get("intake", "/v1/delegations"))["items"]:
            students = (await own.get("intake", "/v1/students?limit=200"))["items"]
            employers = (await own.get("intake", f"/v1/employers?region={REGION}&recognition=none&limit=50"))["items"]
            await scene.furnish_placement(own, placement)
            waiting = next(one for one in students if one["state"] == "searching")
            await scene.furnish_school(own, employers[0]["id"], waiting["id"])
            await scene.upload(own)
            gone = next(one for one in students if one["state"] == "registered")
            await own.post("intake", f"/v1/students/{gone['id']}/_leave", {"leftDate": scene.day(-175)})
    return f"placements/{placement['id']}"


async def _shoot_dashboard(browser: Browser, running: Stack) -> None:
    """Whole pages of the region as everybody sees them, and of a school as its coordinator does."""
    address = f"{running.urls['analytics']}/dashboard"
    person = _somebody(running, "stagecoördinator")
    for ending, size, dark in LOOKS:
        context = await _context(browser, size, dark=dark)
        page = await context.new_page()
        for name, path in DASHBOARD if ending == "" else DASHBOARD[:1]:
            await page.goto(f"{address}{path if '?' in path else f'{path}?region={REGION}'}")
            await page.screenshot(path=FOLDER / f"{name}{ending}.png", full_page=True)
        await page.goto(f"{address}/login")
        await page.locator(f"button[value='{person.key}']").click()
        await page.goto(f"{address}/school")
        await page.screenshot(path=FOLDER / f"dashboard-school{ending}.png", full_page=True)
        await context.close()


async def _context(browser: Browser, size: tuple[int, int], *, dark: bool) -> BrowserContext:
    viewport = ViewportSize(width=size[0], height=size[1])
    return await browser.new_context(color_scheme="dark" if dark else "light", viewport=viewport, locale="nl-NL")


async def _shoot(
    browser: Browser,
    running: Stack,
    person: people.Person,
    shots: list[Shot],
    ending: str,
    size: tuple[int, int],
    *,
    dark: bool,
) -> None:
    context = await _context(browser, size, dark=dark)
    page = await context.new_page()
    await page.goto(f"{running.urls['gateway']}/app/")
    await page.locator(f"button[value='{person.key}']").click()
    await page.locator(".menu").wait_for()
    for name, path, press in shots:
        await page.evaluate("path => history.pushState(null, '', path)", f"/app/{path}")
        await _settled(page)
        if press:
            await page.locator(press).click()
            await _settled(page)
        await page.screenshot(path=FOLDER / f"{name}{ending}.png")
    await context.close()


async def _settled(page: Page) -> None:
    """Nothing is loading, and nothing was asked for a moment."""
    # the live stream never ends: what is loading says so on the page
    await page.wait_for_function("() => !document.querySelector('.loading, [aria-busy=true]')")
    await page.wait_for_timeout(900)
    await page.wait_for_function("() => !/^…$/m.test(document.querySelector('main').innerText)")


if __name__ == "__main__":
    asyncio.run(main())
