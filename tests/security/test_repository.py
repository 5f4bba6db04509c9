"""What the repository itself promises: no secret in it, images that may do little, papers that name tests that there are."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]

SECRETS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}",
    "private JWK": r'"d"\s*:\s*"[\w-]{40,}"',
    "token of a forge": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bglpat-[\w-]{20}\b",
    "key of a cloud": r"\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b",
    "token": r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
    "password in an address": r"://[\w.-]+:(?!\$|\{|[a-z-]*(?:password|pw|pass|hush|secret)\b)[^@\s/\"'<>]{12,}@",
}
"""Of what is seen by machines; generated words such as `admin` in the compose file are for one machine, and say so."""


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_secret_is_in_the_repository() -> None:
    found = []
    for file in tracked():
        if file.suffix in {".png", ".lock", ".woff2"} or not file.is_file():
            continue
        text = file.read_text(errors="replace")
        found += [(what, str(file.relative_to(ROOT))) for what, form in SECRETS.items() if re.search(form, text)]
    assert found == []


@pytest.mark.parametrize(
    ("what", "planted"),
    [
        ("private key", "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj" + "AgEAAoIB"),
        ("private JWK", '{"kty": "EC", "d": "' + "x" * 43 + '"}'),
        ("password in an address", "amqp://stagebrug:" + "Zx81kq0Lm2Pw9" + "@broker:5672"),
    ],
)
def test_the_scan_would_find_one(what: str, planted: str) -> None:
    assert re.search(SECRETS[what], planted)


def test_containers_run_as_nobody_and_write_nowhere() -> None:
    image = (ROOT / "deploy/compose/Dockerfile").read_text()
    assert re.search(r"^USER (?!root)\w+$", image, re.MULTILINE)
    assert "--require-hashes" in image
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("intake", "matching", "notifications", "analytics", "migrate"):
        service = compose[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
    for service in compose.values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


TESTS = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_test_that_the_papers_name_is_there() -> None:
    papers = [ROOT / "docs/security.md", *(ROOT / "docs/privacy").glob("*.md"), ROOT / "docs/operations/runbooks.md"]
    named = [found for paper in papers for found in TESTS.findall(paper.read_text())]
    assert len(named) > 60
    for file, test in named:
        source = (ROOT / file).read_text() if (ROOT / file).exists() else ""
        assert source, f"{file} is not there"
        assert not test or re.search(rf"^(async )?def {test}\(", source, re.MULTILINE), f"{file} has no {test}"
