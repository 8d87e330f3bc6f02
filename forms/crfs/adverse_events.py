"""Adverse events (SDTM AE, FAAE): one record per episode, with the history of its grades."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.derive.ae import Treatment, duration, is_related_to_any, is_treatment_emergent
from forms.derive.dates import certainly_after, certainly_before, days_between, earliest, interval
from forms.derive.sae import INITIAL
from forms.dictionaries.ctcae import find_term, list_terms
from forms.dictionaries.synonyms import terms_by_word
from forms.doses import ALDESLEUKIN, NIVOLUMAB
from forms.episodes import (
    STOPPING_ACTIONS,
    certainly_overlap,
    first_given,
    given_slots,
    grade_from,
    grade_periods,
    held_for,
    highest_grade_from,
    is_related_to,
    moment,
    onset,
    resolution,
)
from forms.infusions import first_infusion, given_infusions, infusions_after, omitted_for
from forms.items import Choice, Dictionary, Integer, MultiChoice, PartialDate, Text, Time, YesNo
from forms.serious import CRITERION_WORDS, linked_events
from forms.treatments import is_treated
from forms.views import Record, Row

SERIOUS = when("serious", "Y")
CRITERIA = tuple(CRITERION_WORDS)
OPEN_OUTCOMES = ("NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING", "UNKNOWN")
CLOSED_OUTCOMES = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL")
OTHER_TERMS = tuple(term.name for term in list_terms() if term.needs_text)
WITHDRAWN_BY = {NIVOLUMAB: ("action_nivolumab", "Nivolumab"), ALDESLEUKIN: ("action_il2", "IL-2")}
ABBREVIATION = re.compile(r"[A-Z][A-Z0-9]{1,5}")


class AdverseEvents(
    CRF, oid="AE", title="Adverse events", domain="AE", slug="adverse-events", log=True, line_title="Adverse event"
):
    """One line per episode: an event that clears and comes back is a new line."""

    verbatim = Text(
        "Event as reported", 200, required=True, sdtm="AE.AETERM", cdash="AETERM",
        help="One event in the words of the source: a diagnosis where there is one, not its symptoms.",
    )  # fmt: skip
    ctcae_term = Dictionary("CTCAE v5.0 term", required=True, sdtm="SUPPAE.AECTCTRM")
    other_specify = Text("Specify", 120, required=True, visible_if=when("ctcae_term", *OTHER_TERMS), sdtm="SUPPAE")
    soc = Text("System organ class", 120, derived=True, sdtm="AE.AESOC; AE.AEBODSYS")
    llt_code = Text("MedDRA code of the CTCAE term", 8, derived=True, sdtm="AE.AELLTCD")
    start_date = PartialDate("Onset", required=True, sdtm="AE.AESTDTC", cdash="AESTDAT", help="As far as known.")
    start_time = Time("Time of onset", sdtm="AE.AESTDTC", cdash="AESTTIM")
    ongoing = YesNo("Ongoing", required=True, sdtm="AE.AEENRTPT; AE.AEENTPT", cdash="AEONGO")
    end_date = PartialDate(
        "Resolution", required=True, visible_if=when("ongoing", "N"), sdtm="AE.AEENDTC", cdash="AEENDAT"
    )
    end_time = Time("Time of resolution", visible_if=when("ongoing", "N"), sdtm="AE.AEENDTC", cdash="AEENTIM")

    class Grade(Group, oid="GRADE", title="Grade history", required=True):
        """The grades inside one episode, each with the time from which it held; the first begins at onset."""

        from_date = PartialDate("From", required=True, sdtm="FA.FADTC")
        from_time = Time("From, time", sdtm="FA.FADTC")
        grade = Choice(
            "Grade", "GRADE1_5", required=True, sdtm="FA.FAORRES; FATESTCD=TOXGR; FAOBJ=AETERM",
            help="CTCAE v5.0. When the participant changes, add a line; when the entry was wrong, correct it.",
        )  # fmt: skip

        @check(
            "AE-02", "{term} has grades {list} in CTCAE 5.0; you entered {grade}.",
            on="grade record.ctcae_term", target="grade",
        )  # fmt: skip
        def is_offered(grade: str, name: str) -> Fail | None:
            """CTCAE offers the grade for the term."""
            term = find_term(name)
            if term is None or term.offers(int(grade)):
                return None
            return fail(term=name, list=", ".join(str(g) for g in term.grades), grade=int(grade))

        @check(
            "AE-06", "Grade {g} from {x} lies outside the event ({s} to {e}).",
            on="self from_date record.start_date record.start_time? record.end_date? record.end_time?",
        )  # fmt: skip
        def is_inside_event(row: Row, _: str, *around: str | None) -> Fail | None:
            """The grade began during the event."""
            begins, start, end = grade_from(row), moment(*around[:2]), moment(*around[2:])
            assert begins and start
            if not certainly_before(begins, start) and (end is None or not certainly_before(end, begins)):
                return None
            return fail("from_date", g=row.grade, x=begins, s=start, e=end or "ongoing")

        @check("AE-06", "Grade history is not in order of time: {x} follows {y}.", on="self from_date rows:GRADE")
        def rises_in_time(row: Row, _: str, rows: Sequence[Row]) -> Fail | None:
            """A grade began after the one in the line before."""
            before, begins = _line_before(row, rows), grade_from(row)
            earlier = grade_from(before) if before else None
            if earlier is None or begins is None:
                return None
            one, other = interval(earlier), interval(begins)
            is_same_minute = one == other and one.is_minute
            if not is_same_minute and not certainly_before(begins, earlier):
                return None
            return fail("from_date", x=begins, y=earlier)

        @check(
            "AE-06", "The first grade is from {x}, but onset is {s}: they are the same.",
            on="self from_date record.start_date record.start_time? rows:GRADE",
        )  # fmt: skip
        def first_begins_at_onset(row: Row, _: str, date: str, time: str | None, rows: Sequence[Row]) -> Fail | None:
            """The first grade begins with the event."""
            begins, start = grade_from(row), moment(date, time)
            assert begins and start
            is_apart = certainly_before(begins, start) or certainly_before(start, begins)
            if rows[0].uid != row.uid or not is_apart:
                return None
            return fail("from_date", x=begins, s=start)

        @check(
            "AE-06", "Grade {g} follows the same grade: one line is enough.", on="self grade rows:GRADE", target="grade"
        )
        def differs_from_line_before(row: Row, grade: str, rows: Sequence[Row]) -> Fail | None:
            """Neighbouring lines have different grades."""
            before = _line_before(row, rows)
            return fail(g=int(grade)) if before is not None and before.grade == grade else None

    max_grade = Choice("Highest grade", "GRADE1_5", derived=True, sdtm="AE.AETOXGR")
    serious = YesNo(
        "Serious", required=True, sdtm="AE.AESER", cdash="AESER",
        help="A planned stay for IL-2 is not a reason by itself; its prolongation is.",
    )  # fmt: skip
    ser_death = YesNo("Results in death", required=True, visible_if=SERIOUS, sdtm="AE.AESDTH", cdash="AESDTH")
    ser_life = YesNo("Is life-threatening", required=True, visible_if=SERIOUS, sdtm="AE.AESLIFE", cdash="AESLIFE")
    ser_hosp = YesNo(
        "Needs or prolongs hospitalisation", required=True, visible_if=SERIOUS, sdtm="AE.AESHOSP", cdash="AESHOSP"
    )
    ser_disab = YesNo(
        "Results in persistent or significant disability", required=True, visible_if=SERIOUS, sdtm="AE.AESDISAB",
        cdash="AESDISAB",
    )  # fmt: skip
    ser_cong = YesNo(
        "Congenital anomaly or birth defect", required=True, visible_if=SERIOUS, sdtm="AE.AESCONG", cdash="AESCONG"
    )
    ser_mie = YesNo(
        "Other medically important event", required=True, visible_if=SERIOUS, sdtm="AE.AESMIE", cdash="AESMIE"
    )
    rel_nivolumab = Choice(
        "Relationship to nivolumab", "REL", required=True, assess=True, sdtm="SUPPAE.AERELNIV; AE.AEREL"
    )
    rel_il2 = Choice("Relationship to IL-2", "REL", required=True, assess=True, sdtm="SUPPAE.AERELIL2; AE.AEREL")
    rel_other = Choice("Other cause", "RELOTH", assess=True, sdtm="AE.AERELNST")
    action_nivolumab = Choice("Action with nivolumab", "ACN", required=True, sdtm="SUPPAE.AEACNNIV; AE.AEACN")
    action_il2 = Choice(
        "Action with IL-2", "ACN", required=True, sdtm="SUPPAE.AEACNIL2; AE.AEACN",
        help="A held slot or a delayed infusion is 'Drug interrupted'.",
    )  # fmt: skip
    treatment_given = MultiChoice("Treatment given", "AETX", required=True, sdtm="AE.AECONTRT; AE.AEACNOTH")
    outcome = Choice("Outcome", "OUT", required=True, sdtm="AE.AEOUT", cdash="AEOUT")
    expected_nivolumab = YesNo(
        "Expected for nivolumab (reference safety information)", visible_if=SERIOUS, sponsor=True, sdtm="SUPPAE"
    )
    expected_il2 = YesNo(
        "Expected for IL-2 (reference safety information)", visible_if=SERIOUS, sponsor=True, sdtm="SUPPAE"
    )
    immune_related = YesNo("Immune-related", required=True, assess=True, sdtm="SUPPAE.AEIRFL")
    dose_links = Text("Slots held because of this event", 400, derived=True, sdtm="RELREC")
    teae = YesNo("Treatment-emergent", derived=True, sdtm="SUPPAE.AETRTEM")
    duration = Integer("Duration", derived=True, unit="days", digits=5, sdtm="AE.AEDUR")
    related_any = YesNo("Related to either drug", derived=True)

    @derive("AE-SOC", "soc", on="ctcae_term")
    def derive_class(name: str) -> str | None:
        """The class of the term."""
        term = find_term(name)
        return term.soc if term else None

    @derive("AE-LLT", "llt_code", on="ctcae_term")
    def derive_code(name: str) -> str | None:
        """The MedDRA code that CTCAE prints for the term."""
        term = find_term(name)
        return term.code if term else None

    @derive("AE-MAX", "max_grade", on="rows:GRADE")
    def derive_highest(rows: Sequence[Row]) -> str | None:
        """The highest grade of the history."""
        return max((row.grade for row in rows if row.grade), default=None)

    @derive("DER-10", "duration", on="start_date end_date today")
    def derive_duration(start: str, end: str, today: dt.date) -> int | None:
        """Days from onset to resolution, both counted; open events have none here."""
        found = duration(start, end, today)
        return found.days if found else None

    @derive("DER-11", "teae", on="self start_date subject.c1d1 subject.last_dose?")
    def derive_emergence(event: Record, _: str, c1d1: dt.date, last_dose: dt.date | None) -> str:
        """Whether the event began or got worse in the treatment window."""
        start = onset(event)
        assert start
        return "Y" if is_treatment_emergent(start, Treatment(c1d1, last_dose), grade_periods(event)) else "N"

    @derive("DER-12", "related_any", on="rel_nivolumab? rel_il2?")
    def derive_relation(*relations: str | None) -> str | None:
        """Yes when one drug is related, no when both answers say otherwise."""
        if is_related_to_any(relations, missing_counts=False):
            return "Y"
        return None if None in relations else "N"

    @derive("AE-LINKS", "dose_links", on="self all:IL2D all:NIVO")
    def derive_links(event: Record, grids: Sequence[Record], infusions: Sequence[Record]) -> str | None:
        """The slots and infusions whose hold names this event."""
        return "; ".join([*held_for(event, grids), *omitted_for(event, infusions)]) or None

    @check("AE-01", "One event per line: '{verbatim}' looks like two.", on="verbatim", severity="N")
    def is_one_event(verbatim: str) -> bool:
        """The words name one event."""
        return find_term(verbatim) is not None or not re.search(r"\sand\s|[/;]", verbatim, re.IGNORECASE)

    @check("AE-01", "'{verbatim}' is an abbreviation: write the event in words.", on="verbatim", severity="N")
    def is_in_words(verbatim: str) -> bool:
        """The event is not a bare abbreviation."""
        return not ABBREVIATION.fullmatch(verbatim)

    @check(
        "AE-03", "Onset {x} is before consent {c}: record it as medical history.",
        on="self start_date subject.consent_date", target="start_date",
    )  # fmt: skip
    def begins_after_consent(event: Record, _: str, consent: dt.date) -> Fail | None:
        """The event began on or after the day of consent."""
        start = onset(event)
        assert start
        return fail(x=start, c=consent) if certainly_before(start, consent) else None

    @check(
        "AE-03", "Onset {x} is before the first dose {c}: only a serious or procedure-related event belongs here.",
        on="self start_date subject.consent_date subject.c1d1 serious", target="start_date",
    )  # fmt: skip
    def begins_after_first_dose(
        event: Record, _: str, consent: dt.date, c1d1: dt.date, serious: str
    ) -> Fail | None:
        """Between consent and first dose only serious or procedure-related events are adverse events."""
        start = onset(event)
        assert start
        if serious == "Y" or event.rel_other == "PROCEDURE" or certainly_before(start, consent):
            return None
        return fail(x=start, c=c1d1) if certainly_before(start, c1d1) else None

    @check("AE-04", "End {e} is before start {s}.", on="self start_date end_date", target="end_date")
    def ends_after_onset(event: Record, *_: str) -> Fail | None:
        """The event did not end before it began."""
        start, end = onset(event), resolution(event)
        assert start and end
        return fail(e=end, s=start) if certainly_before(end, start) else None

    @check(
        "AE-05", "Outcome '{o}' does not fit ongoing = {y}, end {e}.", on="self ongoing outcome", target="outcome",
        yields_to="AE-07",
    )  # fmt: skip
    def outcome_fits(event: Record, ongoing: str, outcome: str) -> Fail | None:
        """Ongoing, end and outcome tell the same story."""
        if ongoing == "Y":
            fits = event.end_date is None and outcome in OPEN_OUTCOMES
        else:
            fits = outcome == "UNKNOWN" or (outcome in CLOSED_OUTCOMES and event.answer("end_date").is_given)
        words = {"Y": "yes", "N": "no"}[ongoing]
        return None if fits else fail(o=LISTS["OUT"].label(outcome), y=words, e=resolution(event) or "none")

    @check("AE-07", "Grade 5 is recorded but {what} is missing or differs ({x}).", on="self max_grade")
    def death_is_told_everywhere(event: Record, max_grade: str) -> Fail | None:
        """Grade 5 goes with a fatal outcome and death as a seriousness criterion."""
        if max_grade != "5":
            return None
        wrong = {"outcome": "outcome"} if _is_otherwise(event, "outcome", "FATAL") else {}
        if event.serious == "N" or _is_otherwise(event, "ser_death", "Y"):
            wrong["ser_death" if event.serious != "N" else "serious"] = "seriousness"
        shown = ", ".join(_words_of(event, name) for name in wrong)
        return fail(next(iter(wrong)), what=" and ".join(wrong.values()), x=shown) if wrong else None

    @check("AE-07", "{what} says death, but the highest grade is {g}.", on="self max_grade")
    def death_is_grade_five(event: Record, max_grade: str) -> Fail | None:
        """A fatal outcome or death as a criterion goes with grade 5."""
        said = [name for name, value in (("outcome", "FATAL"), ("ser_death", "Y")) if event.value(name) == value]
        if max_grade == "5" or not said:
            return None
        return fail(said[0], what=event.collection.items[said[0]].label, g=int(max_grade))

    @check(
        "AE-07", "Grade 5 is recorded but {what} is missing or differs ({x}).", on="self max_grade all:DTH",
        target="end_date",
    )  # fmt: skip
    def death_form_agrees(event: Record, max_grade: str, deaths: Sequence[Record]) -> Fail | None:
        """A fatal event ends on the day of death, which has its form."""
        died = next((death.death_date for death in deaths if death.death_date), None)
        if max_grade != "5" or (died is None and any(death.answer("death_date").missing for death in deaths)):
            return None
        if died is None:
            return fail(what="Death form", x="not entered")
        end = event.end_date
        is_apart = end is not None and (certainly_before(end, died) or certainly_after(end, died))
        return fail(what="date of death", x=f"death {died}, end of the event {end}") if is_apart else None

    @check(
        "AE-07", "The Death form names this event as fatal, but its highest grade is {g}.", on="self max_grade all:DTH",
        target="max_grade",
    )  # fmt: skip
    def fatal_event_is_grade_five(event: Record, max_grade: str, deaths: Sequence[Record]) -> Fail | None:
        """The event that the death form names has grade 5."""
        is_named = any(death.ae_ref == event.uid for death in deaths)
        return fail(g=int(max_grade)) if is_named and max_grade != "5" else None

    @check(
        "AE-08", "Grade 4 recorded as not serious, or hospitalisation equals the planned IL-2 stay: confirm it.",
        on="self serious max_grade? all:IL2A all:SAE", target="serious",
    )  # fmt: skip
    def seriousness_is_considered(
        event: Record, serious: str, max_grade: str | None, admissions: Sequence[Record], reports: Sequence[Record]
    ) -> bool | None:
        """Life-threatening was considered at grade 4, and a planned admission is not the only criterion."""
        if serious == "N":
            return max_grade != "4"
        if [name for name in CRITERIA if event.value(name) == "Y"] != ["ser_hosp"]:
            return True
        stays = [report.first_admission_dt for report in reports if event.uid in (report.ae_ref or ())]
        return not any(
            _began_during(event, admission) and not any(s and certainly_after(s, admission.discharge_dt) for s in stays)
            for admission in admissions
        )

    @check("AE-09", "Tick at least one seriousness criterion.", on="self serious", target="serious")
    def has_criterion(event: Record, serious: str) -> bool:
        """A serious event has a criterion."""
        return serious == "N" or any(event.value(name) == "Y" for name in CRITERIA)

    @check("AE-09", "Serious is 'no', but '{what}' is 'yes'.", on="self serious", target="serious")
    def has_no_criterion(event: Record, serious: str) -> Fail | None:
        """An event that is not serious has no criterion."""
        told = [event.collection.items[name].label for name in CRITERIA if event.value(name) == "Y"]
        return fail(what=told[0]) if serious == "N" and told else None

    @check(
        "AE-10", "No SAE report for line {n}. The {hours}-hour clock runs from awareness.",
        on="self serious all:SAE study.sae_clock", target="serious",
    )  # fmt: skip
    def serious_event_is_reported(
        event: Record, serious: str, reports: Sequence[Record], hours: int
    ) -> Fail | None:  # fmt: skip
        """A serious event has an initial report."""
        is_told = any(r.report_type == INITIAL and linked_events(r, [event]) for r in reports)
        return fail(n=event.number, hours=hours) if serious == "Y" and not is_told else None

    @check(
        "AE-11", "Related to IL-2, but first IL-2 dose is {x}, after onset {s}.",
        on="self start_date rel_il2 all:IL2D", target="rel_il2",
    )  # fmt: skip
    def il2_came_before(event: Record, _: str, relation: str, grids: Sequence[Record]) -> Fail | None:
        """An event related to IL-2 did not begin before its first dose."""
        start, first = onset(event), first_given(grids)
        assert start
        if not is_related_to(relation) or first is None or not certainly_before(start, first):
            return None
        return fail(x=first, s=start)

    @check(
        "AE-11", "Related to nivolumab, but first nivolumab dose is {x}, after onset {s}.",
        on="self start_date rel_nivolumab all:NIVO", target="rel_nivolumab",
    )  # fmt: skip
    def nivolumab_came_before(event: Record, _: str, relation: str, infusions: Sequence[Record]) -> Fail | None:
        """An event related to nivolumab did not begin before its first dose."""
        start, first = onset(event), first_infusion(infusions)
        assert start
        if not is_related_to(relation) or first is None or not certainly_before(start, first):
            return None
        return fail(x=first, s=start)

    @check(
        "AE-11", "Immune-related, but related to neither nivolumab nor IL-2.",
        on="immune_related rel_nivolumab rel_il2", target="immune_related",
    )  # fmt: skip
    def immune_event_has_drug(immune_related: str, *relations: str) -> bool:
        """An immune-related event is related to a study drug."""
        return immune_related == "N" or any(is_related_to(relation) for relation in relations)

    @check(
        "AE-11", "Grade {g} and unrelated to both drugs: give the other cause.",
        on="self max_grade rel_nivolumab rel_il2", target="rel_other",
    )  # fmt: skip
    def severe_event_has_cause(event: Record, max_grade: str, *relations: str) -> Fail | None:
        """A severe event unrelated to both drugs has another cause."""
        has_cause = event.answer("rel_other").is_given or set(relations) != {"UNRELATED"}
        return fail(g=int(max_grade)) if max_grade >= "3" and not has_cause else None

    @check(
        "AE-12", "Slots {k} were held for this event but action with IL-2 is '{a}'.",
        on="self action_il2 all:IL2D", target="action_il2",
    )  # fmt: skip
    def held_slots_are_told(event: Record, action: str, grids: Sequence[Record]) -> Fail | None:
        """Slots held for an event mean that IL-2 was interrupted or withdrawn."""
        held = held_for(event, grids)
        is_told = not held or action in STOPPING_ACTIONS
        return None if is_told else fail(k=", ".join(held), a=LISTS["ACN"].label(action))

    @check(
        "AE-12", "Action with IL-2 is 'Drug interrupted', but no held slot or stopped admission names this event.",
        on="self action_il2 all:IL2D all:IL2A", target="action_il2",
    )  # fmt: skip
    def interruption_is_linked(
        event: Record, action: str, grids: Sequence[Record], admissions: Sequence[Record]
    ) -> bool | None:
        """An interruption has a held slot or a stopped admission; not judged before a dose grid exists."""
        if action != "DRUG INTERRUPTED" or not grids:
            return None
        return bool(held_for(event, grids)) or any(event.uid in (a.stop_ae_ref or ()) for a in admissions)

    @check(
        "AE-12", "Nivolumab was not given as planned at {k} for this event but action with nivolumab is '{a}'.",
        on="self action_nivolumab all:NIVO", target="action_nivolumab",
    )  # fmt: skip
    def omitted_infusions_are_told(event: Record, action: str, infusions: Sequence[Record]) -> Fail | None:
        """An infusion left out for an event means an interruption or withdrawal; NIV-01 asks about 'not changed'."""
        omitted = omitted_for(event, infusions)
        is_told = not omitted or action in (*STOPPING_ACTIONS, "DOSE NOT CHANGED")
        return None if is_told else fail(k=", ".join(omitted), a=LISTS["ACN"].label(action))

    @check(
        "AE-12", "Action with nivolumab is 'Drug interrupted', but no infusion that was left out, late or interrupted "
        "names this event.", on="self start_date action_nivolumab all:NIVO", target="action_nivolumab",
    )  # fmt: skip
    def nivolumab_interruption_is_linked(
        event: Record, _: str, action: str, infusions: Sequence[Record]
    ) -> bool | None:  # fmt: skip
        """An interruption has its infusion; not judged before an infusion was due after the onset."""
        start = onset(event)
        assert start
        due = infusions_after(start, infusions)
        if action != "DRUG INTERRUPTED" or not due:
            return None
        return bool(omitted_for(event, infusions)) or any(one.interruption_reason == "ADVERSE EVENT" for one in due)

    @check(
        "AE-13", "IL-2 withdrawn for this event, but a dose was given on {x}.",
        on="self start_date action_il2 all:IL2D all:IL2A", target="action_il2",
    )  # fmt: skip
    def withdrawal_is_final(
        event: Record, _: str, action: str, grids: Sequence[Record], admissions: Sequence[Record]
    ) -> Fail | None:
        """No dose follows in an admission that began after the event for which IL-2 was withdrawn."""
        start = onset(event)
        assert start
        later = {a.visit.uid for a in admissions if a.visit and a.admit_dt and certainly_before(start, a.admit_dt)}
        doses = given_slots(grid for grid in grids if grid.visit and grid.visit.uid in later)
        given = min((slot.start_dt for slot in doses if slot.start_dt), default=None)
        return fail(x=given) if action == "DRUG WITHDRAWN" and given else None

    @check(
        "AE-13", "Nivolumab withdrawn for this event, but a dose was given on {x}.",
        on="self start_date action_nivolumab all:NIVO", target="action_nivolumab",
    )  # fmt: skip
    def nivolumab_withdrawal_is_final(
        event: Record, _: str, action: str, infusions: Sequence[Record]
    ) -> Fail | None:  # fmt: skip
        """No infusion follows the highest grade of an event for which nivolumab was withdrawn."""
        worst = highest_grade_from(event) or onset(event)
        assert worst
        later = [one for one in given_infusions(infusions) if certainly_before(worst, one.start_dt)]
        return fail(x=later[0].start_dt[:10]) if action == "DRUG WITHDRAWN" and later else None

    @check(
        "AE-13", "{name} withdrawn for this event, but the reason of its discontinuation is '{r}'.", on="self all:EOT"
    )
    def withdrawal_is_reason(event: Record, ends: Sequence[Record]) -> list[Fail]:
        """A drug that was withdrawn for an event was stopped for an adverse event."""
        rows = [row for end in ends for row in end.rows("DRUG") if row.reason not in (None, "ADVERSE EVENT")]
        told = [(WITHDRAWN_BY[row.drug], row) for row in rows if row.drug in WITHDRAWN_BY]
        return [
            fail(item, name=name, r=LISTS["NCOMPLT_EOT"].label(row.reason))
            for (item, name), row in told
            if event.value(item) == "DRUG WITHDRAWN"
        ]

    @check("AE-13", "'{a}' is not foreseen in this study: doses are held or stopped.", on="self")
    def dose_is_not_changed(event: Record) -> list[Fail]:
        """Doses of the study drugs are neither reduced nor increased."""
        return [
            fail(name, a=LISTS["ACN"].label(event.value(name)))
            for name in ("action_nivolumab", "action_il2")
            if event.value(name) in ("DOSE REDUCED", "DOSE INCREASED")
        ]

    @check(
        "AE-14", "You recorded treatment for '{t}': no medication or procedure line covers {s} to {e}.",
        on="self start_date treatment_given all:CM all:PR now", target="treatment_given",
    )  # fmt: skip
    def treatment_is_listed(
        event: Record, _: str, given: tuple[str, ...], medications: Sequence[Record], procedures: Sequence[Record],
        now: str,
    ) -> Fail | None:  # fmt: skip
        """A medication or procedure as treatment has a line that names the event or may have run during it."""
        start, end = onset(event), resolution(event)
        assert start
        logs = {"MEDICATION": medications, "PROCEDURE": procedures}
        if all(is_treated(event, lines, start, end or now) for kind, lines in logs.items() if kind in given):
            return None
        return fail(t=event.ctcae_term or event.verbatim or "the event", s=start, e=end or "now")

    @check(
        "AE-15", "'{verbatim}' is usually coded as {suggestion} in CTCAE 5.0.", on="verbatim ctcae_term",
        target="ctcae_term",
    )  # fmt: skip
    def term_fits_words(verbatim: str, name: str) -> Fail | None:
        """Words that CTCAE does not use are coded by the terms that stand for them."""
        usual = [term.name for term in terms_by_word().get(" ".join(verbatim.lower().split()), ())]
        return fail(suggestion=" or ".join(usual)) if usual and name not in usual else None

    @check(
        "AE-15", "Line {n} has the same term as line {m} and overlaps it.", on="self ctcae_term start_date all:AE",
        target="start_date", yields_to="GEN-06",
    )  # fmt: skip
    def overlaps_no_other_line(event: Record, name: str, _: str, events: Sequence[Record]) -> Fail | None:
        """The same term does not run twice at the same time."""
        before = (e for e in events if e.number < event.number and e.ctcae_term == name)
        same = (e for e in before if _specified(e) == _specified(event))
        other = next((e for e in same if certainly_overlap(e, event)), None)
        return fail(n=event.number, m=other.number) if other else None

    @check("GEN-06", DOUBLE, on="self ctcae_term start_date all:AE", target="start_date")
    def is_no_double(event: Record, name: str, start: str, events: Sequence[Record]) -> Fail | None:
        """Term and onset stand in one line only."""
        twin = earlier_twin(event, events, _key)
        return fail(n=event.number, m=twin.number, key=f"{name}, {start}") if twin else None

    @check(
        "AE-16", "Onset is {n} days after last dose; the reporting window is {window} days.",
        on="self start_date subject.last_dose study.ae_window", severity="N", target="start_date",
    )  # fmt: skip
    def begins_in_window(event: Record, start: str, last_dose: dt.date, window: int) -> Fail | None:
        """After the window only serious related events are reported."""
        days = days_between(last_dose, earliest(start))
        assert days is not None
        if days <= window or event.serious is None:
            return None
        if event.serious == "Y" and event.related_any != "N":
            return None
        return fail(n=days, window=window)


def _line_before(row: Row, rows: Sequence[Row]) -> Row | None:
    before = [other for other in rows if other.number < row.number]
    return before[-1] if before else None


def _is_otherwise(event: Record, name: str, value: str) -> bool:
    """Whether an item was answered, or marked missing, in another way than expected; blanks are GEN-04's."""
    return event.answer(name).is_given and event.value(name) != value


def _words_of(event: Record, name: str) -> str:
    item, value = event.collection.items[name], event.value(name)
    assert isinstance(item, Choice)
    return item.codelist.label(value) if value else "blank"


def _began_during(event: Record, admission: Record) -> bool:
    """Whether an event began between admission and discharge of a stay that took place."""
    start, admitted, discharged = onset(event), admission.admit_dt, admission.discharge_dt
    if start is None or admitted is None or discharged is None:
        return False
    return not certainly_before(start, admitted) and not certainly_before(discharged, start)


def _specified(event: Record) -> str:
    return " ".join((event.other_specify or "").lower().split())


def _key(event: Record) -> tuple[str, ...] | None:
    if not event.ctcae_term or not event.start_date:
        return None
    return event.ctcae_term, _specified(event), event.start_date, event.start_time or ""
