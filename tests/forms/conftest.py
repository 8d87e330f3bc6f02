"""Fixtures of the engine's tests: the toy CRFs in a registry of their own."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.toy_crfs import declare_toys, own_registry


@pytest.fixture
def registry() -> Iterator[None]:
    """An empty registry for CRFs that a test declares itself."""
    with own_registry():
        yield


@pytest.fixture
def toys(registry: None) -> SimpleNamespace:
    """The toy CRFs: Everything (EV), Doses (DO), Events (AE)."""
    return declare_toys()
