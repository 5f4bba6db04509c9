"""A service whose broker and database are reached by TLS, with certificates as `deploy/certificates` makes them."""

import asyncio
import re
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy import backups, databases, processes, programs, records, serve, stack
from deploy.passwords import Passwords
from deploy.plan import Plan
from deploy.ports import LOOPBACK, free_port, free_ports
from deploy.servers import Broker, Servers, containers, postgres, probes, rabbitmq, start_servers, stop_servers
from shared.pools import engine_of
from shared.settings import ServiceSettings
from shared.topology import Management

pytestmark = pytest.mark.skipif(
    not (rabbitmq.installed() and postgres.installed()) or containers.answers(),
    reason="takes servers installed on this machine",
)
ROOT = Path(__file__).parents[2]
HOST = "localhost"
SERVICE = "analytics"

COMPOSE = ROOT / "deploy/compose"
DATABASE = ("ssl = on", "ssl_cert_file = '{own}/tls.crt'", "ssl_key_file = '{own}/tls.key'")


def certificates(folder: Path) -> Path:
    """What an operator makes by the script; the authority's own."""
    subprocess.run([ROOT / "deploy/certificates", folder, HOST], check=True, capture_output=True)
    return folder / "ca.crt"


@dataclass(frozen=True)
class Secured:
    """Servers with certificates; the database takes nobody without TLS."""

    place: Path
    authority: Path
    broker: str
    management: str
    database: str

    def believing(self, authority: Path) -> Servers:
        """Their addresses for a client that believes one authority; that of the management page comes from outside."""
        checked = f"sslmode=verify-full&sslrootcert={authority}"
        return Servers(f"{self.broker}?cafile={authority}", self.management, f"{self.database}?{checked}", "host")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    place = tmp_path_factory.mktemp("secured")
    for folder in (place, *place.parents[:2]):
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    authority, ports = certificates(place / "tls"), free_ports(("amqps", "https"))
    own = place / "rabbitmq/conf.d"
    own.mkdir(parents=True)
    (own / "tls.conf").write_text(_of_the_broker(place / "tls" / HOST, ports))
    try:
        plain = start_servers(place)
        asyncio.run(_secure(plain.postgres_url, place))
        login = [urlsplit(url).netloc.rpartition("@")[0] for url in (plain.rabbitmq_url, plain.postgres_url)]
        yield Secured(
            place,
            authority,
            f"amqps://{login[0]}@{HOST}:{ports['amqps']}/",
            f"https://{login[0]}@{HOST}:{ports['https']}",
            f"postgresql://{login[1]}@{HOST}:{urlsplit(plain.postgres_url).port}/postgres",
        )
    finally:
        stop_servers(place, erase=True)


def _of_the_broker(own: Path, ports: dict[str, int]) -> str:
    """What the compose file tells the broker, at free ports, and beside the plain ones that a private server has."""
    told = (COMPOSE / "rabbitmq-tls.conf").read_text().replace("listeners.tcp = none\n", "")
    for here, there in (("/tls/", f"{own}/"), ("0.0.0.0", LOOPBACK)):
        told = told.replace(here, there)
    return told.replace(":5671", f":{ports['amqps']}").replace("= 15671", f"= {ports['https']}")


async def _secure(postgres_url: str, place: Path) -> None:
    """PostgreSQL gets its certificate while it runs, and refuses whoever comes without TLS from then on."""
    server = records.read(place / "postgresql/server.json")
    own = Path(server["place"]) / "tls"
    shutil.copytree(place / "tls" / HOST, own)
    for path in (own, *own.iterdir()):
        if server["user"]:
            shutil.chown(path, server["user"])
    connection = await asyncpg.connect(postgres_url)
    for setting in DATABASE:
        await connection.execute(f"alter system set {setting.format(own=own)}")
    rules = Path(server["place"]) / "data/pg_hba.conf"
    rules.write_text((COMPOSE / "pg_hba-tls.conf").read_text())
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@pytest.fixture
def lines(secured: Secured) -> Iterator[list[str]]:
    said: list[str] = []
    yield said
    stack.down(secured.place / "stack", said.append)


def test_a_service_reaches_its_servers_by_tls_alone_and_is_reached_so(
    secured: Secured, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.place / "tls" / HOST / "trusted.crt"))
    monkeypatch.setenv("STAGEBRUG_TLS_KEY_FILE", "of what runs elsewhere")
    folder, name = secured.place / "stack", f"t_{secrets.token_hex(4)}"
    given = secured.believing(secured.authority)
    running = stack.up(
        folder, lines.append, services=[SERVICE], ports=stack.free_stack_ports(), name=name, servers=given
    )
    assert httpx.get(f"{running.urls[SERVICE]}/health/ready").is_success
    asyncio.run(_all_by_tls(given, name))
    backups.copy(given.postgres_url, postgres.programs_of(_major(secured)), secured.place / "copy")
    assert (secured.place / "copy/backup_manifest").exists()
    _answers_by_https(secured, running)


def _major(secured: Secured) -> str:
    data = Path(records.read(secured.place / "postgresql/server.json")["place"]) / "data"
    return (data / "PG_VERSION").read_text().strip()


async def _all_by_tls(servers: Servers, name: str) -> None:
    connection = await asyncpg.connect(servers.postgres_url)
    secured = "select ssl, count(*) from pg_stat_ssl join pg_stat_activity using (pid) where usename = $1 group by ssl"
    found = {row["ssl"]: row["count"] for row in await connection.fetch(secured, f"{name}_{SERVICE}")}
    await connection.close()
    assert set(found) == {True}
    async with Management(servers.management_url) as broker, asyncio.timeout(30):
        while not (there := await broker.call("GET", "vhosts", name, "connections")):
            await asyncio.sleep(0.1)  # a poll with a deadline: the broker counts every five seconds
    assert {each["ssl"] for each in there} == {True}


