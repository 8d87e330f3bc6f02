"""Checks of serious event reports, and of adverse events beside reports, death and the end of treatment."""

from __future__ import annotations

import pytest

from forms.items import Answer
from forms.serious import snapshot
from tests.forms.casebooks import asks, judge, passes, record, subject, uid

ZONE = {"time_zone": "America/Los_Angeles"}
STORY = (
    "Hypotension began eight hours after the last dose of IL-2 in admission 1. Phenylephrine was started in intensive "
    "care and the remaining doses were not given. Blood pressure was normal without support two days later. "
    "The participant went home on day five."
)
HOSPITAL = {"serious": "Y", "ser_hosp": "Y"}


def event(grade: str = "4", *, line: int = 1, name: str = "hypotension", **more: str):
    """An adverse event with one grade from 12 March, 10:00."""
    given = {"ctcae_term": "Hypotension", "start_date": "2024-03-12", "start_time": "10:00", "serious": "Y",
             "rel_il2": "PROBABLE", "rel_nivolumab": "UNLIKELY"}  # fmt: skip
    rows = [{"from_date": "2024-03-12", "from_time": "10:00", "grade": grade}]
    return record("AE", line=line, name=name, GRADE=rows, **{**given, **more})


def report(line: int = 1, kind: str = "INITIAL", *, sent: str = "", facts: str = "", **more: str):
    """A report of the event that the site learnt of on 12 March, 14:20."""
    given = {"ae_ref": "hypotension", "awareness_dt": "2024-03-12T14:20", **more}
    made = record("SAE", line=line, report_type=kind, **given)
    if sent:
        made.answers |= {"reported_dt": Answer(sent), "reported_facts": Answer(facts)}
    return made


def as_sent(*events) -> str:
    """What a report that was sent says of its events."""
    for one in events:
        judge(one, subject(one))
    return snapshot(events)


def stay(admitted: str = "2024-03-11T08:00", discharged: str = "2024-03-16T12:00"):
    """An IL-2 stay."""
    return record("IL2A", "C1A1", admission_occurred="Y", admit_dt=admitted, discharge_dt=discharged)


