"""Debian's packages of the servers, installed so that nothing of the machine starts or changes."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.errors import StackError

SCRIPT = Path(__file__).with_name("install-servers")
"""A script, because `deploy/bootstrap` runs it too, beside pip, before there is anything to run Python with."""

MISSING = "RabbitMQ (3.10 or later) and PostgreSQL (15 or later) are needed: "


def install(report: Callable[[str], None], installed: Callable[[], Path | None]) -> Path:
    """Install both servers and say where the wanted one is; StackError when this machine does not let us."""
    if not shutil.which("apt-get"):
        raise StackError(
            MISSING + "install them, start a Docker engine, or set the STAGEBRUG_ addresses of running ones."
        )
    if os.geteuid() != 0:
        raise StackError(
            MISSING + "run `sudo deploy/servers/install-servers`, or set the STAGEBRUG_ addresses of running ones."
        )
    report("installing rabbitmq-server and postgresql with apt")
    done = subprocess.run([SCRIPT], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    there = installed()
    if done.returncode or there is None:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise StackError(f"apt could not install RabbitMQ and PostgreSQL: mend what it says and try again.\n{said}")
    return there
