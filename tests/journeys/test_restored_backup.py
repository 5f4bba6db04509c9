"""A backup of a running system becomes a system elsewhere: what was before is there, and who was erased since is not."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy import backups, processes, stack
from deploy.errors import StackError
from deploy.plan import MARK, SUPPORT
from deploy.rising import LEAP
from deploy.servers import containers, postgres, rabbitmq
from deploy.servers.environment import BROKER, DATABASE, MANAGEMENT
from tests.journeys.world import Person, World, employer_of, offer_of, placement_of, proposal_for, ready_student_of

pytestmark = pytest.mark.skipif(
    not (rabbitmq.installed() and postgres.installed()) or containers.answers(),
    reason="takes servers installed on this machine",
)
REGION = "AM24"
HERE_NO_MORE = (BROKER, MANAGEMENT, DATABASE)


async def stagebrug(*arguments: str) -> tuple[int, str]:
    """The operator's command on a machine whose environment names no servers."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={name: value for name, value in os.environ.items() if name not in HERE_NO_MORE},
    )
    said, _ = await started.communicate()
    return started.returncode or 0, said.decode()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="stagebrug-restored-") as name:
        place = Path(name)
        place.chmod(0o755)
        try:
            yield place
        finally:
            stack.down(place / "stack", erase=True)


def of(world: World, person: Person) -> Person:
    """The same person, logged in there."""
    return Person(world, **person.claims)


async def last_version(world: World, offer: dict[str, Any], above: int) -> int:
    """The version of the last event about an offer, as soon as it is above a number."""

    def newest(page: Any) -> Any:
        return max((v for item in page["items"] if (v := item["event"]["data"]["version"]) > above), default=None)

    return int(await world.operator.until("intake", f"/v1/events?subject={offer['id']}", newest))


async def patched(who: Person, path: str, change: dict[str, Any]) -> None:
    read = await who.call("GET", "intake", path)
    there = who.world.stack.urls["intake"] + path
    answer = await who.client.patch(there, json=change, headers={"If-Match": read.headers["ETag"]})
    assert answer.is_success, answer.text


async def figures(of_whom: Person) -> int:
    table = await of_whom.get("analytics", f"/v1/tables/placements?region={REGION}")
    return int(table["n"])


def pid_of(place: Path, service: str) -> int:
    process = processes.find(place, service)
    assert process
    return process.pid


async def hand_over_and_erase(school: str, student: str, elsewhere: Path) -> None:
    """What a school asks an operator for, on the restored system."""
    file, whose = elsewhere / "sam.json", (student, "--school", school, "--folder", str(elsewhere / "stack"))
    code, said = await stagebrug("export", student, str(file), *whose[1:])
    assert code == 0, said
    held = json.loads(file.read_text())
    assert held["intake /v1/students/…"]["id"] == student
    assert held["intake /v1/students/…/accesses"]["items"]
    assert held["intake /v1/placements?studentId=…"]["items"]
    assert file.stat().st_mode & 0o077 == 0
    code, said = await stagebrug("erase", *whose, "--reason", "asked", "--yes", "--json")
    assert code == 0, said
    proof = json.loads(said)
    assert (proof["complete"], len(proof["proofs"])) == (True, len(stack.SERVICES))
    assert (await stagebrug("export", student, str(elsewhere / "none.json"), *whose[1:]))[0] == 1


async def test_a_system_comes_back_from_its_backup_elsewhere(world: World, elsewhere: Path) -> None:
    own = await world.school(REGION)
    regional = Person(world, roles=["regional-coordinator"], regions=[REGION])
    employer = await employer_of(own)
    offer = await offer_of(own, employer)
    placed = await ready_student_of(own)
    proposal = await proposal_for(own, placed)
    analytics = processes.find(world.stack.folder, "analytics")
    assert analytics
    analytics.suspend()  # what is in its queue when the backup is made is in no database
    try:
        await own.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
        placement = await placement_of(own, placed)
        erased = await ready_student_of(own, familyName="Vergeetmij")
        target, ledger = elsewhere / "backup", elsewhere / "erasures.json"
        code, said = await stagebrug("backup", str(target), "--folder", str(world.stack.folder))
    finally:
        analytics.resume()
    assert code == 0, said
    assert all(file.stat().st_mode & 0o077 == 0 for file in (target / backups.CONFIGURATION).rglob("*"))

    lost = await offer_of(own, employer, sector="recreatie", tasks=[])
    path = f"/v1/offers/{offer['id']}"
    for seats in (2, 3):
        await patched(own, path, {"seats": seats})
    told = await last_version(world, offer, above=2)
    await own.post("intake", f"/v1/students/{erased}/_erase", {"reason": "asked"})
    assert (await stagebrug("erasures", "export", str(ledger), "--folder", str(world.stack.folder)))[0] == 0

    place = elsewhere / "stack"
    command = ("restore", str(target), "--folder", str(place), "--free-ports", "--erasures", str(ledger))
    code, said = await stagebrug(*command)
    assert code == 0, said
    restored = stack.Stack.last(place)
    assert restored
    async with World(restored) as again:
        coordinator = of(again, own)
        assert (await coordinator.get("intake", f"/v1/placements/{placement['id']}"))["studentId"] == placed
        assert (await coordinator.call("GET", "intake", f"/v1/offers/{lost['id']}")).status_code == 404
        proof = await coordinator.until("intake", f"/v1/erasures/{erased}", lambda now: now, within=60)
        assert proof["reason"] == "restored"
        assert (await coordinator.call("GET", "intake", f"/v1/students/{erased}")).status_code == 404
        async with asyncio.timeout(30):
            while await figures(of(again, regional)) == 0:  # it read again what was in its queue
                await asyncio.sleep(0.1)  # a poll with a deadline
        await patched(coordinator, path, {"seats": 2})
        assert await last_version(again, offer, above=told) > LEAP
        found = await proposal_for(coordinator, await ready_student_of(coordinator))
        assert found["offerId"] == offer["id"]
        await hand_over_and_erase(own.claims["schools"][0], placed, elsewhere)
    before = {name: pid_of(place, name) for name in (*stack.SERVICES, *SUPPORT)}
    code, said = await stagebrug("upgrade", "--folder", str(place))
    assert (code, "analytics runs the new code" in said) == (0, True), said
    assert not {name for name, pid in before.items() if pid_of(place, name) == pid}
    played = ("load", "--folder", str(place), "--share", "0.01", "--speed", "20000", "--json")
    code, said = await stagebrug(*played)
    assert (code, "not of a load test" in said) == (1, True)
    code, said = await stagebrug(*played, "--among-others")
    assert (code, '"problems": []' in said) == (0, True), said
    for worked_since in (place, world.stack.folder):
        code, said = await stagebrug("restore", str(target), "--folder", str(worked_since))
        assert (code, "has a system of its own" in said) == (1, True)
    (target / backups.LEDGER).write_text("{}")
    with pytest.raises(StackError, match="is not what was backed up"):
        backups.checked(target)
    assert (place / MARK).exists()
