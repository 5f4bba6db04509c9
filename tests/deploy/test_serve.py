"""A service's process, from its start to the end that a supervisor asks for."""

import signal
from pathlib import Path

from tests.faults.crash.histories import HISTORIES
from tests.faults.crash.house import House
from tests.support.bench import Bench


async def test_a_service_listens_where_a_file_says_and_when_asked_to_end_drains_and_ends_with_zero(
    bench: Bench, tmp_path: Path
) -> None:
    house = await House.built("toy", bench, tmp_path, {}, HISTORIES["toy"].effects)
    (tmp_path / "port").write_text(f"{house.port}\n")
    await house.start(STAGEBRUG_PORT="", STAGEBRUG_PORT_FILE=str(tmp_path / "port"))
    assert house.process
    try:
        house.process.send_signal(signal.SIGTERM)
        assert await house.died() == 0, house.last_lines()
    finally:
        house.end()
    assert "Application shutdown complete" in house.last_lines()
