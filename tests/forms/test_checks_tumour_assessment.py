"""Checks and derivations of tumour assessments: scans, states, merged and split lesions, new lesions, sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, uid, visit

WINDOW = "2024-05-05 2024-04-28 2024-05-12"
BASELINE_DATE = "2024-03-02"


def lesion(name: str, mm: str | None = "42", **given):
    """A lesion of the register: T.. target, NT.. non-target, NEW.. new; it gets its id from the line order."""
    role = {"T": "TARGET", "NT": "NON-TARGET", "NEW": "NEW"}[name.rstrip("0123456789")]
    plain = {"role": role, "organ": "LIVER", "is_node": "N", "method": "CT SCAN", "baseline_mm": mm}
    dated = {"first_seen": "2024-05-06", "certainty": "UNEQUIVOCAL"} if role == "NEW" else {"baseline_scan_date": BASELINE_DATE}
    found = {key: value for key, value in (plain | dated | given).items() if value is not None}
    return record("TLB", name=name, line=int(name[-2:]), lesion_id=name, **found)


def scan(date: str = "2024-05-06", region: str = "ABDOMEN", method: str = "CT SCAN", name: str = "scan1"):
    """One scan."""
    return {"name": name, "scan_region": region, "scan_method": method, "scan_date": date}


def target(name: str, state: str = "MEASURED", mm: str | None = None, **more):
    """What the time point says of a target."""
    return {"lesion": name, "t_state": state} | ({"t_diameter_mm": mm} if mm else {}) | more


def non_target(name: str, state: str = "PRESENT", **more):
    """What the time point says of a non-target."""
    return {"lesion": name, "nt_state": state} | more


def fragment(name: str, mm: str):
    """A fragment of a split target."""
    return {"lesion": name, "t_fragment_mm": mm}


def point(*targets: dict, at="C1RESP", scans=(), others=(), fragments=(), **given):
    """A time point with a CT of 6 May 2024, unless said."""
    return record("TA", at, performed="Y", SCAN=list(scans or [scan()]), TARGET=list(targets), NONTARGET=list(others),
                  FRAGMENT=list(fragments), **given)  # fmt: skip


def baseline(*scans: dict):
    """The time point of screening."""
    return record("TA", "SCR", performed="Y", SCAN=list(scans))


T01, T02, NODE = lesion("T01"), lesion("T02", "28"), lesion("T03", "22", organ="LYMPH NODE", is_node="Y")
NT01, NEW01 = lesion("NT01", None), lesion("NEW01", None)
CHEST = scan(BASELINE_DATE, "CHEST", name="b1")
ABDOMEN = scan(BASELINE_DATE, "ABDOMEN", name="b2")
CR, PD = {"inv_overall": "CR"}, {"inv_overall": "PD", "symptomatic_deterioration": "Y"}

CASES = [
    # scans
    passes("VIS-01", "scan in the window", point(at=visit("C1RESP", None, WINDOW))),
    asks("VIS-01", "scan a day late", point(at=visit("C1RESP", None, WINDOW), scans=[scan("2024-05-13")]), item="scan_date",
         message="Course 1, response scan expected 2024-05-05 (2024-04-28 to 2024-05-12); entered 2024-05-13 (1 days late). "
                 "If real, record the reason; a deviation line is offered."),
    passes("VIS-01", "the visit header speaks for the same date", point(
        at=visit("C1RESP", "2024-05-13", WINDOW), scans=[scan("2024-05-13")])),
    passes("RE-05", "scans two days apart", point(scans=[scan(), scan("2024-05-08", "CHEST")])),
    passes("RE-05", "scans 14 days apart", point(scans=[scan(), scan("2024-05-20", "CHEST")])),
    asks("RE-05", "scans 15 days apart", point(scans=[scan(), scan("2024-05-21", "CHEST")]), item="scan_date",
         message="Scans of this time point span 15 days."),
    asks("RE-05", "scans 20 days apart", point(scans=[scan(), scan("2024-05-26", "CHEST")]),
         message="Scans of this time point span 20 days."),
    asks("RE-05", "the chest of baseline is missing", point(), baseline(CHEST, ABDOMEN),
         message="Chest CT scan of baseline is missing."),
    passes("RE-05", "all regions of baseline", point(scans=[scan(), scan(region="CHEST")]), baseline(CHEST, ABDOMEN)),
    passes("RE-05", "the whole body", point(scans=[scan(region="WHOLE BODY", method="PET/CT SCAN")]), baseline(CHEST, ABDOMEN)),
    passes("RE-05", "no scan entered yet", record("TA", "C1RESP", performed="Y"), baseline(CHEST)),
    asks("RE-05", "follow-up scan on the day of baseline", point(scans=[scan(BASELINE_DATE)]), T01,
         message="Scan 2024-03-02 is not after the baseline scan (2024-03-02)."),
    passes("RE-05", "follow-up scan the day after baseline", point(scans=[scan("2024-03-03")]), T01),
    passes("RE-06", "CT at baseline and now", point(target("T01", mm="40", t_scan_ref="scan1")), T01),
    asks("RE-06", "CT at baseline, MRI now", point(
        target("T01", mm="40", t_scan_ref="scan1"), scans=[scan(method="MRI")]), T01, item="t_scan_ref",
         message="T01: baseline by CT scan, now MRI."),
    passes("RE-06", "CT without contrast now", point(
        target("T01", mm="40", t_scan_ref="scan1"), scans=[scan(method="CT SCAN WITHOUT CONTRAST")]), T01),
    # targets
    passes("RE-01", "a target is registered", point(), T01),
    asks("RE-01", "only non-targets are registered", point(), NT01, item="performed",
         message="0 targets are registered; at least 1 is expected."),
    asks("RE-01", "follow-up without any lesion", point()),
    passes("RE-01", "screening scans before any lesion", baseline(CHEST)),
    passes("RE-07", "absent without a number", point(target("T01", "ABSENT")), T01),
    asks("RE-07", "absent with 7 mm", point(target("T01", "ABSENT", "7")), T01, item="t_diameter_mm",
         message="T01 is 'absent' but has 7 mm."),
    asks("RE-07", "not evaluable with 7 mm", point(target("T01", "NOT_EVALUABLE", "7")), T01,
         message="T01 is 'not evaluable' but has 7 mm."),
    asks("RE-07", "measured with 0 mm", point(target("T01", "MEASURED", "0")), T01),
    passes("RE-07", "measured with 0.1 mm and a small lesion before", point(target("T02", "MEASURED", "0.1")),
           lesion("T02", "10")),
    passes("RE-07", "too small to measure, 5 mm", point(target("T01", "TSTM", "5")), T01),
    asks("RE-07", "too small to measure, 5.1 mm", point(target("T01", "TSTM", "5.1")), T01,
         message="T01 is 'too small to measure' but has 5.1 mm."),
    passes("RE-07", "node too small to measure, 9.9 mm", point(target("T03", "TSTM", "9.9")), NODE),
    asks("RE-07", "node too small to measure, 10 mm", point(target("T03", "TSTM", "10")), NODE),
    asks("RE-07", "42 mm, now 20 mm", point(target("T01", mm="20")), T01,
         message="T01 changed from 42 to 20 mm (-52.4%): confirm the measurement."),
    passes("RE-07", "42 mm, now half of it", point(target("T01", mm="21")), T01),
    passes("RE-07", "20 mm, now 10 mm less", point(target("T01", mm="10")), lesion("T01", "20")),
    passes("RE-07", "12 mm, now 10 mm less", point(target("T01", mm="2")), lesion("T01", "12")),
    asks("RE-07", "12 mm, now 10.1 mm less", point(target("T01", mm="1.9")), lesion("T01", "12")),
    asks("RE-07", "compared with the time point before, not baseline", point(
        target("T01", mm="40"), at="C2RESP", scans=[scan("2024-06-20", name="s2")]), T01, point(target("T01", mm="25")),
         message="T01 changed from 25 to 40 mm (+60.0%): confirm the measurement."),
    passes("RE-08", "T02 merged into T01", point(target("T02", "MERGED", t_merged_into="T01")), T01, T02),
    asks("RE-08", "merged, blank", point(target("T02", "MERGED")), T01, T02, item="t_merged_into",
         message="Which lesion did T02 merge with?"),
    asks("RE-08", "merged into itself", point(target("T02", "MERGED", t_merged_into="T02")), T01, T02),
    asks("RE-08", "merged into a non-target", point(target("T02", "MERGED", t_merged_into="NT01")), T02, NT01),
    passes("RE-08", "split into two fragments", point(
        target("T01", "SPLIT"), fragments=[fragment("T01", "20"), fragment("T01", "12")]), T01),
    asks("RE-08", "split with one fragment", point(target("T01", "SPLIT"), fragments=[fragment("T01", "20")]), T01,
         item="t_state", message="T01 is split: enter at least 2 fragments."),
    passes("GEN-06", "two targets", point(target("T01", mm="40"), target("T02", mm="27")), T01, T02),
    asks("GEN-06", "one target twice", point(target("T01", mm="40"), target("T01", mm="41")), T01,
         message="Line 2 looks the same as line 1 (T01). Remove one, or say how they differ."),
    # non-targets and new lesions
    passes("RE-09", "unequivocal progression with words", point(
        others=[non_target("NT01", "UPD", nt_upd_reason="Many new bone foci")]), NT01, T01),
    asks("RE-09", "unequivocal progression, blank", point(others=[non_target("NT01", "UPD")]), NT01, T01,
         item="nt_upd_reason", message="Unequivocal progression of NT01: describe it."),
    asks("RE-09", "unequivocal progression while the targets respond", point(
        others=[non_target("NT01", "UPD", nt_upd_reason="Many new bone foci")], inv_target="PR"), NT01, T01,
         item="nt_state", message="Unequivocal progression of NT01 while targets are PR: confirm it."),
    passes("RE-09", "unequivocal progression of all", point(
        others=[non_target("NT01", "UPD", nt_upd_reason="Many new bone foci")], inv_target="PD"), NT01, T01),
    passes("RE-10", "new lesion: yes, and NEW01", point(any_new="Y"), T01, NEW01),
    asks("RE-10", "new lesion: no, and NEW01", point(any_new="N"), T01, NEW01, item="any_new",
         message="'New lesion: no' but NEW01 was first seen 2024-05-06."),
    passes("RE-10", "new lesion: no, and NEW01 was seen at another scan", point(any_new="N"), T01,
           lesion("NEW01", None, first_seen="2024-06-20")),
    passes("RE-10", "new lesion: no, and NEW01 was not confirmed", point(any_new="N"), T01,
           lesion("NEW01", None, certainty="EQUIVOCAL", resolved_to="NOT CONFIRMED")),
    asks("RE-10", "new lesion: yes, none registered", point(any_new="Y"), T01,
         message="'New lesion: yes' but none is registered as first seen on these scans."),
    # responses
    passes("RE-13", "complete response, all absent", point(
        target("T01", "ABSENT"), others=[non_target("NT01", "ABSENT")], **CR), T01, NT01),
    asks("RE-13", "complete response, non-target present", point(
        target("T01", "ABSENT"), others=[non_target("NT01")], **CR), T01, NT01, item="inv_overall",
         message="Complete response with NT01 still present."),
    asks("RE-13", "complete response, target of 2 mm", point(target("T01", mm="2"), **CR), T01,
         message="Complete response with T01 still measured 2 mm."),
    asks("RE-13", "complete response, target too small to measure", point(target("T01", "TSTM"), **CR), T01),
    asks("RE-13", "complete response, target merged", point(
        target("T01", "ABSENT"), target("T02", "MERGED", t_merged_into="T01"), **CR), T01, T02),
    passes("RE-13", "complete response, node of 9.9 mm", point(target("T03", mm="9.9"), **CR), NODE),
    asks("RE-13", "complete response, node of 10 mm", point(target("T03", mm="10"), **CR), NODE),
    asks("RE-13", "progression from symptoms alone", point(
        target("T01", mm="42"), inv_target="SD", inv_nontarget="NON-CR/NON-PD", any_new="N", **PD), T01,
         message="Progression rests on symptoms alone: the overall response follows the scans."),
    passes("RE-13", "progression with a new lesion", point(
        target("T01", mm="42"), inv_target="SD", inv_nontarget="NON-CR/NON-PD", any_new="Y", **PD), T01, NEW01),
    passes("RE-13", "progression of the targets", point(
        target("T01", mm="60"), inv_target="PD", inv_nontarget="NA", any_new="N", **PD), T01),
    passes("GEN-05", "diameter of 0.1 mm", point(target("T02", mm="0.1")), lesion("T02", "10")),
    asks("GEN-05", "fragment of 301 mm", point(
        target("T01", "SPLIT"), fragments=[fragment("T01", "301"), fragment("T01", "12")]), T01),
    passes("GEN-05", "0 mm is asked about by RE-07", point(target("T01", mm="0")), T01),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


# The example of the specification: baseline 92, lowest 38, now 47.
LESIONS = [lesion("T01"), lesion("T02", "28"), NODE]
STORY = [
    ("C1RESP", "2024-04-10", ("26", "7", "11"), (44, 92, "-52.2", -48, "-52.2")),
    ("C2RESP", "2024-05-10", ("24", "5", "9"), (38, 44, "-58.7", -6, "-13.6")),
    ("C3RESP", "2024-06-10", ("29", "7", "11"), (47, 38, "-48.9", 9, "23.7")),
]


def follow_up(oid: str, date: str, *readings: dict, **more):
    """A time point on a date."""
    return point(*readings, at=oid, scans=[scan(date, name=f"{oid} scan")], **more)


def measured(sizes) -> list[dict]:
    """The three targets with their diameters."""
    return [target(name, mm=mm) for name, mm in zip(("T01", "T02", "T03"), sizes, strict=True)]


def test_sums_follow_baseline_and_lowest():
    points = [follow_up(oid, date, *measured(sizes)) for oid, date, sizes, _ in STORY]
    around = subject(*LESIONS, *points)
    for judged, (_, _, _, expected) in zip(points, STORY, strict=True):
        judge(judged, around)
        shown = judged.sum_mm, judged.nadir_mm, str(judged.pct_baseline), judged.abs_nadir, str(judged.pct_nadir)
        assert shown == expected


def test_incomplete_sum_is_empty_and_never_the_lowest():
    first = follow_up("C1RESP", "2024-04-10", target("T01", mm="15"), target("T02", "NOT_EVALUABLE"), target("T03", "ABSENT"))
    second = follow_up("C2RESP", "2024-05-10", *measured(("24", "5", "9")))
    around = subject(*LESIONS, first, second)
    judge(first, around)
    judge(second, around)
    assert (first.sum_mm, first.pct_baseline, first.nadir_mm) == (None, None, 92)
    assert (second.sum_mm, second.nadir_mm) == (38, 92)


def test_fragments_add_up_and_a_merged_target_adds_nothing():
    judged = follow_up(
        "C1RESP", "2024-04-10", target("T01", "SPLIT"), target("T02", "MERGED", t_merged_into="T01"), target("T03", "TSTM"),
        fragments=[fragment("T01", "20.5"), fragment("T01", "12")],
    )  # fmt: skip
    judge(judged, subject(*LESIONS, judged))
    assert judged.sum_mm == Decimal("37.5")


def test_screening_shows_the_sum_of_the_register():
    judged = baseline(ABDOMEN)
    judge(judged, subject(judged, *LESIONS))
    assert (judged.sum_mm, judged.nadir_mm, judged.pct_baseline) == (92, None, None)


def test_assessment_not_performed_has_no_sum():
    judged = record("TA", "C1RESP", performed="N", reason_not_done="Scanner broken")
    assert judge(judged, subject(judged, *LESIONS)) == []
    assert judged.sum_mm is None


def test_finding_points_at_the_row_of_the_target():
    judged = point(target("T01", "ABSENT", "7"))
    found = judge(judged, subject(judged, T01))
    assert [(f.check_id, f.row_uid) for f in found] == [("RE-07", uid("TA C1RESP 1 TARGET 1"))]
