"""Pins are exact and without addresses, agree with each other, and stand on the page of dependencies."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==([0-9][0-9A-Za-z.]*)")


def pins(name: str) -> dict[str, str]:
    """Version by package of a file of pins; any other line fails."""
    found = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines():
        matched = PIN.fullmatch(line)
        assert matched, f"requirements/{name}.txt: '{line}' is no exact pin"
        found[matched[1]] = matched[2]
    return found


@pytest.mark.requirement("S-7")
def test_both_files_pin_the_same_versions() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    assert {name: dev[name] for name in runtime} == runtime


def test_every_package_is_explained_once() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for name in pins("dev"):
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        assert any(word.search(row) for row in rows), f"docs/dependencies.md does not say why {name} is here"


def test_what_setup_asks_for_is_pinned() -> None:
    setup = (ROOT / "setup.cfg").read_text()
    asked = re.findall(r"^    ([a-z0-9-]+)(?:\[\w+\])? [<>]", setup, re.MULTILINE)
    assert len(asked) > 25
    assert set(asked) <= set(pins("dev"))
