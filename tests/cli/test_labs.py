"""`edc labs`: results and ranges from files, by whoever runs the server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.capture import change
from audit.models import audit_change
from edc.casebook.enrolment import enrol
from edc.cli.workplace import Workplace
from edc.records.outcome import Saving
from edc.study.models import ConsentVersion, Laboratory, NormalRange
from edc.study.service import create_site
from forms.items import Answer
from forms.patch import Patch
from tests.cli.conftest import Edc

pytestmark = pytest.mark.requirement("C34")
HEADER = "participant,visit,sample_datetime,laboratory,test,result,unit"
HGB = "001-001,SCR,2024-01-09 08:15,Moores,HGB,12.1,g/dL"
RANGE_HEADER = "site,laboratory,panel,test,unit,sex,lln,uln,valid_from,source_document"
RANGE = "001,Moores,HEM,HGB,g/dL,BOTH,12.5,16,2024-01-01,Ranges 2024"


@pytest.fixture
def place(edc: Edc) -> Workplace:
    """An installation with a site, its laboratory and a participant."""
    assert edc("db", "upgrade").exit_code == 0
    made = Workplace.open()
    yes = dict.fromkeys(("capacity_confirmed", "tissue_consent", "blood_consent", "copy_given"), Answer("Y"))
    consent = {
        "consent_type": Answer("INITIAL"), "consent_version": Answer("v4.0"), "obtained_by": Answer("L. Ames"),
        "signature_date": Answer(dt.date(2024, 1, 8)), **yes,
    }  # fmt: skip
    with made.session(writes=True) as session:
        site = create_site(session, by=made.operator, code="001", name="UCSD", time_zone="America/Los_Angeles")
        with change(session, by=made.operator, act="participant:enrol") as opened:
            session.add(ConsentVersion(site_uid=site.uid, label="v4.0", valid_from=dt.date(2023, 1, 1)))
            session.add(Laboratory(site_uid=site.uid, name="Moores", active=True))
            session.flush()
            now = dt.datetime.now(dt.UTC)
            enrol(Saving(session, opened, made.operator, now), site, Patch(items=consent, complete=True))
    return made


def write(home: Path, *lines: str, name: str = "lab.csv") -> Path:
    path = home / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def changes(place: Workplace) -> int:
    with place.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(audit_change)) or 0


def test_dry_run_says_what_is_new_and_stores_nothing(home: Path, edc: Edc, place: Workplace) -> None:
    before = changes(place)
    answer = edc("labs", "import", write(home, HEADER, HGB), "--dry-run")
    assert answer.exit_code == 0 and "1 new, 0 same, 0 differs, 0 refused" in answer.output, answer.output
    assert changes(place) == before


def test_file_is_imported_once(home: Path, edc: Edc, place: Workplace) -> None:
    file = write(home, HEADER, HGB)
    answer = edc("labs", "import", file)
    assert answer.exit_code == 0 and "1 results imported." in answer.output, answer.output
    before = changes(place)
    answer = edc("labs", "import", file)
    assert answer.exit_code == 0 and "1 same" in answer.output and changes(place) == before


def test_row_that_stops_the_file_is_named_with_what_to_do(home: Path, edc: Edc, place: Workplace) -> None:
    edc("labs", "import", write(home, HEADER, HGB))
    report = home / "report.csv"
    answer = edc("labs", "import", write(home, HEADER, HGB.replace("12.1", "11"), HGB.replace("001-", "009-")), "--report", report)
    assert answer.exit_code == 1 and "Row 2, column result: differs. Sample 1 of SCR holds 12.1" in answer.output
    assert "Row 3, column participant: refused." in answer.output and "Nothing was imported." in answer.output
    assert len(report.read_text().splitlines()) == 3


def test_unreadable_file_is_wrong_input(home: Path, edc: Edc, place: Workplace) -> None:
    answer = edc("labs", "import", write(home, HEADER.replace(",", ";")))
    assert answer.exit_code == 2 and "separated by semicolons" in answer.output


def test_ranges_are_proposed_and_wait(home: Path, edc: Edc, place: Workplace) -> None:
    edc("labs", "import", write(home, HEADER, HGB))
    file = write(home, RANGE_HEADER, RANGE, name="ranges.csv")
    assert "Dry run: nothing was stored." in edc("labs", "ranges", file, "--dry-run").output
    answer = edc("labs", "ranges", file)
    assert answer.exit_code == 0 and "1 ranges proposed." in answer.output, answer.output
    with place.session() as session:
        assert [row.approved_by for row in session.scalars(select(NormalRange))] == [None]
    answer = edc("labs", "preview")
    assert answer.exit_code == 1 and "001-001 SCR sample 1: 12.1 g/dL, none, no flag becomes LOW" in answer.output


def test_wrong_range_keeps_all_out(home: Path, edc: Edc, place: Workplace) -> None:
    answer = edc("labs", "ranges", write(home, RANGE_HEADER, RANGE, RANGE.replace("12.5", "99"), name="ranges.csv"))
    assert answer.exit_code == 1 and "Row 3" in answer.output and "Nothing was proposed." in answer.output
