"""The normal range beside a result: looked up once, kept, and compared with the table (LB-03)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as Number
from typing import Any

from forms.crf import Fail, check, derive, fail
from forms.derive.dates import age_range, earliest
from forms.derive.labs import RangeRow, Sample, select_range
from forms.dictionaries.lab_tests import LabTest, find_test
from forms.views import Row


def needs_unit(test: LabTest) -> bool:
    """Whether a result of the test is nothing without its unit."""
    return any(unit not in ("", "RATIO") for unit in test.units)


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


@check(
    "LB-03", "No normal range for {name} at {lab} on {x}. Grades and eligibility cannot be calculated "
    "until it is added.", on="self row_status panel test value record.lab record.sample_dt", target="lln",
)  # fmt: skip
def has_range(
    row: Row, status: str, panel: str, code: str, _: Number, lab: str, sample_dt: str
) -> Fail | None:
    """A result of a listed test has a range, from the table or typed."""
    test = find_test(panel, code)
    is_waiting = test is None or status != "DONE" or (row.unit is None and needs_unit(test))
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


def _range_words(lln: Number | None, uln: Number | None) -> str:
    if lln is None or uln is None:
        return f"up to {uln}" if lln is None else f"from {lln}"
    return f"{lln}-{uln}"
