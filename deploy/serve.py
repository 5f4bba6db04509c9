"""Runs one service as a process: `python -m deploy.serve intake`."""

import contextlib
import gc
import importlib
import resource
import signal
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from shared.settings import ServiceSettings, SettingsWrong

DRAIN_WITHIN = 20
"""Seconds that requests and handlers get to end in."""

CANNOT_START = 3
"""The exit code of a service that did not come so far, as uvicorn's own command has it."""

YOUNG = 3_000
"""Objects that come, less those that go, between two looks for garbage: more than sixteen calls at once hold.

By Python's own 700 these are looked through again and again, which took a sixth of a create; by 20 000 a look
takes tens of milliseconds, in which nobody is answered."""

KEEP_ALIVE = 75
"""Seconds; longer than a gateway's or client's own limit, else a request meets a connection that is just closing."""


def main() -> None:
    """Run the service that the first argument names, at STAGEBRUG_HOST and STAGEBRUG_PORT."""
    name = sys.argv[1]
    _raise_file_limit()
    # uvicorn drains, and then raises the signal once more for whoever listened before it
    signal.signal(signal.SIGTERM, _end_well)
    server = _Server(_secured(name, _config(*_made(name))))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(CANNOT_START)


def _config(settings: ServiceSettings, app: FastAPI) -> uvicorn.Config:
    certificate = settings.tls_certificate_file or None
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        # the service sets up logging itself
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=DRAIN_WITHIN,
        ssl_certfile=certificate,
        # uvicorn takes a key alone for a wish for TLS, and then misses the certificate
        ssl_keyfile=(settings.tls_key_file or None) if certificate else None,
    )


def _secured(name: str, config: uvicorn.Config) -> uvicorn.Config:
    """With its certificate read; the process ends in a sentence when that cannot be used."""
    try:
        config.load()
    except OSError as error:  # as ssl's errors are
        print(f"{name} cannot start: its certificate or key cannot be used ({error})", file=sys.stderr)
        sys.exit(CANNOT_START)
    return config


def _made(name: str) -> tuple[ServiceSettings, FastAPI]:
    """The service and what it was told; with wrong settings the process ends, after a line for each."""
    try:
        settings: ServiceSettings = importlib.import_module(f"services.{name}.settings").Settings()
        app: FastAPI = importlib.import_module(f"services.{name}.app").create_app(settings)
    except SettingsWrong as wrong:
        print(f"{name} cannot start, its settings are wrong:", *wrong.problems, sep="\n  ", file=sys.stderr)
        sys.exit(CANNOT_START)
    return settings, app


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and let the garbage collector no longer look through what lives as long as the process.

        That is most of what there is (code, routes, statements, tables of places): a full collection of a busy service
        goes from hundreds of milliseconds, in which nobody is answered, to a few.
        """
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def _end_well(_signum: int, _frame: FrameType | None) -> None:
    """Asked to end and drained, or not yet begun: neither is a failure that a supervisor should tell of."""
    sys.exit(0)


def _raise_file_limit() -> None:
    """Every open live stream is an open file, and 1024 is a common limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
