"""The check cases as a whole: every check has examples on both sides, and every sentence is finished."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forms.crf import all_crfs, collections
from tests.forms import (
    test_checks_adverse_events,
    test_checks_consent,
    test_checks_continuation,
    test_checks_demographics,
    test_checks_deviations,
    test_checks_disease_history,
    test_checks_disposition,
    test_checks_eligibility,
    test_checks_events_and_nivolumab,
    test_checks_examinations,
    test_checks_il2_admission,
    test_checks_il2_doses,
    test_checks_lab_events,
    test_checks_laboratory,
    test_checks_lesions,
    test_checks_medications,
    test_checks_nivolumab,
    test_checks_procedures,
    test_checks_responses,
    test_checks_samples,
    test_checks_serious,
    test_checks_tumour_assessment,
    test_checks_visit,
    test_checks_vital_signs,
)

MODULES = (
    test_checks_disease_history, test_checks_eligibility,
    test_checks_deviations, test_checks_medications, test_checks_procedures,
    test_checks_events_and_nivolumab, test_checks_examinations, test_checks_nivolumab, test_checks_samples,
    test_checks_vital_signs,
    test_checks_continuation, test_checks_disposition, test_checks_responses, test_checks_serious,
    test_checks_adverse_events, test_checks_consent, test_checks_demographics, test_checks_il2_admission,
    test_checks_il2_doses, test_checks_lab_events, test_checks_laboratory, test_checks_lesions, test_checks_tumour_assessment, test_checks_visit,
)  # fmt: skip
CASES = [case for module in MODULES for case in module.CASES]
DECLARED = sorted(
    {(crf.oid, check.id) for crf in all_crfs() for _, part in collections(crf) for check in part.checks}
)
DIFFERENCES = Path(__file__).parents[2] / "docs" / "crf-differences.md"
# Every id of section 3 of the specification that names one of these CRFs or all of them.
SPECIFIED = """
    IE-01 IE-02 IE-03 IE-04 IE-05 IE-06 IE-07 IE-08 IE-09 IE-10 IE-11 DH-01 DH-02 DH-03 DH-04 DH-05 MH-01 MH-02
    CM-01 CM-02 CM-03 CM-04 CM-05 PR-01 PR-02 DV-01
    BM-01 BM-02 BM-03 BM-04 CA-01 CA-02 NIV-01 NIV-02 NIV-03 NIV-04 NIV-06 PE-01 PT-01 PT-02 VS-01 VS-02 VS-03
    GEN-01 GEN-02 GEN-03 GEN-04 GEN-05 GEN-06 GEN-07 GEN-08 IC-01 IC-02 IC-03 VIS-01 VIS-02 VIS-03 DM-01 DM-02 VS-04
    LB-01 LB-02 LB-03 LB-04 LB-05 LB-06 LB-07 LB-08 LB-09 LB-10 LB-11 LB-12 LB-13 IL2-01 IL2-02 IL2-03 IL2-04 IL2-05
    IL2-06 IL2-07 IL2-08 IL2-09 IL2-10 IL2-11 IL2-12 IL2-13 IL2-14 IL2-15 IL2-16 IL2-17 IL2-18 IL2-19 IL2-20 AE-01 AE-02
    AE-03 AE-04 AE-05 AE-06 AE-07 AE-08 AE-09 AE-10 AE-11 AE-12 AE-13 AE-14 AE-15 AE-16 RE-01 RE-02 RE-03 RE-04 RE-05
    RE-14 BOR-01 EOT-01 EOT-02 EOS-01 EOS-02 FU-01 FU-02 DTH-01 DTH-02 SAE-01 SAE-02 SAE-03 SAE-04 SAE-05 SAE-06 NIV-05
    RE-06 RE-07 RE-08 RE-09 RE-10 RE-11 RE-12 RE-13
""".split()  # noqa: SIM905


@pytest.mark.parametrize(("oid", "check"), DECLARED, ids=["-".join(pair) for pair in DECLARED])
def test_declared_check_has_a_passing_and_a_failing_case(oid, check):
    sides = {case.asks for case in CASES if case.check == check and case.judged.crf.oid == oid}
    assert sides == {True, False}


@pytest.mark.parametrize("check", ["GEN-02", "GEN-05", "GEN-07", "IC-01"])
def test_general_check_has_a_passing_and_a_failing_case(check):
    assert {case.asks for case in CASES if case.check == check} == {True, False}


@pytest.mark.parametrize("case", [case for case in CASES if case.asks], ids=str)
def test_sentence_of_a_finding_is_finished(case):
    for finding in case.found():
        assert not re.search(r"\bNone\b|\.\.\.|[{}]|  ", finding.message), finding.message
        assert finding.item, finding


def test_each_message_that_is_declared_is_seen():
    seen = {finding.message for case in CASES if case.asks for finding in case.found()}
    unseen = [
        (check.id, check.message)
        for crf in all_crfs()
        for _, part in collections(crf)
        for check in part.checks
        if not any(_pattern(check.message).fullmatch(message) for message in seen)
    ]
    assert unseen == []


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)))


def test_each_specified_check_is_declared_or_its_absence_is_explained():
    declared = {check for _, check in DECLARED}
    explained = set(re.findall(r"\b[A-Z]+2?-\d\d\b", DIFFERENCES.read_text(encoding="utf-8")))
    assert [check for check in SPECIFIED if check not in declared | explained] == []
