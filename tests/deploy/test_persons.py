"""`stagebrug export`: everything that is held of one student, and nothing of another."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from deploy import persons, plan, records
from services.intake.app import create_app
from services.intake.days import today
from services.intake.settings import Settings
from tests.conftest import StartService
from tests.intake.test_guidance import VISIT, a_placement, path
from tests.intake.test_row_security import PROGRAMME
from tests.intake.world import FIRST, a_world, good

NOT_HELD = {
    "agreement": "the last of its versions",
    "coarse-profile": "the student's facts as four codes, for machines",
    "document": "the last of an agreement's versions, to be printed",
    "entry-check": "a programme's rules on the student's facts",
    "information-pack": "made for an employer of the student's facts",
    "labour-market": "public figures beside the wishes",
    "law": "the law's rules on the student's facts",
    "matching-profile": "the student's facts without names, for machines",
    "readiness": "which of the student's facts are lacking",
    "schemes": "public schemes, by the student's facts",
    "wish-check": "public figures beside the wishes",
}
"""What answers about a student by the end of its address, and why nothing of its own is held there."""


def test_every_address_about_a_student_is_in_an_export_or_named_as_holding_nothing() -> None:
    app = create_app(Settings(database_url="postgresql://nobody@localhost/none", amqp_url="amqp://localhost"))
    reading = {address: methods["get"] for address, methods in app.openapi()["paths"].items() if "get" in methods}
    about = set()
    for address, said in reading.items():
        asked = {("query", "studentId")} & {(each["in"], each["name"]) for each in said.get("parameters", [])}
        if asked or any(f"{{{name}Id}}" in address for name in ("student", "placement", "enrolment")):
            named = address.replace("{studentId}", "{id}").replace("Id}", "}")
            about.add(named + "?studentId={id}" if asked else named)
    about -= {each for each in about if each.endswith("}") and each.rpartition("/")[0] in about}  # one of a list
    kept = {each for each in about if each.partition("?")[0].rpartition("/")[2] not in NOT_HELD}
    assert kept - {"/v1/placements/{placement}", "/v1/enrolments/{enrolment}"} == set(persons.HELD["intake"])


async def test_an_export_has_what_is_held_of_one_student_and_nothing_of_another(
    service: StartService, tmp_path: Path
) -> None:
    world = await a_world(await service("intake"))
    bench = world.intake.bench
    ports = {name: urlsplit(url).port for name, url in (("issuer", bench.issuer), ("intake", world.intake.url))}
    servers = {"rabbitmq_url": "", "management_url": "", "postgres_url": "", "origin": "host"}
    known = {"name": "x", "ports": {**plan.PORTS, **ports}, "services": ["intake"], "servers": servers}
    records.write(plan.plan_file(bench.keys), known)
    own, other = await a_placement(world), await a_placement(world)
    for placement in (own, other):
        await good(world.first.post(path(placement, "visits"), json=VISIT | {"visitDate": today().isoformat()}))

    programme = await good(world.first.post("/v1/programmes", json=PROGRAMME))
    for placement in (own, other):
        enrol = {"studentId": placement["studentId"]}
        await good(world.first.post(f"/v1/programmes/{programme['id']}/enrolments", json=enrol))
        asked = {"kind": "guidance", "question": f"Hoe gaat het bij {placement['id']}?"}
        await good(world.first.post(path(placement, "requests"), json=asked))

    student = UUID(own["studentId"])
    await asyncio.to_thread(persons.export, student, tmp_path / "sam.json", school=FIRST, folder=bench.keys)
    text = (tmp_path / "sam.json").read_text()
    held = json.loads(text)
    assert [each["id"] for each in held["intake /v1/placements?studentId=…"]["items"]] == [own["id"]]
    assert len(held[f"intake /v1/placements/{own['id']}/visits"]["items"]) == 1
    (enrolment,) = held["intake /v1/students/…/enrolments"]["items"]
    assert held[f"intake /v1/enrolments/{enrolment['id']}/progress"]["present"] == 0
    assert own["id"] in held[f"intake /v1/placements/{own['id']}/requests"]["items"][0]["question"]
    assert not {other[name] for name in ("id", "studentId") if other[name] in text}
