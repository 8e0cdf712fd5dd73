"""Structured logs on stderr: text for people at a terminal, else one JSON object a line; no query, header, body, secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from timeline.text import escaped, line, shown


class JsonLines(logging.Formatter):
    """Writes a record and its `fields` as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        data: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(), "message": record.getMessage(), **getattr(record, "fields", {}),
        }  # fmt: skip
        if record.exc_info:
            data["error"] = self.formatException(record.exc_info)
        return escaped(json.dumps(data, ensure_ascii=False, default=str))


class Text(logging.Formatter):
    """Writes a record as people read it: the time of day, the message, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows on lines of its own."""
        fields = " ".join(
            f"{name}={line(str(value))}" for name, value in getattr(record, "fields", {}).items()
        )
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        told = datetime.fromtimestamp(record.created).astimezone()
        text = f"{told:%H:%M:%S} {level}{line(record.getMessage())} {fields}".rstrip()
        return f"{text}\n{shown(self.formatException(record.exc_info))}" if record.exc_info else text


def setup(level: int = logging.INFO) -> None:
    """Send our logs, and the server's, to stderr: as text to a terminal, as JSON lines to anything else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Text() if sys.stderr.isatty() else JsonLines())
    for name in ("timeline.serve", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    if sys.stderr.isatty():
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # the address is said once
    logging.getLogger("uvicorn.access").disabled = True  # ours has the same, without the query
