"""The course of a disease from the forms: what response and survival rules are given (DER-18 to DER-21)."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.courses_of_disease import DERIVED, INVESTIGATOR, DiseaseCourse, disease_course
from forms.derive.survival import duration_of_response, one_year_status, overall_survival, progression_free_survival
from tests.forms.casebooks import record, subject
from tests.forms.test_checks_disposition import contact
from tests.forms.test_checks_tumour_assessment import lesion, non_target, point, scan, target

START = dt.date(2024, 2, 5)
LIVER, LUNG = lesion("T01", "42"), lesion("T02", "28", organ="LUNG")
NODE, BONE = lesion("T03", "22", organ="LYMPH NODE", is_node="Y"), lesion("NT01", None, organ="BONE")
SAID = ("inv_target", "inv_nontarget", "inv_overall")


def read(at, date, mm, said=("PR", "NON-CR/NON-PD", "PR"), **given):
    """A time point of the worked example: diameters of liver, lung and node, and the investigator's responses."""
    states = {"TSTM": ("TSTM", None), "NE": ("NOT_EVALUABLE", None)}
    rows = [
        target(name, *states.get(value, ("MEASURED", value)))
        for name, value in zip(("T01", "T02", "T03"), mm.split(), strict=True)
    ]
    answers = dict(zip(SAID, said, strict=True)) if said else {}
    return point(
        *rows, at=at, scans=[scan(date, name=at)], others=[non_target("NT01", given.pop("bone", "PRESENT"))],
        **answers, **given,
    )  # fmt: skip


WORKED = (
    read("C1RESP", "2024-04-08", "30 18 14"),
    read("C2RESP", "2024-06-10", "24 TSTM 9"),
    read("UNS1", "2024-08-12", "NE 6 9", ("NE", "NON-CR/NON-PD", "NE")),
    read("C3RESP", "2024-10-14", "26 7 11", ("PR", "NOT ALL EVALUATED", "PR"), bone="NE"),
    read("EOT", "2024-12-16", "29 7 11", ("SD", "NON-CR/NON-PD", "SD")),
)
DOSE = record("NIVO", "C1D1", given="Y", start_dt="2024-02-05 09:00")


def course(*records) -> DiseaseCourse:
    """The course of a participant with the lesions of the worked example, the first dose and these records."""
    return disease_course(subject(LIVER, LUNG, NODE, BONE, DOSE, *records).load)


