"""Registration as a gate: what must stand before it, who may pass it with a reason, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from edc.errors import RightMissing
from edc.records.gates import RegistrationRefused
from edc.records.models import SIGNED, Signature
from edc.records.service import get_subject
from edc.study.models import Site, Subject
from tests.forms.eligible import LAB_ROWS, answers, lab_row
from tests.records.casebooks import AMES, CODE, DIAZ, Casebook

DATES = {"planned_c1d1": "2024-01-24", "ie_date": "2024-01-20"}
REGISTERED = {"registration_date": "2024-01-20", "registered_by": "R. Diaz", "eligibility_confirmed": "Y"}


def assess(casebook: Casebook, *, signed: bool = True, **changed: str | None) -> None:
    """The investigator answers every criterion; `incl07b=None` leaves one out."""
    given: Mapping[str, str | None] = DATES | answers() | changed
    casebook.save("IE", {name: text for name, text in given.items() if text is not None}, by=AMES)
    if signed:
        sign(casebook)


def sign(casebook: Casebook) -> None:
    """The investigator's signature on the eligibility form; what it needs is tested with signatures."""
    with casebook.saving(AMES, act="record:sign") as saving:
        record = casebook.header(saving.session, "IE")
        record.signature_state = SIGNED
        saving.session.add(Signature(
            site_uid=record.site_uid, subject_uid=record.subject_uid, record_uid=record.uid, user_uid="user-ames",
            printed_name="Dr L. Ames", role="investigator", meaning="reviewed", signed_at=saving.now, row_version=1,
            crf_version="1.0", content_digest="0" * 64,
        ))  # fmt: skip


def registration_date(casebook: Casebook) -> dt.date | None:
    """The stored date of registration of the participant."""
    with casebook.session() as session:
        return get_subject(session, CODE).registration_date


def refusal(casebook: Casebook, **more) -> str:
    """The sentence with which a registration is refused."""
    with pytest.raises(RegistrationRefused) as refused:
        casebook.save("REG", REGISTERED, **more)
    assert registration_date(casebook) is None
    return str(refused.value.sentence)


def test_a_signed_form_with_every_criterion_met_registers(casebook: Casebook) -> None:
    assess(casebook)
    casebook.save("REG", REGISTERED)
    assert registration_date(casebook) == dt.date(2024, 1, 20)
    assert casebook.values("REG", "arm_code") == ["NIVOIL2"]


def test_without_an_eligibility_form_nobody_is_registered(casebook: Casebook) -> None:
    assert refusal(casebook) == (
        "001-001 was not registered. Registration needs a signed eligibility form. Still open: the eligibility form is "
        "not filled in. Settle what is open, or let an investigator register with a reason for doing so."
    )


@pytest.mark.parametrize(
    ("words", "signed", "changed", "still_open"),
    [
        ("not signed", False, {}, "the eligibility form is not signed"),
        ("one unmet", True, {"incl07b": "N"}, "inclusion 7b is not met and has no waiver"),
        ("one exclusion present", True, {"excl01": "Y"}, "exclusion 1 is not met and has no waiver"),
        ("one not answered", True, {"incl03a": None}, "inclusion 3a is not answered"),
        ("many not answered", True, dict.fromkeys(["incl01", "incl02", "incl04", "incl05", "incl06"]),
         "5 criteria are not answered"),
        ("one unmet, one with a waiver", True, {"incl07b": "N", "incl07b_waiver": "W-1", "excl01": "Y"},
         "exclusion 1 is not met and has no waiver"),
    ],
)  # fmt: skip
def test_what_is_open_stands_in_the_refusal(casebook: Casebook, words, signed, changed, still_open) -> None:
    assess(casebook, signed=signed, **changed)
    assert f"Still open: {still_open}." in refusal(casebook)


def test_a_waiver_for_each_unmet_criterion_opens_the_gate(casebook: Casebook) -> None:
    assess(casebook, incl07b="N", incl07b_waiver="W-1")
    casebook.save("REG", REGISTERED)
    assert registration_date(casebook) == dt.date(2024, 1, 20)


def test_a_signature_that_an_answer_voided_no_longer_counts(casebook: Casebook) -> None:
    assess(casebook)
    casebook.save("IE", {"excl09_comment": "nothing found"}, by=AMES)
    assert "the eligibility form is not signed" in refusal(casebook)


def test_an_investigator_registers_all_the_same_with_a_reason(casebook: Casebook) -> None:
    casebook.save("REG", REGISTERED | {"override_reason": "Waiver by telephone, letter follows"}, by=AMES)
    assert registration_date(casebook) == dt.date(2024, 1, 20)
    assert ("IE-10", "eligibility_confirmed", "open") in casebook.queries("REG")


def test_a_coordinator_does_not(casebook: Casebook) -> None:
    with pytest.raises(RightMissing, match="registration:override"):
        casebook.save("REG", REGISTERED | {"override_reason": "please"}, by=DIAZ)


def test_a_registration_that_stands_may_be_corrected(casebook: Casebook) -> None:
    assess(casebook)
    casebook.save("REG", REGISTERED)
    casebook.save("IE", {"incl07b": "N"}, by=AMES, reason="Entry error")
    casebook.save("REG", {"registered_by": "K. Osei"}, reason="Entry error")
    assert casebook.values("REG", "registered_by") == ["K. Osei"]
    assert ("IE-10", "eligibility_confirmed", "open") in casebook.queries("REG")


