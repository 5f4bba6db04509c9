"""A database server comes back as it was at a moment, from a base backup and the archive of its log."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from deploy import backups, examining, records
from deploy.restoring import RECOVER_WITHIN, Moment
from deploy.servers import Servers, postgres
from deploy.stack import Stack

PROGRAMS = postgres.installed()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="takes a PostgreSQL installed on this machine")


@pytest.fixture
def places() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter, with `archive` for it to write in; its servers end with the test."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-test-") as name:
        place = Path(name)
        for folder in (place, place / "archive", place / "first", place / "second"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o777)
        yield place
        for server in (place / "first", place / "second"):
            postgres.stop(server)
            postgres.erase(server)


async def _do(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _notes(address: str) -> list[str]:
    connection = await asyncpg.connect(address)
    try:
        return [row["said"] for row in await connection.fetch("select said from notes order by said")]
    finally:
        await connection.close()


async def _jam(address: str, archive: Path) -> str:
    """Another server's piece of the log stands where the next one should go; its name, once that was noticed."""
    connection = await asyncpg.connect(address)
    try:
        piece = await connection.fetchval("select pg_walfile_name(pg_current_wal_lsn())")
        (archive / piece).write_text("of another server")
        await connection.execute("select pg_switch_wal()")
        async with asyncio.timeout(30):
            while not await connection.fetchval("select failed_count > 0 from pg_stat_archiver"):
                await asyncio.sleep(0.1)  # a poll with a deadline
        return str(piece)
    finally:
        await connection.close()


def _complaints(folder: Path, address: str) -> dict[str, str]:
    stack = Stack(folder, "none", Servers("", "", address, "host"), {}, ())
    return {each.what: each.says for each in examining._database(stack) if not each.fine}


def test_a_server_goes_back_to_the_moment_before_a_mistake(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROGRAMS
    monkeypatch.setenv(postgres.ARCHIVE, str(places / "archive"))
    address = postgres.start(places / "first", PROGRAMS)
    admin = postgres.Admin(postgres.ADMIN, unquote(urlsplit(address).password or ""))
    asyncio.run(_do(address, "create table notes (said text)", "insert into notes values ('before')"))
    backups.copy(address, PROGRAMS, places / "base")
    backups.verify_base(PROGRAMS, places / "base")
    asyncio.run(_do(address, "insert into notes values ('since')"))
    assert _complaints(places / "first", address) == {}
    piece = asyncio.run(_jam(address, places / "archive"))
    assert piece in _complaints(places / "first", address)["archive"]
    log = Path(records.read(places / "first" / postgres.NAME / "server.json")["place"]) / "data/pg_wal"
    shutil.copyfile(log / piece, places / "archive" / piece)  # as if it had ended just after it had archived it
    before = datetime.now(UTC)
    asyncio.run(_do(address, "delete from notes", "select pg_switch_wal()"))
    postgres.stop(places / "first")  # what is not archived yet is archived while it ends
    assert (log / "archive_status" / f"{piece}.done").exists()
    monkeypatch.delenv(postgres.ARCHIVE)

    moment = Moment(places / "archive", before)
    postgres.adopt(places / "second", places / "base", admin, moment.settings())
    restored = postgres.start(places / "second", PROGRAMS, RECOVER_WITHIN)
    assert asyncio.run(_notes(restored)) == ["before", "since"]
    asyncio.run(_do(restored, "insert into notes values ('afterwards')"))
