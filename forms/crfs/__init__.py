"""The CRFs of this study build, in the order of the casebook."""

from importlib import import_module

from forms.crf import verify_registry

for _name in (
    "visit",
    "consent",
    "demographics",
    "eligibility",
    "registration",
    "disease_history",
    "any_history",
    "medical_history",
    "physical_exam",
    "vital_signs",
    "pregnancy_test",
    "cardiac",
    "laboratory",
    "tumour_tissue",
    "blood_cells",
    "nivolumab",
    "il2_admission",
    "il2_doses",
    "lesions",
    "tumour_assessment",
    "continuation",
    "adverse_events",
    "any_adverse_events",
    "any_medications",
    "medications",
    "any_procedures",
    "procedures",
    "deviations",
    "serious_events",
    "best_response",
    "treatment_end",
    "survival",
    "study_completion",
    "death",
):
    import_module(f"{__name__}.{_name}")

verify_registry()
