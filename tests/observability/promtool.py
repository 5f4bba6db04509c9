"""Which alerts fire: what a service showed before and during a fault, put through the real rules by Prometheus' own tool.

The figures are a running service's; only the clock is promtool's, so that a rule's patience of minutes or a day costs
no test any time. Counters go on growing as they did while the fault was looked at.
"""

import functools
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, Gauge
from prometheus_client.parser import text_string_to_metric_families

from deploy.plan import SERVICES
from shared.telemetry import RELAY_LEADS

RULES = Path(__file__).parents[2] / "deploy" / "observability" / "alerts.yml"
CACHE = Path(__file__).parents[2] / ".stack" / "promtool"

HEALTHY_MINUTES, FAULTY_MINUTES = 20, 70
"""Longer than the patience of every rule but one."""

Samples = dict[str, float]
"""Series as Prometheus writes them, with their values."""


@functools.cache
def promtool() -> str:
    """The tool: that of the machine, else Debian's, unpacked and not installed."""
    if found := shutil.which("promtool"):
        return found
    if not CACHE.exists():
        if not shutil.which("apt-get"):
            pytest.skip("promtool is not on this machine, and without apt it cannot be had: install prometheus")
        CACHE.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:  # another worker may fetch it, too
            _fetch(Path(folder)).rename(CACHE)
    return str(CACHE)


def _fetch(folder: Path) -> Path:
    def run(*command: str) -> bool:
        return subprocess.run(command, check=False, cwd=folder, capture_output=True, timeout=120).returncode == 0

    download = ("apt-get", "download", "prometheus")
    assert run(*download) or (run("apt-get", "-qq", "update") and run(*download)), "Debian's prometheus cannot be had"
    [package] = folder.glob("prometheus_*.deb")
    assert run("dpkg", "-x", str(package), str(folder))
    return folder / "usr" / "bin" / "promtool"


def forget_gauges() -> None:
    """What other tests of this process left behind says nothing of the service that is looked at.

    Who leads is set when it begins, not measured again and again.
    """
    for collector in list(REGISTRY._collector_to_names):
        if isinstance(collector, Gauge) and collector is not RELAY_LEADS:
            collector.clear() if collector._labelnames else collector.set(0)


def names_of_alerts() -> set[str]:
    """Every alert of the rules."""
    return set(re.findall(r"- alert: (\w+)", RULES.read_text()))


def samples_of(text: str, service: str) -> Samples:
    """What a service shows, as Prometheus keeps it: with the labels of the scrape; only what a rule names."""
    rules = RULES.read_text()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in rules:
                labels = {**sample.labels, "job": "stagebrug", "service": service, "instance": f"{service}:8000"}
                written = ",".join(f"{name}={json.dumps(value)}" for name, value in sorted(labels.items()))
                found[f"{sample.name}{{{written}}}"] = sample.value
    return found


AROUND = {
    name: value
    for service in SERVICES
    for name, value in samples_of("up 1\nstagebrug_relay_leads 1\n", service).items()
}
"""The services of an installation as long as nothing is wrong: that none of one is seen is a fault of its own."""


def firing(
    before: Samples, during: Samples, folder: Path, minutes: int = FAULTY_MINUTES, around: bool = True
) -> set[str]:
    """The alerts that fire after so many minutes of the fault; none of them may while nothing was wrong.

    `around`: whether those that are not looked at can be seen during the fault.
    """
    before, during = AROUND | before, (AROUND if around else {}) | during
    series = [
        {"series": name, "values": _values(name, before.get(name), during.get(name), minutes)}
        for name in sorted({*before, *during})
    ]
    early, late = HEALTHY_MINUTES - 1, HEALTHY_MINUTES + minutes
    said = _ask(series, (early, late), folder)
    found = {name: said.count(f'alertname="{name}"') for name in names_of_alerts()}
    assert max(found.values()) < 2, f"something fired before anything was wrong: {said}"
    return {name for name, times in found.items() if times}


def _values(name: str, before: float | None, during: float | None, minutes: int) -> str:
    bare = name.partition("{")[0]
    grows = (during or 0) - (before or 0) if bare.endswith(("_total", "_count", "_bucket", "_sum")) else 0.0
    healthy = f"_x{HEALTHY_MINUTES}" if before is None else f"{before:g}+0x{HEALTHY_MINUTES - 1}"
    faulty = f"_x{minutes}" if during is None else f"{during:.17g}+{grows:.17g}x{minutes}"
    return f"{healthy} {faulty}"


def _ask(series: list[dict[str, str]], minutes: tuple[int, ...], folder: Path) -> str:
    """What promtool says: it has no answer but what differs from what was expected, and here nothing is."""
    query = {"expr": 'group by (alertname) (ALERTS{alertstate="firing"})', "exp_samples": []}
    test = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{**query, "eval_time": f"{minute}m"} for minute in minutes],
    }
    file = folder / "caused.json"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}))
    done = subprocess.run(
        [promtool(), "test", "rules", str(file)], check=False, capture_output=True, text=True, timeout=120
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0 or "alertname=" in said, said
    return said
