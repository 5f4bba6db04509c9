"""The Kubernetes manifests, read: `python -m tests.support.manifests FOLDER` writes those of built-in kinds apart."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
BUILT_IN = frozenset({"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1"})

Manifest = dict[str, Any]


def manifests() -> list[Manifest]:
    """Every object of the base, in the order of its list."""
    listed = yaml.safe_load((FOLDER / "base/kustomization.yaml").read_text())["resources"]
    return [each for name in listed for each in yaml.safe_load_all((FOLDER / "base" / name).read_text())]


def main(folder: Path) -> None:
    """One file for each object that Kubernetes itself knows."""
    for number, each in enumerate(manifests()):
        if each["apiVersion"] in BUILT_IN:
            (folder / f"{number:02}-{each['kind']}-{each['metadata']['name']}.json").write_text(json.dumps(each))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
