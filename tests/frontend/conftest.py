"""People in front of the front end: a browser each, on the whole system behind the gateway."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from deploy import people, stack
from deploy.servers import Servers
from tests.journeys.world import Person, World

expect.set_options(timeout=20_000)
"""Milliseconds: on a busy machine a page takes seconds for what it usually does at once."""

FRONT_END = Path(__file__).parents[2] / "deploy/frontend"


def _installed(command: str, package: str) -> str:
    """Where a command is, installed with apt when that may be done; skips with the reason where it cannot be had."""
    if not shutil.which(command) and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", package], capture_output=True, check=False)
    if found := shutil.which(command):
        return found
    pytest.skip(f"{command} is not here and could not be installed: apt-get install {package}")


@pytest.fixture(scope="session")
def built() -> Path:
    """The built front end."""
    _installed("npm", "npm")
    done = subprocess.run([FRONT_END / "build"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return FRONT_END / "dist"


@pytest.fixture(scope="session")
def running_stack(servers: Servers, built: Path) -> Iterator[stack.Stack]:
    """One stack for all of them."""
    assert (built / "index.html").exists()
    with tempfile.TemporaryDirectory(prefix="stagebrug-frontend-") as folder:
        place = Path(folder)
        name = f"frontend_{secrets.token_hex(3)}"
        try:
            yield stack.up(place, ports=stack.free_stack_ports(), name=name, servers=servers)
        finally:
            stack.down(place)


@pytest.fixture
async def world(running_stack: stack.Stack) -> AsyncIterator[World]:
    async with World(running_stack) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = _installed("chromium", "chromium")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        await opened.close()


class Window(Protocol):
    """Opens a window of its own for somebody, logged in, at a page."""

    async def __call__(self, who: Person, path: str = "", *, dark: bool = False, english: bool = False) -> Page: ...


@pytest.fixture
async def window(running_stack: stack.Stack, browser: Browser) -> AsyncIterator[Window]:
    async with AsyncExitStack() as opened:

        async def open_one(who: Person, path: str = "", *, dark: bool = False, english: bool = False) -> Page:
            context = await browser.new_context(color_scheme="dark" if dark else "light", locale="nl-NL")
            opened.push_async_callback(context.close)
            if english:
                await context.add_init_script("localStorage.setItem('stagebrug-language', 'en')")
            return await _log_in(running_stack, context, who, path)

        yield open_one


async def _log_in(running: stack.Stack, context: BrowserContext, who: Person, path: str) -> Page:
    person = known(who)
    people.register(running.folder, [*people.registered(running.folder), person])
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{running.urls['gateway']}/app/{path}")
    await page.locator(f"button[value='{person.key}']").first.click()
    await page.locator(".menu").wait_for()
    return page


def known(who: Person) -> people.Person:
    """Somebody of a journey as the issuer knows people."""
    claims = {"sub": f"person-{id(who)}", **who.claims}
    return people.Person(claims.get("name", "Kim de Boer"), "collega", claims)
