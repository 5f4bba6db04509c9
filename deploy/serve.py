"""Runs one service as a process: `python -m deploy.serve intake`."""

import importlib
import os
import resource
import signal
import sys
from types import FrameType

import uvicorn

DRAIN_WITHIN = 20
"""Seconds that requests and handlers get to end in."""

KEEP_ALIVE = 75
"""Seconds; longer than a gateway's or client's own limit, else a request meets a connection that is just closing."""


def main() -> None:
    """Run the service that the first argument names, at STAGEBRUG_HOST and STAGEBRUG_PORT."""
    name = sys.argv[1]
    _raise_file_limit()
    # uvicorn drains, and then raises the signal once more for whoever listened before it
    signal.signal(signal.SIGTERM, _end_well)
    app = importlib.import_module(f"services.{name}.app").create_app()
    uvicorn.run(
        app,
        host=os.environ.get("STAGEBRUG_HOST", "127.0.0.1"),
        port=int(os.environ.get("STAGEBRUG_PORT", "8000")),
        loop="uvloop",
        http="httptools",
        access_log=False,
        # the service sets up logging itself
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN_WITHIN,
    )


def _end_well(_signum: int, _frame: FrameType | None) -> None:
    """Asked to end and drained, or not yet begun: neither is a failure that a supervisor should tell of."""
    sys.exit(0)


def _raise_file_limit() -> None:
    """Every open live stream is an open file, and 1024 is a common limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
