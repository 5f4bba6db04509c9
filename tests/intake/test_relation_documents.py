"""The documents of claims, remarks, questions and relations: their examples run, and answers look like them."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.intake.app import create_app
from services.intake.settings import Settings
from tests.intake.test_relations import DORMANT, STEPS, aged
from tests.intake.world import World, good


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    app: FastAPI = create_app(Settings(database_url="postgresql://nobody@localhost/none", amqp_url="amqp://localhost"))
    found: dict[str, Any] = app.openapi()["components"]["schemas"]
    return found


async def test_the_examples_run_and_answers_look_like_theirs(world: World, models: dict[str, Any]) -> None:
    async def all_of(name: str, client: httpx.AsyncClient, path: str) -> Any:
        """The answer to the last example."""
        answers = [await good(client.post(path, json=example)) for example in models[name]["examples"]]
        return answers[-1]

    employer = f"/v1/employers/{(await world.employer())['id']}"
    await world.first.post(f"{employer}/claims", json=models["ClaimEmployer"]["examples"][0])
    mark = (await good(world.first.get(employer)))["claim"]
    joined = await all_of("AskToJoin", world.second, f"/v1/claims/{mark['id']}/_join")
    contact = await all_of("LogContact", world.first, f"{employer}/contacts")
    await all_of("ShareRemark", world.first, f"{employer}/remarks")
    remark = (await good(world.first.get(f"{employer}/remarks")))["items"][0]
    replied = await all_of("ReplyToRemark", world.second, f"{employer}/remarks/{remark['id']}/replies")
    await all_of("HideRemark", world.operator, f"{employer}/remarks/{remark['id']}/_hide")
    question = await all_of("AskAboutEmployer", world.second, f"{employer}/questions")
    answered = await all_of("AnswerQuestion", world.first, f"/v1/questions/{question['id']}/answers")
    step = (await good(world.first.get(f"{STEPS}?until=2026-12-31")))["items"][0]
    await world.employer(name="Slapend")
    await aged(world, 2_000)
    dormant = (await good(world.first.get(DORMANT)))["items"][0]
    for name, answer in {
        "ClaimResource": joined,
        "JoinResource": joined["joins"][0],
        "ClaimMark": mark,
        "ContactResource": contact,
        "RemarkResource": remark,
        "ReplyResource": replied["replies"][0],
        "QuestionResource": question,
        "AnswerResource": answered["answers"][0],
        "NextStepResource": step,
        "DormantRelation": dormant,
    }.items():
        assert set(models[name]["examples"][0]) <= set(answer), name
