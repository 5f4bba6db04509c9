"""`stagebrug demo`: start, play, show what came of it, and say whether it came out as it should."""

import asyncio
import time
from pathlib import Path
from typing import Any

import typer

from deploy import front_end, people, records, stack
from deploy.demo import logins, opinions, outcome, planned, show, today
from deploy.demo.actors import Actors, NotAsPlayed
from deploy.demo.player import Player
from deploy.demo.population import generate
from deploy.demo.quiet import quiet
from deploy.demo.receiver import served
from deploy.errors import StackError
from deploy.ports import free_ports as any_ports
from deploy.stack import Stack

MARK = "demo.json"
"""In a stack's folder: its data is a demo's, and may be removed for the next one."""


def run(folder: Path, seed: int, *, free_ports: bool) -> None:
    """Play the demo; ends with an error when it did not come out as it should."""
    started = time.monotonic()

    def report(line: str) -> None:
        typer.echo(f"{time.monotonic() - started:6.1f} s  {line}")

    building = front_end.begin()
    running = _fresh_stack(folder, report, any_ports(stack.PORTS) if free_ports else None)
    records.write(folder.resolve() / MARK, {"seed": seed})
    report("the system runs; now half a school year is played")
    try:
        problems = asyncio.run(_play(running, seed, report))
    except NotAsPlayed as error:
        raise StackError(f"The demo did not go as it should: {error}") from error
    if problems:
        raise StackError("The demo did not come out as it should:\n" + "\n".join(problems))
    show.front_end(running, people.registered(running.folder), front_end.ended(building))


def _fresh_stack(folder: Path, report: Any, ports: dict[str, int] | None) -> Stack:
    if (folder.resolve() / MARK).exists():
        stack.down(folder, report, erase=True)
        (folder.resolve() / MARK).unlink(missing_ok=True)
    running = stack.up(folder, report, ports=ports)
    if asyncio.run(_has_data(running)):
        raise StackError(
            f"The stack in {folder} has data of its own, which the demo leaves alone: "
            "give it another folder, as in `stagebrug demo --folder .stack-demo --free-ports`."
        )
    return running


async def _has_data(running: Stack) -> bool:
    async with Actors(running) as actors:
        schools = await (await actors.operator()).get("intake", "/v1/schools")
        return bool(schools["items"])


async def _play(running: Stack, seed: int, report: Any) -> list[str]:
    async with Actors(running) as actors, served() as receiver:
        player = Player(generate(seed), actors, receiver, report)
        await player.play()
        report("the half year is over")
        await opinions.given(player)
        await quiet(await actors.operator())
        report("schools and employers have answered the questionnaires")
        found = await outcome.of(player)
        show.table(found)
        show.plan(await planned.of(player))
        show.addresses(running)
        problems = await outcome.problems(player, found)
        # only now: what follows is of today, and no part of the half year that is counted
        await today.played(actors, player.population.schools)
        logins.register(running.folder, player.population.schools, player.population.intermediaries)
        return problems
