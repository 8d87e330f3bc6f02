"""docs/add-a-crf.md followed word for word: from a declaration to data file, paper, API and trail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.amendment.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path, database_url: str) -> Workshop:
    """A copy of the code with an empty database."""
    folder = tmp_path / "copy"
    folder.mkdir()
    return Workshop(folder, database_url)


@pytest.mark.requirement("C52")
def test_a_form_needs_its_declaration_and_nothing_else(workshop: Workshop) -> None:
    ran = workshop.follow("add-a-crf.md")
    assert [command.split()[0] for command in ran].count("edc") == 5
    assert (workshop.folder / "walk.pdf").stat().st_size > 1000
    assert (workshop.folder / "forms" / "released" / "SMW-1.0.json").exists()
    [migration] = workshop.folder.glob("edc/migrations/versions/*_add_the_six_minute_walk.py")
    assert set(re.findall(r"create_table\('(crf_\w+)'", migration.read_text())) == {"crf_smw", "crf_smw_stop"}

    found = workshop.tell("tests.amendment.added_form")
    assert (found["saved"], found["version"], found["status"]) == (303, "1.0", "complete")
    assert found["queries"] == ["SMW-01"]
    assert "640 m were walked on 2024-01-20, but 4 stops are listed." in found["page"]
    assert "Six-minute walk" in found["matrix"]
    row = found["csv"]["crf_smw"].splitlines()[1]
    assert '"640"' in row or ",640," in row
    assert len(found["csv"]["crf_smw_stop"].splitlines()) == 5
    assert "SMW.METRES_A_MINUTE" in found["dictionary"]
    items = found["record"]["items"]
    assert (items["walk_date"], str(items["metres"]), str(items["metres_a_minute"])) == ("2024-01-20", "640", "107")
    assert '"SMWNew"' in found["document"]
    assert ["SMW.METRES", None, "640", "1.0"] in found["trail"]
    assert ["SMW.METRES_A_MINUTE", None, "107", "1.0"] in found["trail"]
    assert "Six-minute walk" in found["pdf"]["casebook"] and "640 m" in found["pdf"]["casebook"]
    assert "Distance walked" in found["pdf"]["blank"] and "SMW.METRES" not in found["pdf"]["blank"]
    assert "SMW.METRES" in found["pdf"]["annotated"] and "SMW-01 (query)" in found["pdf"]["annotated"]
    assert "The trail is whole." in workshop.edc("audit", "verify")
