"""The main job in Chromium, as each person in turn: from consent to a dataset that nobody can rewrite unseen."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, expect
from pypdf import PdfReader
from sqlalchemy import func, select

from audit.models import audit_record
from edc.demo.entry import Page
from edc.records.problems import RecordLocked
from edc.web import shell
from tests.browser import review_work as review
from tests.browser import site_work as site
from tests.browser.conftest import AsPerson
from tests.browser.hospital import Hospital
from tests.browser.person import STUDY, Person

pytestmark = pytest.mark.browser

OVER = {"Ongoing": "No", "Serious": "No", "Outcome": "Recovered or resolved"}
ON_IL2 = {"Action with nivolumab": "Dose not changed", "Action with IL-2": "Dose not changed"}
HYPOTENSION = {
    "Event as reported": "Low blood pressure", "CTCAE v5.0 term": "Hypotension", "Onset": "31 jan 2024",
    "Time of onset": "0500", "Grade": "3", **OVER, "Resolution": "3 feb 2024", "Time of resolution": "0800",
    **ON_IL2, "Action with IL-2": "Drug interrupted", "Treatment given": "Medication",
}  # fmt: skip
CHILLS = {
    "Event as reported": "Rigors", "CTCAE v5.0 term": "Chills", "Onset": "29 jan 2024", "Time of onset": "1000",
    "Grade": "2", **OVER, "Resolution": "29 jan 2024", "Time of resolution": "1400", **ON_IL2,
    "Treatment given": "Medication",
}  # fmt: skip
NAUSEA = {
    "Event as reported": "Nausea", "CTCAE v5.0 term": "Nausea", "Onset": "30 jan 2024", "Grade": "1", **OVER,
    "Resolution": "2 feb 2024", **ON_IL2, "Treatment given": "None",
}  # fmt: skip
CAUSALITY = {"Relationship to nivolumab": "Unlikely", "Relationship to IL-2": "Definite", "Immune-related": "No"}
ADMISSION = {
    "Admitted for HD IL-2": "Yes", "Admission": "29 jan 2024 0600", "Discharge": "4 feb 2024 1100",
    "Weight used for dosing": "72.0", "Dose level": "600,000 IU/kg", "Dose prescribed (after rounding)": "43200000",
    "Pre-admission checks passed": "Yes", "Transferred to intensive care": "No",
}  # fmt: skip
SCAN = {"Region": "Chest", "Modality": "CT scan", "Slice thickness": "5"}
ON_CT = {
    "Target / non-target / new": "Target", "Lymph node": "No", "Imaging method": "CT scan", "Slice thickness": "5",
    "Date of scan": "11 jan 2024", "Previously irradiated": "No",
}  # fmt: skip
LESIONS = (
    {**ON_CT, "Organ": "Lung", "Location detail": "right lower lobe", "Longest diameter (node: short axis)": "42"},
    {**ON_CT, "Organ": "Liver", "Location detail": "segment VI", "Longest diameter (node: short axis)": "28"},
)
RESPONSE = {
    "Target response (investigator)": "Partial response (PR)",
    "Non-target response (investigator)": "Not applicable, none at baseline",
    "Overall response (investigator)": "Partial response (PR)",
}


def test_from_consent_to_a_locked_dataset(hospital: Hospital, as_person: AsPerson, tmp_path: Path) -> None:
    """The whole story of the study for one participant, on either database."""
    coordinator, investigator = as_person("r.diaz"), as_person("l.ames")
    monitor, manager = as_person("m.lindt"), as_person("p.shah")
    code = screens_a_participant(coordinator)
    treats_the_participant(coordinator, investigator, code)
    follows_the_tumours(coordinator, investigator, code)
    corrects_a_value(coordinator, code)
    reads_and_signs(investigator, coordinator, manager, code)
    verifies_and_asks(monitor, coordinator, code)
    takes_listings_away(monitor, code, tmp_path)
    changes_a_verified_and_signed_value(coordinator, code)
    locks(manager, code)
    finds_every_door_closed(hospital, coordinator, code)
    release = releases(manager, investigator, as_person("c.weber"), tmp_path)
    judges_the_release(release, code, tmp_path)
    reads_one_history(as_person("i.laurent"), code)


def screens_a_participant(coordinator: Person) -> str:
    """Consent, demographics and a baseline panel with one value out of range and one that cannot be read."""
    code = site.enrol(coordinator, "8 jan 2024")
    assert code == "001-001", "the code that is next"
    site.complete_consent(coordinator, code)
    site.record_demographics(coordinator, code)
    site.record_visit(coordinator, code, "screening", "10 jan 2024")
    site.open_sample(coordinator, code, "screening", "10 jan 2024 0815", "Chemistry")
    site.type_results(coordinator, {"Sodium": "139", "Potassium": "4.o", "Creatinine": "1.9"})
    assert "needs correcting" in coordinator.save()
    coordinator.sees("There is a problem: 1 answer could not be read", "You entered '4.o'")
    expect(site.result(coordinator, "Creatinine").locator(".cb-flag")).to_contain_text("H")
    site.type_results(coordinator, {"Potassium": "4.0"})
    site.leave_out_rest(coordinator, "Chemistry", "Not done")
    site.result(coordinator, "Creatinine").get_by_label("Not clinically significant").check()
    coordinator.complete()
    return code


def treats_the_participant(coordinator: Person, investigator: Person, code: str) -> None:
    """Course 1 by hand, an admission with 9 doses given, 3 held, 2 not reached, and three adverse events."""
    site.add_visit(coordinator, code, "Course n, day 1 nivolumab", "1")
    site.record_visit(coordinator, code, "c1-d1", "22 jan 2024")
    site.record_visit(coordinator, code, "c1-admission-1", "29 jan 2024", "4 feb 2024")
    events = [site.report_event(coordinator, code, event) for event in (HYPOTENSION, CHILLS, NAUSEA)]
    site.say_events_occurred(coordinator, code)
    site.record_admission(coordinator, code, ADMISSION)
    site.record_doses(coordinator, code, "1 Hypotension")
    said = site.end_dosing(coordinator, "Toxicity", "1 Hypotension")
    assert "Doses: 9 given, 3 held, 2 not reached." in said
    coordinator.sees("388,800,000 IU", "5,400,000 IU/kg", "64.3 %")
    coordinator.open_form(code, "c1-admission-1/il2-admission")
    coordinator.complete()
    for event in events:
        site.judge_causality(investigator, code, event, CAUSALITY)


def follows_the_tumours(coordinator: Person, investigator: Person, code: str) -> None:
    """Two targets at baseline and after course 1; the investigator gives the response."""
    for lesion in LESIONS:
        site.register_lesion(coordinator, code, lesion)
    site.begin_assessment(coordinator, code, "screening", "11 jan 2024", {**SCAN, "Date of scan": "11 jan 2024"})
    coordinator.complete()
    coordinator.sees("70 mm")
    site.record_visit(coordinator, code, "c1-response", "25 mar 2024")
    site.begin_assessment(coordinator, code, "c1-response", "25 mar 2024", {**SCAN, "Date of scan": "25 mar 2024"})
    site.measure_targets(coordinator, "Chest, CT scan, 2024-03-25", {"T01": "29", "T02": "20.0"})
    expect(coordinator.page.locator("[data-from-baseline]")).to_have_text("-30.0 %")
    coordinator.answer_all({"Any new lesion": "No", "Clinical deterioration without scan progression": "No"})
    coordinator.save()
    investigator.open_form(code, "c1-response/tumour-assessment")
    investigator.answer_all(RESPONSE)
    investigator.complete()
    investigator.sees("49.0", "-30.0 %")


def corrects_a_value(coordinator: Person, code: str) -> None:
    """A typing error is corrected with its reason; without one nothing is stored."""
    coordinator.open_form(code, "screening/visit-header")
    coordinator.answer("Date of visit", "11 jan 2024")
    assert "Say why you changed" in coordinator.save()
    coordinator.say_why_changed("Date of visit", "Entry error")
    assert "Complete." in coordinator.save()


def reads_and_signs(investigator: Person, coordinator: Person, manager: Person, code: str) -> None:
    """Questions of checks are settled first; then the investigator opens each form and signs them all."""
    review.settle_queries(coordinator, manager)
    assert site.read_every_form(investigator, code) > 5
    said = site.sign_all(investigator, code)
    investigator.go(f"/participants/{code}/sign")
    investigator.sees("Nothing is ready to sign")
    assert re.search(r"Signed \d+ forms", said)


def verifies_and_asks(monitor: Person, coordinator: Person, code: str) -> None:
    """Verification of every item, and a query from question to close."""
    review.verify_form(monitor, code, "screening/visit-header")
    assert review.verify_all_left(monitor, code) > 5
    number = review.raise_query(
        monitor, code, "screening/demographics/items/ethnicity", "The admission note says Hispanic. Which is right?"
    )
    review.answer_query(coordinator, number, "Asked again: not Hispanic.")
    review.close_query(monitor, number, "Agreed.")
    monitor.sees("The admission note says Hispanic", "Asked again: not Hispanic.", "Agreed.")


def takes_listings_away(monitor: Person, code: str, folder: Path) -> None:
    """The verification listing as CSV and PDF, and the casebook as PDF, with the values in them."""
    monitor.go(f"/participants/{code}/verify")
    listing = list(csv.DictReader(monitor.download("Listing CSV", folder).read_text("utf-8-sig").splitlines()))
    assert {"Date of visit", "Result as reported"} <= {row["ITEM"] for row in listing}
    assert "Date of visit" in pdf_text(monitor.download("Listing PDF", folder))
    monitor.go(f"/participants/{code}")
    casebook = pdf_text(monitor.download("Casebook PDF", folder))
    for words in (code, "Hypotension", "43200000", "Dr Lena Ames", "Entry error", "2024-01-11"):
        assert words in casebook, words


def pdf_text(path: Path) -> str:
    """All text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def changes_a_verified_and_signed_value(coordinator: Person, code: str) -> None:
    """Both marks change, visibly, on the form and in the casebook."""
    said = site.correct(coordinator, code, "screening/visit-header", "Date of visit", "12 jan 2024", "Source corrected")
    assert "Verification of Date of visit was withdrawn because the value changed." in said
    assert "The signature of Dr Lena Ames no longer applies" in said
    coordinator.sees("1 of 2 verified", "Signature void")
    coordinator.go(f"/participants/{code}")
    cell = coordinator.page.get_by_role("link", name="Visit header, Screening")
    expect(cell).to_contain_text("changed since verified")
    expect(cell).to_contain_text("signature void")


