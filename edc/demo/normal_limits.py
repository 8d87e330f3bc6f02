"""Believable normal limits of every numeric test of the study, in the unit that the made-up laboratory reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Limits(NamedTuple):
    """Lower and upper limit as printed; empty where there is none."""

    unit: str
    lln: str
    uln: str
    sex: str = "BOTH"


def _both(unit: str, lln: str, uln: str) -> tuple[Limits, ...]:
    return (Limits(unit, lln, uln),)


def _by_sex(unit: str, men: tuple[str, str], women: tuple[str, str]) -> tuple[Limits, ...]:
    return Limits(unit, *men, sex="M"), Limits(unit, *women, sex="F")


LIMITS: Mapping[tuple[str, str], Sequence[Limits]] = {
    ("HEM", "HGB"): _by_sex("g/dL", ("13.5", "17.5"), ("12.0", "15.5")),
    ("HEM", "HCT"): _by_sex("%", ("40", "52"), ("36", "46")),
    ("HEM", "RBC"): _by_sex("10^6/uL", ("4.4", "5.9"), ("3.9", "5.2")),
    ("HEM", "WBC"): _both("10^3/uL", "4.0", "10.5"),
    ("HEM", "NEUT"): _both("10^3/uL", "1.8", "7.7"),
    ("HEM", "LYM"): _both("10^3/uL", "1.0", "4.0"),
    ("HEM", "MONO"): _both("10^3/uL", "0.2", "0.9"),
    ("HEM", "EOS"): _both("10^3/uL", "0.0", "0.5"),
    ("HEM", "BASO"): _both("10^3/uL", "0.0", "0.2"),
    ("HEM", "PLAT"): _both("10^3/uL", "150", "400"),
    ("CHEM", "SODIUM"): _both("mmol/L", "136", "145"),
    ("CHEM", "K"): _both("mmol/L", "3.5", "5.1"),
    ("CHEM", "CL"): _both("mmol/L", "98", "107"),
    ("CHEM", "BICARB"): _both("mmol/L", "22", "29"),
    ("CHEM", "UREAN"): _both("mg/dL", "6", "20"),
    ("CHEM", "CREAT"): _by_sex("mg/dL", ("0.70", "1.30"), ("0.50", "1.10")),
    ("CHEM", "GLUC"): _both("mg/dL", "70", "110"),
    ("CHEM", "CA"): _both("mg/dL", "8.5", "10.5"),
    ("CHEM", "MG"): _both("mg/dL", "1.6", "2.6"),
    ("CHEM", "PHOS"): _both("mg/dL", "2.5", "4.5"),
    ("CHEM", "URATE"): _by_sex("mg/dL", ("3.4", "7.0"), ("2.4", "6.0")),
    ("CHEM", "PROT"): _both("g/dL", "6.0", "8.3"),
    ("CHEM", "ALB"): _both("g/dL", "3.5", "5.2"),
    ("CHEM", "BILI"): _both("mg/dL", "0.1", "1.2"),
    ("CHEM", "BILDIR"): _both("mg/dL", "0.0", "0.3"),
    ("CHEM", "ALT"): _by_sex("U/L", ("0", "41"), ("0", "33")),
    ("CHEM", "AST"): _by_sex("U/L", ("0", "40"), ("0", "32")),
    ("CHEM", "ALP"): _both("U/L", "40", "129"),
    ("CHEM", "GGT"): _by_sex("U/L", ("8", "61"), ("5", "36")),
    ("CHEM", "LDH"): _both("U/L", "135", "225"),
    ("CHEM", "LIPASET"): _both("U/L", "13", "60"),
    ("CHEM", "AMYLASE"): _both("U/L", "28", "100"),
    ("CHEM", "CRP"): _both("mg/L", "0.0", "5.0"),
    ("COAG", "INR"): _both("RATIO", "0.9", "1.2"),
    ("COAG", "PT"): _both("s", "11.0", "13.5"),
    ("COAG", "APTT"): _both("s", "25", "36"),
    ("COAG", "FIBRINO"): _both("mg/dL", "200", "400"),
    ("THY", "TSH"): _both("mIU/L", "0.27", "4.20"),
    ("THY", "T4FR"): _both("ng/dL", "0.93", "1.70"),
    ("THY", "T3FR"): _both("pg/mL", "2.0", "4.4"),
    ("ADR", "CORTISOL"): _both("ug/dL", "6.2", "19.4"),
    ("CARD", "TROPONI"): _by_sex("ng/L", ("0", "34"), ("0", "16")),
    ("CARD", "TROPONT"): _by_sex("ng/L", ("0", "22"), ("0", "14")),
    ("CARD", "CK"): _by_sex("U/L", ("39", "308"), ("26", "192")),
    ("CARD", "CKMB"): _both("ng/mL", "0.0", "5.0"),
    ("CARD", "BNPPRONT"): _both("pg/mL", "0", "125"),
    ("UA", "SPGRAV"): _both("", "1.005", "1.030"),
    ("UA", "PH"): _both("", "5.0", "8.0"),
}