def fill_study(casebook: Casebook, count: int) -> None:
    """So many other participants are registered, half of them at another site."""
    with casebook.saving() as saving:
        sites = saving.session.query(Site).order_by(Site.code).all()
        for number in range(count):
            site = sites[number % 2]
            saving.session.add(Subject(
                site_uid=site.uid, site=site, code=f"{site.code}-{number + 100}", status="REGISTERED", frozen=False,
                locked=False, registration_date=dt.date(2024, 1, 2),
            ))  # fmt: skip


def test_the_25th_participant_is_registered_and_the_26th_is_not(casebook: Casebook) -> None:
    assess(casebook)
    fill_study(casebook, 25)
    assert "25 participants are registered, the most that this study takes" in refusal(casebook)


def test_there_is_room_for_the_25th(casebook: Casebook) -> None:
    assess(casebook)
    fill_study(casebook, 24)
    casebook.save("REG", REGISTERED)
    assert registration_date(casebook) == dt.date(2024, 1, 20)


# --- results follow the data, whichever form is saved last -----------------------------------------------------------


def sample(casebook: Casebook, **values: str) -> None:
    """The panel of eligibility, some values changed."""
    rows = [(None, lab_row(test, values.get(test))) for test in LAB_ROWS]
    given = {"performed": "Y", "sample_dt": "2024-01-15 08:00", "lab": "Moores", "panel": "HEM|CHEM|COAG"}
    casebook.save("LAB", given, rows={"RESULT": rows})


def result(casebook: Casebook, code: str) -> str:
    """The automatic result of a criterion."""
    return str(casebook.values("IE", f"{code}_result")[0])


HISTORY = {"gilbert": "N", "any_metastasis": "N", "tumour_type": "MELANOMA", "histology_confirmed": "Y", "current_stage": "IV"}
PD1 = {"PD1": [(None, {"agent": "PEMBROLIZUMAB", "first_dose": "2023-05-02", "last_dose": "2023-11-02"})]}
LATER = [
    ("laboratory", "incl09d", "CANNOT TELL", "MET", sample),
    ("disease history", "incl04", "CANNOT TELL", "MET", lambda book: book.save("DH", HISTORY)),
    ("earlier anti-PD-1", "incl03a", "CANNOT TELL", "MET", lambda book: book.save("DH", HISTORY, rows=PD1)),
    ("physical exam", "incl06", "CANNOT TELL", "NOT MET",
     lambda book: book.save("PE", {"ecog": "2", "ecog_date": "2024-01-15"})),
    ("medication", "excl01", "MANUAL", "NOT MET", lambda book: book.save("CM", {
        "drug": "cefuroxime", "class_flag": "ANTIBIOTIC", "route": "ORAL", "start": "2024-01-15", "ongoing": "Y"})),
    ("procedure", "excl05", "CANNOT TELL", "NOT MET", lambda book: book.save("PR", {
        "category": "SURGERY", "term": "resection", "minor": "N", "start": "2024-01-15"})),
    ("demographics", "incl02", "CANNOT TELL", "MET", lambda book: book.save("DM", {"birth_date": "1970"})),
    ("lesion", "incl05", "CANNOT TELL", "MET", lambda book: book.save("TLB", {
        "role": "TARGET", "organ": "LUNG", "is_node": "N", "method": "MRI", "slice_mm": "5", "baseline_mm": "20",
        "baseline_scan_date": "2024-01-10"})),
    ("medical history", "excl08", "MANUAL", "NOT MET", lambda book: book.save("MH", {
        "term": "infarction", "category": "ARTERIAL_TE", "start": "2023-12", "ongoing": "Y"})),
    ("heart and lungs", "incl11", "CANNOT TELL", "NOT MET",
     lambda book: book.save("CARD", {"assess_date": "2024-01-15", "adequate_il2": "N"}, by=AMES)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "before", "after", "enter"), LATER, ids=[case[0] for case in LATER])
def test_a_result_follows_a_form_that_is_saved_later(casebook: Casebook, words, code, before, after, enter) -> None:
    assess(casebook)
    assert result(casebook, code) == before
    enter(casebook)
    assert result(casebook, code) == after
    assert casebook.state("IE", "signature_state") == "void"


def test_the_real_first_dose_changes_a_result_and_asks(casebook: Casebook) -> None:
    """Surgery on 27 December is 28 days before 24 January, and 27 before 23 January."""
    casebook.clock.at = dt.datetime(2024, 2, 10, 20, 0, tzinfo=dt.UTC)
    casebook.save("PR", {"category": "SURGERY", "term": "resection", "minor": "N", "start": "2023-12-27"})
    assess(casebook)
    casebook.save("REG", REGISTERED)
    assert (result(casebook, "excl05"), casebook.state("IE", "signature_state")) == ("MET", "signed")
    casebook.save("NIVO", {"given": "Y", "start_dt": "2024-01-23 09:00"}, visit="C1D1")
    assert (result(casebook, "excl05"), casebook.state("IE", "signature_state")) == ("NOT MET", "void")
    assert ("IE-11", "excl05", "open") in casebook.queries("IE")
    assert ("IE-10", "eligibility_confirmed", "open") not in casebook.queries("REG")


def test_dates_that_change_no_result_leave_the_signature(casebook: Casebook) -> None:
    casebook.clock.at = dt.datetime(2024, 2, 10, 20, 0, tzinfo=dt.UTC)
    sample(casebook)
    assess(casebook)
    casebook.save("REG", REGISTERED | {"registration_date": "2024-01-22"})
    casebook.save("NIVO", {"given": "Y", "start_dt": "2024-01-25 09:00"}, visit="C1D1")
    assert casebook.state("IE", "signature_state") == "signed"
