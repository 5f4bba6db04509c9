"""Status and findings as tables for a person."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.findings import Finding
from deploy.status import Messages, Part, Status

COLOURS = {"ready": "green", "not ready": "yellow", "not running": "red"}


def status(found: Status) -> None:
    """Processes, then queues, then what needs a person."""
    console = _console()
    console.print(f"Stagebrug {found.version}, {found.disk.free / 1e9:.1f} GB free at {found.disk.place}")
    console.print(_parts(found.parts))
    console.print()
    console.print(_messages(found))
    for each in found.messages:
        if each.why:
            console.print(Text(f"{each.service}'s database cannot be asked: {each.why}", "yellow"))
    if any(each.parked or each.unreadable for each in found.messages):
        console.print("What is parked waits for a person: `stagebrug parked`.")


def findings(found: Iterable[Finding]) -> None:
    """One line each, what is wrong in red."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in found:
        mark = Text("ok", "green") if finding.fine else Text("mend", "bold red")
        table.add_row(mark, finding.what, Text(finding.says, overflow="fold"))
    _console().print(table)


def _console() -> Console:
    """A pipe has no width: it gets whole lines."""
    console = Console()
    return console if console.is_terminal else Console(width=200)


def _parts(parts: Iterable[Part]) -> Table:
    table = Table("part", "address", "process", "state", "", box=None, padding=(0, 2, 0, 0))
    for part in parts:
        state = Text(part.state, COLOURS[part.state])
        table.add_row(part.name, part.address, str(part.pid or "-"), state, Text(part.why, overflow="fold"))
    return table


def _messages(found: Status) -> Table:
    """Per service: what its queue holds, and what its tables say."""
    queues = {queue.name: queue for queue in found.queues}
    own = ("to send", "for", "to retry", "waiting", "parked", "unreadable", "published", "database")
    table = Table("service", "queue", "in hand", *own, box=None, padding=(0, 2, 0, 0))
    for each in found.messages:
        queue = queues.get(each.service)
        in_queue = (queue.ready, queue.unacknowledged) if queue else ("-", "-")
        table.add_row(each.service, *map(str, in_queue), *_counts(each))
    return table


def _counts(each: Messages) -> list[str]:
    counted = (each.unsent, f"{each.behind:.0f} s", each.retrying, each.waiting, each.parked, each.unreadable)
    return ["-" if each.why else str(count) for count in (*counted, each.position, f"{each.bytes / 1e6:.0f} MB")]
