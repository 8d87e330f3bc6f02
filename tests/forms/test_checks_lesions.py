"""Checks and derivations of the lesion register: number of targets, measurability, baseline scan, new lesions."""

from __future__ import annotations

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, visit

PLAIN = {
    "role": "TARGET", "organ": "LIVER", "detail": "segment VI", "is_node": "N", "method": "CT SCAN", "slice_mm": "5",
    "baseline_scan_date": "2024-03-02", "baseline_mm": "42", "irradiated": "N",
}  # fmt: skip


def lesion(line: int = 1, **given):
    """A target of 42 mm in the liver, unless said."""
    answers = {name: value for name, value in (PLAIN | given).items() if value is not None}
    return record("TLB", line=line, name=f"lesion{line}", **answers)


def node(line: int = 1, mm: str = "22", **given):
    """A lymph node as target."""
    return lesion(line, organ="LYMPH NODE", is_node="Y", baseline_mm=mm, **given)


def new(certainty: str = "EQUIVOCAL", **given):
    """A lesion first seen on the scan of 6 May 2024."""
    return lesion(9, role="NEW", certainty=certainty, first_seen="2024-05-06", baseline_mm=None, **given)


def scan(date: str, at: str = "C1RESP", status: str = "complete", targets: str = "", **said: str):
    """A time point with the targets that it followed."""
    rows = [{"lesion": name, "t_state": "MEASURED", "t_diameter_mm": "40"} for name in targets.split()]
    return record("TA", visit(at), performed="Y", assess_date=date, status=status, **said,
                  SCAN=[{"scan_region": "ABDOMEN", "scan_method": "CT SCAN", "scan_date": date}], TARGET=rows)  # fmt: skip


LIVER = [lesion(1), lesion(2)]
FIVE = [lesion(1), lesion(2), node(3), node(4), lesion(5, organ="LUNG")]
REGISTERED = {"registration": "2024-03-30", "consent": "2024-02-01"}

