"""Whatever comes from outside: every parser says in its own words that it is nothing, or takes it; none breaks."""

import base64
import contextlib
import functools
import io
import ipaddress
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import KeySet, RSAKey
from pydantic import ValidationError

from services.intake.importing.files import rows_of
from services.intake.public import forms as intake_forms
from services.notifications.api.case_systems import _case_in
from services.notifications.clients import zgw
from services.notifications.domain import filters
from services.notifications.domain.bounces import NotAReport, read_report
from services.notifications.domain.schedule import LONGEST_WAIT, Answer, retry_after
from services.notifications.domain.sinks import Reach, problem_of
from services.notifications.public import forms as desk_forms
from shared.api import PageRequest
from shared.errors import Invalid, Unauthenticated
from shared.events.envelope import Envelope, Unreadable
from shared.security import TokenChecker
from shared.settings import ServiceSettings
from tests.intake.spreadsheets import BAKKER, HEAD, as_csv, as_xlsx

quickly = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
EVENT = (
    b'{"specversion": "1.0", "id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11", "source": "urn:x", "subject": "s", '
    b'"type": "nl.stagebrug.student-ready.v1", "time": "2026-09-01T08:00:00Z", "data": {"version": 1}}'
)
REPORT = (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    b"Message-ID: <0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11@stagebrug>\r\n--b--\r\n"
)


@st.composite
def damaged(draw: st.DrawFn, *whole: bytes) -> bytes:
    """Something real, cut off, with other bytes in it or a piece of it twice: nearer to the parser than noise is."""
    body = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        until = draw(st.integers(at, min(len(body), at + 40)))
        body[at:until] = draw(st.binary(max_size=12) | st.just(bytes(body[at:until]) * 2))
    return bytes(body[: draw(st.integers(0, len(body)))]) if draw(st.booleans()) else bytes(body)


def of(*whole: bytes) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()) | damaged(*whole)


def says(read: Callable[[Any], object], given_: Any, *refusals: type[Exception]) -> object:
    try:
        return read(given_)
    except refusals:
        return None


@quickly
@given(of(EVENT))
def test_envelopes(body: bytes) -> None:
    envelope = says(Envelope.parse, body, Unreadable)
    if isinstance(envelope, Envelope):
        assert Envelope.parse(envelope.to_json().encode()) == envelope


@quickly
@given(of(as_csv(HEAD, BAKKER), as_xlsx(HEAD, BAKKER)) | st.binary(max_size=200).map(lambda rest: b"PK\x03\x04" + rest))
def test_files(body: bytes) -> None:
    says(lambda given_: list(rows_of(io.BytesIO(given_))), body, Invalid)


@quickly
@given(of(REPORT))
def test_bounce_reports(body: bytes) -> None:
    says(read_report, body, NotAReport)


@quickly
@given(of(b'{"hoofdObject": "https://zaken.example/zaken/1", "kanaal": "zaken", "actie": "update"}'))
def test_notifications_and_answers_of_case_systems(body: bytes) -> None:
    says(_case_in, body, Invalid)
    for read in (zgw._list, zgw._object):
        says(read, Answer(200, body.decode("utf-8", "replace")), zgw.NotAnswered)


@quickly
@given(of(b"turn=1&what=pause&note=a%20b", b"answer=yes&employer=De+Linde&work=zorg"))
def test_forms_of_links(body: bytes) -> None:
    says(intake_forms.given, body, intake_forms.NotAForm)
    fields = says(desk_forms.given, body, desk_forms.NotAForm)
    if isinstance(fields, dict):
        desk_forms.read(fields)


@quickly
@given(st.text(max_size=60))
def test_cursors(cursor: str) -> None:
    for key in ("after_id", "after_number"):
        says(functools.partial(_keyed, key), cursor, Invalid)


def _keyed(key: str, cursor: str) -> object:
    return getattr(PageRequest(50, cursor), key)


@quickly
@given(st.text(max_size=40) | st.sampled_from(["Fri, 31 Dec 9999 23:59:59 GMT", "9" * 400, "Mon, 1 Jan 1 00:00 -0000"]))
def test_how_long_receivers_ask_us_to_wait(header: str) -> None:
    wait = retry_after(header, datetime(2026, 9, 1, tzinfo=UTC))
    assert wait is None or wait <= LONGEST_WAIT


HOSTS = st.sampled_from(
    [
        "127.0.0.1",
        "[::1]",
        "10.0.0.1",
        "[::ffff:10.0.0.1]",
        "2130706433",
        "localhost",
        "[fe80::1%25eth0]",
        "169.254.169.254",
    ]
)


@quickly
@given(
    st.text(max_size=60)
    | st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "ftp"]),
        HOSTS,
        st.sampled_from(["", ":80", "@x"]),
        st.text(max_size=9),
    )
)
def test_addresses_to_send_to(sink: str) -> None:
    if problem_of(sink, Reach()) is None:
        url = urlsplit(sink)
        assert (url.scheme, url.username, url.hostname == "localhost") == ("https", None, False)
        with contextlib.suppress(ValueError):  # a name is looked up, and what it leads to is checked then
            assert ipaddress.ip_address(url.hostname or "").is_global
        assert not any(letter in sink for letter in "\r\n\0 ")


@quickly
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["all", "any", "not", "exact", "prefix", "type"]), JSON, max_size=2), max_size=3
    )
)
def test_filters(written: list[dict[str, Any]]) -> None:
    found = says(filters.read, written, ValidationError)
    if isinstance(found, tuple) and filters.too_much(found) is None:
        filters.let_through(found, json.loads(EVENT))


KEY = RSAKey.generate_key(2048, auto_kid=True)
HEADERS = st.fixed_dictionaries({"alg": st.sampled_from(["none", "HS256", "RS256"]), "kid": st.just(KEY.kid) | JSON})


@pytest.fixture(scope="module")
def checker() -> TokenChecker:
    made = TokenChecker(ServiceSettings.model_validate({"database_url": "postgresql://h/d", "amqp_url": "amqp://h/"}))
    made._keys._keys = KeySet([KEY])
    made._keys._ends = made._keys._again_at = float("inf")
    return made


@quickly
@given(token=st.text(max_size=60) | st.builds(lambda *parts: ".".join(map(_segment, parts)), HEADERS, JSON, JSON))
async def test_tokens(checker: TokenChecker, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await checker.principal(token)


def _segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
