"""The CRFs of the study build as declared: order, who answers what, what is asked when."""

from __future__ import annotations

import pytest

from forms import items as it
from forms.crf import all_crfs, collections, get_crf, get_crf_by_slug
from forms.evaluation import is_visible, open_required
from tests.forms.casebooks import record

SLUGS = {
    "VISIT": "visit-header", "IC": "informed-consent", "DM": "demographics", "LAB": "laboratory",
    "IL2A": "il2-admission", "IL2D": "il2-doses", "TLB": "lesions", "TA": "tumour-assessment",
    "CONT": "continuation-decision", "AE": "adverse-events", "AEYN": "any-adverse-events",
    "SAE": "serious-event-reports", "BOR": "best-overall-response", "EOT": "treatment-discontinuation",
    "SURV": "survival-follow-up", "EOS": "study-completion", "DTH": "death",
}  # fmt: skip
ITEMS = [item for crf in all_crfs() if crf.oid in SLUGS for _, part in collections(crf) for item in part.items.values()]


def named(flag: str) -> set[str]:
    """The OIDs of the items with a flag."""
    return {item.oid for item in ITEMS if getattr(item, flag)}


def asked(judged, group: str | None = None) -> set[str]:
    """The names of the items that a record, or the first row of a group, asks now."""
    row = judged.rows(group)[0] if group else judged
    return {name for name, item in row.collection.items.items() if is_visible(item, row, judged) and not item.derived}


def test_crfs_stand_in_the_order_of_the_casebook_under_their_slugs():
    built = [crf.oid for crf in all_crfs() if crf.oid in SLUGS]
    assert built == list(SLUGS)
    assert {oid: get_crf(oid).slug for oid in built} == SLUGS
    assert all(get_crf_by_slug(slug) is get_crf(oid) for oid, slug in SLUGS.items())


def test_logs_and_samples_repeat():
    assert {crf.oid for crf in all_crfs() if crf.log} >= {"IC", "AE", "TLB"}
    assert get_crf("LAB").repeats


def test_investigators_alone_answer_what_needs_judgement():
    assert named("assess") == {
        "AE.REL_NIVOLUMAB", "AE.REL_IL2", "AE.REL_OTHER", "AE.IMMUNE_RELATED", "TA.INV_TARGET", "TA.INV_NONTARGET",
        "TA.INV_OVERALL", "TA.INV_REASON", "CONT.SCAN_REF", "CONT.TOXICITY_ALLOWS", "CONT.NEXT_COURSE",
        "CONT.REASON_NO", "CONT.TREAT_BEYOND_PD_REASON", "CONT.PLANNED_DATE", "BOR.INV_BOR", "BOR.INV_BOR_DATE",
        "BOR.DIFFERENCE_REASON", "SAE.REL_REPORTER_NIVO", "SAE.REL_REPORTER_IL2",
    }  # fmt: skip


def test_the_sponsors_medical_monitor_alone_answers_for_the_sponsor():
    assert named("sponsor") == {
        "AE.EXPECTED_NIVOLUMAB", "AE.EXPECTED_IL2", "SAE.REL_SPONSOR_NIVO", "SAE.REL_SPONSOR_IL2",
        "SAE.EXPECTED_SPONSOR", "SAE.IND_CLASS", "SAE.IND_SENT",
    }  # fmt: skip


def test_what_follows_from_a_submission_is_typed_by_nobody():
    assert named("stamped") == {"SAE.REPORTED_DT", "SAE.CLOCK_STATE", "SAE.REPORTED_FACTS", "SAE.IND_DUE"}
    assert all(item.derived for item in ITEMS if item.stamped)


def test_birth_date_alone_identifies():
    assert named("identifier") == {"DM.BIRTH_DATE"}


def test_dates_of_procedures_are_compared_with_the_consent():
    assert named("after_consent") == {
        "VISIT.VISIT_DATE", "LAB.SAMPLE_DT", "IL2A.ADMIT_DT", "IL2A.DISCHARGE_DT", "IL2D.SLOT.START_DT",
        "TLB.BASELINE_SCAN_DATE", "TLB.FIRST_SEEN", "TA.ASSESS_DATE", "TA.SCAN.SCAN_DATE",
    }  # fmt: skip


