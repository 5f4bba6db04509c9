"""Who logs in to the dashboard sees what the token may see; nobody else does, and no session outlives its hour."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import itsdangerous
import pytest
from fastapi import FastAPI, Request

from deploy import people
from services.analytics.api.pages import looks_of
from services.analytics.api.session import COOKIE, Somebody, install
from services.analytics.settings import Settings
from shared.security import Principal
from shared.settings import SettingsWrong
from tests.analytics.events import a_school, an_employer, ready, started
from tests.analytics.support import tell
from tests.conftest import StartService
from tests.support.bench import Bench
from tests.support.service import RunningService

SECRET = "a secret of at least thirty-two characters"
OWN = people.Person(
    "Noor de Wit",
    "coördinator",
    {"sub": "noor", "roles": ["coordinator"], "schools": ["99AA00"], "email": "noor@school.example"},
)
REGIONAL = people.Person(
    "Esther Visser", "regio", {"sub": "esther", "roles": ["regional-coordinator"], "regions": ["AM11"]}
)


@pytest.fixture
async def analytics(service: StartService, bench: Bench) -> RunningService:
    """Analytics with a login, a school of three students, and the coordinator of it."""
    given = {
        "oidc_client_id": people.CLIENT,
        "oidc_authorize_url": f"{bench.issuer}/authorize",
        "oidc_logout_url": f"{bench.issuer}/logout",
        "session_secret": SECRET,
    }
    found = await service("analytics", **given)
    people.allow(bench.keys, f"{found.url}/dashboard")
    people.register(bench.keys, [OWN, REGIONAL])
    await tell(found, a_school())
    await tell(found, an_employer())
    for name in ("one", "two", "three"):
        await tell(found, ready(name))
        await tell(found, started(name))
    return found


@asynccontextmanager
async def _browser(analytics: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=analytics.url, timeout=20) as client:
        yield client


async def _to_the_issuer(browser: httpx.AsyncClient) -> tuple[str, dict[str, list[str]]]:
    sent = await browser.get("/dashboard/login")
    assert sent.status_code == 302
    return sent.headers["location"], parse_qs(urlsplit(sent.headers["location"]).query)


async def _log_in(browser: httpx.AsyncClient, who: people.Person = OWN) -> httpx.Response:
    where, _ = await _to_the_issuer(browser)
    back = await browser.post(where, data={"person": who.key})
    return await browser.get(back.headers["location"])


async def _follow(browser: httpx.AsyncClient, path: str, html: str) -> None:
    """Everything that a page links to can be read, and what the list of tables links to, too."""
    seen: set[str] = set()
    for link in {urljoin(path, found) for found in re.findall(r'<a href="([^"#]+)"', unescape(html))}:
        answer = await browser.get(link)
        assert answer.status_code == 200, link
        if link.startswith("/dashboard/tables?"):
            seen |= {urljoin(link, found) for found in re.findall(r'href="(tables/[^"]+-say-[^"]+)"', answer.text)}
    assert seen
    assert {(await browser.get(link)).status_code for link in sorted(seen)} == {200}


def _heading(answer: httpx.Response) -> str:
    return answer.text.partition("<h1>")[2].partition("</h1>")[0]


def _session(cookie: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.b64decode(itsdangerous.TimestampSigner(SECRET).unsign(cookie)))
    return found


def _signed(session: dict[str, object]) -> str:
    return itsdangerous.TimestampSigner(SECRET).sign(base64.b64encode(json.dumps(session).encode())).decode()


async def test_a_coordinator_sees_the_own_school_in_full_and_no_other(analytics: RunningService) -> None:
    await tell(analytics, a_school("other", brin="99ZZ00"))
    async with _browser(analytics) as browser:
        done = await _log_in(browser)
        assert (done.status_code, done.headers["location"]) == (303, f"{analytics.url}/dashboard/school")
        own = (await browser.get("/dashboard/school")).text
        await _follow(browser, "/dashboard/school", own)
        assert "Van de 3 leerlingen die op zoek gingen, kregen er 3 een plek." in own
        assert "Noor de Wit" in own
        assert (await browser.get("/dashboard/school?school=99ZZ00")).status_code == 404
        assert "Alle regio" in _heading(await browser.get("/dashboard/school?school=&region="))
        both = await browser.get("/dashboard/school?school=99AA00&region=AM21")
        assert (_heading(both), "region=AM21" in both.text) == (_heading(await browser.get("/dashboard/school")), False)
        assert '<option value="AM21" selected>' not in both.text
        assert (await browser.get("/dashboard/school?school=99AA00&region=AM99")).status_code == 400
        kept = await browser.get("/dashboard/tables/funnel?school=99AA00&format=csv")
        assert "ready,op zoek gegaan,3" in kept.text
        assert "kregen er 3" not in (await browser.get("/dashboard?region=AM11")).text
    async with _browser(analytics) as stranger:
        refused = await stranger.get("/dashboard/school?school=99AA00")
        assert refused.status_code == 401
        assert "Log in" in refused.text


async def test_a_regional_coordinator_sees_the_own_region_and_its_schools_in_full(analytics: RunningService) -> None:
    await tell(analytics, a_school("elsewhere", brin="99ZZ00", region="AM21"))
    async with _browser(analytics) as browser:
        done = await _log_in(browser, REGIONAL)
        assert done.headers["location"] == f"{analytics.url}/dashboard?region=AM11"
        assert "kregen er 3 een plek" in (await browser.get("/dashboard?region=AM11")).text
        assert "kregen er 3 een plek" not in (await browser.get("/dashboard")).text
        assert "kregen er 3 een plek" in (await browser.get("/dashboard/school?school=99AA00")).text
        assert (await browser.get("/dashboard/school?school=99ZZ00")).status_code == 404


async def test_what_one_person_has_is_not_what_another_one_is_shown(analytics: RunningService) -> None:
    path = "/dashboard/school?school=99AA00"  # both may see it in full
    async with _browser(analytics) as one, _browser(analytics) as other:
        await _log_in(one)
        await _log_in(other, REGIONAL)
        kept = {"If-None-Match": (await one.get(path)).headers["etag"]}
        assert (await one.get(path, headers=kept)).status_code == 304
        assert (await other.get(path, headers=kept)).status_code == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_cookie_of_an_https_address_goes_over_nothing_else(scheme: str) -> None:
    app = FastAPI()
    login: dict[str, Any] = {
        "oidc_client_id": "x",
        "session_secret": SECRET,
        "public_url": f"{scheme}://stagebrug.example",
    }
    install(app, Settings(database_url="postgresql://h/d", amqp_url="amqp://h/", **login))

    @app.get("/")
    async def begin(request: Request) -> None:
        request.session["begun"] = True

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://analytics") as client:
        cookie = (await client.get("/")).headers["set-cookie"]
    assert ("; secure" in cookie.lower()) == (scheme == "https")


async def test_the_cookie_is_for_no_script_and_holds_no_token(analytics: RunningService) -> None:
    async with _browser(analytics) as browser:
        where, asked = await _to_the_issuer(browser)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["nonce"]
        done = await browser.get((await browser.post(where, data={"person": OWN.key})).headers["location"])
        cookie = next(one for one in done.headers.get_list("set-cookie") if one.startswith(COOKIE))
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/dashboard;" in cookie
        held = _session(browser.cookies[COOKIE])
        assert set(held) == {"who"}
        assert "eyJ" not in json.dumps(held)
        assert OWN.claims["email"] not in json.dumps(held)


async def test_a_session_ends_with_its_hour_and_by_logging_out(analytics: RunningService) -> None:
    async with _browser(analytics) as browser:
        await _log_in(browser)
        cookie = browser.cookies[COOKIE]
        assert (await browser.get("/dashboard")).headers["cache-control"] == "no-store"
        out = await browser.post("/dashboard/logout")
        assert out.headers["clear-site-data"] == '"cache"'
        assert (await browser.get("/dashboard")).headers["cache-control"] == "private, no-cache"
        assert out.headers["location"].startswith(f"{analytics.bench.issuer}/logout?")
        assert "Noor de Wit" not in (await browser.get("/dashboard")).text
    late = _session(cookie)
    late["who"]["ends"] = 1.0  # type: ignore[index]  # the session of a person
    for forged in (_signed(late), _signed({"who": {"name": "Noor de Wit"}}), cookie[:-2] + "xx", "null"):
        answer = await analytics.client.get("/dashboard/school", headers={"Cookie": f"{COOKIE}={forged}"})
        assert answer.status_code == 200
        assert "Noor de Wit" not in answer.text


async def test_a_code_without_the_question_of_this_browser_logs_nobody_in(analytics: RunningService) -> None:
    async with _browser(analytics) as browser, _browser(analytics) as victim:
        where, _ = await _to_the_issuer(browser)
        back = (await browser.post(where, data={"person": OWN.key})).headers["location"]
        refused = await victim.get(back)
        assert refused.status_code == 400
        assert "Inloggen is niet gelukt" in refused.text
        assert COOKIE not in victim.cookies
        twice = [await browser.get(back), await browser.get(back)]
        assert [one.status_code for one in twice] == [303, 400]


async def test_nobody_is_sent_elsewhere(analytics: RunningService) -> None:
    async with _browser(analytics) as browser:
        _, asked = await _to_the_issuer(browser)
        assert asked["redirect_uri"] == [f"{analytics.url}/dashboard/callback"]


async def test_a_provider_that_is_away_is_told_on_a_page(service: StartService) -> None:
    nowhere = {"token_url": "http://127.0.0.1:9/token", "oidc_client_id": people.CLIENT, "session_secret": SECRET}
    found = await service("analytics", **nowhere)
    async with _browser(found) as browser:
        _, asked = await _to_the_issuer(browser)
        answer = await browser.get("/dashboard/callback", params={"code": "any", "state": asked["state"][0]})
    assert (answer.status_code, "werkt nu even niet" in answer.text) == (503, True)


async def test_without_a_provider_there_is_no_login(service: StartService) -> None:
    plain = await service("analytics")
    page = await plain.client.get("/dashboard")
    assert "Inloggen" not in page.text
    login = {"oidc_client_id": people.CLIENT, "session_secret": SECRET}
    with_login = await service("analytics", **login)
    again = await with_login.client.get("/dashboard", headers={"If-None-Match": page.headers["etag"]})
    assert "Inloggen" in again.text
    assert (await plain.client.get("/dashboard/login")).status_code == 404


def test_who_somebody_is_reads_the_same_in_every_process() -> None:
    orders: tuple[list[Any], ...] = ([0, 8], [8, 0])
    one, other = (Principal.model_construct(subject="x", schools=frozenset(order)) for order in orders)
    assert list(one.schools) != list(other.schools)  # as sets of strings are from one process to the next
    keys = {Somebody.model_construct(principal=who, name="", ends=0.0).key for who in (one, other)}
    assert len(keys) == 1


def test_pages_are_others_when_the_code_is(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "words.py").write_text("A = 1", encoding="utf-8")
    before = looks_of(tmp_path)
    (tmp_path / "domain" / "words.py").write_text("A = 2", encoding="utf-8")
    assert looks_of(tmp_path) != before


def test_a_start_warns_of_nothing() -> None:
    begun = [sys.executable, "-c", "import services.analytics.app"]
    assert subprocess.run(begun, check=True, capture_output=True, text=True).stderr == ""


def test_a_login_asks_for_a_secret() -> None:
    with pytest.raises(SettingsWrong, match="STAGEBRUG_SESSION_SECRET"):
        Settings(database_url="postgresql://h/d", amqp_url="amqp://h/", oidc_client_id="x")
