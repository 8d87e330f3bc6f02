"""The visits of the study: names, numbers, windows, which CRF is due where, and what makes a visit appear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SCREENING, DAY_1, ADMISSION_1, ADMISSION_2, DAY_35, RESPONSE = "SCR", "D1", "A1", "A2", "D35", "RESP"
END_OF_TREATMENT, SAFETY_30, SAFETY_90, PFS_12 = "EOT", "SFU30", "SFU90", "PFS12"
FOLLOW_UP, UNSCHEDULED, LOG = "LTFU", "UNS", "LOG"

COURSE_KINDS = (DAY_1, ADMISSION_1, ADMISSION_2, DAY_35, RESPONSE)
ADMISSION_KINDS = (ADMISSION_1, ADMISSION_2)


@dataclass(frozen=True)
class VisitKind:
    """One kind of visit; `{n}` in a pattern stands for the course or the running number."""

    kind: str
    oid: str
    label: str
    short: str
    slug: str
    first_visitnum: Decimal | None
    step: int = 0

    @property
    def is_numbered(self) -> bool:
        """Whether several visits of the kind exist, told apart by a course or a running number."""
        return "{n}" in self.oid

    @property
    def is_of_course(self) -> bool:
        """Whether each course has one visit of the kind."""
        return self.kind in COURSE_KINDS


@dataclass(frozen=True)
class VisitDef:
    """One visit that a participant can have, such as C1A1."""

    kind: str
    oid: str
    label: str
    short: str
    slug: str
    visitnum: Decimal | None
    course: int | None = None
    number: int | None = None


def _kind(kind: str, oid: str, label: str, short: str, slug: str, visitnum: int | None, step: int = 0) -> VisitKind:
    return VisitKind(kind, oid, label, short, slug, None if visitnum is None else Decimal(visitnum), step)


VISIT_KINDS: Mapping[str, VisitKind] = {
    kind.kind: kind
    for kind in (
        _kind(SCREENING, "SCR", "Screening", "Screening", "screening", 1),
        _kind(DAY_1, "C{n}D1", "Course {n}, day 1 nivolumab", "C{n} D1", "c{n}-d1", 1, 100),
        _kind(ADMISSION_1, "C{n}A1", "Course {n}, admission 1 (IL-2)", "C{n} adm. 1", "c{n}-admission-1", 8, 100),
        _kind(ADMISSION_2, "C{n}A2", "Course {n}, admission 2 (IL-2)", "C{n} adm. 2", "c{n}-admission-2", 22, 100),
        _kind(DAY_35, "C{n}D35", "Course {n}, day 35 nivolumab", "C{n} D35", "c{n}-d35", 35, 100),
        _kind(RESPONSE, "C{n}RESP", "Course {n}, response scan", "C{n} scan", "c{n}-response", 63, 100),
        _kind(END_OF_TREATMENT, "EOT", "End of treatment", "End of tr.", "end-of-treatment", 9000),
        _kind(SAFETY_30, "SFU30", "Safety follow-up 30 d", "Safety 30", "safety-30", 9030),
        _kind(SAFETY_90, "SFU90", "Safety follow-up 90 d", "Safety 90", "safety-90", 9090),
        _kind(PFS_12, "PFS12", "1-year PFS assessment", "PFS 12", "pfs-12", 9365),
        _kind(FOLLOW_UP, "LTFU{n}", "Long-term follow-up {n}", "Follow-up {n}", "follow-up-{n}", 9400, 1),
        _kind(UNSCHEDULED, "UNS{n}", "Unscheduled {n}", "Unsched. {n}", "unscheduled-{n}", None),
        _kind(LOG, "LOG", "Subject-level logs", "Logs", "logs", None),
    )
}


def get_visit(kind: str, n: int | None = None) -> VisitDef:
    """The visit of a kind; `n` is the course, the running number or the screening attempt (1 where left out)."""
    found = VISIT_KINDS[kind]
    if kind == SCREENING and n is not None and n > 1:
        return VisitDef(kind, f"SCR{n}", f"Screening {n}", f"Screening {n}", f"screening-{n}", Decimal(n), None, n)
    if not found.is_numbered:
        return VisitDef(kind, found.oid, found.label, found.short, found.slug, found.first_visitnum)
    if n is None or n < 1:
        raise ValueError(f"A visit of kind {kind} needs a number from 1")
    oid, label, short, slug = (text.format(n=n) for text in (found.oid, found.label, found.short, found.slug))
    visitnum = None if found.first_visitnum is None else found.first_visitnum + found.step * n
    course, number = (n, None) if found.is_of_course else (None, n)
    return VisitDef(kind, oid, label, short, slug, visitnum, course, number)


def _read(pattern_of: str, text: str) -> VisitDef | None:
    for kind in VISIT_KINDS.values():
        pattern = re.escape(getattr(kind, pattern_of)).replace(r"\{n\}", r"([1-9]\d*)")
        if matched := re.fullmatch(pattern, text, re.ASCII):
            return get_visit(kind.kind, int(matched[1]) if matched.groups() else None)
    attempt = re.fullmatch(r"(?:SCR|screening-)([2-9])", text)
    return get_visit(SCREENING, int(attempt[1])) if attempt else None


def find_visit(oid: str) -> VisitDef | None:
    """The visit of an OID such as C2D35, or None."""
    return _read("oid", oid)


def find_visit_by_slug(slug: str) -> VisitDef | None:
    """The visit of the segment of a URL such as c2-d35, or None."""
    return _read("slug", slug)


def visits_of_course(course: int) -> tuple[VisitDef, ...]:
    """The five visits of a course in order."""
    return tuple(get_visit(kind, course) for kind in COURSE_KINDS)


def unscheduled_visitnum(previous: Decimal) -> Decimal:
    """The number of an unscheduled visit after the visit with number `previous`: a tenth more, later a hundredth."""
    step = Decimal("0.1") if previous % 1 < Decimal("0.9") else Decimal("0.01")
    return previous + step


class Due(StrEnum):
    """How a CRF belongs to a visit."""

    DUE = "X"
    PRACTICE = "(x)"
    CONDITIONAL = "c"
    CONDITIONAL_PRACTICE = "c(x)"
    LAST = "last"
    LOG = "L"

    @property
    def is_conditional(self) -> bool:
        """Whether the CRF is due only when its condition holds, at the last such visit, or when somebody adds it."""
        return self in (Due.CONDITIONAL, Due.CONDITIONAL_PRACTICE, Due.LAST)

    @property
    def is_assumed(self) -> bool:
        """Whether practice, not the registration text, asks for it."""
        return self in (Due.PRACTICE, Due.CONDITIONAL_PRACTICE)


_MATRIX = """
        SCR  D1   A1   A2   D35  RESP EOT  SFU30 SFU90 PFS12 LTFU UNS LOG
