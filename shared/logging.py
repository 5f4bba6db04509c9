"""Log lines are facts with fields: one JSON object a line, or coloured for a person."""

import logging
import sys
from typing import Literal

import structlog


def _without_rows(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """PostgreSQL's DETAIL quotes the row that it refused, and that may be a student's."""
    if "DETAIL:" in (trace := str(line.get("exception", ""))):
        line["exception"] = "\n".join(part for part in trace.splitlines() if "DETAIL:" not in part)
    return line


def configure_logging(service: str, log_format: Literal["json", "console"]) -> None:
    """Send structlog's and the standard library's lines to standard error in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_rows,
    ]
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("httpx", "httpcore", "aiormq", "aio_pika", "alembic", "faststream"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)
