"""The view objects of a sheet of results: panels with a line per test, around a general form page."""

from __future__ import annotations

from decimal import Decimal

from edc.labs.grades import EventsOfDay
from edc.labs.reading import FIRST_OTHER, NONE, key_of
from edc.labs.sheet_views import PanelView, ResultLine, SheetPage
from edc.records.page import MISSING_OPTIONS, FormPage, control_id
from edc.records.page_views import ItemView, RowView
from forms.dictionaries.lab_tests import LabTest
from forms.lab_sheets import (
    PANEL_LABELS,
    SHOWN_SIGNS,
    LabSheet,
    earlier_results,
    has_unit,
    own_units,
    range_in_force,
)
from forms.views import Record, Row, SubjectView

FLAGS = {"LOW": ("L", "down", "low"), "HIGH": ("H", "up", "high"), "ABNORMAL": ("A", "warn", "abnormal")}


class SheetBuilder:
    """Makes a sheet from a form page, the participant and the earlier samples."""

    def __init__(self, sheet: LabSheet, page: FormPage, subject: SubjectView) -> None:
        self.sheet, self.page, self.subject = sheet, page, subject
        self.record: Record = page.entry.view
        self.oid = sheet.group.oid
        group = next(group for group in page.groups if group.oid == self.oid)
        self.rows = {row.key: row for row in group.rows}
        self.results = sheet.results(self.record)
        samples = subject.load(sheet.crf.oid)
        self.baseline, self.previous = earlier_results(sheet, self.record, samples, subject.c1d1)
        self.grades = EventsOfDay(sheet, page, subject)
        self.own = own_units(subject.site["ranges"]) if page.viewer.may_enter else {}

    def build(self) -> SheetPage:
        """The whole sheet."""
        chosen, due = self._chosen(), self.sheet.panels_due(self.record)
        panels = [self._panel(code, label, chosen, due) for code, label in PANEL_LABELS.items()]
        if not self.page.viewer.may_enter:
            panels = [panel for panel in panels if panel.has_results or panel.is_chosen]
        return SheetPage(
            self.sheet, self.page, self.page.items, sorted(panels, key=lambda panel: not panel.is_chosen),
            self._others(),
            {lab: {f"{p}.{t}": unit for (p, t), unit in tests.items()} for lab, tests in self.own.items()},
        )  # fmt: skip

    def _chosen(self) -> set[str]:
        typed = self.page.typed.fields.get(self.sheet.panels)
        stored: tuple[str, ...] = self.record.value(self.sheet.panels) or ()
        return set(typed if typed is not None else stored)

    def _panel(self, code: str, label: str, chosen: set[str], due: list[str]) -> PanelView:
        lines = [self._line(test) for test in self.sheet.tests if test.panel == code]
        if not self.page.viewer.may_enter:
            lines = [line for line in lines if line.is_stored]
        name = f"{NONE}{code}"
        none = self.page.typed.text(name) or ""
        is_typed = any(line.text or line.error for line in lines)
        return PanelView(
            code,
            label,
            lines,
            code in due,
            code in chosen or is_typed or any(line.is_stored for line in lines),
            name,
            none,
        )

    def _line(self, test: LabTest) -> ResultLine:
        stored = self.results.get((test.panel, test.code))
        key = str(stored.number) if stored else key_of(self.sheet, test)
        line = self._make(key, stored, test, test.name)
        line.baseline = self.baseline.get((test.panel, test.code))
        line.previous = self.previous.get((test.panel, test.code))
        return line

    def _others(self) -> list[ResultLine]:
        """Results of tests that are not on the sheet, those being typed, and one to be added."""
        found = []
        for row in self.sheet.others(self.record):
            name = row.value(self.sheet.other_name) or "Other test"
            found.append(self._make(str(row.number), row, None, name))
        if not self.page.viewer.may_enter:
            return found
        typed = sorted(key for key in self.rows if key.startswith("new") and int(key[3:]) >= FIRST_OTHER)
        following = max((int(key[3:]) + 1 for key in typed), default=FIRST_OTHER)
        return found + [self._make(key, None, None, "Other test") for key in (*typed, f"new{following}")]

    def _make(self, key: str, stored: Row | None, test: LabTest | None, name: str) -> ResultLine:
        sheet, prefix = self.sheet, f"{self.oid}.{key}."
        row = self.rows.get(key)
        result = sheet.result_item(test)
        line = ResultLine(key, prefix, name, result, control_id(prefix + result), stored is not None)
        line.items = {view.name: view for view in row.items} if row else {}
        line.main = line.items.get(result)
        line.text = self._text(line, prefix, result)
        line.missing = self._missing(line, prefix, stored)
        line.error = self._error(line, prefix)
        line.test_key = f"{test.panel}.{test.code}" if test else ""
        if test is not None and result == sheet.code:
            line.options = sheet.grades(test)
        self._add_unit(line, test, stored)
        self._add_judgement(line, test, stored)
        self._add_details(line, test, stored)
        if stored is not None:
            line.shown, line.no_result = sheet.shown_result(stored), self._no_result(stored, result)
            line.reason = self.page.typed.text(f"{prefix}{result}.reason") or ""
            line.needs_reason = not line.reason and any(view.needs_reason for view in line.items.values())
        return line

    def _text(self, line: ResultLine, prefix: str, result: str) -> str:
        """What stands in the control: as typed, else the result composed as a person types it."""
        sheet, typed = self.sheet, self.page.typed
        if f"{prefix}{result}" in typed.fields and result == sheet.code:
            return typed.text(f"{prefix}{result}") or ""
        names = (sheet.value, sheet.qualifier, sheet.words)
        views = {name: line.items[name].value_text if name in line.items else "" for name in names}
        if result == sheet.code:
            return line.main.value_text if line.main else ""
        value = typed.text(f"{prefix}{sheet.value}")
        if value is not None:
            sign = typed.text(f"{prefix}{sheet.qualifier}") or ""
            words = typed.text(f"{prefix}{sheet.words}") or ""
            return f"{SHOWN_SIGNS.get(sign, '')}{value}" if value else words
        sign = SHOWN_SIGNS.get(views[sheet.qualifier], "")
        return f"{sign}{views[sheet.value]}" if views[sheet.value] else views[sheet.words]

    def _missing(self, line: ResultLine, prefix: str, stored: Row | None) -> str:
        typed = self.page.typed.text(f"{prefix}{line.result}.missing")
        status = self.page.typed.text(f"{prefix}{self.sheet.status}")
        if typed or status == self.sheet.not_done:
            return typed or self.sheet.not_done
        if typed is not None and status is None:
            return typed
        if stored is not None and stored.value(self.sheet.status) == self.sheet.not_done:
            return self.sheet.not_done
        return stored.answer(line.result).missing or "" if stored is not None else ""

    def _error(self, line: ResultLine, prefix: str) -> str:
        sentences = self.page.typed.sentences
        return next((sentence for path, sentence in sentences.items() if path.startswith(prefix)), "")

    def _no_result(self, stored: Row, result: str) -> str:
        """Why there is no result, in words."""
        if stored.value(self.sheet.status) == self.sheet.not_done:
            return dict(MISSING_OPTIONS)[self.sheet.not_done]
        missing = stored.answer(result).missing
        return dict(MISSING_OPTIONS).get(missing, "") if missing else ""

    def _add_unit(self, line: ResultLine, test: LabTest | None, stored: Row | None) -> None:
        """The accepted units; the laboratory's own one stands ready for a test without a result."""
        sheet = self.sheet
        line.has_unit = line.result == sheet.value and (test is None or has_unit(test))
        if not line.has_unit:
            return
        line.unit_name = f"{line.prefix}{sheet.unit}"
        typed = self.page.typed.fields.get(f"{line.prefix}{sheet.unit}")
        kept = stored.value(sheet.unit) or "" if stored else ""
        line.unit = next((text for text in reversed(typed) if text.strip()), "") if typed is not None else kept
        if stored is None and typed is None and test is not None:
            lab = self.page.typed.text(sheet.laboratory) or self.record.value(sheet.laboratory) or ""
            line.unit = self.own.get(lab, {}).get((test.panel, test.code), "")
        line.units = [unit for unit in (test.units if test else ()) if unit]
        if line.unit and line.unit not in line.units:
            line.units.append(line.unit)

    def _add_judgement(self, line: ResultLine, test: LabTest | None, stored: Row | None) -> None:
        """The range that counts on the day of the sample, the flag, and the standard value."""
        sheet = self.sheet
        if stored is not None:
            low, high = (stored.value(name) for name in sheet.limits)
            line.flag = FLAGS.get(stored.value(sheet.indicator) or "")
            value, unit = (stored.value(name) for name in sheet.standard)
            if value is not None and unit != stored.value(sheet.unit):
                line.standard = f"{plain(value)} {unit}".strip()
            line.grade = self.grades.view_of(stored, is_flagged=line.flag is not None)
            origins = {stored.answer(name).origin for name in sheet.limits if stored.answer(name).is_given}
            line.range_note = "as typed" if origins - {"derived"} else ""
            has_result = line.result == sheet.value and stored.value(sheet.value) is not None
            line.range_text = range_words(low, high) or ("no range" if has_result else "")
        elif test is not None and line.result == sheet.value:
            line.range_text = range_words(*range_in_force(sheet, self.record, self.subject, test, line.unit))

    def _add_details(self, line: ResultLine, test: LabTest | None, stored: Row | None) -> None:
        sheet, may_enter = self.sheet, self.page.viewer.may_enter
        if test is None:
            line.names = [line.items[n] for n in (sheet.other_name, sheet.other_code) if n in line.items]
        if stored is None:
            if test is None and may_enter:
                line.names = self._blank_names(line)
            return
        view = line.items.get(sheet.significance)
        if view is not None and (view.has_answer or line.flag):
            line.significance = view
        if line.result == sheet.value and stored.value(sheet.status) == sheet.done:
            line.limits = [line.items[name] for name in sheet.limits if name in line.items]
        details = [line.items[name] for name in sheet.details if name in line.items]
        offered = sheet.details_of(stored) if line.flag and may_enter else ()
        line.details = [one for one in details if one.name in offered or one.has_answer or one.error]

    def _blank_names(self, line: ResultLine) -> list[ItemView]:
        """Name and code of a test to be added, with what was typed."""
        group = next(group for group in self.page.groups if group.oid == self.oid)
        blank: RowView | None = self.rows.get(line.key) or group.blank
        wanted = (self.sheet.panel, self.sheet.other_name, self.sheet.other_code)
        found = []
        for view in blank.items if blank else ():
            if view.name in wanted:
                path = f"{line.prefix}{view.name}"
                found.append(
                    ItemView(
                        view.name,
                        control_id(path),
                        view.label,
                        view.kind,
                        prefix=line.prefix,
                        options=view.options,
                        value_text=self.page.typed.text(path) or "",
                        width=view.width,
                    )
                )
        return sorted(found, key=lambda view: wanted.index(view.name))


def range_words(low: Decimal | None, high: Decimal | None) -> str:
    """`7 to 40`, `up to 5`, `from 60`."""
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {high}"
    return f"{low} to {high}" if high is not None else f"from {low}"


def plain(number: Decimal) -> str:
    """An exact number without superfluous zeros."""
    return format(number.normalize(), "f")