CASES = [
    passes("RE-01", "two targets in the liver", LIVER[1], LIVER[0]),
    asks("RE-01", "three targets in the liver", lesion(3), *LIVER, item="role",
         message="3 targets (3 in Liver); at most 5 and 2 per organ."),
    passes("RE-01", "the first two of three", LIVER[1], LIVER[0], lesion(3)),
    passes("RE-01", "third lesion of the liver as non-target", lesion(3, role="NON-TARGET", baseline_mm=None), *LIVER),
    asks("RE-01", "third target of both lungs", lesion(3, organ="LUNG", laterality="LEFT"),
         lesion(1, organ="LUNG", laterality="LEFT"), lesion(2, organ="LUNG", laterality="RIGHT")),
    asks("RE-01", "third node, of another region", node(3, detail="inguinal"), node(1, detail="axillary"),
         node(2, detail="mediastinal"), message="3 targets (3 in Lymph node); at most 5 and 2 per organ."),
    passes("RE-01", "five targets", FIVE[4], *FIVE[:4]),
    asks("RE-01", "six targets", lesion(6, organ="SPLEEN"), *FIVE,
         message="6 targets (1 in Spleen); at most 5 and 2 per organ."),
    passes("RE-01", "target followed from the first time point on", lesion(1), scan("2024-05-06", targets="lesion1")),
    asks("RE-01", "target added after the first follow-up", lesion(2), lesion(1), scan("2024-05-06", targets="lesion1"),
         message="T02 is not among the targets of the first follow-up (2024-05-06): the baseline set is fixed by then."),
    passes("RE-01", "first follow-up not complete yet", lesion(2), lesion(1), scan("2024-05-06", status="incomplete")),
    asks("RE-01", "first follow-up not complete, but read by the investigator", lesion(2), lesion(1), scan(
        "2024-05-06", status="incomplete", inv_target="SD", inv_nontarget="NA", inv_overall="SD"), item="role"),
    passes("RE-01", "screening is no follow-up", lesion(2), lesion(1), scan("2024-03-02", "SCR")),
    passes("RE-02", "node of 15.0 mm", node(mm="15.0")),
    asks("RE-02", "node of 14.9 mm", node(mm="14.9"), item="baseline_mm",
         message="T01 14.9 mm is below the limit for a target (15 mm, short axis of a node)."),
    asks("RE-02", "node of 14.0 mm", node(mm="14.0")),
    passes("RE-02", "liver lesion of 10.0 mm", lesion(baseline_mm="10.0")),
    asks("RE-02", "liver lesion of 9.9 mm", lesion(baseline_mm="9.9"),
         message="T01 9.9 mm is below the limit for a target (10 mm, longest diameter)."),
    passes("RE-02", "15 mm in slices of 7.5 mm", lesion(baseline_mm="15", slice_mm="7.5")),
    asks("RE-02", "14.9 mm in slices of 7.5 mm", lesion(baseline_mm="14.9", slice_mm="7.5"),
         message="T01 14.9 mm is below the limit for a target (2 x slice thickness 7.5 mm)."),
    passes("RE-02", "20 mm on a chest X-ray", lesion(organ="LUNG", method="X-RAY", slice_mm=None, baseline_mm="20")),
    asks("RE-02", "19.9 mm on a chest X-ray", lesion(organ="LUNG", method="X-RAY", slice_mm=None, baseline_mm="19.9")),
    passes("RE-02", "10 mm by caliper", lesion(method="CALIPER MEASUREMENT METHOD", slice_mm=None, baseline_mm="10")),
    asks("RE-02", "target by ultrasound", lesion(method="ULTRASOUND", slice_mm=None), item="method",
         message="T01: Ultrasound cannot measure a target; CT, MRI, caliper or X-ray can."),
    asks("RE-02", "target by PET alone", lesion(method="PET/CT SCAN", slice_mm=None)),
    passes("RE-02", "small non-target", lesion(role="NON-TARGET", baseline_mm=None)),
    passes("RE-03", "scan 21 days before registration", lesion(baseline_scan_date="2024-03-09"), **REGISTERED),
    passes("RE-03", "scan 28 days before registration", lesion(), **REGISTERED),
    asks("RE-03", "scan 29 days before registration", lesion(baseline_scan_date="2024-03-01"), **REGISTERED),
    asks("RE-03", "scan 35 days before registration", lesion(baseline_scan_date="2024-02-24"), **REGISTERED,
         item="baseline_scan_date", message="Baseline scan 2024-02-24 is 35 days before registration (28 allowed)."),
    passes("RE-03", "scan on the day of registration", lesion(baseline_scan_date="2024-03-30"), **REGISTERED),
    asks("RE-03", "scan after registration", lesion(baseline_scan_date="2024-03-31"), **REGISTERED,
         message="Baseline scan 2024-03-31 is 1 days after registration (28 allowed)."),
    passes("RE-03", "not registered yet", lesion(baseline_scan_date="2024-03-01")),
    passes("RE-03", "scan the day before the first dose", lesion(), c1d1="2024-03-03"),
    asks("RE-03", "scan on the day of the first dose", lesion(), c1d1="2024-03-02",
         message="Baseline scan 2024-03-02 is not before the first dose (2024-03-02)."),
    passes("RE-04", "irradiated target that progressed", lesion(irradiated="Y", progressed_since="Y")),
    asks("RE-04", "irradiated target that did not", lesion(irradiated="Y", progressed_since="N"), item="progressed_since",
         message="T01 was irradiated: has it progressed since?"),
    passes("RE-04", "irradiated non-target", lesion(role="NON-TARGET", irradiated="Y", progressed_since="N", baseline_mm=None)),
    passes("RE-11", "equivocal at its first scan", new(), scan("2024-05-06")),
    asks("RE-11", "still equivocal at the next scan", new(), scan("2024-05-06"), scan("2024-07-08", "C2RESP"),
         item="resolved_to",
         message="NEW01 is still equivocal after 2 scans. If confirmed, progression is dated 2024-05-06."),
    passes("RE-11", "confirmed at the next scan", new(resolved_to="CONFIRMED", resolved_date="2024-07-08"),
           scan("2024-05-06"), scan("2024-07-08", "C2RESP")),
    passes("RE-11", "unequivocal from the start", new("UNEQUIVOCAL"), scan("2024-07-08", "C2RESP")),
    passes("GEN-05", "node of 150 mm", node(mm="150")),
    asks("GEN-05", "node of 151 mm", node(mm="151"), item="baseline_mm"),
    passes("GEN-05", "liver lesion of 300 mm", lesion(baseline_mm="300")),
    asks("GEN-05", "liver lesion of 301 mm", lesion(baseline_mm="301")),
    passes("GEN-05", "below the limit is asked about by RE-02", lesion(baseline_mm="4")),
    asks("IC-01", "baseline scan before consent", lesion(baseline_scan_date="2024-02-20")),
    passes("IC-01", "baseline scan after consent", lesion()),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_lesions_are_numbered_by_role():
    lesions = [lesion(1), lesion(2, role="NON-TARGET"), lesion(3), lesion(4, role="NEW")]
    around = subject(*lesions)
    for each in lesions:
        judge(each, around)
    assert [each.lesion_id for each in lesions] == ["T01", "NT01", "T02", "NEW01"]


def test_identity_of_a_lesion_stays_when_an_earlier_line_goes():
    first, second = lesion(1), lesion(2)
    judge(first, subject(first, second))
    judge(second, subject(first, second))
    judge(second, subject(second))
    assert second.lesion_id == "T02"


def test_node_wider_than_any_lesion_makes_one_query():
    judged = node(mm="400")
    assert [f.check_id for f in judge(judged, subject(judged))] == ["GEN-05"]


