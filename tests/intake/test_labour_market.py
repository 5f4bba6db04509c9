"""Published figures by region and sector, with source and date, beside a student's wishes."""

from datetime import date
from typing import Any

from services.intake.domain.labour_market import Figure, publications_of
from shared.events.intake import LabourMarketPublished
from tests.intake.world import World, good

HEAD = "region,sector,period,kind,figure\n"


def a_table(*rows: str, **facts: Any) -> dict[str, Any]:
    return {"source": "uwv", "publishedDate": "2026-11-02", "csv": HEAD + "\n".join(rows)} | facts


async def imported(world: World, *rows: str, **facts: Any) -> Any:
    return await good(world.operator.post("/v1/labour-market/_import", json=a_table(*rows, **facts)))


async def figures(world: World, query: str) -> list[tuple[str, str, float]]:
    items = (await good(world.first.get(f"/v1/labour-market?{query}")))["items"]
    return [(one["sector"], one["period"], one["figure"]) for one in items]


async def test_the_latest_period_is_shown_with_source_and_date(world: World) -> None:
    rows = ("AM11,horeca,2026-q2,vacancies,900", "AM11,horeca,2026-q3,vacancies,1240", "AM12,horeca,2026-q3,tension,2")
    await imported(world, *rows)
    await imported(world, *rows)
    assert await figures(world, "region=AM11") == [("horeca", "2026-q3", 1240)]
    shown = (await good(world.first.get("/v1/labour-market?region=AM12&sector=horeca")))["items"][0]
    assert (shown["source"], shown["publishedDate"]) == ("uwv", "2026-11-02")


async def test_each_region_is_told_what_was_published_of_it(world: World) -> None:
    await imported(
        world, "AM11,horeca,2026-q3,tension,1.8", "AM12,sport,2026,tension,0.4", "AM11,sport,2026-q3,tension,1"
    )
    told = {one.region: one for one in [await world.intake.next_event(LabourMarketPublished) for _ in range(2)]}
    assert [(one.sector, one.kind, one.period, one.figure) for one in told["AM11"].figures] == [
        ("horeca", "tension", "2026-q3", 1.8),
        ("sport", "tension", "2026-q3", 1),
    ]
    assert (told["AM12"].source, told["AM12"].published_date) == ("uwv", date(2026, 11, 2))


def test_a_long_table_is_told_in_pieces() -> None:
    figure = Figure.model_validate(
        dict(zip(("region", "sector", "period", "kind"), ("AM11", "horeca", "2026", "tension"), strict=True))
        | {"figure": 1, "source": "uwv", "published_date": date(2026, 11, 2)}
    )
    assert [len(one.figures) for one in publications_of([figure] * 1001)] == [500, 500, 1]


async def test_an_older_publication_does_not_replace_a_newer_one(world: World) -> None:
    await imported(world, "AM11,horeca,2026-q3,vacancies,1240")
    await imported(world, "AM11,horeca,2026-q3,vacancies,7", publishedDate="2025-01-01")
    assert await figures(world, "region=AM11") == [("horeca", "2026-q3", 1240)]


async def test_tables_are_taken_as_uwv_and_cbs_write_them(world: World) -> None:
    head, rows = (
        HEAD.replace(",", ";"),
        "flevoland;horeca;2026KW03;tension;1.234,5\nAM11;horeca;2026MM09;vacancies;1.240\n",
    )
    await good(world.operator.post("/v1/labour-market/_import", json=a_table(csv="\ufeff" + head + rows)))
    shown = (await good(world.first.get("/v1/labour-market?region=AM11")))["items"]
    assert [(one["kind"], one["period"], one["figure"]) for one in shown] == [
        ("tension", "2026-q3", 1234.5),
        ("vacancies", "2026-09", 1240),
    ]


async def test_every_line_that_cannot_be_is_named_and_nothing_is_kept(world: World) -> None:
    wrong = a_table("AM11,horeca,2026,vacancies,1", "AM11,zrog,2026,vacancies,1", "AM11,horeca,2026,vacancies,veel")
    refused = await world.operator.post("/v1/labour-market/_import", json=wrong)
    assert refused.status_code == 400
    assert [one["detail"][:7] for one in refused.json()["errors"]] == ["line 3:", "line 4:"]
    assert await figures(world, "region=AM11") == []
    assert (await world.first.post("/v1/labour-market/_import", json=a_table())).status_code == 403
    without_head = await world.operator.post("/v1/labour-market/_import", json=a_table(csv="a,b\n1,2\n"))
    assert without_head.status_code == 400


async def test_figures_stand_beside_the_wishes_of_the_own_student(world: World) -> None:
    await imported(world, "AM11,horeca,2026,vacancies,5", "AM11,detailhandel,2026,vacancies,8")
    student = await world.student()
    path = f"/v1/students/{student['id']}/labour-market"
    assert [one["sector"] for one in (await good(world.first.get(path)))["items"]] == ["detailhandel"]
    assert (await world.second.get(path)).status_code == 404