def locks(manager: Person, code: str) -> None:
    """What is open is named; it is locked when each kind has its waiver."""
    with manager.awaiting(409, 422):
        assert "is locked" not in review.lock_participant(manager, code, "Interim 1", {})
    review.lock_participant(
        manager, code, "Interim 1",
        {
            "due forms that nobody began": "The participant left the study after course 1.",
            "items not verified": "The monitor saw the corrected source.", "forms not signed": "Signed on paper.",
        },
    )  # fmt: skip
    manager.go(f"/participants/{code}")
    manager.sees("Participant locked")


# --- after the lock -------------------------------------------------------------------------------------------------


def finds_every_door_closed(hospital: Hospital, coordinator: Person, code: str) -> None:
    """A locked casebook takes no change by form, by direct post, by a program or by a service; nothing moved."""
    before = data_changes(hospital)
    coordinator.open_form(code, "screening/visit-header")
    coordinator.sees("is locked since", "Ask data management to unlock it")
    assert coordinator.page.get_by_role("button", name="Save", exact=True).count() == 0
    for answer in (post_the_form(coordinator, code), save_as_program(coordinator, code)):
        assert answer.status == 409, answer.text()
        assert "locked" in answer.text()
    with pytest.raises(RecordLocked):
        save_by_service(hospital, code)
    assert data_changes(hospital) == before


