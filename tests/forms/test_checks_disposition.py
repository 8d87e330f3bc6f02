"""Checks of the end: treatment discontinuation, survival follow-up, study completion, death."""

from __future__ import annotations

import pytest

from forms.evaluation import open_required
from forms.items import Answer
from tests.forms.casebooks import asks, judge, passes, record, subject, visit

EVENT = {"verbatim": "Hypotension", "ctcae_term": "Hypotension", "start_date": "2024-03-12", "name": "hypotension"}


def end(nivolumab: dict | None = None, il2: dict | None = None):
    """The end of treatment with the answers of its two lines."""
    rows = [{"number": number, **given} for number, given in ((1, nivolumab), (2, il2)) if given is not None]
    return record("EOT", "EOT", DRUG=rows)


def stopped(reason: str = "COMPLETED", on: str = "2024-05-10", **more: str):
    """One drug stopped on a day for a reason."""
    return {"decision_date": on, "reason": reason, **more}


def infusion(at: str, start: str):
    """Nivolumab given at a visit."""
    return record("NIVO", at, given="Y", start_dt=start)


def slots(at: str, *starts: str):
    """A dose grid whose given slots began then."""
    return record("IL2D", at, SLOT=[{"status": "GIVEN", "start_dt": start} for start in starts])


def event(**more: str):
    """An adverse event."""
    return record("AE", **{**EVENT, **more})


def fatal(grade: str = "5"):
    """An event with one grade."""
    return event(GRADE=[{"from_date": "2024-03-12", "grade": grade}])


def assessed(overall: str, at: str = "C1RESP", scan: str = "2024-05-05", **more: object):
    """A tumour assessment with the investigator's overall response."""
    return record("TA", visit(at, scan), performed="Y", SCAN=[{"scan_date": scan}], inv_overall=overall, **more)


def contact(at: str = "SFU90", on: str = "2024-07-02", status: str = "ALIVE", **more: object):
    """A contact for survival."""
    made = record("SURV", at, status_date=on, **more)
    made.answers["status"] = Answer(status)
    return made


DOSES = (infusion("C1D35", "2024-04-08T09:00"), slots("C1A2", "2024-03-25T14:00", "2024-03-29T06:00"))
PD_TOLD = "a tumour assessment with progression"

TREATMENT_END = [
    passes("EOT-01", "stopped on the day of the last infusion", end(stopped(on="2024-04-08")), *DOSES),
    passes("EOT-01", "IL-2 stopped before the last nivolumab", end(None, stopped(on="2024-03-29")), *DOSES),
    asks("EOT-01", "nivolumab a day after the decision", end(stopped(on="2024-04-07")), *DOSES, item="decision_date",
         message="A nivolumab dose on 2024-04-08 is after the stop decision 2024-04-07."),
    asks("EOT-01", "IL-2 after the decision", end(None, stopped(on="2024-03-28")), *DOSES,
         message="An IL-2 dose on 2024-03-29 is after the stop decision 2024-03-28."),
    passes("EOT-01", "never dosed", end(stopped())),
    passes("EOT-02", "event linked, drug withdrawn for it", end(None, stopped("ADVERSE EVENT", ae_refs="hypotension")),
           event(action_il2="DRUG WITHDRAWN")),
    asks("EOT-02", "event linked, dose not changed", end(None, stopped("ADVERSE EVENT", ae_refs="hypotension")),
         event(action_il2="DOSE NOT CHANGED", action_nivolumab="DRUG WITHDRAWN"), item="reason",
         message="Reason 'Adverse event', but an adverse event with action 'Drug withdrawn' is not recorded."),
    asks("EOT-02", "adverse event, none linked", end(stopped("ADVERSE EVENT"))),
    passes("EOT-02", "link stated as unknown", end(stopped("ADVERSE EVENT", ae_refs_missing="UNKNOWN"))),
    passes("EOT-02", "progression and a time point with it",
           end(stopped("PROGRESSIVE DISEASE", pd_basis="RADIOGRAPHIC")), assessed("PD")),
    asks("EOT-02", "progression, time point stable",
         end(stopped("PROGRESSIVE DISEASE", pd_basis="RADIOGRAPHIC")), assessed("SD"),
         message=f"Reason 'Progressive disease', but {PD_TOLD} is not recorded."),
    passes("EOT-02", "clinical progression", end(stopped("PROGRESSIVE DISEASE", pd_basis="CLINICAL")), assessed("SD")),
    passes("EOT-02", "death, and its form", end(stopped("DEATH")), record("DTH", death_date="2024-05")),
    asks("EOT-02", "death, no form", end(stopped("DEATH")),
         message="Reason 'Death', but the date of death is not recorded."),
    passes("GEN-07", "physician's decision is not 'other'", end(stopped("PHYSICIAN DECISION"))),
    passes("GEN-07", "other, described", end(stopped("OTHER", specify="moved abroad"))),
    asks("GEN-07", "other, not described", end(stopped("OTHER")), item="specify",
         message="You chose 'Other' for Reason: describe it."),
]  # fmt: skip

