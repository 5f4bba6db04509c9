"""The target group seen: what everybody may read describes a crowd, holds a consent that stands, and is gone without it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.days import today
from services.intake.domain.counters import needs, school_year_of, shown
from services.intake.domain.ground import PUBLICATION, RecordGround, checked
from services.intake.domain.profile_card import Ability, AgeBand, ProfileCard, Searching, band_of, cards
from shared.errors import Invalid
from tests.intake.test_retention import forget
from tests.intake.world import FIRST, World, good

CONSENT = PUBLICATION | {
    "legalGround": "consent",
    "givenBy": "student",
    "givenDate": (today() - timedelta(days=1)).isoformat(),
    "endDate": (today() + timedelta(days=300)).isoformat(),
}
CROWD = 5

abilities = st.frozensets(st.sampled_from([Ability("limits", code) for code in "abcdef"]), max_size=6)
students = st.builds(
    Searching,
    age_band=st.sampled_from(AgeBand),
    sector=st.sampled_from(["horeca", "zorg"]),
    abilities=abilities,
    may_be_shown=st.booleans(),
)
regions = st.lists(students, max_size=40)


@settings(deadline=None)
@given(region=regions, crowd=st.integers(5, 9))
def test_no_card_describes_fewer_than_a_crowd_and_each_is_of_somebody_who_agreed(
    region: list[Searching], crowd: int
) -> None:
    for card in cards(region, crowd):
        fitting = [student for student in region if card.fits(student)]
        assert len(fitting) >= crowd
        assert any(student.may_be_shown for student in fitting)


@settings(deadline=None)
@given(region=regions, rare=students)
def test_what_only_one_can_stands_on_no_card(region: list[Searching], rare: Searching) -> None:
    alone = Ability("limits", "nobody-else")
    one = Searching(rare.age_band, rare.sector, rare.abilities | {alone}, may_be_shown=True)
    assert all(alone not in card.abilities for card in cards([*region, one], CROWD))


@settings(deadline=None)
@given(region=regions)
def test_of_who_did_not_agree_there_is_no_card(region: list[Searching]) -> None:
    silent = [Searching(one.age_band, one.sector, one.abilities) for one in region]
    assert cards(silent, CROWD) == []


def test_a_card_says_what_a_crowd_has_in_common_and_two_alike_are_one() -> None:
    common, half, own = (Ability("limits", code) for code in ("common", "half", "own"))

    def somebody(*can: Ability, shown: bool = False) -> Searching:
        return Searching(AgeBand.FROM_16, "horeca", frozenset(can), shown)

    region = [*[somebody(common, half)] * 4, *[somebody(common)] * 3, *[somebody(common, half, own, shown=True)] * 2]
    assert cards(region, CROWD) == [ProfileCard(AgeBand.FROM_16, "horeca", (common, half))]
    assert cards(region, 7) == [ProfileCard(AgeBand.FROM_16, "horeca", (common,))]
    assert cards(region, 10) == []


@pytest.mark.parametrize(("age", "band"), [(15, "below-16"), (16, "16-17"), (17, "16-17"), (18, "18-and-older")])
def test_ages_are_as_coarse_as_the_rules_for_work(age: int, band: str) -> None:
    assert band_of(age) == band


@pytest.mark.parametrize(("day", "begun"), [(date(2026, 7, 31), 2025), (date(2026, 8, 1), 2026)])
def test_a_school_year_begins_on_the_first_of_august(day: date, begun: int) -> None:
    assert school_year_of(day) == date(begun, 8, 1)


def test_small_numbers_of_persons_are_hidden_and_small_needs_left_out() -> None:
    assert (shown(4), shown(5)) == (None, 5)
    wishes = [Searching(AgeBand.FROM_16, "zorg")] * 5 + [Searching(AgeBand.FROM_18, "horeca")] * 4
    assert needs(wishes) == [("zorg", 5)]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"legalGround": "legal-task", "givenBy": None, "legalBasis": "Wet"}, "/legalGround"),
        ({"recipientKind": "employer"}, "/recipientKind"),
        ({"purpose": "follow-up"}, "/recipientKind"),
    ],
)
def test_who_is_published_agreed_to_it(facts: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(RecordGround.model_validate(CONSENT | facts), date(2005, 1, 1))
    assert refused.value.problems[0].pointer == pointer


def anybody(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=world.intake.url, timeout=20)


async def a_region(world: World, number: int, **facts: Any) -> list[Any]:
    return [await world.searching(**{"possibilities": ["teamwork"], "birthDate": "2000-01-01", **facts})
            for _ in range(number)]  # fmt: skip


async def agree(world: World, student: Any) -> str:
    made = await good(world.first.post(f"/v1/students/{student['id']}/grounds", json=CONSENT))
    return str(made["id"])


async def test_a_card_needs_no_login_has_a_crowd_and_is_gone_when_consent_is_withdrawn(world: World) -> None:
    path = "/v1/public/profile-cards?region=AM11"
    one, *others = await a_region(world, 5, familyName="Zeldzaam")
    async with anybody(world) as visitor:
        assert (await good(visitor.get(path)))["items"] == []
        ground = await agree(world, one)
        seen = await visitor.get(path)
        ability = {"codeList": "limits", "code": "teamwork", "words": "samenwerken"}
        assert seen.json()["items"] == [
            {"ageBand": "18-and-older", "sector": "detailhandel", "sectorWords": "detailhandel", "abilities": [ability]}
        ]
        for said in (one["id"], "Zeldzaam", "2000", "Lelystad", str(world.schools[FIRST])):
            assert said not in seen.text
        again = await visitor.get(path, headers={"If-None-Match": seen.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        await good(world.first.post(f"/v1/students/{others[0]['id']}/_withdraw"))
        assert (await good(visitor.get(path)))["items"] == []
        await a_region(world, 1)
        assert len((await good(visitor.get(path)))["items"]) == 1
        await good(world.first.post(f"/v1/grounds/{ground}/_withdraw"))
        gone = await visitor.get(path, headers={"If-None-Match": seen.headers["ETag"]})
        assert (gone.status_code, gone.json()["items"]) == (200, [])
        assert (await visitor.get("/v1/public/profile-cards?region=AM04")).status_code == 404
        assert (await visitor.get("/v1/public/profile-cards")).status_code == 400


async def test_counters_show_no_small_number_of_persons(world: World) -> None:
    offer = await world.offer(seats=5, beginDate="2026-09-01", endDate=None)
    await world.employer(private=True, name="Pareltje")
    students = await a_region(world, 6)
    async with anybody(world) as visitor:
        path = "/v1/public/counters?region=AM11"
        counters = await good(visitor.get(path))
        assert (counters["searching"], counters["openOffers"], counters["placements"]) == (6, 1, None)
        for student in students[:5]:
            stay = {"beginDate": today().isoformat(), "endDate": None, "weekdays": ["mon"]}
            assert (await world.first.post("/v1/placements", json=stay | {"studentId": student["id"], "offerId": offer["id"]})
                    ).status_code == 201  # fmt: skip
        counters = await good(visitor.get(path))
        assert (counters["searching"], counters["placements"]) == (None, 5)


TALE = {"title": "Van stage naar vast contract", "text": "Zij bleef."}


async def stories_of(world: World) -> Sequence[str]:
    async with anybody(world) as visitor:
        found = await good(visitor.get("/v1/public/stories?region=AM11"))
    return [one["title"] for one in found["items"]]


async def approve(world: World, story: Any) -> httpx.Response:
    path = f"/v1/stories/{story['id']}"
    tag = (await world.first.get(path)).headers["ETag"]
    return await world.first.post(f"{path}/_approve", headers={"If-Match": tag})


async def test_a_story_is_read_once_the_school_and_who_is_in_it_agree_and_as_long_as_they_do(world: World) -> None:
    student, employer = await world.student(birthDate="2000-01-01"), await world.employer()
    body = TALE | {"studentId": student["id"], "employerId": employer["id"]}
    story = await good(world.first.post("/v1/stories", json=body))
    refused = await approve(world, story)
    assert (refused.status_code, "de leerling" in refused.json()["detail"]) == (409, True)
    ground = await agree(world, student)
    refused = await approve(world, story)
    assert "het bedrijf" in refused.json()["detail"]
    agreed = {"employerAgreed": {"givenDate": today().isoformat(), "role": "bedrijfsleider"}}
    await good(world.first.patch(f"/v1/stories/{story['id']}", json=agreed))
    assert await stories_of(world) == []
    assert (await approve(world, story)).status_code == 200
    assert await stories_of(world) == [TALE["title"]]
    await good(world.first.patch(f"/v1/stories/{story['id']}", json={"title": "Anders"}))
    assert await stories_of(world) == []
    await approve(world, story)
    assert await stories_of(world) == ["Anders"]
    await good(world.first.post(f"/v1/grounds/{ground}/_withdraw"))
    assert await stories_of(world) == []


async def test_a_story_goes_with_its_student(world: World) -> None:
    student = await world.student(birthDate="2000-01-01")
    await agree(world, student)
    story = await good(world.first.post("/v1/stories", json=TALE | {"studentId": student["id"]}))
    await approve(world, story)
    assert await stories_of(world) == [TALE["title"]]
    await good(world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"}))
    assert await stories_of(world) == []
    assert await world.intake.sql.fetchval("select count(*) from stories") == 0


async def test_a_story_is_its_own_schools_until_everybodys(world: World) -> None:
    story = await good(world.first.post("/v1/stories", json=TALE))
    path = f"/v1/stories/{story['id']}"
    assert (await world.second.get(path)).status_code == 404
    assert (await world.second.post(f"{path}/_approve", headers={"If-Match": "*"})).status_code == 404
    assert (await world.first.post(f"{path}/_approve")).status_code == 428
    assert (await world.first.post(f"{path}/_approve", headers={"If-Match": '"old"'})).status_code == 412
    foreign = {"studentId": (await world.student(world.second))["id"]}
    assert (await world.first.post("/v1/stories", json=TALE | foreign)).status_code == 404
    await approve(world, story)
    assert [one["state"] for one in (await good(world.first.get("/v1/stories")))["items"]] == ["approved"]
    await good(world.first.post(f"{path}/_withdraw"))
    assert await stories_of(world) == []
    assert (await approve(world, story)).status_code == 409
    assert (await world.first.patch(path, json={"title": "Weer"})).status_code == 409


async def a_reader(world: World, email: str = "Ans@tuincentrum.example") -> tuple[Any, Any]:
    employer = await world.employer(name=email)
    reader = await good(world.first.post(f"/v1/employers/{employer['id']}/newsletter-readers", json={"email": email}))
    return employer, reader


async def addressees(world: World) -> list[Any]:
    machine = world.as_(sub="newsletter", scope="intake:newsletter:read")
    found = await good(machine.get("/v1/newsletter-addressees?region=AM11"))
    return list(found["items"])


def path_of(url: str) -> str:
    return url[url.index("/v1/") :]


async def test_a_reader_confirms_and_leaves_by_one_click_each(world: World) -> None:
    employer, reader = await a_reader(world)
    assert (reader["email"], reader["state"]) == ("ans@tuincentrum.example", "asked")
    again = {"email": "ANS@tuincentrum.example"}
    same = await good(world.second.post(f"/v1/employers/{employer['id']}/newsletter-readers", json=again))
    assert same["id"] == reader["id"]
    assert (await world.first.get("/v1/newsletter-addressees")).status_code == 403
    (asked,) = await addressees(world)
    async with anybody(world) as visitor:
        assert (await visitor.post(path_of(asked["confirmUrl"]))).status_code == 204
        (confirmed,) = await addressees(world)
        assert (confirmed["state"], confirmed["confirmUrl"]) == ("confirmed", None)
        swapped = path_of(asked["leaveUrl"]).replace("_leave", "_confirm")
        assert (await visitor.post(swapped)).status_code == 404
        click = {"List-Unsubscribe": "One-Click"}
        assert (await visitor.post(path_of(asked["leaveUrl"]), data=click)).status_code == 204
        assert (await visitor.post(path_of(asked["leaveUrl"]), data=click)).status_code == 204
        assert (await visitor.post(path_of(asked["confirmUrl"]))).status_code == 404
    assert await world.intake.sql.fetchval("select count(*) from newsletter_readers") == 0


async def test_who_does_not_confirm_in_a_month_is_forgotten(world: World) -> None:
    await a_reader(world)
    await a_reader(world, "bas@bakkerij.example")
    async with anybody(world) as visitor:
        await visitor.post(path_of((await addressees(world))[1]["confirmUrl"]))
    await forget(world, today() + timedelta(days=30))
    assert len(await addressees(world)) == 2
    await forget(world, today() + timedelta(days=32))
    assert [one["email"] for one in await addressees(world)] == ["bas@bakkerij.example"]


async def test_a_contact_person_who_is_erased_gets_no_newsletter(world: World) -> None:
    employer, _ = await a_reader(world)
    path = f"/v1/employers/{employer['id']}/contact-persons/_erase"
    person = {"name": "Ans de Wit", "email": "ans@tuincentrum.example", "reason": "asked"}
    answer = await world.first.post(path, json=person)
    assert answer.is_success, answer.text
    assert await addressees(world) == []
    found = await world.intake.sql.fetchval("select count(*) from newsletter_readers where email is not null")
    assert found == 0


async def test_a_private_employers_readers_are_its_own_schools(world: World) -> None:
    employer = await world.employer(private=True)
    path = f"/v1/employers/{employer['id']}/newsletter-readers"
    reader = await good(world.first.post(path, json={"email": "ans@tuincentrum.example"}))
    assert (await world.second.get(path)).status_code == 404
    assert (await good(world.first.get(path)))["items"][0]["id"] == reader["id"]
    assert (await good(world.first.get(f"{path}/{reader['id']}")))["state"] == "asked"


async def test_an_issue_holds_stories_and_needs_and_no_markup_of_others(world: World) -> None:
    story = await good(world.first.post("/v1/stories", json=TALE | {"title": "<script>alert(1)</script>"}))
    await approve(world, story)
    await a_region(world, 5)
    issue = await good(world.first.get("/v1/newsletter-issues?region=AM11"))
    assert issue["needs"] == [{"sector": "detailhandel", "words": "detailhandel", "searching": 5}]
    assert [one["title"] for one in issue["stories"]] == ["<script>alert(1)</script>"]
    page = await world.first.get("/v1/newsletter-issues/page?region=AM11")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<script>" not in page.text
    assert "detailhandel: 5 leerlingen" in page.text