def test_planned_times_alone_may_lie_in_the_future():
    dates = {item.oid for item in ITEMS if isinstance(item, (it.Date, it.PartialDate, it.DateTime)) and not item.not_future}
    assert dates == {
        "IL2D.PLANNED_START", "IL2D.SLOT.PLANNED_DT", "CONT.PLANNED_DATE", "SAE.CLOCK_DUE", "SAE.IND_DUE",
    }


def test_each_item_has_a_label_that_reads_as_words():
    assert [item.oid for item in ITEMS if not item.label or item.label.endswith(".") or "_" in item.label] == []


def result(panel: str, test: str, status: str = "DONE"):
    """A sample with one result."""
    return record("LAB", "SCR", performed="Y", RESULT=[{"panel": panel, "test": test, "row_status": status}])


NUMBER, UNIT, DIPSTICK = {"value", "qualifier"}, {"unit"}, {"value_code"}
RESULTS = [
    ("haemoglobin", result("HEM", "HGB"), NUMBER | UNIT, DIPSTICK),
    ("INR, which has no unit", result("COAG", "INR"), NUMBER, UNIT | DIPSTICK),
    ("urine pH, which has no unit", result("UA", "PH"), NUMBER, UNIT | DIPSTICK),
    ("protein in blood", result("CHEM", "PROT"), NUMBER | UNIT, DIPSTICK),
    ("protein by dipstick", result("UA", "PROT"), DIPSTICK, NUMBER | UNIT),
    ("nitrite by dipstick", result("UA", "NITRITE"), DIPSTICK, NUMBER | UNIT),
    ("a test that the list does not have", result("UA", "OTHER"), NUMBER | UNIT | {"other_code", "other_name"}, DIPSTICK),
    ("a test that was not done", result("HEM", "HGB", "NOT DONE"), set(), NUMBER | UNIT | DIPSTICK),
]


@pytest.mark.parametrize(("words", "sample", "wanted", "unwanted"), RESULTS, ids=[words for words, *_ in RESULTS])
def test_result_asks_what_its_test_can_have(words, sample, wanted, unwanted):
    shown = asked(sample, "RESULT")
    assert shown >= wanted
    assert not shown & unwanted


def test_screening_assessment_asks_for_scans_only():
    screening, follow_up = (asked(record("TA", oid, performed="Y")) for oid in ("SCR", "C1RESP"))
    assert screening == {"performed", "assess_date", "reader"}
    assert follow_up >= {"any_new", "inv_target", "inv_nontarget", "inv_overall", "symptomatic_deterioration"}


def test_admission_dates_of_a_visit_are_asked_in_admissions_only():
    assert "visit_end_date" in asked(record("VISIT", "C1A1", visit_occurred="Y"))
    assert "visit_end_date" not in asked(record("VISIT", "C1D1", visit_occurred="Y"))


def test_weight_of_the_day_is_asked_at_every_third_slot():
    slots = [{"status": "GIVEN"} for _ in range(14)]
    grid = record("IL2D", "C1A1", SLOT=slots)
    for row in grid.rows("SLOT"):
        row.answers["slot"] = it.Answer(row.number, None, "derived")
    weighed = [row.number for row in grid.rows("SLOT") if is_visible(row.collection.items["pre_weight_kg"], row, grid)]
    assert weighed == [1, 4, 7, 10, 13]


COMPLETING = [
    ("blank", {}, True),
    ("answered", {"end_date": "2024-03-15"}, False),
    ("blank, with the reason why", {"end_date_missing": "UNKNOWN"}, False),
]


@pytest.mark.parametrize(("words", "given", "hinders"), COMPLETING, ids=[words for words, *_ in COMPLETING])
def test_required_item_hinders_completing_while_it_has_neither_value_nor_reason(words, given, hinders):
    event = record("AE", ongoing="N", **given)
    missing = {item.name for _, _, item in open_required(event)}
    assert ("end_date" in missing) is hinders


def test_item_that_is_not_asked_does_not_hinder_completing():
    event = record("AE", ongoing="Y", serious="N")
    missing = {item.name for _, _, item in open_required(event)}
    assert not missing & {"end_date", "ser_death", "other_specify"}


def test_slots_that_nobody_filled_in_hinder_completing():
    grid = record("IL2D", "C1A1", planned_start="2024-03-11 14:00", SLOT=[{"status": "NOT_REACHED"} for _ in range(9)])
    assert [(row.number, item.name) for _, row, item in open_required(grid)] == [(n, "status") for n in range(10, 15)]
