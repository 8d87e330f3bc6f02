"""Laboratory (SDTM LB): one record per sample, its results as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal as Number
from typing import Any

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import Condition, both, either, when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.derive.dates import age_range, earliest
from forms.derive.labs import (
    RangeRow,
    Sample,
    dipstick_indicator,
    indicator,
    select_range,
    standard_result,
)
from forms.dictionaries.lab_tests import LAB_TESTS, PANELS, Kind, LabTest, better_unit, find_test, is_plausible
from forms.items import Choice, DateTime, Decimal, Integer, MultiChoice, Reference, SiteChoice, Text, YesNo
from forms.views import Record, Row

DONE = when("row_status", "DONE")
TAKEN = when("performed", "Y")
DIFFERENTIAL = ("NEUT", "LYM", "MONO", "EOS", "BASO")
DIFFERENTIAL_TOLERANCE = Number("1.05")


def _asked_of(belongs: Callable[[LabTest], bool]) -> list[Condition]:
    """One condition a panel: the result is of one of its tests that belong."""
    codes = {panel: [t.code for t in LAB_TESTS if t.panel == panel and belongs(t)] for panel in PANELS}
    return [both(when("panel", panel), when("test", *listed)) for panel, listed in codes.items() if listed]


def _needs_unit(test: LabTest) -> bool:
    return any(unit not in ("", "RATIO") for unit in test.units)


OTHER = when("test", "OTHER")
NUMERIC = both(DONE, either(OTHER, *_asked_of(lambda test: test.kind is Kind.NUMERIC)))
WITH_UNIT = both(DONE, either(OTHER, *_asked_of(_needs_unit)))
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
        ctcae_grade = Integer("CTCAE v5.0 grade", derived=True, digits=1, sdtm="LB.LBTOXGR")
        ctcae_term = Text("CTCAE v5.0 term", 120, derived=True, sdtm="LB.LBTOX")
        symptomatic = YesNo("Symptoms, when the grade depends on them", visible_if=DONE, sdtm="SUPPLB.LBSYMP")
        clinical_significance = Choice(
            "Clinical significance", "CLSIG", required=True, visible_if=when("indicator", "LOW", "HIGH", "ABNORMAL"),
            sdtm="LB.LBCLSIG", cdash="LBCLSIG",
        )  # fmt: skip
        ae_ref = Reference("Linked adverse event", "AE", visible_if=DONE, sdtm="RELREC")

        @derive("DER-13", "std_value", on="row_status panel test value unit?")
        def derive_std_value(status: str, panel: str, code: str, value: Number, unit: str | None) -> Number | None:
            """The result times the factor of its unit."""
            standard = _standard(status, panel, code, value, unit)
            return standard[0] if standard else None

        @derive("DER-13", "std_unit", on="row_status panel test value unit?")
        def derive_std_unit(status: str, panel: str, code: str, value: Number, unit: str | None) -> str | None:
            """The unit of the standard value."""
            standard = _standard(status, panel, code, value, unit)
            return standard[1] if standard else None

        @derive("NRANGE", "lln", on="self panel test record.lab record.sample_dt site.ranges DM.sex? DM.birth_date?")
        def derive_lln(row: Row, *looked_up: Any) -> Number | None:
            """The lower limit valid on the sample date; kept while what it was looked up for stays the same."""
            return row.lln if _is_snapshot(row, *looked_up) else _limits(row, *looked_up)[0]

        @derive("NRANGE", "uln", on="self panel test record.lab record.sample_dt site.ranges DM.sex? DM.birth_date?")
        def derive_uln(row: Row, *looked_up: Any) -> Number | None:
            """The upper limit valid on the sample date; kept while what it was looked up for stays the same."""
            return row.uln if _is_snapshot(row, *looked_up) else _limits(row, *looked_up)[1]

        @derive(
            "NRANGE", "range_basis",
            on="self panel test record.lab record.sample_dt site.ranges DM.sex? DM.birth_date? lln? uln?",
        )  # fmt: skip
        def derive_basis(row: Row, *looked_up: Any) -> str:
            """Laboratory, test, unit, person and day of the look-up, and whether it found nothing."""
            *looked_up_for, lln, uln = looked_up
            return _basis(row, *looked_up_for) + ("; no range" if lln is None and uln is None else "")

        @derive("DER-13", "indicator", on="row_status value? value_code? qualifier? lln? uln?")
        def derive_indicator(
            status: str, value: Number | None, code: str | None, qualifier: str | None, *limits: Number | None
        ) -> str | None:
            """Low, normal, high or abnormal against the range beside the result, in the reported unit."""
            if status != "DONE":
                return None
            lln, uln = limits
            return dipstick_indicator(code) if value is None else indicator(value, qualifier, lln=lln, uln=uln)

        @check(
            "LB-01", "{name} {x} = {std}, outside {lo}-{hi}. Check decimal point and unit.",
            on="panel test value unit? std_value std_unit", target="value", yields_to="LB-02",
        )  # fmt: skip
        def value_is_plausible(
            panel: str, code: str, value: Number, unit: str | None, std: Number, std_unit: str
        ) -> Fail | None:
            """The standard value lies in the plausible range of the test."""
            test = find_test(panel, code)
            if test is None or is_plausible(test, std):
                return None
            measured, standard = _measure(value, unit), _measure(std, std_unit)
            return fail(name=test.name, x=measured, std=standard, lo=test.lo, hi=test.hi)

        @check(
            "LB-01", "'{sign}' belongs to a number, and {test} has none.", on="self test qualifier", target="qualifier"
        )
        def qualifier_has_number(row: Row, _: str, qualifier: str) -> Fail | None:
            """A sign stands with a number only."""
            return fail(sign={"LT": "<", "GT": ">"}[qualifier]) if row.value("value") is None else None

        @check(
            "LB-02", "{name} {x} {u} is unusual, but {x} {better} would be normal. Is the unit right?",
            on="panel test value unit", target="value",
        )  # fmt: skip
        def fits_its_unit(panel: str, code: str, value: Number, unit: str) -> Fail | None:
            """No other accepted unit would make an implausible value plausible."""
            test = find_test(panel, code)
            better = better_unit(test, value, unit) if test and test.kind is Kind.NUMERIC else None
            return fail(name=test.name, x=value, u=unit, better=better) if test and better else None

        @check(
            "LB-03", "No normal range for {name} at {lab} on {x}. Grades and eligibility cannot be calculated "
            "until it is added.", on="self row_status panel test value record.lab record.sample_dt", target="lln",
        )  # fmt: skip
        def has_range(
            row: Row, status: str, panel: str, code: str, _: Number, lab: str, sample_dt: str
        ) -> Fail | None:
            """A result of a listed test has a range, from the table or typed."""
            test = find_test(panel, code)
            is_waiting = test is None or status != "DONE" or (row.unit is None and _needs_unit(test))
            if is_waiting or row.lln is not None or row.uln is not None:
                return None
            assert test is not None
            return fail(name=test.name, lab=lab, x=sample_dt[:10])

        @check("LB-03", "Lower limit {lln} is not below upper limit {uln}.", on="lln uln")
        def limits_are_in_order(lln: Number, uln: Number) -> bool:
            """The lower limit lies below the upper."""
            return lln < uln

        @check(
            "LB-03", "The range {a} of {name} differs from the laboratory's table: {b}.",
            on="self panel test record.lab record.sample_dt site.ranges DM.sex? DM.birth_date?", target="lln",
        )  # fmt: skip
        def agrees_with_table(row: Row, *looked_up: Any) -> Fail | None:
            """Limits that were typed, or taken before the table changed, agree with the table."""
            table, own = _limits(row, *looked_up), (row.lln, row.uln)
            if own in (table, (None, None)) or table == (None, None):
                return None
            test = find_test(row.panel, row.test)
            return fail(name=test.name if test else row.test, a=_range_words(*own), b=_range_words(*table))

        @check("GEN-06", DOUBLE, on="self panel test rows:RESULT", target="test")
        def is_no_double(row: Row, panel: str, code: str, rows: Sequence[Row]) -> Fail | None:
            """A test stands once in a sample."""
            key = panel, code, row.other_code
            twin = next((r for r in rows if r.number < row.number and (r.panel, r.test, r.other_code) == key), None)
            return fail(n=row.number, m=twin.number, key=_name_of(row)) if twin else None

    @check("LB-13", "Direct bilirubin {a} is above total {b}.", on="rows:RESULT", target="panel")
    def direct_is_part_of_total(rows: Sequence[Row]) -> Fail | None:
        """Direct bilirubin is not above the total of the same sample."""
        results = _standard_results(rows)
        direct, total = results.get(("CHEM", "BILDIR")), results.get(("CHEM", "BILI"))
        if direct is None or total is None or direct.qualifier == "LT" or total.qualifier == "GT":
            return None
        if direct.std_value <= total.std_value:
            return None
        shown = [_measure(row.value("value"), row.unit) for row in (direct, total)]
        return fail("value", direct, a=shown[0], b=shown[1])

    @check("LB-13", "Differential counts add up to {a}, more than leukocytes {b}.", on="rows:RESULT", target="panel")
    def differential_is_part_of_leukocytes(rows: Sequence[Row]) -> Fail | None:
        """The differential counts add up to at most 1.05 times the leukocytes; '<' counts as nothing."""
        results = _standard_results(rows)
        total = results.get(("HEM", "WBC"))
        parts = [results[key] for code in DIFFERENTIAL if (key := ("HEM", code)) in results]
        added = sum((part.std_value for part in parts if part.qualifier != "LT"), Number(0))
        if total is None or total.qualifier == "GT" or added <= DIFFERENTIAL_TOLERANCE * total.std_value:
            return None
        return fail("value", total, a=_measure(added, total.std_unit), b=_measure(total.std_value, total.std_unit))

    @check("GEN-06", DOUBLE, on="self accession all:LAB", target="accession")
    def is_no_double(sample: Record, accession: str, samples: Sequence[Record]) -> Fail | None:
        """An accession number of a laboratory stands on one sample only."""
        twin = earlier_twin(sample, samples, lambda r: (r.lab, r.accession) if r.accession else None)
        return fail(n=_line(sample), m=_line(twin), key=f"accession {accession}") if twin else None


def _standard(status: str, panel: str, code: str, value: Number, unit: str | None) -> tuple[Number, str] | None:
    test = find_test(panel, code)
    if test is None or test.kind is not Kind.NUMERIC or status != "DONE":
        return None
    result = standard_result(test, value, unit)
    return (result.value, result.unit) if result else None


def _basis(
    row: Row, panel: str, code: str, lab: str, sample_dt: str, _: object, sex: str | None, birth: str | None
) -> str:  # fmt: skip
    age = age_range(birth, earliest(sample_dt))[0] if birth else None
    person = f"{sex or 'sex unknown'}, {'age unknown' if age is None else age}"
    return f"{lab}; {panel} {code}; {row.unit or 'no unit'}; {person}; {sample_dt[:10]}"


def _is_snapshot(row: Row, *looked_up: Any) -> bool:
    """Whether the limits beside the result were found by just this look-up: a later table does not edit them."""
    return bool(row.range_basis == _basis(row, *looked_up))


def _limits(
    row: Row, panel: str, code: str, lab: str, sample_dt: str, ranges: Sequence[RangeRow], sex: str | None,
    birth: str | None,
) -> tuple[Number | None, Number | None]:  # fmt: skip
    """The limits of the table in force."""
    test, on = find_test(panel, code), earliest(sample_dt)
    if test is None or row.row_status != "DONE":
        return None, None
    age = age_range(birth, on)[0] if birth else None
    found = select_range(ranges, test, row.unit or test.std_unit, Sample(lab, on, sex, age))
    return (found.lln, found.uln) if found else (None, None)


def _standard_results(rows: Sequence[Row]) -> Mapping[tuple[str, str], Row]:
    return {(row.panel, row.test): row for row in rows if row.std_value is not None}


def _measure(value: Number, unit: str | None) -> str:
    plain = format(value.normalize(), "f")
    return f"{plain} {unit}" if unit else plain


def _range_words(lln: Number | None, uln: Number | None) -> str:
    if lln is None or uln is None:
        return f"up to {uln}" if lln is None else f"from {lln}"
    return f"{lln}-{uln}"


def _name_of(row: Row) -> str:
    test = find_test(row.panel, row.test)
    return test.name if test else (row.other_name or row.test)


def _line(sample: Record) -> str:
    return f"{sample.number} ({sample.visit.oid})" if sample.visit else str(sample.number)
