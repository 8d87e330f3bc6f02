"""Laboratory (SDTM LB): one record per sample, its results as rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import Condition, both, either, when
from forms.crf import CRF, Fail, Group, check, fail
from forms.derive.lab_grades import SEVERE
from forms.dictionaries.lab_tests import LAB_TESTS, PANELS, Kind, LabTest
from forms.items import Choice, DateTime, Decimal, Integer, MultiChoice, Reference, SiteChoice, Text, YesNo
from forms.laboratory import events, grading, limits, values
from forms.laboratory.wording import name_of
from forms.views import Record, Row

DONE = when("row_status", "DONE")
TAKEN = when("performed", "Y")


def _asked_of(belongs: Callable[[LabTest], bool]) -> list[Condition]:
    """One condition a panel: the result is of one of its tests that belong."""
    codes = {panel: [t.code for t in LAB_TESTS if t.panel == panel and belongs(t)] for panel in PANELS}
    return [both(when("panel", panel), when("test", *listed)) for panel, listed in codes.items() if listed]


OTHER = when("test", "OTHER")
NUMERIC = both(DONE, either(OTHER, *_asked_of(lambda test: test.kind is Kind.NUMERIC)))
WITH_UNIT = both(DONE, either(OTHER, *_asked_of(limits.needs_unit)))
DIPSTICK = both(DONE, either(*_asked_of(lambda test: test.kind is not Kind.NUMERIC)))


class Laboratory(CRF, oid="LAB", title="Laboratory", domain="LB", slug="laboratory", repeats=True, line_title="Sample"):
    """One sample. Results, units and ranges are kept as the laboratory printed them."""

    performed = YesNo("Sample taken", required=True, sdtm="LB.LBSTAT", cdash="LBPERF")
    reason_not_done = Text(
        "Reason not done", 200, required=True, visible_if=when("performed", "N"), sdtm="LB.LBREASND", cdash="LBREASND"
    )
    sample_dt = DateTime(
        "Sample date and time", required=True, visible_if=TAKEN, after_consent=True, sdtm="LB.LBDTC", cdash="LBDAT",
        help="When the sample was taken, not when it was reported. Cortisol cannot be read without the clock time.",
    )  # fmt: skip
    lab = SiteChoice("Laboratory", "laboratories", required=True, visible_if=TAKEN, sdtm="LB.LBNAM", cdash="LBNAM")
    fasting = YesNo("Fasting", subset=("Y", "N", "U"), visible_if=TAKEN, sdtm="LB.LBFAST", cdash="LBFAST")
    timing = Choice(
        "Time point of the sample", "LABTIME", required=True, visible_if=both(TAKEN, when("visit.kind", "A1", "A2")),
        sdtm="LB.LBTPT",
    )  # fmt: skip
    accession = Text("Accession number", 40, visible_if=TAKEN, sdtm="LB.LBREFID", cdash="LBREFID")
    panel = MultiChoice("Panels", "PANEL", required=True, visible_if=TAKEN, sdtm="LB.LBCAT")
    on_anticoagulant = YesNo(
        "Anticoagulant when the sample was taken", derived=True, visible_if=when("panel", "COAG")
    )

    class Result(Group, oid="RESULT", title="Results"):
        """One result; panel and test together identify it."""

        panel = Choice("Panel", "PANEL", required=True, verify=False, sdtm="LB.LBCAT; LB.LBSPEC")
        test = Choice("Test", "LBTESTCD", required=True, sdtm="LB.LBTESTCD; LB.LBTEST", cdash="LBTEST")
        # GEN-07 asks for the name only: its condition stands alone, that of the code does not.
        other_code = Text(
            "Other test: the laboratory's code", 8, required=True, visible_if=both(OTHER),
            sdtm="LB.LBTESTCD",
        )  # fmt: skip
        other_name = Text(
            "Other test: name", 40, required=True, visible_if=OTHER, sdtm="LB.LBTEST"
        )
        row_status = Choice("Done / not done", "DONESTAT", required=True, sdtm="LB.LBSTAT")
        qualifier = Choice("< or >", "LTGT", visible_if=NUMERIC, sdtm="LB.LBORRES")
        value = Decimal(
            "Result as reported", 12, 4, required=True, visible_if=NUMERIC, sdtm="LB.LBORRES", cdash="LBORRES"
        )
        value_code = Choice(
            "Result as reported, dipstick", "URINEGRADE", required=True, visible_if=DIPSTICK, sdtm="LB.LBORRES"
        )
        value_text = Text(
            "Result in words", 40, visible_if=DONE, sdtm="LB.LBORRES",
            help="When the laboratory reports no number, such as 'haemolysed'; then say why the number is missing.",
        )  # fmt: skip
        unit = Choice(
            "Unit as reported", "UNIT", required=True, open_list=True, visible_if=WITH_UNIT, sdtm="LB.LBORRESU",
            cdash="LBORRESU",
        )  # fmt: skip
        lln = Decimal(
            "Lower limit of normal", 12, 4, signed=True, derived=True, editable=True, visible_if=NUMERIC,
            sdtm="LB.LBORNRLO", help="From the laboratory's table; type it when the printout says otherwise.",
        )  # fmt: skip
        uln = Decimal(
            "Upper limit of normal", 12, 4, signed=True, derived=True, editable=True, visible_if=NUMERIC,
            sdtm="LB.LBORNRHI",
        )  # fmt: skip
        range_basis = Text("What the normal range was looked up for", 160, derived=True)
        std_value = Decimal("Standard value", 24, 12, signed=True, derived=True, sdtm="LB.LBSTRESN; LB.LBSTRESC")
        std_unit = Text("Standard unit", 20, derived=True, sdtm="LB.LBSTRESU")
        indicator = Choice("Indicator", "NRIND", derived=True, sdtm="LB.LBNRIND")
        baseline_value = Decimal("Baseline, in the unit of the result", 24, 12, signed=True, derived=True)
        baseline_indicator = Choice("Indicator of the baseline", "NRIND", derived=True)
        ctcae_grade = Integer("CTCAE v5.0 grade", derived=True, digits=1, sdtm="LB.LBTOXGR")
        ctcae_term = Text("CTCAE v5.0 term", 120, derived=True, sdtm="LB.LBTOX")
        ctcae_rule = Text("CTCAE v5.0 rule", 80, derived=True)
        ctcae_words = Text("How the CTCAE v5.0 grade was found", 800, derived=True)
        symptomatic = YesNo("Symptoms, when the grade depends on them", visible_if=DONE, sdtm="SUPPLB.LBSYMP")
        clinical_significance = Choice(
            "Clinical significance", "CLSIG", required=True, visible_if=when("indicator", "LOW", "HIGH", "ABNORMAL"),
            sdtm="LB.LBCLSIG", cdash="LBCLSIG",
        )  # fmt: skip
        ncs_reason = Text(
            "Why a severe result is not significant", 200, sdtm="SUPPLB.LBNCSRS",
            visible_if=both(when("clinical_significance", "NCS"), when("ctcae_grade", *map(str, SEVERE))),
        )  # fmt: skip
        ae_ref = Reference("Linked adverse event", "AE", visible_if=DONE, sdtm="RELREC")

        derive_std_value = values.derive_std_value
        derive_std_unit = values.derive_std_unit
        derive_lln = limits.derive_lln
        derive_uln = limits.derive_uln
        derive_basis = limits.derive_basis
        derive_indicator = values.derive_indicator
        derive_baseline = grading.derive_baseline
        derive_baseline_indicator = grading.derive_baseline_indicator
        derive_grade = grading.derive_grade
        derive_term = grading.derive_term
        derive_rule = grading.derive_rule
        derive_words = grading.derive_words
        value_is_plausible = values.value_is_plausible
        qualifier_has_number = values.qualifier_has_number
        fits_its_unit = values.fits_its_unit
        has_range = limits.has_range
        limits_are_in_order = limits.limits_are_in_order
        agrees_with_table = limits.agrees_with_table

        @check("GEN-06", DOUBLE, on="self panel test rows:RESULT", target="test")
        def is_no_double(row: Row, panel: str, code: str, rows: Sequence[Row]) -> Fail | None:
            """A test stands once in a sample."""
            key = panel, code, row.other_code
            twin = next((r for r in rows if r.number < row.number and (r.panel, r.test, r.other_code) == key), None)
            return fail(n=row.number, m=twin.number, key=name_of(row)) if twin else None

    derive_anticoagulant = grading.derive_anticoagulant
    severe_result_has_event = events.severe_result_has_event
    significant_result_has_event = events.significant_result_has_event
    direct_is_part_of_total = values.direct_is_part_of_total
    differential_is_part_of_leukocytes = values.differential_is_part_of_leukocytes

    @check("GEN-06", DOUBLE, on="self accession all:LAB", target="accession")
    def is_no_double(sample: Record, accession: str, samples: Sequence[Record]) -> Fail | None:
        """An accession number of a laboratory stands on one sample only."""
        twin = earlier_twin(sample, samples, lambda r: (r.lab, r.accession) if r.accession else None)
        return fail(n=_line(sample), m=_line(twin), key=f"accession {accession}") if twin else None


def _line(sample: Record) -> str:
    return f"{sample.number} ({sample.visit.oid})" if sample.visit else str(sample.number)
