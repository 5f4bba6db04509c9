"""A broker of three nodes whose nodes die and whose links are cut: what was promised holds, and it drains afterwards.

Writer, relay and consumer (the toy) are one process; it reaches the nodes through one address, as behind any balancer.
Not shown here: PostgreSQL's failover, and nodes on machines of their own (clocks, disks).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from deploy.ports import free_ports
from deploy.servers import Servers
from tests.faults.cluster.balancer import balanced
from tests.faults.cluster.nodes import NODES, Cluster, running_cluster, why_not
from tests.faults.crash.checks import drained, violations
from tests.faults.crash.histories import HISTORIES
from tests.faults.crash.house import House, Visit, visiting
from tests.support.bench import Bench, prepared_bench

pytestmark = pytest.mark.skipif(
    bool(not os.environ.get("FAULTS_ALL") or why_not()), reason=why_not() or "some minutes: with FAULTS_ALL=1"
)

FAULT_LASTS = 15.0
"""Seconds: longer than the nodes take to notice (their tick is eight)."""

EVERY = 0.05
"""Seconds between two calls: twenty events a second, on two cores that run everything else, too."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def clustered(cluster: Cluster, servers: Servers) -> Iterator[Bench]:
    """The run's database, and the cluster in place of the run's broker."""
    login = f"stagebrug-admin:{cluster.password}"
    port = free_ports(["balancer"])["balancer"]
    management = f"http://{login}@{cluster.nodes['two'].address}:15672"
    given = Servers(f"amqp://{login}@127.0.0.1:{port}/", management, servers.postgres_url, servers.origin)
    with prepared_bench(given) as bench:
        yield bench


@asynccontextmanager
async def toy(cluster: Cluster, bench: Bench, folder: Path) -> AsyncIterator[House]:
    port = int(bench.servers.rabbitmq_url.rpartition(":")[2].rstrip("/"))
    async with balanced([(node.address, 5672) for node in cluster.nodes.values()], port):
        house = await House.built("toy", bench, folder, {}, HISTORIES["toy"].effects)
        await house.start()
        try:
            yield house
        finally:
            house.end()


def leader(cluster: Cluster, bench: Bench) -> str:
    """The node that leads the toy's queue; all three must hold a copy of it."""
    queue = next(each for each in cluster.get("two", f"queues/{bench.name}") if each["name"] == "toy")
    members = queue["members"]
    assert isinstance(members, list)
    assert len(members) == len(NODES), f"the queue has copies on {members} alone"
    return next(name for name, node in cluster.nodes.items() if str(queue["leader"]).endswith(node.address))


async def kill_the_leader(cluster: Cluster, led_by: str) -> None:
    cluster.nodes[led_by].kill()
    await asyncio.sleep(5)  # the fault lasts
    await asyncio.to_thread(cluster.boot, led_by)


async def cut_off_the_leader(cluster: Cluster, led_by: str) -> None:
    cluster.cut([led_by], [name for name in NODES if name != led_by])
    await asyncio.sleep(FAULT_LASTS)


async def cut_off_a_follower(cluster: Cluster, led_by: str) -> None:
    chance = Random()
    apart = chance.choice([name for name in NODES if name != led_by])
    cluster.cut([apart], [name for name in NODES if name != apart])
    await asyncio.sleep(FAULT_LASTS)


async def leave_one_bridge(cluster: Cluster, led_by: str) -> None:
    """Two do not see each other, and the third sees both."""
    one, other = [name for name in NODES if name != led_by]
    cluster.cut([one], [other])
    await asyncio.sleep(FAULT_LASTS)


async def cut_every_link(cluster: Cluster, led_by: str) -> None:
    """No majority anywhere: every node pauses."""
    one, two, three = NODES
    cluster.cut([one], [two, three])
    cluster.cut([two], [three])
    await asyncio.sleep(FAULT_LASTS)


@pytest.mark.parametrize(
    "fault", [kill_the_leader, cut_off_the_leader, cut_off_a_follower, leave_one_bridge, cut_every_link]
)
async def test_a_broken_cluster_loses_and_doubles_nothing(
    fault: Callable[[Cluster, str], object], cluster: Cluster, clustered: Bench, tmp_path: Path
) -> None:
    async with toy(cluster, clustered, tmp_path) as house:
        writing = asyncio.create_task(written(house))
        await asyncio.sleep(2)  # something is under way when it begins
        await fault(cluster, leader(cluster, clustered))  # type: ignore[misc]
        await asyncio.to_thread(healed, cluster)
        assert not writing.done(), writing.exception()
        writing.cancel()
        async with visiting(house) as visit:
            await drained(visit)
            assert len(house.journal.promised) > FAULT_LASTS / EVERY / 4
            assert await problems(visit) == []


async def written(house: House) -> None:
    """Make things until cancelled, and write down each that was promised."""
    async with httpx.AsyncClient(base_url=house.url, timeout=10, trust_env=False) as client:
        while True:
            answer = await client.post("/v1/things", json={"name": "made"})
            assert answer.status_code == 201, answer.text
            made = answer.json()["id"]
            house.journal.promised[made] += 1
            house.journal.effects.add(f"{made} made")
            await asyncio.sleep(EVERY)


async def problems(visit: Visit) -> list[str]:
    # a tap on a broken broker sees little: what left is told by what arrived
    ids = await visit.sql.fetch("select event_id from event_log")
    visit.house.journal.wire = {row["event_id"] for row in ids}
    return await violations(visit.sql, "toy", visit.house.journal, None)


def healed(cluster: Cluster) -> None:
    cluster.heal()
    cluster.all_see_each_other()
