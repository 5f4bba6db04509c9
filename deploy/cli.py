"""The operator's command: `stagebrug --help`.

Everything slow is imported where it is used, so that help is there at once.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.errors import StackError
from deploy.options import HERE, AsJson, Folder, FreePorts
from deploy.progress import printed

if TYPE_CHECKING:
    from deploy.stack import Stack

FURTHER = {
    "analytics": "deploy.analytics",
    "backup": "deploy.backing",
    "demo": "deploy.demo",
    "erase": "deploy.persons",
    "erasures": "deploy.erasures",
    "export": "deploy.persons",
    "load": "deploy.load",
    "log": "deploy.log",
    "parked": "deploy.parked",
    "replay": "deploy.replay",
    "restore": "deploy.backing",
    "upgrade": "deploy.upgrading",
}
"""Commands of modules of their own: each adds itself in `register(app)`, and is read only when it is asked for."""

PANELS = {
    "Run it": ("up", "down", "status", "doctor", "logs", "migrate", "upgrade"),
    "Keep it, and give it back": ("backup", "restore", "erasures"),
    "What was published, and what could not be handled": ("log", "parked", "replay"),
    "For a student, and for the figures": ("export", "erase", "analytics"),
    "Try it": ("demo", "load", "token"),
}
"""What an operator wants to do, and the commands for that."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Stagebrug: brings students of practical and special schools and employers together.",
    epilog="Every command takes --debug: it shows where an unexpected error came from.",
)


