"""Work that an installation does by itself every so often while it serves."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from edc.logs import places

Work = Callable[[], object]


def start(job: str, work: Work, every: float) -> Callable[[], None]:
    """Do work in a thread at once and every so many seconds; returns the function that ends it."""
    ended = threading.Event()
    thread = threading.Thread(target=repeat, args=(ended, job, work, every), name=job, daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join()

    return stop


def repeat(ended: threading.Event, job: str, work: Work, every: float) -> None:
    """Do work at once and every so many seconds until the end."""
    while not ended.is_set():
        attempt(job, work)
        ended.wait(every)


def attempt(job: str, work: Work) -> None:
    """Do work once; a fault is logged, without what it was about, and ends nothing: the next turn tries again."""
    try:
        work()
    except Exception as fault:
        structlog.get_logger().error(f"{job} failed", job=job, fault=type(fault).__name__, places=places(fault))
