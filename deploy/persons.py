"""`stagebrug export` and `stagebrug erase`: what is held of a student, and taking it out, for a school that asks."""

import json
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import typer

from deploy.errors import StackError
from deploy.operating import POLL_SECONDS, Operator
from deploy.options import HERE, AsJson, Folder

PLACEMENTS = "/v1/placements?studentId={id}"
ENROLMENTS = "/v1/students/{id}/enrolments"
EACH = {"placement": PLACEMENTS, "enrolment": ENROLMENTS}
"""Where the things are listed that have addresses of their own."""


HELD = {
    "intake": (
        "/v1/students/{id}",
        "/v1/students/{id}/grounds",
        "/v1/students/{id}/special-facts",
        "/v1/students/{id}/coach",
        "/v1/students/{id}/jobcoach",
        "/v1/students/{id}/handovers",
        "/v1/students/{id}/requests",
        ENROLMENTS,
        "/v1/enrolments/{enrolment}/progress",
        "/v1/follow-ups?studentId={id}",
        PLACEMENTS,
        "/v1/placements/{placement}/agreement/versions",
        "/v1/placements/{placement}/bottlenecks",
        "/v1/placements/{placement}/evaluations",
        "/v1/placements/{placement}/requests",
        "/v1/placements/{placement}/supervision",
        "/v1/placements/{placement}/visit-rhythm",
        "/v1/placements/{placement}/visits",
        "/v1/students/{id}/accesses",
    ),
    "matching": ("/v1/students/{id}/search", "/v1/students/{id}/proposals", "/v1/students/{id}/pins"),
}
"""Where a student stands; the other services know an opaque id. The access log comes last: it names this reading."""

WITHIN = 90.0
"""Seconds until every service has erased: a minute is promised."""

Student = Annotated[UUID, typer.Argument(help="The student's id.")]
School = Annotated[str, typer.Option(help="The student's own school, BRIN and location, as 01AB00.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.command(epilog="Ends with 0, or 1 when nobody of that id is known to that school.")(export)
    app.command(epilog="Ends with 0 when every service has erased, 1 when it was refused or is not done yet.")(erase)


def export(
    student: Student,
    file: Annotated[Path, typer.Argument(help="Where to; not there yet.")],
    *,
    school: School,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write all that is held of a student into a file for the student or the parents (AVG article 15).

    It is read in the name of the student's own school, and the access log says that an operator did.

    Example: [bold]stagebrug export 0198c0de-0000-7000-8000-000000000001 sam.json --school 01AB00[/bold]
    """
    if file.exists():
        raise StackError(f"{file} is there already, and stays as it is.")
    operator = _of_school(folder, school)
    found = _held(operator, student)
    if f"intake {HELD['intake'][0].format(id='…')}" not in found:
        raise StackError(f"School {school} has no student {student}.")
    file.touch(mode=0o600)
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    done = {"file": str(file), "parts": sorted(found)}
    typer.echo(
        json.dumps(done) if as_json else f"{len(found)} parts in {file}: it is personal data, hand it over safely."
    )


def erase(
    student: Student,
    *,
    school: School,
    reason: Annotated[str, typer.Option(help="asked, no-longer-needed or consent-withdrawn.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Erase a student everywhere, for good, and wait for every service's proof; asked again it shows the proof.

    Example: [bold]stagebrug erase 0198c0de-0000-7000-8000-000000000001 --school 01AB00 --reason asked[/bold]
    """
    operator = _of_school(folder, school)
    path = f"/v1/erasures/{student}"
    if operator.answer("intake", "GET", path).status_code == httpx.codes.NOT_FOUND:
        if not yes:
            typer.confirm("There is no way back. Erase?", abort=True, err=True)
        operator.call("intake", "POST", f"/v1/students/{student}/_erase", {"reason": reason})
    deadline = time.monotonic() + WITHIN
    while not (proof := operator.call("intake", "GET", path))["complete"]:
        if time.monotonic() > deadline:
            raise StackError(
                f"Not every service has erased after {WITHIN:.0f} s: see `stagebrug status`, then ask again."
            )
        time.sleep(POLL_SECONDS)
    if as_json:
        typer.echo(json.dumps(proof, indent=2))
        return
    for one in proof["proofs"]:
        typer.echo(f"{one['service']:14} {one['rowCount']} rows, {one['messageCount']} messages")
    typer.echo("Erased. Outside recipients and backups are not: see docs/privacy.md.")


def _of_school(folder: Path, school: str) -> Operator:
    return Operator(Operator.of(folder).stack, {"roles": ["coordinator"], "schools": [school]})


def _held(operator: Operator, student: UUID) -> dict[str, Any]:
    """By service and address: what each answers, where it has something."""
    found: dict[str, Any] = {}
    for service, path in [(name, path) for name in operator.stack.services for path in HELD.get(name, ())]:
        for things in _things(found, path):
            held = _all(operator, service, path.format(id=student, **things))
            if held is not None:
                found[f"{service} {path.format(id='…', **things)}"] = held
    return found


def _things(found: dict[str, Any], path: str) -> list[dict[str, str]]:
    """What an address is asked for: each of the things that it names, as far as they were found, or once."""
    for name, listed in EACH.items():
        if f"{{{name}}}" in path:
            held = found.get(f"intake {listed.format(id='…')}", {"items": []})["items"]
            return [{name: each["id"]} for each in held]
    return [{}]


def _all(operator: Operator, service: str, address: str) -> Any:
    """A resource, or every page of a list; None where there is none."""
    path, _, asked = address.partition("?")
    query = dict(parse_qsl(asked))
    if (answer := operator.answer(service, "GET", path, query=query)).status_code == httpx.codes.NOT_FOUND:
        return None
    held = answer.json() if answer.is_success else operator.call(service, "GET", path, query=query)
    if not isinstance(held, dict) or "items" not in held or not held.get("next"):
        return held
    return {"items": list(operator.pages(service, path, query))}
