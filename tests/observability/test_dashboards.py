import importlib
import json
import re

from prometheus_client import REGISTRY

from deploy.observability.dashboards import DASHBOARDS, FOLDER, dashboard
from tests.observability.promtool import RULES


def test_the_files_are_what_the_table_says() -> None:
    for name in DASHBOARDS:
        assert json.loads((FOLDER / f"{name}.json").read_text()) == dashboard(name), (
            "python -m deploy.observability.dashboards"
        )


def test_rules_and_dashboards_name_only_figures_that_there_are() -> None:
    for service in ("intake", "matching", "notifications", "analytics"):
        importlib.import_module(f"services.{service}.app")
    shown = set(REGISTRY._names_to_collectors)
    named = RULES.read_text() + "".join(panel.expression for panels in DASHBOARDS.values() for panel in panels)
    assert set(re.findall(r"stagebrug_\w+", named)) <= shown
