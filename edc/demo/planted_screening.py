"""What is planted around screening: consent, history, examinations, and what came to light after registration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from edc.demo.entry import Correction, Page
from edc.demo.planting import Planted, moved, nth, pages_of, typing
from edc.demo.story import Story

SOURCE = "Source document found"
Typed = Mapping[str, str]


def corrected(name: str, crf: str, typed: Typed, rows: Mapping[str, Sequence[Typed]] | None = None) -> Correction:
    """A form that is corrected, wrongly, when everything was entered."""
    return Correction(Page(name, crf, typed, rows or {}), SOURCE)


def line(crf: str, name: str, make: Callable[[Story], Typed]) -> Callable[[Story], Page]:
    """A line of a log that is entered late."""
    return lambda story: Page(f"{crf}/{name}", crf, make(story))


def _history(term: str, category: str, **more: str) -> Callable[[Story], Typed]:
    return lambda story: {"term": term, "category": category, "prior_tx_toxicity": "N", "ongoing": "N", **more}


def _before(story: Story, days: int) -> str:
    return (story.profile.day_one - dt.timedelta(days=days)).isoformat()


def _infarction(story: Story) -> Typed:
    days = {"start": _before(story, 80), "end": _before(story, 70)}
    return {**_history("Myocardial infarction", "ARTERIAL_TE")(story), **days}


def _ulcer(story: Story) -> Typed:
    days = {"start": _before(story, 2), "end": _before(story, 0)}
    return {**_history("Ulcer of the foot", "WOUND_FRACTURE")(story), **days}


def _neuropathy(story: Story) -> Typed:
    told = {"start": _before(story, 200), "ongoing": "Y", "grade": "2", "prior_tx_toxicity": "Y"}
    return {**_history("Numb feet after earlier treatment", "GENERAL")(story), **told}


def _operation(story: Story) -> Typed:
    return {
        "category": "SURGERY", "term": "Removal of the gall bladder", "prior": "N", "minor": "N", "location": "OTHER",
        "indication": "Stones", "start": _before(story, 9),
    }  # fmt: skip


def _anti_pd1(story: Story) -> Typed:
    history = next(page for page in pages_of(story) if page.crf == "DH")
    return history.rows["PD1"][0]


def _short_exposure(story: Story) -> Correction:
    last = dt.date.fromisoformat(_anti_pd1(story)["last_dose"])
    row = {"number": "1", "first_dose": (last - dt.timedelta(days=28)).isoformat(), "doses_given": "2"}
    return corrected("SCR/DH", "DH", {}, {"PD1": [row]})


def _old_exposure(story: Story) -> Correction:
    row = {"number": "1"}
    for item in ("first_dose", "last_dose", "progression_date"):
        day = dt.date.fromisoformat(_anti_pd1(story)[item]) - dt.timedelta(days=200)
        row[item] = day.isoformat()
    return corrected("SCR/DH", "DH", {}, {"PD1": [row]})


def _no_progression(_: Story) -> Correction:
    row = {"number": "1", "progression_documented": "N", "progression_type": "", "progression_date": ""}
    return corrected("SCR/DH", "DH", {}, {"PD1": [row]})


def _trial_drug(story: Story) -> Correction:
    row = {
        "category": "INVESTIGATIONAL", "agent": "Trial agent T-17", "start": _before(story, 60), "ongoing": "N",
        "stop": _before(story, 10), "investigational": "Y", "recovered": "Y", "prior_il2": "N",
        "stop_reason": "PROGRESSION",
    }  # fmt: skip
    return corrected("SCR/DH", "DH", {}, {"PTX": [row]})


def _late_sample(panel: str, *results: tuple[str, str, str], days: int = 1) -> Callable[[Story], Page]:
    """A sample of so many days before registration that the laboratory reported late."""

    def made(story: Story) -> Page:
        first = next(page for page in pages_of(story) if page.name == "SCR/LAB")
        day = story.profile.registered_on - dt.timedelta(days=days)
        typed = {
            "performed": "Y", "sample_dt": f"{day} 08:00", "lab": first.typed["lab"], "fasting": "U", "panel": panel,
            "accession": f"{story.profile.code}-L",
        }  # fmt: skip
        rows = [
            {"panel": panel, "test": test, "row_status": "DONE", "value": value, "clinical_significance": "NCS",
             **({"unit": unit} if unit else {})}
            for test, value, unit in results
        ]  # fmt: skip
        return Page("SCR/LAB/late", "LAB", typed, {"RESULT": rows}, visit="SCR")

    return made


def _not_done(panel: str, test: str) -> Callable[[Story], Correction]:
    """A result of screening that turned out to belong to somebody else."""

    def made(story: Story) -> Correction:
        rows = next(page for page in pages_of(story) if page.name == "SCR/LAB").rows["RESULT"]
        place = 1 + next(n for n, row in enumerate(rows) if (row["panel"], row["test"]) == (panel, test))
        gone = {"number": str(place), "row_status": "NOT DONE", "value": "", "unit": ""}
        return corrected("SCR/LAB", "LAB", {}, {"RESULT": [gone]})

    return made


def _liver_left_out(page: Page) -> Page:
    sites = [{"organ": "PLEURA" if row["organ"] == "LIVER" else row["organ"]} for row in page.rows["MET"]]
    return replace(page, rows={**page.rows, "MET": sites})


_IE = "SCR/IE"

ELIGIBILITY = (
    Planted("IE-02", "001-003", _IE, "incl03a", "first dose typed wrong afterwards", added=_short_exposure),
    Planted("IE-03", "001-004", "SCR/DH", "progression_documented", "progression taken back", added=_no_progression,
            row=("PD1", nth(1))),
    Planted("IE-01", "001-004", _IE, "incl03b", "the same: the criterion rests on it", follows=True),
    Planted("IE-04", "001-005", _IE, "incl03c", "year of anti-PD-1 typed wrong afterwards", added=_old_exposure),
    Planted("IE-05", "001-006", _IE, "incl06", "performance status of another day",
            added=lambda _: corrected("SCR/PE", "PE", {"ecog": "2"})),
    Planted("IE-06", "001-008", _IE, "excl08", "an infarction that was not told",
            added=line("MH", "late", _infarction)),
    Planted("IE-07", "001-009", _IE, "excl05", "an operation shortly before treatment",
            added=line("PR", "late", _operation)),
    Planted("IE-08", "001-011", _IE, "excl15", "a trial drug that was not told", added=_trial_drug),
    Planted("IE-09", "002-002", _IE, "incl13", "contraception taken back",
            added=lambda _: corrected("SCR/DM", "DM", {"contraception_agreed": "N"})),
    Planted("IE-10", "001-012", "SCR/REG", "eligibility_confirmed", "'no' although registered",
            typing(eligibility_confirmed="N")),
    Planted("IE-11", "001-013", _IE, "excl07", "a wound between planned and real first dose",
            added=line("MH", "late", _ulcer), also=((_IE, moved(None, None, ["planned_c1d1"], days=-3)),)),
    Planted("LB-04", "001-014", _IE, "incl07a", "no bilirubin", added=_not_done("CHEM", "BILI")),
    Planted("LB-07", "001-015", _IE, "incl07a", "bilirubin of the day before registration",
            added=_late_sample("CHEM", ("BILI", "2.6", "mg/dL"), ("BILDIR", "0.9", "mg/dL"))),
    Planted("LB-08", "001-016", _IE, "incl07c", "ALT of the day before registration",
            added=_late_sample("CHEM", ("ALT", "240", "U/L"))),
    Planted("LB-09", "001-017", _IE, "incl08", "creatinine of the day before registration",
            added=_late_sample("CHEM", ("CREAT", "2.4", "mg/dL"))),
    Planted("LB-10", "001-018", _IE, "incl09d", "platelets of the day before registration",
            added=_late_sample("HEM", ("PLAT", "88", "10^3/uL"))),
    Planted("LB-11", "001-019", _IE, "incl10", "INR of the day before registration",
            added=_late_sample("COAG", ("INR", "2.1", ""))),
    Planted("IC-01", "001-006", "SCR/LAB/late", "sample_dt", "a sample of another physician",
            added=_late_sample("COAG", ("INR", "1.1", ""), days=35)),
    Planted("LB-12", "001-006", _IE, "incl10", "that sample is too old, and the only one",
            added=_not_done("COAG", "INR")),
    Planted("MH-02", "001-020", "MH/late", "grade", "toxicity of earlier treatment that was not told",
            added=line("MH", "late", _neuropathy)),
    Planted("IE-01", "001-020", _IE, "incl14", "the same: the criterion rests on it", follows=True),
)  # fmt: skip

HISTORY = (
    Planted("DH-01", "001-022", "SCR/DH", "histology_confirmed", "histology taken back",
            added=lambda _: corrected("SCR/DH", "DH", {"histology_confirmed": "N"})),
    Planted("IE-01", "001-022", _IE, "incl04", "the same: the criterion rests on it", follows=True),
    Planted("DH-02", "001-013", "SCR/DH", "metastatic_dx_date", "year typed wrong",
            typing(metastatic_dx_date="2009-01")),
    Planted("DH-03", "001-014", "SCR/DH", "progression_date", "month typed wrong",
            moved("PD1", nth(1), ["progression_date"], days=150), row=("PD1", nth(1))),
    Planted("DH-04", "001-016", "SCR/DH", "m_category", "M1d without a brain metastasis", typing(m_category="M1d")),
    Planted("DH-05", "001-017", "SCR/DH", "any_metastasis", "liver not among the sites",
            _liver_left_out),
    Planted("MH-01", "001-015", "MH/1", "end", "goes on, with an end", typing(end="2021")),
    Planted("VS-03", "001-022", "SCR/VS", "systolic", "high pressure at screening",
            typing(systolic="172", diastolic="96")),
    Planted("CA-02", "001-023", "SCR/CARD", "lvef", "low ejection fraction, called adequate", typing(lvef="38")),
    Planted("BM-01", "001-019", "SCR/BIOT", "tissue_available", "tissue without consent to its use",
            also=(("IC/1", typing(tissue_consent="N")),)),
    Planted("BM-04", "001-020", "SCR/BIOT", "result_date", "result before the tissue was taken",
            typing(pdl1_done="Y", pdl1_assay="22C3", pdl1_score_type="TPS", pdl1_value="5", result_date="2019-03-04")),
)  # fmt: skip

SCREENING = (*ELIGIBILITY, *HISTORY)
