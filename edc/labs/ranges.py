"""Normal ranges as the list shows them, page by page, and a proposal as its form sends it."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select, tuple_

from edc.accounts.models import User
from edc.db import Session
from edc.study.models import Laboratory, NormalRange, Site
from edc.study.normal_ranges import RangeProposal
from forms.derive.labs import BOTH_SEXES
from forms.dictionaries.lab_tests import LAB_TESTS, PANELS, Kind, find_test
from forms.items import Date, Decimal, Integer, Item, Text
from forms.lab_sheets import has_unit
from forms.reading import Unreadable, read

PAGE = 50
STATES = {"waiting": "Waits for approval", "force": "In force", "ended": "Ended", "withdrawn": "Withdrawn"}
TONES = {"waiting": "warn", "force": "ok", "ended": "idle", "withdrawn": "idle"}
ORDER = (
    NormalRange.laboratory, NormalRange.panel, NormalRange.test, NormalRange.sex, NormalRange.valid_from,
    NormalRange.uid,
)  # fmt: skip
ITEMS: dict[str, Item] = {
    "unit": Text("Unit", 40, required=True),
    "lln": Decimal("Lower limit", 12, 4, signed=True),
    "uln": Decimal("Upper limit", 12, 4, signed=True),
    "age_from": Integer("From age", digits=3),
    "age_to": Integer("To age", digits=3),
    "valid_from": Date("Valid from", required=True),
    "valid_to": Date("Valid to"),
    "source_document": Text("Document of the laboratory", 120, required=True),
}


@dataclass(frozen=True)
class RangeFilter:
    """What the list is narrowed to; empty texts narrow nothing."""

    laboratory: str = ""
    text: str = ""
    state: str = ""


@dataclass(frozen=True)
class RangeLine:
    """One range as the list shows it."""

    row: NormalRange
    site: str
    test: str
    limits: str
    people: str
    state: str
    proposed_by: str
    approved_by: str


def list_lines(
    session: Session, narrowed: RangeFilter, after: str, today: dt.date
) -> tuple[list[RangeLine], str | None]:
    """A page of ranges in order of laboratory and test, behind the range `after`; and the key of the next page."""
    statement = _narrow(select(NormalRange), narrowed, today)
    last = session.get(NormalRange, after) if after else None
    if last is not None:
        statement = statement.where(tuple_(*ORDER) > tuple_(*(getattr(last, c.key) for c in ORDER)))
    found = list(session.scalars(statement.order_by(*ORDER).limit(PAGE + 1)))
    return _lines(session, found[:PAGE], today), found[PAGE - 1].uid if len(found) > PAGE else None


def _narrow(statement: Select[NormalRange], narrowed: RangeFilter, today: dt.date) -> Select[NormalRange]:
    row = NormalRange
    if narrowed.laboratory:
        statement = statement.where(row.laboratory == narrowed.laboratory)
    if narrowed.text:
        words = narrowed.text.casefold()
        tests = [(t.panel, t.code) for t in LAB_TESTS if words in t.name.casefold() or words == t.code.casefold()]
        named = [and_(row.panel == panel, row.test == code) for panel, code in tests]
        statement = statement.where(or_(*named) if named else row.uid.is_(None))
    is_void = row.valid_to < row.valid_from
    is_over = and_(row.valid_to.is_not(None), row.valid_to < today)
    conditions = {
        "waiting": and_(row.approved_by.is_(None), or_(row.valid_to.is_(None), ~is_void)),
        "force": and_(row.approved_by.is_not(None), ~func.coalesce(is_over, False)),
        "ended": and_(row.approved_by.is_not(None), is_over),
        "withdrawn": and_(row.approved_by.is_(None), is_void),
    }
    return statement.where(conditions[narrowed.state]) if narrowed.state in conditions else statement


def _lines(session: Session, rows: Sequence[NormalRange], today: dt.date) -> list[RangeLine]:
    people = {uid for row in rows for uid in (row.proposed_by, row.approved_by) if uid}
    names = {u.uid: u.printed_name for u in session.scalars(select(User).where(User.uid.in_(people)))}
    sites = {site.uid: site.code for site in session.scalars(select(Site))}
    return [
        RangeLine(
            row, sites.get(row.site_uid, ""), test_name(row.panel, row.test), limits_words(row), people_words(row),
            state_of(row, today), names.get(row.proposed_by or "", ""), names.get(row.approved_by or "", ""),
        )
        for row in rows
    ]  # fmt: skip


def line_of(session: Session, row: NormalRange, today: dt.date) -> RangeLine:
    """One range as the list shows it."""
    return _lines(session, [row], today)[0]


def state_of(row: NormalRange, today: dt.date) -> str:
    """`waiting`, `force`, `ended` or `withdrawn`."""
    if row.approved_by is None:
        return "withdrawn" if row.valid_to is not None and row.valid_to < row.valid_from else "waiting"
    return "ended" if row.valid_to is not None and row.valid_to < today else "force"


def test_name(panel: str, code: str) -> str:
    """The name of a test, else its code."""
    test = find_test(panel, code)
    return test.name if test else code


def limits_words(row: NormalRange) -> str:
    """The limits with their unit: `7 to 40 U/L`, `up to 5 mg/L`."""
    return f"{limit_words((row.lln, row.uln))} {row.unit}".strip()


def limit_words(limits: tuple[decimal.Decimal | None, decimal.Decimal | None]) -> str:
    """A pair of limits: `7 to 40`, `up to 5`, `from 60`, `none`."""
    lln, uln = limits
    if lln is None:
        return "none" if uln is None else f"up to {uln}"
    return f"{lln} to {uln}" if uln is not None else f"from {lln}"


def people_words(row: NormalRange) -> str:
    """Whom a range is for: sex and ages."""
    sex = {"F": "women", "M": "men", BOTH_SEXES: "women and men"}[row.sex]
    if row.age_from is None and row.age_to is None:
        return sex
    if row.age_to is None:
        return f"{sex} from {row.age_from} years"
    return f"{sex}, {row.age_from or 0} to {row.age_to} years"


def test_options() -> list[tuple[str, list[tuple[str, str]]]]:
    """The tests that have ranges, panel by panel: value `PANEL CODE`, and the name with its units."""
    return [
        (
            label,
            [
                (f"{t.panel} {t.code}", f"{t.name} ({', '.join(filter(None, t.units))})" if any(t.units) else t.name)
                for t in LAB_TESTS
                if t.panel == panel and t.kind is Kind.NUMERIC
            ],
        )
        for panel, label in PANELS.items()
    ]


def laboratories(session: Session) -> list[tuple[str, str]]:
    """The laboratories within the scope: value, and the name with its site."""
    rows = session.execute(
        select(Laboratory.uid, Laboratory.name, Site.code)
        .join(Site, Site.uid == Laboratory.site_uid)
        .where(Laboratory.active)
        .order_by(Laboratory.name, Site.code)
    )
    return [(uid, f"{name}, site {code}") for uid, name, code in rows]


def read_proposal(
    sent: Mapping[str, str], laboratory: str, today: dt.date
) -> tuple[RangeProposal | None, dict[str, str]]:
    """The range that a form proposes, or the sentence for each field that keeps it from being one."""
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, item in ITEMS.items():
        try:
            values[name] = read(item, sent.get(name, ""), today=None if name.startswith("valid") else today)
        except Unreadable as unreadable:
            errors[name] = str(unreadable)
        else:
            if item.required and values[name] is None and not (name == "unit" and _has_no_unit(sent)):
                errors[name] = f"{item.label} is missing. Enter it from the laboratory's document."
    panel, _, test = sent.get("test", "").partition(" ")
    if not laboratory:
        errors["laboratory"] = "Choose the laboratory."
    if find_test(panel, test) is None:
        errors["test"] = "Choose the test."
    if sent.get("sex", "") == "":
        errors["sex"] = "Choose whom the range is for."
    if errors:
        return None, errors
    values["unit"] = values["unit"] or ""
    made = RangeProposal(laboratory, panel, test, sex=sent["sex"], **values)  # type: ignore[arg-type]
    return made, {}


def _has_no_unit(sent: Mapping[str, str]) -> bool:
    panel, _, code = sent.get("test", "").partition(" ")
    test = find_test(panel, code)
    return test is not None and not has_unit(test)
