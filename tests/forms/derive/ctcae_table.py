"""Every number of the CTCAE v5.0 criteria for laboratory and measured values, written by hand from the publication.

A line is: what is measured in clinical words; term; test; unit; the step in which it is reported; what else is known;
and each threshold with the grades one step below it, at it, and one step above it ("-" is ungradable).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forms.derive.ctcae import Grading, grade
from forms.derive.ctcae_facts import Context, Measured

TABLE = """
haemoglobin, LLN 12 | Anemia | HGB | g/dL | 0.1 | lln=12 | 8.0 322, 10.0 211, 12.0 100
haemoglobin, LLN 120 | Anemia | HGB | g/L | 1 | lln=120 | 80 322, 100 211, 120 100
haemoglobin, LLN 7.4 | Anemia | HGB | mmol/L | 0.1 | lln=7.4 | 4.9 322, 6.2 211, 7.4 100
haemoglobin above ULN 16 | Hemoglobin increased | HGB | g/dL | 0.1 | uln=16 | 16.0 001, 18.0 112, 20.0 223
haemoglobin above ULN 160 | Hemoglobin increased | HGB | g/L | 1 | uln=160 | 160 001, 180 112, 200 223
platelets, LLN 150 | Platelet count decreased | PLAT | 10^9/L | 1 | lln=150 | 25 433, 50 322, 75 211, 150 100
platelets, LLN 150,000 | Platelet count decreased | PLAT | /mm3 | 1 | lln=150000 | 25000 433, 50000 322, 75000 211, 150000 100
neutrophils, LLN 2.0 | Neutrophil count decreased | NEUT | 10^9/L | 0.1 | lln=2.0 | 0.5 433, 1.0 322, 1.5 211, 2.0 100
neutrophils, LLN 2000 | Neutrophil count decreased | NEUT | /mm3 | 1 | lln=2000 | 500 433, 1000 322, 1500 211, 2000 100
leukocytes, LLN 4.0 | White blood cell decreased | WBC | 10^9/L | 0.1 | lln=4.0 | 1.0 433, 2.0 322, 3.0 211, 4.0 100
leukocytes, LLN 4000 | White blood cell decreased | WBC | /mm3 | 10 | lln=4000 | 1000 433, 2000 322, 3000 211, 4000 100
lymphocytes, LLN 1.0 | Lymphocyte count decreased | LYM | 10^9/L | 0.01 | lln=1.0 | 0.2 433, 0.5 322, 0.8 211, 1.0 100
lymphocytes, LLN 1000 | Lymphocyte count decreased | LYM | /mm3 | 1 | lln=1000 | 200 433, 500 322, 800 211, 1000 100
CD4 cells, LLN 0.6 | CD4 lymphocytes decreased | CD4 | 10^9/L | 0.01 | lln=0.6 | 0.05 433, 0.2 322, 0.5 211, 0.6 100
CD4 cells, LLN 600 | CD4 lymphocytes decreased | CD4 | /mm3 | 1 | lln=600 | 50 433, 200 322, 500 211, 600 100
many lymphocytes | Lymphocyte count increased | LYM | 10^9/L | 0.1 | | 4 002, 20 223
many lymphocytes | Lymphocyte count increased | LYM | /mm3 | 1 | | 4000 002, 20000 223
many leukocytes | Leukocytosis | WBC | 10^9/L | 0.1 | | 100 003
many leukocytes | Leukocytosis | WBC | /mm3 | 1 | | 100000 003
eosinophils above ULN, baseline lower | Eosinophilia | EOS | 10^9/L | 0.1 | uln=0.5 baseline=0.2 | 0.5 001
eosinophils above ULN, baseline higher | Eosinophilia | EOS | 10^9/L | 0.1 | uln=0.5 baseline=0.9 | 0.5 000, 0.9 001
methaemoglobin, ULN 1.5 | Methemoglobinemia | METHGB | % | 0.1 | uln=1.5 | 1.5 002
haptoglobin, LLN 0.3 | Haptoglobin decreased | HAPTOG | g/L | 0.01 | lln=0.3 | 0.3 100
aPTT, ULN 40 | Activated partial thromboplastin time prolonged | APTT | s | 1 | uln=40 | 40 001, 60 112, 100 223
INR without anticoagulant | INR increased | INR | ratio | 0.1 | on_anticoagulation=no | 1.2 001, 1.5 112, 2.5 223
INR on anticoagulant, baseline 1.0 | INR increased | INR | ratio | 0.1 | on_anticoagulation=yes baseline=1.0 | 1.0 001, 1.5 112, 2.5 223
INR on anticoagulant, baseline 2.0 | INR increased | INR | ratio | 0.1 | on_anticoagulation=yes baseline=2.0 | 1.2 001, 1.5 112, 2.5 223, 5.0 333
fibrinogen, LLN 200, baseline normal | Fibrinogen decreased | FIBRINO | mg/dL | 1 | lln=200 baseline=300 | 50 433, 100 322, 150 211, 200 100
fibrinogen, LLN 2.0, baseline normal | Fibrinogen decreased | FIBRINO | g/L | 0.1 | lln=2.0 baseline=3.0 | 0.5 433, 1.0 322, 1.5 211, 2.0 100
fibrinogen, LLN 400, quarter of LLN | Fibrinogen decreased | FIBRINO | mg/dL | 1 | lln=400 baseline=500 | 100 433, 200 322
fibrinogen, LLN 100, below 50 always | Fibrinogen decreased | FIBRINO | mg/dL | 1 | lln=100 baseline=150 | 50 422, 75 211
fibrinogen, flagged low baseline 400, LLN 200 | Fibrinogen decreased | FIBRINO | mg/dL | 1 | lln=200 baseline=400 baseline_flag=LOW | 100 443, 200 332, 300 221, 400 100
ALT, ULN 40, baseline normal | Alanine aminotransferase increased | ALT | U/L | 1 | uln=40 baseline=30 | 40 001, 120 112, 200 223, 800 334
ALT, ULN 40, baseline 100 | Alanine aminotransferase increased | ALT | U/L | 1 | uln=40 baseline=100 | 150 011, 300 112, 500 223, 2000 334
AST, ULN 35, baseline normal | Aspartate aminotransferase increased | AST | U/L | 1 | uln=35 baseline=35 | 35 001, 105 112, 175 223, 700 334
AST, ULN 35, baseline 36 | Aspartate aminotransferase increased | AST | U/L | 1 | uln=35 baseline=36 | 54 011, 108 112, 180 223, 720 334
alkaline phosphatase, ULN 120, baseline normal | Alkaline phosphatase increased | ALP | U/L | 1 | uln=120 baseline=80 | 120 001, 300 112, 600 223, 2400 334
alkaline phosphatase, ULN 120, baseline 200 | Alkaline phosphatase increased | ALP | U/L | 1 | uln=120 baseline=200 | 400 011, 500 112, 1000 223, 4000 334
GGT, ULN 60, baseline normal | GGT increased | GGT | U/L | 1 | uln=60 baseline=60 | 60 001, 150 112, 300 223, 1200 334
GGT, ULN 60, baseline 100 | GGT increased | GGT | U/L | 1 | uln=60 baseline=100 | 200 011, 250 112, 500 223, 2000 334
bilirubin, ULN 1.2, baseline normal | Blood bilirubin increased | BILI | mg/dL | 0.1 | uln=1.2 baseline=0.8 | 1.2 001, 1.8 112, 3.6 223, 12.0 334
bilirubin, ULN 20, baseline 30 | Blood bilirubin increased | BILI | umol/L | 1 | uln=20 baseline=30 | 30 001, 45 112, 90 223, 300 334
LDH, ULN 250 | Blood lactate dehydrogenase increased | LDH | U/L | 1 | uln=250 | 250 001
creatine kinase, ULN 200 | CPK increased | CK | U/L | 1 | uln=200 | 200 001, 500 112, 1000 223, 2000 334
lipase, ULN 60, no symptoms | Lipase increased | LIPASET | U/L | 1 | uln=60 symptomatic=no | 60 001, 90 112, 120 222, 300 223
lipase, ULN 60, symptoms | Lipase increased | LIPASET | U/L | 1 | uln=60 symptomatic=yes | 60 001, 90 112, 120 223, 300 334
lipase, ULN 60, symptoms not known | Lipase increased | LIPASET | U/L | 1 | uln=60 | 60 001, 90 112, 120 22-, 300 ---
amylase, ULN 100, no symptoms | Serum amylase increased | AMYLASE | U/L | 1 | uln=100 symptomatic=no | 100 001, 150 112, 200 222, 500 223
amylase, ULN 100, symptoms | Serum amylase increased | AMYLASE | U/L | 1 | uln=100 symptomatic=yes | 100 001, 150 112, 200 223, 500 334
creatinine, ULN 1.2, baseline 1.2 | Creatinine increased | CREAT | mg/dL | 0.1 | uln=1.2 baseline=1.2 | 1.2 001, 1.8 112, 3.6 223, 7.2 334
creatinine, ULN 100, baseline 60 | Creatinine increased | CREAT | umol/L | 1 | uln=100 baseline=60 | 90 002, 100 222, 150 222, 180 223, 300 333, 600 334
creatinine, ULN 100, baseline 200 | Creatinine increased | CREAT | umol/L | 1 | uln=100 baseline=200 | 100 001, 150 112, 300 223, 600 334
calcium, ULN 10.5 | Hypercalcemia | CA | mg/dL | 0.1 | uln=10.5 | 10.5 001, 11.5 112, 12.5 223, 13.5 334
calcium, ULN 2.6 | Hypercalcemia | CA | mmol/L | 0.01 | uln=2.6 | 2.6 001, 2.9 112, 3.1 223, 3.4 334
ionized calcium, ULN 1.3 | Hypercalcemia | CAION | mmol/L | 0.01 | uln=1.3 | 1.3 001, 1.5 112, 1.6 223, 1.8 334
calcium, LLN 8.5 | Hypocalcemia | CA | mg/dL | 0.1 | lln=8.5 | 6.0 433, 7.0 322, 8.0 211, 8.5 100
calcium, LLN 2.15 | Hypocalcemia | CA | mmol/L | 0.01 | lln=2.15 | 1.5 433, 1.75 322, 2.0 211, 2.15 100
ionized calcium, LLN 1.15 | Hypocalcemia | CAION | mmol/L | 0.01 | lln=1.15 | 0.8 433, 0.9 322, 1.0 211, 1.15 100
symptoms of high calcium, ULN 2.6 | Hypercalcemia | CA | mmol/L | 0.01 | uln=2.6 symptomatic=yes | 2.6 002, 2.9 222, 3.1 223
symptoms of low calcium, LLN 1.15 | Hypocalcemia | CAION | mmol/L | 0.01 | lln=1.15 symptomatic=yes | 0.9 322, 1.0 222, 1.15 200
potassium, ULN 5.0 | Hyperkalemia | K | mmol/L | 0.1 | uln=5.0 | 5.0 001, 5.5 112, 6.0 223, 7.0 334
potassium, ULN 5.0, treated | Hyperkalemia | K | mmol/L | 0.1 | uln=5.0 intervention_initiated=yes | 5.0 002, 5.5 222, 6.0 223
potassium, LLN 3.5, no symptoms | Hypokalemia | K | mmol/L | 0.1 | lln=3.5 symptomatic=no | 2.5 433, 3.0 311, 3.5 100
potassium, LLN 3.5, symptoms | Hypokalemia | K | mmol/L | 0.1 | lln=3.5 symptomatic=yes | 2.5 433, 3.0 322, 3.5 200
potassium, LLN 3.5, symptoms not known | Hypokalemia | K | mmol/L | 0.1 | lln=3.5 | 2.5 433, 3.0 3--, 3.5 -00
sodium, ULN 145 | Hypernatremia | SODIUM | mmol/L | 1 | uln=145 | 145 001, 150 112, 155 223, 160 334
sodium, ULN 145, treated | Hypernatremia | SODIUM | mmol/L | 1 | uln=145 intervention_initiated=yes | 145 002, 150 222, 155 223
sodium, LLN 135, no symptoms | Hyponatremia | SODIUM | mmol/L | 1 | lln=135 symptomatic=no | 120 433, 125 322, 130 211, 135 100
sodium, LLN 135, symptoms | Hyponatremia | SODIUM | mmol/L | 1 | lln=135 symptomatic=yes | 120 433, 125 333, 130 311, 135 100
sodium, LLN 135, symptoms not known | Hyponatremia | SODIUM | mmol/L | 1 | lln=135 | 120 433, 125 3--, 130 -11, 135 100
magnesium, ULN 2.4 | Hypermagnesemia | MG | mg/dL | 0.1 | uln=2.4 | 2.4 001, 3.0 113, 8.0 334
magnesium, ULN 1.0 | Hypermagnesemia | MG | mmol/L | 0.01 | uln=1.0 | 1.0 001, 1.23 113, 3.3 334
magnesium, LLN 1.7 | Hypomagnesemia | MG | mg/dL | 0.1 | lln=1.7 | 0.7 433, 0.9 322, 1.2 211, 1.7 100
magnesium, LLN 0.7 | Hypomagnesemia | MG | mmol/L | 0.01 | lln=0.7 | 0.3 433, 0.4 322, 0.5 211, 0.7 100
glucose, LLN 70 | Hypoglycemia | GLUC | mg/dL | 1 | lln=70 | 30 433, 40 322, 55 211, 70 100
glucose, LLN 3.9 | Hypoglycemia | GLUC | mmol/L | 0.1 | lln=3.9 | 1.7 433, 2.2 322, 3.0 211, 3.9 100
albumin, LLN 3.5 | Hypoalbuminemia | ALB | g/dL | 0.1 | lln=3.5 | 2 322, 3 211, 3.5 100
albumin, LLN 35 | Hypoalbuminemia | ALB | g/L | 1 | lln=35 | 20 322, 30 211, 35 100
cholesterol, ULN 200 | Cholesterol high | CHOL | mg/dL | 1 | uln=200 | 200 001, 300 112, 400 223, 500 334
cholesterol, ULN 5.2 | Cholesterol high | CHOL | mmol/L | 0.01 | uln=5.2 | 5.2 001, 7.75 112, 10.34 223, 12.92 334
triglycerides | Hypertriglyceridemia | TRIG | mg/dL | 1 | | 150 011, 300 112, 500 223, 1000 334
triglycerides | Hypertriglyceridemia | TRIG | mmol/L | 0.01 | | 1.71 011, 3.42 112, 5.7 223, 11.4 334
urate, ULN 7, no consequences | Hyperuricemia | URATE | mg/dL | 0.1 | uln=7 physiologic_consequences=no | 7 001
urate, ULN 420, consequences | Hyperuricemia | URATE | umol/L | 1 | uln=420 physiologic_consequences=yes | 420 003
urate, ULN 420, consequences not known | Hyperuricemia | URATE | umol/L | 1 | uln=420 | 420 00-
blood pH, LLN 7.35 | Acidosis | PH | pH | 0.01 | lln=7.35 | 7.30 311, 7.35 100
blood pH, ULN 7.45 | Alkalosis | PH | pH | 0.01 | uln=7.45 | 7.45 001, 7.50 113
bicarbonate, LLN 22, not treated | Blood bicarbonate decreased | BICARB | mmol/L | 1 | lln=22 intervention_initiated=no | 22 100
bicarbonate, LLN 22, treated | Blood bicarbonate decreased | BICARB | mmol/L | 1 | lln=22 intervention_initiated=yes | 22 000
TSH, ULN 4.2, not treated | Thyroid stimulating hormone increased | TSH | mIU/L | 0.1 | uln=4.2 intervention_initiated=no | 4.2 001
TSH, ULN 4.2, treatment not known | Thyroid stimulating hormone increased | TSH | mIU/L | 0.1 | uln=4.2 | 4.2 00-
troponin I, ULN 26, infarction from 300 | Cardiac troponin I increased | TROPONI | ng/L | 1 | uln=26 mi_level=300 | 26 001, 300 133
troponin T, ULN 14, infarction from 52 | Cardiac troponin T increased | TROPONT | ng/L | 1 | uln=14 mi_level=52 | 14 001, 52 133
troponin T, ULN 14, level not known | Cardiac troponin T increased | TROPONT | ng/L | 1 | uln=14 | 14 00-
temperature, 24 hours at most | Fever | TEMP | degC | 0.1 | duration_hours=24 | 38.0 011, 39.0 112, 40.0 223
temperature, more than 24 hours | Fever | TEMP | degC | 0.1 | duration_hours=24.5 | 38.0 011, 39.0 112, 40.0 224
temperature, 24 hours at most | Fever | TEMP | degF | 0.1 | duration_hours=3 | 100.4 011, 102.2 112, 104.0 223
temperature, duration not known | Fever | TEMP | degF | 0.1 | | 100.4 011, 102.2 112, 104.0 22-
weight gained from 80 | Weight gain | WEIGHT | kg | 0.1 | baseline=80 | 80 000, 84 011, 88 122, 96 233
weight lost from 80 | Weight loss | WEIGHT | kg | 0.1 | baseline=80 | 64 332, 72 221, 76 110, 80 000
urine in 8 hours | Urine output decreased | URINOUT8 | mL/8h | 1 | | 80 300
urine in 24 hours | Urine output decreased | URINOUT24 | mL/24h | 1 | | 240 400
ejection fraction, baseline 55 | Ejection fraction decreased | LVEF | % | 1 | baseline=55 | 20 433, 35 333, 40 322, 45 222, 50 220
ejection fraction, baseline 75 | Ejection fraction decreased | LVEF | % | 1 | baseline=75 | 55 332, 65 220
QTc, baseline 445 | Electrocardiogram QT corrected interval prolonged | QTC | ms | 1 | baseline=445 | 450 011, 480 112, 500 223, 505 333
QTc, baseline 400 | Electrocardiogram QT corrected interval prolonged | QTC | ms | 1 | baseline=400 | 450 011, 460 113
urinary protein, ULN 0.15 | Proteinuria | UPROT24 | g/24h | 0.01 | uln=0.15 | 0.15 011, 1.0 122, 3.5 233
filtration rate, LLN 90 | Chronic kidney disease | EGFR | mL/min/1.73m2 | 1 | lln=90 | 15 433, 30 322, 60 211, 90 100
"""


@dataclass(frozen=True)
class Case:
    """A value with its grade; None is ungradable."""

    words: str
    term: str
    test: str
    value: Decimal
    unit: str
    facts: str
    expected: int | None

    def __str__(self) -> str:
        shown = "ungradable" if self.expected is None else f"grade {self.expected}"
        return f"{self.words}: {self.value} {self.unit} is {shown}"


def list_cases() -> Iterator[Case]:
    """Three cases for each threshold."""
    for line in TABLE.strip().splitlines():
        words, term, test, unit, step, facts, thresholds = (part.strip() for part in line.split("|"))
        for threshold in thresholds.split(", "):
            at, grades = threshold.split()
            for steps, expected in zip((-1, 0, 1), grades, strict=True):
                value = Decimal(at) + steps * Decimal(step)
                yield Case(words, term, test, value, unit, facts, None if expected == "-" else int(expected))


ANSWERS = {"yes": True, "no": False}


def graded(term: str, test: str, value: str | Decimal | None, unit: str = "", facts: str = "") -> Grading:
    """The grading of a value with facts written as name=value, of the result and of its context alike."""
    told: dict[str, Any] = dict(one.split("=") for one in facts.split())
    read = {
        name: ANSWERS[text] if text in ANSWERS else text if name in ("baseline_flag", "sign") else Decimal(text)
        for name, text in told.items()
    }
    of_result = {name: read.pop(name) for name in ("lln", "uln", "baseline", "baseline_flag", "sign") if name in read}
    number = None if value is None else Decimal(value)
    return grade(term, test, Measured(number, unit, **of_result), Context(**read))
