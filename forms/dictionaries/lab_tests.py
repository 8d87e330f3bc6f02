"""The laboratory tests of the study: panels, units with exact factors, plausible ranges and LOINC codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from forms.dictionaries.units import same_unit


class Kind(StrEnum):
    """How a result of the test is reported."""

    NUMERIC = "numeric"
    DIPSTICK = "dipstick"
    NEGPOS = "negpos"


@dataclass(frozen=True)
class LabTest:
    """One test of a panel; `units` maps every accepted unit (the standard one included) to its exact factor."""

    panel: str
    code: str
    name: str
    loinc: str
    specimen: str
    std_unit: str
    units: Mapping[str, Decimal]
    lo: Decimal | None = None
    hi: Decimal | None = None
    kind: Kind = Kind.NUMERIC
    other_loinc: Mapping[str, str] | None = None

    def factor(self, unit: str | None) -> Decimal | None:
        """The factor from the reported unit to the standard one; None for a unit that the table does not have."""
        accepted = find_unit(self, unit)
        return None if accepted is None else self.units[accepted]


def find_unit(test: LabTest, unit: str | None) -> str | None:
    """The accepted unit of the test that a reported unit is a spelling of, or None."""
    if not unit and test.std_unit == "RATIO":
        return test.std_unit
    return next((accepted for accepted in test.units if same_unit(accepted, unit or "")), None)


_CELLS = {"10^3/uL": "1", "/uL": "0.001"}
_ENZYME = {"IU/L": "1", "ukat/L": "60"}
_BILIRUBIN = {"mg/dL": "17.104"}
_GRAMS = {"g/dL": "10"}


def _numeric(panel: str, code: str, name: str, loinc: str, std_unit: str, units: Mapping[str, str],
             plausible: tuple[str, str], specimen: str = "BLOOD", **other_loinc: str) -> LabTest:
    factors = {std_unit: Decimal(1)} | {unit: Decimal(factor) for unit, factor in units.items()}
    lo, hi = (Decimal(bound) for bound in plausible)
    return LabTest(panel, code, name, loinc, specimen, std_unit, factors, lo, hi, other_loinc=other_loinc or None)


def _dipstick(code: str, name: str, loinc: str, kind: Kind = Kind.DIPSTICK) -> LabTest:
    return LabTest("UA", code, name, loinc, "URINE", "", {}, kind=kind)


LAB_TESTS: tuple[LabTest, ...] = (
    _numeric("HEM", "HGB", "Haemoglobin", "718-7", "g/L", {"g/dL": "10", "mmol/L": "16.114"}, ("40", "220")),
    _numeric("HEM", "HCT", "Haematocrit", "20570-8", "fraction of 1", {"%": "0.01"}, ("0.12", "0.65")),
    _numeric("HEM", "RBC", "Erythrocytes", "26453-1", "10^12/L", {"10^6/uL": "1"}, ("1.5", "7.5")),
    _numeric("HEM", "WBC", "Leukocytes", "26464-8", "10^9/L", _CELLS, ("0.1", "100")),
    _numeric("HEM", "NEUT", "Neutrophils (ANC)", "26499-4", "10^9/L", _CELLS, ("0", "80")),
    _numeric("HEM", "LYM", "Lymphocytes", "26474-7", "10^9/L", _CELLS, ("0", "60")),
    _numeric("HEM", "MONO", "Monocytes", "26484-6", "10^9/L", _CELLS, ("0", "10")),
    _numeric("HEM", "EOS", "Eosinophils", "26449-9", "10^9/L", _CELLS, ("0", "20")),
    _numeric("HEM", "BASO", "Basophils", "26444-0", "10^9/L", _CELLS, ("0", "3")),
    _numeric("HEM", "PLAT", "Platelets", "26515-7", "10^9/L", _CELLS, ("3", "1200")),
    _numeric("CHEM", "SODIUM", "Sodium", "2951-2", "mmol/L", {"mEq/L": "1"}, ("105", "170")),
    _numeric("CHEM", "K", "Potassium", "2823-3", "mmol/L", {"mEq/L": "1"}, ("1.8", "8.5")),
    _numeric("CHEM", "CL", "Chloride", "2075-0", "mmol/L", {"mEq/L": "1"}, ("70", "130")),
    _numeric("CHEM", "BICARB", "Bicarbonate (or CO2)", "1963-8", "mmol/L", {"mEq/L": "1"}, ("5", "45"), co2="2028-9"),
    _numeric("CHEM", "UREAN", "Urea nitrogen", "3094-0", "mmol/L", {"mg/dL": "0.357"}, ("0.5", "70")),
    _numeric("CHEM", "CREAT", "Creatinine", "2160-0", "umol/L", {"mg/dL": "88.42", "mg/L": "8.842"}, ("20", "1500")),
    _numeric("CHEM", "GLUC", "Glucose", "2345-7", "mmol/L", {"mg/dL": "0.0555"}, ("1", "50")),
    _numeric("CHEM", "CA", "Calcium", "17861-6", "mmol/L", {"mg/dL": "0.2495", "mEq/L": "0.5"}, ("1.0", "4.5")),
    _numeric("CHEM", "MG", "Magnesium", "19123-9", "mmol/L", {"mg/dL": "0.4114", "mEq/L": "0.5"}, ("0.2", "4"),
             moles="2601-3"),
    _numeric("CHEM", "PHOS", "Phosphate", "2777-1", "mmol/L", {"mg/dL": "0.3229"}, ("0.1", "4")),
    _numeric("CHEM", "URATE", "Urate", "3084-1", "umol/L", {"mg/dL": "59.48"}, ("50", "1200")),
    _numeric("CHEM", "PROT", "Total protein", "2885-2", "g/L", _GRAMS, ("25", "120")),
    _numeric("CHEM", "ALB", "Albumin", "1751-7", "g/L", _GRAMS, ("8", "60")),
    _numeric("CHEM", "BILI", "Bilirubin, total", "1975-2", "umol/L", _BILIRUBIN, ("1", "700")),
    _numeric("CHEM", "BILDIR", "Bilirubin, direct", "1968-7", "umol/L", _BILIRUBIN, ("0", "500")),
    _numeric("CHEM", "ALT", "ALT", "1742-6", "U/L", _ENZYME, ("1", "10000")),
    _numeric("CHEM", "AST", "AST", "1920-8", "U/L", _ENZYME, ("1", "10000")),
    _numeric("CHEM", "ALP", "Alkaline phosphatase", "6768-6", "U/L", _ENZYME, ("5", "5000")),
    _numeric("CHEM", "GGT", "GGT", "2324-2", "U/L", _ENZYME, ("1", "5000")),
    _numeric("CHEM", "LDH", "LDH", "2532-0", "U/L", _ENZYME, ("50", "10000"), lactate_to_pyruvate="14804-9"),
    _numeric("CHEM", "LIPASET", "Lipase", "3040-3", "U/L", _ENZYME, ("1", "10000")),
    _numeric("CHEM", "AMYLASE", "Amylase", "1798-8", "U/L", _ENZYME, ("1", "5000")),
    _numeric("CHEM", "CRP", "C-reactive protein", "1988-5", "mg/L", {"mg/dL": "10"}, ("0", "600")),
    _numeric("COAG", "INR", "INR", "6301-6", "RATIO", {}, ("0.7", "12")),
    _numeric("COAG", "PT", "Prothrombin time", "5902-2", "s", {}, ("8", "120")),
    _numeric("COAG", "APTT", "aPTT", "14979-9", "s", {}, ("15", "200")),
    _numeric("COAG", "FIBRINO", "Fibrinogen", "3255-7", "g/L", {"mg/dL": "0.01"}, ("0.2", "12")),
    _numeric("THY", "TSH", "TSH", "3016-3", "mIU/L", {"uIU/mL": "1"}, ("0", "150")),
    _numeric("THY", "T4FR", "Free T4", "3024-7", "pmol/L", {"ng/dL": "12.871"}, ("1", "100")),
    _numeric("THY", "T3FR", "Free T3", "3051-0", "pmol/L", {"pg/mL": "1.536"}, ("0.5", "50")),
    _numeric("ADR", "CORTISOL", "Cortisol", "2143-6", "nmol/L", {"ug/dL": "27.59"}, ("5", "3000")),
    _numeric("CARD", "TROPONI", "Troponin I", "10839-9", "ng/L", {"ng/mL": "1000", "ug/L": "1000"}, ("0", "100000"),
             sensitive="89579-7"),
    _numeric("CARD", "TROPONT", "Troponin T", "6598-7", "ng/L", {"ng/mL": "1000"}, ("0", "50000"),
             sensitive="67151-1"),
    _numeric("CARD", "CK", "Creatine kinase", "2157-6", "U/L", _ENZYME, ("5", "100000")),
    _numeric("CARD", "CKMB", "CK-MB mass", "13969-1", "ug/L", {"ng/mL": "1"}, ("0", "1000")),
    _numeric("CARD", "BNPPRONT", "NT-proBNP", "33762-6", "ng/L", {"pg/mL": "1"}, ("0", "70000")),
    _numeric("UA", "SPGRAV", "Specific gravity", "2965-2", "", {}, ("1.000", "1.050"), "URINE"),
    _numeric("UA", "PH", "Urine pH", "2756-5", "", {}, ("4", "9.5"), "URINE"),
    _dipstick("PROT", "Protein, dipstick", "2887-8"),
    _dipstick("GLUC", "Glucose, dipstick", "25428-4"),
    _dipstick("KETONES", "Ketones", "33903-6"),
    _dipstick("OCCBLD", "Blood", "105906-2"),
    _dipstick("LEUKASE", "Leukocyte esterase", "5799-2"),
    _dipstick("NITRITE", "Nitrite", "32710-6", Kind.NEGPOS),
)

PANELS: Mapping[str, str] = {
    "HEM": "Haematology",
    "CHEM": "Chemistry",
    "COAG": "Coagulation",
    "THY": "Thyroid",
    "ADR": "Adrenal",
    "CARD": "Cardiac markers",
    "UA": "Urinalysis",
}

# A cortisol without the clock time of its sample cannot be read: it swings fivefold over the day.
NEEDS_CLOCK_TIME = frozenset({("ADR", "CORTISOL")})

# The eligibility criteria that read a test; these results are due by the protocol, all others by practice.
ELIGIBILITY_TESTS: Mapping[tuple[str, str], str] = {
    ("CHEM", "BILI"): "incl07a",
    ("CHEM", "BILDIR"): "incl07a",
    ("CHEM", "AST"): "incl07b",
    ("CHEM", "ALT"): "incl07c",
    ("CHEM", "CREAT"): "incl08",
    ("HEM", "HGB"): "incl09a",
    ("HEM", "NEUT"): "incl09b",
    ("HEM", "WBC"): "incl09c",
    ("HEM", "PLAT"): "incl09d",
    ("COAG", "INR"): "incl10",
}

_BY_KEY = {(test.panel, test.code): test for test in LAB_TESTS}


def get_test(panel: str, code: str) -> LabTest:
    """The test of a panel; KeyError when the table has none."""
    return _BY_KEY[panel, code]


def find_test(panel: str, code: str) -> LabTest | None:
    """The test of a panel, or None: a laboratory may report others."""
    return _BY_KEY.get((panel, code))


def find_tests(code: str) -> tuple[LabTest, ...]:
    """All tests with the code; PROT and GLUC stand in two panels."""
    return tuple(test for test in LAB_TESTS if test.code == code)


def list_tests(panels: Iterable[str]) -> tuple[LabTest, ...]:
    """The fixed tests of the panels in the order of the form."""
    chosen = frozenset(panels)
    return tuple(test for test in LAB_TESTS if test.panel in chosen)


def standardise(test: LabTest, value: Decimal, unit: str | None) -> tuple[Decimal, str] | None:
    """The exact value in the standard unit, or None where the table does not have the reported unit."""
    factor = test.factor(unit)
    return None if factor is None else (value * factor, test.std_unit)


def is_plausible(test: LabTest, std_value: Decimal) -> bool:
    """Whether a standard value lies in the plausible range, bounds included."""
    return (test.lo is None or test.lo <= std_value) and (test.hi is None or std_value <= test.hi)


def better_unit(test: LabTest, value: Decimal, unit: str | None) -> str | None:
    """Another accepted unit in which an implausible value is plausible, the most central one first (LB-02)."""
    given = standardise(test, value, unit)
    if given is None or is_plausible(test, given[0]):
        return None
    fitting = [(_distance(test, value * factor), name) for name, factor in test.units.items()
               if is_plausible(test, value * factor)]
    return min(fitting)[1] if fitting else None


def _distance(test: LabTest, std_value: Decimal) -> Decimal:
    """How many times (squared) a value lies from the geometric middle of the plausible range."""
    assert test.lo is not None and test.hi is not None
    middle_squared = (test.lo or test.hi / 1000) * test.hi
    square = std_value * std_value
    return max(square, middle_squared) / (min(square, middle_squared) or Decimal("1e-12"))
