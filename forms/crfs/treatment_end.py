"""Treatment discontinuation (SDTM DS): why and when each study drug was stopped for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.doses import ALDESLEUKIN, NIVOLUMAB, last_dose_of
from forms.items import Choice, Date, Reference, Text
from forms.views import Record, Row

DRUGS = (NIVOLUMAB, ALDESLEUKIN)
DRUG_NAMES = tuple(LISTS["DRUG"].label(drug) for drug in DRUGS)
ONE_DOSE = {NIVOLUMAB: "A nivolumab", ALDESLEUKIN: "An IL-2"}
ACTION_ITEMS = {NIVOLUMAB: "action_nivolumab", ALDESLEUKIN: "action_il2"}


class TreatmentEnd(CRF, oid="EOT", title="Treatment discontinuation", domain="DS", slug="treatment-discontinuation"):
    """The end of treatment, one line for each study drug."""

    class Drug(Group, oid="DRUG", title="Study drugs", row_names=DRUG_NAMES):
        """When and why one study drug was stopped."""

        drug = Choice("Study drug", "DRUG", derived=True, sdtm="DS.DSSCAT=STUDY TREATMENT; SUPPDS.DSTRT")
        decision_date = Date("Date of decision", required=True, sdtm="DS.DSSTDTC")
        last_dose_date = Date("Last dose", derived=True, sdtm="DM.RFXENDTC")
        reason = Choice("Reason", "NCOMPLT_EOT", required=True, sdtm="DS.DSDECOD")
        ae_refs = Reference(
            "Adverse event(s)", "AE", many=True, required=True, visible_if=when("reason", "ADVERSE EVENT"),
            sdtm="RELREC",
        )  # fmt: skip
        pd_basis = Choice(
            "Radiographic / clinical PD", "PROGTYPE", required=True, visible_if=when("reason", "PROGRESSIVE DISEASE"),
            sdtm="SUPPDS",
        )  # fmt: skip
        specify = Text(
            "Details", 200, required=True, visible_if=when("reason", "OTHER", "PHYSICIAN DECISION"), sdtm="DS.DSTERM"
        )

        @derive("EOT-DRUG", "drug", on="self")
        def derive_drug(row: Row) -> str:
            """The drug of the line: the rows have an order."""
            return DRUGS[row.number - 1]

        @derive("EOT-LAST", "last_dose_date", on="drug all:NIVO all:IL2D")
        def derive_last_dose(drug: str, infusions: Sequence[Record], grids: Sequence[Record]) -> dt.date | None:
            """The day of the last dose of the drug."""
            return last_dose_of(drug, infusions, grids)

        @check(
            "EOT-01", "{dose} dose on {x} is after the stop decision {d}.", on="drug decision_date last_dose_date"
        )
        def no_dose_follows(drug: str, decided: dt.date, last: dt.date) -> Fail | None:
            """No dose was given after the decision to stop."""
            if last <= decided:
                return None
            return fail("decision_date", dose=ONE_DOSE[drug], x=last, d=decided)

        @check("EOT-02", "Reason {r}, but {evidence} is not recorded.", on="self drug reason all:AE", target="reason")
        def event_is_told(row: Row, drug: str, reason: str, events: Sequence[Record]) -> Fail | None:
            """An adverse event that ended a drug is linked, and its action with the drug says so."""
            linked = row.answer("ae_refs")
            if reason != "ADVERSE EVENT" or linked.missing:
                return None
            chosen = [event for event in events if event.uid in (linked.value or ())]  # type: ignore[operator]
            if any(event.value(ACTION_ITEMS[drug]) == "DRUG WITHDRAWN" for event in chosen):
                return None
            return fail(r=_words(reason), evidence="an adverse event with action 'Drug withdrawn'")

        @check("EOT-02", "Reason {r}, but {evidence} is not recorded.", on="self reason all:TA", target="reason")
        def progression_is_told(row: Row, reason: str, assessments: Sequence[Record]) -> Fail | None:
            """Progression has a time point that says so, or a clinical basis."""
            if reason != "PROGRESSIVE DISEASE" or row.answer("pd_basis").missing or row.pd_basis == "CLINICAL":
                return None
            if any("PD" in (a.inv_overall, a.der_overall) for a in assessments):
                return None
            return fail(r=_words(reason), evidence="a tumour assessment with progression")

        @check("EOT-02", "Reason {r}, but {evidence} is not recorded.", on="reason all:DTH", target="reason")
        def death_is_told(reason: str, deaths: Sequence[Record]) -> Fail | None:
            """Death as the reason has a death form."""
            if reason != "DEATH" or any(death.death_date for death in deaths):
                return None
            return fail(r=_words(reason), evidence="the date of death")


def _words(reason: str) -> str:
    return f"'{LISTS['NCOMPLT_EOT'].label(reason)}'"
