"""Progress of long work, on the error stream, and only once two seconds have passed."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENT_SECONDS = 2.0
LINE_SECONDS = 5.0


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Give a function to call after each piece of work: "Verifying the trail: 12,000 of 40,000"."""
    started = shown = time.monotonic()
    done, is_shown = 0, False
    every = 0.2 if sys.stderr.isatty() else LINE_SECONDS
    end = "\r" if sys.stderr.isatty() else "\n"

    def advance() -> None:
        nonlocal done, shown, is_shown
        done += 1
        now = time.monotonic()
        if now - started > SILENT_SECONDS and (now - shown > every or not is_shown):
            shown, is_shown = now, True
            of = f" of {total:,}" if total else ""
            sys.stderr.write(f"{label}: {done:,}{of}{end}")
            sys.stderr.flush()

    yield advance
    if is_shown:
        sys.stderr.write(f"{label}: {done:,} in {time.monotonic() - started:.0f} s\n")
