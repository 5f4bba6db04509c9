"""`stagebrug analytics`: what an operator does with the figures."""

import subprocess
import sys
from typing import Annotated

import psutil
import typer

from deploy import processes
from deploy.errors import StackError
from deploy.options import HERE, Folder
from deploy.programs import ROOT

analytics = typer.Typer(no_args_is_help=True, help="The figures: count them again.")


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(analytics, name="analytics")


@analytics.callback()
def _group() -> None:
    """Keep `rebuild` a command of its own."""


@analytics.command()
def rebuild(
    folder: Folder = HERE,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether it would give what is shown.")] = False,
) -> None:
    """Count all figures again from the other services' logs; until that is done the old ones are shown.

    When it is interrupted, the next one goes on; nothing that is shown has changed till then.

    Example: [bold]stagebrug analytics rebuild[/bold]
    """
    running = processes.find(folder.resolve(), "analytics")
    if running is None:
        raise StackError("analytics does not run here: start it with `stagebrug up`.")
    try:
        environment = running.environ()  # its own settings, with what it may know
    except psutil.Error as error:
        raise StackError(f"The settings of analytics cannot be read: {error}.") from None
    command = [sys.executable, "-m", "services.analytics.rebuild"]
    command += ["--check"] if check else []
    if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:
        raise StackError("The figures differ, see above." if check else "The figures were not counted again.")
