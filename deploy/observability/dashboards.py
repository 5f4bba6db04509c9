"""Grafana's dashboards as files, from one table: `python -m deploy.observability.dashboards` writes them anew."""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "grafana"
SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS, WIDTH, HEIGHT = 2, 12, 8
"""Grafana's grid is 24 wide."""

OURS = '{service=~"$service"}'


@dataclass(frozen=True)
class Panel:
    """A graph: what it shows, in which unit, with what its lines are called."""

    title: str
    expression: str
    unit: str = "short"
    legend: str = "{{service}}"


def _quantile(of: float, metric: str, by: str = "service") -> str:
    return f"histogram_quantile({of}, sum by ({by}, le) (rate({metric}_bucket{OURS}[5m])))"


CALLS = [
    Panel("Calls a second", f"sum by (service) (rate(stagebrug_http_seconds_count{OURS}[5m]))", "reqps"),
    Panel(
        "Calls that fail, by status",
        'sum by (service, status) (rate(stagebrug_http_seconds_count{service=~"$service",status=~"[45].."}[5m]))',
        "reqps",
        "{{service}} {{status}}",
    ),
    Panel("One call in twenty takes longer than", _quantile(0.95, "stagebrug_http_seconds"), "s"),
    Panel(
        "The ten slowest routes, 95 %",
        f"topk(10, {_quantile(0.95, 'stagebrug_http_seconds', 'service, method, route')})",
        "s",
        "{{service}} {{method}} {{route}}",
    ),
    Panel(
        "Calls refused as too many",
        f"sum by (service, why) (rate(stagebrug_calls_limited_total{OURS}[5m]))",
        "reqps",
        "{{service}} {{why}}",
    ),
    Panel(
        "Calls of what is going away", f"sum by (service) (rate(stagebrug_deprecated_calls_total{OURS}[1h]))", "reqps"
    ),
    Panel(
        "Parts that are not well",
        f"1 - min by (service, part) (stagebrug_part_well{OURS})",
        legend="{{service}} {{part}}",
    ),
    Panel(
        "Database connections in use",
        f"max by (service, pool) (stagebrug_pool_connections{OURS} / stagebrug_pool_connections_most{OURS})",
        "percentunit",
        "{{service}} {{pool}}",
    ),
]

EVENTS = [
    Panel(
        "Published a second",
        f"sum by (service, type) (rate(stagebrug_events_published_total{OURS}[5m]))",
        "ops",
        "{{service}} {{type}}",
    ),
    Panel(
        "Handled a second, by verdict",
        f"sum by (service, type, verdict) (rate(stagebrug_events_handled_total{OURS}[5m]))",
        "ops",
        "{{service}} {{type}} {{verdict}}",
    ),
    Panel("From recording to effect, median", _quantile(0.5, "stagebrug_event_seconds"), "s"),
    Panel("From recording to effect, 99 %", _quantile(0.99, "stagebrug_event_seconds"), "s"),
    Panel("Age of the oldest event to publish", f"max by (service) (stagebrug_outbox_age_seconds{OURS})", "s"),
    Panel("Events to publish", f"max by (service) (stagebrug_outbox_rows{OURS})"),
    Panel("Who publishes", f"sum by (service) (stagebrug_relay_leads{OURS})"),
    Panel("Messages in the queue", f"max by (service) (stagebrug_queue_messages{OURS})"),
    Panel("Longest in hand", f"max by (service) (stagebrug_in_hand_seconds{OURS})", "s"),
    Panel(
        "Without a good end yet",
        f"max by (service, status) (stagebrug_inbox_open{OURS})",
        legend="{{service}} {{status}}",
    ),
    Panel(
        "Age of the oldest of these",
        f"max by (service, status) (stagebrug_inbox_oldest_seconds{OURS})",
        "s",
        "{{service}} {{status}}",
    ),
    Panel(
        "Figures of analytics are behind, 99 %",
        'histogram_quantile(0.99, sum by (le) (rate(stagebrug_event_seconds_bucket{service="analytics"}[5m])))',
        "s",
        "analytics",
    ),
    Panel("Timers overdue", f"max by (service) (stagebrug_timers_overdue_seconds{OURS})", "s"),
    Panel("Months on disk", f"sum by (service) (stagebrug_partition_bytes{OURS})", "bytes"),
]

SINKS = [
    Panel(
        "Tries a second, by what became of them",
        "sum by (protocol, verdict) (rate(stagebrug_webhook_tries_total[5m]))",
        "ops",
        "{{protocol}} {{verdict}}",
    ),
    Panel(
        "Receivers answer within, 95 %",
        "histogram_quantile(0.95, sum by (protocol, le) (rate(stagebrug_webhook_seconds_bucket[5m])))",
        "s",
        "{{protocol}}",
    ),
    Panel("Subscriptions by state", "max by (protocol, state) (stagebrug_sinks)", legend="{{protocol}} {{state}}"),
    Panel(
        "Given up an hour, by why", "sum by (code) (increase(stagebrug_webhooks_given_up_total[1h]))", legend="{{code}}"
    ),
    Panel(
        "Events that wait, by receiver",
        "topk(20, max by (subscription) (stagebrug_sink_waiting))",
        legend="{{subscription}}",
    ),
    Panel(
        "Age of the oldest, by receiver",
        "topk(20, max by (subscription) (stagebrug_sink_oldest_seconds))",
        "s",
        "{{subscription}}",
    ),
    Panel("Mails a second", "sum by (verdict) (rate(stagebrug_mails_total[5m]))", "ops", "{{verdict}}"),
    Panel("Mails that are tried again", "max(stagebrug_mails_refused)", legend="mails"),
]

DASHBOARDS = {"calls": CALLS, "events": EVENTS, "sinks": SINKS}


def dashboard(name: str) -> dict[str, Any]:
    """One dashboard in Grafana's form."""
    numbers = count(1)
    return {
        "uid": f"stagebrug-{name}",
        "title": f"Stagebrug: {name}",
        "tags": ["stagebrug"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_SOURCE_CHOICE, _SERVICE_CHOICE]},
        "panels": [_panel(panel, next(numbers)) for panel in DASHBOARDS[name]],
    }


_SOURCE_CHOICE = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
_SERVICE_CHOICE = {
    "name": "service",
    "type": "query",
    "datasource": SOURCE,
    "query": "label_values(stagebrug_part_well, service)",
    "includeAll": True,
    "multi": True,
    "current": {"text": "All", "value": "$__all"},
}


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    row, column = divmod(number - 1, COLUMNS)
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": SOURCE, "expr": panel.expression, "legendFormat": panel.legend}],
    }


def main() -> None:
    """Write every dashboard."""
    FOLDER.mkdir(exist_ok=True)
    for name in DASHBOARDS:
        (FOLDER / f"{name}.json").write_text(json.dumps(dashboard(name), indent=1) + "\n")


if __name__ == "__main__":
    main()
