"""One participant from consent to the end, as steps in the order in which a site enters them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from edc.demo import dosing, events, examinations, labs, medications, research, tumours
from edc.demo.dosing import Admission
from edc.demo.entry import NewVisit, Page, Step
from edc.demo.events import Event
from edc.demo.labs import Sample
from edc.demo.places import CONSENT_VERSIONS, PLACES
from edc.demo.profiles import Course, Profile

DAY_35, SCAN_AFTER, NEXT_AFTER = 34, 28, 35
#: Participants of site 001 with shock in intensive care at their first admission.
IN_SHOCK = (6, 13, 19)


@dataclass(frozen=True)
class Story:
    """A participant and everything that is entered."""

    profile: Profile
    consent: Page
    steps: list[Step]


@dataclass
class _Teller:
    """What one participant's story needs while it is told."""

    profile: Profile
    seed: int
    has_events: bool = False
    has_drugs: bool = False
    reconsented: bool = False
    stays: list[Admission] = field(default_factory=list)

    def rng(self, *part: object) -> Random:
        """Chance for one part of the story, so that a change of another part leaves it as it is."""
        return Random(" ".join(map(str, (self.seed, self.profile.code, *part))))  # nosec B311 # noqa: S311 (made-up data)

    @property
    def laboratory(self) -> str:
        return next(place.laboratory for place in PLACES if place.code == self.profile.site)


def tell(profile: Profile, seed: int) -> Story:
    """Make up the story of a participant; the same seed always gives the same one."""
    return Story(profile, _consent(profile), list(_steps(_Teller(profile, seed))))


def _steps(teller: _Teller) -> Iterator[Step]:
    scanned_on = teller.profile.consent_on + dt.timedelta(days=6)
    disease = tumours.make_disease(teller.rng("disease"), teller.profile, scanned_on)
    yield from _screening(teller, disease)
    day_one = teller.profile.day_one
    for course in range(1, teller.profile.courses + 1):
        yield from _treatment(teller, course, day_one)
        if teller.profile.course is not Course.TREATED:
            yield from _response(teller, disease, course, day_one)
        day_one += dt.timedelta(days=DAY_35 + NEXT_AFTER)
    if teller.profile.course not in (Course.TREATED, Course.SCREENED):
        yield from _end(teller, day_one - dt.timedelta(days=NEXT_AFTER))


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


def _screening(teller: _Teller, disease: tumours.Disease) -> Iterator[Step]:
    profile, day = teller.profile, teller.profile.consent_on + dt.timedelta(days=2)
    is_done = profile.course is not Course.SCREENED
    yield _header("SCR", day)
    yield _demographics(profile)
    yield examinations.physical_exam_page(teller.rng("SCR", "exam"), "SCR", day)
    yield from _examined(teller, "SCR", dt.datetime.combine(day, dt.time(8, 0)))
    panels = ("HEM", "CHEM", "COAG", "THY", "ADR", "CARD", "UA")
    yield _sample(teller, "SCR", day, panels if is_done else ("HEM", "CHEM"))
    if is_done:
        yield examinations.cardiac_page(teller.rng("SCR", "heart"), "SCR", day)
        yield research.tissue_page(teller.rng("tissue"), profile)
        yield from tumours.register_pages(disease)
        yield tumours.scan_page("SCR", disease.scanned_on, is_baseline=True)


def _demographics(profile: Profile) -> Page:
    typed = {
        "birth_date": profile.birth_date.isoformat(), "sex": profile.sex, "ethnicity": profile.ethnicity,
        "race": profile.race,
    }  # fmt: skip
    if profile.sex == "M":
        typed |= {"surgically_sterile_m": "N", "contraception_agreed": "Y"}
    elif examinations.is_of_childbearing_potential(profile):
        typed |= {"childbearing": "Y", "contraception_agreed": "Y"}
    else:
        typed |= {"childbearing": "N", "not_childbearing_reason": "POSTMENOPAUSAL"}
    return Page("SCR/DM", "DM", typed, visit="SCR")


