"""Private instances of the servers installed on this machine; installed first where we may."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from deploy.servers import debian, postgres, rabbitmq
from deploy.servers.source import Broker, Origin


class Host:
    """One node and one database server with their data in `folder`."""

    origin: Origin = "host"

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self._folder = folder
        self._report = report
        self._installing = threading.Lock()

    def broker(self) -> Broker:
        """The private node, started when it does not run."""
        return rabbitmq.start(self._folder, self._find(rabbitmq.installed))

    def database(self) -> str:
        """The private database server, started when it does not run."""
        return postgres.start(self._folder, self._find(postgres.installed))

    def _find(self, installed: Callable[[], Path | None]) -> Path:
        if there := installed():
            return there
        # both are installed by one run of apt, whoever misses his first
        with self._installing:
            return installed() or debian.install(self._report, installed)


def has_data(folder: Path) -> bool:
    """Whether servers were started here before."""
    return (folder / rabbitmq.NODE).exists() or (folder / postgres.NAME).exists()


def stop(folder: Path, *, erase: bool) -> None:
    """End both servers; with `erase` their data goes too."""
    stopping = threading.Thread(target=rabbitmq.stop, args=(folder,))
    stopping.start()
    postgres.stop(folder)
    stopping.join()
    if erase:
        postgres.erase(folder)
        for name in (rabbitmq.NODE, postgres.NAME):
            shutil.rmtree(folder / name, ignore_errors=True)
