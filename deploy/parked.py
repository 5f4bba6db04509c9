"""`stagebrug parked`: what services could not handle, through each service's own API for operators."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import editing
from deploy.errors import StackError
from deploy.operating import Moment, Operator, counted, follow, moment
from deploy.options import HERE, AsJson, Folder

parked = typer.Typer(
    no_args_is_help=True,
    help="Look at, edit, replay or discard messages that could not be handled.",
    epilog="Ends with 0 when all went well, 1 when something was refused or parked again, 2 when it was asked wrongly.",
)

Service = Annotated[str, typer.Argument(help="intake, matching, notifications or analytics.")]
OneService = Annotated[str | None, typer.Option(help="Only this service.")]
MessageId = Annotated[str, typer.Argument(help="The id that `list` shows; a number for an unreadable message.")]
MaybeId = Annotated[str | None, typer.Argument(help="The id that `list` shows; or choose with --group, --type, --all.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only of this CloudEvents type.")]
OfGroup = Annotated[str | None, typer.Option("--group", help="Only with this mistake, as `groups` shows it.")]
OfSubject = Annotated[str | None, typer.Option("--subject", help="Only about this.")]
WithText = Annotated[str | None, typer.Option("--text", help="Only with this in the error.")]
Everything = Annotated[bool, typer.Option("--all", help="Everything that is parked in the service.")]
Why = Annotated[str, typer.Option("--reason", help="Kept with the message, with your name.")]
MaybeWhy = Annotated[str | None, typer.Option("--reason", help="Kept with the message, with your name.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the operator's command."""
    app.add_typer(parked, name="parked")


@parked.command("list")
def list_parked(
    *,
    folder: Folder = HERE,
    service: OneService = None,
    status: Annotated[str, typer.Option(help="parked, retry, waiting or discarded.")] = "parked",
    event_type: OfType = None,
    group: OfGroup = None,
    subject: OfSubject = None,
    since: Moment = None,
    until: Moment = None,
    text: WithText = None,
    as_json: AsJson = False,
) -> None:
    """Show parked and unreadable messages.

    Example: [bold]stagebrug parked list --service matching --since 2h[/bold]
    """
    operator = Operator.of(folder)
    wanted = _filter(event_type, group, subject, since, until, text)
    found = {
        name: {
            "parked": list(operator.pages(name, "/v1/parked-messages", {**wanted, "status": status})),
            "unreadable": [] if wanted or status != "parked" else list(operator.pages(name, "/v1/unreadable-messages")),
        }
        for name in operator.chosen(service)
    }
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, messages in found.items():
        for message in messages["parked"]:
            typer.echo(f"{name:14} {message['id']}  {message['type']}  {message['group']}  {_short(message['error'])}")
        for message in messages["unreadable"]:
            typer.echo(f"{name:14} unreadable {message['id']}  {message['receivedAt']}  {_short(message['error'])}")
    if not any(part for messages in found.values() for part in messages.values()):
        typer.echo(f"Nothing is {status}.")


@parked.command("groups")
def list_groups(*, folder: Folder = HERE, service: OneService = None, as_json: AsJson = False) -> None:
    """Show the mistakes behind what is parked, the most frequent first.

    Example: [bold]stagebrug parked groups[/bold]
    """
    operator = Operator.of(folder)
    found = {name: operator.call(name, "GET", "/v1/parked-groups")["items"] for name in operator.chosen(service)}
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, groups in found.items():
        for each in groups:
            typer.echo(f"{name:14} {each['group']}  {each['count']:6} ×  {each['oldest']} … {each['newest']}")
            typer.echo(f"{'':14} {_short(each['error'])}")
            typer.echo(f"{'':14} for example {each['example']}  ({', '.join(each['types'])})")
    if not any(found.values()):
        typer.echo("Nothing is parked.")


@parked.command("show")
def show_parked(service: Service, message_id: MessageId, folder: Folder = HERE) -> None:
    """Show one message: its content, every attempt, what it belongs to, what operators did with it.

    Example: [bold]stagebrug parked show matching 0198c0de-…[/bold]
    """
    typer.echo(json.dumps(Operator.of(folder).call(service, "GET", _path(message_id)), indent=2))


@parked.command("edit")
def edit_parked(
    service: Service,
    message_id: MessageId,
    reason: Why,
    *,
    folder: Folder = HERE,
    data: Annotated[Path | None, typer.Option(help="A file with the new data (JSON).")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="path=value, as note=7; repeatable.")] = None,
    replay: Annotated[bool, typer.Option("--replay", help="Have it handled again at once.")] = False,
) -> None:
    """Give a message other data, in your $EDITOR or as said; what was there is kept. Id, type and source stay.

    An unreadable message is repaired: the whole CloudEvent is edited, and handled at once.

    Example: [bold]stagebrug parked edit intake 0198c0de-… --set sector=zorg --reason "left out" --replay[/bold]
    """
    operator = Operator.of(folder)
    path = _path(message_id)
    known = operator.call(service, "GET", path)
    unreadable = message_id.isdigit()
    if not unreadable and known["message"] is None:
        raise StackError("The message's content is not kept any more, so that it cannot be edited.")
    before, verb, name = (known["body"], "_repair", "message") if unreadable else (None, "_edit", "data")
    new = editing.edited(before or known["message"]["data"], data, changes or [])
    with editing.kept_for_another_try(new):
        operator.call(service, "POST", f"{path}/{verb}", {name: new, "reason": reason})
    if unreadable:
        typer.echo("Repaired; it will be handled now.")
    elif replay:
        _replay_one(operator, service, message_id, reason)
    else:
        typer.echo(f"Edited; the original is kept. Next: stagebrug parked replay {service} {message_id}")


