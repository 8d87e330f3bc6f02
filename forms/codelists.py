"""Code lists: submission value, friendly label and, where CDISC has one, the C-code of the list.

Values are stored as printed here. CDISC values were read from secondary copies of the terminology: compare them
with the release that define.xml names before a submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms.dictionaries.ctcae import list_terms
from forms.dictionaries.lab_tests import LAB_TESTS, PANELS


@dataclass(frozen=True)
class CodeListEntry:
    """One stored value with the words shown for it and its NCI C-code, where known."""

    value: str
    label: str
    ccode: str = ""


class CodeList:
    """An ordered list of the values that an item may hold; `source` is 'study', 'CT C66742' or a dictionary."""

    def __init__(self, name: str, entries: Iterable[CodeListEntry | tuple[str, ...]], source: str = "study") -> None:
        self.name = name
        self.source = source
        self.entries = tuple(e if isinstance(e, CodeListEntry) else CodeListEntry(*e) for e in entries)
        self._by_value = {entry.value: entry for entry in self.entries}
        if len(self._by_value) != len(self.entries):
            raise ValueError(f"Code list {name} has a value twice")

    def __repr__(self) -> str:
        return f"CodeList({self.name!r}, {len(self)} values, {self.source!r})"

    def __iter__(self) -> Iterator[CodeListEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, value: object) -> bool:
        return value in self._by_value

    @property
    def ccode(self) -> str:
        """The NCI C-code of the list, empty for lists of the study."""
        return self.source.removeprefix("CT ") if self.source.startswith("CT ") else ""

    @property
    def values(self) -> tuple[str, ...]:
        """The submission values in order."""
        return tuple(self._by_value)

    def entry(self, value: str) -> CodeListEntry:
        """The entry of a value; KeyError for an unknown one."""
        return self._by_value[value]

    def label(self, value: str) -> str:
        """The words for a value; a value of an earlier release or another list comes back as it is."""
        found = self._by_value.get(value)
        return value if found is None else found.label


LISTS: dict[str, CodeList] = {}


def _sentence(value: str) -> str:
    """Sentence case for a printed value; values that hold lower-case letters are already words."""
    return value.replace("_", " ").capitalize() if value == value.upper() else value


def _add(name: str, *entries: str | tuple[str, ...], source: str = "study") -> None:
    plain = ((entry, _sentence(entry)) if isinstance(entry, str) else entry for entry in entries)
    LISTS[name] = CodeList(name, plain, source)


def _as_printed(name: str, *values: str, source: str = "study") -> None:
    _add(name, *((value, value) for value in values), source=source)


_YES, _NO = ("Y", "Yes", "C49488"), ("N", "No", "C49487")
_U, _NA = ("U", "Unknown", "C17998"), ("NA", "Not applicable", "C48660")
_OTHER_SPECIFY = ("OTHER", "Other, specify")

# Answers and identity
_add("NY", _YES, _NO, _U, _NA, source="CT C66742")
_add("YN", _YES, _NO, source="CT C66742")
_add("YNU", _YES, _NO, _U, source="CT C66742")
_add("YNNA", _YES, _NO, _NA, source="CT C66742")
_add("MISSRSN", "NOT DONE", "NOT ASKED", "NOT APPLICABLE", "UNKNOWN", "RECORD NOT AVAILABLE", "REFUSED")
_add("ARM", ("NIVOIL2", "High Dose IL-2 and Nivolumab"))
_add("SEX", ("F", "Female", "C16576"), ("M", "Male", "C20197"), ("U", "Unknown", "C17998"),
     ("UNDIFFERENTIATED", "Undifferentiated", "C45908"), source="CT C66731")
_add("RACE", ("AMERICAN INDIAN OR ALASKA NATIVE", "American Indian or Alaska Native"), ("ASIAN", "Asian"),
     ("BLACK OR AFRICAN AMERICAN", "Black or African American"),
     ("NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", "Native Hawaiian or other Pacific Islander"), "WHITE",
     _OTHER_SPECIFY, "NOT REPORTED", "UNKNOWN", source="CT C74457")
_add("ETHNIC", ("HISPANIC OR LATINO", "Hispanic or Latino"), ("NOT HISPANIC OR LATINO", "Not Hispanic or Latino"),
     "NOT REPORTED", "UNKNOWN", source="CT C66790")
_add("AGEU", "YEARS", source="CT C66781")
_add("EPOCH", "SCREENING", "TREATMENT", "FOLLOW-UP", "LONG-TERM FOLLOW-UP", source="CT C99079")
_add("NOCBP", "POSTMENOPAUSAL", "HYSTERECTOMY", "OOPHORECTOMY", ("TUBAL", "Tubal ligation or removal"), "OTHER")

# Visits and consent
_add("ICTYPE", ("INITIAL", "Initial consent"), "RE-CONSENT")
_add("VISITMISS", ("SUBJECT DECISION", "Participant's decision"), ("PHYSICIAN DECISION", "Physician's decision"),
     "ADVERSE EVENT", ("LOGISTIC", "Logistic reason"), "NO CONTACT", "OTHER")
_add("CNTMODE", "IN PERSON", "TELEPHONE CALL", ("REMOTE AUDIO VIDEO", "Video call"), "RECORD REVIEW",
     source="CT C171445")

# Disease history
_add("TUMTYPE", "MELANOMA", "RENAL CELL CARCINOMA")
_as_printed("STAGE", "I", "II", "IIIA", "IIIB", "IIIC", "IIID", "IV")
_add("MCAT", *((value, f"{value} (melanoma)") for value in ("M1a", "M1b", "M1c", "M1d")),
     ("M1", "M1 (renal cell carcinoma)"))
_add("MELTYPE", "CUTANEOUS", "ACRAL", "MUCOSAL", "UVEAL", "UNKNOWN PRIMARY")
_add("RCCHIST", "CLEAR CELL", "PAPILLARY", "CHROMOPHOBE", "OTHER")
_add("MUTSTAT", "MUTATED", "WILD TYPE", "UNKNOWN")
_add("IMDC", "FAVOURABLE", "INTERMEDIATE", "POOR", "UNKNOWN")
_add("PD1AGENT", "NIVOLUMAB", "PEMBROLIZUMAB", "CEMIPLIMAB", "DOSTARLIMAB", "OTHER")
_add("PROGTYPE", "CLINICAL", "RADIOGRAPHIC")
_add("CNSSTAT", ("TREATED STABLE", "Treated and stable"), ("UNTREATED ASYMPTOMATIC", "Untreated, asymptomatic"),
     "ACTIVE")
_add("TXCAT", ("ANTI-CTLA-4", "Anti-CTLA-4"), ("ANTI-PD-L1", "Anti-PD-L1"), ("BRAF/MEK", "BRAF/MEK inhibitor"),
     ("VEGF TKI", "VEGF tyrosine kinase inhibitor"), ("MTOR", "mTOR inhibitor"), "CYTOKINE", "CHEMOTHERAPY",
     "CELL THERAPY", ("INVESTIGATIONAL", "Investigational agent"), "OTHER")
_add("TXSETTING", "ADJUVANT", "METASTATIC")
_add("TXSTOP", "PROGRESSION", "TOXICITY", "COMPLETED", "OTHER")
_add("MHCAT", "GENERAL", ("MALIGNANCY", "Other malignancy"), "AUTOIMMUNE",
     ("ARTERIAL_TE", "Arterial thromboembolic event"), ("TB", "Tuberculosis"),
     ("WOUND_FRACTURE", "Wound, ulcer or fracture"), "ALLERGY", "CARDIAC", "PULMONARY")
_add("MALEXC", ("BASAL/SQUAMOUS SKIN", "Localised basal or squamous cell skin cancer"),
     ("IN SITU CERVIX", "In situ cervical cancer"), ("IN SITU BLADDER", "In situ bladder cancer"),
     ("PROSTATE SURVEILLANCE", "Localised prostate cancer under active surveillance"))

# Examinations
_add("PESYS", "GENERAL", "SKIN", "HEAD AND NECK", "EYES", "LYMPH NODES", "CARDIOVASCULAR", "RESPIRATORY", "ABDOMEN",
     "GENITOURINARY", "MUSCULOSKELETAL", "NEUROLOGICAL", "PSYCHIATRIC", "OTHER")
_add("ECOG", ("0", "0 - Fully active"), ("1", "1 - Restricted in strenuous activity, able to do light work"),
     ("2", "2 - Cares for self, unable to work, up more than half of the day"),
     ("3", "3 - Limited self-care, in bed or chair more than half of the day"),
     ("4", "4 - Completely disabled, no self-care"), ("5", "5 - Dead"), source="ECOG")
_as_printed("HEIGHTU", "cm", "in", source="CT C66770")
_add("WEIGHTU", ("kg", "kg"), ("LB", "lb"), source="CT C66770")
_add("TEMPU", ("C", "°C"), ("F", "°F"), source="CT C66770")
_add("POSITION", "SITTING", "SUPINE", "STANDING", source="CT C71148")
_add("VSTESTCD", ("HEIGHT", "Height"), "WEIGHT", ("SYSBP", "Systolic blood pressure"),
     ("DIABP", "Diastolic blood pressure"), ("PULSE", "Pulse rate"), ("RESP", "Respiratory rate"),
     ("TEMP", "Temperature"), ("OXYSAT", "Oxygen saturation"), ("BMI", "Body mass index"),
     ("BSA", "Body surface area"), source="CT C66741")
_add("CVTESTCD", ("LVEF", "Left ventricular ejection fraction"), source="CT C101847")
_add("NORMABN", "NORMAL", ("ABNORMAL NCS", "Abnormal, not clinically significant"),
     ("ABNORMAL CS", "Abnormal, clinically significant"))
_add("CARDBASIS", "HISTORY AND EXAM", ("ECG", "ECG"), ("ECHO", "Echocardiogram"), ("MUGA", "MUGA scan"), "STRESS TEST",
     ("PFT", "Pulmonary function tests"), "OTHER")
_add("STRESSRES", "NEGATIVE", "POSITIVE", "EQUIVOCAL", "NOT DONE")
_add("PREGSPEC", "URINE", "SERUM")
_add("POSNEGIND", "POSITIVE", "NEGATIVE", "INDETERMINATE")

# Laboratory
_add("PANEL", *PANELS.items())
# Protein and glucose stand in two panels; one code has one name.
_TEST_NAMES = {test.code: test.name for test in LAB_TESTS} | {"PROT": "Protein", "GLUC": "Glucose"}
_add("LBTESTCD", *_TEST_NAMES.items(), ("OTHER", "Other test"), source="CT C65047")
_add("DONESTAT", "DONE", "NOT DONE")
_add("LTGT", ("LT", "< (below)"), ("GT", "> (above)"))
_add("LABTIME", "PRE-DOSE", "DAILY", "PRE-DISCHARGE")
_add("NRIND", "LOW", "NORMAL", "HIGH", "ABNORMAL", source="CT C78736")
_add("CLSIG", ("NCS", "Not clinically significant"), ("CS", "Clinically significant"))
_add("URINEGRADE", "NEGATIVE", "TRACE", "1+", "2+", "3+", "4+", "POSITIVE", source="study over C102580")
_as_printed(
    "UNIT",
    *dict.fromkeys([
        "IU", "IU/kg", "mg", "g/L", "mmol/L", "umol/L", "10^9/L", "10^12/L", "U/L", "ng/L", "ug/L", "mIU/L", "pmol/L",
        "nmol/L", "s", "RATIO", "fraction of 1", *(unit for test in LAB_TESTS for unit in test.units if unit),
        "mm", "kg", "cm", "mmHg", "beats/min", "breaths/min", "C", "%", "ug/kg/min",
    ]),
    source="CT C71620",
)  # fmt: skip

# Specimens and biomarkers
_add("PRIMMET", "PRIMARY", "METASTASIS")
_add("FIXATION", ("FFPE", "FFPE"), "OTHER")
_add("BLOCKSLD", "BLOCK", "SLIDES")
_add("PDL1ASSAY", ("22C3", "22C3"), ("28-8", "28-8"), ("SP263", "SP263"), ("SP142", "SP142"), "OTHER")
_add("PDL1SCORE", ("TPS", "TPS (tumour proportion score)"), ("CPS", "CPS (combined positive score)"),
     ("TC", "TC (tumour cells)"), ("IC", "IC (immune cells)"))
_add("TMBASSAY", "PANEL", "EXOME", "OTHER")
_add("TUBE", ("EDTA", "EDTA"), "HEPARIN", ("CPT", "CPT"), "STRECK", "OTHER")
_add("STORAGE", "ROOM TEMPERATURE", ("4 C", "4 °C"), ("-80 C", "-80 °C"), "LIQUID NITROGEN")
_add("BIOTPT", "BEFORE NIVOLUMAB DAY 1", ("BEFORE IL-2 ADMISSION 1", "Before IL-2 admission 1"),
     ("BEFORE IL-2 ADMISSION 2", "Before IL-2 admission 2"), "BEFORE NIVOLUMAB DAY 35", "AFTER COURSE", "SCREENING",
     "PROGRESSION")
_add("CPTEST", ("MDSC", "MDSC"), ("MDSCM", "MDSC, monocytic"), ("MDSCG", "MDSC, granulocytic"),
     ("MDSLE", "MDSC / leukocytes"), ("TLYCE", "T cells"), ("TLYH", "Helper T cells"), ("TLC", "Cytotoxic T cells"),
     ("TLR", "Regulatory T cells"), ("TLYHTLYC", "CD4 / CD8 ratio"), ("TLYHTLY", "Helper T cells / T cells"),
     ("TLYCTLY", "Cytotoxic T cells / T cells"), source="CT C181173")
_as_printed("CPUNIT", "%", "10^6/L", "cells/uL")
_add("MITESTCD", ("PDL1", "PD-L1"), source="CT C132263")
_add("GFTESTCD", ("TMB", "Tumour mutational burden"), ("SNV", "Single nucleotide variation"), source="CT C181178")
_add("BEDECOD", "COLLECTING", "RECEIVING", "SHIPPING", "STORING", "FREEZING", "ISOLATING", "FIXING",
     "ARCHIVE RETRIEVING", source="CT C124297")

# Study drugs
_add("DRUG", "NIVOLUMAB", ("ALDESLEUKIN", "Aldesleukin (IL-2)"))
_add("IL2LEVEL", ("600000", "600,000 IU/kg"), ("720000", "720,000 IU/kg"))
_add("SLOTSTAT", "GIVEN", "HELD", "NOT_REACHED")
_add("DOSEREAS", "ADVERSE EVENT", "PROGRESSIVE DISEASE", ("SUBJECT DECISION", "Participant's decision"),
     ("PHYSICIAN DECISION", "Physician's decision"), ("LABORATORY", "Laboratory value"),
     ("LOGISTIC", "Logistic reason"), "ADMISSION CANCELLED", "OTHER")
_add("HOLDREAS", "HYPOTENSION", "ARRHYTHMIA", "TACHYCARDIA", "ISCHAEMIA OR TROPONIN", "HYPOXIA OR DYSPNOEA",
     "PULMONARY OEDEMA", "OLIGURIA", "CREATININE", "ACIDOSIS", "MENTAL STATUS", "BLEEDING OR PLATELETS",
     "INFECTION OR FEVER", "GASTROINTESTINAL", "HEPATIC", "SKIN", "WEIGHT GAIN OR OEDEMA", "IMMUNE EVENT",
     "OTHER TOXICITY", ("SUBJECT REFUSED", "Participant refused"), ("PHYSICIAN DECISION", "Physician's decision"),
     ("LOGISTIC", "Logistic (bed, line, drug)"), _OTHER_SPECIFY)
_add("IL2STOP", ("MAX DOSES", "All doses given"), "TOXICITY", ("SUBJECT DECISION", "Participant's decision"),
     ("PHYSICIAN DECISION", "Physician's decision"), "PROGRESSIVE DISEASE", ("LOGISTIC", "Logistic reason"), "DEATH",
     "OTHER")

# The hold reasons that need an adverse event beside them.
HOLD_REASONS_WITH_AE = frozenset(LISTS["HOLDREAS"].values[: LISTS["HOLDREAS"].values.index("SUBJECT REFUSED")])

# Safety
_add("CTCAE", *((term.name, term.name) for term in list_terms()), source="CTCAE v5.0")
_add("GRADE1_5", ("1", "1 - Mild"), ("2", "2 - Moderate"), ("3", "3 - Severe"), ("4", "4 - Life-threatening"),
     ("5", "5 - Death"), source="CTCAE v5.0")
_add("ACN", "DOSE INCREASED", "DOSE NOT CHANGED", "DOSE RATE REDUCED", "DOSE REDUCED", "DRUG INTERRUPTED",
     "DRUG WITHDRAWN", "NOT APPLICABLE", "UNKNOWN", source="CT C66767")
_add("OUT", ("RECOVERED/RESOLVED", "Recovered or resolved"), ("RECOVERING/RESOLVING", "Recovering or resolving"),
     ("NOT RECOVERED/NOT RESOLVED", "Not recovered, not resolved"),
     ("RECOVERED/RESOLVED WITH SEQUELAE", "Recovered or resolved with sequelae"), "FATAL", "UNKNOWN",
     source="CT C66768")
_add("REL", "UNRELATED", "UNLIKELY", "POSSIBLE", "PROBABLE", "DEFINITE")
_add("RELOTH", ("DISEASE", "Disease under study"), "CONCOMITANT MEDICATION", "CONCOMITANT DISEASE", "PROCEDURE",
     "PRIOR THERAPY", "OTHER")
_add("AETX", "NONE", "MEDICATION", "PROCEDURE", "HOSPITALISATION", ("ICU", "Intensive care"), "OTHER")
_add("SAERPT", ("INITIAL", "Initial report"), ("FOLLOW-UP", "Follow-up report"))
_add("CLOCKSTAT", "OPEN", "MET", "LATE")
_add("INDCLASS", ("NONE", "No IND report"), ("7-DAY", "7-day report"), ("15-DAY", "15-day report"))

# Medication and procedures
_add("CMFLAG", "STEROID", "VASOPRESSOR", ("G-CSF", "G-CSF"), "ANTICOAGULANT", "ANTIBIOTIC", "IMMUNOSUPPRESSANT",
     "THYROID REPLACEMENT", "DIURETIC", "ANTIHYPERTENSIVE", ("NSAID/ANTIPYRETIC", "NSAID or antipyretic"), "OTHER")
_add("ROUTE", "INTRAVENOUS", "ORAL", "SUBCUTANEOUS", "INTRAMUSCULAR", ("RESPIRATORY (INHALATION)", "Inhaled"), "NASAL",
     "TOPICAL", "TRANSDERMAL", "OPHTHALMIC", "RECTAL", "SUBLINGUAL", "INTRA-ARTICULAR", "UNKNOWN", source="CT C66729")
_add("FRM", ("INJECTION, SOLUTION", "Injection, solution"),
     ("INJECTION, POWDER, LYOPHILIZED, FOR SOLUTION", "Injection, lyophilised powder for solution"), "TABLET",
     "CAPSULE", "SOLUTION", "SUSPENSION", "CREAM", "OINTMENT", "PATCH", "AEROSOL", "SPRAY", "SUPPOSITORY", "UNKNOWN",
     source="CT C66726")
_add("FREQ", "ONCE", ("Q4H", "Every 4 hours"), ("Q6H", "Every 6 hours"), ("Q8H", "Every 8 hours"),
     ("Q12H", "Every 12 hours"), ("QD", "Once a day"), ("BID", "Twice a day"), ("TID", "Three times a day"),
     ("QID", "Four times a day"), ("QOD", "Every other day"), ("QS", "Every week"), ("PRN", "As needed"), "CONTINUOUS",
     "UNKNOWN", source="CT C71113")
_add("DOSEUNIT", *((unit, unit) for unit in (
    "mg", "g", "ug", "mL", "IU", "mmol", "mEq", "mg/kg", "mg/h", "ug/h", "ug/min", "ug/kg/min", "mL/h", "IU/h", "L/min",
    "%",
)), "TABLET", "CAPSULE", "PUFF", ("gtt", "Drop"), "PATCH", "SACHET", "UNIT", source="CT C71620")  # fmt: skip
_add("PRCAT", "SURGERY", "RADIOTHERAPY", "CENTRAL LINE", "TRANSFUSION", "DIALYSIS", "INTUBATION", "BIOPSY",
     "DIAGNOSTIC", "OTHER")
_add("DVCAT", "ELIGIBILITY", "CONSENT", "VISIT WINDOW", "STUDY DRUG", "PROCEDURE MISSED", "SAFETY REPORTING", "OTHER")
_add("DVSEV", "MINOR", "MAJOR")
_add("DVSOURCE", "MANUAL", ("CHECK", "Offered by a check"))

# Tumour assessment
_add("ORGAN", "LIVER", "LUNG", "PLEURA", "LYMPH NODE", "BRAIN", "BONE", "SKIN", "SUBCUTIS", "SOFT TISSUE",
     "ADRENAL GLAND", "KIDNEY", "PANCREAS", "SPLEEN", "PERITONEUM", "RETROPERITONEUM", "MEDIASTINUM", "OTHER",
     source="CT C74456")
_add("LAT", "LEFT", "RIGHT", "BILATERAL", source="CT C99073")
_add("LESROLE", "TARGET", "NON-TARGET", ("NEW", "New lesion"), source="CT C123650")
_add("METHOD", ("CT SCAN", "CT scan"), ("CT SCAN WITHOUT CONTRAST", "CT scan without contrast"), ("MRI", "MRI"),
     ("MRI WITHOUT CONTRAST", "MRI without contrast"), ("PET/CT SCAN", "PET/CT scan"),
     ("CALIPER MEASUREMENT METHOD", "Caliper"), ("X-RAY", "X-ray"), "ULTRASOUND", "PHYSICAL EXAMINATION",
     "FLOW CYTOMETRY", ("IHC", "Immunohistochemistry"), "NEXT GENERATION TARGETED SEQUENCING",
     "WHOLE EXOME SEQUENCING", source="CT C85492")
_add("REGION", "CHEST", "ABDOMEN", "PELVIS", "BRAIN", "NECK", "WHOLE BODY", "LIMB")
_add("TLSTATE", "MEASURED", ("ABSENT", "Absent (gone)"), ("TSTM", "Too small to measure"),
     ("NOT_EVALUABLE", "Not evaluable"), ("MERGED", "Merged with another target"), ("SPLIT", "Split into fragments"))
_add("NTSTATE", "PRESENT", "ABSENT", ("UPD", "Unequivocal progression"), ("NE", "Not evaluable"))
_add("NEWCERT", "UNEQUIVOCAL", "EQUIVOCAL")
_add("NEWRES", ("CONFIRMED", "Confirmed as a new lesion"), ("NOT CONFIRMED", "Not a new lesion"))
_add("RESP", ("CR", "Complete response (CR)"), ("PR", "Partial response (PR)"), ("SD", "Stable disease (SD)"),
     ("PD", "Progressive disease (PD)"), ("NE", "Not evaluable (NE)"),
     ("NON-CR/NON-PD", "Neither complete response nor progression (non-CR/non-PD)"), ("NED", "No evidence of disease"),
     "NOT ALL EVALUATED", ("NA", "Not applicable, none at baseline"), source="CT C96785")
_add("RSCAT", ("RECIST 1.1", "RECIST 1.1"), ("ECOG", "ECOG"), ("AJCC V8", "AJCC V8"), source="CT C124298")
_add("EVAL", "INVESTIGATOR", "RADIOLOGIST", source="CT C78735")
_add("CONTREAS", "PROGRESSIVE DISEASE", "TOXICITY", "COMPLETE RESPONSE", ("SUBJECT DECISION", "Participant's decision"),
     ("PHYSICIAN DECISION", "Physician's decision"), "OTHER")

# Disposition and follow-up
_WITHDRAWAL = ("WITHDRAWAL BY SUBJECT", "Withdrawal by participant")
_add("NCOMPLT_EOT", "COMPLETED", "ADVERSE EVENT", "PROGRESSIVE DISEASE", "DEATH", _WITHDRAWAL, "PHYSICIAN DECISION",
     "LACK OF EFFICACY", "LOST TO FOLLOW-UP", "PROTOCOL DEVIATION", "PREGNANCY",
     "FAILURE TO MEET CONTINUATION CRITERIA", "NON-COMPLIANCE WITH STUDY DRUG", "STUDY TERMINATED BY SPONSOR", "OTHER",
     source="CT C66727")
_add("NCOMPLT_EOS", "COMPLETED", "DEATH", "LOST TO FOLLOW-UP", _WITHDRAWAL, "SCREEN FAILURE", "NEVER DOSED",
     "PHYSICIAN DECISION", "STUDY TERMINATED BY SPONSOR", "OTHER", source="CT C66727")
_add("WDFROM", "TREATMENT ONLY", "ALL CONTACT")
_add("DSCAT", "PROTOCOL MILESTONE", "DISPOSITION EVENT", "OTHER EVENT", source="CT C74558")
_add("DSSCAT", "STUDY PARTICIPATION", "STUDY TREATMENT", source="CT C170443")
_add("PROTMLST", "INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA MET", "ENTERED INTO TRIAL", source="CT C114118")
_add("ARMNULRS", "SCREEN FAILURE", "NOT ASSIGNED", "ASSIGNED, NOT TREATED", "UNPLANNED TREATMENT", source="CT C142179")
_add("SURVSTAT", "ALIVE", "DEAD", "UNKNOWN", source="CT C124304")
_add("DISSTAT", ("NO PD", "No progression"), ("PD SINCE LAST", "Progression since the last contact"), "UNKNOWN")
_add("DTHCAUSE", "DISEASE PROGRESSION", "ADVERSE EVENT", "OTHER", "UNKNOWN")
_add("DTHPLACE", "HOSPITAL", "HOME", "HOSPICE", "OTHER", "UNKNOWN")
_add("DDTESTCD", ("PRCDTH", "Primary cause of death"), ("SECDTH", "Secondary cause of death"),
     ("AUTOPIND", "Autopsy indicator"), ("LOCDTH", "Location of death"),
     ("INFOSCOD", "Information source of the cause of death"), ("DTHEXIND", "Death expected indicator"),
     source="CT C116108")
_add("AUTORES", "MET", "NOT MET", "CANNOT TELL", ("MANUAL", "Manual"))