def data_changes(hospital: Hospital) -> int:
    """How many lines of the trail tell of changed data."""
    with shell(hospital.app).engine.connect() as connection:
        statement = (
            select(func.count()).select_from(audit_record).where(audit_record.c.entity.like("crf\\_%", escape="\\"))
        )
        return int(connection.execute(statement).scalar_one())


def post_the_form(coordinator: Person, code: str) -> APIResponse:
    """Send the form although its page offers none, with a token that is right."""
    token = coordinator.page.locator("meta[name=csrf-token]").get_attribute("content")
    typed: dict[str, str | float | bool] = {
        "csrf_token": str(token), "row_version": "3", "visit_occurred": "Y", "visit_date": "2024-01-15",
        "visit_date.reason": "Entry error",
    }  # fmt: skip
    return coordinator.page.request.post(f"{STUDY}/participants/{code}/screening/visit-header", form=typed)


def save_as_program(coordinator: Person, code: str) -> APIResponse:
    """Save by a program, with a token issued on the account page."""
    token = site.issue_token(coordinator, "ward script", "record:read", "record:enter")
    program = {"Authorization": f"Bearer {token}"}
    asked = coordinator.page.request
    found = asked.get(f"/api/v1/participants/{code}/records?form=VISIT&visit=SCR", headers=program).json()["records"]
    record = asked.get(f"/api/v1/records/{found[0]['uid']}", headers=program).json()
    body = {
        "form": "VISIT", "row_version": record["row_version"], "reason": "Entry error",
        "items": {"visit_date": "2024-01-15"},
    }  # fmt: skip
    return asked.put(f"/api/v1/records/{record['uid']}", headers=program, data=body)


