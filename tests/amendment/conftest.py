"""An amendment inside the running code: version 2.0 of demographics asks one question and has one check more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms import releases
from forms.crf import CRF, get_crf
from forms.releases import canonical_json, definition

NEW_ITEM, NEW_CHECK = "contraception_agreed", "DM-01"


@pytest.fixture
def amended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[CRF]]:
    """Demographics 2.0, released beside 1.0; the question and the check are those that 2.0 added."""
    folder = tmp_path / "released"
    folder.mkdir()
    for function in (releases.find_release, releases.released_versions, releases.find_last_release):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    crf = get_crf("DM")
    items = {name: item for name, item in crf.items.items() if name != NEW_ITEM}
    checks = tuple(check for check in crf.checks if check.id != NEW_CHECK)
    with monkeypatch.context() as older:
        older.setattr(crf, "items", items)
        older.setattr(crf, "checks", checks)
        (folder / "DM-1.0.json").write_text(canonical_json(definition(crf)))
    monkeypatch.setattr(crf, "version", "2.0")
    monkeypatch.setattr(crf.items[NEW_ITEM], "since", "2.0")
    dated = tuple(replace(check, since="2.0") if check.id == NEW_CHECK else check for check in crf.checks)
    monkeypatch.setattr(crf, "checks", dated)
    (folder / "DM-2.0.json").write_text(canonical_json(definition(crf)))
    yield crf
