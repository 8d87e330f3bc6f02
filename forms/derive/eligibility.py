"""What the judgement of an eligibility criterion is made of: anchors, evidence, questions, and logic with 'unknown'.

MET says that the participant fulfils the criterion: an inclusion is true, an exclusion is absent. A criterion that data
can only contradict is MANUAL until they do. CANNOT TELL is left where missing or partial values allow both outcomes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from forms import study
from forms.derive.dates import DateLike, add_days, add_months, earliest, interval, latest
from forms.views import Record, Row

MET, NOT_MET, CANNOT_TELL, MANUAL = "MET", "NOT MET", "CANNOT TELL", "MANUAL"
WINDOW = study.ELIGIBILITY_WINDOW.value
_SEPARATOR, _EMPTY = " | ", "-"
_LONGEST_PART = 240


@dataclass(frozen=True)
class Anchors:
    """The dates that criteria are judged by: registration (before it, the date of the form) and first study dose."""

    registration: dt.date | None = None
    first_dose: dt.date | None = None
    consent: dt.date | None = None


@dataclass(frozen=True)
class Question:
    """What a criterion asks the site: the name of its message (a check id, perhaps with a word), and the values."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """Why a criterion was judged so: the value, its date, the item it stands in, and the arithmetic."""

    value: str = ""
    date: str = ""
    source: str = ""
    arithmetic: str = ""

    @property
    def text(self) -> str:
        """The four parts as they are stored."""
        parts = (self.value, self.date, self.source, self.arithmetic)
        return _SEPARATOR.join(_fitting(part.replace(_SEPARATOR, ", ")) or _EMPTY for part in parts)

    @property
    def sentence(self) -> str:
        """The parts that say something, for a question."""
        return "; ".join(part for part in (self.value, self.date, self.arithmetic) if part)

    @classmethod
    def read(cls, text: str | None) -> Evidence:
        """The four parts of a stored text."""
        return cls(*("" if part == _EMPTY else part for part in text.split(_SEPARATOR))) if text else cls()


def _fitting(part: str) -> str:
    return part if len(part) <= _LONGEST_PART else f"{part[: _LONGEST_PART - 3]}..."


@dataclass(frozen=True)
class Judgement:
    """The automatic result of a criterion with its evidence, and what is to be asked about it."""

    result: str
    evidence: Evidence = Evidence()
    question: Question | None = None


def judged(holds: bool | None, evidence: Evidence, question: Question | None = None) -> Judgement:
    """The judgement of a criterion that data decide; a question about a failure is dropped where it does not fail."""
    result = {True: MET, False: NOT_MET, None: CANNOT_TELL}[holds]
    return Judgement(result, evidence, question if holds is False else None)


def contradicted(found: bool | None, evidence: Evidence, question: Question | None = None) -> Judgement:
    """The judgement of a criterion that data can only contradict."""
    if found:
        return Judgement(NOT_MET, evidence, question)
    return Judgement(MANUAL if found is False else CANNOT_TELL, evidence)


def cannot_tell(why: str, question: Question | None = None) -> Judgement:
    """The judgement while something is missing."""
    return Judgement(CANNOT_TELL, Evidence(arithmetic=why), question)


def not_applicable(why: str, source: str) -> Judgement:
    """The judgement of a criterion that does not concern the participant."""
    return Judgement(MET, Evidence("not applicable", "", source, why))


def either(*parts: bool | None) -> bool | None:
    """Whether one part holds; None while an unknown one could decide."""
    return True if True in parts else None if None in parts else False


def every(*parts: bool | None) -> bool | None:
    """Whether all parts hold; None while an unknown one could decide."""
    return False if False in parts else None if None in parts else True


def yes(answer: object) -> bool | None:
    """A yes/no answer as a truth; None while it is blank."""
    return None if answer is None else answer == "Y"


def since(value: DateLike | None, limit: dt.date, *, included: bool = False) -> bool | None:
    """Whether a date lies after a limit; None where its unknown parts leave both answers open."""
    if value is None:
        return None
    first = limit if included else add_days(limit, 1)
    return True if earliest(value) >= first else False if latest(value) < first else None


def by(value: DateLike | None, limit: dt.date) -> bool | None:
    """Whether a date lies on or before a limit; None where both are possible."""
    after = since(value, limit)
    return None if after is None else not after


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many calendar months earlier."""
    return add_months(day, -months)


def last_assessed(records: Iterable[Record], day: str, anchor: dt.date, *needed: str) -> Record | None:
    """The last record with a date up to the anchor and all the answers needed."""
    dated = [r for r in records if r.value(day) is not None and earliest(r.value(day)) <= anchor]
    known = [r for r in dated if all(r.value(name) is not None for name in needed)]
    return max(known, key=lambda r: (interval(r.value(day)), r.number), default=None)


def until_treatment(records: Iterable[Record], day: str, when: Anchors) -> list[Record]:
    """The records that are not dated after the first dose (or registration): later ones are of the treatment."""
    end = when.first_dose or when.registration
    dated = [(record.value(day), record) for record in records]
    return [record for on, record in dated if on is None or end is None or earliest(on) <= end]


def last_answered(records: Iterable[Record], name: str, day: str) -> Record | None:
    """The last record that answers an item, by its date."""
    known = [record for record in records if record.value(name) is not None]
    return max(known, key=lambda record: (str(record.value(day) or ""), record.number), default=None)


def item_place(record: Record, name: str, row: Row | None = None) -> str:
    """The item that a value stands in: `LAB.RESULT.VALUE (SCR, line 2, row 5)`."""
    item = (row or record).collection.items[name]
    where = [record.visit.oid] if record.visit else []
    if record.crf.log or record.number > 1:
        where.append(f"line {record.number}")
    if row is not None:
        where.append(f"row {row.number}")
    return f"{item.oid} ({', '.join(where)})" if where else item.oid


def short_number(value: Decimal, places: int = 2) -> str:
    """A number for reading: at most so many decimals, none that are zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
