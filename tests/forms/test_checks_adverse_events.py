"""Checks and derivations of adverse events: words and term, times, grades, seriousness, relation, doses."""

from __future__ import annotations

import pytest

from tests.forms.casebooks import asks, judge, passes, record, subject, uid

PLAIN = {
    "verbatim": "Fever", "ctcae_term": "Fever", "start_date": "2024-03-12", "ongoing": "N", "end_date": "2024-03-15",
    "serious": "N", "rel_nivolumab": "POSSIBLE", "rel_il2": "PROBABLE", "action_nivolumab": "DOSE NOT CHANGED",
    "action_il2": "DOSE NOT CHANGED", "treatment_given": "NONE", "outcome": "RECOVERED/RESOLVED", "immune_related": "N",
}  # fmt: skip
TREATED = {"c1d1": "2024-03-04", "last_dose": "2024-03-16"}
ONGOING = {"ongoing": "Y", "end_date": None, "outcome": "NOT RECOVERED/NOT RESOLVED"}
SERIOUS = {"serious": "Y", "ser_death": "N", "ser_life": "N", "ser_hosp": "N", "ser_disab": "N", "ser_cong": "N",
           "ser_mie": "N"}  # fmt: skip
FATAL = SERIOUS | {"ser_death": "Y", "outcome": "FATAL"}
DIED = record("DTH", death_date=PLAIN["end_date"])


def event(line: int = 1, grades: str = "2024-03-12 2", **given):
    """An adverse event; `grades` is 'date grade, date grade' and starts at onset unless said."""
    answers = {name: value for name, value in (PLAIN | given).items() if value is not None}
    rows = [grade_row(*each.split()) for each in grades.split(",") if each.strip()]
    return record("AE", line=line, name=f"ae{line}", GRADE=rows, **answers)


def grade_row(date: str, *rest: str):
    """A line of the grade history from 'date [time] grade'."""
    time, grade = (rest[0], rest[1]) if len(rest) == 2 else (None, rest[0])
    return {"from_date": date, "grade": grade} | ({"from_time": time} if time else {})


def lasting(start: str, end: str | None = None, line: int = 1, **given):
    """An event from start to end (none: ongoing), with its grade from onset."""
    times = {"start_date": start, "end_date": end} | ({} if end else {**ONGOING, "end_date": None})
    return event(line, f"{start} 2", **(times | given))


def grid(*slots: dict, oid: str = "C1A1"):
    """A dose grid."""
    return record("IL2D", oid, SLOT=list(slots))


def given(start: str, number: int = 1):
    """A slot given."""
    return {"number": number, "status": "GIVEN", "start_dt": start}


def held(number: int, events: str):
    """A slot held because of events."""
    return {"number": number, "status": "HELD", "hold_reason": "HYPOTENSION", "ae_ref": events}


def stay(oid: str = "C1A1", admitted: str = "2024-03-11 10:00", discharged: str = "2024-03-17 12:00", **more):
    """An IL-2 admission."""
    return record("IL2A", oid, admission_occurred="Y", admit_dt=admitted, discharge_dt=discharged, **more)


def given_for(oid: str, **more):
    """A line of the medications or procedures."""
    return record(oid, **more)


FIRST_IL2 = grid(given("2024-03-11 14:00"))
LATE = {"c1d1": "2024-01-01", "last_dose": "2024-02-01", "consent": "2023-12-01"}

