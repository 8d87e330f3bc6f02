"""How it went on after each course and ended: decisions, discontinuation, follow-up, study completion, reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edc.demo.entry import Page, SentReport, Step
from edc.demo.events import Event
from edc.demo.profiles import Course, Profile

REASONS = {Course.PD: "PROGRESSIVE DISEASE", Course.CR: "COMPLETE RESPONSE"}
KNOWN_AFTER, SENT_AFTER = dt.timedelta(hours=2), dt.timedelta(hours=7)
NARRATIVE = (
    "{words} began {start:%d %b %Y %H:%M}, a few hours after a dose of IL-2 in the first admission. The participant was "
    "moved to intensive care and given vasopressors; the following doses were held. Blood pressure was normal without "
    "support when the event ended, and the participant went back to the ward the same day."
)


@dataclass(frozen=True)
class Reading:
    """One response scan as the investigator read it."""

    visit: str
    day: dt.date
    overall: str


def decision_page(profile: Profile, course: int, reading: Reading, next_day_one: dt.date) -> Page:
    """Whether another course follows a scan."""
    typed = {"scan_ref": f"@{reading.visit}/TA", "toxicity_allows": "Y"}
    if course < profile.courses:
        typed |= {"next_course": "Y", "planned_date": next_day_one.isoformat()}
    else:
        typed |= {"next_course": "N", "reason_no": REASONS.get(profile.course, "PHYSICIAN DECISION")}
    return Page(f"{reading.visit}/CONT", "CONT", typed, visit=reading.visit, by="investigator")


def end_pages(profile: Profile, readings: Sequence[Reading]) -> Iterator[Step]:
    """The end of treatment with both drugs, and the best response."""
    decided = readings[-1].day.isoformat()
    drug = {"decision_date": decided, "reason": "COMPLETED"}
    if profile.course is Course.PD:
        drug = {"decision_date": decided, "reason": "PROGRESSIVE DISEASE", "pd_basis": "RADIOGRAPHIC"}
    rows = [{"number": str(number), **drug} for number in (1, 2)]
    yield Page("EOT/EOT", "EOT", {}, {"DRUG": rows}, visit="EOT")
    best = {"inv_bor": profile.course.value}
    if profile.course in (Course.CR, Course.PR):
        first = next(reading for reading in readings if reading.overall == profile.course.value)
        best["inv_bor_date"] = first.day.isoformat()
    yield Page("EOT/BOR", "BOR", best, visit="EOT", by="investigator")


def contact_page(profile: Profile, visit: str, day: dt.date) -> Page:
    """What is known at a contact after treatment."""
    disease = "PD SINCE LAST" if profile.course is Course.PD else "NO PD"
    typed = {
        "status_date": day.isoformat(), "status": "ALIVE", "source": "TELEPHONE CALL", "disease_status": disease,
        "new_therapy": "N",
    }  # fmt: skip
    return Page(f"{visit}/SURV", "SURV", typed, visit=visit)


def completion_page(day: dt.date) -> Page:
    """The participant finished the study."""
    typed = {"completion_date": day.isoformat(), "reason": "COMPLETED", "last_known_alive": day.isoformat()}
    return Page("EOS", "EOS", typed)


def serious_report(event: Event) -> Iterator[Step]:
    """The initial report of a serious event, as it is written."""
    known = event.start + KNOWN_AFTER
    typed = {
        "ae_ref": f"@{event.name}", "report_type": "INITIAL", "awareness_dt": f"{known:%Y-%m-%dT%H:%M}",
        "narrative": NARRATIVE.format(words=event.kind.words, start=event.start),
    }  # fmt: skip
    yield Page(f"SAE/{event.name}", "SAE", typed, complete=False)


def sent_report(event: Event) -> Iterator[Step]:
    """The report with its causality, sent some hours after the site knew."""
    causality = {"rel_reporter_nivo": event.rel_nivolumab, "rel_reporter_il2": event.rel_il2}
    yield Page(f"SAE/{event.name}", "SAE", causality, by="investigator")
    yield SentReport(f"SAE/{event.name}", event.start + SENT_AFTER)
