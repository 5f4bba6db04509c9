"""The demo's schools and employers, as events, give the report's tables back: exactly (issue: facts of the register)."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.organisations import REFERENCE_DATE
from deploy.demo.population import generate
from tests.analytics.events import of_population
from tests.conftest import StartService

REPORT = json.loads((Path(__file__).parent / "data/report_register.json").read_text(encoding="utf-8"))


@pytest.fixture
async def figures(service: StartService) -> httpx.AsyncClient:
    """Analytics after the demo's region registered itself, seen by an operator."""
    analytics = await service("analytics")
    told = [await analytics.announce(event) for event in of_population(generate())]
    assert set(await analytics.handled(*told, within=30)) == {"done"}
    return analytics.as_("operator")


async def table(figures: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await figures.get(f"/v1/tables/{name}", params={"toDate": REFERENCE_DATE.isoformat()})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_code(found: dict[str, Any]) -> dict[str, Any]:
    return {row["code"]: row["values"] if len(row["values"]) > 1 else row["values"][0] for row in found["rows"]}


def by_label(found: dict[str, Any]) -> dict[str, Any]:
    values = by_code(found).values()
    return dict(zip((row["label"].removeprefix("Regio ") for row in found["rows"]), values, strict=True))


def as_printed(name: str) -> dict[str, Any]:
    renamed = {"totaal": "total"}
    return {
        renamed.get(key, key): value for key, value in REPORT[name].items() if key not in {"columns", "note", "range"}
    }


async def test_the_register_gives_the_tables_of_the_report_exactly(figures: httpx.AsyncClient) -> None:
    async with figures:
        schools = await table(figures, "schools-by-region")
        assert [c["key"] for c in schools["columns"]] == REPORT["schools_by_region"]["columns"]
        for name, printed in (
            ("schools-by-region", "schools_by_region"),
            ("employers-by-region", "employers_by_region"),
            ("employers-by-sector", "employers_by_sector"),
        ):
            found = by_label(await table(figures, name))
            assert {("total" if k == "totaal" else k): v for k, v in found.items()} == as_printed(printed), name
        for name, printed in (
            ("employers-by-size", "employers_by_size"),
            ("places-trend", "internship_trend"),
            ("jobs-trend", "jobs_trend"),
            ("employers-found-through", "employers_found_through"),
        ):
            assert by_code(await table(figures, name)) == {**as_printed(printed), "total": 37}, name
        for name, printed in (("places-per-year", "internship_places_per_year"), ("jobs-per-year", "jobs_per_year")):
            found = await table(figures, name)
            assert by_code(found) == REPORT[printed]["mean_by_size"], name
            assert found["range"] == REPORT[printed]["range"], name
        duration = by_code(await table(figures, "cooperation-duration"))
        assert {code.replace("-", "_"): n for code, n in duration.items()} == REPORT["cooperation_duration"]


async def test_school_sizes_are_those_of_the_report(figures: httpx.AsyncClient) -> None:
    async with figures:
        found = by_code(await table(figures, "school-size"))
    assert found["pro"] == [11, *(REPORT["school_size"]["pro"][key] for key in ("min", "max", "mean"))]
    assert found["vso"] == [19, 28, REPORT["school_size"]["vso"]["max"], REPORT["school_size"]["vso"]["mean"]]


async def test_two_employers_without_a_number_of_jobs_stand_apart(figures: httpx.AsyncClient) -> None:
    async with figures:
        found = await table(figures, "jobs-per-year")
    assert (found["n"], found["unknown"], found["source"], found["unit"]) == (35, 2, "register", "employers")


async def test_first_contacts_arguments_and_initiative_are_those_of_the_report(figures: httpx.AsyncClient) -> None:
    async with figures:
        channels = await table(figures, "first-contact")
        arguments = by_code(await table(figures, "convincing-arguments"))
        initiative = by_code(await table(figures, "initiative"))
    assert channels["multiAnswer"] is True
    assert channels["n"] == 30
    by_channel = {code: values[0] for code, values in by_code(channels).items() if code != "total"}
    assert list(by_channel.values()) == list(REPORT["first_contact_by_school"].values())
    used = [values[0] for code, values in arguments.items() if code != "total"]
    assert used == list(REPORT["convincing_argument"].values())
    assert {code: n for code, n in initiative.items() if n} == REPORT["initiative_according_to_employers"]
