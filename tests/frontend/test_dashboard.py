"""The dashboard in a browser: nothing that axe finds in light and dark, the keyboard, and a login that ends."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from deploy import people
from services.analytics.domain.pages import PAGES
from shared.events.codes import Outcome
from tests.analytics.events import a_school, an_employer, an_id, an_offer, ended, ready, started
from tests.analytics.support import tell
from tests.conftest import StartService
from tests.frontend.test_accessible import violations
from tests.support.bench import Bench
from tests.support.service import RunningService

NOOR = people.Person("Noor de Wit", "coördinator", {"sub": "noor", "roles": ["coordinator"], "schools": ["99AA00"]})
TELEPHONE = ViewportSize(width=390, height=780)


@pytest.fixture
async def analytics(service: StartService, bench: Bench, built: Path) -> RunningService:
    """Analytics with a login and enough students to show bars; `built` brings axe."""
    found = await service(
        "analytics",
        oidc_client_id=people.CLIENT,
        oidc_authorize_url=f"{bench.issuer}/authorize",
        oidc_logout_url=f"{bench.issuer}/logout",
        session_secret="a secret of at least thirty-two characters",
    )
    people.allow(bench.keys, f"{found.url}/dashboard")
    people.register(bench.keys, [NOOR])
    for event in (a_school(), an_employer(), an_offer(municipality="GM0034")):
        await tell(found, event)
    for n in range(7):
        await tell(found, ready(f"s{n}"))
        await tell(found, started(f"s{n}"))
    for n in range(6):
        await tell(found, ended(f"s{n}", Outcome.JOB, offer_id=an_id("offer")))
    return found


async def _window(browser: Browser, analytics: RunningService, *, dark: bool) -> BrowserContext:
    return await browser.new_context(
        base_url=analytics.url, color_scheme="dark" if dark else "light", locale="nl-NL", viewport=TELEPHONE
    )


async def _found(page: Page, path: str) -> list[str]:
    """What axe finds on a page with everything opened, and whether it is wider than the telephone."""
    answer = await page.goto(path)
    assert answer is not None
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*await violations(page), *([f"{path} is wider than a telephone"] if wider else [])]


async def _log_in(page: Page) -> None:
    await page.goto("/dashboard")
    await page.get_by_role("link", name="Inloggen").click()
    await page.locator(f"button[value='{NOOR.key}']").click()
    await expect(page.get_by_text(NOOR.name)).to_be_visible()


async def test_nothing_stands_in_anybodys_way(analytics: RunningService, browser: Browser) -> None:
    paths = [f"/dashboard/{key}?region=AM11" for key in PAGES if key]
    paths += ["/dashboard", "/dashboard/tables", "/dashboard/tables/funnel?breakdown=region", "/dashboard?region=AM99"]
    found: list[str] = []
    for dark in (False, True):
        context = await _window(browser, analytics, dark=dark)
        page = await context.new_page()
        for path in paths:
            found += await _found(page, path)
        await _log_in(page)
        found += await _found(page, "/dashboard/school")
        await expect(page.get_by_role("heading", level=1)).to_have_text("school")
        await context.close()
    assert not found, "\n".join(found)


async def test_it_is_used_with_the_keyboard_and_left_by_logging_out(
    analytics: RunningService, browser: Browser
) -> None:
    context = await _window(browser, analytics, dark=False)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    await _log_in(page)
    await page.goto("/dashboard/employers?region=AM11")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "region"
    await page.get_by_role("link", name="Trends").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Flevoland: trends")
    assert "region=AM11" in page.url
    await page.get_by_role("button", name="Uitloggen").click()
    await expect(page.get_by_role("link", name="Inloggen")).to_be_visible()
    assert page.url == f"{analytics.url}/dashboard"
    assert not refused
    await context.close()


async def test_a_page_brings_its_numbers_up_to_date_and_leaves_the_reader_where_they_are(
    analytics: RunningService, browser: Browser
) -> None:
    context = await _window(browser, analytics, dark=False)
    page = await context.new_page()
    await page.clock.install()
    await page.goto("/dashboard?region=AM11")
    ready_number = page.locator(".numbers .value a").first
    await expect(ready_number).to_have_text(re.compile("^7"))
    details = page.locator("details").first
    await details.locator("summary").click()
    top = await details.evaluate("one => one.getBoundingClientRect().top")

    await tell(analytics, ready("one more"))
    await page.clock.fast_forward(16_000)
    await expect(ready_number).to_have_text(re.compile("^8"))
    await expect(page.get_by_role("status")).to_have_text(re.compile("^Cijfers bijgewerkt om"))
    assert await details.evaluate("one => one.open && one.contains(document.activeElement)")
    assert await details.evaluate("one => one.getBoundingClientRect().top") == top
    assert not await violations(page)

    await page.get_by_role("button", name="Werk niet vanzelf bij").click()
    await tell(analytics, ready("and another"))
    await page.clock.fast_forward(60_000)
    await expect(ready_number).to_have_text(re.compile("^8"))
    await page.get_by_role("button", name="Werk weer vanzelf bij").click()
    await expect(ready_number).to_have_text(re.compile("^9"))
    await context.close()


async def test_a_session_that_ends_while_a_page_is_open_does_not_put_other_figures_in_its_place(
    analytics: RunningService, browser: Browser
) -> None:
    context = await _window(browser, analytics, dark=False)
    page = await context.new_page()
    await page.clock.install()
    await page.goto("/dashboard")
    await _log_in(page)
    await page.evaluate("window.kept = true")
    await context.clear_cookies()
    await page.clock.fast_forward(16_000)
    await expect(page.get_by_role("link", name="Inloggen")).to_be_visible()
    assert not await page.evaluate("window.kept === true")  # the page was asked for anew
    await context.close()


async def test_without_scripts_a_page_is_whole(analytics: RunningService, browser: Browser) -> None:
    context = await browser.new_context(base_url=analytics.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/dashboard?region=AM11")
    await expect(page.locator(".numbers .value a").first).to_have_text(re.compile("^7"))
    await expect(page.locator("#live")).to_be_hidden()
    await context.close()