AT = {"site": ZONE}
FACTS = as_sent(event(outcome="UNKNOWN"))
REPORTS = [
    passes("SAE-01", "aware four hours after onset", report(), event(), **AT),
    passes("SAE-01", "aware on the day of onset, time unknown", report(awareness_dt="2024-03-12"), event(), **AT),
    asks("SAE-01", "aware before onset", report(awareness_dt="2024-03-12T09:59"), event(), **AT, item="awareness_dt",
         message="Awareness 2024-03-12 09:59 is before onset 2024-03-12 10:00."),
    asks("SAE-01", "aware after the report was sent", report(sent="2024-03-12T14:19"), event(), **AT,
         message="Awareness 2024-03-12 14:20 is after the report was sent (2024-03-12 14:19)."),
    passes("SAE-02", "sent after 20 hours", report(sent="2024-03-13T10:20"), **AT),
    passes("SAE-02", "sent after exactly 24 hours", report(sent="2024-03-13T14:20"), **AT),
    asks("SAE-02", "sent after 31 hours", report(sent="2024-03-13T21:20"), **AT, item="reported_dt",
         message="Sent 31 h after awareness; 24 h is the limit. Give the reason for delay."),
    passes("SAE-02", "not sent yet", report(), **AT),
    passes("SAE-02", "time of awareness unknown, sent the next evening", report(awareness_dt="2024-03-12", sent="2024-03-13T21:20"),
           **AT),
    asks("SAE-02", "24 h 1 min across the change of clocks", report(awareness_dt="2024-03-09T14:20", sent="2024-03-10T15:21"),
         **AT, message="Sent 24 h after awareness; 24 h is the limit. Give the reason for delay."),
    passes("SAE-03", "hospitalised, with the date", report(first_admission_dt="2024-03-11T08:00"), event(**HOSPITAL), **AT),
    asks("SAE-03", "hospitalised, no date", report(), event(**HOSPITAL), **AT, item="first_admission_dt",
         message="Hospitalisation is yes but admission date is blank."),
    asks("SAE-03", "a date, not hospitalised", report(first_admission_dt="2024-03-11"), event(ser_hosp="N"), **AT,
         message="Hospitalisation is no but admission date is 2024-03-11."),
    passes("SAE-03", "date stated as unknown", report(first_admission_dt_missing="UNKNOWN"), event(**HOSPITAL), **AT),
    passes("SAE-03", "the dates of the prolonged IL-2 stay", report(first_admission_dt="2024-03-11T08:00"), stay(),
           event(**HOSPITAL), **AT),
    asks("SAE-03", "admitted inside the IL-2 stay", report(first_admission_dt="2024-03-12T10:00"), stay(), event(**HOSPITAL),
         **AT, message=(
             "Admission 2024-03-12 10:00 lies inside the IL-2 stay 2024-03-11 08:00 to 2024-03-16 12:00: "
             "a stay that is prolonged begins with its admission.")),
    asks("SAE-03", "discharged before admission", report(first_admission_dt="2024-03-12T10:00", discharge_dt="2024-03-11"),
         event(**HOSPITAL), **AT, item="discharge_dt", message="Discharge 2024-03-11 is before admission 2024-03-12 10:00."),
    passes("SAE-04", "a whole story", report(narrative=STORY), **AT),
    asks("SAE-04", "see chart", report(narrative="see chart"), **AT, item="narrative",
         message="The narrative is short, or seems to hold a name or record number."),
    asks("SAE-04", "names a person", report(narrative=f"{STORY} Mr. Miller was seen by Dr Jones."), **AT),
    asks("SAE-04", "a record number", report(narrative=f"{STORY} Chart 00482913."), **AT),
    asks("SAE-04", "no word about dosing", report(narrative="Hypotension was seen on the ward. " * 8), **AT,
         message="The narrative does not mention the last dose before the event."),
    passes("SAE-05", "sponsor has not begun", report(), event(), **AT),
    passes("SAE-05", "sponsor has answered", report(expected_sponsor="N", rel_sponsor_nivo="UNLIKELY",
           rel_sponsor_il2="PROBABLE"), event(), **AT),
    asks("SAE-05", "causality without expectedness", report(rel_sponsor_nivo="UNLIKELY", rel_sponsor_il2="PROBABLE"), event(),
         **AT, message="The sponsor's assessment is not complete: Unexpected? is missing."),
    asks("SAE-05", "no report chosen for an unexpected life-threatening event", report(ind_class="NONE", expected_sponsor="Y",
         rel_sponsor_il2="PROBABLE"), event(ser_life="Y"), **AT, item="ind_class",
         message="The answers ask for the IND report '7-day report'; 'No IND report' is chosen."),
    passes("SAE-05", "sent on day 6 of 7", report(sent="2024-03-13T10:00", facts=FACTS, expected_sponsor="Y", ind_sent="2024-03-19",
           rel_sponsor_il2="PROBABLE", rel_sponsor_nivo="UNLIKELY"), event(ser_life="Y", outcome="UNKNOWN"), **AT),
    passes("SAE-05", "sent on day 7 of 7", report(sent="2024-03-13T10:00", facts=FACTS, expected_sponsor="Y", ind_sent="2024-03-20",
           rel_sponsor_il2="PROBABLE", rel_sponsor_nivo="UNLIKELY"), event(ser_life="Y", outcome="UNKNOWN"), **AT),
    asks("SAE-05", "sent on day 9 of 7", report(sent="2024-03-13T10:00", facts=FACTS, expected_sponsor="Y", ind_sent="2024-03-22",
         rel_sponsor_il2="PROBABLE", rel_sponsor_nivo="UNLIKELY"), event(ser_life="Y", outcome="UNKNOWN"), **AT, item="ind_sent",
         message="Unexpected, suspected, 7-day report: IND report due 2024-03-20, sent 2024-03-22."),
    passes("SAE-06", "the event is as reported", report(sent="2024-03-13T10:00", facts=FACTS), event(outcome="UNKNOWN"), **AT),
    asks("SAE-06", "the outcome changed", report(sent="2024-03-13T10:00", facts=FACTS), event(outcome="FATAL"), **AT, item="ae_ref",
         message="AE line 1 now says outcome Fatal; SAE report says outcome Unknown. A follow-up version is needed."),
    asks("SAE-06", "another event was linked after the report", report(sent="2024-03-13T10:00", facts=FACTS, ae_ref="hypotension oliguria"),
         event(outcome="UNKNOWN"), event("3", line=2, name="oliguria"), **AT),
    passes("SAE-06", "the outcome changed, a follow-up was sent", report(sent="2024-03-13T10:00", facts=FACTS), event(outcome="FATAL"),
           report(2, "FOLLOW-UP", sent="2024-03-20T10:00", facts=as_sent(event(outcome="FATAL"))), **AT),
    passes("SAE-06", "not sent yet", report(), event(outcome="FATAL"), **AT),
    asks("SAE-06", "two initial reports of one event", report(2), report(), event(), **AT, item="report_type",
         message="Report 1 is the initial report of this event already: choose 'Follow-up report'."),
    asks("SAE-06", "a follow-up of nothing", report(1, "FOLLOW-UP"), event(), **AT,
         message="No earlier initial report names this event: choose 'Initial report'."),
    passes("SAE-06", "reporter's causality is that of the event", report(rel_reporter_il2="PROBABLE"), event(), **AT),
    asks("SAE-06", "reporter's causality differs", report(rel_reporter_il2="UNRELATED"), event(), **AT, item="rel_reporter_il2",
         message="The event says Probable for IL-2; this report says Unrelated."),
]  # fmt: skip


