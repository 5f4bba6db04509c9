"""What an operator types when something is parked, and sees."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy import plan, records
from shared.events.envelope import Envelope
from shared.settings import TEST_OIN
from tests.analytics.events import a_contact, a_school
from tests.conftest import StartService
from tests.support.service import RunningService

Command = Any


@pytest.fixture
async def analytics(service: StartService) -> RunningService:
    return await service("analytics")


@pytest.fixture
def stagebrug(analytics: RunningService) -> Command:
    """The operator's command in the folder of a stack: its exit code, what it says and what it complains of."""
    folder = analytics.bench.keys
    ports = {"issuer": _port(analytics.bench.issuer), "analytics": _port(analytics.url)}
    servers = {"rabbitmq_url": "", "management_url": "", "postgres_url": "", "origin": "host"}
    known = {"name": "x", "ports": {**plan.PORTS, **ports}, "services": ["analytics"], "servers": servers}
    records.write(plan.plan_file(folder), known)

    async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.cli", *arguments, "--folder", str(folder)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environment},
        )
        said, complained = await started.communicate()
        assert b"Traceback" not in complained
        return started.returncode or 0, said.decode(), complained.decode()

    return run


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


async def a_wrong_school(analytics: RunningService) -> Envelope:
    right = Envelope.of(
        a_school().model_copy(update={"version": 1}), f"urn:nld:oin:{TEST_OIN}:systeem:stagebrug-intake"
    )
    wrong = right.model_copy(update={"data": {**right.data, "studentCount": "many"}})
    await analytics.deliver(wrong, type(a_school()).routing_key())
    assert await analytics.handled(wrong) == ["parked"]
    return wrong


async def test_a_parked_message_is_found_edited_and_handled(analytics: RunningService, stagebrug: Command) -> None:
    wrong = await a_wrong_school(analytics)
    _, listed, _ = await stagebrug("parked", "list", "--since", "1h")
    assert wrong.id in listed
    _, groups, _ = await stagebrug("parked", "groups", "--json")
    assert json.loads(groups)["analytics"][0]["example"] == wrong.id
    edit = ("parked", "edit", "analytics", wrong.id, "--reason", "a number")
    code, _, refused = await stagebrug(*edit, "--set", "studentCount=few")
    assert (code, "/data/studentCount" in refused) == (1, True)
    kept = Path(refused.split("kept in ")[1].split(":")[0])
    assert json.loads(kept.read_text())["studentCount"] == "few"
    kept.unlink()
    code, said, _ = await stagebrug(*edit, "--replay", EDITOR="sed -i 's/\"many\"/200/'")
    assert (code, said.splitlines()[-1]) == (0, "done")
    _, shown, _ = await stagebrug("parked", "show", "analytics", wrong.id)
    assert [each["action"] for each in json.loads(shown)["actions"]] == ["edit", "replay"]
    assert json.loads(shown)["actions"][0]["by"].startswith("operator:")


async def test_many_are_replayed_with_progress_and_discarded_when_it_does_not_help(
    analytics: RunningService, stagebrug: Command
) -> None:
    wrong = [await a_wrong_school(analytics) for _ in range(3)]
    code, said, _ = await stagebrug("parked", "replay", "analytics", "--all", "--rate", "100")
    assert (code, said.splitlines()[-1].split(";")[0]) == (0, "3 of 3 replayed")
    await analytics.until("select count(*) = 3 from inbox where status = 'parked'")
    code, _, refused = await stagebrug("parked", "replay", "analytics", wrong[0].id)
    assert (code, "parked again" in refused) == (1, True)
    code, said, _ = await stagebrug("parked", "discard", "analytics", "--all", "--yes", "--reason", "made by a test")
    assert (code, said) == (0, "3 discarded; the reason is kept with each.\n")


async def test_what_cannot_be_done_is_refused_in_a_sentence(analytics: RunningService, stagebrug: Command) -> None:
    for arguments, sentence in (
        (("parked", "replay", "analytics"), "Say which"),
        (("parked", "list", "--since", "yesterday"), "is no moment"),
        (("parked", "show", "nobody", "1"), "There is no service nobody"),
        (("parked", "show", "analytics", "1"), "no such unreadable message"),
        (("replay", "analytics", "--all"), "and why"),
        (("replay", "analytics", "--from", "toys", "--reason", "r"), "listens to intake, matching, notifications"),
    ):
        code, _, refused = await stagebrug(*arguments)
        assert (code, sentence in refused) == (1, True), refused


async def test_unreadable_bytes_are_repaired_from_a_file(
    analytics: RunningService, stagebrug: Command, tmp_path: Path
) -> None:
    source = f"urn:nld:oin:{TEST_OIN}:systeem:stagebrug-intake"
    meant = Envelope.of(a_contact("call").model_copy(update={"version": 1}), source)
    await analytics.deliver(meant.to_json().encode()[:-1], type(a_contact("call")).routing_key())
    number = str(await analytics.until("select id from unreadable"))
    (tmp_path / "right.json").write_text(meant.to_json())
    edit = ("parked", "edit", "analytics", number, "--reason", "a brace was lost")
    code, said, complained = await stagebrug(*edit, "--data", str(tmp_path / "right.json"))
    assert (code, said) == (0, "Repaired; it will be handled now.\n"), complained
    assert await analytics.handled(meant) in (["retry"], ["done"])
    await analytics.until("select true from inbox where status = 'done'")


async def test_a_replay_whose_publisher_is_away_shows_why_and_is_cancelled(
    analytics: RunningService, stagebrug: Command
) -> None:
    replaying = asyncio.create_task(stagebrug("replay", "analytics", "--from", "matching", "--reason", "a gap"))
    replay_id = str(await analytics.until("select id from replays where error is not null"))
    _, said, _ = await stagebrug("replay", "analytics", "--list")
    assert "the log of matching cannot be read" in said
    assert (await stagebrug("replay", "analytics", "--cancel", replay_id))[0] == 0
    code, _, complained = await replaying
    assert (code, "Not everything was replayed" in complained) == (1, True)


@pytest.mark.parametrize(
    "command",
    ["parked list", "parked groups", "parked show", "parked edit", "parked replay", "parked discard", "replay"],
)
async def test_every_command_has_help_with_an_example(command: str) -> None:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", *command.split(), "--help"), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await started.communicate()
    assert f"stagebrug {command}" in " ".join(said.decode().split())
