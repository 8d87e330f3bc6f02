"""Normal ranges of a site's laboratories: proposed by data management, in force once an investigator approved them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from audit.capture import Actor, change, new_uid
from edc.db import Session
from edc.errors import NotFound, ReasonMissing, Refused, SecondPersonNeeded
from edc.study.acts import Act
from edc.study.models import Laboratory, NormalRange, Site
from forms.derive.labs import BOTH_SEXES
from forms.dictionaries.lab_tests import find_test, find_unit

SEXES = ("F", "M", BOTH_SEXES)


@dataclass(frozen=True)
class RangeProposal:
    """A normal range as a laboratory's document gives it; an age without a limit is None."""

    laboratory: str
    panel: str
    test: str
    unit: str
    lln: Decimal | None
    uln: Decimal | None
    valid_from: dt.date
    sex: str = BOTH_SEXES
    age_from: int | None = None
    age_to: int | None = None
    valid_to: dt.date | None = None
    source_document: str | None = None


def propose_range(session: Session, *, by: Actor, site: Site, proposal: RangeProposal) -> NormalRange:
    """Store a range that waits for approval; until then no result is judged by it."""
    for fault in faults_of(session, site, proposal):
        raise Refused(reason=fault, remedy="Correct the range by the laboratory's document.")
    with change(session, by=by, act=Act.RANGE_PROPOSE, site=site.uid):
        row = NormalRange(uid=new_uid(), site_uid=site.uid, proposed_by=by.user_uid, **vars(proposal))
        session.add(row)
    return row


def approve_range(session: Session, *, by: Actor, proposed: NormalRange) -> None:
    """Put a range in force; nobody approves their own proposal."""
    if by.user_uid is None or by.user_uid == proposed.proposed_by:
        raise SecondPersonNeeded()
    if proposed.approved_by is not None:
        raise Refused(reason="This range is approved already.", remedy="Open the list again.")
    if proposed.valid_to is not None and proposed.valid_to < proposed.valid_from:
        raise Refused(reason="This proposal was withdrawn.", remedy="Ask data management to propose the range again.")
    with change(session, by=by, act=Act.RANGE_APPROVE, site=proposed.site_uid):
        proposed.approved_by = by.user_uid


def end_range(session: Session, *, by: Actor, standing: NormalRange, last_day: dt.date, reason: str) -> None:
    """Let a range count for samples up to a day only; results keep the limits they were judged by."""
    if not reason.strip():
        raise ReasonMissing()
    if last_day < standing.valid_from:
        raise Refused(reason=f"The range is valid from {standing.valid_from} only.", remedy="Choose a later last day.")
    with change(session, by=by, act=Act.RANGE_END, reason=reason.strip(), site=standing.site_uid):
        standing.valid_to = last_day


def withdraw_range(session: Session, *, by: Actor, proposed: NormalRange, reason: str) -> None:
    """Take back a proposal that nobody approved: it stays in the list with a validity of no day at all."""
    if not reason.strip():
        raise ReasonMissing()
    if proposed.approved_by is not None:
        raise Refused(reason="This range is in force.", remedy="Give it a last day instead.")
    with change(session, by=by, act=Act.RANGE_WITHDRAW, reason=reason.strip(), site=proposed.site_uid):
        proposed.valid_to = proposed.valid_from - dt.timedelta(days=1)


def get_range(session: Session, uid: str) -> NormalRange:
    """Return a range within the session's scope; raises `NotFound`."""
    found = session.scalar(select(NormalRange).where(NormalRange.uid == uid))
    if found is None:
        raise NotFound()
    return found


def list_ranges(session: Session, site: Site) -> list[NormalRange]:
    """Return the ranges of a site, waiting ones too, by laboratory, panel, test, sex and time."""
    order = (NormalRange.laboratory, NormalRange.panel, NormalRange.test, NormalRange.sex, NormalRange.valid_from)
    return list(session.scalars(select(NormalRange).where(NormalRange.site_uid == site.uid).order_by(*order)))


def faults_of(session: Session, site: Site, given: RangeProposal) -> list[str]:
    """What keeps a range from being proposed, in sentences; empty when nothing does."""
    known = select(Laboratory.uid).where(Laboratory.site_uid == site.uid, Laboratory.name == given.laboratory)
    test = find_test(given.panel, given.test)
    rules = [
        (session.scalar(known) is None, f"{given.laboratory} is no laboratory of site {site.code}."),
        (test is None, f"The study has no test {given.test} in panel {given.panel}."),
        (
            test is not None and test.std_unit != "" and find_unit(test, given.unit) is None,
            f"'{given.unit}' is no unit of {test.name if test else given.test}.",
        ),
        (given.sex not in SEXES, f"'{given.sex}' is no sex; use F, M or {BOTH_SEXES}."),
        (given.lln is None and given.uln is None, "A range needs a lower or an upper limit."),
        (_is_reversed(given.lln, given.uln), f"The lower limit {given.lln} is not below the upper limit {given.uln}."),
        (_is_reversed(given.age_from, given.age_to, strict=False), "The ages are in the wrong order."),
        (
            given.valid_to is not None and given.valid_to < given.valid_from,
            "The last day of validity is before the first.",
        ),
    ]
    return [sentence for is_wrong, sentence in rules if is_wrong] or _overlaps(session, site, given)


def _is_reversed(low: Decimal | int | None, high: Decimal | int | None, *, strict: bool = True) -> bool:
    if low is None or high is None:
        return False
    return low >= high if strict else low > high


def _overlaps(session: Session, site: Site, given: RangeProposal) -> list[str]:
    """One person on one day must meet one range only, of those for the same sex."""
    for row in list_standing(session, site, given):
        if is_same_ground(row, given):
            return [f"It overlaps the range of {row.test} from {row.valid_from}: end that one first."]
    return []


def list_standing(session: Session, site: Site, given: RangeProposal) -> list[NormalRange]:
    """The ranges of the same laboratory, test, unit and sex that were not withdrawn."""
    same = select(NormalRange).where(
        NormalRange.site_uid == site.uid, NormalRange.laboratory == given.laboratory,
        NormalRange.panel == given.panel, NormalRange.test == given.test, NormalRange.unit == given.unit,
        NormalRange.sex == given.sex,
    )  # fmt: skip
    return [row for row in session.scalars(same) if row.valid_to is None or row.valid_to >= row.valid_from]


def is_same_ground(one: NormalRange | RangeProposal, other: RangeProposal) -> bool:
    """Whether two ranges of one test and sex both hold for somebody on some day."""
    is_same_time = one.valid_from <= (other.valid_to or dt.date.max) and other.valid_from <= (
        one.valid_to or dt.date.max
    )
    is_same_age = (one.age_from or 0) <= _top(other.age_to) and (other.age_from or 0) <= _top(one.age_to)
    return is_same_time and is_same_age


def _top(age: int | None) -> int:
    return 999 if age is None else age
