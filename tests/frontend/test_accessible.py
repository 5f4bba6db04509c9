"""Every page in light and dark: nothing that axe finds, nothing from elsewhere, no token where a script could read it."""

import contextlib
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request

from tests.frontend import scene
from tests.frontend.conftest import FRONT_END, Window
from tests.journeys.world import Person, World, employer_of, offer_of, proposal_for, ready_student_of

AXE = FRONT_END / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found => found.violations)"


async def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    # by the debugger's hand: the policy of the page lets no other script in
    await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(RUN, TAGS)
    return [f"{page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


async def _a_region(world: World) -> tuple[Person, Person, list[str]]:
    """A school with something on every page, who looks after its region, and the paths of the school's pages."""
    own = await world.school("AM27")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM27"])
    employer = await employer_of(own, recognition="none")
    offer = await offer_of(own, employer, seats=3, beginDate=scene.day(-20))
    waiting, running, gone = [await ready_student_of(own) for _ in range(3)]
    await proposal_for(own, waiting)
    stay = {"beginDate": scene.day(-14), "endDate": scene.day(20), "weekdays": ["mon"], "offerId": offer["id"]}
    placement = await own.post("intake", "/v1/placements", {**stay, "studentId": running})
    await scene.furnish_placement(own, placement)
    await scene.furnish_school(own, employer["id"], waiting)
    await scene.upload(own)
    with contextlib.suppress(AssertionError):  # one is open already: of an earlier test
        await scene.furnish_region(regional, "AM27")
    await own.post("intake", f"/v1/students/{gone}/_leave", {"leftDate": scene.day(-175)})
    about = {"experiences": ["welcoming"], "text": "Fijne plek."}
    await own.post("intake", f"/v1/employers/{employer['id']}/remarks", about)
    searching = await ready_student_of(own, wishes=[{"rank": 1, "sector": "horeca", "tasks": []}])
    pages = ["today", "students", "employers", "offers", "placements", "calls", "relations", "help", "programmes"]
    pages += ["initiatives", "rounds", "leavers", "delegations", "import", "more", "students/new", "employers/new"]
    pages += [f"students/{waiting}", f"students/{searching}"]
    return own, regional, [*pages, f"employers/{employer['id']}", f"placements/{placement['id']}"]


async def _open_everything(page: Page) -> None:
    """Forms that open on request, too, and an earlier list."""
    for earlier in await page.locator(".list button.link").all():
        await earlier.click()
    closed = page.locator("main button[aria-expanded=false]")
    while await closed.count():
        await closed.first.click()


@pytest.mark.parametrize("dark", [False, True])
async def test_nothing_stands_in_a_coordinators_way(world: World, window: Window, dark: bool) -> None:
    own, _, paths = await _a_region(world)
    page = await window(own, dark=dark)
    found = []
    for path in paths:
        await _go(page, path)
        await _open_everything(page)
        found += await violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True])
async def test_nothing_stands_in_the_others_way(world: World, window: Window, dark: bool) -> None:
    _, regional, _ = await _a_region(world)
    await regional.post("matching", "/v1/regions/AM27/plans", {})
    page = await window(regional, dark=dark, english=True)
    found = []
    for path in ("plan", "employers", "closures", "help", "programmes", "initiatives", "rounds"):
        await _go(page, path)
        await _open_everything(page)
        found += await violations(page)
    page = await window(await world.intermediary("sbb", "AM27", "GM0796"), dark=dark)
    for path in ("calls", "portfolio", "help", "tips"):
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
