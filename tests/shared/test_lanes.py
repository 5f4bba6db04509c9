import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.events.envelope import Envelope
from shared.messaging import lanes
from shared.messaging.lanes import Lanes, Message


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for company, so that the order of things does not depend on a clock."""
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", 0.0)


def message(subject: str, *, alone: bool = False, suspect: bool = False) -> Message:
    given = {
        "id": "1",
        "source": "urn:test",
        "type": "t",
        "subject": subject,
        "time": "2026-01-01T00:00:00Z",
        "data": {},
    }
    return Message(b"", Envelope.model_validate(given), alone=alone, suspect=suspect)


class Floor:
    """Where groups work: they come in and leave when the test lets them."""

    def __init__(self) -> None:
        self.lanes = Lanes(self.work)
        self.groups: list[list[str]] = []
        self.leave = asyncio.Condition()
        self.let: set[str] = set()
        self.waiting: list[asyncio.Task[str]] = []

    async def work(self, group: Sequence[Message]) -> None:
        subjects = [each.envelope.subject for each in group]
        self.groups.append(subjects)
        async with self.leave:
            await self.leave.wait_for(lambda: self.let.issuperset(subjects))
        for each in group:
            each.verdict.set_result("done")

    async def give(self, *messages: Message) -> None:
        for each in messages:
            self.waiting.append(asyncio.create_task(self.lanes.handle(each)))
        await turn()

    async def finish(self, *subjects: str) -> None:
        async with self.leave:
            self.let.update(subjects)
            self.leave.notify_all()
        await turn()
        self.let.difference_update(subjects)


async def turn() -> None:
    """Let everything that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.finish("a", "b", "c", "d", "e", "s")
    async with made.leave:
        made.let.update("abcdes")
        made.leave.notify_all()
    await asyncio.gather(*made.waiting)


async def test_two_messages_of_a_subject_are_handled_one_after_the_other() -> None:
    async with floor() as work:
        await work.give(message("a"), message("a"))
        assert work.groups == [["a"]]
        await work.finish("a")
        assert work.groups == [["a"], ["a"]]


async def test_messages_of_different_subjects_are_handled_beside_each_other() -> None:
    async with floor() as work:
        await work.give(message("a"))
        await work.give(message("b"))
        assert work.groups == [["a"], ["b"]]


async def test_what_piles_up_is_handled_in_groups_but_never_two_of_a_subject_out_of_turn() -> None:
    async with floor() as work:
        for subject in "abcd":  # every hand is full
            await work.give(message(subject))
        await work.give(message("e"), message("a"), message("e"))
        await work.finish("b")
        assert work.groups[4] == ["e"] or work.groups[4] == ["e", "e"]
        assert "a" not in work.groups[4]


async def test_a_message_that_asks_to_be_alone_shares_its_transaction_with_none() -> None:
    async with floor() as work:
        for subject in "abcd":
            await work.give(message(subject))
        await work.give(message("e", alone=True), message("s"))
        await work.finish("a")
        await work.finish("b")
        assert ["e"] in work.groups
        assert ["s"] in work.groups


async def test_nothing_runs_beside_a_suspect() -> None:
    async with floor() as work:
        await work.give(message("a"))
        await work.give(message("s", suspect=True), message("b"))
        await work.give(message("c"))
        assert ["s"] not in work.groups
        running = [subject for group in work.groups for subject in group]
        for subject in running:
            await work.finish(subject)
        assert work.groups[-1] == ["s"]
        await work.finish("s")
        assert work.groups[-1] != ["s"] or {"b", "c"} <= {subject for group in work.groups for subject in group}


async def test_few_messages_wait_a_moment_for_company_when_a_group_is_in_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", 60.0)
    async with floor() as work:
        await work.give(message("a"))
        await work.give(message("b"))
        await work.give(message("c"))
        assert work.groups == [["a"]]
        await work.finish("a")
        assert work.groups == [["a"], ["b", "c"]]


async def test_what_is_broken_off_has_no_verdict_and_nothing_follows_it() -> None:
    floor = Floor()
    await floor.give(
        message("long", alone=True), message("after"), *(message(f"beside {n}", alone=True) for n in range(8))
    )
    await floor.lanes.abandon()
    outcomes = await asyncio.gather(*floor.waiting, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in outcomes)
    assert len(floor.groups) <= lanes.AT_ONCE
    await floor.lanes.empty()