@app.command()
def up(
    *,
    folder: Folder = HERE,
    free_ports: FreePorts = False,
    name: Annotated[str | None, typer.Option(help="What its databases and virtual host begin with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start broker, database and services, and leave them running. Does nothing where all runs.

    Example: [bold]stagebrug up[/bold]
    """
    from deploy import stack
    from deploy.ports import free_ports as any_ports

    started = time.monotonic()
    ports = any_ports(stack.PORTS) if free_ports else None
    running = stack.up(folder, printed(err=as_json), ports=ports, name=name)
    if as_json:
        typer.echo(json.dumps({"name": running.name, "urls": running.urls}, indent=2))
        return
    typer.echo(f"Running after {time.monotonic() - started:.0f} seconds:")
    for part, url in running.urls.items():
        typer.echo(f"  {part:14} {url}")
    typer.echo("`stagebrug status` shows how it is, `stagebrug down` stops it.")


@app.command()
def down(
    *,
    folder: Folder = HERE,
    erase: Annotated[
        bool | None,
        typer.Option("--erase/--keep", help="Remove the data too; on servers of others that is the default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Stop everything that `up` started here.

    Example: [bold]stagebrug down[/bold]
    """
    from deploy import stack

    stack.down(folder, printed(err=as_json), erase=erase)
    if as_json:
        typer.echo(json.dumps({"stopped": str(folder.resolve())}))


@app.command()
def status(
    *,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what runs, what is ready or why not, and what waits; ends with 1 when something is not ready.

    Example: [bold]stagebrug status --json[/bold]
    """
    from deploy import show
    from deploy import status as looking

    found = looking.look(_stack(folder))
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        show.status(found)
    raise typer.Exit(0 if found.ready else 1)


@app.command()
def migrate(
    folder: Folder = HERE,
    name: Annotated[
        str | None, typer.Option(help="What its databases and virtual host begin with.", envvar="STAGEBRUG_NAME")
    ] = None,
    *,
    may_lock: Annotated[
        bool, typer.Option("--may-lock", help="Also what locks a big table for long: when nobody works.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring databases, queues and broker users to what this version of the code expects; before services start.

    The code of before can go on meanwhile; where it cannot, that is refused as long as it runs. What would lock a big
    table for long is refused, with what to do instead.

    Passwords come from STAGEBRUG_INTAKE_OWNER_PASSWORD, …_DATABASE_PASSWORD and …_BROKER_PASSWORD (and so on for each
    service) where those are set, else from the folder.

    Example: [bold]stagebrug migrate[/bold]
    """
    from deploy import stack

    stack.prepare(folder, printed(err=as_json), name=name, may_lock=may_lock)
    if as_json:
        typer.echo(json.dumps({"migrated": list(stack.SERVICES)}))


@app.command()
def token(
    *,
    folder: Folder = HERE,
    role: Annotated[
        list[str] | None, typer.Option(help="coordinator, regional-coordinator, intermediary or operator; repeatable.")
    ] = None,
    school: Annotated[list[str] | None, typer.Option(help="BRIN and location, as 01AB00; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Labour market region, as AM11; repeatable.")] = None,
    email: Annotated[str | None, typer.Option(help="Whose token it is.")] = None,
    person: Annotated[str | None, typer.Option("--name", help="The person's name.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of intermediary: sbb, uwv, municipality, wsp, …")] = None,
    oin: Annotated[str | None, typer.Option(help="The intermediary's number, 20 digits.")] = None,
    municipality: Annotated[list[str] | None, typer.Option(help="As GM0363; repeatable.")] = None,
    scope: Annotated[str | None, typer.Option(help="What a machine may do, separated by spaces.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 31, help="Until it ends.")] = 8,
) -> None:
    """Print a token of the development issuer, and nothing else.

    Example: [bold]stagebrug token --role coordinator --school 01AB00[/bold]
    """
    from deploy import claims, tokens

    chosen = claims.Claims(
        roles=role or [],
        schools=school or [],
        regions=region or [],
        email=email,
        name=person,
        kind=kind,
        oin=oin,
        municipalities=municipality or [],
        scope=scope,
    )
    issuer = _stack(folder).urls["issuer"]
    typer.echo(tokens.mint(folder, issuer, chosen.as_token(), timedelta(hours=hours)))


@app.command()
def doctor(folder: Folder = HERE, *, as_json: AsJson = False) -> None:
    """Look for what keeps it from running well here, and say what to do; ends with 1 when there is something.

    Disk, memory, settings nobody reads, servers, ports, rights, schemas, clocks, queues and policies, certificates,
    and what waits too long.

    Example: [bold]stagebrug doctor[/bold]
    """
    from deploy import doctor as examining
    from deploy import show

    findings = examining.examine(folder)
    if as_json:
        typer.echo(json.dumps([vars(finding) for finding in findings], indent=2))
    else:
        show.findings(findings)
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="intake, matching, …, rabbitmq, postgresql, issuer or mail.")],
    *,
    folder: Folder = HERE,
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is written next.")] = False,
) -> None:
    """Show the end of a process's log.

    Example: [bold]stagebrug logs matching -f[/bold]
    """
    from deploy import processes

    log = processes.log_file(folder, name)
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in log.parent.glob("*.log"))) or "none yet"
        message = f"There is no log called {name}: there is {known}."
        raise StackError(message)
    typer.echo(processes.last_lines(log, lines))
    if follow:
        for piece in processes.follow(log):
            typer.echo(piece, nl=False)


def main() -> None:
    """Run the command; whatever goes wrong, a person reads one sentence and where the rest is."""
    # else Python prints libraries' warnings to the terminal; what matters comes back as an error
    logging.getLogger().addHandler(logging.NullHandler())
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    try:
        _register_further(sys.argv[1] if len(sys.argv) > 1 else "--help")
        app()
    except StackError as error:
        if debug:
            raise
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Interrupted: `stagebrug status` shows how far it was.", 130)
    except Exception as error:
        # the outermost shell: no traceback ever reaches a user
        if debug:
            raise
        _fail(
            f"Something went wrong that should not ({_first_line(error)}): {_note(error)} has it all, as has --debug."
        )


def _fail(sentence: str, code: int = 1) -> None:
    first, _, rest = sentence.partition("\n")
    typer.secho(first, fg=typer.colors.RED, err=True)
    if rest:
        typer.echo(rest, err=True)
    sys.exit(code)


def _note(error: Exception) -> str:
    """Keep an unexpected error in a log, and say where."""
    log = HERE / "logs/stagebrug.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        traceback.print_exception(error, file=file)
    return os.path.relpath(log)


def _first_line(error: Exception) -> str:
    said = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _stack(folder: Path) -> "Stack":
    from deploy.stack import Stack

    if stack := Stack.last(folder):
        return stack
    message = "Nothing was started here yet: start it with `stagebrug up`."
    raise StackError(message)


def _register_further(asked: str) -> None:
    wanted = {module for name, module in FURTHER.items() if asked in (name, "--help")}
    for module in sorted(wanted):
        importlib.import_module(module).register(app)
    panels = {name: panel for panel, names in PANELS.items() for name in names}
    for command in app.registered_commands:
        command.rich_help_panel = panels[str(command.name or getattr(command.callback, "__name__", ""))]
    for group in app.registered_groups:
        group.rich_help_panel = panels[str(group.name)]


if __name__ == "__main__":
    main()
