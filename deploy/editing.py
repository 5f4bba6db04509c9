"""Editing a message's JSON: by --set, from a file, or in the operator's own editor."""

import contextlib
import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deploy.errors import StackError


def edited(before: Any, file: Path | None, changes: Sequence[str]) -> Any:
    """What becomes of `before`; `StackError` when it is no JSON object, or nothing was changed."""
    if file and changes:
        raise StackError("Give either --data or --set.")
    if file:
        return _object(_read(file))
    if changes:
        new = _object(before if isinstance(before, str) else json.dumps(before))
        for change in changes:
            _set(new, change)
        return new
    text = before if isinstance(before, str) else json.dumps(before, indent=2, ensure_ascii=False)
    changed = _in_editor(text)
    if changed.strip() == text.strip():
        raise StackError("Nothing was changed.")
    with kept_for_another_try(changed):
        return _object(changed)


@contextlib.contextmanager
def kept_for_another_try(content: Any) -> Iterator[None]:
    """When the block is refused, the operator's text is in a file, for the next try with --data."""
    try:
        yield
    except StackError as refused:
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        with tempfile.NamedTemporaryFile("w", suffix=".json", prefix="stagebrug-edit-", delete=False) as kept:
            kept.write(text)
        raise StackError(
            f"{refused}\nWhat you wrote is kept in {kept.name}: mend it and give it with --data."
        ) from None


def _set(content: dict[str, Any], change: str) -> None:
    path, said, value = change.partition("=")
    if not said:
        raise StackError(f"--set takes path=value, and {change} has no =.")
    *way, last = path.split(".")
    for step in way:
        inner = content.setdefault(step, {})
        if not isinstance(inner, dict):
            raise StackError(f"{step} of {path} holds no object.")
        content = inner
    try:
        content[last] = json.loads(value)
    except ValueError:  # a word needs no quotes
        content[last] = value


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise StackError(f"This is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise StackError("This is no JSON object.")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{file} cannot be read: {error}.") from None


def _in_editor(text: str) -> str:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not command:
        raise StackError("Set EDITOR to edit the message, or give --data FILE or --set path=value.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "message.json"
        file.write_text(text)
        try:
            subprocess.run([*command, str(file)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise StackError(f"The editor did not end well: {error}.") from None
        return file.read_text()