def ended(reason: str, number: int = 2):
    """The end of one drug: 1 nivolumab, 2 IL-2."""
    return record("EOT", "EOT", DRUG=[{"number": number, "decision_date": "2024-04-01", "reason": reason}])


FATAL = {"outcome": "FATAL", "ser_death": "Y", "end_date": "2024-03-14", "ongoing": "N"}
EVENTS = [
    passes("AE-07", "grade 5 and the death form of the same day", event("5", **FATAL), record("DTH", death_date="2024-03-14")),
    passes("AE-07", "grade 5 and a death in the same month", event("5", **FATAL), record("DTH", death_date="2024-03")),
    asks("AE-07", "grade 5, no death form", event("5", **FATAL), item="end_date",
         message="Grade 5 is recorded but Death form is missing or differs (not entered)."),
    asks("AE-07", "grade 5, death a day later", event("5", **FATAL), record("DTH", death_date="2024-03-15"), message=(
        "Grade 5 is recorded but date of death is missing or differs (death 2024-03-15, end of the event 2024-03-14).")),
    asks("AE-07", "named as fatal with grade 4", event("4"), record("DTH", ae_ref="hypotension"), item="max_grade",
         message="The Death form names this event as fatal, but its highest grade is 4."),
    passes("AE-08", "hospital stay after the IL-2 stay", event("3", **HOSPITAL), stay(), report(first_admission_dt="2024-03-18")),
    asks("AE-08", "hospital stay is the IL-2 stay", event("3", **HOSPITAL), stay(), report(first_admission_dt="2024-03-11T08:00")),
    passes("AE-10", "serious, initial report", event(), report()),
    passes("AE-10", "not serious", event("2", serious="N")),
    asks("AE-10", "serious, no report", event(), item="serious",
         message="No SAE report for line 1. The 24-hour clock runs from awareness."),
    asks("AE-10", "serious, a report of another event", event(), report(ae_ref="oliguria"), event(line=2, name="oliguria")),
    asks("AE-10", "serious, only a follow-up", event(), report(kind="FOLLOW-UP")),
    passes("AE-13", "withdrawn and stopped for an event", event(action_il2="DRUG WITHDRAWN"), ended("ADVERSE EVENT")),
    passes("AE-13", "withdrawn, the other drug completed", event(action_il2="DRUG WITHDRAWN"), ended("COMPLETED", 1)),
    asks("AE-13", "withdrawn, but completed", event(action_il2="DRUG WITHDRAWN"), ended("COMPLETED"), item="action_il2",
         message="IL-2 withdrawn for this event, but the reason of its discontinuation is 'Completed'."),
    asks("AE-13", "nivolumab withdrawn, but completed", event(action_nivolumab="DRUG WITHDRAWN"), ended("COMPLETED", 1),
         message="Nivolumab withdrawn for this event, but the reason of its discontinuation is 'Completed'."),
]  # fmt: skip
CASES = [*REPORTS, *EVENTS]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


