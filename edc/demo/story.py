"""One participant from consent to the end, as steps in the order in which a site enters them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edc.demo import endings, events, examinations, research, screening, stays, tumours
from edc.demo.entry import Correction, NewVisit, Page, Rescreening, Step
from edc.demo.places import CONSENT_VERSIONS, PLACES
from edc.demo.profiles import RESCREENED, SCANNED_BETWEEN, Course, Profile
from edc.demo.telling import Reading, Teller

DAY_35, SCAN_AFTER, NEXT_AFTER = 34, 28, 35
UNSCHEDULED_AFTER = 42
SCREENING_PANELS = ("HEM", "CHEM", "COAG", "THY", "ADR", "CARD", "UA")


@dataclass(frozen=True)
class Story:
    """A participant and everything that is entered."""

    profile: Profile
    consent: Page
    steps: list[Step]


def tell(profile: Profile, seed: int) -> Story:
    """Make up the story of a participant; the same seed always gives the same one."""
    return Story(profile, _consent(profile), list(_steps(Teller(profile, seed))))


def _steps(teller: Teller) -> Iterator[Step]:
    profile = teller.profile
    scanned_on = profile.consent_on + dt.timedelta(days=6)
    disease = tumours.make_disease(teller.rng("disease"), profile, scanned_on)
    yield from _screening(teller, disease)
    if not profile.is_treated:
        return
    yield from _treatment(teller, disease)
    if profile.course is not Course.TREATED:
        yield from endings.end(teller, disease)


def _version_on(day: dt.date) -> str:
    return [label for label, _, valid_from in CONSENT_VERSIONS if valid_from <= day][-1]


def _consent(profile: Profile) -> Page:
    return _signed("IC/1", profile, profile.consent_on, "INITIAL")


def _signed(name: str, profile: Profile, day: dt.date, kind: str) -> Page:
    place = next(place for place in PLACES if place.code == profile.site)
    typed = {
        "consent_type": kind, "consent_version": _version_on(day), "signature_date": day.isoformat(),
        "signature_time": "09:40", "obtained_by": place.investigator, "language": "English",
        "capacity_confirmed": "Y", "tissue_consent": "Y", "blood_consent": "Y", "copy_given": "Y",
    }  # fmt: skip
    return Page(name, "IC", typed)


# --- screening ------------------------------------------------------------------------------------------------------


def _screening(teller: Teller, disease: tumours.Disease) -> Iterator[Step]:
    profile, day = teller.profile, teller.profile.consent_on + dt.timedelta(days=2)
    is_done = profile.course is not Course.SCREENED
    yield from _screened(teller, "SCR", day, SCREENING_PANELS if is_done else ("HEM", "CHEM"))
    if not is_done:
        return
    yield screening.disease_page(teller.rng("disease history"), profile, disease, "SCR")
    yield from screening.history_pages(teller)
    yield examinations.cardiac_page(teller.rng("SCR", "heart"), "SCR", day)
    yield research.tissue_page(teller.rng("tissue"), profile)
    yield from tumours.register_pages(disease)
    yield tumours.scan_page("SCR", disease.scanned_on, is_baseline=True)
    decided, first_dose = profile.registered_on, profile.day_one
    if profile.course is Course.FAILED:
        yield screening.eligibility_page(profile, "SCR", decided, first_dose, unmet="excl09")
        yield screening.failure_page("EOS", decided, day)
        return
    if profile.code == RESCREENED:
        yield from _screened_again(teller, disease, day)
    visit = "SCR2" if profile.code == RESCREENED else "SCR"
    yield from screening.registration(profile, visit, decided, first_dose)


def _screened(teller: Teller, visit: str, day: dt.date, panels: tuple[str, ...]) -> Iterator[Step]:
    """What every screening begins with."""
    yield teller.header(visit, day)
    if visit == "SCR":
        yield screening.demographics_page(teller.profile)
    yield from _examined(teller, visit, dt.datetime.combine(day, dt.time(8, 0)))
    yield teller.sample(visit, day, panels, is_whole=True)


def _screened_again(teller: Teller, disease: tumours.Disease, day: dt.date) -> Iterator[Step]:
    """A first screening that failed, for a condition that was over some days later."""
    profile, failed = teller.profile, day + dt.timedelta(days=5)
    yield screening.eligibility_page(profile, "SCR", failed, profile.day_one, unmet="excl09")
    yield screening.failure_page("EOS", failed, day)
    yield Rescreening()
    # The completion is filled in again when the participant leaves the study.
    emptied = Page("EOS", "EOS", {"completion_date": "", "reason": "", "last_known_alive": ""}, complete=False)
    yield Correction(emptied, "Screened again")
    again = failed + dt.timedelta(days=3)
    yield from _screened(teller, "SCR2", again, SCREENING_PANELS)
    rng = teller.rng("disease history")
    yield screening.disease_page(rng, profile, disease, "SCR2")
    yield examinations.cardiac_page(teller.rng("SCR2", "heart"), "SCR2", again)
    tissue = research.tissue_page(teller.rng("tissue"), profile)
    again_typed = {**tissue.typed, "specimen_id": f"{tissue.typed['specimen_id']}-2"}
    yield replace(tissue, name="SCR2/BIOT", visit="SCR2", typed=again_typed)
    yield tumours.scan_page("SCR2", disease.scanned_on, is_baseline=True)


def _examined(teller: Teller, visit: str, at: dt.datetime) -> Iterator[Step]:
    """Physical exam, vital signs, and the pregnancy test where it is asked."""
    yield examinations.physical_exam_page(teller.rng(visit, "exam"), visit, at.date())
    yield examinations.vital_signs_page(teller.rng(visit, "vital signs"), teller.profile, visit, at.date())
    if examinations.is_of_childbearing_potential(teller.profile):
        yield examinations.pregnancy_page(visit, at)


# --- treatment ------------------------------------------------------------------------------------------------------


def _treatment(teller: Teller, disease: tumours.Disease) -> Iterator[Step]:
    day_one = teller.profile.day_one
    for course in range(1, teller.profile.courses + 1):
        yield from _infused(teller, f"C{course}D1", day_one)
        for number in (1, 2):
            yield from stays.stay(teller, day_one, course, number)
        if teller.profile.course is Course.TREATED:
            return
        day_35 = day_one + dt.timedelta(days=DAY_35)
        yield from _infused(teller, f"C{course}D35", day_35)
        if course == 1 and teller.profile.code in SCANNED_BETWEEN:
            yield from _scanned_between(teller, disease, day_one)
        yield from _response(teller, disease, course, day_one)
        teller.last_day_35 = day_35
        day_one = day_35 + dt.timedelta(days=NEXT_AFTER)


def _infused(teller: Teller, visit: str, day: dt.date) -> Iterator[Step]:
    """A visit with nivolumab: examined, blood taken, dose given."""
    at = dt.datetime.combine(day, research.NIVOLUMAB_AT) - research.BLOOD_BEFORE
    yield teller.header(visit, day)
    yield from _renewed_consent(teller, day)
    yield teller.sample(visit, day, ("HEM", "CHEM", "THY", "ADR"))
    yield from _examined(teller, visit, at)
    yield research.blood_page(teller.profile, visit, at)
    yield research.nivolumab_page(teller.rng(visit, "nivolumab"), teller.profile, visit, day)


def _renewed_consent(teller: Teller, day: dt.date) -> Iterator[Step]:
    """Who signed the first version signs the second at the first infusion after it came."""
    if not teller.reconsented and _version_on(day) != _version_on(teller.profile.consent_on):
        teller.reconsented = True
        yield _signed("IC/2", teller.profile, day, "RE-CONSENT")


def _response(teller: Teller, disease: tumours.Disease, course: int, day_one: dt.date) -> Iterator[Step]:
    day_35 = day_one + dt.timedelta(days=DAY_35)
    scanned_on = day_35 + dt.timedelta(days=SCAN_AFTER)
    visit, profile = f"C{course}RESP", teller.profile
    event = stays.immune_event(teller, course, day_35)
    yield teller.header(visit, scanned_on)
    if event:
        yield from stays.reports(teller, [event])
    at = dt.datetime.combine(scanned_on, dt.time(8, 30))
    yield examinations.physical_exam_page(teller.rng(visit, "exam"), visit, scanned_on)
    yield examinations.vital_signs_page(teller.rng(visit, "vital signs"), profile, visit, scanned_on)
    yield teller.sample(visit, scanned_on, ("HEM", "CHEM"))
    yield research.blood_page(profile, visit, at)
    is_new = tumours.has_new_lesion(profile)
    if is_new:
        yield tumours.new_lesion_page(course, scanned_on)
    yield tumours.scan_page(visit, scanned_on)
    if event:
        yield events.assessment_page(event)
    share = tumours.TRAJECTORIES[profile.course][course - 1]
    read = tumours.reading_page(teller.rng(visit), disease, visit, share, is_new=is_new)
    yield read
    teller.readings.append(Reading(visit, scanned_on, read.typed["inv_overall"]))
    next_day_one = day_35 + dt.timedelta(days=NEXT_AFTER)
    yield endings.decision_page(profile, course, teller.readings[-1], next_day_one)


def _scanned_between(teller: Teller, disease: tumours.Disease, day_one: dt.date) -> Iterator[Step]:
    """Scans between the visits, for a complaint that turned out to be nothing."""
    day = day_one + dt.timedelta(days=UNSCHEDULED_AFTER)
    yield NewVisit("UNS")
    header = teller.header("UNS1", day)
    yield replace(header, typed={**header.typed, "unscheduled_reason": "Cough for two weeks: scanned early"})
    yield tumours.scan_page("UNS1", day)
    share = (1 + tumours.TRAJECTORIES[teller.profile.course][0]) / 2
    yield tumours.reading_page(teller.rng("UNS1"), disease, "UNS1", share, is_new=False)
