from pathlib import Path

import services

services.__path__.append(str(Path(__file__).parents[1] / "support" / "services"))  # the toy beside the real ones
