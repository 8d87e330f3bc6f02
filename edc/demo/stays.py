"""One IL-2 stay as it is entered: admission, events and their treatment, samples, doses, discharge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from edc.demo import dosing, events, examinations, labs, medications, research, serious
from edc.demo.dosing import Admission
from edc.demo.entry import INVESTIGATOR, Page, Step
from edc.demo.events import Event
from edc.demo.labs import Sample
from edc.demo.profiles import Course
from edc.demo.telling import Teller

#: Participants with shock in intensive care at their first admission.
IN_SHOCK = ("001-006", "001-013", "001-019")
#: A colitis that was treated with a steroid after the course.
WITH_COLITIS = "001-007"
MOST_BEFORE_SHOCK = 12
FIRST, SECOND = 1, 2


def stay(teller: Teller, day_one: dt.date, course: int, number: int) -> Iterator[Step]:
    """A whole stay; who is in treatment now is in the second one, and nothing of its end is known."""
    in_shock = course == number == FIRST and teller.profile.code in IN_SHOCK
    most = MOST_BEFORE_SHOCK if in_shock else dosing.SLOTS
    found = dosing.make_admission(teller.rng(course, number, "doses"), day_one, course, number, most=most)
    found = dosing.ends_in_shock(found) if in_shock else found
    yield from _admitted(teller, found)
    if teller.profile.course is Course.TREATED and number == SECOND:
        yield dosing.begun_page(teller.rng(found.visit, "bedside"), teller.profile, found)
        return
    yield from _over(teller, found, in_shock=in_shock)


def _admitted(teller: Teller, stay: Admission) -> Iterator[Step]:
    """What is known on the day of admission."""
    visit, profile = stay.visit, teller.profile
    yield teller.header(visit, stay.admitted.date())
    yield examinations.physical_exam_page(teller.rng(visit, "exam"), visit, stay.admitted.date())
    yield examinations.vital_signs_page(teller.rng(visit, "vital signs"), profile, visit, stay.admitted.date())
    if examinations.is_of_childbearing_potential(profile):
        yield examinations.pregnancy_page(visit, stay.admitted)
    yield examinations.cardiac_page(teller.rng(visit, "heart"), visit, stay.admitted.date())
    yield research.blood_page(profile, visit, stay.admitted + dt.timedelta(minutes=30))
    yield _daily(teller, stay, stay.admitted, "PRE-DOSE", ("HEM", "CHEM", "COAG", "CARD"), [])
    yield dosing.admission_page(profile, stay)


def _over(teller: Teller, stay: Admission, *, in_shock: bool) -> Iterator[Step]:
    """What is entered when the stay is over."""
    sampled = dt.datetime.combine((stay.first_slot + dt.timedelta(days=2)).date(), dt.time(6, 0))
    held = events.held_events(stay)
    if in_shock:
        held[-1] = events.as_shock(stay, held[-1])
    on_lab = events.laboratory_events(teller.rng(stay.visit, "laboratory events"), stay, sampled)
    found = [*held, *on_lab, *_usual(teller, stay, held)]
    if in_shock:
        teller.has_events = True
        yield Page("AEYN", "AEYN", {"any_ae": "Y"})
        yield from serious.first_news(held[-1])
    yield replace(teller.header(stay.visit, stay.admitted.date()), typed=_until(stay))
    if in_shock:
        yield events.end_page(held[-1])
        yield serious.follow_up(held[-1])
        yield from treatments(teller, held[-1:])
    yield from reports(teller, [event for event in found if not event.criterion])
    yield _daily(teller, stay, sampled, "DAILY", ("HEM", "CHEM", "CARD"), on_lab)
    named = {hold.reason: event.name for hold, event in zip(stay.holds, held, strict=True)}
    yield dosing.dose_page(teller.rng(stay.visit, "bedside"), teller.profile, stay, named)
    stop = None if stay.is_full else held[-1].name
    yield dosing.discharge_page(stay, stop_event=stop, icu_event=held[-1].name if in_shock else None)
    if in_shock:
        yield Page(held[-1].name, "AE", {}, by=INVESTIGATOR)
        yield from serious.follow_up_sent(held[-1])
    yield from map(events.assessment_page, (event for event in found if not event.criterion))


def _until(stay: Admission) -> dict[str, str]:
    return {"visit_end_date": stay.discharged.date().isoformat()}


def _usual(teller: Teller, stay: Admission, held: list[Event]) -> list[Event]:
    terms = {event.kind.term for event in held}
    usual = events.usual_events(teller.rng(stay.visit, "events"), stay)
    return [event for event in usual if event.kind.term not in terms]


def reports(teller: Teller, found: Sequence[Event]) -> Iterator[Step]:
    """What the coordinator enters of some events: each with its treatment."""
    for event in found:
        yield events.report_page(event)
        if not teller.has_events:
            teller.has_events = True
            yield Page("AEYN", "AEYN", {"any_ae": "Y"})
    yield from treatments(teller, found)


def treatments(teller: Teller, found: Sequence[Event]) -> Iterator[Step]:
    """The drugs that were given for some events."""
    for event in found:
        given = medications.treatment_page(event)
        if given is not None:
            yield from teller.medication(given)


def immune_event(teller: Teller, course: int, day_35: dt.date) -> Event | None:
    """An event of the weeks after a course that is ascribed to the immune system; half of them have one."""
    rng = teller.rng(f"C{course}RESP", "immune")
    if teller.profile.code == WITH_COLITIS:
        return events.immune_event(rng, course, day_35, events.COLITIS)
    return events.immune_event(rng, course, day_35) if rng.random() < 0.5 else None


def _daily(
    teller: Teller, stay: Admission, taken: dt.datetime, timing: str, panels: tuple[str, ...], shown: Sequence[Event]
) -> Page:  # fmt: skip
    sample = Sample(
        f"{stay.visit}/LAB/{timing}", stay.visit, taken, panels, teller.laboratory, timing,
        on_il2=timing == "DAILY", events=[event.name for event in shown],
    )  # fmt: skip
    return labs.sample_page(teller.rng(stay.visit, timing), teller.profile, sample)
