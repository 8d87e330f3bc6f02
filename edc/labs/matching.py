"""The rows of a file beside what a participant's records hold: new, the same, different, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edc.db import Session
from edc.labs.differences import IMPORTED, fill_head, find_removed, find_stored, head_difference, row_difference
from edc.labs.result_rows import ResultRow, RowFault
from edc.labs.samples import Line, Plan, Sample, State
from edc.records.book import Entry, SubjectBook
from edc.records.gates import may_enter_before_consent
from edc.records.holding import find_restriction
from edc.records.models import SIGNED, FormRecord
from edc.records.service import is_kept_at_visit, new_record
from edc.study.models import Visit
from forms.items import Answer
from forms.lab_sheets import SHEET
from forms.patch import RowPatch

ADMISSIONS = frozenset({"A1", "A2"})


class Matcher:
    """Compares rows with the records of one participant."""

    def __init__(self, session: Session, book: SubjectBook) -> None:
        self.session, self.book = session, book
        self.entries = book.entries(SHEET.crf.oid)
        self.plan = Plan()
        self._repeats: dict[str, int] = {}

    def compare(self, rows: Sequence[ResultRow]) -> Plan:
        """The plan for the rows of the participant, all of them readable."""
        for sample in self._samples(rows):
            self._compare(sample)
        return self.plan

    def refuse(self, row: int, test: str, fault: RowFault) -> None:
        """Note a row that is not taken."""
        self._note(row, test, State.REFUSED, fault.column, fault.sentence)

    def _note(self, row: int, test: str, state: State, column: str = "", sentence: str = "") -> None:
        self.plan.lines.append(Line(row, self.book.subject.code, test, state, column, sentence))

    def _samples(self, rows: Iterable[ResultRow]) -> list[Sample]:
        """The rows by sample; a row that contradicts the first of its sample is refused."""
        found: dict[tuple[str, ...], Sample] = {}
        numbered: dict[tuple[str, ...], ResultRow] = {}
        tests: dict[tuple[object, ...], ResultRow] = {}
        for row in rows:
            try:
                visit = self._visit_of(row)
                _refuse_mixture(numbered.setdefault((row.laboratory, visit.oid, row.sampled), row), row)
                key = (row.laboratory, row.accession or f"{visit.oid} {row.sampled}")
                _refuse_double(tests.setdefault((*key, *row.test_key), row), row)
                if key in found:
                    _refuse_contradiction(found[key], visit, row)
                    found[key].rows.append(row)
                else:
                    found[key] = Sample(visit, [row], self._record_of(visit, row, found.values()))
            except RowFault as fault:
                self.refuse(row.number, row.code, fault)
        return list(found.values())

    def _visit_of(self, row: ResultRow) -> Visit:
        """The visit that the row names, or the only one of the day of its sample."""
        kept = [visit for visit in self.book.visits if is_kept_at_visit(SHEET.crf, visit)]
        if row.visit:
            named = [visit for visit in kept if visit.oid == row.visit]
        else:
            named = [v for v in kept if v.visit_date and v.visit_date.isoformat() == row.sampled[:10]]
            named = named or [v for v in kept if v.window_from and v.window_to and _is_within(row.sampled, v)]
        if len(named) != 1:
            known = ", ".join(visit.oid for visit in kept)
            wanted = f"no visit {row.visit}" if row.visit else f"no single visit of {row.sampled[:10]}"
            raise RowFault("visit", f"The participant has {wanted}. Name one of {known}.")
        if "timing" in row.head and named[0].kind not in ADMISSIONS:
            raise RowFault("timing", "Only samples of treatment admissions have a time point. Empty the cell.")
        return named[0]

    def _record_of(self, visit: Visit, row: ResultRow, samples: Iterable[Sample]) -> FormRecord:
        """The record of the sample, one that nobody has filled in yet, or a new one."""
        taken = {sample.record.uid for sample in samples}
        for entry in self._candidates(visit, row):
            if entry.header.uid not in taken:
                return entry.header
        last = max((e.header.repeat_no for e in self.entries if e.header.visit_uid == visit.uid), default=0)
        self._repeats[visit.uid] = max(last, self._repeats.get(visit.uid, 0)) + 1
        return new_record(
            self.session, self.book.subject, visit, SHEET.crf, self.book.now, self._repeats[visit.uid]
        )

    def _candidates(self, visit: Visit, row: ResultRow) -> list[Entry]:
        """The records that may be those of the sample, the surest first: by its number, by its time, and empty ones."""
        by_number, by_time, blank = [], [], []
        for entry in self.entries:
            view = entry.view
            number = view.value("accession")
            is_lab = view.value(SHEET.laboratory) == row.laboratory
            if is_lab and row.accession and number == row.accession:
                by_number.append(entry)
            elif entry.header.visit_uid == visit.uid and is_lab and view.value(SHEET.sampled) == row.sampled:
                by_time.extend([entry] if not (row.accession and number) else [])
            elif entry.header.visit_uid == visit.uid and not entry.header.removed and _is_blank(entry):
                blank.append(entry)
        live = sorted([*by_number, *by_time], key=lambda entry: entry.header.removed)
        return [*live, *blank]

    def _compare(self, sample: Sample) -> None:
        sample.entry = next((e for e in self.entries if e.header.uid == sample.record.uid), None)
        fault = _removal(sample) or (head_difference(sample) if sample.entry else None)
        if fault:
            for row in sample.rows:
                self._note(row.number, row.code, State.DIFFERS, fault.column, fault.sentence)
            return
        before = len(self.plan.lines)
        for row in sample.rows:
            self._compare_row(sample, row)
        fill_head(sample)
        lines = self.plan.lines[before:]
        if sample.patch.items and lines[0].state is State.SAME:
            labels = [SHEET.crf.items[name].label for name in sample.patch.items]
            lines[0].state, lines[0].sentence = State.NEW, f"Adds to its sample: {', '.join(labels)}."
        if any(line.state is State.NEW for line in lines):
            self._bring(sample, lines)

    def _compare_row(self, sample: Sample, row: ResultRow) -> None:
        stored = find_stored(sample, row)
        if stored is None and (removed := find_removed(sample, row)):
            reason = removed.removed_reason or "no reason"
            sentence = f"{sample.place} had this result and it was removed ({reason}). Decide on the form."
            return self._note(row.number, row.code, State.DIFFERS, "test", sentence)
        fault, added = (None, row.items) if stored is None else row_difference(sample, stored, row)
        if fault:
            return self._note(row.number, row.code, State.DIFFERS, fault.column, fault.sentence)
        if added:
            answers = {name: Answer(value, origin=IMPORTED) for name, value in added.items()}
            patch = RowPatch(stored.number if stored is not None else None, answers)
            sample.patch.rows.setdefault(SHEET.group.oid, []).append(patch)
        return self._note(row.number, row.code, State.NEW if added else State.SAME)

    def _bring(self, sample: Sample, lines: list[Line]) -> None:
        """Take the sample up in the plan, unless its form does not change now."""
        refusal = self._closed(sample)
        for line in lines if refusal else ():
            if line.state is not State.DIFFERS:
                line.state, line.column, line.sentence = State.REFUSED, "participant", refusal
        if refusal:
            return
        if sample.record.signature_state == SIGNED:
            for line in lines:
                line.sentence = line.sentence or "The investigator's signature of this form will be void."
        self.plan.brought.append((sample.record, sample.patch))

    def _closed(self, sample: Sample) -> str:
        subject = self.book.subject
        if subject.consent_date is None and not may_enter_before_consent(SHEET.crf):
            return f"{subject.code} has no signed consent on record. Enter the informed consent first."
        found = find_restriction(self.session, sample.record)
        return f"{found.name} is {found.state}. Ask data management to unlock it." if found else ""


def _removal(sample: Sample) -> RowFault | None:
    """A sample that a person removed: only its form brings it back."""
    if not sample.record.removed:
        return None
    reason = sample.record.removed_reason or "no reason"
    return RowFault("sample_datetime", f"This sample was removed on its form ({reason}). Decide there.")


def _is_within(sampled: str, visit: Visit) -> bool:
    assert visit.window_from and visit.window_to
    return visit.window_from.isoformat() <= sampled[:10] <= visit.window_to.isoformat()


def _is_blank(entry: Entry) -> bool:
    """Whether nobody has entered anything; what was removed counts as entered."""
    is_answered = any(answer.is_given for answer in entry.view.answers.values())
    return not is_answered and not entry.groups[SHEET.group.oid]


def _refuse_mixture(first: ResultRow, row: ResultRow) -> None:
    """Rows of one laboratory and time all have a number of their sample, or none has."""
    if bool(first.accession) != bool(row.accession):
        has = "has a" if first.accession else "has no"
        raise RowFault("accession", f"Row {first.number} of this time {has} number. Give it in all rows or in none.")


def _refuse_double(first: ResultRow, row: ResultRow) -> None:
    if first is not row:
        raise RowFault("test", f"Row {first.number} has this test of this sample already. Keep one of them.")


def _refuse_contradiction(sample: Sample, visit: Visit, row: ResultRow) -> None:
    """The rows of one sample agree about it."""
    first = sample.first
    pairs = [("visit", sample.visit.oid, visit.oid), ("sample_datetime", first.sampled, row.sampled)]
    pairs += [(name, str(first.head.get(name)), str(row.head.get(name))) for name in ("fasting", "timing")]
    for column, one, other in pairs:
        if one != other:
            raise RowFault(column, f"Row {first.number} says {_shown(one)} of the same sample. Make the rows agree.")


def _shown(text: str) -> str:
    return "nothing" if text == "None" else text.replace("T", " ")
