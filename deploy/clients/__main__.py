"""Write the services' OpenAPI documents as files, for generators: `python -m deploy.clients FOLDER`."""

import json
import sys
from pathlib import Path

from deploy.calls import document_of
from deploy.plan import SERVICES


def main(folder: Path) -> None:
    """One file for each service; nothing has to run for it."""
    folder.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        (folder / f"{service}.json").write_text(json.dumps(document_of(service), indent=1))


main(Path(sys.argv[1]))
