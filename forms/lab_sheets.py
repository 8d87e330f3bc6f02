"""Which form is a sheet of laboratory results: the items that its screen shows and fills, tests, units and ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms import schedule
from forms.crf import CRF, Group
from forms.crfs.laboratory import Laboratory
from forms.derive.dates import age_range, earliest
from forms.derive.lab_grades import SEVERE, depends_on_symptoms
from forms.derive.labs import RangeRow, Sample, select_range
from forms.dictionaries.lab_tests import LAB_TESTS, PANELS, Kind, LabTest, find_test
from forms.items import Item
from forms.reading import display
from forms.views import Record, Row, SubjectView

SIGNS = {"<": "LT", ">": "GT"}
SHOWN_SIGNS = {code: sign for sign, code in SIGNS.items()}


@dataclass(frozen=True)
class LabSheet:
    """One CRF that is filled in as a sheet: rows of tests, panel by panel.

    `laboratory`, `sampled` and `panels` are items of the record, all others of a result. `grade` has the items of grade
    and term, `found` those of rule and words. `details` are what only some results need: symptoms, why a severe result
    is not significant, the linked event.
    """

    crf: type[CRF]
    group: type[Group]
    laboratory: str
    sampled: str
    panels: str
    panel: str
    test: str
    other: str
    other_name: str
    other_code: str
    status: str
    done: str
    not_done: str
    qualifier: str
    value: str
    code: str
    words: str
    unit: str
    limits: tuple[str, str]
    standard: tuple[str, str]
    indicator: str
    grade: tuple[str, str]
    found: tuple[str, str]
    event: str
    significance: str
    symptoms: str
    reason: str
    details: tuple[str, ...]

    @property
    def tests(self) -> Sequence[LabTest]:
        """The fixed tests in the order of the sheet."""
        return LAB_TESTS

    def item(self, name: str) -> Item:
        """An item of the results."""
        return self.group.items[name]

    def result_item(self, test: LabTest | None) -> str:
        """The item that holds the result of a test: a number, or a grade of a dipstick."""
        return self.value if test is None or test.kind is Kind.NUMERIC else self.code

    def grades(self, test: LabTest) -> list[tuple[str, str]]:
        """What the result of a dipstick may be."""
        options = getattr(self.item(self.code), "options", [])
        few = ("NEGATIVE", "POSITIVE")
        return [(v, label) for v, label in options if (v in few) == (test.kind is Kind.NEGPOS) or v == few[0]]

    def test_of(self, row: Row) -> LabTest | None:
        """The fixed test of a result, None for another one."""
        panel, code = row.value(self.panel), row.value(self.test)
        return find_test(panel, code) if panel and code else None

    def results(self, record: Record) -> dict[tuple[str, str], Row]:
        """The results of fixed tests by panel and test."""
        return {(t.panel, t.code): row for row in record.rows(self.group.oid) if (t := self.test_of(row))}

    def others(self, record: Record) -> list[Row]:
        """The results of tests that are not on the sheet."""
        return [row for row in record.rows(self.group.oid) if self.test_of(row) is None]

    def panels_due(self, record: Record) -> list[str]:
        """The panels that the schedule expects at the visit."""
        kind = record.visit.kind if record.visit else ""
        return [due.panel for due in schedule.PANELS_BY_VISIT.get(kind, ())]

    def shown_result(self, row: Row | None) -> str:
        """A result with its unit as reported: `<0.2 mg/dL`, `haemolysed`, `2+`."""
        if row is None or row.value(self.status) != self.done:
            return ""
        value = row.value(self.value)
        if value is None:
            return row.value(self.words) or display(self.item(self.code), row.value(self.code))
        sign = SHOWN_SIGNS.get(row.value(self.qualifier) or "", "")
        return f"{sign}{display(self.item(self.value), value)} {row.value(self.unit) or ''}".strip()

    def name_of(self, row: Row) -> str:
        """The name of the test of a result."""
        test = self.test_of(row)
        return test.name if test else (row.value(self.other_name) or row.value(self.test))

    def details_of(self, row: Row) -> tuple[str, ...]:
        """The details that a result asks for: symptoms where a grade depends on them, a reason of a severe one."""
        test, left_out = self.test_of(row), set()
        if test is None or not depends_on_symptoms(test.panel, test.code):
            left_out.add(self.symptoms)
        if row.value(self.grade[0]) not in SEVERE:
            left_out.add(self.reason)
        return tuple(name for name in self.details if name not in left_out)

    def may_be_event(self, row: Row, record: Record, first_dose: dt.date | None) -> bool:
        """Whether a result has a grade and was taken on or after the day of the first dose."""
        day, grade = self.day_of(record), row.value(self.grade[0])
        return bool(grade) and day is not None and first_dose is not None and day >= first_dose

    def day_of(self, record: Record) -> dt.date | None:
        """The day of a sample."""
        at = record.value(self.sampled)
        return dt.date.fromisoformat(at[:10]) if at else None


def has_unit(test: LabTest) -> bool:
    """Whether results of a test are reported with a unit; a ratio has none."""
    return any(unit not in ("", "RATIO") for unit in test.units)


@dataclass(frozen=True)
class Earlier:
    """An earlier result of a test with its day."""

    text: str
    day: dt.date


def earlier_results(
    sheet: LabSheet, record: Record, samples: Iterable[Record], before: dt.date | None
) -> tuple[dict[tuple[str, str], Earlier], dict[tuple[str, str], Earlier]]:
    """The last result of each test before a day (the baseline), and the last one before this sample."""
    at = record.value(sheet.sampled) or "9"
    baseline: dict[tuple[str, str], Earlier] = {}
    previous: dict[tuple[str, str], Earlier] = {}
    dated = [(sample.value(sheet.sampled), sample) for sample in samples if sample.uid != record.uid]
    for moment, sample in sorted(((m, s) for m, s in dated if m and m < at), key=lambda pair: str(pair[0])):
        day = dt.date.fromisoformat(moment[:10])
        for key, row in sheet.results(sample).items():
            if text := sheet.shown_result(row):
                previous[key] = Earlier(text, day)
                if before is not None and day < before:
                    baseline[key] = previous[key]
    return baseline, previous


def own_units(ranges: Iterable[RangeRow]) -> Mapping[str, Mapping[tuple[str, str], str]]:
    """The unit in which each laboratory reports a test, where all its ranges name one and the same."""
    found: dict[str, dict[tuple[str, str], set[str]]] = {}
    for row in ranges:
        for test in LAB_TESTS:
            if test.code == row.test and row.panel in ("", test.panel):
                found.setdefault(row.lab, {}).setdefault((test.panel, test.code), set()).add(row.unit)
    return {
        lab: {key: next(iter(units)) for key, units in tests.items() if len(units) == 1}
        for lab, tests in found.items()
    }


def range_in_force(
    sheet: LabSheet, record: Record, subject: SubjectView, test: LabTest, unit: str
) -> tuple[Decimal | None, Decimal | None]:
    """The limits that a result of this sample would be judged by now."""
    lab, at = record.value(sheet.laboratory), record.value(sheet.sampled)
    if not lab or not at:
        return None, None
    person = next(iter(subject.load(PERSON[0])), None)
    sex, birth = (person.value(PERSON[1]), person.value(PERSON[2])) if person else (None, None)
    on = earliest(at)
    age = age_range(birth, on)[0] if birth else None
    found = select_range(subject.site["ranges"], test, unit or test.std_unit, Sample(lab, on, sex, age))
    return (found.lln, found.uln) if found else (None, None)


PERSON = ("DM", "sex", "birth_date")
SHEET = LabSheet(
    crf=Laboratory, group=Laboratory.Result, laboratory="lab", sampled="sample_dt", panels="panel", panel="panel",
    test="test", other="OTHER", other_name="other_name", other_code="other_code", status="row_status", done="DONE",
    not_done="NOT DONE", qualifier="qualifier", value="value", code="value_code", words="value_text", unit="unit",
    limits=("lln", "uln"), standard=("std_value", "std_unit"), indicator="indicator",
    grade=("ctcae_grade", "ctcae_term"), found=("ctcae_rule", "ctcae_words"), event="ae_ref",
    significance="clinical_significance", symptoms="symptomatic", reason="ncs_reason",
    details=("symptomatic", "ncs_reason", "ae_ref"),
)  # fmt: skip

LAB_SHEETS: Sequence[LabSheet] = (SHEET,)
PANEL_LABELS: Mapping[str, str] = PANELS