def _answers_by_https(secured: Secured, running: stack.Stack) -> None:
    """A second replica, with a certificate of its own: it answers who believes its authority, and nobody else."""
    folder, port = running.folder, free_port()
    plan = Plan.of(folder, [SERVICE], None, running.name)
    passwords = Passwords(stack.passwords_file(folder))
    words = [passwords.of(SERVICE, use) for use in ("owner", "database")]
    database = asyncio.run(databases.prepare(running.servers.postgres_url, running.name, SERVICE, *words))
    broker = Broker(running.servers.rabbitmq_url, running.servers.management_url)
    usual = programs.service(plan, database, broker, passwords)
    assert usual.environment["STAGEBRUG_TLS_KEY_FILE"] == ""
    own = secured.place / "tls" / HOST
    shows = {"STAGEBRUG_TLS_CERTIFICATE_FILE": str(own / "tls.crt"), "STAGEBRUG_TLS_KEY_FILE": str(own / "tls.key")}
    address = f"https://{HOST}:{port}/health/ready"
    told = {**usual.environment, **shows, "STAGEBRUG_PORT": str(port)}
    processes.start(folder, processes.Program("by-https", usual.command, told, folder=usual.folder))
    try:
        processes.wait_until(folder, "by-https", lambda: _answers(address))
        stranger = ssl.create_default_context(cafile=certificates(secured.place / "other"))
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(address, verify=stranger)
    finally:
        processes.stop(folder, "by-https")


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.ConnectError:
        return False


async def test_servers_are_refused_whose_authority_is_not_believed(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = secured.believing(certificates(secured.place / "other"))
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.place / "other/ca.crt"))
    said = [
        await asyncio.to_thread(probes.rabbitmq, other.rabbitmq_url),
        await asyncio.to_thread(probes.rabbitmq_management, other.management_url),
        await asyncio.to_thread(probes.postgres, other.postgres_url),
    ]
    assert [("certificate is not trusted" in each.problem) for each in said] == [True] * 3, said
    engine = engine_of(other.postgres_url, 1, 0, pooled=False)
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        async with engine.connect():
            pass
    await engine.dispose()
    without = secured.database + "?sslmode=disable"
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="no encryption"):
        await asyncpg.connect(without)


def test_a_certificate_that_is_not_there_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    told = ServiceSettings.model_construct(tls_certificate_file="/nowhere/tls.crt")
    with pytest.raises(SystemExit) as ended:
        serve._secured("intake", serve._config(told, FastAPI()))
    assert ended.value.code == serve.CANNOT_START
    assert "intake cannot start: its certificate or key cannot be used" in capsys.readouterr().err


def test_a_key_without_a_certificate_asks_for_no_tls() -> None:
    told = ServiceSettings.model_construct(tls_key_file="/nowhere/tls.key")
    assert not serve._secured("intake", serve._config(told, FastAPI())).is_ssl


def test_certificates_are_renewed_in_time_and_the_authority_stays(tmp_path: Path) -> None:
    authority = certificates(tmp_path).read_text()
    first = (tmp_path / HOST / "tls.crt").read_text()
    certificates(tmp_path)
    assert (tmp_path / HOST / "tls.crt").read_text() == first
    signed = f"-CA {tmp_path}/ca.crt -CAkey {tmp_path}/ca.key -key {tmp_path}/{HOST}/tls.key"
    for days, stays in ((91, True), (89, False)):
        ends = f"openssl req -x509 {signed} -subj /CN={HOST} -days {days} -out {tmp_path}/{HOST}/tls.crt"
        subprocess.run(ends.split(), check=True, capture_output=True)
        before = (tmp_path / HOST / "tls.crt").read_text()
        certificates(tmp_path)
        assert ((tmp_path / HOST / "tls.crt").read_text() == before) == stays, days
    assert (tmp_path / "ca.crt").read_text() == authority
    assert (tmp_path / HOST / "trusted.crt").read_text().startswith(authority)
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0


def test_half_an_authority_is_made_anew_with_all_that_it_signed(tmp_path: Path) -> None:
    certificates(tmp_path)
    (tmp_path / "ca.crt").unlink()
    certificates(tmp_path)
    strictly = f"openssl verify -x509_strict -CAfile {tmp_path}/{HOST}/ca.crt {tmp_path}/{HOST}/tls.crt"
    subprocess.run(strictly.split(), check=True, capture_output=True)
    assert "Authority Key Identifier" in _extensions(tmp_path / HOST / "tls.crt")


def _extensions(certificate: Path) -> str:
    shown = f"openssl x509 -in {certificate} -noout -ext subjectKeyIdentifier,authorityKeyIdentifier"
    return subprocess.run(shown.split(), check=True, capture_output=True, text=True).stdout


def test_a_certificate_that_cannot_be_made_is_said_in_openssls_words(tmp_path: Path) -> None:
    certificates(tmp_path / "tls")
    (tmp_path / "tls/ca.key").write_text("no key")
    (tmp_path / "tls" / HOST / "tls.crt").unlink()
    with pytest.raises(subprocess.CalledProcessError) as unreadable:
        certificates(tmp_path / "tls")
    assert f"CA private key from {tmp_path}/tls/ca.key" in unreadable.value.stderr.decode()

    tools = tmp_path / "without-openssl"
    tools.mkdir()
    for name in ("sh", "mkdir", "uname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    command = [f"{ROOT}/deploy/certificates", f"{tmp_path}/other", HOST]
    lacking = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": str(tools)})
    assert lacking.returncode == 1
    assert re.search(r"openssl: .*not found", lacking.stderr)
