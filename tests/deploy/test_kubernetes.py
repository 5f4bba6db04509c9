"""The manifests without a cluster: what they must have, that references lead somewhere, that nobody has more than needed."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.plan import SERVICES
from services.intake.settings import Settings
from tests.support.manifests import FOLDER, Manifest, manifests

ALL = manifests()

REQUIRED = {
    "RabbitmqCluster": ["replicas", "persistence.storage", "tls.secretName"],
    "Cluster": ["instances", "storage.size", "imageName"],
    "ScaledObject": ["scaleTargetRef.name", "minReplicaCount", "maxReplicaCount", "triggers"],
    "TriggerAuthentication": ["secretTargetRef"],
    "HTTPRoute": ["parentRefs", "rules"],
    "PodMonitor": ["selector", "podMetricsEndpoints"],
}
"""Of kinds whose schemas are their operators'."""

MADE_BY_OTHERS = {"rabbitmq-tls", "rabbitmq-default-user", "postgres-superuser", "postgres-ca", "stagebrug-passwords"}


def found(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def of(kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in ALL if each["kind"] == kind}


def pods() -> Iterator[Manifest]:
    for each in ALL:
        if each["kind"] in {"Deployment", "Job"}:
            yield each["spec"]["template"]


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value under that key, however deep."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if name == key:
            yield value
        yield from values(value, key)


def test_the_operators_kinds_have_what_they_ask_for() -> None:
    for kind, paths in REQUIRED.items():
        assert of(kind), kind
        for name, each in of(kind).items():
            assert [path for path in paths if found(each["spec"], path) in (None, "", [])] == [], (kind, name)


def test_the_four_services_are_alike() -> None:
    texts = {name: (FOLDER / f"base/{name}.yaml").read_text().replace(name, "NAME") for name in SERVICES}
    assert len(set(texts.values())) == 1


def test_every_container_may_do_nothing_but_its_work() -> None:
    for pod in pods():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            may = container["securityContext"]
            assert (may["allowPrivilegeEscalation"], may["readOnlyRootFilesystem"]) == (False, True)
            assert may["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_every_service_has_probes_a_budget_and_grows_by_its_own_queue() -> None:
    for name in SERVICES:
        [container] = of("Deployment")[name]["spec"]["template"]["spec"]["containers"]
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert name in of("PodDisruptionBudget")
        queue, _ = of("ScaledObject")[name]["spec"]["triggers"]
        assert queue["metadata"]["queueName"] == name
        assert queue["authenticationRef"]["name"] in of("TriggerAuthentication")


def test_what_is_referred_to_is_there() -> None:
    secrets = {
        reference["name"]
        for pod in pods()
        for key in ("secretKeyRef", "secret", "secretRef")
        for reference in values(pod, key)
    }
    assert secrets == MADE_BY_OTHERS | {f"stagebrug-{name}" for name in SERVICES}
    assert {each["name"] for pod in pods() for each in values(pod, "configMapRef")} == set(of("ConfigMap"))
    for reference in (one for each in of("HTTPRoute").values() for refs in values(each, "backendRefs") for one in refs):
        assert reference["port"] in {port["port"] for port in of("Service")[reference["name"]]["spec"]["ports"]}


def test_services_know_every_setting_that_they_are_given() -> None:
    given = set(of("ConfigMap")["stagebrug"]["data"])
    given |= {
        each["name"] for deployment in of("Deployment").values() for env in values(deployment, "env") for each in env
    }
    known = {f"STAGEBRUG_{name.upper()}" for name in Settings.model_fields}
    others = {"FORWARDED_ALLOW_IPS", "PGSSLMODE", "PGSSLROOTCERT", "STAGEBRUG_ORIGIN"}
    assert given - known == others


def test_nothing_reaches_anything_that_is_not_named() -> None:
    policies = of("NetworkPolicy")
    assert policies["deny"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in ("broker", "database"):
        assert all(rule.get("from") for rule in policies[name]["spec"]["ingress"])
    inside = "169.254.0.0/16"  # where clouds tell machines their secrets
    for block in (one for policy in policies.values() for one in values(policy, "ipBlock")):
        assert inside in block["except"]


@pytest.mark.parametrize("overlay", ["region", "country"])
def test_an_overlay_changes_what_is_there(overlay: str) -> None:
    changes = yaml.safe_load((FOLDER / overlay / "kustomization.yaml").read_text())
    for patch in changes["patches"]:
        targets = [
            each for name, each in of(patch["target"]["kind"]).items() if patch["target"].get("name", name) == name
        ]
        assert targets
        for step in yaml.safe_load(patch["patch"]):
            path = step["path"].strip("/").replace("/", ".")
            assert step["op"] == "replace"
            assert all(found(target, path) is not None for target in targets), path
