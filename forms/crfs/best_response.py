"""Best overall response (SDTM RS): the investigator's, beside what the assessments give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from forms.conditions import when
from forms.courses_of_disease import best_of_records
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.recist_best import BestResponse as Best
from forms.items import Choice, Date, Text, YesNo
from forms.responses import rule_word
from forms.views import Record

DIFFERS = "You entered {a}; confirmed assessments give {b}."
RESPONSES = ("CR", "PR")
#: What the best response follows from, besides the answer that it waits for.
COURSE = "self subject.c1d1 all:TLB all:TA all:SURV subject.last_dose study.derived_after_answer"


class BestResponse(CRF, oid="BOR", title="Best overall response", domain="RS"):
    """The best response of all time points until progression or new therapy."""

    inv_bor = Choice(
        "Best overall response (investigator)", "RESP", required=True, assess=True,
        sdtm="RS.RSORRES; RSTESTCD=BESTRESP; RSEVAL=INVESTIGATOR",
    )  # fmt: skip
    inv_bor_date = Date(
        "Date first seen", required=True, assess=True, visible_if=when("inv_bor", *RESPONSES), sdtm="RS.RSDTC",
        help="The date of the first of the two scans that confirm the response.",
    )  # fmt: skip
    derived_bor = Choice(
        "Best overall response (derived)", "RESP", derived=True, told=True, sdtm="RS.RSORRES; RSTESTCD=BESTRESP"
    )
    derived_date = Date("Date of the derived response", derived=True, sdtm="RS.RSDTC")
    confirmed = YesNo("Confirmed", derived=True, sdtm="SUPPRS")
    rule = Text("Rule of the derived response", 40, derived=True, sdtm="SUPPRS.RSRULE")
    sentence = Text("Derived response in words", 300, derived=True, sdtm="SUPPRS.RSWORDS")
    differs = YesNo("Investigator and derived response differ", derived=True, sdtm="SUPPRS.RSDIFFER")
    difference_reason = Text(
        "Reason for difference", 300, required=True, assess=True, visible_if=when("differs", "Y"),
        sdtm="SUPPRS.RSDIFF", help="Both responses are kept.",
    )  # fmt: skip

    @derive("DER-18", "derived_bor", on=COURSE)
    def derive_best(*course: Any) -> str | None:
        """The best of the derived overall responses, a response confirmed, once the investigator has answered."""
        found = _shown(*course)
        return found.response if found else None

    @derive("DER-18", "derived_date", on=COURSE)
    def derive_date(*course: Any) -> dt.date | None:
        """The date of the assessment that gave the best response, of a confirmed one the first."""
        found = _shown(*course)
        return found.date if found else None

    @derive("DER-18", "confirmed", on=COURSE)
    def derive_confirmation(*course: Any) -> str | None:
        """Whether a later assessment confirmed the response; nothing where there is none."""
        found = _shown(*course)
        return {True: "Y", False: "N", None: None}[found.confirmed if found else None]

    @derive("DER-18", "rule", on=COURSE)
    def derive_rule(*course: Any) -> str | None:
        """The rule that gave the best response, by its number."""
        found = _shown(*course)
        return found.rule if found else None

    @derive("DER-18", "sentence", on=COURSE)
    def derive_sentence(*course: Any) -> str | None:
        """What the best response rests on, in words with dates."""
        found = _shown(*course)
        return found.reason if found else None

    @derive("DER-18", "differs", on="self inv_bor derived_bor derived_date?")
    def derive_difference(best: Record, entered: str, derived: str, first: dt.date | None) -> str:
        """Whether the investigator's answer or its date is another than the derived one."""
        return "Y" if rule_word(entered) != derived or _begins_otherwise(best, first) else "N"

    @check("BOR-01", DIFFERS, on="inv_bor derived_bor", target="inv_bor")
    def agrees_with_assessments(entered: str, derived: str) -> Fail | None:
        """The investigator's answer is what the assessments give."""
        return None if rule_word(entered) == derived else fail(a=entered, b=derived)

    @check("BOR-01", DIFFERS, on="self inv_bor derived_bor derived_date", target="inv_bor_date")
    def begins_with_first_scan(best: Record, entered: str, derived: str, first: dt.date) -> Fail | None:
        """A response begins with the first scan of the pair that confirms it."""
        if entered != derived or not _begins_otherwise(best, first):
            return None
        return fail(a=best.inv_bor_date, b=first)


def _begins_otherwise(best: Record, first: dt.date | None) -> bool:
    """Whether a response is dated by another scan than the first of the pair."""
    return best.inv_bor in RESPONSES and best.inv_bor_date is not None and best.inv_bor_date != first


def _shown(
    best: Record, start: dt.date, lesions: Sequence[Record], assessments: Sequence[Record],
    contacts: Sequence[Record], last_dose: dt.date, is_kept_back: bool,
) -> Best | None:  # fmt: skip
    """The derived best response, unless it is kept back until the investigator has answered."""
    if is_kept_back and not best.answer("inv_bor").is_given:
        return None
    return best_of_records(start, lesions, assessments, contacts, last_dose, only_answered=is_kept_back)
