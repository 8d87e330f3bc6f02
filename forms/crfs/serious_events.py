"""Serious adverse event reports (SDTM AE, SUPPAE): one record per report, the first and each follow-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive import sae
from forms.derive.dates import certainly_after, certainly_before
from forms.episodes import onset
from forms.items import Choice, Date, DateTime, Integer, Reference, Text, YesNo
from forms.serious import difference, linked_events, names_last_dose, numbered, seems_personal, strongest
from forms.study import usubjid
from forms.views import Record, SubjectView

LEAST_NARRATIVE = 200
SPONSOR_ANSWERS = ("rel_sponsor_nivo", "rel_sponsor_il2", "expected_sponsor")


class SeriousEvents(
    CRF, oid="SAE", title="Serious adverse event reports", domain="AE", slug="serious-event-reports", log=True,
    line_title="Serious event report",
):  # fmt: skip
    """A report to the sponsor within 24 hours of awareness, and what the sponsor makes of it."""

    ae_ref = Reference(
        "Event(s)", "AE", many=True, required=True, offered=when("serious", "Y"), sdtm="RELREC",
        help="The events that are marked serious in the list of adverse events.",
    )  # fmt: skip
    report_type = Choice(
        "Initial / follow-up", "SAERPT", required=True,
        help="A follow-up belongs to the case of the initial report that names the same event.",
    )  # fmt: skip
    report_version = Integer("Follow-up number", derived=True, digits=3)
    case_id = Text("Case number", 40, derived=True, sdtm="AE.AESPID")
    awareness_dt = DateTime("Site aware (date and time)", required=True, sdtm="SUPPAE.AEAWDTC")
    clock_due = DateTime("Report due", derived=True, not_future=False)
    reported_dt = DateTime("Sent to sponsor", derived=True, stamped=True, sdtm="SUPPAE")
    clock_state = Choice("State of the clock", "CLOCKSTAT", derived=True, stamped=True)
    reported_facts = Text("The events as reported", 4000, derived=True, stamped=True, lines=3)
    hospitalised = YesNo("Needs or prolongs hospitalisation (from the event)", derived=True)
    first_admission_dt = DateTime(
        "Hospital admission", required=True, visible_if=when("hospitalised", "Y"), sdtm="HO.HOSTDTC"
    )
    discharge_dt = DateTime("Discharge", required=True, visible_if=when("hospitalised", "Y"), sdtm="HO.HOENDTC")
    narrative = Text(
        "Narrative", 8000, required=True, lines=12, sdtm="CO.COVAL",
        help="What happened, when, after which dose, what was done, how it ended. No names and no record numbers.",
    )  # fmt: skip
    fatal = YesNo("Results in death (from the event)", derived=True)
    autopsy = YesNo(
        "Autopsy", required=True, subset=("Y", "N", "U"), visible_if=when("fatal", "Y"),
        sdtm="DD.DDORRES; DDTESTCD=AUTOPIND",
    )  # fmt: skip
    death_cause = Text("Cause of death", 200, required=True, visible_if=when("fatal", "Y"), sdtm="DD.DDORRES")
    rel_reporter_nivo = Choice(
        "Causality: nivolumab, reporter", "REL", required=True, assess=True, sdtm="SUPPAE.AERELNIV"
    )
    rel_reporter_il2 = Choice("Causality: IL-2, reporter", "REL", required=True, assess=True, sdtm="SUPPAE.AERELIL2")
    rel_sponsor_nivo = Choice("Causality: nivolumab, sponsor", "REL", sponsor=True, sdtm="SUPPAE")
    rel_sponsor_il2 = Choice("Causality: IL-2, sponsor", "REL", sponsor=True, sdtm="SUPPAE")
    expected_sponsor = YesNo(
        "Unexpected?", sponsor=True, sdtm="AE.AEUNANT", help="Against the reference safety information."
    )
    ind_class = Choice(
        "IND safety report", "INDCLASS", derived=True, editable=True, sponsor=True, sdtm="SUPPAE",
        help="Suggested by 21 CFR 312.32 from the answers above; the sponsor confirms it.",
    )  # fmt: skip
    ind_due = Date("IND report due", derived=True, stamped=True, not_future=False)
    ind_sent = Date("IND report sent", sponsor=True)
    irb_reported = Date("IRB report date")

    @derive("SAE-VERSION", "report_version", on="self ever:SAE")
    def derive_version(report: Record, reports: Sequence[Record]) -> int | None:
        """0 for the initial report, n for follow-up n."""
        found = numbered(reports).get(report.uid)
        return found.version if found else None

    @derive("SAE-CASE", "case_id", on="self ever:SAE subject")
    def derive_case(report: Record, reports: Sequence[Record], subject: SubjectView) -> str | None:
        """The participant's number with that of the case."""
        found = numbered(reports).get(report.uid)
        return f"{usubjid(subject.code)}-S{found.case:02d}" if found else None

    @derive("DER-24", "clock_due", on="awareness_dt study.sae_clock site.time_zone")
    def derive_due(aware: str, hours: int, zone: str) -> str:
        """24 hours after awareness."""
        return sae.clock_due(aware, hours, ZoneInfo(zone))

    @derive("SAE-STATE", "clock_state", on="awareness_dt reported_dt? study.sae_clock site.time_zone")
    def derive_state(aware: str, reported: str | None, hours: int, zone: str) -> str:
        """Open until the report is sent."""
        return sae.clock_state(aware, reported, hours, ZoneInfo(zone))

    @derive("SAE-HOSP", "hospitalised", on="self all:AE")
    def derive_hospital(report: Record, events: Sequence[Record]) -> str | None:
        """Whether one of the events needed or prolonged a hospital stay."""
        return _any_of(report, events, "ser_hosp")

    @derive("SAE-FATAL", "fatal", on="self all:AE")
    def derive_death(report: Record, events: Sequence[Record]) -> str | None:
        """Whether one of the events resulted in death."""
        return _any_of(report, events, "ser_death")

    @derive("SAE-IND", "ind_class", on="self expected_sponsor all:AE")
    def derive_class(report: Record, unexpected: str, events: Sequence[Record]) -> str | None:
        """The report that the answers ask for."""
        return _suggested(report, unexpected, events)

    @derive("DER-24", "ind_due", on="ind_class reported_dt")
    def derive_ind_due(report: str, reported: str) -> dt.date | None:
        """Calendar days from the day on which the report reached the sponsor."""
        return sae.ind_due(report, reported)

    @check("SAE-01", "Awareness {a} is before onset {s}.", on="self awareness_dt all:AE", target="awareness_dt")
    def is_aware_after_onset(report: Record, aware: str, events: Sequence[Record]) -> Fail | None:
        """Nobody knows of an event before it began."""
        starts = [start for event in linked_events(report, events) if (start := onset(event))]
        late = next((start for start in starts if certainly_before(aware, start)), None)
        return fail(a=aware, s=late) if late else None

    @check("SAE-01", "Awareness {a} is after the report was sent ({s}).", on="awareness_dt reported_dt")
    def is_aware_before_report(aware: str, reported: str) -> Fail | None:
        """The site knew before it reported."""
        return fail("awareness_dt", a=aware, s=reported) if certainly_after(aware, reported) else None

    @check(
        "SAE-02", "Sent {n} h after awareness; {limit} h is the limit. Give the reason for delay.",
        on="clock_state awareness_dt reported_dt study.sae_clock site.time_zone", target="reported_dt",
    )  # fmt: skip
    def was_sent_in_time(state: str, aware: str, reported: str, hours: int, zone: str) -> Fail | None:
        """The report was sent within 24 hours."""
        fewest, _ = sae.hours_from(aware, reported, ZoneInfo(zone))
        return fail(n=fewest, limit=hours) if state == sae.LATE else None

    @check(
        "SAE-03", "Hospitalisation is {y} but admission date is {x}.", on="self hospitalised",
        target="first_admission_dt",
    )  # fmt: skip
    def stay_fits_criterion(report: Record, hospitalised: str) -> Fail | None:
        """A hospital stay as a criterion has its date, and no other event has one."""
        admitted = report.answer("first_admission_dt")
        if hospitalised == "Y":
            return None if admitted.is_given else fail(y="yes", x="blank")
        return fail(y="no", x=str(admitted.value).replace("T", " ")) if admitted.value else None

    @check(
        "SAE-03",
        "Admission {x} lies inside the IL-2 stay {a} to {d}: a stay that is prolonged begins with its admission.",
        on="first_admission_dt all:IL2A",
    )  # fmt: skip
    def prolonged_stay_begins_with_il2(admitted: str, stays: Sequence[Record]) -> Fail | None:
        """A prolonged IL-2 stay has the dates of that stay."""
        known = (stay for stay in stays if stay.admit_dt and stay.discharge_dt)
        stay = next((one for one in known if _begins_inside(admitted, one)), None)
        return fail("first_admission_dt", x=admitted, a=stay.admit_dt, d=stay.discharge_dt) if stay else None

    @check("SAE-03", "Discharge {d} is before admission {a}.", on="discharge_dt first_admission_dt")
    def leaves_after_admission(discharge: str, admitted: str) -> Fail | None:
        """The stay does not end before it begins."""
        return fail("discharge_dt", d=discharge, a=admitted) if certainly_before(discharge, admitted) else None

    @check(
        "SAE-04", "The narrative is short, or seems to hold a name or record number.", on="narrative", severity="N"
    )
    def narrative_is_sound(narrative: str) -> bool:
        """The narrative tells enough and names nobody."""
        return len(narrative) >= LEAST_NARRATIVE and not seems_personal(narrative)

    @check("SAE-04", "The narrative does not mention the last dose before the event.", on="narrative", severity="N")
    def narrative_tells_dose(narrative: str) -> bool:
        """The narrative says when the last dose was given."""
        return len(narrative) < LEAST_NARRATIVE or names_last_dose(narrative)

    @check("SAE-05", "The sponsor's assessment is not complete: {what} is missing.", on="self")
    def assessment_is_whole(report: Record) -> Fail | None:
        """The sponsor answers causality and expectedness together."""
        missing = [name for name in SPONSOR_ANSWERS if not report.answer(name).is_given]
        if not missing or len(missing) == len(SPONSOR_ANSWERS):
            return None
        return fail(missing[0], what=report.collection.items[missing[0]].label)

    @check(
        "SAE-05", "The answers ask for the IND report '{b}'; '{a}' is chosen.",
        on="self ind_class expected_sponsor all:AE",
    )  # fmt: skip
    def class_follows_rule(report: Record, chosen: str, unexpected: str, events: Sequence[Record]) -> Fail | None:
        """The IND report is that of the clock rule."""
        suggested = _suggested(report, unexpected, events)
        if suggested in (None, chosen):
            return None
        label = LISTS["INDCLASS"].label
        return fail("ind_class", a=label(chosen), b=label(suggested or ""))

    @check(
        "SAE-05", "Unexpected, suspected, {report}: IND report due {x}, sent {y}.", on="ind_class ind_due ind_sent",
    )
    def ind_was_sent_in_time(report: str, due: dt.date, sent: dt.date) -> Fail | None:
        """The IND report was sent by its day."""
        words = LISTS["INDCLASS"].label(report)
        return fail("ind_sent", report=words, x=due, y=sent) if sent > due else None

    @check(
        "SAE-06", "AE line {n} now says {a}; SAE report says {b}. A follow-up version is needed.",
        on="self reported_facts all:AE all:SAE", target="ae_ref",
    )  # fmt: skip
    def event_is_as_reported(
        report: Record, sent: str, events: Sequence[Record], reports: Sequence[Record]
    ) -> Fail | None:
        """The latest report sent says what the events say."""
        if not _is_latest(report, reports):
            return None
        found = difference(sent, linked_events(report, events))
        return fail(n=found[0], a=found[1], b=found[2]) if found else None

    @check(
        "SAE-06", "Report {n} is the initial report of this event already: choose 'Follow-up report'.",
        on="self report_type ae_ref all:SAE",
    )  # fmt: skip
    def is_initial_once(report: Record, kind: str, refs: tuple[str, ...], reports: Sequence[Record]) -> Fail | None:
        """An event has one initial report."""
        before = (r for r in reports if r.number < report.number and r.report_type == sae.INITIAL)
        twin = next((r for r in before if set(r.ae_ref or ()) & set(refs)), None)
        return fail("report_type", n=twin.number) if kind == sae.INITIAL and twin else None

    @check(
        "SAE-06", "No earlier initial report names this event: choose 'Initial report'.",
        on="self report_type ae_ref report_version?",
    )  # fmt: skip
    def follows_initial(_: Record, kind: str, refs: tuple[str, ...], version: int | None) -> Fail | None:
        """A follow-up follows an initial report."""
        return fail("report_type") if kind == sae.FOLLOW_UP and refs and version is None else None

    @check(
        "SAE-06", "The event says {a} for {drug}; this report says {b}.",
        on="self ae_ref rel_reporter_nivo? rel_reporter_il2? all:AE",
    )  # fmt: skip
    def relation_is_that_of_event(
        report: Record, _: tuple[str, ...], nivolumab: str | None, il2: str | None, events: Sequence[Record]
    ) -> list[Fail]:
        """The reporter's causality is that of the events."""
        linked = linked_events(report, events)
        told = (
            ("rel_reporter_nivo", "rel_nivolumab", "nivolumab", nivolumab),
            ("rel_reporter_il2", "rel_il2", "IL-2", il2),
        )
        found = [(item, drug, here, strongest(e.value(name) for e in linked)) for item, name, drug, here in told]
        return [
            fail(item, a=LISTS["REL"].label(there), drug=drug, b=LISTS["REL"].label(here))
            for item, drug, here, there in found
            if here and there and here != there
        ]


def _any_of(report: Record, events: Sequence[Record], criterion: str) -> str | None:
    answers = [event.value(criterion) for event in linked_events(report, events)]
    return "Y" if "Y" in answers else "N" if "N" in answers else None


def _suggested(report: Record, unexpected: str, events: Sequence[Record]) -> str | None:
    relations = [report.value(f"rel_{who}_{drug}") for who in ("reporter", "sponsor") for drug in ("nivo", "il2")]
    grave = any("Y" in (e.ser_death, e.ser_life) for e in linked_events(report, events))
    return sae.ind_class(unexpected, relations, is_grave=grave)


def _is_latest(report: Record, reports: Sequence[Record]) -> bool:
    """Whether no later report of the case was sent."""
    later = (r for r in reports if r.number > report.number and r.reported_dt and r.case_id == report.case_id)
    return next(later, None) is None


def _begins_inside(admitted: str, stay: Record) -> bool:
    return certainly_after(admitted, stay.admit_dt) and certainly_before(admitted, stay.discharge_dt)
