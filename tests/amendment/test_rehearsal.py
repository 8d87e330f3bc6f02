"""An amendment with data in place: an item, a check and a form are added, on both databases, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.amendment.workshop import Workshop

WALK, DM = "forms/crfs/six_minute_walk.py", "forms/crfs/demographics.py"
QUALITY_OF_LIFE = '''"""Quality of life (SDTM QS): added by the amendment."""

from forms.crf import CRF
from forms.items import Integer


class QualityOfLife(CRF, oid="QOL", title="Quality of life", domain="QS", version="2.0", since="2.0"):
    """One number for how the participant feels."""

    score = Integer("How do you feel, from 0 to 100?", required=True, digits=3, plausible=("0", "100"), since="2.0")
'''


def amend(workshop: Workshop) -> None:
    """Version 2.0: an item and a check of the walk, an item of demographics, and a new form."""
    workshop.replace(WALK, 'domain="FT", slug=', 'domain="FT", version="2.0", slug=')
    workshop.replace(
        WALK, "    metres_a_minute =",
        '    oxygen = YesNo("Oxygen used", required=True, visible_if=DONE, since="2.0")\n    metres_a_minute =',
    )  # fmt: skip
    workshop.replace(
        WALK, '    @check("SMW-01"',
        '    @check("SMW-02", "{metres} m in six minutes is slow.", on="metres", since="2.0")\n'
        "    def is_brisk(metres: int) -> bool:\n"
        '        """Nobody who may be enrolled walks less than 500 m."""\n'
        "        return metres >= 500\n\n"
        '    @check("SMW-01"',
    )  # fmt: skip
    workshop.replace(DM, 'domain="DM", slug=', 'domain="DM", version="2.0", slug=')
    workshop.replace(
        DM, "    nih_enrolment_row =",
        '    interpreter = YesNo("Interpreter needed", required=True, since="2.0")\n    nih_enrolment_row =',
    )  # fmt: skip
    workshop.write("forms/crfs/quality_of_life.py", QUALITY_OF_LIFE)
    workshop.insert_after("forms/crfs/__init__.py", '    "six_minute_walk",', '    "quality_of_life",\n')
    workshop.insert_after("forms/schedule.py", "SMW ", f"QOL     X    {'.    ' * 12}".rstrip() + "\n")


@pytest.mark.requirement("C54", "C59")
def test_an_amendment_with_data_in_place(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    workshop = Workshop(folder, database_url)
    workshop.follow("add-a-crf.md")
    before = workshop.tell("tests.amendment.amended", "before")
    assert all(before[oid]["signature"] == "signed" for oid in ("DM", "SMW"))

    amend(workshop)
    waiting = workshop.edc("crf", "release", "--check", status=1)
    assert "DM 2.0 is not released." in waiting and "QOL 2.0 is not released." in waiting
    told = workshop.edc("crf", "diff", "SMW", status=1)
    assert "- New item: Oxygen used (SMW.OXYGEN), yes no, required, code list NY, asked when performed is Y." in told
    assert "- New check SMW-02 (query: {metres} m in six minutes is slow.)." in told
    workshop.edc("crf", "release")
    workshop.run("-m", "edc.migrations.autogenerate", "Amend to version 2.0")
    workshop.edc("db", "upgrade")
    assert "The trail is whole." in workshop.edc("audit", "verify")

    found = workshop.tell("tests.amendment.amended", "after")
    for oid in ("DM", "SMW"):
        assert found["standing"][oid] == before[oid], oid
        assert found["standing"][oid]["version"] == "1.0" and found["standing"][oid]["digest_holds"]
    assert found["columns"] == [480, "Y", None]
    assert "Quality of life" not in found["matrix_before"] and found["refused"] == "form-not-active"

    for words in ("New item: Oxygen used (SMW.OXYGEN)", "001-001/SCR/SMW", "Oxygen used", "no longer complete",
                  "SMW-02: 480 m in six minutes is slow.", "L. Ames"):  # fmt: skip
        assert words in found["rehearsal"], words

    assert found["still_standing"] == before["SMW"]
    assert found["begun"]["001-001"] == {"DM": "2.0", "SMW": "2.0", "QOL": "2.0"}
    assert found["begun"]["002-001"] == {"DM": "1.0", "SMW": "1.0", "QOL": "form-not-active"}
    assert "Quality of life" in found["matrix_after"]
    assert "Entered on v1.0. v2.0 asks 1 more: Oxygen used." in found["banner"]

    moved = found["after_move"]
    assert (found["moved"], moved["version"], moved["status"], moved["signature"]) == (303, "2.0", "incomplete", "void")
    assert moved["open"] == ["oxygen"] and "SMW-02" in moved["checks"]
    assert moved["values"] == before["SMW"]["values"]
    assert found["kept"] == before["DM"]
    assert found["acts"].count("build:propose") == found["acts"].count("build:activate") == 3
    assert found["acts"].count("record:move") == 1
    assert "The trail is whole." in workshop.edc("audit", "verify")

    refuses_a_rename(workshop)


def refuses_a_rename(workshop: Workshop) -> None:
    """A renamed item of the real form is named with what to do instead, and nothing is released."""
    workshop.replace(DM, '    interpreter = YesNo("Interpreter', '    translator = YesNo("Interpreter')
    workshop.replace(DM, 'version="2.0", slug=', 'version="3.0", slug=')
    told = workshop.edc("crf", "release", status=1)
    assert "Refused: DM.INTERPRETER was released and is gone or renamed. " in told
    assert 'Keep it with retired="3.0" and add a new item under a new name.' in told
    assert not (workshop.folder / "forms" / "released" / "DM-3.0.json").exists()
