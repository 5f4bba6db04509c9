"""`stagebrug replay`: a consumer reads publishers' logs again, through its own API for operators."""

import json
from typing import Annotated, Any

import typer

from deploy.errors import StackError
from deploy.operating import Moment, Operator, counted, follow, moment
from deploy.options import HERE, AsJson, Folder


def register(app: typer.Typer) -> None:
    """Add the command to the operator's command."""
    app.command(
        epilog="Ends with 0 when all was replayed, 1 when it was refused, cancelled or failed, 2 when asked wrongly.",
    )(replay)


def replay(
    consumer: Annotated[str, typer.Argument(help="Who reads: intake, matching, notifications or analytics.")],
    *,
    folder: Folder = HERE,
    publisher: Annotated[list[str] | None, typer.Option("--from", help="Whose log; repeatable.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="The logs of all that it listens to.")] = False,
    after: Annotated[int | None, typer.Option(min=0, help="Only after this position.")] = None,
    until_position: Annotated[int | None, typer.Option(min=1, help="Only up to this position.")] = None,
    since: Moment = None,
    until: Moment = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what it handled before; only a consumer that is rebuildable.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.01, max=5000, help="Events handed over each second.")] = 200,
    reason: Annotated[str | None, typer.Option(help="Kept with the replay, with your name.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the replays so far.")] = False,
    cancel: Annotated[str | None, typer.Option(help="Stop the replay with this id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a consumer read publishers' logs again: what it has not seen yet, or with --again everything.

    Nobody else hears of it. It goes on when this command is interrupted, and when the service restarts.

    Example: [bold]stagebrug replay notifications --from intake --since 2h --reason "queue was deleted"[/bold]
    """
    operator = Operator.of(folder)
    if cancel:
        operator.call(consumer, "POST", f"/v1/replays/{cancel}/_cancel")
        typer.echo("Cancelled; what was handed over by then stays handled.")
        return
    if listed:
        _show(list(operator.pages(consumer, "/v1/replays")), as_json=as_json)
        return
    if bool(publisher) == everybody or not reason:
        raise StackError("Say whose log (--from SERVICE, or --all) and why (--reason …).")
    body = {"publishers": publisher or [], "again": again, "rate": rate, "reason": reason, "after": after or 0}
    span = {"untilPosition": until_position, "since": moment(since), "until": moment(until)}
    begun = operator.call(consumer, "POST", "/v1/replays", {**body, **span})["items"]
    ended = [_followed(operator, consumer, each["id"]) for each in begun]
    if any(each["state"] != "done" for each in ended):
        raise StackError("Not everything was replayed; the same command goes on where it makes sense.")


def _followed(operator: Operator, consumer: str, replay_id: str) -> dict[str, Any]:
    done = follow(lambda: operator.call(consumer, "GET", f"/v1/replays/{replay_id}"), _line)
    if done["beginsAfter"] > done["afterPosition"]:
        typer.echo(f"{done['publisher']} no longer keeps what it logged up to position {done['beginsAfter']}.")
    return done


def _line(now: dict[str, Any]) -> str:
    problem = f"  {now['error']}" if now["error"] else ""
    said = f"position {now['position']}, {now['read']} read, {counted(now['verdicts'])}"
    return f"{now['publisher']:14} {now['state']:9} {said}{problem}"


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each in found:
        typer.echo(f"{each['id']}  {each['createdAt']}  {_line(each)}  ({each['requestedBy']}: {each['reason']})")
    if not found:
        typer.echo("Nothing was replayed yet.")
