"""The wording of CTCAE grades as NCI publishes it: loaded by the operator from NCI's file, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import Actor, Audited, change, new_uid
from edc.db import Base, Session
from edc.errors import Refused
from edc.study.models import UID
from forms.dictionaries.ctcae import Term, list_terms

GRADES = range(1, 6)
REMEDY = "Take CTCAE v5.0 as NCI publishes it."
LONGEST_WORDING = 2000


class WordingAct(StrEnum):
    """What an audit change of the wording is called."""

    LOAD = "ctcae:load"


class TermWording(Audited, Base):
    """What the grades of one term say; a grade that CTCAE does not offer is empty."""

    __tablename__ = "ctcae_wording"
    __audit_entity__ = "ctcae_wording"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    grade_1: Mapped[str | None] = mapped_column(Text)
    grade_2: Mapped[str | None] = mapped_column(Text)
    grade_3: Mapped[str | None] = mapped_column(Text)
    grade_4: Mapped[str | None] = mapped_column(Text)
    grade_5: Mapped[str | None] = mapped_column(Text)

    def audit_path(self) -> str:
        """The code of the term."""
        return self.code


@dataclass(frozen=True)
class WordedTerm:
    """A term as it stands in a row of a file."""

    row: int
    code: str
    name: str
    grades: Mapping[int, str]


def load_wording(session: Session, *, by: Actor, terms: Sequence[WordedTerm], source: str) -> int:
    """Store the wording of all terms and return how many changed; refuses what is not CTCAE v5.0 as a whole."""
    worded = _by_code(terms)
    _refuse_other_dictionary(worded)
    stored = {row.code: row for row in session.scalars(select(TermWording))}
    changed = [term for code, term in worded.items() if code not in stored or _grades(stored[code]) != term.grades]
    if changed:
        with change(session, by=by, act=WordingAct.LOAD, reason=f"Loaded from {source}"):
            for term in changed:
                row = stored.get(term.code)
                if row is None:
                    row = TermWording(uid=new_uid(), code=term.code)
                    session.add(row)
                for grade in GRADES:
                    setattr(row, f"grade_{grade}", term.grades.get(grade))
    return len(changed)


def wording_of(session: Session, term: Term | None) -> Mapping[int, str]:
    """What the grades of a term say; empty before the file is loaded."""
    return look_up(session, term)[1]


def has_wording(session: Session) -> bool:
    """Whether the file was loaded."""
    return look_up(session, None)[0]


def look_up(session: Session, term: Term | None) -> tuple[bool, Mapping[int, str]]:
    """Whether the file was loaded, and what the grades of a term say."""
    code = term.code if term else ""
    # The term comes first where the file has it; any other one tells that the file was loaded.
    found = session.scalar(select(TermWording).order_by(TermWording.code != code).limit(1))
    return found is not None, _grades(found) if found is not None and found.code == code else {}


def _grades(row: TermWording) -> dict[int, str]:
    found = {grade: getattr(row, f"grade_{grade}") for grade in GRADES}
    return {grade: text for grade, text in found.items() if text}


def _by_code(terms: Sequence[WordedTerm]) -> dict[str, WordedTerm]:
    known = {term.code: term for term in list_terms()}
    found: dict[str, WordedTerm] = {}
    for term in terms:
        own = known.get(term.code)
        if own is None or own.name.casefold() != term.name.casefold():
            _refuse(f"Row {term.row}: {term.code} '{term.name[:80]}' is no term of CTCAE v5.0")
        if term.code in found:
            _refuse(f"Row {term.row}: {term.name} stands in row {found[term.code].row} already")
        if tuple(sorted(term.grades)) != own.grades:
            _refuse(f"Row {term.row}: {term.name} has grades {_list(term.grades)}, in CTCAE v5.0 {_list(own.grades)}")
        if any(len(text) > LONGEST_WORDING for text in term.grades.values()):
            _refuse(f"Row {term.row}: a grade of {term.name} is longer than {LONGEST_WORDING} characters")
        found[term.code] = term
    return found


def _refuse_other_dictionary(found: Mapping[str, WordedTerm]) -> None:
    missing = [term.name for term in list_terms() if term.code not in found]
    if missing:
        _refuse(f"{len(missing)} terms of CTCAE v5.0 are missing, the first is {missing[0]}")


def _refuse(reason: str) -> NoReturn:
    raise Refused(reason=f"{reason}.", remedy=REMEDY)


def _list(grades: Mapping[int, str] | tuple[int, ...]) -> str:
    return ", ".join(str(grade) for grade in sorted(grades)) or "none"
