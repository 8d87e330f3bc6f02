"""An installation in a folder of the test's own, and its `edc` command."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edc.cli import main
from edc.keys import Keyring
from edc.migrations.upgrade import upgrade_schema
from tests import databases

Edc = Callable[..., Result]


def upgrade(url: str) -> None:
    """Bring an empty database to the newest migration."""
    upgrade_schema(url)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation that has its keys and an empty SQLite database."""
    for name in [name for name in os.environ if name.startswith("CASEBOOK_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    url = databases.prepared_database("sqlite", "migrated", upgrade, tmp_path)
    Path(url.removeprefix("sqlite:///")).chmod(0o600)
    Keyring.new().save(tmp_path / "keys.json")
    monkeypatch.setenv("CASEBOOK_DATABASE_URL", url)
    monkeypatch.setenv("CASEBOOK_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("CASEBOOK_FILES", str(tmp_path / "files"))
    return tmp_path


@pytest.fixture
def edc(home: Path) -> Edc:
    """The command of the installation: `edc("user", "create", ..., input="...")`."""

    def run(*arguments: object, **more: str) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)  # type: ignore[arg-type]

    return run
