"""What an operator sees of the command, also when something is wrong."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from deploy import cli, records

NOT_AS_JSON = {
    "token": "it prints the token and nothing else",
    "logs": "the lines are JSON already",
    "demo": "it is a play for people",
    "parked show": "it is JSON always",
    "parked edit": "an editor is for people",
    "analytics rebuild": "its figures are the outcome",
}


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["stagebrug", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_help_loads_nothing_that_is_slow() -> None:
    code = "import sys, deploy.cli; print([m for m in ('httpx', 'asyncpg', 'shared') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help_with_an_example_and_speaks_json() -> None:
    whole = typer.Typer()
    whole.registered_commands = list(cli.app.registered_commands)
    for module in sorted(set(cli.FURTHER.values())):
        importlib.import_module(module).register(whole)
    found = dict(_commands(typer.main.get_command(whole)))
    assert {"up", "backup", "restore", "upgrade", "erase", "export", "parked list", "log verify"} <= found.keys()
    assert {name.split()[0] for name in found} == {name for panel in cli.PANELS.values() for name in panel}
    silent = {name for name, command in found.items() if f"stagebrug {name}" not in (command.help or "")}
    assert silent == set()
    flags = {name: {flag for given in command.params for flag in given.opts} for name, command in found.items()}
    assert {name for name, known in flags.items() if "--json" not in known} == NOT_AS_JSON.keys()


def test_before_the_first_start_the_status_says_how_to_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "status", "--folder", str(folder)) == 1
    assert capsys.readouterr().err == "Nothing was started here yet: start it with `stagebrug up`.\n"


def test_an_unexpected_error_is_one_sentence_and_a_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "HERE", folder)
    (folder / "stack.json").write_text("{")
    assert _run(monkeypatch, "status", "--folder", str(folder)) == 1
    said = capsys.readouterr().err
    assert "JSONDecodeError" in said
    assert said.count("\n") == 1
    assert "Traceback" in (folder / "logs/stagebrug.log").read_text()


def test_a_token_is_all_that_token_prints(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    servers = {"rabbitmq_url": "", "management_url": "", "postgres_url": "", "origin": "host"}
    ports = dict.fromkeys(("issuer", "intake", "matching", "notifications", "analytics", "smtp", "mail"), 1)
    records.write(folder / "stack.json", {"name": "x", "ports": ports, "services": [], "servers": servers})
    arguments = ("--role", "coordinator", "--school", "01AB00", "--folder", str(folder))
    assert _run(monkeypatch, "token", *arguments) == 0
    assert capsys.readouterr().out.count(".") == 2


def test_an_unknown_log_names_those_there_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "logs").mkdir()
    (folder / "logs/intake.log").write_text("one\ntwo\n")
    assert _run(monkeypatch, "logs", "intak", "--folder", str(folder)) == 1
    assert "there is intake." in capsys.readouterr().err
    assert _run(monkeypatch, "logs", "intake", "-n", "1", "--folder", str(folder)) == 0
    assert capsys.readouterr().out == "two\n"


@pytest.mark.usefixtures("no_addresses")
def test_nothing_the_machine_lacks_makes_the_doctor_fail_to_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.servers.rabbitmq.installed", lambda: None)
    monkeypatch.setattr("deploy.servers.containers.answers", lambda: False)
    assert _run(monkeypatch, "doctor", "--folder", str(folder)) == 1
    assert "install-servers" in capsys.readouterr().out
