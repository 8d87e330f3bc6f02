"""Adverse events (SDTM AE, FAAE): one record per episode, with the history of its grades."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.adverse_events import drugs, grading, laboratory, lines, outcomes, seriousness
from forms.conditions import when
from forms.crf import CRF, Group, derive
from forms.derive.ae import Treatment, duration, is_related_to_any, is_treatment_emergent
from forms.dictionaries.ctcae import find_term, list_terms
from forms.episodes import grade_periods, held_for, onset
from forms.infusions import omitted_for
from forms.items import Choice, Dictionary, Integer, MultiChoice, PartialDate, Text, Time, YesNo
from forms.views import Record, Row

SERIOUS = when("serious", "Y")
OTHER_TERMS = tuple(term.name for term in list_terms() if term.needs_text)


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

        is_offered = grading.is_offered
        is_inside_event = grading.is_inside_event
        rises_in_time = grading.rises_in_time
        first_begins_at_onset = grading.first_begins_at_onset
        differs_from_line_before = grading.differs_from_line_before

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

    is_one_event = lines.is_one_event
    is_in_words = lines.is_in_words
    begins_after_consent = lines.begins_after_consent
    begins_after_first_dose = lines.begins_after_first_dose
    ends_after_onset = lines.ends_after_onset
    outcome_fits = outcomes.outcome_fits
    death_is_told_everywhere = outcomes.death_is_told_everywhere
    death_is_grade_five = outcomes.death_is_grade_five
    death_form_agrees = outcomes.death_form_agrees
    fatal_event_is_grade_five = outcomes.fatal_event_is_grade_five
    seriousness_is_considered = seriousness.seriousness_is_considered
    has_criterion = seriousness.has_criterion
    has_no_criterion = seriousness.has_no_criterion
    serious_event_is_reported = seriousness.serious_event_is_reported
    il2_came_before = drugs.il2_came_before
    nivolumab_came_before = drugs.nivolumab_came_before
    immune_event_has_drug = drugs.immune_event_has_drug
    severe_event_has_cause = drugs.severe_event_has_cause
    held_slots_are_told = drugs.held_slots_are_told
    interruption_is_linked = drugs.interruption_is_linked
    omitted_infusions_are_told = drugs.omitted_infusions_are_told
    nivolumab_interruption_is_linked = drugs.nivolumab_interruption_is_linked
    withdrawal_is_final = drugs.withdrawal_is_final
    nivolumab_withdrawal_is_final = drugs.nivolumab_withdrawal_is_final
    withdrawal_is_reason = drugs.withdrawal_is_reason
    dose_is_not_changed = drugs.dose_is_not_changed
    treatment_is_listed = lines.treatment_is_listed
    term_fits_words = lines.term_fits_words
    overlaps_no_other_line = lines.overlaps_no_other_line
    is_no_double = lines.is_no_double
    begins_in_window = lines.begins_in_window
    grades_agree_with_laboratory = laboratory.grades_agree_with_laboratory
