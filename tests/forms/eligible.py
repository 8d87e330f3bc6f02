"""A participant who fulfils every criterion, for tests that change one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.eligibility import CRITERIA
from forms.views import Record
from tests.forms.casebooks import record

DATES = {"planned_c1d1": "2024-03-04", "ie_date": "2024-03-01"}
LAB_ROWS: Mapping[str, tuple[str, str, str, str | None]] = {
    "HGB": ("HEM", "12.1", "g/dL", None), "NEUT": ("HEM", "4.2", "10^9/L", None), "WBC": ("HEM", "6.0", "10^9/L", None),
    "PLAT": ("HEM", "210", "10^9/L", None), "CREAT": ("CHEM", "0.9", "mg/dL", "1.2"),
    "BILI": ("CHEM", "0.6", "mg/dL", "1.2"), "BILDIR": ("CHEM", "0.2", "mg/dL", "0.3"), "AST": ("CHEM", "30", "U/L", "40"),
    "ALT": ("CHEM", "30", "U/L", "40"), "INR": ("COAG", "1.0", "", "1.1"),
}  # fmt: skip


def lab_row(test: str, value: str | None = None, **more: str) -> dict[str, str]:
    """One result of the panel of eligibility, with another value where given."""
    panel, usual, unit, uln = LAB_ROWS[test]
    row = {"panel": panel, "test": test, "row_status": "DONE", "value": value or usual} | more
    return row | ({"unit": unit} if unit else {}) | ({"uln": uln} if uln else {})


def sample(
    on: str = "2024-02-20 08:00", *, line: int = 1, without: str = "", uln: Mapping[str, str] | None = None, **values: str
) -> Record:  # fmt: skip
    """A screening sample with the panel of eligibility; `AST="120"` changes a value, `uln` the upper limits."""
    rows = [lab_row(test, values.get(test)) for test in LAB_ROWS if test != without]
    for row in rows:
        row |= {"uln": (uln or {})[row["test"]]} if row["test"] in (uln or {}) else {}
    return record("LAB", "SCR", line=line, performed="Y", lab="Central", sample_dt=on, RESULT=rows)


def answers(**changed: str) -> dict[str, str]:
    """The answers of a participant who may enter, some of them changed."""
    fine = {criterion.code: criterion.fulfilled[0] for criterion in CRITERIA}
    return fine | {"incl12": "NA"} | changed


def form(**changed: Any) -> Record:
    """The eligibility form, all answers given; what is None is left blank."""
    given = DATES | answers(**{name: text for name, text in changed.items() if text is not None})
    return record("IE", "SCR", **{name: text for name, text in given.items() if changed.get(name, text) is not None})


def history(**changed: Any) -> Record:
    """A disease history of melanoma stage IV with one line of anti-PD-1."""
    line = {
        "agent": "PEMBROLIZUMAB", "first_dose": "2023-05-02", "last_dose": "2023-11-02", "progression_documented": "Y",
        "progression_type": "RADIOGRAPHIC", "progression_date": "2023-12",
    }  # fmt: skip
    given: dict[str, Any] = {
        "tumour_type": "MELANOMA", "histology_confirmed": "Y", "current_stage": "IV", "gilbert": "N",
        "any_metastasis": "Y", "PD1": [line], "MET": [{"organ": "LUNG"}],
    }  # fmt: skip
    return record("DH", "SCR", **(given | changed))


def others(*replaced: Record) -> list[Record]:
    """The forms that the criteria read, with those given in the place of their like."""
    usual = [
        record("IC", name="consent", consent_type="INITIAL", signature_date="2024-02-01", capacity_confirmed="Y"),
        record("DM", "SCR", birth_date="1970-05-02", sex="M", surgically_sterile_m="N", contraception_agreed="Y"),
        history(),
        record("MHYN", any_history="N"),
        record("CMYN", any_cm="N"),
        record("PRYN", any_pr="N"),
        record("PE", "SCR", ecog="1", ecog_date="2024-02-20"),
        record("CARD", "SCR", assess_date="2024-02-20", adequate_il2="Y", htn_duration="N", anticoag_stable="NA"),
        record("TLB", role="TARGET", organ="LUNG", is_node="N", method="CT SCAN", slice_mm="5", baseline_mm="24",
               baseline_scan_date="2024-02-10"),
        sample(),
    ]  # fmt: skip
    kinds = {one.crf.oid for one in replaced}
    return [one for one in usual if one.crf.oid not in kinds] + list(replaced)
