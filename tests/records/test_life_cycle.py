"""The life of a participant through the save path: visits appear and fall away, states turn, overdue visits are asked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from edc.queries.models import Query
from edc.records.models import FormRecord
from edc.records.saving import save_items
from edc.records.service import get_subject
from edc.study.models import Visit
from forms.items import Answer
from forms.patch import Patch
from tests.records.casebooks import AMES, CODE, Casebook


def state(casebook: Casebook) -> str:
    """The stored state of the participant."""
    with casebook.session() as session:
        return get_subject(session, CODE).status


def visits(casebook: Casebook) -> dict[str, str]:
    """The status of each visit."""
    with casebook.session() as session:
        return {visit.oid: visit.status for visit in session.scalars(select(Visit))}


def set_day(casebook: Casebook, day: str) -> None:
    """Let it be noon of a day at the site."""
    casebook.clock.at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(20, 0), tzinfo=dt.UTC)


def come(casebook: Casebook, visit: str, date: str) -> None:
    """The participant came to a visit."""
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": date}, visit=visit)


def register(casebook: Casebook) -> None:
    """Registration on 20 January; its gate is tested elsewhere."""
    with casebook.saving(AMES) as saving:
        record = casebook.header(saving.session, "REG")
        patch = Patch({"registration_date": Answer(dt.date(2024, 1, 20))})
        save_items(saving, record, patch, expected_version=0)


def treat(casebook: Casebook) -> None:
    """Course 1 with both nivolumab doses and one IL-2 dose."""
    set_day(casebook, "2024-03-10")
    register(casebook)
    for visit, date in (("C1D1", "2024-01-22"), ("C1A1", "2024-01-29"), ("C1A2", "2024-02-12"), ("C1D35", "2024-02-25")):
        come(casebook, visit, date)
        if visit in ("C1D1", "C1D35"):
            casebook.save("NIVO", {"given": "Y", "start_dt": f"{date} 09:00"}, visit=visit)


def decide(casebook: Casebook, answer: str, **more: str) -> None:
    """The decision after the scan of course 1."""
    casebook.save("CONT", {"next_course": answer}, visit="C1RESP", by=AMES, **more)


def end(casebook: Casebook, *drugs: int) -> None:
    """The decision to stop some drugs."""
    rows = [(number, {"decision_date": "2024-03-05", "reason": "COMPLETED"}) for number in drugs]
    casebook.save("EOT", rows={"DRUG": rows}, visit="EOT")


def test_registration_brings_day_one_and_the_first_dose_the_one_year_assessment(casebook: Casebook) -> None:
    set_day(casebook, "2024-01-23")
    assert state(casebook) == "SCREENING"
    register(casebook)
    assert (state(casebook), visits(casebook)["C1D1"], "PFS12" in visits(casebook)) == ("REGISTERED", "planned", False)
    come(casebook, "C1D1", "2024-01-22")
    casebook.save("NIVO", {"given": "Y", "start_dt": "2024-01-22 09:00"}, visit="C1D1")
    assert (state(casebook), visits(casebook)["PFS12"]) == ("ON_TREATMENT", "planned")


def test_another_course_appears_and_falls_away_with_the_decision(casebook: Casebook) -> None:
    treat(casebook)
    decide(casebook, "Y")
    assert visits(casebook)["C2D1"] == "planned"
    decide(casebook, "N", reason="misread")
    assert (visits(casebook)["C2D1"], visits(casebook)["EOT"]) == ("not applicable", "planned")
    decide(casebook, "Y", reason="misread again")
    assert visits(casebook)["C2D1"] == "planned"


def test_the_end_of_both_drugs_brings_follow_up_and_cancels_what_was_planned(casebook: Casebook) -> None:
    treat(casebook)
    decide(casebook, "Y")
    casebook.add_visit("EOT")
    end(casebook, 1)
    assert (state(casebook), "SFU30" in visits(casebook)) == ("ON_TREATMENT", False)
    end(casebook, 2)
    found = visits(casebook)
    assert state(casebook) == "OFF_TREATMENT"
    assert (found["C2D1"], found["C1RESP"], found["C1D35"]) == ("not applicable", "planned", "occurred")
    assert [found[oid] for oid in ("SFU30", "SFU90", "LTFU1", "PFS12")] == ["planned"] * 4


def test_death_stops_everything_and_keeps_what_was_collected(casebook: Casebook) -> None:
    treat(casebook)
    casebook.save("DTH", {"death_date": "2024-03-01"}, visit="LOG")
    found = visits(casebook)
    assert state(casebook) == "DIED"
    assert (found["C1RESP"], found["PFS12"], found["C1D35"]) == ("not applicable", "not applicable", "occurred")
    assert casebook.values("NIVO", "given", visit="C1D35") == ["Y"]


def leave(casebook: Casebook, **given: str) -> None:
    """Study completion."""
    casebook.save("EOS", {"completion_date": "2024-03-01", **given}, visit="LOG")


def test_withdrawal_of_all_contact_stops_what_is_due_and_of_treatment_does_not(casebook: Casebook) -> None:
    treat(casebook)
    leave(casebook, reason="WITHDRAWAL BY SUBJECT", withdrawn_from="ALL CONTACT")
    assert (state(casebook), visits(casebook)["C1RESP"]) == ("WITHDRAWN", "not applicable")
    casebook.save("EOS", {"withdrawn_from": "TREATMENT ONLY"}, visit="LOG", reason="asked again")
    assert (state(casebook), visits(casebook)["C1RESP"]) == ("ON_TREATMENT", "planned")


def test_who_was_lost_and_is_seen_again_goes_on(casebook: Casebook) -> None:
    treat(casebook)
    leave(casebook, reason="LOST TO FOLLOW-UP")
    assert state(casebook) == "LOST"
    come(casebook, "C1RESP", "2024-03-09")
    assert (state(casebook), visits(casebook)["PFS12"]) == ("ON_TREATMENT", "planned")


def test_progression_before_one_year_cancels_the_one_year_assessment(casebook: Casebook) -> None:
    treat(casebook)
    casebook.save("TA", {"performed": "Y", "inv_overall": "PD"}, visit="C1RESP", by=AMES,
                  rows={"SCAN": [(None, {"scan_date": "2024-03-09"})]})  # fmt: skip
    assert visits(casebook)["PFS12"] == "not applicable"


def asked(casebook: Casebook) -> list[tuple[str, str, str]]:
    """Place, check and status of each query about an overdue visit."""
    with casebook.session() as session:
        found = session.scalars(select(Query).where(Query.check_id == "VIS-03").order_by(Query.number))
        return [(query.place, query.item_name or "", query.status) for query in found]


D35 = f"{CODE}/C1D35/VISIT"


def start(casebook: Casebook) -> None:
    """Day 1 on 22 January with both admissions; day 35 is due by 28 February."""
    set_day(casebook, "2024-01-23")
    casebook.add_visit("C1D1")
    come(casebook, "C1D1", "2024-01-22")
    for visit, date in (("C1A1", "2024-01-29"), ("C1A2", "2024-02-12")):
        set_day(casebook, date)
        come(casebook, visit, date)


def late(casebook: Casebook) -> None:
    """Any save on 1 March."""
    set_day(casebook, "2024-03-01")
    casebook.save("AEYN", {"any_ae": "N"}, visit="LOG")


def test_an_overdue_visit_is_asked_about_at_its_header_by_any_save(casebook: Casebook) -> None:
    start(casebook)
    late(casebook)
    assert asked(casebook) == [(D35, "visit_occurred", "open")]
    assert casebook.state("VISIT", "entry_status", visit="C1D35") == "not started"
    assert casebook.state("VISIT", "queries_open", visit="C1D35") == 1


def test_nobody_is_asked_on_the_last_day_of_the_window(casebook: Casebook) -> None:
    start(casebook)
    set_day(casebook, "2024-02-28")
    casebook.save("AEYN", {"any_ae": "N"}, visit="LOG")
    assert asked(casebook) == []


def test_the_question_closes_when_the_visit_is_entered(casebook: Casebook) -> None:
    start(casebook)
    late(casebook)
    come(casebook, "C1D35", "2024-02-26")
    assert asked(casebook) == [(D35, "visit_occurred", "closed")]
    assert casebook.state("VISIT", "entry_status", visit="C1D35") == "incomplete"


def test_the_question_closes_when_the_visit_was_missed(casebook: Casebook) -> None:
    start(casebook)
    late(casebook)
    casebook.save("VISIT", {"visit_occurred": "N", "reason_missed": "LOGISTIC"}, visit="C1D35", complete=True)
    assert asked(casebook) == [(D35, "visit_occurred", "closed")]
    assert (visits(casebook)["C1D35"], casebook.state("VISIT", "entry_status", visit="C1D35")) == ("missed", "complete")


def test_the_question_closes_when_the_participant_left(casebook: Casebook) -> None:
    start(casebook)
    late(casebook)
    casebook.save("DTH", {"death_date": "2024-02-20"}, visit="LOG")
    assert asked(casebook) == [(D35, "visit_occurred", "closed")]


def test_the_header_made_for_a_question_takes_a_first_answer_without_a_reason(casebook: Casebook) -> None:
    start(casebook)
    late(casebook)
    come(casebook, "C1D35", "2024-02-26")
    with casebook.session() as session:
        found = session.scalars(select(FormRecord).where(FormRecord.crf_oid == "VISIT")).unique().all()
        assert sorted(record.path for record in found).count(D35) == 1