def _header(visit: str, day: dt.date, until: dt.date | None = None, contact: str = "") -> Page:
    typed = {"visit_occurred": "Y", "visit_date": day.isoformat()}
    if until:
        typed["visit_end_date"] = until.isoformat()
    if contact:
        typed["contact_mode"] = contact
    return Page(f"{visit}/VISIT", "VISIT", typed, visit=visit)


def _sample(teller: _Teller, visit: str, day: dt.date, panels: tuple[str, ...], hour: int = 8) -> Page:
    rng = teller.rng(visit, "sample")
    taken = dt.datetime.combine(day, dt.time(hour, 5 * rng.randrange(12)))
    sample = Sample(f"{visit}/LAB", visit, taken, panels, teller.laboratory, is_whole=visit == "SCR")
    return labs.sample_page(rng, teller.profile, sample)


def _examined(teller: _Teller, visit: str, at: dt.datetime) -> Iterator[Step]:
    """Vital signs, and the pregnancy test where it is asked."""
    yield examinations.vital_signs_page(teller.rng(visit, "vital signs"), teller.profile, visit, at.date())
    if examinations.is_of_childbearing_potential(teller.profile):
        yield examinations.pregnancy_page(visit, at)


def _infused(teller: _Teller, visit: str, day: dt.date) -> Iterator[Step]:
    """A visit with nivolumab: examined, blood taken, dose given."""
    at = dt.datetime.combine(day, research.NIVOLUMAB_AT) - research.BLOOD_BEFORE
    yield from _examined(teller, visit, at)
    yield research.blood_page(teller.profile, visit, at)
    yield research.nivolumab_page(teller.rng(visit, "nivolumab"), teller.profile, visit, day)


def _treatment(teller: _Teller, course: int, day_one: dt.date) -> Iterator[Step]:
    yield NewVisit("D1", course)
    yield _header(f"C{course}D1", day_one)
    yield from _renewed_consent(teller, day_one)
    yield _sample(teller, f"C{course}D1", day_one, ("HEM", "CHEM"))
    yield from _infused(teller, f"C{course}D1", day_one)
    for number in (1, 2):
        stay = dosing.make_admission(teller.rng(course, number, "doses"), day_one, course, number)
        yield from _stay(teller, stay, is_first=course == number == 1)
        if teller.profile.course is Course.TREATED:
            return
    day_35 = day_one + dt.timedelta(days=DAY_35)
    yield _header(f"C{course}D35", day_35)
    yield _sample(teller, f"C{course}D35", day_35, ("HEM", "CHEM", "THY"))
    yield from _infused(teller, f"C{course}D35", day_35)


def _renewed_consent(teller: _Teller, day: dt.date) -> Iterator[Step]:
    """Who signed the first version signs the second at the first course after it came."""
    if not teller.reconsented and _version_on(day) != _version_on(teller.profile.consent_on):
        teller.reconsented = True
        yield _signed("IC/2", teller.profile, day, "RE-CONSENT")


def _stay(teller: _Teller, stay: Admission, *, is_first: bool) -> Iterator[Step]:
    sampled = dt.datetime.combine((stay.first_slot + dt.timedelta(days=2)).date(), dt.time(6, 0))
    held = events.held_events(stay)
    in_shock = is_first and held and teller.profile.site == "001" and teller.profile.number in IN_SHOCK
    if in_shock:
        held[-1] = events.as_shock(stay, held[-1])
    on_lab = events.laboratory_events(teller.rng(stay.visit, "laboratory events"), stay, sampled)
    found = [*held, *on_lab, *_usual(teller, stay, held)]
    yield _header(stay.visit, stay.admitted.date(), stay.discharged.date())
    yield from _examined(teller, stay.visit, stay.admitted)
    yield examinations.cardiac_page(teller.rng(stay.visit, "heart"), stay.visit, stay.admitted.date())
    yield research.blood_page(teller.profile, stay.visit, stay.admitted + dt.timedelta(minutes=30))
    yield dosing.admission_page(teller.profile, stay)
    yield from _reports(teller, found)
    if is_first:
        yield _daily(teller, stay, stay.admitted, "PRE-DOSE", [])
    yield _daily(teller, stay, sampled, "DAILY", on_lab)
    named = {hold.reason: event.name for hold, event in zip(stay.holds, held, strict=True)}
    yield dosing.dose_page(teller.rng(stay.visit, "bedside"), teller.profile, stay, named)
    yield from map(events.assessment_page, found)
    stop = None if stay.is_full else held[-1].name
    yield dosing.discharge_page(stay, stop_event=stop, icu_event=held[-1].name if in_shock else None)


