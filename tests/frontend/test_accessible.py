"""Every page in light and dark: nothing that axe finds, nothing from elsewhere, no token where a script could read it."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request

from tests.frontend.conftest import FRONT_END, Window
from tests.journeys.world import Person, World, employer_of, offer_of, placement_of, proposal_for, ready_student_of

AXE = FRONT_END / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found => found.violations)"


async def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    # by the debugger's hand: the policy of the page lets no other script in
    await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(RUN, TAGS)
    return [f"{page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


async def _a_region(world: World) -> tuple[Person, list[str]]:
    """A school with something on every page; the paths of its pages."""
    own = await world.school("AM27")
    employer = await employer_of(own)
    await offer_of(own, employer, seats=2)
    placed, waiting = [await ready_student_of(own) for _ in range(2)]
    await own.post("matching", f"/v1/proposals/{(await proposal_for(own, placed))['id']}/_accept")
    await proposal_for(own, waiting)
    placement = await placement_of(own, placed)
    about = {"experiences": ["welcoming"], "text": "Fijne plek."}
    await own.post("intake", f"/v1/employers/{employer['id']}/remarks", about)
    searching = await ready_student_of(own, wishes=[{"rank": 1, "sector": "horeca", "tasks": []}])
    pages = ["today", "students", "employers", "offers", "placements", "calls", "relations", "import"]
    pages += ["students/new", "employers/new", f"students/{waiting}", f"students/{searching}"]
    return own, [*pages, f"employers/{employer['id']}", f"placements/{placement['id']}"]


async def _open_everything(page: Page) -> None:
    """Forms that open on request, too."""
    closed = page.locator("main button[aria-expanded=false]")
    while await closed.count():
        await closed.first.click()


@pytest.mark.parametrize("dark", [False, True])
async def test_nothing_stands_in_a_coordinators_way(world: World, window: Window, dark: bool) -> None:
    own, paths = await _a_region(world)
    page = await window(own, dark=dark)
    found = []
    for path in paths:
        await _go(page, path)
        await _open_everything(page)
        found += await violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True])
async def test_nothing_stands_in_the_others_way(world: World, window: Window, dark: bool) -> None:
    await _a_region(world)
    regional = Person(world, roles=["regional-coordinator"], regions=["AM27"])
    await regional.post("matching", "/v1/regions/AM27/plans", {})
    page = await window(regional, dark=dark, english=True)
    found = []
    for path in ("plan", "employers", "offers", "calls", "closures", "relations"):
        await _go(page, path)
        await _open_everything(page)
        found += await violations(page)
    page = await window(await world.intermediary("sbb", "AM27", "GM0796"), dark=dark)
    for path in ("calls", "tips"):
        await _go(page, path)
        await _open_everything(page)
        found += await violations(page)
    assert not found, "\n".join(found)


async def _go(page: Page, path: str) -> None:
    """Within the application, as a link would."""
    await page.evaluate("path => { history.pushState(null, '', path) }", f"/app/{path}")
    await page.locator("h1").first.wait_for()
    await page.wait_for_function("() => !document.querySelector('.loading') && document.querySelector('h1')")


async def test_nothing_comes_from_elsewhere_and_tokens_stay_in_memory(world: World, window: Window) -> None:
    own = await world.school("AM30")
    page = await window(own)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 — Playwright marks what it is given
    await page.reload()  # the issuer's session logs in again, without a question
    await page.locator(".menu").wait_for()
    urls = world.stack.urls
    ours = {urlsplit(urls[part]).netloc for part in ("gateway", "issuer")}
    assert {urlsplit(one.url).netloc for one in asked} == ours
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in kept
    assert "verifier" not in kept


async def test_it_works_with_the_keyboard_alone(world: World, window: Window) -> None:
    page = await window(await world.school("AM36"), "students")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    link = page.locator(".menu a[href='/app/employers']")
    await link.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", level=1, name="Bedrijven").wait_for()
    await page.wait_for_function("document.activeElement.tagName === 'H1'")
