"""How it went on after each course and ended: decisions, discontinuation, follow-up, study completion, death."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from edc.demo import examinations, tumours
from edc.demo.entry import INVESTIGATOR, Page, Step
from edc.demo.profiles import Course, Ending, Profile
from edc.demo.telling import Reading, Teller

DECIDED_NOT = {Course.PD: "PROGRESSIVE DISEASE", Course.CR: "COMPLETE RESPONSE"}
STOPPED_FOR = {Course.PD: "PROGRESSIVE DISEASE", Course.SD: "PHYSICIAN DECISION"}
EOT_AFTER, FOLLOW_UP_AFTER = dt.timedelta(days=2), dt.timedelta(weeks=12)
LANDMARK_AFTER = dt.timedelta(days=363)
SAFETY = (dt.timedelta(days=35), dt.timedelta(days=94))
IN_PERSON = "IN PERSON"
DEVIATION_EVERY = 4
SCANS_IN_FOLLOW_UP = {Course.CR: 0.0, Course.PR: 0.51, Course.SD: 1.4}
NEXT_THERAPY = {True: ("VEGF TKI", "Cabozantinib"), False: ("CHEMOTHERAPY", "Dacarbazine")}


def decision_page(profile: Profile, course: int, reading: Reading, next_day_one: dt.date) -> Page:
    """Whether another course follows a scan."""
    typed = {"scan_ref": f"@{reading.visit}/TA", "toxicity_allows": "Y"}
    if course < profile.courses:
        typed |= {"next_course": "Y", "planned_date": next_day_one.isoformat()}
    else:
        typed |= {"next_course": "N", "reason_no": DECIDED_NOT.get(profile.course, "PHYSICIAN DECISION")}
    return Page(f"{reading.visit}/CONT", "CONT", typed, visit=reading.visit, by=INVESTIGATOR)


def end(teller: Teller, disease: tumours.Disease) -> Iterator[Step]:
    """Everything after the last course."""
    ending, day = teller.profile.ending, teller.readings[-1].day + EOT_AFTER
    yield from _end_of_treatment(teller, day)
    if ending is Ending.WITHDREW:
        yield _completion(day, day, "WITHDRAWAL BY SUBJECT", withdrawn_from="ALL CONTACT", record_lookup_allowed="N")
        return
    first, second = (teller.last_day_35 + after for after in SAFETY)
    yield from _safety(teller, "SFU30", first)
    if teller.profile.number % DEVIATION_EVERY == 0:
        yield deviation_page("SFU30", first, "PROCEDURE MISSED", "Free T4 was not asked at the 30-day visit")
    if ending in (Ending.DIED_EARLY, Ending.LOST):
        yield from _gone(teller, first)
        return
    yield from _safety(teller, "SFU90", second)
    yield from _follow_up(teller, disease, day + FOLLOW_UP_AFTER)


def _end_of_treatment(teller: Teller, day: dt.date) -> Iterator[Step]:
    profile, visit = teller.profile, "EOT"
    yield teller.header(visit, day)
    yield from _examined(teller, visit, day)
    if examinations.is_of_childbearing_potential(profile):
        yield examinations.pregnancy_page(visit, dt.datetime.combine(day, dt.time(8, 20)))
    yield teller.sample(visit, day, ("HEM", "CHEM", "COAG", "THY", "CARD", "UA"))
    rows = [{"number": str(number), **_discontinued(profile, day)} for number in (1, 2)]
    yield Page("EOT/EOT", "EOT", {}, {"DRUG": rows}, visit=visit)
    best = {"inv_bor": profile.course.value}
    if profile.course in (Course.CR, Course.PR):
        first = next(reading for reading in teller.readings if reading.overall == profile.course.value)
        best["inv_bor_date"] = first.day.isoformat()
    yield Page("EOT/BOR", "BOR", best, visit=visit, by=INVESTIGATOR)


def _discontinued(profile: Profile, day: dt.date) -> dict[str, str]:
    """The line of a drug at the end of treatment."""
    if profile.ending is Ending.WITHDREW:
        return {"decision_date": day.isoformat(), "reason": "WITHDRAWAL BY SUBJECT"}
    row = {"decision_date": day.isoformat(), "reason": STOPPED_FOR.get(profile.course, "COMPLETED")}
    if profile.course is Course.PD:
        row["pd_basis"] = "RADIOGRAPHIC"
    if profile.course is Course.SD:
        row["specify"] = "No further benefit expected of a third course"
    return row


def _examined(teller: Teller, visit: str, day: dt.date) -> Iterator[Step]:
    yield examinations.physical_exam_page(teller.rng(visit, "exam"), visit, day)
    yield examinations.vital_signs_page(teller.rng(visit, "vital signs"), teller.profile, visit, day)


def _safety(teller: Teller, visit: str, day: dt.date) -> Iterator[Step]:
    yield teller.header(visit, day, IN_PERSON)
    yield from _examined(teller, visit, day)
    yield teller.sample(visit, day, ("HEM", "CHEM", "THY"))
    if visit == "SFU90":
        yield _contact(teller.profile, visit, day, "PD SINCE LAST" if teller.profile.course is Course.PD else "NO PD")


def _contact(profile: Profile, visit: str, day: dt.date, disease: str) -> Page:
    """What is known at a contact after treatment; after progression another therapy began."""
    progressed = disease == "PD SINCE LAST"
    typed = {
        "status_date": day.isoformat(), "status": "ALIVE", "source": IN_PERSON, "disease_status": disease,
        "new_therapy": "Y" if progressed else "N",
    }  # fmt: skip
    category, agent = NEXT_THERAPY[profile.is_renal]
    began = day - dt.timedelta(days=12)
    rows = {"SACT": [{"sact_agent": agent, "sact_category": category, "sact_start": f"{began:%Y-%m-%d}"}]}
    return Page(f"{visit}/SURV", "SURV", typed, rows if progressed else {}, visit=visit)


def _follow_up(teller: Teller, disease: tumours.Disease, day: dt.date) -> Iterator[Step]:
    """The first long-term follow-up, and the one-year assessment of those who did not progress before."""
    profile, visit = teller.profile, "LTFU1"
    yield from _seen(teller, disease, visit, day)
    landmark = profile.day_one + LANDMARK_AFTER
    if profile.course in (Course.CR, Course.PR):
        if (second := day + FOLLOW_UP_AFTER) < landmark:
            yield from _seen(teller, disease, "LTFU2", second)
        yield from _seen(teller, disease, "PFS12", landmark)
        day = landmark
    if profile.ending is Ending.COMPLETED:
        yield _completion(day, day, "COMPLETED")
    if profile.ending is Ending.DIED:
        yield from _death(day, day + dt.timedelta(days=41))


def _seen(teller: Teller, disease: tumours.Disease, visit: str, day: dt.date) -> Iterator[Step]:
    """A follow-up visit with its scans, which are not made any more after progression."""
    profile, is_landmark = teller.profile, visit == "PFS12"
    share = SCANS_IN_FOLLOW_UP.get(profile.course)
    yield teller.header(visit, day, "" if is_landmark else IN_PERSON)
    if not is_landmark:
        yield examinations.physical_exam_page(teller.rng(visit, "exam"), visit, day)
    contact = _contact(profile, visit, day, "NO PD" if profile.course in (Course.CR, Course.PR) else "PD SINCE LAST")
    if share is None:
        yield contact
        return
    yield tumours.scan_page(visit, day)
    yield tumours.reading_page(teller.rng(visit), disease, visit, share, is_new=False)
    yield contact


def _gone(teller: Teller, seen: dt.date) -> Iterator[Step]:
    """Who died, or was not found any more, before the end of the safety window."""
    if teller.profile.ending is Ending.DIED_EARLY:
        yield from _death(seen, seen + dt.timedelta(days=26))
        return
    missed = {"visit_occurred": "N", "reason_missed": "NO CONTACT"}
    yield Page("SFU90/VISIT", "VISIT", missed, visit="SFU90")
    given_up = seen + dt.timedelta(days=120)
    yield _completion(given_up, seen, "LOST TO FOLLOW-UP", lost_attempts="4")


def _death(seen: dt.date, died: dt.date) -> Iterator[Step]:
    typed = {
        "death_date": died.isoformat(), "primary_cause": "DISEASE PROGRESSION", "autopsy": "N", "place": "HOSPICE",
        "cause_text": "Progression in the liver", "related_treatment": "UNRELATED",
        "info_source": "Letter of the hospice",
    }  # fmt: skip
    yield Page("DTH", "DTH", typed)
    yield _completion(died, seen, "DEATH")


def deviation_page(name: str, day: dt.date, category: str, description: str) -> Page:
    """A deviation that the site found itself."""
    typed = {
        "dev_date": day.isoformat(), "category": category, "severity": "MINOR", "description": description,
        "irb_reportable": "N",
    }  # fmt: skip
    return Page(f"DV/{name}", "DV", typed)


def _completion(day: dt.date, seen: dt.date, reason: str, **more: str) -> Page:
    """The end of a participant's time in the study."""
    typed = {"completion_date": day.isoformat(), "reason": reason, "last_known_alive": seen.isoformat()}
    return Page("EOS", "EOS", typed | more)