LAST = "2024-04-08"  # the 90-day window ends on 2024-07-07
TREATED = {"c1d1": "2024-03-04", "last_dose": LAST, "now": "2024-12-31T12:00"}
ENDED = end(stopped(on="2024-04-20"))


def completed(reason: str = "COMPLETED", on: str = "2024-07-12", alive: str = "", **more: str):
    """The participant left the study."""
    return record("EOS", completion_date=on, reason=reason, **({"last_known_alive": alive} if alive else {}), **more)


FAILED = completed("SCREEN FAILURE", "2024-01-20")
AGAIN = [visit("SCR", "2024-01-08"), visit("SCR2", "2024-02-12")]
LATER = (record("VISIT", visit("C1D1", "2024-03-04"), visit_occurred="Y", visit_date="2024-03-04"),)

STUDY_COMPLETION = [
    passes("EOS-01", "95 days after the last dose", completed(), ENDED, **TREATED),
    passes("EOS-01", "on the day the window ends", completed(on="2024-07-07"), ENDED, **TREATED),
    asks("EOS-01", "40 days after the last dose", completed(on="2024-05-18"), ENDED, **TREATED, item="completion_date",
         message="Completion 2024-05-18 is before the 90-day safety window ends (2024-07-07)."),
    passes("EOS-01", "withdrew after 40 days", completed("WITHDRAWAL BY SUBJECT", "2024-05-18"), ENDED, **TREATED),
    passes("EOS-01", "died after 40 days", completed("DEATH", "2024-05-18"), ENDED, **TREATED),
    passes("EOS-01", "lost after 40 days", completed("LOST TO FOLLOW-UP", "2024-05-18"), ENDED, **TREATED),
    asks("EOS-01", "sent away after 40 days", completed("PHYSICIAN DECISION", "2024-05-18"), ENDED, **TREATED),
    asks("EOS-01", "before the decision to stop", completed("DEATH", "2024-04-19"), ENDED, **TREATED,
         message="Completion 2024-04-19 is before the decision to stop treatment (2024-04-20)."),
    asks("EOS-01", "treated, end of treatment not recorded", completed(), **TREATED,
         message="Treatment began on 2024-03-04, but its discontinuation is not recorded."),
    passes("EOS-01", "screen failure", completed("SCREEN FAILURE", "2024-03-09")),
    asks("EOS-01", "screen failure after registration", completed("SCREEN FAILURE", "2024-03-09"),
         registration="2024-03-02", item="reason",
         message="'Screen failure', but the participant was registered on 2024-03-02."),
    passes("EOS-01", "screened again after the failure and treated", FAILED, **TREATED, registration="2024-03-02",
           visits=AGAIN),
    passes("EOS-01", "screened again, visit without a date", FAILED, registration="2024-03-02",
           visits=[visit("SCR", "2024-01-08"), visit("SCR2")]),
    asks("EOS-01", "failed the second screening too, but registered", completed("SCREEN FAILURE", "2024-02-20"),
         registration="2024-03-02", visits=AGAIN),
    passes("EOS-02", "screened again, later visits", FAILED, *LATER, visits=AGAIN),
    asks("EOS-02", "failed the second screening too, later visits",
         completed("SCREEN FAILURE", "2024-02-20"), *LATER, visits=AGAIN),
    passes("EOS-02", "screened again, seen alive later", completed("SCREEN FAILURE", "2024-01-20", "2024-01-20"),
           visits=AGAIN),
    passes("EOS-02", "last visit on the day of completion", completed(),
           record("VISIT", visit("SFU90", "2024-07-12"), visit_occurred="Y", visit_date="2024-07-12"), ENDED, **TREATED),
    asks("EOS-02", "a visit a day later", completed(),
         record("VISIT", visit("LTFU1", "2024-07-13"), visit_occurred="Y", visit_date="2024-07-13"), ENDED, **TREATED,
         message="Visit header, Long-term follow-up 1 dated 2024-07-13 is after completion."),
    passes("EOS-02", "a partial date that may be earlier", completed(on="2024-07-12"),
           record("LAB", visit("SFU90"), performed="Y", sample_dt="2024-07-12"), ENDED, **TREATED),
    passes("EOS-02", "last known alive at the latest contact", completed(alive="2024-07-02"), ENDED,
           contact(), **TREATED),
    asks("EOS-02", "a later contact exists", completed(alive="2024-07-01"), ENDED,
         contact(), **TREATED, item="last_known_alive",
         message="Last known alive is 2024-07-01; the latest contact recorded is 2024-07-02."),
    asks("EOS-02", "a later visit exists", completed(alive="2024-07-01"), ENDED, **TREATED,
         visits=[visit("SFU90", "2024-07-10")]),
    passes("EOS-02", "three attempts", completed("LOST TO FOLLOW-UP", lost_attempts="3"), ENDED, **TREATED),
    asks("EOS-02", "two attempts", completed("LOST TO FOLLOW-UP", lost_attempts="2"), ENDED, **TREATED,
         item="lost_attempts", message=(
             "2 contact attempts are recorded; at least 3 are made before lost to follow-up.")),
    passes("GEN-05", "two attempts are asked about once", completed("LOST TO FOLLOW-UP", lost_attempts="2"), ENDED,
           **TREATED),
    asks("GEN-05", "21 attempts", completed("LOST TO FOLLOW-UP", lost_attempts="21"), ENDED, **TREATED),
]  # fmt: skip


