"""What an operator can set: all of it is in `.env.example`, and what is wrong is said at once and without secrets."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import settings_page
from deploy.errors import StackError
from deploy.passwords import Passwords
from services.notifications.settings import Settings
from shared.settings import SettingsWrong

ROOT = Path(__file__).parents[2]
FOR_TESTS = {"STAGEBRUG_SABOTAGE", "STAGEBRUG_REACHED_FILE", "STAGEBRUG_CRASH_AT"}
"""Read by nothing but what tests break on purpose."""

RIGHT = {"STAGEBRUG_DATABASE_URL": "postgresql://a:b@c/d", "STAGEBRUG_AMQP_URL": "amqp://a:b@c/d"}


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("STAGEBRUG_"):
            monkeypatch.delenv(name)


def test_the_example_is_what_the_code_reads() -> None:
    assert settings_page.EXAMPLE.read_text() == settings_page.page(), "run `make docs`"
    files = [path for folder in ("deploy", "services", "shared") for path in (ROOT / folder).rglob("*.py")]
    read = {name for path in files for name in re.findall(r'"(STAGEBRUG_[A-Z_]+[A-Z])"', path.read_text())}
    assert "STAGEBRUG_WAL_ARCHIVE" in read
    assert "STAGEBRUG_ANALYTICS_SESSION_PASSWORD" in settings_page.names()
    assert read - settings_page.names() <= FOR_TESTS
    assert not [line for line in settings_page.EXAMPLE.read_text().split("\n\n") if line.startswith("#STAGEBRUG")]


def test_a_service_says_everything_that_is_wrong_and_nothing_that_is_secret() -> None:
    wrong = {
        "STAGEBRUG_AMQP_URL": "http://me:geheim@broker",
        "STAGEBRUG_PORT": "many",
        "STAGEBRUG_CORS_ORIGINS": "[broken",
        "STAGEBRUG_DATABASE_URL_FILE": "/nowhere/at/all",
        "STAGEBRUG_CLIENT_SECRET": "geheim",
        "STAGEBRUG_CLIENT_SECRET_FILE": "/dev/null",
    }
    command = [sys.executable, "-m", "deploy.serve", "intake"]
    done = subprocess.run(command, env=os.environ | wrong, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    said = done.stderr.splitlines()[1:]
    assert len(said) == 5, said
    for name in ("AMQP_URL is wrong: it must begin with amqp://", "PORT is wrong: input should be a valid integer"):
        assert f"STAGEBRUG_{name}" in done.stderr
    assert "STAGEBRUG_DATABASE_URL_FILE is wrong: /nowhere/at/all cannot be read" in done.stderr
    assert "STAGEBRUG_CLIENT_SECRET and STAGEBRUG_CLIENT_SECRET_FILE are both set" in done.stderr
    assert "geheim" not in done.stdout + done.stderr


def test_a_setting_can_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**RIGHT, "STAGEBRUG_CORS_ORIGINS": '["https://a"]', "STAGEBRUG_WEBHOOK_PAUSES": "1,2"}.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    monkeypatch.setenv("STAGEBRUG_LISTEN_URL", "")  # as an unset line of an env file
    read = Settings()
    assert read.database_url.get_secret_value() == RIGHT["STAGEBRUG_DATABASE_URL"]
    assert (read.cors_origins, read.webhook_pauses, read.listen_url) == (["https://a"], (1, 2), None)
    monkeypatch.setenv("STAGEBRUG_OIN", "12")
    with pytest.raises(SettingsWrong, match="STAGEBRUG_OIN is wrong"):
        Settings()


def test_an_administrators_password_can_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "word").write_text("from a file\n")
    monkeypatch.setenv("STAGEBRUG_INTAKE_OWNER_PASSWORD_FILE", str(tmp_path / "word"))
    assert Passwords(tmp_path / "secrets.json").of("intake", "owner") == "from a file"
    monkeypatch.setenv("STAGEBRUG_INTAKE_OWNER_PASSWORD_FILE", str(tmp_path / "gone"))
    with pytest.raises(StackError, match="STAGEBRUG_INTAKE_OWNER_PASSWORD_FILE names"):
        Passwords(tmp_path / "secrets.json").of("intake", "owner")
