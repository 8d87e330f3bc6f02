"""Logs without study data: only keys on the list are written, and a fault is its type and places, never its values."""

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"event", "level", "timestamp", "reference", "endpoint", "method", "status", "user", "role", "job", "count"}
    | {"fault", "places", "command", "seconds"}
)


def keep_allowed(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop each key that is not on the list, so that a value can never slip into a log."""
    return {key: value for key, value in entry.items() if key in ALLOWED}


def configure() -> None:
    """Write one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def places(fault: BaseException) -> list[str]:
    """Return where a fault passed, "service.py:40 save_items", without any value."""
    frames = traceback.extract_tb(fault.__traceback__)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


def log_fault(fault: BaseException, reference: str, **facts: str) -> None:
    """Write a fault of ours under its reference."""
    structlog.get_logger().error(
        "fault", reference=reference, fault=type(fault).__name__, places=places(fault), **facts
    )
