"""A service's process, from its start to the end that a supervisor asks for."""

import signal
from pathlib import Path

from tests.faults.crash.histories import HISTORIES
from tests.faults.crash.house import House
from tests.support.bench import Bench


async def test_a_service_that_is_asked_to_end_drains_and_ends_with_zero(bench: Bench, tmp_path: Path) -> None:
    house = await House.built("toy", bench, tmp_path, {}, HISTORIES["toy"].effects)
    await house.start()
    assert house.process
    try:
        house.process.send_signal(signal.SIGTERM)
        assert await house.died() == 0, house.last_lines()
    finally:
        house.end()
    assert "Application shutdown complete" in house.last_lines()