@parked.command("replay")
def replay_parked(
    service: Service,
    message_id: MaybeId = None,
    *,
    folder: Folder = HERE,
    group: OfGroup = None,
    event_type: OfType = None,
    subject: OfSubject = None,
    since: Moment = None,
    until: Moment = None,
    text: WithText = None,
    everything: Everything = False,
    rate: Annotated[float, typer.Option(min=0.01, max=1000, help="Messages each second.")] = 10,
    reason: MaybeWhy = None,
    as_json: AsJson = False,
) -> None:
    """Let one message, or all that fit, be handled again at a bounded rate; shows how far it is until it is done.

    It goes on when this command is interrupted, and when the service restarts.

    Example: [bold]stagebrug parked replay matching --group 3f9a0c1d2e4b --rate 5[/bold]
    """
    operator = Operator.of(folder)
    wanted = _filter(event_type, group, subject, since, until, text)
    if message_id:
        _replay_one(operator, service, message_id, reason, as_json=as_json)
        return
    body = {**_chosen(wanted, everything=everything), "rate": rate, "reason": reason}
    replay_id = operator.call(service, "POST", "/v1/parked-replays", body)["id"]
    done = follow(
        lambda: operator.call(service, "GET", f"/v1/parked-replays/{replay_id}"),
        lambda now: "" if as_json else f"{now['released']} of {now['total']} replayed; {counted(now['now'])}",
    )
    if as_json:
        typer.echo(json.dumps(done, indent=2))
    if done["state"] != "done":
        raise StackError("The replay was cancelled; what was not replayed stays parked.")


@parked.command("discard")
def discard_parked(
    service: Service,
    reason: Why,
    message_id: MaybeId = None,
    *,
    folder: Folder = HERE,
    group: OfGroup = None,
    event_type: OfType = None,
    subject: OfSubject = None,
    since: Moment = None,
    until: Moment = None,
    text: WithText = None,
    everything: Everything = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a message up, or all that fit, with a reason; they are kept, and a replay takes them up again.

    Example: [bold]stagebrug parked discard matching 0198c0de-… --reason "test message"[/bold]
    """
    operator = Operator.of(folder)
    if message_id:
        operator.call(service, "POST", f"{_path(message_id)}/_discard", {"reason": reason})
        typer.echo(json.dumps({"discarded": 1}) if as_json else "Discarded; its reason is kept.")
        return
    wanted = _filter(event_type, group, subject, since, until, text)
    body = {**_chosen(wanted, everything=everything), "reason": reason}
    many = sum(1 for _ in operator.pages(service, "/v1/parked-messages", wanted))
    if not yes:
        typer.confirm(f"Discard {many} messages of {service}?", abort=True, err=True)
    done = operator.call(service, "POST", "/v1/parked-messages/_discard", body)
    typer.echo(json.dumps(done) if as_json else f"{done['discarded']} discarded; the reason is kept with each.")


def _replay_one(
    operator: Operator, service: str, message_id: str, reason: str | None, *, as_json: bool = False
) -> None:
    if message_id.isdigit():
        raise StackError("What cannot be read cannot be replayed: repair it with `stagebrug parked edit`.")
    operator.call(service, "POST", f"{_path(message_id)}/_replay", {"reason": reason})
    done = follow(
        lambda: _one(operator, service, message_id),
        lambda now: "" if as_json else f"{now['status']}{_why(now)}",
    )
    if as_json:
        typer.echo(json.dumps(done, indent=2))
    if done["status"] == "parked":
        raise StackError(f"It is parked again: {_short(done['error'])}")


def _why(now: dict[str, Any]) -> str:
    return "" if now["status"] == "done" else f": {_short(now['error'])}"


def _one(operator: Operator, service: str, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = operator.call(service, "GET", _path(message_id))
    tried = found["status"] != "retry" or found["attempts"] > 0
    return {**found, "state": "settled" if tried else "running"}


def _path(message_id: str) -> str:
    return f"/v1/{'unreadable' if message_id.isdigit() else 'parked'}-messages/{message_id}"


def _filter(
    event_type: str | None,
    group: str | None,
    subject: str | None,
    since: str | None,
    until: str | None,
    text: str | None,
) -> dict[str, str]:
    asked = {"type": event_type, "group": group, "subject": subject, "since": moment(since), "until": moment(until)}
    return {name: value for name, value in {**asked, "text": text}.items() if value is not None}


def _chosen(wanted: dict[str, str], *, everything: bool) -> dict[str, Any]:
    if bool(wanted) == everything:
        raise StackError("Say which: an id, --group, --type, --subject, --since, --until, --text, or --all alone.")
    return {"filter": wanted, "all": everything}


def _short(error: str | None) -> str:
    return " ".join((error or "").splitlines()[:1])[:120]