def derived(judged, *others):
    """A report after its derivations."""
    around = subject(judged, *others, site=ZONE)
    judge(judged, around, others)
    return judged


CLOCK = [
    ("not sent", report(), ("2024-03-13T14:20", "OPEN")),
    ("sent on the minute", report(sent="2024-03-13T14:20"), ("2024-03-13T14:20", "MET")),
    ("sent a minute late", report(sent="2024-03-13T14:21"), ("2024-03-13T14:20", "LATE")),
    ("night of summer time", report(awareness_dt="2024-03-09T14:20"), ("2024-03-10T15:20", "OPEN")),
]  # fmt: skip


@pytest.mark.parametrize(("words", "judged", "expected"), CLOCK, ids=[words for words, *_ in CLOCK])
def test_der_24_clock(words, judged, expected):
    found = derived(judged)
    assert (found.clock_due, found.clock_state) == expected


def test_follow_ups_belong_to_the_case_of_their_event():
    first, second, other = report(), report(2, "FOLLOW-UP"), report(3, ae_ref="oliguria")
    third = report(4, "FOLLOW-UP")
    found = [derived(one, *(o for o in (first, second, other, third) if o is not one)) for one in (first, second, other, third)]
    assert [(one.case_id, one.report_version) for one in found] == [
        ("NCT03991130-001-001-S01", 0), ("NCT03991130-001-001-S01", 1), ("NCT03991130-001-001-S02", 0),
        ("NCT03991130-001-001-S01", 2),
    ]  # fmt: skip


IND = [
    ("expected", "N", "PROBABLE", "Y", "NONE", None),
    ("unexpected, unrelated", "Y", "UNRELATED", "Y", None, None),
    ("unexpected, suspected, life-threatening", "Y", "PROBABLE", "Y", "7-DAY", "2024-03-20"),
    ("unexpected, suspected, serious", "Y", "POSSIBLE", "N", "15-DAY", "2024-03-28"),
    ("not judged", None, "PROBABLE", "Y", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "unexpected", "sponsor", "life", "kind", "due"), IND, ids=[words for words, *_ in IND])
def test_ind_report_follows_21_cfr_312_32(words, unexpected, sponsor, life, kind, due):
    given = {"expected_sponsor": unexpected} if unexpected else {}
    judged = derived(report(sent="2024-03-13T10:00", rel_sponsor_il2=sponsor, **given), event(ser_life=life))
    assert (judged.ind_class, judged.ind_due and str(judged.ind_due)) == (kind, due)


def test_nothing_related_by_anybody_needs_no_ind_report():
    answers = {f"rel_{who}_{drug}": "UNRELATED" for who in ("reporter", "sponsor") for drug in ("nivo", "il2")}
    assert derived(report(expected_sponsor="Y", **answers), event()).ind_class == "NONE"


def test_the_facts_of_an_event_in_words():
    one = event(outcome="UNKNOWN", ser_life="Y")
    judge(one, subject(one))
    assert uid("hypotension") == one.uid
    assert snapshot([one]) == (
        "1: onset 2024-03-12 10:00; term Hypotension; grade 4 - Life-threatening; serious Yes; "
        "related to nivolumab Unlikely; related to IL-2 Probable; outcome Unknown; criteria life-threatening"
    )