def treated_anew(start: str, answer: str = "Y"):
    """A contact that tells of new therapy."""
    return contact(new_therapy=answer, SACT=[{"sact_agent": "Ipilimumab", "sact_start": start}])


LANDMARK = "2025-03-04 2024-12-04 2025-06-04"
SURVIVAL = [
    passes("FU-01", "alive on the day of death", contact(), record("DTH", death_date="2024-07-02")),
    passes("FU-01", "alive in the month of death", contact(), record("DTH", death_date="2024-07")),
    asks("FU-01", "alive a day after death", contact(), record("DTH", death_date="2024-07-01"), item="status",
         message="Alive on 2024-07-02, but the date of death is 2024-07-01."),
    passes("FU-01", "dead after death", contact(status="DEAD"), record("DTH", death_date="2024-07-01")),
    passes("FU-01", "new therapy on the day of the last dose", treated_anew("2024-04-08"), last_dose=LAST),
    passes("FU-01", "new therapy in the month of the last dose", treated_anew("2024-04"), last_dose=LAST),
    asks("FU-01", "new therapy a day before the last dose", treated_anew("2024-04-07"), last_dose=LAST,
         item="sact_start", message="New therapy started 2024-04-07, before last study dose 2024-04-08."),
    passes("FU-01", "assessment before new therapy", treated_anew("2024-05-06"), assessed("PD")),
    asks("FU-01", "assessment after new therapy", treated_anew("2024-05-04"), assessed("PD"),
         message="New therapy from 2024-05-04: the tumour assessment of 2024-05-05 came after it."),
    passes("FU-02", "progression with a time point", contact(disease_status="PD SINCE LAST"), assessed("PD")),
    passes("FU-02", "progression with a clinical basis", contact(disease_status="PD SINCE LAST"),
           assessed("NE", symptomatic_deterioration="Y")),
    asks("FU-02", "progression, none", contact(disease_status="PD SINCE LAST"), assessed("SD"), item="disease_status",
         message="Progression reported without an assessment."),
    passes("FU-02", "no progression at one year", contact(visit("PFS12", None, LANDMARK), "2025-03-01",
           disease_status="NO PD"), now="2025-12-31T12:00"),
    asks("FU-02", "unknown at one year", contact(visit("PFS12", None, LANDMARK), "2025-03-01",
         disease_status="UNKNOWN"), now="2025-12-31T12:00", message=(
             "The one-year assessment needs the disease status between 2024-12-04 and 2025-06-04; it is unknown.")),
    passes("FU-02", "unknown at a later follow-up", contact("LTFU1", disease_status="UNKNOWN")),
    passes("FU-02", "contact on the last day of the window", contact(visit("PFS12", None, LANDMARK), "2025-06-04"),
           now="2025-12-31T12:00"),
    asks("FU-02", "contact a day late", contact(visit("PFS12", None, LANDMARK), "2025-06-05"), now="2025-12-31T12:00",
         item="status_date", message=(
             "The contact of 2025-06-05 is outside the window of the one-year assessment (2024-12-04 to 2025-06-04).")),
    passes("GEN-08", "new therapy with a line", treated_anew("2024-05-06")),
    asks("GEN-08", "no new therapy, one line", treated_anew("2024-05-06", "N"), item="new_therapy",
         message="You answered no to 'New anticancer therapy' but 1 lines exist."),
    asks("GEN-08", "new therapy, no line", contact(new_therapy="Y")),
]  # fmt: skip


