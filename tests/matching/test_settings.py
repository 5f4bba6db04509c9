"""What a region decides of rules and points: within bounds, and every version of it is kept."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.matching.domain import fits, rules
from services.matching.domain.pairs import Pair
from services.matching.domain.score import reasons
from services.matching.domain.sectors import NEAR, NeighbouringWork
from services.matching.domain.terms import CIRCLES, Terms
from services.matching.domain.weights import FIRST_WISH, FURTHER_WISH, SECOND_WISH, STEP, Weights
from services.matching.domain.widening import RegionSettings, due_at, is_used_up, widened
from shared.events.codes import Step
from shared.events.intake import ContactLogged
from shared.ids import new_id
from tests.matching.examples import (
    MORNING,
    OTHER_SCHOOL,
    SCHOOL,
    a_pair,
    a_search,
    an_employer,
    an_offer,
    known_to,
    wish,
)
from tests.matching.world import World


def under(pair: Pair, **terms: Any) -> Pair:
    """The same pair where the region decided otherwise."""
    return Pair(a_search(pair.profile, step=pair.search.step, more={"terms": Terms(**terms)}), pair.opening, pair.today)


def test_points_follow_the_weights_of_the_students_region() -> None:
    pair = under(a_pair(), weights=Weights(same_municipality=111))
    assert ("neighbourhood", 111) in [(one.factor, one.points) for one in reasons(pair)]


def test_no_weights_that_can_be_set_outweigh_a_wish() -> None:
    assert Weights().spread < STEP
    assert min(FIRST_WISH - SECOND_WISH, SECOND_WISH - FURTHER_WISH, FURTHER_WISH) >= STEP
    with pytest.raises(ValidationError, match="a wish must weigh more"):
        Weights(travel=400, tasks=400, job_prospect=400, no_job_prospect=-400, experience=400)


@pytest.mark.parametrize("weights", [{"travel": -1}, {"contact": 1}, {"tasks": 401}, {"no_task": -401}])
def test_what_speaks_for_a_place_cannot_be_made_to_speak_against_it(weights: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Weights(**weights)


def test_a_region_adds_and_removes_neighbouring_kinds_of_work() -> None:
    own = NeighbouringWork.model_validate(
        {
            "added": [{"wish": "groen", "sector": "logistiek"}, {"wish": "bouw", "sector": "techniek-en-productie"}],
            "removed": [{"wish": "zorg-en-welzijn", "sector": "horeca"}],
        }
    ).near()
    green = a_pair(a_search(wishes=wish("groen")), an_offer(sector="logistiek"))
    care = a_pair(a_search(wishes=wish("zorg-en-welzijn")), an_offer(sector="horeca"))
    assert (rules.is_possible(green), rules.is_possible(care)) == (False, True)
    assert rules.is_possible(under(green, near=own))
    assert [one.rule for one in rules.obstacles(under(care, near=own))] == ["sector"]
    assert own["bouw"] == {"techniek-en-productie"}
    assert own["detailhandel"] == NEAR["detailhandel"]


def test_a_circle_that_the_region_leaves_out_is_no_possibility_and_says_so() -> None:
    pair = under(
        a_pair(a_search(wishes=wish("zorg-en-welzijn"))),
        circles=tuple(step for step in CIRCLES if step is not Step.NEIGHBOURING_WORK),
    )
    (obstacle,) = rules.obstacles(pair)
    assert obstacle.text == (
        "Kan wel als de regio ook zoekt in werk dat dicht bij de wens ligt: dat is een instelling van de regio."
    )
    assert fits.waits_for_circle([pair]) is None


def test_circles_that_are_left_out_get_no_patience() -> None:
    settings = RegionSettings(circles=(Step.OWN_NETWORK, Step.GROUP))
    patience, search = settings.patience_seconds, a_search(step=Step.OWN_NETWORK)
    moment = MORNING + timedelta(seconds=patience.own_network)
    wider = widened(search, settings, moment)
    assert (wider.step, wider.step_since) == (Step.GROUP, moment)
    help_at = moment + timedelta(seconds=patience.group + settings.help_delay_seconds)
    assert due_at(wider, settings) == help_at
    assert widened(wider, settings, help_at).step is Step.GROUP
    assert is_used_up(wider, settings, help_at)


def test_a_search_that_was_wider_before_the_region_decided_is_at_its_end() -> None:
    settings = RegionSettings(circles=(Step.OWN_NETWORK,))
    assert widened(a_search(), settings, MORNING + timedelta(days=99)).step is Step.NEXT_REGION
    assert is_used_up(a_search(), settings, MORNING + timedelta(days=99))


VERSIONS = "/v1/regions/AM11/settings/versions"


async def test_each_decision_is_a_version_and_a_proposal_says_by_which_it_was_scored(world: World) -> None:
    await world.settings({"weights": {"ownNetwork": 200}})
    employer = await world.employer(**known_to(SCHOOL))
    await world.offer(employer_id=employer.employer_id)
    await world.student()
    proposed = await world.proposed()
    await world.settings({"weights": {"ownNetwork": 90}})
    await world.settings({"weights": {"ownNetwork": 90}})  # the same decision is no other version
    proposal = (await world.own.get(f"/v1/proposals/{proposed.proposal_id}")).json()
    number = proposal["weightsVersion"].removeprefix("AM11-")
    then = (await world.own.get(f"{VERSIONS}/{number}")).json()
    assert (then["number"], then["weights"]["ownNetwork"], then["weightsVersion"]) == (2, 200, "AM11-2")
    assert ("own-network", 200) in [(one["factor"], one["points"]) for one in proposal["reasons"]]
    now = (await world.own.get("/v1/regions/AM11/settings")).json()
    assert (now["number"], now["weights"]["ownNetwork"]) == (3, 90)
    first = (await world.own.get(f"{VERSIONS}?limit=2")).json()
    rest = (await world.own.get(f"{VERSIONS}?limit=2&cursor={first['next']}")).json()
    assert [one["number"] for one in [*first["items"], *rest["items"]]] == [3, 2, 1]
    assert first["items"][0]["since"] > first["items"][1]["since"]


async def test_without_any_decision_the_defaults_hold_under_number_0(world: World) -> None:
    await world.matching.sql.execute("delete from region_settings")
    now = (await world.own.get("/v1/regions/AM11/settings")).json()
    defaults = (await world.own.get(f"{VERSIONS}/0")).json()
    assert (now["number"], defaults["number"], defaults["weights"]) == (0, 0, now["weights"])
    assert (await world.own.get(f"{VERSIONS}/99")).status_code == 404


async def test_what_was_read_can_be_changed_and_written_back(world: World) -> None:
    read = (await world.regional.get("/v1/regions/AM11/settings")).json()
    changed = {name: value for name, value in read.items() if name != "region"} | {"proposalDays": 3}
    written = await world.regional.put("/v1/regions/AM11/settings", json=changed)
    assert (written.status_code, written.json()["proposalDays"]) == (200, 3)


async def test_how_often_an_employer_may_be_approached_holds_for_the_call_list(world: World) -> None:
    student, employer = await world.student(), await world.employer()
    calls = f"/v1/students/{student}/prospects"
    today = await world.matching.sql.fetchval("select (now() at time zone 'Europe/Amsterdam')::date")
    await world.tell(
        ContactLogged(
            employer_id=employer.employer_id,
            contact_id=new_id(),
            school_id=OTHER_SCHOOL,
            student_id=None,
            channel="telephone",
            initiator="school",
            outcome="no-answer",
            contact_date=today,
        )
    )
    assert len((await world.own.get(calls)).json()["items"]) == 1
    await world.settings({"maxContactsPerMonth": 1})
    assert (await world.own.get(calls)).json()["items"] == []


async def test_a_kind_of_work_that_the_region_adds_is_proposed(world: World) -> None:
    await world.settings({"neighbouringWork": {"added": [{"wish": "groen", "sector": "logistiek"}]}})
    offer = await world.offer(sector="logistiek")
    await world.student(wishes=wish("groen"))
    assert (await world.proposed()).offer_id == offer.offer_id


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"circles": ["other-schools"]}, "/circles"),
        ({"circles": ["own-network", "group", "other-schools"]}, "/circles"),
        ({"circles": ["own-network", "own-network"]}, "/circles"),
        ({"weights": {"travel": 401}}, "/weights/travel"),
        ({"weights": {"firstWish": 1}}, "/weights/firstWish"),
        ({"weights": {"travel": 400, "tasks": 400, "jobProspect": 400, "noJobProspect": -400}}, "/weights"),
        ({"neighbouringWork": {"added": [{"wish": "groen"}]}}, "/neighbouringWork/added/0/sector"),
        ({"guidanceBudgets": [{"schoolId": str(SCHOOL), "groups": -1}]}, "/guidanceBudgets/0/groups"),
        ({"guidanceBudgets": [{"schoolId": str(SCHOOL), "groups": n} for n in (1, 2)]}, "/guidanceBudgets"),
    ],
)
async def test_decisions_that_would_break_the_published_order_are_refused(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    answer = await world.regional.put("/v1/regions/AM11/settings", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_an_employer_of_the_own_network_is_near_whatever_the_region_leaves_out() -> None:
    pair = a_pair(a_search(), employer=an_employer(**known_to(SCHOOL)))
    assert rules.is_possible(under(pair, circles=(Step.OWN_NETWORK,)))
