"""Eligibility by laboratory values (inclusions 7 to 10): the last result up to registration, at most 28 days old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from forms import study
from forms.derive import body
from forms.derive.dates import age_range, earliest
from forms.derive.eligibility import (
    CANNOT_TELL,
    MET,
    WINDOW,
    Anchors,
    Evidence,
    Judgement,
    Question,
    by,
    cannot_tell,
    either,
    every,
    item_place,
    judged,
    last_answered,
    last_assessed,
    short_number,
    since,
    until_treatment,
)
from forms.dictionaries.lab_tests import get_test
from forms.views import Record, Row

Records = Sequence[Record]

BILIRUBIN_ULN, BILIRUBIN_GILBERT_MG_DL = Decimal("1.5"), Decimal("3.0")
ENZYME_ULN, ENZYME_ULN_WITH_LIVER = Decimal("2.5"), Decimal(5)
CREATININE_MG_DL, EGFR_LIMIT = Decimal("1.5"), Decimal(50)
INR_ULN, MOST_INR_ULN = Decimal("1.5"), Decimal("1.3")
HAEMOGLOBIN, NEUTROPHILS, LEUKOCYTES, PLATELETS = Decimal(90), Decimal("1.0"), Decimal("3.0"), Decimal(100)


@dataclass(frozen=True)
class Measured:
    """One result of a test with the sample that it is from."""

    name: str
    sample: Record
    row: Row
    days: int

    @property
    def day(self) -> dt.date:
        """The day of the sample."""
        return earliest(self.sample.sample_dt)

    @property
    def words(self) -> str:
        """The result as reported."""
        sign = {"LT": "<", "GT": ">"}.get(self.row.qualifier or "", "")
        return f"{sign}{self.row.value('value'):f} {self.row.unit or ''}".strip()

    @property
    def of_uln(self) -> str:
        """How many times the upper limit the result is."""
        return short_number(self.row.value("value") / self.row.uln) if self.row.uln else "?"

    def is_at_most(self, limit: Decimal) -> bool | None:
        """Whether the reported value is at most a limit; None where a sign leaves it open."""
        value, sign = self.row.value("value"), self.row.qualifier
        if sign == "LT":
            return True if value <= limit else None
        return (False if value >= limit else None) if sign == "GT" else bool(value <= limit)

    def is_at_most_uln(self, times: Decimal = Decimal(1)) -> bool | None:
        """Whether the result is at most so many times its upper limit; None without that limit."""
        return self.is_at_most(times * self.row.uln) if self.row.uln else None

    def evidence(self, arithmetic: str, *, also: str = "") -> Evidence:
        """The result as evidence."""
        shown = f"{self.name} {self.words}" + (f", {also}" if also else "")
        place = item_place(self.sample, "value", self.row)
        return Evidence(shown, f"{self.day}", place, f"{arithmetic}; {self.days} days before registration")


def is_below(value: Decimal, sign: str | None, limit: Decimal) -> bool | None:
    """Whether a value is below a limit, strictly; None where a sign leaves it open."""
    if sign == "LT":
        return True if value <= limit else None
    return (False if value >= limit else None) if sign == "GT" else value < limit


def last_result(samples: Records, panel: str, test: str, registration: dt.date) -> Measured | None:
    """The last numeric result of a test that is not later than registration, however old."""
    name = get_test(panel, test).name
    found = [
        (sample.sample_dt, sample.number, Measured(name, sample, row, _days(sample, registration)))
        for sample in samples
        if sample.sample_dt and earliest(sample.sample_dt) <= registration
        for row in sample.rows("RESULT")
        if row.value("test") == test and (row.panel, row.row_status) == (panel, "DONE")
        if row.value("value") is not None
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def _days(sample: Record, registration: dt.date) -> int:
    return (registration - earliest(sample.sample_dt)).days


def _in_window(when: Anchors, samples: Records, panel: str, test: str, criterion: str) -> Measured | Judgement:
    """The result that counts, or why there is none."""
    if when.registration is None:
        return cannot_tell("the date of this form is not entered")
    found, name = last_result(samples, panel, test, when.registration), get_test(panel, test).name
    if found is None:
        first = when.registration - dt.timedelta(days=WINDOW)
        asked = {"test": name, "k": criterion, "first": first, "last": when.registration}
        return cannot_tell(f"no result of {name} from {first} to {when.registration}", Question("LB-04", asked))
    if found.days > WINDOW:
        asked = {"test": found.name, "x": found.day, "n": found.days}
        evidence = found.evidence(f"older than {WINDOW} days")
        return Judgement(CANNOT_TELL, evidence, Question("LB-12", asked))
    return found


def bilirubin(when: Anchors, samples: Records, histories: Records) -> Judgement:
    """Inclusion 7a (A8): Gilbert: total below 3.0 mg/dL; otherwise total <= 1.5 x ULN, or direct <= ULN."""
    total = _in_window(when, samples, "CHEM", "BILI", "7a")
    if isinstance(total, Judgement):
        return total
    direct = _in_window(when, samples, "CHEM", "BILDIR", "7a")
    measured = None if isinstance(direct, Judgement) else direct
    rule = either(total.is_at_most_uln(BILIRUBIN_ULN), measured.is_at_most_uln() if measured else None)
    of_gilbert = _is_below_gilbert_limit(total)
    gilbert = histories[0].gilbert if histories else None
    holds = of_gilbert if gilbert == "Y" else rule if gilbert == "N" or rule is of_gilbert else None
    shown = f"direct {measured.words}" if measured else "direct not known"
    asked = Question("LB-07", {"x": total.words, "r": total.of_uln, "y": measured.words if measured else "not known"})
    found = judged(holds, total.evidence(_bilirubin_words(total, measured, gilbert), also=shown), asked)
    is_direct_needed = holds is None and gilbert == "N" and isinstance(direct, Judgement)
    return Judgement(found.result, found.evidence, direct.question) if is_direct_needed else found  # type: ignore[union-attr]


def _is_below_gilbert_limit(total: Measured) -> bool | None:
    value, per_mg_dl = total.row.std_value, get_test("CHEM", "BILI").units["mg/dL"]
    return None if value is None else is_below(value / per_mg_dl, total.row.qualifier, BILIRUBIN_GILBERT_MG_DL)


def _bilirubin_words(total: Measured, direct: Measured | None, gilbert: str | None) -> str:
    of_direct = f", direct {direct.of_uln} x ULN (limit 1)" if direct else ""
    of_total = f"total {total.of_uln} x ULN (limit 1.5){of_direct}"
    with_gilbert = "Gilbert's syndrome: total below 3.0 mg/dL decides"
    return with_gilbert if gilbert == "Y" else of_total if gilbert == "N" else f"{of_total}; Gilbert's syndrome unknown"


def has_liver_metastases(histories: Records, lesions: Records) -> bool | None:
    """Whether disease history or lesion register says so; None while disease history does not answer."""
    rows = [row for record in histories for row in record.rows("MET")]
    baseline = [lesion for lesion in lesions if lesion.role in ("TARGET", "NON-TARGET")]
    if any(one.organ == "LIVER" for one in [*rows, *baseline]):
        return True
    return False if rows or any(record.any_metastasis == "N" for record in histories) else None


def ast(when: Anchors, samples: Records, histories: Records, lesions: Records) -> Judgement:
    """Inclusion 7b: AST <= 2.5 x ULN, 5 x with hepatic metastases."""
    return _enzyme("AST", "7b", when, samples, has_liver_metastases(histories, lesions))


def alt(when: Anchors, samples: Records, histories: Records, lesions: Records) -> Judgement:
    """Inclusion 7c: ALT <= 2.5 x ULN, 5 x with hepatic metastases."""
    return _enzyme("ALT", "7c", when, samples, has_liver_metastases(histories, lesions))


def _enzyme(test: str, criterion: str, when: Anchors, samples: Records, in_liver: bool | None) -> Judgement:
    found = _in_window(when, samples, "CHEM", test, criterion)
    if isinstance(found, Judgement):
        return found
    low, high = found.is_at_most_uln(ENZYME_ULN), found.is_at_most_uln(ENZYME_ULN_WITH_LIVER)
    holds = high if in_liver else low if in_liver is False or low is high else None
    limit = ENZYME_ULN_WITH_LIVER if in_liver else ENZYME_ULN
    liver = {True: "yes", False: "no", None: "not known"}[in_liver]
    asked = Question("LB-08", {"test": found.name, "r": found.of_uln, "limit": limit, "liver": liver})
    words = f"{found.of_uln} x ULN {found.row.uln or 'not known'}, limit {limit} (liver metastases: {liver})"
    return judged(holds, found.evidence(words), asked)


def creatinine(when: Anchors, samples: Records, people: Records, sizes: Records) -> Judgement:
    """Inclusion 8 (A9): creatinine <= 1.5 mg/dL, or an indexed eGFR (CKD-EPI 2021) >= 50 when above."""
    found = _in_window(when, samples, "CHEM", "CREAT", "8")
    if isinstance(found, Judgement):
        return found
    value = body.creatinine_mg_dl(found.row.value("value"), found.row.unit)
    if value is None:
        return Judgement(CANNOT_TELL, found.evidence("the unit has no factor to mg/dL"))
    sign = found.row.qualifier
    is_low = True if sign == "LT" and value <= CREATININE_MG_DL else None if sign else value <= CREATININE_MG_DL
    in_mg_dl = f"{_in_mg_dl(found, value)} mg/dL, limit 1.5"
    if is_low is not False:
        return judged(is_low, found.evidence(in_mg_dl))
    rates = _filtration(value, found.day, people)
    if not rates:
        return Judgement(CANNOT_TELL, found.evidence(f"{in_mg_dl}; eGFR needs sex and birth date"))
    return _by_filtration(found, value, rates, last_area(sizes, found.day))


def _in_mg_dl(found: Measured, value: Decimal) -> str:
    """The creatinine in mg/dL: as reported where it was reported so."""
    return f"{value:f}" if value == found.row.value("value") else short_number(value, 3)


def _filtration(value: Decimal, on: dt.date, people: Records) -> list[Decimal]:
    """The eGFR of each age that the birth date allows, the lowest rate first."""
    person = next(iter(people), None)
    if person is None or person.birth_date is None:
        return []
    rates = (body.egfr(value, age, person.sex) for age in set(age_range(person.birth_date, on)))
    return sorted(rate for rate in rates if rate is not None)


def last_area(sizes: Records, on: dt.date) -> Decimal | None:
    """The body surface by the last height and weight that are not later than a day."""
    tall = last_assessed(sizes, "assess_date", on, "height_cm")
    heavy = last_assessed(sizes, "assess_date", on, "weight_kg")
    return body.bsa(tall.height_cm, heavy.weight_kg) if tall and heavy else None


def _by_filtration(found: Measured, value: Decimal, rates: list[Decimal], area: Decimal | None) -> Judgement:
    low, high = rates[0], rates[-1]
    holds = True if low >= EGFR_LIMIT else None if high >= EGFR_LIMIT else False
    shown = short_number(low, 1) if low == high else f"{short_number(low, 1)} to {short_number(high, 1)}"
    words = f"{_in_mg_dl(found, value)} mg/dL is above 1.5; eGFR (CKD-EPI 2021) {shown} mL/min/1.73 m2, 50 expected"
    asked = Question("LB-09", {"x": _in_mg_dl(found, value), "e": shown})
    if area is None:
        return judged(holds, found.evidence(words), asked)
    own = body.egfr_deindexed(low, area)
    evidence = found.evidence(f"{words}; {short_number(own, 1)} mL/min at {short_number(area, 3)} m2")
    if low == high and body.straddles(low, own, EGFR_LIMIT):
        asked = Question("LB-09 both", {"e": shown, "d": short_number(own, 1), "area": short_number(area, 3)})
        return replace(judged(holds, evidence), question=asked)
    return judged(holds, evidence, asked)


def _count(test: str, criterion: str, limit: Decimal, when: Anchors, samples: Records) -> Judgement:
    found = _in_window(when, samples, "HEM", test, criterion)
    if isinstance(found, Judgement):
        return found
    return judged(_is_enough(found, limit), found.evidence(_count_words(found, limit)), _too_low(found, limit))


def _is_enough(found: Measured, limit: Decimal) -> bool | None:
    if found.row.std_value is None:
        return None
    low = is_below(found.row.std_value, found.row.qualifier, limit)
    return None if low is None else not low


def _count_words(found: Measured, limit: Decimal) -> str:
    value, unit = found.row.std_value, found.row.std_unit
    standard = "no standard value" if value is None else f"{short_number(value, 4)} {unit}"
    return f"{standard}, at least {limit} expected"


def _too_low(found: Measured, limit: Decimal) -> Question:
    return Question("LB-10", {"test": found.name, "x": found.words, "limit": f"{limit} {found.row.std_unit}"})


def haemoglobin(when: Anchors, samples: Records) -> Judgement:
    """Inclusion 9a: haemoglobin >= 9.0 g/dL (90 g/L)."""
    return _count("HGB", "9a", HAEMOGLOBIN, when, samples)


def neutrophils(when: Anchors, samples: Records, medications: Records) -> Judgement:
    """Inclusion 9b (A4, A11): ANC >= 1.0 x 10^9/L without G-CSF."""
    found = _in_window(when, samples, "HEM", "NEUT", "9b")
    if isinstance(found, Judgement):
        return found
    free, supports = unsupported(found.day, medications)
    holds = every(_is_enough(found, NEUTROPHILS), free)
    evidence = found.evidence(_count_words(found, NEUTROPHILS), also=supports)
    asked = _too_low(found, NEUTROPHILS) if _is_enough(found, NEUTROPHILS) is False else None
    return judged(holds, evidence, asked)


def unsupported(on: dt.date, medications: Records) -> tuple[bool | None, str]:
    """Whether no G-CSF supported the count of a day, and the words for it; None up to 14 days after the last one."""
    answers: list[bool | None] = [True]
    words = ""
    for line in medications:
        if line.class_flag != "G-CSF" or since(line.start, on):
            continue
        runs = every(by(line.start, on), True if line.ongoing == "Y" else since(line.end, on, included=True))
        is_long_over = by(line.end, on - dt.timedelta(days=study.G_CSF_FREE.value)) if line.ongoing == "N" else False
        answers.append(True if is_long_over else False if runs else None)
        words = words if is_long_over else f"{line.drug} until {line.end or 'now'}"
    return every(*answers), words


def leukocytes(when: Anchors, samples: Records) -> Judgement:
    """Inclusion 9c (A4): WBC >= 3.0 x 10^9/L."""
    return _count("WBC", "9c", LEUKOCYTES, when, samples)


def platelets(when: Anchors, samples: Records) -> Judgement:
    """Inclusion 9d (A4): platelets >= 100 x 10^9/L."""
    return _count("PLAT", "9d", PLATELETS, when, samples)


def coagulation(when: Anchors, samples: Records, medications: Records, assessments: Records) -> Judgement:
    """Inclusion 10 (A10): INR < 1.5 x ULN, or stable on an anticoagulant without active bleeding."""
    found = _in_window(when, samples, "COAG", "INR", "10")
    if isinstance(found, Judgement):
        return found
    uln, value = found.row.uln, found.row.value("value")
    is_low = is_below(value, found.row.qualifier, INR_ULN * uln) if uln else None
    words = f"{found.of_uln} x ULN {uln or 'not known'}, below 1.5 expected"
    if is_low:
        wide = Question("LB-11 range", {"uln": uln}) if uln and uln > MOST_INR_ULN else None
        return Judgement(MET, found.evidence(words), wide)
    drug = next((line for line in medications if _anticoagulates(line, found.day)), None)
    last = last_answered(until_treatment(assessments, "assess_date", when), "anticoag_stable", "assess_date")
    stable = {"Y": True, "N": False}.get(last.anticoag_stable) if last else None
    holds = either(is_low, stable if drug else False)
    evidence = found.evidence(f"{words}; {'on ' + drug.drug if drug else 'no anticoagulant recorded'}")
    name = "LB-11 unstable" if drug else "LB-11"
    return judged(holds, evidence, Question(name, {"x": found.words, "r": found.of_uln}))


def _anticoagulates(line: Record, on: dt.date) -> bool:
    """Whether an anticoagulant may have run on a day."""
    is_over = line.ongoing == "N" and since(line.end, on, included=True) is False
    return line.class_flag == "ANTICOAGULANT" and not since(line.start, on) and not is_over
