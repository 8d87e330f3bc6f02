"""Made-up screening: demographics, disease and medical history, earlier treatment, eligibility, registration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from edc.demo.entry import INVESTIGATOR, Page, SignedForm, Step
from edc.demo.examinations import is_of_childbearing_potential
from edc.demo.medications import Drug
from edc.demo.places import PLACES
from edc.demo.profiles import Profile
from edc.demo.telling import Teller
from edc.demo.tumours import Disease
from forms.eligibility import CRITERIA


class Condition(NamedTuple):
    """A condition before the study: words, category, grade while it goes on, and the drug taken for it."""

    term: str
    category: str
    grade: str
    drug: Drug | None = None


HISTORY = (
    Condition("Arterial hypertension", "CARDIAC", "2",
              Drug("Amlodipine", "5", "mg", "QD", "ORAL", "TABLET", "ANTIHYPERTENSIVE")),
    Condition("Type 2 diabetes", "GENERAL", "2", Drug("Metformin", "500", "mg", "BID", "ORAL", "TABLET")),
    Condition("Raised cholesterol", "GENERAL", "1", Drug("Atorvastatin", "20", "mg", "QD", "ORAL", "TABLET")),
    Condition("Osteoarthritis of the knee", "GENERAL", "1"),
    Condition("Hay fever", "ALLERGY", "1", Drug("Loratadine", "10", "mg", "PRN", "ORAL", "TABLET")),
    Condition("Gout", "GENERAL", "1", Drug("Allopurinol", "300", "mg", "QD", "ORAL", "TABLET")),
    Condition("Mild asthma in childhood", "PULMONARY", ""),
    Condition("Vitiligo after anti-PD-1", "GENERAL", "1"),
)  # fmt: skip
WITH_BRAIN = "001-014"


def demographics_page(profile: Profile) -> Page:
    """Birth date, sex, race, and what contraception depends on."""
    typed = {
        "birth_date": profile.birth_date.isoformat(), "sex": profile.sex, "ethnicity": profile.ethnicity,
        "race": profile.race,
    }  # fmt: skip
    if profile.sex == "M":
        typed |= {"surgically_sterile_m": "N", "contraception_agreed": "Y"}
    elif is_of_childbearing_potential(profile):
        typed |= {"childbearing": "Y", "contraception_agreed": "Y"}
    else:
        typed |= {"childbearing": "N", "not_childbearing_reason": "POSTMENOPAUSAL"}
    return Page("SCR/DM", "DM", typed, visit="SCR")


def disease_page(rng: Random, profile: Profile, disease: Disease, visit: str) -> Page:
    """The tumour, its earlier treatment and where it has spread."""
    found = profile.consent_on - dt.timedelta(days=rng.randrange(700, 1900))
    spread = found + dt.timedelta(days=rng.randrange(60, 300))
    organs = list(dict.fromkeys(lesion.organ for lesion in disease.lesions))
    typed = {
        "histology_confirmed": "Y", "initial_dx_date": f"{found:%Y-%m}", "metastatic_dx_date": f"{spread:%Y-%m}",
        "current_stage": "IV", "gilbert": "N", "any_metastasis": "Y",
    }  # fmt: skip
    if profile.is_renal:
        typed |= {
            "tumour_type": "RENAL CELL CARCINOMA",
            "rcc_histology": rng.choice(("CLEAR CELL", "CLEAR CELL", "PAPILLARY")),
            "imdc_risk": rng.choice(("FAVOURABLE", "INTERMEDIATE", "INTERMEDIATE", "POOR")), "nephrectomy": "Y",
            "initial_stage": rng.choice(("I", "II", "IV")), "m_category": "M1",
        }  # fmt: skip
    else:
        typed |= {
            "tumour_type": "MELANOMA", "melanoma_subtype": rng.choice(("CUTANEOUS", "CUTANEOUS", "ACRAL", "MUCOSAL")),
            "braf_status": rng.choice(("MUTATED", "WILD TYPE", "WILD TYPE")),
            "initial_stage": rng.choice(("II", "IIIB", "IIIC")), "m_category": "M1c" if "LIVER" in organs else "M1b",
        }  # fmt: skip
    groups = {"PD1": [_anti_pd1(rng, profile)], "MET": [{"organ": organ} for organ in organs]}
    if profile.code == WITH_BRAIN:
        typed["m_category"] = "M1d"
        scanned = profile.consent_on - dt.timedelta(days=12)
        groups["MET"].append({
            "organ": "BRAIN", "cns_status": "TREATED STABLE", "symptomatic": "N",
            "cns_last_imaging": scanned.isoformat(),
        })  # fmt: skip
    if rng.random() < 0.6:
        groups["PTX"] = [_other_treatment(profile, spread)]
    return Page(f"{visit}/DH", "DH", typed, groups, visit=visit)


def _anti_pd1(rng: Random, profile: Profile) -> dict[str, str]:
    last = profile.consent_on - dt.timedelta(days=rng.randrange(35, 110))
    first = last - dt.timedelta(days=21 * rng.randrange(4, 17))
    progressed = last + dt.timedelta(days=rng.randrange(4, 28))
    agent = "NIVOLUMAB" if profile.is_renal else rng.choice(("PEMBROLIZUMAB", "NIVOLUMAB"))
    return {
        "agent": agent, "setting": "METASTATIC", "first_dose": first.isoformat(), "last_dose": last.isoformat(),
        "doses_given": str(1 + (last - first).days // 21), "dosing_interval_weeks": "3", "progression_documented": "Y",
        "progression_type": "RADIOGRAPHIC", "progression_date": progressed.isoformat(), "stop_reason": "PROGRESSION",
        "best_response": rng.choice(("PR", "SD", "SD", "PD")),
    }  # fmt: skip


def _other_treatment(profile: Profile, spread: dt.date) -> dict[str, str]:
    stopped = spread + dt.timedelta(days=120)
    category, agent = ("VEGF TKI", "Axitinib") if profile.is_renal else ("ANTI-CTLA-4", "Ipilimumab")
    return {
        "category": category, "agent": agent, "start": f"{spread:%Y-%m}", "ongoing": "N", "stop": f"{stopped:%Y-%m}",
        "investigational": "N", "prior_il2": "N", "stop_reason": "PROGRESSION", "best_response": "SD",
    }  # fmt: skip


def history_pages(teller: Teller) -> Iterator[Page]:
    """One to three conditions with their drugs, and the operation on the primary."""
    rng, profile = teller.rng("history"), teller.profile
    with_drug = rng.choice([one for one in HISTORY if one.drug])
    chosen = [with_drug, *(one for one in rng.sample(HISTORY, rng.choice((0, 1, 1, 2))) if one is not with_drug)]
    yield Page("MHYN", "MHYN", {"any_history": "Y"})
    for number, one in enumerate(chosen, start=1):
        yield _condition(rng, profile, number, one)
        if one.drug:
            yield from teller.medication(_drug(profile, number, one, one.drug))
    yield Page("PRYN", "PRYN", {"any_pr": "Y"})
    yield _operation(rng, profile)


def _condition(rng: Random, profile: Profile, number: int, condition: Condition) -> Page:
    began = profile.consent_on.year - rng.randrange(3, 14)
    is_over = not condition.grade
    typed = {
        "term": condition.term, "category": condition.category, "ongoing": "N" if is_over else "Y",
        "start": str(began - (25 if is_over else 0)), "prior_tx_toxicity": "N",
    }  # fmt: skip
    if "anti-PD-1" in condition.term:
        start = f"{profile.consent_on - dt.timedelta(days=150):%Y-%m}"
        typed |= {"ctcae_term": "Skin hypopigmentation", "prior_tx_toxicity": "Y", "start": start}
    typed |= {"end": str(began - 10)} if is_over else {"grade": condition.grade}
    return Page(f"MH/{number}", "MH", typed)


def _drug(profile: Profile, number: int, condition: Condition, drug: Drug) -> Page:
    typed = {
        "drug": drug.name, "class_flag": drug.class_flag, "indication": condition.term, "mh_ref": f"@MH/{number}",
        "dose": drug.dose, "unit": drug.unit, "frequency": drug.frequency, "route": drug.route, "form": drug.form,
        "start": str(profile.consent_on.year - 1), "ongoing": "Y",
    }  # fmt: skip
    return Page(f"CM/MH/{number}", "CM", typed)


def _operation(rng: Random, profile: Profile) -> Page:
    done = profile.consent_on - dt.timedelta(days=rng.randrange(500, 690))
    what, where = ("Nephrectomy", "KIDNEY") if profile.is_renal else ("Wide local excision", "SKIN")
    typed = {
        "category": "SURGERY", "term": what, "prior": "Y", "minor": "N", "indication": "Primary tumour",
        "start": f"{done:%Y-%m}", "end": f"{done:%Y-%m}", "location": where,
    }  # fmt: skip
    return Page("PR/1", "PR", typed)


def eligibility_page(profile: Profile, visit: str, day: dt.date, first_dose: dt.date, unmet: str = "") -> Page:
    """Every criterion answered by the investigator; `unmet` is one that is not fulfilled."""
    typed = {"planned_c1d1": first_dose.isoformat(), "ie_date": day.isoformat()}
    for criterion in CRITERIA:
        typed[criterion.code] = criterion.fulfilled[0]
    typed |= {"incl12": "NA"} if not is_of_childbearing_potential(profile) else {}
    typed |= {"incl13": "NA"} if profile.sex == "F" else {}
    if unmet:
        typed |= {unmet: "N" if unmet.startswith("incl") else "Y", f"{unmet}_comment": "Seen at screening."}
    return Page(f"{visit}/IE", "IE", typed, visit=visit, by=INVESTIGATOR)


def registration(profile: Profile, visit: str, day: dt.date, first_dose: dt.date) -> Iterator[Step]:
    """Eligibility, signed, and the registration that follows it."""
    yield eligibility_page(profile, visit, day, first_dose)
    yield SignedForm(f"{visit}/IE")
    coordinator = next(place.coordinator for place in PLACES if place.code == profile.site)
    typed = {"registration_date": day.isoformat(), "registered_by": coordinator, "eligibility_confirmed": "Y"}
    yield Page(f"{visit}/REG", "REG", typed, visit=visit)


def failure_page(name: str, day: dt.date, seen: dt.date) -> Page:
    """Study completion of somebody who was not eligible."""
    typed = {"completion_date": day.isoformat(), "reason": "SCREEN FAILURE", "last_known_alive": seen.isoformat()}
    return Page(name, "EOS", typed)
