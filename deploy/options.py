"""What several commands ask for in the same words; nothing here is slow to import."""

from pathlib import Path
from typing import Annotated

import typer

HERE = Path(__file__).parents[1] / ".stack"
"""Where a stack is kept when nobody says otherwise."""

Folder = Annotated[
    Path,
    typer.Option(help="Where data, logs and chosen ports are kept.", envvar="STAGEBRUG_FOLDER", show_default=".stack"),
]
FreePorts = Annotated[
    bool,
    typer.Option(
        "--free-ports", envvar="STAGEBRUG_FREE_PORTS", help="Take free ports, not 8100 to 8126 or those of before."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
