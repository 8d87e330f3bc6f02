"""Words that sources use and CTCAE does not: a table of our own from word to term, and suggestions from it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from forms.dictionaries.ctcae import Term, get_term, list_terms

# CTCAE term -> words and phrases for it, in lower case. A word may stand at several terms.
WORDS: Mapping[str, tuple[str, ...]] = {
    "Hypotension": ("low bp", "low blood pressure", "blood pressure low", "bp drop", "shock"),
    "Hypertension": ("high bp", "high blood pressure", "raised blood pressure"),
    "Capillary leak syndrome": ("capillary leak", "vascular leak", "vls"),
    "Thromboembolic event": ("thrombosis", "dvt", "deep vein thrombosis", "pulmonary embolism"),
    "Urine output decreased": ("oliguria", "anuria", "low urine output", "reduced urine"),
    "Acute kidney injury": ("renal failure", "kidney failure", "acute renal failure", "aki"),
    "Creatinine increased": ("raised creatinine", "high creatinine", "azotaemia", "azotemia", "creatinine rise",
                             "elevated creatinine", "renal insufficiency"),
    "Renal and urinary disorders - Other, specify": ("nephritis", "immune nephritis", "interstitial nephritis"),
    "Edema limbs": ("oedema of limbs", "leg oedema", "ankle oedema", "peripheral oedema", "leg edema", "ankle edema",
                    "peripheral edema", "swollen legs", "limb oedema", "oedema limbs", "pedal edema", "pedal oedema"),
    "Edema face": ("facial oedema", "facial edema", "face swelling", "oedema face", "periorbital swelling"),
    "Generalized edema": ("anasarca", "generalised oedema", "generalized oedema", "fluid overload", "oedema"),
    "Weight gain": ("weight increased", "fluid weight"),
    "Proteinuria": ("protein in urine",),
    "Sinus tachycardia": ("tachycardia", "fast heart rate", "fast pulse", "high heart rate"),
    "Sinus bradycardia": ("bradycardia", "slow heart rate"),
    "Atrial fibrillation": ("afib", "a fib", "af"),
    "Supraventricular tachycardia": ("svt",),
    "Ventricular tachycardia": ("vt",),
    "Ventricular arrhythmia": ("pvcs", "ventricular ectopics", "bigeminy"),
    "Myocardial infarction": ("heart attack", "nstemi", "stemi", "cardiac ischaemia", "cardiac ischemia"),
    "Chest pain - cardiac": ("angina", "cardiac chest pain"),
    "Cardiac troponin I increased": ("raised troponin", "troponin rise", "troponin elevated", "high troponin"),
    "Cardiac troponin T increased": ("raised troponin", "troponin rise", "troponin elevated", "high troponin"),
    "CPK increased": ("ck increased", "creatine kinase increased", "raised ck"),
    "Heart failure": ("cardiac failure", "chf"),
    "Ejection fraction decreased": ("low ef", "reduced ejection fraction", "reduced lvef"),
    "Confusion": ("mental status change", "altered mental status", "disorientation", "confused"),
    "Delirium": ("mental status change", "altered mental status"),
    "Encephalopathy": ("mental status change", "altered mental status", "encephalitis"),
    "Hallucinations": ("hallucination", "seeing things"),
    "Somnolence": ("drowsiness", "drowsy", "sleepy"),
    "Depressed level of consciousness": ("coma", "unresponsive", "stupor"),
    "Paresthesia": ("paraesthesia", "tingling", "pins and needles", "numbness"),
    "Peripheral sensory neuropathy": ("neuropathy", "peripheral neuropathy"),
    "Seizure": ("convulsion",),
    "Insomnia": ("sleeplessness", "cannot sleep"),
    "Chills": ("rigors", "rigor", "shivering", "shaking chills"),
    "Fever": ("pyrexia", "febrile", "high temperature"),
    "Flu like symptoms": ("flu like illness", "flu-like", "influenza like illness"),
    "Fatigue": ("tiredness", "tired", "asthenia", "exhaustion"),
    "Infusion related reaction": ("infusion reaction",),
    "Cytokine release syndrome": ("crs", "cytokine storm", "cytokine release"),
    "Anorexia": ("loss of appetite", "poor appetite", "decreased appetite"),
    "Nausea": ("queasy", "feeling sick"),
    "Vomiting": ("emesis", "throwing up"),
    "Diarrhea": ("diarrhoea", "loose stools", "loose stool"),
    "Colitis": ("immune colitis",),
    "Mucositis oral": ("stomatitis", "mouth ulcers", "mouth sores", "oral mucositis"),
    "Dry mouth": ("xerostomia",),
    "Abdominal distension": ("bloated abdomen", "swollen belly"),
    "Colonic perforation": ("bowel perforation",),
    "Upper gastrointestinal hemorrhage": ("upper gi bleed", "haematemesis", "hematemesis",
                                          "upper gastrointestinal haemorrhage"),
    "Lower gastrointestinal hemorrhage": ("lower gi bleed", "lower gastrointestinal haemorrhage"),
    "Blood bilirubin increased": ("hyperbilirubinaemia", "hyperbilirubinemia", "bilirubin increased", "jaundice",
                                  "raised bilirubin"),
    "Alanine aminotransferase increased": ("transaminitis", "raised liver enzymes", "alt increased", "raised alt",
                                           "elevated lfts", "liver enzymes increased"),
    "Aspartate aminotransferase increased": ("transaminitis", "raised liver enzymes", "ast increased", "raised ast",
                                             "elevated lfts", "liver enzymes increased"),
    "Alkaline phosphatase increased": ("alp increased", "raised alp"),
    "Serum amylase increased": ("amylase increased", "raised amylase"),
    "Lipase increased": ("raised lipase",),
    "Hepatic failure": ("liver failure",),
    "Hepatobiliary disorders - Other, specify": ("hepatitis", "immune hepatitis", "autoimmune hepatitis"),
    "Rash maculo-papular": ("rash", "skin rash", "maculopapular rash", "morbilliform rash"),
    "Pruritus": ("itching", "itch", "itchy"),
    "Dry skin": ("peeling", "skin peeling", "desquamation", "xerosis"),
    "Erythroderma": ("exfoliative dermatitis", "exfoliative erythema"),
    "Stevens-Johnson syndrome": ("sjs",),
    "Bullous dermatitis": ("blisters", "blistering", "pemphigoid"),
    "Skin hypopigmentation": ("vitiligo", "depigmentation", "loss of pigment"),
    "Alopecia": ("hair loss",),
    "Platelet count decreased": ("thrombocytopenia", "low platelets", "platelets low"),
    "Anemia": ("anaemia", "low haemoglobin", "low hemoglobin", "haemoglobin decreased", "hemoglobin decreased"),
    "White blood cell decreased": ("leukopenia", "leucopenia", "low white count"),
    "Neutrophil count decreased": ("neutropenia", "low neutrophils"),
    "Febrile neutropenia": ("neutropenic fever",),
    "Lymphocyte count decreased": ("lymphopenia", "lymphocytopenia", "low lymphocytes"),
    "Lymphocyte count increased": ("lymphocytosis",),
    "Eosinophilia": ("eosinophils increased", "high eosinophils"),
    "INR increased": ("raised inr", "coagulopathy"),
    "Activated partial thromboplastin time prolonged": ("aptt prolonged", "raised aptt", "ptt prolonged"),
    "Hypoalbuminemia": ("hypoalbuminaemia", "low albumin"),
    "Hypocalcemia": ("hypocalcaemia", "low calcium"),
    "Hypomagnesemia": ("hypomagnesaemia", "low magnesium"),
    "Hypophosphatemia": ("hypophosphataemia", "low phosphate", "low phosphorus"),
    "Hypokalemia": ("hypokalaemia", "low potassium"),
    "Hyperkalemia": ("hyperkalaemia", "high potassium"),
    "Hyponatremia": ("hyponatraemia", "low sodium"),
    "Blood bicarbonate decreased": ("low bicarbonate", "bicarbonate low"),
    "Acidosis": ("metabolic acidosis", "lactic acidosis"),
    "Hyperglycemia": ("hyperglycaemia", "high glucose", "high blood sugar", "type 1 diabetes"),
    "Hypoglycemia": ("hypoglycaemia", "low glucose", "low blood sugar"),
    "Glucose intolerance": ("new diabetes", "diabetes", "diabetes mellitus", "type 1 diabetes"),
    "Hyperuricemia": ("hyperuricaemia", "high uric acid"),
    "Dyspnea": ("dyspnoea", "shortness of breath", "breathlessness", "sob", "short of breath"),
    "Hypoxia": ("low oxygen", "desaturation", "oxygen desaturation", "hypoxaemia", "hypoxemia"),
    "Pulmonary edema": ("pulmonary oedema", "fluid on the lungs", "lung oedema"),
    "Pneumonitis": ("immune pneumonitis", "interstitial lung disease"),
    "Adult respiratory distress syndrome": ("ards",),
    "Epistaxis": ("nosebleed", "nose bleed"),
    "Sepsis": ("septicaemia", "septicemia", "septic shock", "urosepsis"),
    "Catheter related infection": ("line infection", "port infection", "picc infection", "catheter infection"),
    "Bacteremia": ("bacteraemia", "positive blood culture"),
    "Endocarditis infective": ("endocarditis",),
    "Lung infection": ("pneumonia", "chest infection"),
    "Skin infection": ("cellulitis",),
    "Urinary tract infection": ("uti", "cystitis"),
    "Hypothyroidism": ("underactive thyroid",),
    "Hyperthyroidism": ("thyroiditis", "overactive thyroid", "thyrotoxicosis"),
    "Thyroid stimulating hormone increased": ("raised tsh", "tsh increased", "high tsh"),
    "Adrenal insufficiency": ("adrenal failure", "addison"),
    "Arthralgia": ("joint pain", "painful joints"),
    "Myalgia": ("muscle pain", "muscle ache", "aching muscles"),
    "Anaphylaxis": ("anaphylactic shock", "anaphylactic reaction"),
    "Autoimmune disorder": ("autoimmune disease", "immune-mediated event"),
    "Cardiac arrest": ("asystolic arrest",),
    "Agitation": ("agitated",),
}

#: No event is told in more characters; each of thousands of patterns reads them all.
LONGEST = 400


@cache
def terms_by_word() -> Mapping[str, tuple[Term, ...]]:
    """Every word of the table with the terms that it may mean."""
    found: dict[str, list[Term]] = defaultdict(list)
    for name, words in WORDS.items():
        for word in words:
            found[word].append(get_term(name))
    return {word: tuple(terms) for word, terms in found.items()}


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], tuple[Term, ...]], ...]:
    """All words and term names as whole-word patterns, longest first."""
    words = dict(terms_by_word()) | {term.name.lower(): (term,) for term in list_terms() if not term.needs_text}
    ordered = sorted(words.items(), key=lambda pair: -len(pair[0]))
    return tuple((re.compile(rf"(?<!\w){re.escape(word)}(?!\w)"), terms) for word, terms in ordered)


def suggest(verbatim: str) -> list[Term]:
    """The terms that the words of a source point to, in reading order; a longer phrase hides the shorter inside it."""
    rest, found = " ".join(verbatim[:LONGEST].lower().split()), dict[Term, int]()
    for pattern, terms in _phrases():
        for match in pattern.finditer(rest):
            rest = rest[: match.start()] + "\0" * len(match[0]) + rest[match.end() :]
            for term in terms:
                found.setdefault(term, match.start())
    return sorted(found, key=lambda term: found[term])