def save_by_service(hospital: Hospital, code: str) -> None:
    """Save as a command or an import does, below the screens."""
    page = Page("VISIT", "VISIT", {"visit_date": "2024-01-15"}, visit="SCR")
    desk = hospital.desk()
    desk.code = code
    desk.fill(page, reason="Entry error")


def releases(manager: Person, investigator: Person, sponsor: Person, folder: Path) -> Path:
    """The data manager proposes, the investigator confirms, the sponsor downloads."""
    review.propose_release(manager, "interim-1", "First look by the sponsor")
    manager.go("/releases")
    manager.sees("waits for a second person")
    review.confirm_release(investigator)
    sponsor.go("/releases")
    return sponsor.download("Download", folder)


def judges_the_release(archive: Path, code: str, folder: Path) -> None:
    """Anybody can prove with Python alone that values and history belong together."""
    unpacked = folder / "release"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(unpacked)
    command = [sys.executable, "-I", "verify.py", str(archive)]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Clean" in done.stdout
    visits = list(csv.DictReader((unpacked / "crf_visit.csv").read_text("utf-8-sig").splitlines()))
    assert {row["SUBJID"] for row in visits} == {code}
    assert "2024-01-12" in {row["VISIT_DATE"] for row in visits}


def reads_one_history(inspector: Person, code: str) -> None:
    """From first entry to the mark that the last change left, newest first; the trail shows lock and release."""
    lines = review.history_of(inspector, code, "screening/visit-header/items/visit_date")
    told = [line.partition("\n")[2] for line in lines][::-1]
    assert told[0] == "2024-01-10 first value"
    assert told[1] == '2024-01-10 2024-01-11 "Entry error"'
    assert any("verified against the source" in line for line in told[2:])
    assert '2024-01-11 2024-01-12 "Source corrected"' in told
    inspector.go("/audit")
    inspector.sees("participant:lock", "dataset:propose", "dataset:release", "dataset:download")
