"""Versions of CRFs: their order, and which of them a CRF has had."""

from __future__ import annotations

import re
from functools import lru_cache

# What every site enters until it has activated something newer.
FIRST = "1.0"
_SHAPE = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}", re.ASCII)


@lru_cache(maxsize=512)
def order(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared; raises ValueError for what is no version."""
    if not _SHAPE.fullmatch(version):
        raise ValueError(f"'{version}' is no version; one reads like 1.0 or 2.1")
    return tuple(int(part) for part in version.split("."))


@lru_cache(maxsize=4096)
def spans(since: str, retired: str, version: str) -> bool:
    """Whether what came with `since` and left with `retired` (empty: never) is part of `version`."""
    return order(since) <= order(version) and (not retired or order(version) < order(retired))
