"""The one save: what people type is stored with its trail, derived, checked, and moves the other axes as declared."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from audit.canonical import value_text
from audit.capture import Audited
from audit.models import audit_change, audit_record
from audit.trail import replay
from edc.db import Base
from edc.errors import ReasonMissing
from edc.queries.models import Query
from edc.queries.service import close_query, open_queries
from edc.records.axes import count_axes
from edc.records.book import SubjectBook
from edc.records.clashes import drop_untouched
from edc.records.models import FormRecord
from edc.records.problems import (
    BrokenReference,
    ChangeReasonMissing,
    DerivedLocked,
    ItemNotYours,
    RecordLocked,
    RecordRemoved,
    StaleVersion,
    UnknownRow,
)
from edc.records.saving import place_of
from edc.records.service import get_subject, note_opening, save_record
from edc.review.problems import NothingToVerify
from edc.review.signing import MEANING, content_of, list_signable, sign_records
from edc.review.verification import take_back, verify_items
from edc.schema import metadata
from edc.study.models import StudyState, Visit
from forms.crf import get_crf
from forms.items import Answer
from forms.patch import Patch, RowPatch
from tests.records.casebooks import ADMISSION, AMES, CODE, HYPOTENSION, LINDT, OSEI, SHAH, Casebook, answers

LEVELS = ("record", "visit", "participant", "site", "study")


@pytest.fixture
def admission(casebook: Casebook) -> Casebook:
    """Admission 1 of course 1 with its weight and dose level; heart and lungs were assessed before it."""
    casebook.save("CARD", {"assess_date": "2024-01-10"}, visit="SCR")
    casebook.add_visit("C1A1")
    casebook.save("IL2A", ADMISSION, visit="C1A1")
    return casebook


def changes(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(audit_change)) or 0


@pytest.mark.requirement("C14")
def test_a_first_entry_is_stored_as_typed_and_asks_no_reason(admission: Casebook) -> None:
    assert admission.values("IL2A", "dosing_weight_kg", "admit_dt", visit="C1A1") == [Decimal("72.0"), "2024-01-24T08:00"]
    assert admission.state("IL2A", "row_version", visit="C1A1") == 1
    assert admission.state("IL2A", "entry_status", visit="C1A1") == "incomplete"


@pytest.mark.requirement("C14", "C15")
def test_one_save_is_one_change_in_the_trail(admission: Casebook, casebook_engine: Engine) -> None:
    before = changes(casebook_engine)
    admission.save("IL2A", {"dosing_weight_kg": "73.5"}, visit="C1A1", reason="Entry error")
    assert changes(casebook_engine) == before + 1
    with casebook_engine.connect() as connection:
        last = connection.execute(select(audit_change.c.uid, audit_change.c.user_name).order_by(audit_change.c.id.desc()))
        uid, name = last.first() or ("", "")
        lines = connection.execute(
            select(audit_record.c.oid, audit_record.c.old, audit_record.c.new, audit_record.c.reason, audit_record.c.path)
            .where(audit_record.c.change_uid == uid, audit_record.c.entity == "crf_il2a").order_by(audit_record.c.id)
        ).all()  # fmt: skip
    assert name == "R. Diaz"
    assert [tuple(line) for line in lines] == [
        ("IL2A.DOSING_WEIGHT_KG", "72.0", "73.5", "Entry error", f"{CODE}/C1A1/IL2A"),
        ("IL2A.CALCULATED_DOSE_IU", "43200000", "44100000", "Derived by DER-04 1.0", f"{CODE}/C1A1/IL2A"),
    ]


@pytest.mark.requirement("C14")
def test_saving_what_stands_already_changes_nothing(admission: Casebook, casebook_engine: Engine) -> None:
    before = changes(casebook_engine)
    outcome = admission.save("IL2A", ADMISSION, visit="C1A1")
    assert (outcome.changed, changes(casebook_engine)) == ([], before)
    assert admission.state("IL2A", "row_version", visit="C1A1") == 1


@pytest.mark.requirement("C19")
@pytest.mark.parametrize(
    ("what", "new"),
    [("another value", "73.5"), ("more digits", "72.00"), ("cleared", None), ("a missing reason", Answer(None, "NOT DONE"))],
)
def test_a_change_of_what_was_recorded_needs_its_reason(admission: Casebook, what: str, new: object) -> None:
    if what == "more digits":
        new = Answer(Decimal("72.00"))
    with pytest.raises(ChangeReasonMissing, match="Weight used for dosing"):
        admission.save("IL2A", {"dosing_weight_kg": new, "eligible_to_start": "Y"}, visit="C1A1")
    assert admission.values("IL2A", "dosing_weight_kg", "eligible_to_start", visit="C1A1") == [Decimal("72.0"), None]
    admission.save("IL2A", {"dosing_weight_kg": new}, visit="C1A1", reasons={"dosing_weight_kg": "New source"})
    assert admission.values("IL2A", "dosing_weight_kg", visit="C1A1") != [Decimal("72.0")] or what == "more digits"


@pytest.mark.requirement("C19")
def test_a_missing_reason_that_stands_is_changed_with_a_reason_too(casebook: Casebook) -> None:
    casebook.save("DM", {"sex": Answer(None, "NOT ASKED")})
    with pytest.raises(ChangeReasonMissing, match="Sex at birth"):
        casebook.save("DM", {"sex": "F"})
    casebook.save("DM", {"sex": "F"}, reason="New source")
    assert casebook.look("DM", lambda entry: entry.view.answer("sex")) == Answer("F")


def test_a_derived_value_follows_its_inputs(admission: Casebook) -> None:
    assert admission.values("IL2A", "calculated_dose_iu", visit="C1A1") == [43_200_000]
    outcome = admission.save("IL2A", {"dose_level": "720000"}, visit="C1A1", reason="Entry error")
    assert admission.values("IL2A", "calculated_dose_iu", visit="C1A1") == [51_840_000]
    assert [one.path for one in outcome.changed] == ["dose_level", "calculated_dose_iu"]


def test_a_derived_value_of_another_form_follows_too(admission: Casebook) -> None:
    slots = [(n, {"status": "GIVEN", "start_dt": "2024-01-24 09:00", "dose_iu": "43200000"}) for n in (1, 2)]
    admission.save("IL2D", {"planned_start": "2024-01-24 09:00"}, visit="C1A1", rows={"SLOT": slots})
    assert admission.values("IL2A", "doses_given", "total_iu", visit="C1A1") == [2, 86_400_000]
    assert admission.state("IL2A", "row_version", visit="C1A1") == 2


def test_nobody_types_a_derived_value(admission: Casebook) -> None:
    with pytest.raises(ItemNotYours, match="derivations"):
        admission.save("IL2A", {"calculated_dose_iu": "1"}, visit="C1A1")


@pytest.mark.requirement("S-2.1")
def test_only_an_investigator_assesses(casebook: Casebook) -> None:
    event = {**HYPOTENSION, "rel_il2": "POSSIBLE"}
    with pytest.raises(ItemNotYours, match="an investigator only: Relationship to IL-2"):
        casebook.save("AE", event)
    casebook.save("AE", event, by=AMES)
    assert casebook.values("AE", "rel_il2", line=1) == ["POSSIBLE"]


def test_answers_that_do_not_apply_stay_until_they_are_cleared(casebook: Casebook) -> None:
    casebook.save("DM", {"sex": "F", "childbearing": "Y"})
    casebook.save("DM", {"sex": "M"}, reason="Entry error")
    assert casebook.values("DM", "childbearing") == ["Y"]


def test_completing_needs_every_required_answer_or_its_missing_reason(casebook: Casebook) -> None:
    outcome = casebook.save("VISIT", {"visit_occurred": "Y"}, complete=True)
    assert [item.name for _, _, item in outcome.open_required] == ["visit_date"]
    assert casebook.state("VISIT", "entry_status") == "incomplete"
    outcome = casebook.save("VISIT", {"visit_date": Answer(None, "UNKNOWN")}, complete=True)
    assert (outcome.completed, casebook.state("VISIT", "entry_status")) == (True, "complete")


def test_a_complete_form_in_which_an_answer_becomes_required_falls_back(casebook: Casebook) -> None:
    casebook.save("VISIT", {"visit_occurred": "N", "reason_missed": "LOGISTIC"}, complete=True)
    assert casebook.state("VISIT", "entry_status") == "complete"
    outcome = casebook.save("VISIT", {"visit_occurred": "Y"}, reason="Entry error")
    assert (outcome.fell_back, casebook.state("VISIT", "entry_status")) == (True, "incomplete")


def test_an_empty_form_is_not_a_record(casebook: Casebook) -> None:
    outcome = casebook.save("VISIT", {"visit_occurred": None})
    assert (outcome.changed, casebook.state("VISIT", "row_version")) == ([], 0)
    with casebook.session() as session:
        assert not session.scalars(select(FormRecord).where(FormRecord.crf_oid == "VISIT")).all()


# --- rows of groups -------------------------------------------------------------------------------------------------


def grades(casebook: Casebook) -> list[tuple[int, str, bool]]:
    return list(casebook.look("AE", lambda e: [(r.row_no, r.grade, r.removed) for r in e.groups["GRADE"]], line=1))


def test_rows_get_numbers_that_stay(casebook: Casebook) -> None:
    first = (None, {"from_date": "2024-01-24", "grade": "3"})
    casebook.save("AE", HYPOTENSION, rows={"GRADE": [first, (None, {"from_date": "2024-01-25", "grade": "2"})]})
    casebook.save("AE", line=1, rows={"GRADE": [(2, {"grade": "1"}), (None, {})]}, reason="New source")
    assert grades(casebook) == [(1, "3", False), (2, "1", False)]
    assert casebook.values("AE", "max_grade", line=1) == ["3"]


@pytest.mark.requirement("C20")
def test_a_removed_row_stays_readable_and_its_number_is_never_used_again(casebook: Casebook) -> None:
    two = [(None, {"from_date": "2024-01-24", "grade": grade}) for grade in ("3", "2")]
    casebook.save("AE", HYPOTENSION, rows={"GRADE": two})
    casebook.save_patch("AE", Patch(rows={"GRADE": [RowPatch(1, remove_reason="Entered twice")]}), line=1)
    casebook.save("AE", line=1, rows={"GRADE": [(None, {"from_date": "2024-01-25", "grade": "1"})]})
    assert grades(casebook) == [(1, "3", True), (2, "2", False), (3, "1", False)]
    assert casebook.values("AE", "max_grade", line=1) == ["2"]
    with pytest.raises(RecordRemoved):
        casebook.save("AE", line=1, rows={"GRADE": [(1, {"grade": "4"})]}, reason="Entry error")


def test_a_row_is_not_removed_without_a_reason(casebook: Casebook) -> None:
    casebook.save("AE", HYPOTENSION, rows={"GRADE": [(None, {"from_date": "2024-01-24", "grade": "3"})]})
    with pytest.raises(ChangeReasonMissing):
        casebook.save_patch("AE", Patch(rows={"GRADE": [RowPatch(1, remove_reason=" ")]}), line=1)


def test_a_grid_has_no_row_beyond_its_last(casebook: Casebook) -> None:
    casebook.add_visit("C1A1")
    with pytest.raises(UnknownRow, match="no row 15"):
        casebook.save("IL2D", visit="C1A1", rows={"SLOT": [(15, {"status": "HELD"})]})


@pytest.mark.requirement("C20")
def test_a_removed_line_keeps_its_number_and_takes_no_more_changes(casebook: Casebook) -> None:
    casebook.save("AE", HYPOTENSION)
    casebook.remove("AE", 1, "Entered twice")
    assert casebook.state("AE", "removed_reason", line=1) == "Entered twice"
    with pytest.raises(RecordRemoved):
        casebook.save("AE", {"ongoing": "N"}, line=1, reason="New source")
    assert casebook.save("AE", HYPOTENSION).record.repeat_no == 2


def test_a_link_leads_to_a_line_of_the_same_participant_only(admission: Casebook) -> None:
    admission.add_participant("001-002")
    foreign = admission.save("AE", HYPOTENSION, code="001-002").record.uid
    own = admission.save("AE", HYPOTENSION).record.uid
    stop = {"stop_reason": "TOXICITY"}
    with pytest.raises(BrokenReference):
        admission.save("IL2A", {**stop, "stop_ae_ref": (own, foreign)}, visit="C1A1")
    admission.save("IL2A", {**stop, "stop_ae_ref": (own,)}, visit="C1A1")
    assert admission.values("IL2A", "stop_ae_ref", visit="C1A1") == [(own,)]


# --- two people -----------------------------------------------------------------------------------------------------


def test_two_people_on_different_items_keep_both(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "73.5"}, visit="C1A1", reason="New source")
    admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1", by=OSEI, read_at=1)
    assert admission.values("IL2A", "dosing_weight_kg", "eligible_to_start", visit="C1A1") == [Decimal("73.5"), "Y"]


def test_the_same_item_changed_by_two_people_is_shown_not_overwritten(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "73.5"}, visit="C1A1", by=OSEI, reason="New source")
    with pytest.raises(StaleVersion) as stale:
        admission.save("IL2A", {"dosing_weight_kg": "74.0"}, visit="C1A1", reason="Entry error", read_at=1)
    (clash,) = stale.value.clashes
    assert (clash.path, clash.value_then, clash.value_now, clash.changed_by) == ("dosing_weight_kg", "72.0", "73.5", "K. Osei")
    assert admission.values("IL2A", "dosing_weight_kg", visit="C1A1") == [Decimal("73.5")]


def test_two_people_who_typed_the_same_agree(admission: Casebook) -> None:
    admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1", by=OSEI)
    outcome = admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1", read_at=1)
    assert outcome.changed == []


def test_a_browser_that_sends_the_whole_form_takes_over_what_others_changed(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "73.5"}, visit="C1A1", by=OSEI, reason="New source")
    whole = Patch(answers(get_crf("IL2A"), {**ADMISSION, "eligible_to_start": "Y"}))
    with admission.saving() as saving:
        record = admission.header(saving.session, "IL2A", visit="C1A1")
        book = SubjectBook(saving.session, record.subject, saving.now)
        drop_untouched(book, book.entry(record), whole, 1)
        save_record(saving, record, whole, expected_version=1)
    assert admission.values("IL2A", "dosing_weight_kg", "eligible_to_start", visit="C1A1") == [Decimal("73.5"), "Y"]


# --- locks ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C33")
@pytest.mark.parametrize(
    ("level", "state"),
    [(level, "locked") for level in LEVELS] + [(level, "frozen") for level in LEVELS if level != "site"],
)
def test_nothing_locked_or_frozen_changes(admission: Casebook, level: str, state: str) -> None:
    with admission.saving(SHAH, reason="Interim analysis") as saving:
        record = admission.header(saving.session, "IL2A", visit="C1A1")
        study = StudyState(study_id="NCT", locked=False, frozen=False)
        target: Any = {
            "record": record, "visit": record.visit, "participant": record.subject, "site": record.subject.site,
            "study": study,
        }[level]  # fmt: skip
        if level == "study":
            saving.session.add(study)
        setattr(target, state, True)
    with pytest.raises(RecordLocked, match=state):
        admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1")
    assert admission.values("IL2A", "eligible_to_start", visit="C1A1") == [None]


@pytest.mark.requirement("C33")
def test_a_locked_form_is_not_changed_by_a_derivation_either(admission: Casebook) -> None:
    with admission.saving(SHAH, reason="Interim analysis") as saving:
        admission.header(saving.session, "IL2A", visit="C1A1").locked = True
    slots = [(1, {"status": "GIVEN", "start_dt": "2024-01-24 09:00", "dose_iu": "43200000"})]
    with pytest.raises(DerivedLocked, match="Doses given"):
        admission.save("IL2D", {"planned_start": "2024-01-24 09:00"}, visit="C1A1", rows={"SLOT": slots})
    assert admission.state("IL2D", "row_version", visit="C1A1") == 0


# --- queries of checks ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("C30")
def test_an_implausible_value_is_stored_and_asked_about_once(admission: Casebook) -> None:
    outcome = admission.save("IL2A", {"dosing_weight_kg": "720.0"}, visit="C1A1", reason="New source")
    assert [query.check_id for query in outcome.opened] == ["GEN-05"]
    admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1")
    assert admission.queries("IL2A", visit="C1A1") == [("GEN-05", "dosing_weight_kg", "open")]
    assert admission.state("IL2A", "queries_open", visit="C1A1") == 1


@pytest.mark.requirement("C30")
def test_a_query_closes_itself_when_the_data_fit(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "720.0"}, visit="C1A1", reason="New source")
    outcome = admission.save("IL2A", {"dosing_weight_kg": "72.0"}, visit="C1A1", reason="Entry error")
    assert [query.status for query in outcome.closed] == ["closed"]
    assert admission.state("IL2A", "queries_open", visit="C1A1") == 0
    admission.save("IL2A", {"dosing_weight_kg": "721.0"}, visit="C1A1", reason="New source")
    assert [status for _, _, status in admission.queries("IL2A", visit="C1A1")] == ["closed", "open"]


@pytest.mark.requirement("C30")
def test_it_is_what_the_source_says_answers_the_query(admission: Casebook) -> None:
    admission.save(
        "IL2A", {"dosing_weight_kg": "205.0"}, visit="C1A1", reason="New source",
        confirm={"dosing_weight_kg": "Weighed twice, chart page 3"},
    )  # fmt: skip
    assert admission.queries("IL2A", visit="C1A1") == [("GEN-05", "dosing_weight_kg", "answered")]
    assert admission.state("IL2A", "queries_answered", visit="C1A1") == 1


def test_a_confirmation_alone_is_stored_too(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "205.0"}, visit="C1A1", reason="New source")
    admission.save("IL2A", visit="C1A1", confirm={"dosing_weight_kg": "Weighed twice"})
    assert admission.queries("IL2A", visit="C1A1") == [("GEN-05", "dosing_weight_kg", "answered")]
    assert admission.state("IL2A", "row_version", visit="C1A1") == 2


def test_a_finding_that_a_reviewer_accepted_is_not_asked_again(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "205.0"}, visit="C1A1", reason="New source")
    with admission.saving(SHAH, act="query:close") as saving:
        (query,) = saving.session.scalars(select(Query)).all()
        close_query(query, "Accepted", by=SHAH, now=saving.now, may_close_checks=True)
    admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1")
    assert admission.queries("IL2A", visit="C1A1") == [("GEN-05", "dosing_weight_kg", "closed")]
    admission.save("IL2A", {"dosing_weight_kg": "206.0"}, visit="C1A1", reason="New source")
    assert [status for _, _, status in admission.queries("IL2A", visit="C1A1")] == ["closed", "open"]


def test_a_finding_in_a_row_leads_to_that_row(casebook: Casebook) -> None:
    rows = [(None, {"from_date": "2024-01-24", "grade": "3"}), (None, {"from_date": "2024-01-25", "grade": "3"})]
    outcome = casebook.save("AE", HYPOTENSION, rows={"GRADE": rows})
    places = [(query.check_id, query.place) for query in outcome.opened if query.check_id == "AE-06"]
    assert places == [("AE-06", f"{CODE}/LOG/AE/1/GRADE/2")]


# --- verification and signatures ------------------------------------------------------------------------------------


def verify(casebook: Casebook, oid: str, *items: str, visit: str) -> None:
    with casebook.saving(LINDT, act="record:verify") as saving:
        record = casebook.header(saving.session, oid, visit=visit)
        verify_items(saving, record, [f":{item}" for item in items], seen_version=record.row_version)


def sign(casebook: Casebook, oid: str, *, visit: str) -> None:
    with casebook.saving(AMES, MEANING, act="record:sign") as saving:
        record = casebook.header(saving.session, oid, visit=visit)
        note_opening(saving.session, record, "user-ames", saving.now)
        saving.session.flush()
        book = SubjectBook(saving.session, record.subject, saving.now)
        content = content_of(list_signable(saving.session, book, [record], "user-ames"))
        sign_records(
            saving, record.subject, [record], content=content, user_uid="user-ames", printed_name="Dr L. Ames"
        )  # fmt: skip


@pytest.mark.requirement("C34")
def test_a_changed_value_is_no_longer_verified_and_its_neighbours_are(admission: Casebook) -> None:
    verify(admission, "IL2A", "dosing_weight_kg", "dose_level", visit="C1A1")
    assert admission.state("IL2A", "verified", visit="C1A1") == 2
    outcome = admission.save("IL2A", {"dosing_weight_kg": "73.5"}, visit="C1A1", reason="New source")
    assert outcome.verification_withdrawn == ["Weight used for dosing"]
    counts = [admission.state("IL2A", name, visit="C1A1") for name in ("verified", "changed_since", "to_verify")]
    assert counts == [1, 1, 4]


@pytest.mark.requirement("C34")
def test_a_derived_value_is_never_source_verified(admission: Casebook) -> None:
    with pytest.raises(NothingToVerify):
        verify(admission, "IL2A", "calculated_dose_iu", visit="C1A1")


@pytest.mark.requirement("C34")
def test_an_item_with_an_open_query_is_not_verified(admission: Casebook) -> None:
    admission.save("IL2A", {"dosing_weight_kg": "720.0"}, visit="C1A1", reason="New source")
    with pytest.raises(NothingToVerify, match="1 items have an open query"):
        verify(admission, "IL2A", "dosing_weight_kg", visit="C1A1")


@pytest.mark.requirement("C33", "C34")
def test_a_locked_form_is_not_verified_and_a_frozen_one_is(admission: Casebook) -> None:
    for state in ("frozen", "locked"):
        with admission.saving(SHAH, reason="Interim analysis") as saving:
            setattr(admission.header(saving.session, "IL2A", visit="C1A1"), state, True)
        if state == "frozen":
            verify(admission, "IL2A", "dose_level", visit="C1A1")
    with pytest.raises(RecordLocked):
        verify(admission, "IL2A", "dosing_weight_kg", visit="C1A1")


@pytest.mark.requirement("C34")
def test_what_changed_since_the_monitor_opened_the_form_is_not_verified(admission: Casebook) -> None:
    admission.save("IL2A", {"eligible_to_start": "Y"}, visit="C1A1")
    with pytest.raises(NothingToVerify, match="changed since you opened"), admission.saving(LINDT) as saving:
        record = admission.header(saving.session, "IL2A", visit="C1A1")
        verify_items(saving, record, [":dose_level"], seen_version=1)


@pytest.mark.requirement("C34")
def test_a_verification_is_taken_back_with_a_reason(admission: Casebook) -> None:
    verify(admission, "IL2A", "dose_level", visit="C1A1")
    for reason in (" ", "Wrong line of the chart"):
        with contextlib.suppress(ReasonMissing), admission.saving(LINDT) as saving:
            take_back(saving, admission.header(saving.session, "IL2A", visit="C1A1"), [":dose_level"], reason)
        assert admission.state("IL2A", "verified", visit="C1A1") == (0 if reason.strip() else 1)


@pytest.fixture
def signed_visit(casebook: Casebook) -> Casebook:
    """The screening header, complete and signed by Dr Ames."""
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-01-10"}, complete=True)
    sign(casebook, "VISIT", visit="SCR")
    return casebook


@pytest.mark.requirement("C39")
def test_a_change_voids_the_signature_and_says_whose(signed_visit: Casebook) -> None:
    assert signed_visit.state("VISIT", "signature_state") == "signed"
    outcome = signed_visit.save("VISIT", {"visit_date": "2024-01-11"}, reason="Entry error")
    assert outcome.signatures_voided == ["Dr L. Ames"]
    assert signed_visit.state("VISIT", "signature_state") == "void"


@pytest.mark.requirement("C39")
def test_a_changed_derived_value_voids_the_signature_too(admission: Casebook) -> None:
    admission.save("IL2A", {"admission_occurred": "N", "reason_none": "OTHER"}, visit="C1A1", reason="Entry error")
    full = {**ADMISSION, "discharge_dt": "2024-01-29 10:00", "prescribed_dose_iu": "43200000", "eligible_to_start": "Y",
            "icu_transfer": "N", "stop_reason": "MAX DOSES"}  # fmt: skip
    admission.save("IL2A", full, visit="C1A1", reason="Entry error", complete=True)
    with admission.saving(SHAH, act="query:close") as saving:
        for query in saving.session.scalars(select(Query).where(Query.status != "closed")):
            close_query(query, "Accepted", by=SHAH, now=saving.now, may_close_checks=True)
        record = admission.header(saving.session, "IL2A", visit="C1A1")
        count_axes(saving.session, [SubjectBook(saving.session, record.subject, saving.now).entry(record)])
    sign(admission, "IL2A", visit="C1A1")
    slots = [(1, {"status": "GIVEN", "start_dt": "2024-01-24 09:00", "dose_iu": "43200000"})]
    outcome = admission.save("IL2D", {"planned_start": "2024-01-24 09:00"}, visit="C1A1", rows={"SLOT": slots})
    assert outcome.signatures_voided == ["Dr L. Ames"]
    assert admission.state("IL2A", "signature_state", visit="C1A1") == "void"


def test_raising_a_query_moves_no_other_axis(signed_visit: Casebook) -> None:
    before = [signed_visit.state("VISIT", name) for name in ("entry_status", "signature_state", "row_version")]
    with signed_visit.saving(LINDT, act="query:open") as saving:
        record = signed_visit.header(saving.session, "VISIT")
        book = SubjectBook(saving.session, record.subject, saving.now)
        place = place_of(book, record.uid, None, "visit_date", [book.entry(record)])
        open_queries(saving.session, [(place, "The chart says 11 Jan.", None)], by=LINDT, source="monitor", now=saving.now)
        count_axes(saving.session, [book.entry(record)])
    assert [signed_visit.state("VISIT", name) for name in ("entry_status", "signature_state", "row_version")] == before
    assert signed_visit.state("VISIT", "queries_open") == 1


# --- schedule, identifiers, replay ----------------------------------------------------------------------------------


def planned_visits(casebook: Casebook) -> tuple[str, str, dict[str, str]]:
    """First dose and status of the participant, and the planned date of each visit."""
    with casebook.session() as session:
        subject = get_subject(session, CODE)
        planned = {visit.oid: str(visit.planned_on) for visit in session.scalars(select(Visit))}
        return str(subject.c1d1), subject.status, planned


def test_day_one_brings_the_visits_of_its_course(casebook: Casebook) -> None:
    casebook.add_visit("C1D1")
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-01-22"}, visit="C1D1")
    first_dose, _, planned = planned_visits(casebook)
    assert (first_dose, planned["C1D35"]) == ("None", "2024-02-25")


def test_nivolumab_moves_the_windows_and_is_the_first_dose(casebook: Casebook) -> None:
    casebook.add_visit("C1D1")
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-01-22"}, visit="C1D1")
    casebook.save("NIVO", {"given": "Y", "start_dt": "2024-01-23 09:00"}, visit="C1D1")
    first_dose, status, planned = planned_visits(casebook)
    assert (first_dose, status) == ("2024-01-23", "ON_TREATMENT")
    assert (planned["C1A1"], planned["C1D35"], planned["PFS12"]) == ("2024-01-30", "2024-02-26", "2025-01-23")


def test_a_dose_of_a_later_course_moves_the_windows_of_its_course_and_their_queries(casebook: Casebook) -> None:
    casebook.clock.at = dt.datetime(2024, 5, 1, 17, 5, tzinfo=dt.UTC)
    for visit, date in (("C1D1", "2024-01-22"), ("C2D1", "2024-04-01")):
        casebook.add_visit(visit)
        casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": date}, visit=visit)
        casebook.save("NIVO", {"given": "Y", "start_dt": f"{date} 09:00"}, visit=visit)
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-04-12"}, visit="C2A1")
    casebook.save("IL2A", {"admission_occurred": "Y", "admit_dt": "2024-04-14 10:00"}, visit="C2A1")
    late = ("VIS-01", "admit_dt", "open")
    assert late in casebook.queries("IL2A", visit="C2A1")
    casebook.save("NIVO", {"start_dt": "2024-04-04 09:00"}, visit="C2D1", reason="Entry error")
    _, _, planned = planned_visits(casebook)
    assert (planned["C1A1"], planned["C2A1"]) == ("2024-01-29", "2024-04-11")
    assert ("VIS-01", "admit_dt", "closed") in casebook.queries("IL2A", visit="C2A1")


@pytest.mark.requirement("C50", "S-6.2")
def test_a_birth_date_is_in_no_table_and_no_trail_in_plain(casebook: Casebook, casebook_engine: Engine) -> None:
    casebook.save("DM", {"birth_date": "1959-11-03", "sex": "M"})
    casebook.save("DM", {"birth_date": "1958-11-03"}, reason="Entry error")
    assert casebook.values("DM", "birth_date", "age_at_consent") == ["1958-11-03", 65]
    with casebook_engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                assert "-11-03" not in str(row), table.name
        stored = connection.scalar(text("select birth_date from crf_dm"))
        trail = select(audit_record.c.new).where(audit_record.c.oid == "DM.BIRTH_DATE").order_by(audit_record.c.id.desc())
        assert stored == connection.scalars(trail).first()
    if casebook_engine.dialect.name == "sqlite":
        folder = Path(casebook_engine.url.database or "")
        assert not [f for f in folder.parent.glob(f"{folder.name}*") if b"-11-03" in f.read_bytes()]


@pytest.mark.requirement("C18")
def test_the_trail_replays_to_what_the_tables_hold(admission: Casebook, casebook_engine: Engine) -> None:
    admission.save("IL2A", {"dosing_weight_kg": None, "dose_level": "720000"}, visit="C1A1", reason="Entry error")
    admission.save("AE", HYPOTENSION, rows={"GRADE": [(None, {"from_date": "2024-01-24", "grade": "3"})]})
    admission.save_patch("AE", Patch(rows={"GRADE": [RowPatch(1, remove_reason="Entered twice")]}), line=1)
    verify(admission, "IL2A", "dose_level", visit="C1A1")
    with casebook_engine.connect() as connection:
        state = replay(connection)
    with admission.session() as session:
        for mapper in Base.registry.mappers:
            if not issubclass(mapper.class_, Audited):
                continue
            for row in session.scalars(select(mapper.class_)).unique():
                held = {name: value_text(getattr(row, name)) for name in row.__audit_attributes__}
                told = state[row.__audit_entity__].get(row.uid, {})
                assert {name: value for name, value in held.items() if value is not None} == {
                    name: value for name, value in told.items() if name != "uid"
                }, row.__audit_entity__
