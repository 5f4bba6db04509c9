"""What calls need beside the database: the installation's settings."""

import contextlib
from collections.abc import AsyncIterator

from services.analytics.settings import Settings


@contextlib.asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Settings]:
    """For as long as the service runs."""
    yield settings
