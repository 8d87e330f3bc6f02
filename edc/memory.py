"""Loads of many rows: they make many objects that live as long as their transaction, and few cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_AFTER = (50_000, 20, 100)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage seldom."""
    usual = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
