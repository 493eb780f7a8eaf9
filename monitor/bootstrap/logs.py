"""Logs: one event name and keys, to standard error; text on a terminal, JSON lines elsewhere."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import Processor

from monitor.bootstrap.journal import is_the_journal, marked

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def set_up_logs(*, level: str, form: str) -> None:
    """`level` is the least severity shown; `form` is auto, text or json."""
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    renderer = structlog.dev.ConsoleRenderer(colors=colours) if text else structlog.processors.JSONRenderer()
    ends: list[Processor] = [renderer, _marked] if is_the_journal(sys.stderr) else [renderer]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, *ends],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends], foreign_pre_chain=shared
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.INFO))
    # What other libraries tell on their way is theirs; what goes wrong is told by us, with a reason.
    for name in ("apscheduler", "aiohttp", "trafilatura", "htmldate", "asyncio", "uvicorn", "psycopg"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _marked(_logger: Any, method: str, line: Any) -> str:
    """`journalctl -p warning` finds what went wrong."""
    return marked(str(line), method)