def died(on: str = "2024-06-01", cause: str | None = None, **more: str):
    """A death."""
    return record("DTH", death_date=on, **({"primary_cause": cause} if cause else {}), **more)


EARLY = "Death 54 days after last dose: record the fatal event or the cause."
DEATH = [
    passes("DTH-01", "a sample on the day of death", died(), record("LAB", "SFU30", performed="Y", sample_dt="2024-06-01T08:00")),
    asks("DTH-01", "a sample on the day after", died(), record("LAB", "SFU30", performed="Y", sample_dt="2024-06-02"),
         item="death_date",
         message="Laboratory, Safety follow-up 30 d dated 2024-06-02 is after death 2024-06-01."),
    asks("DTH-01", "a dose an hour after death", died("2024-03-25", death_time="13:00"), slots("C1A2", "2024-03-25T14:00"),
         message="IL-2 doses, Course 1, admission 2 (IL-2) dated 2024-03-25 14:00 is after death 2024-03-25 13:00."),
    passes("DTH-01", "a sample in the month of death", died("2024-06"), record("LAB", "SFU30", performed="Y", sample_dt="2024-06-20")),
    passes("DTH-01", "last known alive on the day of death", died(), completed("DEATH", "2024-06-01", "2024-06-01")),
    asks("DTH-01", "known alive a day later", died(), completed("DEATH", "2024-06-02", "2024-06-02"),
         message="Last known alive dated 2024-06-02 is after death 2024-06-01."),
    passes("DTH-02", "progression as the cause", died(cause="DISEASE PROGRESSION"), last_dose=LAST),
    passes("DTH-02", "a fatal event", died(cause="OTHER"), fatal(), last_dose=LAST),
    asks("DTH-02", "another cause and no fatal event", died(cause="OTHER"), fatal("4"), last_dose=LAST, message=EARLY,
         item="primary_cause"),
    passes("DTH-02", "91 days after the last dose", died("2024-07-08", "OTHER"), last_dose=LAST, now="2024-12-31T12:00"),
    asks("DTH-02", "90 days after the last dose", died("2024-07-07", "OTHER"), last_dose=LAST, now="2024-12-31T12:00"),
    passes("DTH-02", "the cause is a linked event", died(cause="ADVERSE EVENT", ae_ref="hypotension"), fatal(), last_dose=LAST),
    asks("DTH-02", "the cause is an event, none linked", died(cause="ADVERSE EVENT"), last_dose=LAST, item="ae_ref",
         message="The cause of death is an adverse event: link the fatal event."),
    passes("DTH-02", "completion says death", died(cause="OTHER"), completed("DEATH", "2024-06-01")),
    asks("DTH-02", "completion says lost", died(cause="OTHER"), completed("LOST TO FOLLOW-UP", "2024-06-01"),
         message="Death is recorded, but the reason of study completion is 'Lost to follow-up'."),
]  # fmt: skip

CASES = [*TREATMENT_END, *STUDY_COMPLETION, *SURVIVAL, *DEATH]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def test_each_drug_has_its_line_with_its_last_dose():
    judged = end(stopped(), stopped())
    judge(judged, subject(judged, *DOSES), DOSES)
    assert [(row.drug, str(row.last_dose_date)) for row in judged.rows("DRUG")] == [
        ("NIVOLUMAB", "2024-04-08"), ("ALDESLEUKIN", "2024-03-29"),
    ]  # fmt: skip


def test_the_end_of_treatment_asks_for_both_drugs_before_anybody_answered():
    asked = [(row.number, item.name) for _, row, item in open_required(end())]
    assert asked == [(1, "decision_date"), (1, "reason"), (2, "decision_date"), (2, "reason")]


def test_lines_are_called_by_their_drug():
    group = end().crf.groups["DRUG"]
    assert [group.row_title(1), group.row_title("2"), group.row_title("new1")] == [
        "Nivolumab", "Aldesleukin (IL-2)", "Study drugs new1",
    ]  # fmt: skip


WITHIN = [
    ("on the day of the last dose", "2024-04-08", "Y"),
    ("90 days after", "2024-07-07", "Y"),
    ("91 days after", "2024-07-08", "N"),
    ("a month that lies inside", "2024-05", "Y"),
    ("a month on the border", "2024-07", None),
]


@pytest.mark.parametrize(("words", "date", "expected"), WITHIN, ids=[words for words, *_ in WITHIN])
def test_death_within_ninety_days(words, date, expected):
    judged = died(date)
    judge(judged, subject(judged, last_dose=LAST))
    assert judged.within_90d == expected
