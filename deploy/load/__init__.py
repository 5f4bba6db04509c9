"""`stagebrug load`: the peak week of a region, or of the country, played against a running system."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.errors import StackError
from deploy.options import HERE, AsJson, Folder
from deploy.progress import printed


def register(app: typer.Typer) -> None:
    """Add the command to the operator's command."""
    app.command(
        epilog="Ends with 0 when nothing was lost, doubled or parked, 1 when something was, 2 when asked wrongly."
    )(load)


def load(
    *,
    folder: Folder = HERE,
    scale: Annotated[
        Literal["region", "country"],
        typer.Option(help="The country: 70 000 students, 40 000 employers, 25 000 searching; a region: 1/35 of it."),
    ] = "region",
    speed: Annotated[float, typer.Option(min=1, max=100_000, help="Times real time: a week has 40 hours.")] = 200,
    hours: Annotated[
        float | None,
        typer.Option(min=0.01, max=10, help="Only so many hours, as full as the week's fullest; else the whole week."),
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="End after so long; else with the week.")] = None,
    share: Annotated[float, typer.Option(min=0.001, max=1, help="Only this share of the scale, for a try.")] = 1,
    seed: Annotated[int, typer.Option(help="Another number draws others.")] = 1,
    among_others: Annotated[
        bool, typer.Option("--among-others", help="Also where schools are registered that are not of a load test.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="With the schools and employers of an earlier play, instead of more of them."),
    ] = False,
    report_to: Annotated[Path | None, typer.Option(help="A file for the outcome as JSON, too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play the peak week at so many times real time through the public APIs, and say what came of it.

    Made-up schools, employers and students are registered, and stay: use a system that is thrown away afterwards.
    Prints throughput, latencies (call; offer and student to proposal; yes to placement) and whether anything was lost,
    doubled or parked.

    Ctrl-C ends the play early and checks what was asked by then.

    Examples: [bold]stagebrug load --scale region --speed 400 --minutes 3[/bold]; the country's fullest hour
    in six minutes, once the country is there: [bold]stagebrug load --scale country --hours 1 --speed 10[/bold];
    the week again where the country is by now: [bold]stagebrug load --scale country --speed 20 --again[/bold]
    """
    from deploy.demo.actors import NotAsPlayed
    from deploy.load import outcome, playing
    from deploy.load.week import Week

    if again and among_others:
        raise StackError("--again offers places at every employer that is there: not --among-others.")
    week = Week.of(scale, share, seed, hours)
    try:
        played = asyncio.run(
            playing.play(folder, week, speed, minutes, printed(err=as_json), alone=not among_others, again=again)
        )
    except NotAsPlayed as error:
        raise StackError(f"The system did not do as it should: {error}") from error
    found = outcome.of(played, week, speed)
    if report_to:
        report_to.write_text(json.dumps(found, indent=2) + "\n")
    typer.echo(json.dumps(found, indent=2) if as_json else outcome.page(found))
    raise typer.Exit(1 if found["problems"] else 0)