VISIT   X    X    X    X    X    X    X    X     X     X     X    X   .
IC      X    .    .    .    .    .    .    .     .     .     .    c   .
DM      X    .    .    .    .    .    .    .     .     .     .    .   .
IE      X    .    .    .    .    .    .    .     .     .     .    .   .
REG     X    .    .    .    .    .    .    .     .     .     .    .   .
DH      X    .    .    .    .    .    .    .     .     .     .    .   .
MHYN    .    .    .    .    .    .    .    .     .     .     .    .   L
MH      X    .    .    .    .    .    .    .     .     .     .    .   L
PE      X    (x)  (x)  (x)  (x)  (x)  (x)  (x)   (x)   .     (x)  c   .
VS      X    (x)  (x)  (x)  (x)  (x)  (x)  (x)   (x)   .     .    c   .
PREG    X    c    c(x) c(x) c(x) .    (x)  .     .     .     .    c   .
CARD    X    .    c    c    .    .    .    .     .     .     .    c   .
LAB     X    (x)  (x)  (x)  (x)  (x)  (x)  (x)   (x)   .     .    c   .
BIOT    X    .    .    .    .    .    .    .     .     .     .    c   .
BIOB    c    X    X    X    X    X    .    .     .     .     .    c   .
NIVO    .    X    .    .    X    .    .    .     .     .     .    .   .
IL2A    .    .    X    X    .    .    .    .     .     .     .    .   .
IL2D    .    .    X    X    .    .    .    .     .     .     .    .   .
TLB     X    .    .    .    .    .    .    .     .     .     .    .   L
TA      X    .    .    .    .    X    c    .     .     X     c    c   .
CONT    .    .    .    .    .    X    .    .     .     .     .    .   .
AEYN    .    .    .    .    .    .    .    .     .     .     .    .   L
AE      .    .    .    .    .    .    .    .     .     .     .    .   L
CMYN    .    .    .    .    .    .    .    .     .     .     .    .   L
CM      .    .    .    .    .    .    .    .     .     .     .    .   L
PRYN    .    .    .    .    .    .    .    .     .     .     .    .   L
PR      .    .    .    .    .    .    .    .     .     .     .    .   L
DV      .    .    .    .    .    .    .    .     .     .     .    .   L
SAE     .    .    .    .    .    .    .    .     .     .     .    .   L
BOR     .    .    .    .    .    .    X    .     .     .     last .   .
EOT     .    .    .    .    .    .    X    .     .     .     .    .   .
SURV    .    .    .    .    .    .    .    .     X     X     X    .   .
EOS     .    .    .    .    .    .    .    .     .     .     .    .   L
DTH     .    .    .    .    .    .    .    .     .     .     .    .   L
"""


def _read_matrix() -> Iterator[tuple[str, dict[str, Due]]]:
    header, *lines = _MATRIX.strip().splitlines()
    for line in lines:
        crf, *marks = line.split()
        yield crf, {kind: Due(mark) for kind, mark in zip(header.split(), marks, strict=True) if mark != "."}


# CRF -> visit kind -> how it belongs there.
FORMS_BY_VISIT: Mapping[str, Mapping[str, Due]] = dict(_read_matrix())

# Kept once for a participant, not for a visit; those of ONCE hold one record, SAE one per serious event.
SUBJECT_FORMS = frozenset(crf for crf, row in FORMS_BY_VISIT.items() if LOG in row)
ONCE_FORMS = frozenset({"MHYN", "AEYN", "CMYN", "PRYN", "EOS", "DTH"})

# Due on every day of the visit; several records of the CRF are normal there.
DAILY_FORMS = frozenset({("LAB", ADMISSION_1), ("LAB", ADMISSION_2)})


@dataclass(frozen=True)
class Condition:
    """The answer that must stand in the participant's casebook before a CRF is asked at all."""

    crf: str
    item: str
    value: str