def _usual(teller: _Teller, stay: Admission, held: list[Event]) -> list[Event]:
    terms = {event.kind.term for event in held}
    usual = events.usual_events(teller.rng(stay.visit, "events"), stay)
    return [event for event in usual if event.kind.term not in terms]


def _reports(teller: _Teller, found: list[Event]) -> Iterator[Step]:
    for event in found:
        yield events.report_page(event)
        if not teller.has_events:
            teller.has_events = True
            yield Page("AEYN", "AEYN", {"any_ae": "Y"})
        if (given := medications.treatment_page(event)) is not None:
            yield given
            if not teller.has_drugs:
                teller.has_drugs = True
                yield Page("CMYN", "CMYN", {"any_cm": "Y"})


def _daily(teller: _Teller, stay: Admission, taken: dt.datetime, timing: str, shown: list[Event]) -> Page:
    sample = Sample(
        f"{stay.visit}/LAB/{timing}", stay.visit, taken, ("HEM", "CHEM", "CARD"), teller.laboratory, timing,
        on_il2=timing == "DAILY", events=[event.name for event in shown],
    )  # fmt: skip
    return labs.sample_page(teller.rng(stay.visit, timing), teller.profile, sample)


def _response(teller: _Teller, disease: tumours.Disease, course: int, day_one: dt.date) -> Iterator[Step]:
    scanned_on = day_one + dt.timedelta(days=DAY_35 + SCAN_AFTER)
    visit, profile = f"C{course}RESP", teller.profile
    rng = teller.rng(visit)
    if rng.random() < 0.5:
        event = events.immune_event(rng, course, day_one + dt.timedelta(days=DAY_35))
        yield from _reports(teller, [event])
        yield events.assessment_page(event)
    yield _header(visit, scanned_on)
    yield research.blood_page(profile, visit, dt.datetime.combine(scanned_on, dt.time(8, 30)))
    is_new = tumours.has_new_lesion(profile)
    if is_new:
        yield tumours.new_lesion_page(course, scanned_on)
    yield tumours.scan_page(visit, scanned_on)
    share = tumours.TRAJECTORIES[profile.course][course - 1]
    yield tumours.reading_page(rng, disease, visit, share, is_new=is_new)


def _end(teller: _Teller, last_day_35: dt.date) -> Iterator[Step]:
    """The visits after treatment; the one-year assessment takes place where nobody progressed."""
    for kind, days, contact in (("EOT", 30, ""), ("SFU90", 94, "TELEPHONE CALL")):
        day = last_day_35 + dt.timedelta(days=days)
        yield NewVisit(kind)
        yield _header(kind, day, contact=contact)
        if kind == "EOT":
            yield _sample(teller, kind, day, ("HEM", "CHEM"))
    profile = teller.profile
    if profile.course in (Course.CR, Course.PR):
        yield _header("PFS12", profile.day_one + dt.timedelta(days=363))
    else:
        typed = {"visit_occurred": "N", "reason_missed": "PHYSICIAN DECISION"}
        yield Page("PFS12/VISIT", "VISIT", typed, visit="PFS12")
