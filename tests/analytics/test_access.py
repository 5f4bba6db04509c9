"""Who sees which figures, and what is said to a call that cannot be answered."""

from typing import Any

import httpx
import pytest

from tests.analytics.events import a_school, an_id, ended, ready, started
from tests.analytics.support import tell
from tests.support.service import RunningService

FEW, MANY = 3, 8


@pytest.fixture
async def region(analytics: RunningService) -> RunningService:
    """A small school (3 students placed) and a larger one (8) in Flevoland, and one in Friesland (9)."""
    await tell(analytics, a_school("small", brin="99AA00"))
    await tell(analytics, a_school("large", brin="99AB00"))
    await tell(analytics, a_school("north", brin="99BA00", region="AM02"))
    for school, area, count in (("small", "AM11", FEW), ("large", "AM11", MANY), ("north", "AM02", 9)):
        for n in range(count):
            facts: dict[str, Any] = {"school_id": an_id(school), "region": area}
            for event in (ready(f"{school} {n}", **facts), started(f"{school} {n}", **facts)):
                await tell(analytics, event)
    await tell(analytics, ended("small 0", school_id=an_id("small")))
    return analytics


async def placed(client: httpx.AsyncClient, **query: str) -> tuple[int, int | None]:
    answer = await client.get("/v1/figures/summary", params=query)
    return answer.status_code, answer.json().get("placed")


async def test_everybody_sees_their_own_and_the_published_figures_of_the_others(region: RunningService) -> None:
    visitor = region.client
    assert await placed(visitor) == (200, FEW + MANY + 9)
    assert await placed(visitor, region="AM11") == (200, FEW + MANY)
    published = (await visitor.get("/v1/tables/outcomes", params={"region": "AM11"})).json()
    assert (published["n"], {tuple(row["values"]) for row in published["rows"]}) == (None, {(None,)})
    assert (await placed(visitor, school="99AA00"))[0] == 401
    assert (await placed(visitor, fromDate="2024-01-01"))[0] == 403
    of_employers = await visitor.get("/v1/tables/cooperation-duration", params={"toDate": "2024-02-01"})
    assert of_employers.status_code == 200
    async with region.as_("coordinator", schools=["99AA00"]) as coordinator:
        assert await placed(coordinator, school="99AA00") == (200, FEW)
        assert (await placed(coordinator, school="99AB00"))[0] == 404
        own = (await coordinator.get("/v1/tables/outcomes", params={"school": "99AA00"})).json()
        assert own["n"] == 1
        others = await coordinator.get("/v1/tables/outcomes", params={"region": "AM11", "fromDate": "2024-01-01"})
        assert others.status_code == 403
    async with region.as_("regional-coordinator", regions=["AM11"]) as regional:
        assert await placed(regional, school="99AB00") == (200, MANY)
        assert (await placed(regional, school="99BA00"))[0] == 404
        assert (await regional.get("/v1/tables/outcomes", params={"region": "AM11"})).json()["n"] == 1
        assert (await regional.get("/v1/tables/outcomes", params={"region": "AM02"})).json()["n"] is None
        for name, query in (("outcomes", {"breakdown": "region"}), ("funnel-by-region", {})):
            own_rows = (await regional.get(f"/v1/tables/{name}", params={"region": "AM11", **query})).json()["rows"]
            assert [row["code"] for row in own_rows] == ["AM11"]  # all less these would be the others, unhidden
    async with region.as_("intermediary") as sbb:
        assert (await sbb.get("/v1/tables/outcomes", params={"region": "AM11"})).json()["n"] is None
        assert (await placed(sbb, school="99AA00"))[0] == 404
        assert (await placed(sbb, toDate="2024-12-31"))[0] == 403
    async with region.as_("operator") as operator:
        assert (await operator.get("/v1/tables/outcomes")).json()["n"] == 1
        assert (await placed(operator, school="99ZZ99"))[0] == 404


async def test_bad_input_is_told_in_full_and_an_unknown_table_is_not_there(analytics: RunningService) -> None:
    async with analytics.as_("operator") as operator:
        wrong = {"region": "AM99", "fromDate": "2024-02-01", "toDate": "2024-01-01"}
        answer = await operator.get("/v1/tables/outcomes", params=wrong)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert {error["pointer"] for error in answer.json()["errors"]} == {"region", "toDate"}
        assert (await operator.get("/v1/tables/nothing")).status_code == 404
        assert (await operator.get("/v1/tables/outcomes", params={"fromDate": "soon"})).status_code == 400
        first_day = await operator.get("/v1/tables/cooperation-duration", params={"toDate": "0001-01-01"})
        assert first_day.status_code == 200
    bad = await analytics.client.get("/v1/tables", headers={"Authorization": "Bearer nonsense"})
    assert bad.status_code == 200  # the list asks for nobody
    bad = await analytics.client.get("/v1/tables/outcomes", headers={"Authorization": "Bearer nonsense"})
    assert bad.status_code == 401


async def test_a_table_comes_as_csv_and_not_again_when_it_has_not_changed(analytics: RunningService) -> None:
    answer = await analytics.client.get("/v1/tables/employers-by-size", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == ["code,label,employers", "small,klein (tot 50),0", "medium,middelgroot (50 tot 250),0",
                                        "large,groot (250 en meer),0", "total,totaal,0"]  # fmt: skip
    again = {"Accept": "text/csv", "If-None-Match": answer.headers["etag"]}
    unchanged = await analytics.client.get("/v1/tables/employers-by-size", headers=again)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    as_json = await analytics.client.get(
        "/v1/tables/employers-by-size", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert as_json.status_code == 200
    assert as_json.headers["cache-control"] == "private, no-cache"


async def test_the_list_says_what_every_table_counts(analytics: RunningService) -> None:
    found = (await analytics.client.get("/v1/tables")).json()
    assert {"schools-by-region", "jobs-trend", "first-contact", "intermediaries"} <= {t["name"] for t in found["items"]}
    assert all(table["definition"] for table in found["items"])
    think = {table["name"] for table in found["items"] if table["source"] == "questionnaire"}
    assert think == {table["name"] for table in found["items"] if "-say-" in table["name"]}
    for table in found["items"]:
        assert (await analytics.client.get(f"/v1/tables/{table['name']}")).status_code == 200
