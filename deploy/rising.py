"""After a restore: versions and positions go on above all that was given out before, so that what comes is newer."""

import importlib

from deploy.systems import System
from shared.unit_of_work import Publisher

LEAP = 1_000_000
"""More events than any subject or feed has between a backup and what broke; 2^53, where numbers in JSON end, is a
billion restores away."""

_VERSIONS = "update {table} set version = version + $1"
_FEEDS = "update heads set position = position + $1 where name <> 'deliveries'"
"""No reader outside is to find other events under positions that were passed; `deliveries` is a lock and no feed."""


async def raise_versions(system: System) -> None:
    """Lift every subject's version and every feed's position, before a service runs; twice does no harm.

    A version of a subject says to whom heard more of it than we remember now that what comes is newer, and to who
    would write with an older one that it is not (409).
    """
    for service in system.services:
        store = importlib.import_module(f"services.{service}.store")
        tables = [table.fullname for table in Publisher.of("", store.metadata).subjects.values()]
        connection = await system.owner(service)
        try:
            async with connection.transaction():
                for table in (*tables, "erased"):
                    await connection.execute(_VERSIONS.format(table=table), LEAP)
                if "heads" in store.metadata.tables:
                    await connection.execute(_FEEDS, LEAP)
        finally:
            await connection.close()
