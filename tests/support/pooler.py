"""PgBouncer in front of the database of a test, with two connections for all, so that transactions take turns on them."""

import asyncio
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.ports import free_ports

USER = "nobody"
"""PgBouncer refuses to run as root."""

SETTINGS = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
server_reset_query_always = 0
unix_socket_dir =
ignore_startup_parameters = extra_float_digits
"""


def program() -> str:
    """Where PgBouncer is, installed with apt when that may be done; skips with the reason where it cannot be had."""
    if not _found() and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "pgbouncer"]
        subprocess.run(install, capture_output=True, check=False)
    if found := _found():
        return found
    pytest.skip("pgbouncer is not here and could not be installed: apt-get install pgbouncer")


def _found() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.asynccontextmanager
async def pooled(url: str, users: Mapping[str, str], connections: int = 2) -> AsyncIterator[str]:
    """Host and port of PgBouncer in transaction mode before a server, which these users may use with their passwords."""
    parts = urlsplit(url)
    port = free_ports(["pooler"])["pooler"]
    with tempfile.TemporaryDirectory(prefix="stagebrug-pooler-") as name:
        folder = Path(name)
        given = {"host": parts.hostname, "server_port": parts.port, "port": port, "folder": folder}
        folder.joinpath("pgbouncer.ini").write_text(SETTINGS.format(connections=connections, **given))
        folder.joinpath("users").write_text("".join(f'"{user}" "{password}"\n' for user, password in users.items()))
        _let_read(folder)
        process = await asyncio.create_subprocess_exec(
            *(program(), "-q", str(folder / "pgbouncer.ini")),
            user=USER if os.geteuid() == 0 else None,
            stderr=subprocess.DEVNULL,
        )
        try:
            await _listens(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


def _let_read(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)


async def _listens(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)  # a poll with a deadline
            else:
                return writer.close()
