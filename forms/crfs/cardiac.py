"""Cardiac and pulmonary assessment (SDTM EG, CV, RE): whether the heart and lungs bear high-dose IL-2."""

from __future__ import annotations

from decimal import Decimal as Number

from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.heart import qtcf, qtcf_words
from forms.derive.words import number_words, rounded
from forms.items import Choice, Date, DateTime, Decimal, Integer, MultiChoice, YesNo
from forms.schedule import SCREENING
from forms.views import Record

ECG = when("ecg_done", "Y")
EJECTION = when("basis", "ECHO", "MUGA")
LUNGS = when("basis", "PFT")
LONGEST_QTCF, LOWEST_LVEF, LOWEST_FEV1 = 500, 50, 65


class Cardiac(CRF, oid="CARD", title="Cardiac and pulmonary assessment", domain="EG", slug="cardiac-pulmonary"):
    """The investigator's assessment is the criterion; ECG, echo, stress and lung function are its evidence."""

    adequate_il2 = YesNo(
        "Investigator: cardiac and pulmonary function adequate for HD IL-2", required=True, sdtm="SUPPPE.PECARDIL"
    )
    assess_date = Date("Date", required=True, after_consent=True, sdtm="EG.EGDTC")
    basis = MultiChoice("Basis (all that apply)", "CARDBASIS", required=True)
    ecg_done = YesNo("12-lead ECG", required=True, sdtm="EG.EGSTAT")
    ecg_dt = DateTime("Date and time of the ECG", required=True, visible_if=ECG, after_consent=True, sdtm="EG.EGDTC")
    ecg_rate = Integer(
        "Mean heart rate", required=True, visible_if=ECG, unit="beats/min", digits=3, plausible=("40", "130"),
        sdtm="EG.EGORRES; EGTESTCD=EGHRMN",
    )  # fmt: skip
    pr = Integer(
        "PR interval", required=True, visible_if=ECG, unit="ms", digits=3, plausible=("100", "250"),
        sdtm="EG.EGORRES; EGTESTCD=PRAG",
    )  # fmt: skip
    qrs = Integer(
        "QRS duration", required=True, visible_if=ECG, unit="ms", digits=3, plausible=("60", "150"),
        sdtm="EG.EGORRES; EGTESTCD=QRSAG",
    )  # fmt: skip
    qt = Integer(
        "QT interval", required=True, visible_if=ECG, unit="ms", digits=3, plausible=("300", "520"),
        sdtm="EG.EGORRES; EGTESTCD=QTAG",
    )  # fmt: skip
    qtcf = Decimal(
        "QTcF", 5, 1, derived=True, editable=True, visible_if=ECG, unit="ms", plausible=("350", "500"),
        sdtm="EG.EGORRES; EGTESTCD=QTCFAG", help="Calculated from QT and rate; type it when the ECG report prints it.",
    )  # fmt: skip
    ecg_interpretation = Choice(
        "Interpretation", "NORMABN", required=True, visible_if=ECG, sdtm="EG.EGORRES; EGTESTCD=INTP"
    )
    lvef = Integer(
        "LVEF", required=True, visible_if=EJECTION, unit="%", digits=3, plausible=("50", "80"),
        sdtm="CV.CVORRES; CVTESTCD=LVEF; CVMETHOD",
    )  # fmt: skip
    stress_test = Choice("Stress test result", "STRESSRES", sdtm="CV.CVORRES")
    fev1_l = Decimal(
        "FEV1", 4, 2, visible_if=LUNGS, unit="L", plausible=("1", "6"), sdtm="RE.REORRES; RETESTCD=FEV1"
    )
    fev1_pct = Integer(
        "FEV1, % predicted", visible_if=LUNGS, unit="%", digits=3, plausible=("40", "150"),
        sdtm="RE.REORRES; RETESTCD=FEV1PP",
    )  # fmt: skip
    fvc_l = Decimal("FVC", 4, 2, visible_if=LUNGS, unit="L", plausible=("1.5", "7"), sdtm="RE.REORRES; RETESTCD=FVC")
    dlco_pct = Integer(
        "DLCO, % predicted", visible_if=LUNGS, unit="%", digits=3, plausible=("40", "140"),
        sdtm="RE.REORRES; RETESTCD=DLCOHCPP",
    )  # fmt: skip
    htn_duration = YesNo(
        "BP above 160/100 for more than 4 weeks despite treatment", required=True, sdtm="SUPPMH.MHHTN4WK"
    )
    anticoag_stable = YesNo(
        "On warfarin/LMWH: stable, no active bleeding, INR within goal", required=True, subset=("Y", "N", "NA"),
        sdtm="SUPPLB.LBACSTBL",
    )  # fmt: skip

    @derive("ECG-QTCF", "qtcf", on="ecg_done qt ecg_rate", explain=lambda _, qt, rate: qtcf_words(qt, rate))
    def derive_qtcf(ecg_done: str, qt: int, rate: int) -> Number | None:
        """QT corrected by the cube root of the interval between beats; kept where a person typed it."""
        corrected = qtcf(qt, rate) if ecg_done == "Y" else None
        return None if corrected is None else rounded(corrected, 1)

    @check(
        "CA-01", "Stress test is positive, but function is called adequate for HD IL-2: confirm it.",
        on="adequate_il2 stress_test visit.kind IE.incl11?", target="stress_test",
    )  # fmt: skip
    def stress_test_allows_il2(adequate: str, stress_test: str, kind: str, inclusion: str | None) -> bool:
        """A positive stress test speaks against adequate function."""
        is_asked_of_inclusion = kind == SCREENING and inclusion == "Y"
        return adequate != "Y" or stress_test != "POSITIVE" or is_asked_of_inclusion

    @check(
        "CA-01", "Inclusion 11 is 'yes' but the assessment says {a}, stress test {b}.",
        on="adequate_il2 stress_test visit.kind IE.incl11", target="stress_test",
    )  # fmt: skip
    def stress_test_allows_inclusion(adequate: str, stress_test: str, kind: str, inclusion: str) -> Fail | None:
        """Inclusion 11 is not fulfilled by a positive stress test; IE-01 speaks where function is not adequate."""
        if kind != SCREENING or inclusion != "Y" or adequate != "Y" or stress_test != "POSITIVE":
            return None
        return fail(a="yes", b="positive")

    @check("CA-02", "{test} {x}: confirm that function is adequate for HD IL-2.", on="self adequate_il2")
    def values_allow_il2(card: Record, adequate: str) -> list[Fail]:
        """No value that usually speaks against high-dose IL-2 goes with adequate function."""
        if adequate != "Y":
            return []
        return [fail(item, test=test, x=x) for item, test, x in _alarming(card)]


def _alarming(card: Record) -> list[tuple[str, str, str]]:
    """Items, tests and values that speak against adequate function (limits from common practice)."""
    corrected = _unrounded_qtcf(card)
    found = []
    if corrected is not None and corrected > LONGEST_QTCF:
        found.append(("qtcf", "QTcF", f"{number_words(rounded(corrected, 1))} ms"))
    if card.lvef is not None and card.lvef < LOWEST_LVEF:
        found.append(("lvef", "LVEF", f"{card.lvef} %"))
    if card.fev1_pct is not None and card.fev1_pct < LOWEST_FEV1:
        found.append(("fev1_pct", "FEV1", f"{card.fev1_pct} % predicted"))
    if card.ecg_interpretation == "ABNORMAL CS":
        found.append(("ecg_interpretation", "ECG", "abnormal, clinically significant"))
    return found


def _unrounded_qtcf(card: Record) -> Number | None:
    """QTcF for comparing: as typed, else calculated without rounding."""
    if card.answer("qtcf").origin == "derived" and card.qt is not None and card.ecg_rate is not None:
        return qtcf(card.qt, card.ecg_rate)
    value: Number | None = card.value("qtcf")
    return value
