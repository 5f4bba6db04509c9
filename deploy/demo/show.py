"""The demo's last page: what came of it, where everything is, and what to try next."""

import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from deploy.demo.organisations import Town
from deploy.demo.outcome import Outcome
from deploy.demo.planned import Planned
from deploy.people import Person
from deploy.stack import Stack

COLUMNS = {
    "ready": "zocht een plek",
    "placed": "geplaatst",
    "firstChoiceHonoured": "eerste keus",
    "stillSearching": "zoekt nog",
    "earlyEnds": "eerder gestopt",
    "jobs": "werd baan",
    "callsForHelp": "hulpvragen",
    "answers": "antwoorden",
}
WHY = {
    "travel": "te ver",
    "sector": "geen plek in dit werk",
    "seat": "alle plekken bezet",
    "period": "andere periode",
    "guidance": "meer begeleiding nodig",
    "demands": "werk past niet",
    "outflow-profile": "ander uitstroomprofiel",
    "minimum-age": "nog te jong",
    "certificates": "certificaat nodig",
    "weekdays": "andere dagen",
    "kind": "ander soort plek",
    "employer-paused": "bedrijf neemt nu niemand",
    "declined": "eerder afgewezen",
    "learned": "paste eerder niet",
    "no offer in reach": "geen aanbod in de buurt",
    "nothing-near": "geen aanbod in de buurt",
}


WIDTH = 120
"""Characters, where the output is no terminal that has a width of its own."""


def table(found: Outcome) -> None:
    """A line per region that a coordinator understands."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    shown = Table(title="Een half schooljaar in negen arbeidsmarktregio's", title_justify="left", box=box.SIMPLE_HEAD)
    shown.add_column("regio", no_wrap=True)
    for title in COLUMNS.values():
        shown.add_column(title, justify="right", min_width=max(map(len, title.split())))
    for name, figures in found.regions.items():
        shown.add_row(name, *_cells(figures))
    shown.add_section()
    shown.add_row("samen", *_cells(found.total), style="bold")
    console.print(shown)
    console.print("[dim]–: minder dan vijf leerlingen, daarom niet getoond.[/dim]")
    why = ", ".join(f"{WHY.get(rule, rule)} ({number})" for rule, number in found.why.most_common())
    console.print(f"Wie nog zoekt, vooral waarom: {why or 'niemand zoekt nog'}.")
    console.print(
        f"Van 'klaar om te zoeken' tot voorstel: {_seconds(found.total['medianSecondsReadyToProposed'])} (mediaan); "
        f"van einde van een plaatsing tot voorstel voor wie op die plek wachtte: "
        f"{_seconds(median(found.matched_again) if found.matched_again else None)} ({len(found.matched_again)} keer)."
    )
    happened = found.happened
    console.print(
        f"{happened['accepted']} voorstellen aangenomen, {happened['declined']} afgewezen; "
        f"{happened['call from the list']} keer gebeld vanaf de bellijst, "
        f"waarvan {happened['call that became an offer']} keer met een plek als antwoord."
    )


def plan(found: Planned) -> None:
    """Why a place was proposed, and what a region's plan says to who looks after it."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print("\n[bold]Waarom deze plek?[/bold] Een voorstel, zoals de coördinator van de leerling het leest:")
    for reason in found.reasons:
        console.print(f"  {'+' if reason['direction'] == 'plus' else '−'} {reason['text']}")
    advice = found.plan["advice"] or {"blocking": [], "seats": []}
    blocking = ", ".join(
        f"{WHY.get(one['rule'], one['rule'])} ({one['students'] or '–'})" for one in advice["blocking"]
    )
    console.print(f"\n[bold]Het plan van {found.region}[/bold], voor wie daar nu zoekt:")
    console.print(f"  In de weg staat vooral: {blocking or 'niets, of te weinig leerlingen om te tonen'}.")
    places = {town.municipality: town.place for town in Town.read().values()}
    for seat in advice["seats"][:3]:
        where = places.get(seat["municipality"], seat["municipality"])
        console.print(f"  Werven: een plek in {seat['sector']} in {where} past bij {seat['students']} leerlingen.")
    more = found.longer["placedMore"]
    brings = "te weinig om te tonen" if more is None else f"{more} plaatsingen meer"
    console.print(f"  Tien minuten langer reizen mogen: {brings}.")


def _cells(figures: dict[str, Any]) -> list[str]:
    return ["–" if figures[key] is None else str(figures[key]) for key in COLUMNS]


def _seconds(value: float | None) -> str:
    return "onbekend" if value is None else f"{value:.2f} s".replace(".", ",")


def addresses(running: Stack) -> None:
    """Where to look, and what to type next."""
    console = Console(highlight=False, soft_wrap=True)
    urls = running.urls
    console.print("\n[bold]It runs.[/bold] Have a look:")
    for service in running.services:
        console.print(f"  {service + ' API':22} {urls[service]}/docs")
    console.print(f"  {'dashboard':22} {urls['analytics']}/dashboard")
    console.print(f"  {'live stream':22} {urls['notifications']}/v1/stream  (with a coordinator's token)")
    console.print(f"  {'mail':22} {urls['mail']}")
    console.print("\nTry next:")
    console.print("  .venv/bin/stagebrug status")
    bearer = "$(.venv/bin/stagebrug token --role operator)"
    console.print(f'  curl -H "Authorization: Bearer {bearer}" {urls["analytics"]}/v1/tables/employers-by-sector')
    console.print("  .venv/bin/stagebrug parked list")


def front_end(running: Stack, people: Sequence[Person], built: str) -> None:
    """Where the front end is, and who can log in there; without Node, what is missing."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]The front end:[/bold] {running.urls['gateway']}/app/  ({built})")
    console.print("Log in with one tap as:")
    for person in people:
        console.print(f"  {person.name:38} {person.role}")
    console.print("\n`make down` stops everything.")
