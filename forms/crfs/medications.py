"""Concomitant medications (SDTM CM): one record per drug, dose and period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal as Number
from typing import Any

from forms import schedule
from forms.checks import DOUBLE, earlier_twin
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive import steroids
from forms.derive.dates import certainly_after, certainly_before, days_between, interval
from forms.derive.steroids import one_decimal, plain
from forms.episodes import may_be_present
from forms.indications import began_event, name_of, names_event
from forms.items import Choice, Decimal, PartialDate, Reference, Text, Time, YesNo
from forms.treatments import began, certainly_runs_at, dose_times, ended, equivalent_of, steroids_at
from forms.views import Record, SubjectView

STEROID, VASOPRESSOR, G_CSF = "STEROID", "VASOPRESSOR", "G-CSF"
IS_STEROID, IS_VASOPRESSOR = when("class_flag", STEROID), when("class_flag", VASOPRESSOR)
STOPPED = when("ongoing", "N")
HYPOTENSION, SEVERE = "Hypotension", "3"


class Medications(
    CRF, oid="CM", title="Concomitant medications", domain="CM", slug="medications", log=True, line_title="Medication"
):
    """One line per drug; another dose or frequency from some day on is a new line."""

    drug = Text(
        "Medication", 120, required=True, sdtm="CM.CMTRT", cdash="CMTRT",
        help="The generic name where it is known: the prednisone equivalent of a steroid is looked up by it.",
    )  # fmt: skip
    class_flag = Choice("Class of interest", "CMFLAG", required=True, sdtm="CM.CMCAT; CM.CMSCAT")
    indication = Text("Reason", 120, required=True, sdtm="CM.CMINDC", cdash="CMINDC")
    ae_ref = Reference("Linked adverse event", "AE", sdtm="RELREC", help="The event that it was given for.")
    mh_ref = Reference("Linked history", "MH", sdtm="RELREC", help="The condition that it was given for.")
    prophylaxis = YesNo("Prophylactic", sdtm="SUPPCM.CMPROPH")
    dose = Decimal(
        "Dose", 10, 3, required=True, sdtm="CM.CMDOSE", cdash="CMDOSE",
        help="Of one intake. When a drug taken as needed has no known dose, say that it is not known.",
    )  # fmt: skip
    unit = Choice("Unit", "DOSEUNIT", required=True, sdtm="CM.CMDOSU", cdash="CMDOSU")
    frequency = Choice("Frequency", "FREQ", required=True, sdtm="CM.CMDOSFRQ", cdash="CMDOSFRQ")
    route = Choice("Route", "ROUTE", required=True, sdtm="CM.CMROUTE", cdash="CMROUTE")
    form = Choice("Form", "FRM", required=True, sdtm="CM.CMDOSFRM", cdash="CMDOSFRM")
    daily_dose = Decimal(
        "Total per day", 10, 3, required=True, visible_if=IS_STEROID, derived=True, editable=True, sdtm="CM.CMDOSTOT",
        help="In the unit of the dose. Type the average of a drug that is taken as needed.",
    )  # fmt: skip
    pred_equiv = Decimal(
        "Prednisone equivalent", 7, 1, visible_if=IS_STEROID, derived=True, unit="mg/day", plausible=("0", "2000"),
        sdtm="SUPPCM.PREDEQ", help="Systemic routes only.",
    )  # fmt: skip
    pred_equiv_how = Text("How it was computed", 200, visible_if=IS_STEROID, derived=True)
    vp_max_rate = Decimal(
        "Highest rate", 6, 3, required=True, visible_if=IS_VASOPRESSOR, unit="ug/kg/min", plausible=("0.01", "5"),
        sdtm="SUPPCM.CMMAXRT",
    )  # fmt: skip
    start = PartialDate("Start", required=True, sdtm="CM.CMSTDTC", cdash="CMSTDAT", help="As far as known.")
    start_time = Time("Start, time", required=True, visible_if=IS_VASOPRESSOR, sdtm="CM.CMSTDTC", cdash="CMSTTIM")
    ongoing = YesNo("Ongoing", required=True, sdtm="CM.CMENRTPT; CM.CMENTPT", cdash="CMONGO")
    end = PartialDate("Stop", required=True, visible_if=STOPPED, sdtm="CM.CMENDTC", cdash="CMENDAT")
    end_time = Time(
        "Stop, time", required=True, visible_if=both(IS_VASOPRESSOR, STOPPED), sdtm="CM.CMENDTC", cdash="CMENTIM"
    )
    prior_flag = YesNo("Before first dose only", derived=True, sdtm="CM.CMSTRF")

    @derive("CM-DAY", "daily_dose", on="class_flag dose frequency")
    def derive_daily(class_flag: str, dose: Number, frequency: str) -> Number | None:
        """Dose x times a day, for steroids; typed where the frequency gives no count."""
        total = steroids.dose_of_day(dose, frequency) if class_flag == STEROID else None
        return None if total is None else Number(plain(round(total, 3)))

    @derive("DER-09", "pred_equiv", on="self daily_dose")
    def derive_equivalent(line: Record, _: Number) -> Number | None:
        """Prednisone in mg/day, to one decimal; checks compare the unrounded value."""
        equivalent = equivalent_of(line)
        return None if equivalent is None else one_decimal(equivalent)

    @derive("DER-09", "pred_equiv_how", on="pred_equiv drug daily_dose unit route")
    def derive_arithmetic(_: Number, *given: object) -> str | None:
        """The arithmetic of the equivalent."""
        return steroids.arithmetic(*given)  # type: ignore[arg-type]

    @derive("CM-PRIOR", "prior_flag", on="self start subject.c1d1")
    def derive_prior(line: Record, _: str, c1d1: dt.date) -> str | None:
        """Yes when the drug certainly ended before the first study dose; open while its end is not known."""
        end = ended(line)
        if end is None:
            return "N" if line.ongoing == "Y" else None
        return "Y" if certainly_before(end, c1d1) else "N"

    @check("CM-01", "Stop {e} is before start {s}.", on="self start end", target="end")
    def stops_after_start(line: Record, *_: str) -> Fail | None:
        """A drug is not stopped before it is started."""
        start, end = began(line), ended(line)
        assert start and end
        return fail(e=end, s=start) if certainly_before(end, start) else None

    @check("CM-01", "'{drug}' is ongoing but has a stop date {e}.", on="drug ongoing end", target="ongoing")
    def ongoing_has_no_stop(_: str, ongoing: str, end: str) -> Fail | None:
        """A drug that goes on has no stop date."""
        return fail(e=end) if ongoing == "Y" else None

    @check(
        "CM-02", "{drug} {d} = {p} mg/day prednisone; more than {most} mg conflicts with exclusion 13.",
        on="self drug daily_dose subject.c1d1 all:NIVO all:IL2D study.steroid_limit", target="daily_dose",
    )  # fmt: skip
    def steroid_is_low(line: Record, _: str, daily: Number, c1d1: dt.date, *rest: Any) -> Fail | None:
        """No dose of a study drug is given under more than 10 mg of prednisone a day."""
        (*doses, most), equivalent = rest, equivalent_of(line)
        is_treated = any(certainly_runs_at(line, when) for when in _treatment_times(c1d1, *doses))
        if equivalent is None or equivalent <= most or not is_treated:
            return None
        return fail(d=f"{plain(daily)} {line.unit}/day", p=plain(one_decimal(equivalent)), most=plain(most))

    @check(
        "CM-02", "Steroids together on {x}: {lines} = {p} mg/day prednisone; more than {most} mg conflicts with "
        "exclusion 13.", on="self daily_dose subject.c1d1 all:NIVO all:IL2D all:CM study.steroid_limit",
        target="daily_dose",
    )  # fmt: skip
    def steroids_together_are_low(line: Record, _: Number, c1d1: dt.date, *rest: Any) -> Fail | None:
        """The lines of one day add up; the last of them is asked about, and none where one alone is too much."""
        *doses, lines, most = rest
        for time in _treatment_times(c1d1, *doses):
            found = steroids_at(lines, time)
            total = sum((equivalent for _, equivalent in found), Number(0))
            if total <= most or any(equivalent > most for _, equivalent in found) or found[-1][0].uid != line.uid:
                continue
            numbers = " + ".join(f"line {one.number} {plain(one_decimal(equivalent))} mg" for one, equivalent in found)
            return fail(x=time, lines=numbers, p=plain(one_decimal(total)), most=plain(most))
        return None

    @check(
        "CM-02", "Steroids on {x} = {p} mg/day prednisone; with an active autoimmune disease less than {most} mg is "
        "needed (exclusion 14).", on="self daily_dose subject.c1d1 all:NIVO all:IL2D all:CM all:MH study.steroid_limit",
        target="daily_dose",
    )  # fmt: skip
    def steroids_fit_autoimmunity(line: Record, _: Number, c1d1: dt.date, *rest: Any) -> Fail | None:
        """Exactly 10 mg a day is asked about where an autoimmune disease is active; the last of several lines is."""
        *doses, lines, history, most = rest
        if not any(one.category == "AUTOIMMUNE" and one.ongoing == "Y" for one in history):
            return None
        for time in _treatment_times(c1d1, *doses):
            found = steroids_at(lines, time)
            is_last = bool(found) and found[-1][0].uid == line.uid
            if is_last and sum((equivalent for _, equivalent in found), Number(0)) == most:
                return fail(x=time, p=plain(most), most=plain(most))
        return None

    @check(
        "CM-03", "Given for '{indication}', but no adverse event or history line is linked.",
        on="self indication all:AE all:MH", target="ae_ref",
    )  # fmt: skip
    def reason_is_linked(
        line: Record, indication: str, events: Sequence[Record], history: Sequence[Record]
    ) -> bool | None:
        """A drug that was given for an event or a condition names its line."""
        is_linked = line.answer("ae_ref").is_given or line.answer("mh_ref").is_given
        return None if is_linked or line.prophylaxis == "Y" else not names_event(indication, [*events, *history])

    @check(
        "CM-03", "Given for line {n} ({what}), which began {x}, after the drug was started {s}.",
        on="self start all:AE all:MH", target="start",
    )  # fmt: skip
    def reason_came_first(
        line: Record, _: str, events: Sequence[Record], history: Sequence[Record]
    ) -> Fail | None:
        """What a drug was given for began before it, or at the same time."""
        start, linked = began(line), [one for one in (*events, *history) if one.uid in (line.ae_ref, line.mh_ref)]
        assert start
        for one in linked if line.prophylaxis != "Y" else ():
            onset_ = began_event(one)
            if onset_ and certainly_after(onset_, start):
                return fail(n=one.number, what=name_of(one), x=onset_, s=start)
        return None

    @check(
        "CM-04", "{drug} until {x}; ANC taken {n} days later must be unsupported.",
        on="self drug class_flag start all:LAB subject study.g_csf_free", target="end",
    )  # fmt: skip
    def neutrophils_are_unsupported(
        line: Record, _: str, class_flag: str, __: str, samples: Sequence[Record], subject: SubjectView, free: int
    ) -> Fail | None:
        """No G-CSF in the 14 days before the neutrophil count that eligibility is judged by."""
        sample = _eligibility_count(samples, subject.registration_date)
        if class_flag != G_CSF or sample is None or certainly_after(began(line) or sample, sample):
            return None
        end = ended(line)
        days = 0 if end is None or certainly_after(end, sample) else days_between(end, sample)
        is_open = end is None and line.ongoing != "Y"
        return None if is_open or days is None or days >= free else fail(x=end or "now", n=days)

    @check(
        "CM-05", "{drug} from {s}: no hypotension of grade 3 or more covers the vasopressor.",
        on="self drug class_flag start all:AE now", target="ae_ref",
    )  # fmt: skip
    def vasopressor_has_hypotension(
        line: Record, _: str, class_flag: str, __: str, events: Sequence[Record], now: str
    ) -> Fail | None:
        """A vasopressor runs during a severe hypotension."""
        start, end = began(line), ended(line) or now
        assert start
        severe = [e for e in events if e.ctcae_term == HYPOTENSION and (e.max_grade or "") >= SEVERE]
        if class_flag != VASOPRESSOR or any(may_be_present(event, start, end) for event in severe):
            return None
        return fail(s=start)

    @check("GEN-06", DOUBLE, on="self drug start all:CM", target="start")
    def is_no_double(line: Record, drug: str, start: str, lines: Sequence[Record]) -> Fail | None:
        """Drug and start stand in one line only."""
        twin = earlier_twin(line, lines, _key)
        return fail(n=line.number, m=twin.number, key=f"{drug}, {start}") if twin else None


def _treatment_times(c1d1: dt.date, infusions: Sequence[Record], grids: Sequence[Record]) -> list[str]:
    return [c1d1.isoformat(), *dose_times(infusions, grids)]


def _eligibility_count(samples: Sequence[Record], registered: dt.date | None) -> str | None:
    """When the last neutrophil count of screening was taken, not after registration."""
    taken = [
        sample.sample_dt
        for sample in samples
        if sample.visit and sample.visit.kind == schedule.SCREENING and sample.sample_dt
        and any(row.test == "NEUT" and row.row_status == "DONE" for row in sample.rows("RESULT"))
    ]  # fmt: skip
    known = [time for time in taken if registered is None or not certainly_after(time, registered)]
    return max(known, key=lambda time: interval(time).earliest, default=None)


def _key(line: Record) -> tuple[str, ...] | None:
    if not line.drug or not line.start:
        return None
    return " ".join(line.drug.lower().split()), line.start, line.start_time or ""
