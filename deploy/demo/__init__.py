"""The demo region: who lives in it, and half a school year of what they do."""

from typing import Annotated

import typer

from deploy.options import HERE, Folder, FreePorts


def register(app: typer.Typer) -> None:
    """Add the command to the operator's command."""
    app.command()(demo)


def demo(
    *,
    folder: Folder = HERE,
    seed: Annotated[int, typer.Option(help="Another number draws other students.")] = 2024,
    free_ports: FreePorts = False,
) -> None:
    """Start the system, play half a school year in nine regions through the public APIs, and leave it running.

    What an earlier demo left is removed first; a stack with other data is left alone.

    Example: [bold]stagebrug demo[/bold]
    """
    from deploy.demo import command

    command.run(folder, seed, free_ports=free_ports)