CASES = [
    # words and term
    passes("AE-01", "one event", event(verbatim="Fever")),
    asks("AE-01", "two events in one line", event(verbatim="Fever and chills"),
         message="One event per line: 'Fever and chills' looks like two."),
    asks("AE-01", "two events with a slash", event(verbatim="nausea/vomiting")),
    asks("AE-01", "two events with a semicolon", event(verbatim="rash; itching")),
    passes("AE-01", "'and' inside a word", event(verbatim="Swollen hands")),
    passes("AE-01", "the name of a CTCAE term", event(verbatim="Rash maculo-papular")),
    asks("AE-01", "a bare abbreviation", event(verbatim="SOB"),
         message="'SOB' is an abbreviation: write the event in words."),
    passes("AE-02", "urine output decreased grade 3", event(ctcae_term="Urine output decreased", grades="2024-03-12 3")),
    asks("AE-02", "urine output decreased grade 2", event(ctcae_term="Urine output decreased"), item="grade",
         message="Urine output decreased has grades 3, 4 in CTCAE 5.0; you entered 2."),
    passes("AE-15", "rigors coded as chills", event(verbatim="rigors", ctcae_term="Chills")),
    asks("AE-15", "rigors coded as fever", event(verbatim="Rigors"),
         message="'Rigors' is usually coded as Chills in CTCAE 5.0."),
    asks("AE-15", "oliguria coded as acute kidney injury", event(verbatim="Oliguria", ctcae_term="Acute kidney injury"),
         message="'Oliguria' is usually coded as Urine output decreased in CTCAE 5.0."),
    asks("AE-15", "vitiligo coded as rash", event(verbatim="vitiligo", ctcae_term="Rash maculo-papular")),
    passes("AE-15", "words that CTCAE uses itself", event(verbatim="Fever", ctcae_term="Infusion related reaction")),
    asks("AE-15", "two open fever lines", lasting("2024-03-20", line=2), lasting("2024-03-12"),
         message="Line 2 has the same term as line 1 and overlaps it."),
    passes("AE-15", "the earlier of two open fever lines", lasting("2024-03-12"), lasting("2024-03-20", line=2)),
    passes("AE-15", "fever again after the first has cleared", lasting("2024-03-25", "2024-03-26", line=2),
           lasting("2024-03-12", "2024-03-15")),
    passes("AE-15", "second fever begins on the day the first ends", lasting("2024-03-15", "2024-03-16", line=2),
           lasting("2024-03-12", "2024-03-15")),
    passes("AE-15", "the month only, so overlap is not certain", lasting("2024-03", "2024-03-20", line=2),
           lasting("2024-03-12", "2024-03-15")),
    passes("AE-15", "other terms of one class with other words",
           lasting("2024-03-20", line=2, ctcae_term="Hepatobiliary disorders - Other, specify", other_specify="Hepatitis"),
           lasting("2024-03-12", ctcae_term="Hepatobiliary disorders - Other, specify", other_specify="Cholestasis")),
    passes("GEN-06", "fever on 11 and on 25 March", lasting("2024-03-25", "2024-03-26", line=2),
           lasting("2024-03-11", "2024-03-12")),
    asks("GEN-06", "fever on 11 March twice", lasting("2024-03-11", "2024-03-12", line=2),
         lasting("2024-03-11", "2024-03-12"),
         message="Line 2 looks the same as line 1 (Fever, 2024-03-11). Remove one, or say how they differ."),
    passes("GEN-06", "fever twice on one day with times", lasting("2024-03-11", "2024-03-12", line=2, start_time="20:00"),
           lasting("2024-03-11", "2024-03-11", start_time="08:00")),
    passes("GEN-07", "other term with words", event(ctcae_term="Cardiac disorders - Other, specify", other_specify="Bigeminy")),
    asks("GEN-07", "other term, blank", event(ctcae_term="Cardiac disorders - Other, specify"), item="other_specify"),
    # times
    passes("AE-03", "onset after the first dose", event(), **TREATED),
    asks("AE-03", "onset a week before consent", lasting("2024-02-23", "2024-02-24"),
         message="Onset 2024-02-23 is before consent 2024-03-01: record it as medical history."),
    passes("AE-03", "onset on the day of consent", lasting("2024-03-01", "2024-03-05")),
    passes("AE-03", "onset in the month of consent, day unknown", lasting("2024-03", "2024-03-05"), consent="2024-03-10"),
    asks("AE-03", "onset in the year before consent", lasting("2023", "2024-03-05")),
    asks("AE-03", "not serious, between consent and first dose", lasting("2024-03-02", "2024-03-03"), **TREATED, message=(
        "Onset 2024-03-02 is before the first dose 2024-03-04: only a serious or procedure-related event belongs here.")),
    passes("AE-03", "serious, between consent and first dose", lasting("2024-03-02", "2024-03-03", **SERIOUS), **TREATED),
    passes("AE-03", "procedure-related, between consent and first dose",
           lasting("2024-03-02", "2024-03-03", rel_other="PROCEDURE"), **TREATED),
    passes("AE-03", "on the day of the first dose", lasting("2024-03-04", "2024-03-05"), **TREATED),
    passes("AE-04", "from some day in March to 15 March", lasting("2024-03", "2024-03-15")),
    asks("AE-04", "from 15 to 12 March", lasting("2024-03-15", "2024-03-12"),
         message="End 2024-03-12 is before start 2024-03-15."),
    passes("AE-04", "ends on the day it begins", lasting("2024-03-12", "2024-03-12")),
    asks("AE-04", "ends an hour before it begins", lasting("2024-03-12", "2024-03-12", start_time="10:00", end_time="09:00")),
    passes("AE-05", "ended and recovered", event()),
    asks("AE-05", "ongoing and recovered", event(ongoing="Y", end_date=None), item="outcome",
         message="Outcome 'Recovered or resolved' does not fit ongoing = yes, end none."),
    passes("AE-05", "ongoing and not recovered", event(**ONGOING)),
    passes("AE-05", "ongoing and recovering", event(**(ONGOING | {"outcome": "RECOVERING/RESOLVING"}))),
    passes("AE-05", "ongoing and unknown", event(**(ONGOING | {"outcome": "UNKNOWN"}))),
    asks("AE-05", "ongoing with an end", event(**(ONGOING | {"end_date": "2024-03-15"}))),
    asks("AE-05", "recovered without an end", event(end_date=None)),
    passes("AE-05", "recovered, end unknown", event(end_date=None, end_date_missing="UNKNOWN")),
    asks("AE-05", "ended and not recovered", event(outcome="NOT RECOVERED/NOT RESOLVED")),
    # grades
    passes("AE-06", "grade 2, then 3, then 1", event(grades="2024-03-12 2, 2024-03-13 3, 2024-03-14 1")),
    asks("AE-06", "grade after the end", event(grades="2024-03-12 2, 2024-03-16 3"), item="from_date",
         message="Grade 3 from 2024-03-16 lies outside the event (2024-03-12 to 2024-03-15)."),
    asks("AE-06", "grade before onset", event(grades="2024-03-11 2"), message=(
        "Grade 2 from 2024-03-11 lies outside the event (2024-03-12 to 2024-03-15).")),
    passes("AE-06", "grade on the day of the end", event(grades="2024-03-12 2, 2024-03-15 1")),
    asks("AE-06", "later line with an earlier date", event(grades="2024-03-12 2, 2024-03-14 3, 2024-03-13 1"), message=(
        "Grade history is not in order of time: 2024-03-13 follows 2024-03-14.")),
    passes("AE-06", "two grades on one day without times", event(grades="2024-03-12 2, 2024-03-12 3")),
    asks("AE-06", "two grades in one minute", event(grades="2024-03-12 08:00 2, 2024-03-12 08:00 3")),
    asks("AE-06", "first grade a day after onset", event(grades="2024-03-13 2"),
         message="The first grade is from 2024-03-13, but onset is 2024-03-12: they are the same."),
    passes("AE-06", "onset known to the month only", event(start_date="2024-03", grades="2024-03-13 2")),
    asks("AE-06", "the same grade twice", event(grades="2024-03-12 2, 2024-03-13 2"), item="grade",
         message="Grade 2 follows the same grade: one line is enough."),
    # death and seriousness
    passes("AE-07", "grade 5, fatal, death ticked", event(grades="2024-03-12 3, 2024-03-15 5", **FATAL), DIED),
    asks("AE-07", "grade 5 but recovered", event(grades="2024-03-12 5", **(FATAL | {"outcome": "RECOVERED/RESOLVED"})),
         message="Grade 5 is recorded but outcome is missing or differs (Recovered or resolved)."),
    asks("AE-07", "grade 5 but not serious", event(grades="2024-03-12 5", outcome="FATAL"),
         message="Grade 5 is recorded but seriousness is missing or differs (No)."),
    asks("AE-07", "grade 5, outcome marked unknown as a missing value", event(
        grades="2024-03-12 5", **(FATAL | {"outcome": None}), outcome_missing="UNKNOWN"), item="outcome"),
    passes("AE-07", "grade 5, outcome not answered yet", event(grades="2024-03-12 5", **(FATAL | {"outcome": None})),
           DIED),
    asks("AE-07", "fatal with grade 4", event(grades="2024-03-12 4", **FATAL),
         message="Outcome says death, but the highest grade is 4."),
    passes("AE-08", "grade 4, life-threatening", event(grades="2024-03-12 4", **(SERIOUS | {"ser_life": "Y"}))),
    asks("AE-08", "grade 4, not serious", event(grades="2024-03-12 4"), item="serious", message=(
        "Grade 4 recorded as not serious, or hospitalisation equals the planned IL-2 stay: confirm it.")),
    passes("AE-08", "grade 3, not serious", event(grades="2024-03-12 3")),
    asks("AE-08", "hospitalisation is the planned IL-2 stay", event(**(SERIOUS | {"ser_hosp": "Y"})), stay()),
    passes("AE-08", "hospitalisation between admissions", lasting("2024-03-19", "2024-03-21", **(SERIOUS | {"ser_hosp": "Y"})),
           stay()),
    passes("AE-08", "hospitalisation and another criterion", event(**(SERIOUS | {"ser_hosp": "Y", "ser_life": "Y"})), stay()),
    passes("AE-09", "serious with hospitalisation", event(**(SERIOUS | {"ser_hosp": "Y"}))),
    asks("AE-09", "serious with none", event(**SERIOUS), message="Tick at least one seriousness criterion."),
    asks("AE-09", "serious, criteria left open", event(serious="Y")),
    asks("AE-09", "not serious but a criterion is ticked", event(ser_life="Y"),
         message="Serious is 'no', but 'Is life-threatening' is 'yes'."),
    # relation
    passes("AE-11", "onset on day 9, IL-2 from day 8", event(), FIRST_IL2, **TREATED),
    asks("AE-11", "onset on day 3, definitely related to IL-2", lasting("2024-03-06", "2024-03-08", rel_il2="DEFINITE"),
         FIRST_IL2, **TREATED, item="rel_il2",
         message="Related to IL-2, but first IL-2 dose is 2024-03-11 14:00, after onset 2024-03-06."),
    passes("AE-11", "onset on the day of the first IL-2 dose, time unknown", lasting("2024-03-11", "2024-03-12"), FIRST_IL2),
    passes("AE-11", "unlikely related, before the first IL-2 dose", lasting("2024-03-06", "2024-03-08", rel_il2="UNLIKELY"),
           FIRST_IL2),
    passes("AE-11", "a given dose still has no start", lasting("2024-03-06", "2024-03-08"),
           grid(given("2024-03-11 14:00", 2), {"number": 1, "status": "GIVEN"})),
    asks("AE-11", "immune-related but related to no drug", event(
        immune_related="Y", rel_nivolumab="UNRELATED", rel_il2="UNLIKELY"), item="immune_related",
         message="Immune-related, but related to neither nivolumab nor IL-2."),
    passes("AE-11", "immune-related and possibly nivolumab", event(immune_related="Y", rel_il2="UNRELATED")),
    asks("AE-11", "grade 3, unrelated to both, no other cause", event(
        grades="2024-03-12 3", rel_nivolumab="UNRELATED", rel_il2="UNRELATED"), item="rel_other",
         message="Grade 3 and unrelated to both drugs: give the other cause."),
    passes("AE-11", "grade 3, unrelated to both, due to disease", event(
        grades="2024-03-12 3", rel_nivolumab="UNRELATED", rel_il2="UNRELATED", rel_other="DISEASE")),
    passes("AE-11", "grade 2, unrelated to both", event(rel_nivolumab="UNRELATED", rel_il2="UNRELATED")),
    # doses
    passes("AE-12", "slot held, IL-2 interrupted", event(action_il2="DRUG INTERRUPTED"), grid(held(4, "ae1"))),
    asks("AE-12", "slots held, dose not changed", event(), grid(held(4, "ae1"), held(5, "ae1")), message=(
        "Slots C1A1-04, C1A1-05 were held for this event but action with IL-2 is 'Dose not changed'.")),
    passes("AE-12", "slot held, IL-2 withdrawn", event(action_il2="DRUG WITHDRAWN"), grid(held(4, "ae1"))),
    asks("AE-12", "IL-2 interrupted, no slot names the event", event(action_il2="DRUG INTERRUPTED"), FIRST_IL2, message=(
        "Action with IL-2 is 'Drug interrupted', but no held slot or stopped admission names this event.")),
    passes("AE-12", "IL-2 interrupted, the stopped admission names the event", event(action_il2="DRUG INTERRUPTED"),
           FIRST_IL2, stay(stop_reason="TOXICITY", stop_ae_ref="ae1")),
    passes("AE-12", "IL-2 interrupted, no dose grid yet", event(action_il2="DRUG INTERRUPTED")),
    passes("AE-12", "another event's slot is held", event(), event(2), grid(held(4, "ae2"))),
    asks("AE-13", "withdrawn, dose in the next admission", event(action_il2="DRUG WITHDRAWN"), stay(),
         stay("C1A2", "2024-03-25 10:00", "2024-03-30 10:00"), grid(given("2024-03-25 14:00"), oid="C1A2"),
         message="IL-2 withdrawn for this event, but a dose was given on 2024-03-25 14:00."),
    passes("AE-13", "withdrawn, doses of the same admission only", event(action_il2="DRUG WITHDRAWN"), stay(), FIRST_IL2),
    passes("AE-13", "withdrawn, next admission without a dose", event(action_il2="DRUG WITHDRAWN"), stay(),
           stay("C1A2", "2024-03-25 10:00", "2024-03-30 10:00"), grid(oid="C1A2")),
    asks("AE-13", "nivolumab dose reduced", event(action_nivolumab="DOSE REDUCED"), item="action_nivolumab",
         message="'Dose reduced' is not foreseen in this study: doses are held or stopped."),
    asks("AE-13", "IL-2 dose increased", event(action_il2="DOSE INCREASED"), item="action_il2"),
    # reporting window
    passes("AE-16", "60 days after the last dose", lasting("2024-04-01", "2024-04-05"), **LATE),
    passes("AE-16", "90 days after the last dose", lasting("2024-05-01", "2024-05-05"), **LATE),
    asks("AE-16", "91 days after the last dose, not serious", lasting("2024-05-02", "2024-05-05"), **LATE,
         message="Onset is 91 days after last dose; the reporting window is 90 days."),
    asks("AE-16", "120 days after the last dose, not serious", lasting("2024-05-31", "2024-06-05"), **LATE),
    passes("AE-16", "120 days after, serious and related", lasting("2024-05-31", "2024-06-05", **SERIOUS), **LATE),
    asks("AE-16", "120 days after, serious and unrelated", lasting(
        "2024-05-31", "2024-06-05", **(SERIOUS | {"rel_nivolumab": "UNRELATED", "rel_il2": "UNRELATED"})), **LATE),
    passes("AE-16", "the month only, may lie in the window", lasting("2024-05", "2024-06-05"), **LATE),
    # the header of the log
    passes("AE-14", "no treatment", event()),
    asks("AE-14", "medication, and no line of one", event(treatment_given="MEDICATION"), item="treatment_given",
         message="You recorded treatment for 'Fever': no medication or procedure line covers 2024-03-12 to 2024-03-15."),
    passes("AE-14", "medication, with a line that names the event", event(treatment_given="MEDICATION"),
           given_for("CM", ae_ref="ae1", start="2024-04-01")),
    passes("AE-14", "medication, with a line during the event", event(treatment_given="MEDICATION"),
           given_for("CM", start="2024-03-14")),
    passes("AE-14", "medication, with a line that goes on since before", event(treatment_given="MEDICATION"),
           given_for("CM", start="2024-01", ongoing="Y")),
    asks("AE-14", "medication, with a line that ended before", event(treatment_given="MEDICATION"),
         given_for("CM", start="2024-03-01", ongoing="N", end="2024-03-11")),
    asks("AE-14", "medication, with a line that began after", event(treatment_given="MEDICATION"),
         given_for("CM", start="2024-03-16")),
    passes("AE-14", "an event that goes on", event(treatment_given="MEDICATION", **ONGOING),
           given_for("CM", start="2024-05-16")),
    asks("AE-14", "a procedure, and only a medication line", event(treatment_given="PROCEDURE"),
         given_for("CM", start="2024-03-14")),
    passes("AE-14", "a procedure, with a line", event(treatment_given="PROCEDURE"), given_for("PR", start="2024-03-14")),
    asks("AE-14", "both, and only a procedure line", event(treatment_given=("MEDICATION", "PROCEDURE")),
         given_for("PR", start="2024-03-14")),
    passes("GEN-08", "any adverse event: yes, two lines", record("AEYN", any_ae="Y"), event(1), event(2)),
    asks("GEN-08", "any adverse event: no, two lines", record("AEYN", any_ae="N"), event(1), event(2),
         message="You answered no to 'Any adverse event' but 2 lines exist."),
    asks("GEN-08", "any adverse event: yes, no line", record("AEYN", any_ae="Y"), item="any_ae"),
    passes("GEN-08", "any adverse event: no, no line", record("AEYN", any_ae="N")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()


DERIVED = [
    ("duration counts both days", lasting("2024-03-12", "2024-03-15"), "duration", 4),
    ("an open event has no duration yet", lasting("2024-03-12"), "duration", None),
    ("a partial date gives no duration", lasting("2024-03", "2024-03-15"), "duration", None),
    ("the highest grade of the history", event(grades="2024-03-12 2, 2024-03-13 3, 2024-03-14 1"), "max_grade", "3"),
    ("class of the term", event(), "soc", "General disorders and administration site conditions"),
    ("MedDRA code of the term", event(), "llt_code", "10016558"),
    ("begun in treatment", event(), "teae", "Y"),
    ("begun before treatment", lasting("2024-03-02", "2024-03-03"), "teae", "N"),
    ("begun in the month of the first dose", lasting("2024-03"), "teae", "Y"),
    ("begun before treatment, worse in it", event(start_date="2024-03-02", grades="2024-03-02 1, 2024-03-12 3"), "teae", "Y"),
    ("related to one drug", event(rel_nivolumab="UNRELATED"), "related_any", "Y"),
    ("unlikely related to both", event(rel_nivolumab="UNLIKELY", rel_il2="UNLIKELY"), "related_any", "N"),
    ("one relation still open", event(rel_nivolumab="UNLIKELY", rel_il2=None), "related_any", None),
]


@pytest.mark.parametrize(("words", "line", "item", "value"), DERIVED, ids=[words for words, *_ in DERIVED])
def test_item_is_derived(words, line, item, value):
    judge(line, subject(line, **TREATED))
    assert line.value(item) == value


def test_event_lists_the_slots_held_because_of_it():
    line, doses = event(), grid(held(4, "ae1"), held(5, "ae1"), held(6, "ae2"))
    judge(line, subject(line, doses))
    assert line.dose_links == "C1A1-04; C1A1-05"


def test_double_line_makes_one_query():
    twin, first = lasting("2024-03-11", line=2), lasting("2024-03-11")
    found = judge(twin, subject(first, twin))
    assert [f.check_id for f in found] == ["GEN-06"]


def test_finding_in_the_grade_history_points_at_its_line():
    line = event(grades="2024-03-12 2, 2024-03-16 3")
    found = judge(line, subject(line))
    assert [(f.check_id, f.row_uid, f.item) for f in found] == [("AE-06", uid("ae1 GRADE 2"), "from_date")]


def test_plain_event_has_no_finding():
    line = event()
    assert judge(line, subject(line, **TREATED)) == []