def on(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_worked_example_comes_out_as_the_guideline_has_it() -> None:
    found = course(*WORKED)
    assert [one.response for one in found.assessments()] == ["PR", "PR", "NE", "PR", "PD"]
    best, pfs = found.best_response(), progression_free_survival(found.follow_up())
    assert (best.response, best.date, best.confirmed) == ("PR", on("2024-04-08"), True)
    assert (pfs.outcome, pfs.date, (pfs.date - START).days) == ("event", on("2024-12-16"), 315)
    begun, ended = duration_of_response(best, pfs)
    assert (ended.date - begun).days == 252
    assert one_year_status(START, pfs) == "EVENT"


def test_the_investigator_is_kept_apart() -> None:
    found = course(*WORKED)
    assert [one.response for one in found.assessments(INVESTIGATOR)] == ["PR", "PR", "NE", "PR", "SD"]
    assert progression_free_survival(found.follow_up(INVESTIGATOR)).outcome == "censored"


def test_time_points_go_by_date_whatever_their_visit() -> None:
    shuffled = course(*reversed(WORKED))
    assert [one.date for one in shuffled.assessments()] == [on(d) for d in (
        "2024-04-08", "2024-06-10", "2024-08-12", "2024-10-14", "2024-12-16")]  # fmt: skip


def test_nothing_is_derived_before_the_investigator_answered() -> None:
    unread = read("C1RESP", "2024-04-08", "30 18 14", said=())
    assert course(unread).assessments() == ()
    shown = disease_course(subject(LIVER, LUNG, NODE, BONE, DOSE, unread).load, only_answered=False)
    assert [one.response for one in shown.assessments(DERIVED)] == ["PR"]


NEW = {"role": "NEW", "organ": "LIVER", "is_node": "N", "first_seen": "2024-04-08"}


@pytest.mark.parametrize(
    ("words", "told", "responses"),
    [
        ("beyond doubt", {"certainty": "UNEQUIVOCAL"}, ["PD", "PD"]),
        ("equivocal", {"certainty": "EQUIVOCAL"}, ["PR", "PR"]),
        ("not confirmed", {"certainty": "EQUIVOCAL", "resolved_to": "NOT CONFIRMED"}, ["PR", "PR"]),
        ("confirmed by the next scan", {"certainty": "EQUIVOCAL", "resolved_to": "CONFIRMED",
                                        "resolved_date": "2024-06-10"}, ["PD", "PD"]),
        ("beyond doubt, from the second scan", {"certainty": "UNEQUIVOCAL", "first_seen": "2024-06-10"}, ["PR", "PD"]),
        ("seen between the scans", {"certainty": "UNEQUIVOCAL", "first_seen": "2024-05-20"}, ["PR", "PD"]),
        ("seen after both", {"certainty": "UNEQUIVOCAL", "first_seen": "2024-07-01"}, ["PR", "PR"]),
    ],
)
def test_a_new_lesion_counts_from_the_scan_where_it_was_first_seen(words, told, responses) -> None:
    new = record("TLB", name="NEW01", line=9, lesion_id="NEW01", **(NEW | told))
    assert [one.response for one in course(*WORKED[:2], new).assessments()] == responses, words


def test_progression_is_dated_by_what_proves_it() -> None:
    spread = [scan("2024-04-08", name="chest"), scan("2024-04-12", "CHEST", name="liver")]
    grown = [target("T01", mm="64", t_scan_ref="liver"), target("T02", mm="28", t_scan_ref="chest"),
             target("T03", mm="22")]  # fmt: skip
    said = dict(zip(SAID, ("PD", "PD", "PD"), strict=True))
    by_sum = point(*grown, scans=spread, others=[non_target("NT01")], **said)
    assert course(by_sum).assessments()[0].date == on("2024-04-12")
    by_bone = point(*grown, scans=spread, others=[non_target("NT01", "UPD")], **said)
    assert course(by_bone).assessments()[0].date == on("2024-04-08")


def test_a_new_lesion_dates_progression_at_one_time_point_only() -> None:
    new = record("TLB", name="NEW01", line=9, lesion_id="NEW01", certainty="UNEQUIVOCAL", **(NEW | {"first_seen": "2024-05-20"}))
    days = [(one.date, one.response) for one in course(*WORKED[:4], new).assessments()]
    assert days[1:] == [(on("2024-05-20"), "PD"), (on("2024-08-12"), "PD"), (on("2024-10-14"), "PD")]


def test_death_therapy_and_contact_are_read() -> None:
    found = course(
        WORKED[0], record("DTH", death_date="2024-06"),
        contact("LTFU1", "2024-06-11", new_therapy="Y", SACT=[{"sact_agent": "Axitinib", "sact_start": "2024-05"}]),
    )  # fmt: skip
    assert (found.death, found.new_therapy, found.last_alive) == (on("2024-06-11"), on("2024-05-01"), on("2024-06-11"))
    assert found.completed == {"death": "D", "new_therapy": "D"}
    pfs = progression_free_survival(found.follow_up())
    assert (pfs.outcome, pfs.row, pfs.date) == ("censored", 2, on("2024-04-08"))
    assert overall_survival(found.start, found.death, found.last_alive).date == on("2024-06-11")


def test_who_was_not_treated_has_no_follow_up() -> None:
    untreated = disease_course(subject(LIVER, LUNG, NODE, BONE, WORKED[0]).load)
    assert (untreated.start, untreated.follow_up(), untreated.best_response()) == (None, None, None)
    assert not disease_course(subject(DOSE).load).follow_up().has_baseline