FORM_CONDITIONS: Mapping[str, Condition] = {"PREG": Condition("DM", "childbearing", "Y")}


# One record for each person, whatever the number of screening attempts.
FIRST_SCREENING_ONLY = frozenset({"DM"})


def forms_of_visit(kind: str, oid: str = "") -> dict[str, Due]:
    """The CRFs of a kind of visit in the order of the casebook; `oid` tells a further screening from the first."""
    is_again = kind == SCREENING and oid not in ("", VISIT_KINDS[SCREENING].oid)
    return {
        crf: row[kind]
        for crf, row in FORMS_BY_VISIT.items()
        if kind in row and not (is_again and crf in FIRST_SCREENING_ONLY)
    }


@dataclass(frozen=True)
class PanelDue:
    """A laboratory panel of a visit; an empty `tests` means all of the panel."""

    panel: str
    daily: bool = False
    tests: tuple[str, ...] = ()


def _panels(*names: str) -> tuple[PanelDue, ...]:
    return tuple(PanelDue(name) for name in names)


_ADMISSION_PANELS = (
    PanelDue("HEM", daily=True),
    PanelDue("CHEM", daily=True),
    PanelDue("COAG"),
    PanelDue("CARD", daily=True, tests=("TROPONI", "TROPONT", "CK")),
)

# Common practice, but for the tests that an eligibility criterion reads.
PANELS_BY_VISIT: Mapping[str, tuple[PanelDue, ...]] = {
    SCREENING: _panels("HEM", "CHEM", "COAG", "THY", "ADR", "CARD", "UA"),
    DAY_1: _panels("HEM", "CHEM", "THY", "ADR"),
    ADMISSION_1: _ADMISSION_PANELS,
    ADMISSION_2: _ADMISSION_PANELS,
    DAY_35: _panels("HEM", "CHEM", "THY", "ADR"),
    END_OF_TREATMENT: _panels("HEM", "CHEM", "COAG", "THY", "CARD", "UA"),
    SAFETY_30: _panels("HEM", "CHEM", "THY"),
    SAFETY_90: _panels("HEM", "CHEM", "THY"),
}

# The time point of research blood that belongs to a visit.
BLOOD_TIMEPOINTS: Mapping[str, str] = {
    SCREENING: "SCREENING",
    DAY_1: "BEFORE NIVOLUMAB DAY 1",
    ADMISSION_1: "BEFORE IL-2 ADMISSION 1",
    ADMISSION_2: "BEFORE IL-2 ADMISSION 2",
    DAY_35: "BEFORE NIVOLUMAB DAY 35",
    RESPONSE: "AFTER COURSE",
}
