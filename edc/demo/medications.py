"""Made-up medications: what was given for an adverse event."""

from __future__ import annotations

from typing import NamedTuple

from edc.demo.entry import Page
from edc.demo.events import SHOCK, Event


class Drug(NamedTuple):
    """A drug as sites list it."""

    name: str
    dose: str
    unit: str
    frequency: str
    route: str
    form: str
    class_flag: str = "OTHER"


TREATMENTS = {
    "Hypotension": Drug("Sodium chloride 0.9%", "500", "mL", "ONCE", "INTRAVENOUS", "INJECTION, SOLUTION"),
    "Chills": Drug("Meperidine", "25", "mg", "PRN", "INTRAVENOUS", "INJECTION, SOLUTION"),
    "Fever": Drug("Acetaminophen", "650", "mg", "Q6H", "ORAL", "TABLET", "NSAID/ANTIPYRETIC"),
    "Nausea": Drug("Ondansetron", "8", "mg", "Q8H", "INTRAVENOUS", "INJECTION, SOLUTION"),
    "Vomiting": Drug("Prochlorperazine", "10", "mg", "Q6H", "INTRAVENOUS", "INJECTION, SOLUTION"),
    "Diarrhea": Drug("Loperamide", "2", "mg", "PRN", "ORAL", "CAPSULE"),
    "Pruritus": Drug("Hydroxyzine", "25", "mg", "Q8H", "ORAL", "TABLET"),
    "Rash maculo-papular": Drug("Loratadine", "10", "mg", "QD", "ORAL", "TABLET"),
    "Hypothyroidism": Drug("Levothyroxine", "50", "ug", "QD", "ORAL", "TABLET", "THYROID REPLACEMENT"),
    "Colitis": Drug("Prednisone", "40", "mg", "QD", "ORAL", "TABLET", "STEROID"),
    "Arthralgia": Drug("Ibuprofen", "400", "mg", "TID", "ORAL", "TABLET", "NSAID/ANTIPYRETIC"),
}
VASOPRESSOR = Drug(
    "Phenylephrine", "0.8", "ug/kg/min", "CONTINUOUS", "INTRAVENOUS", "INJECTION, SOLUTION", "VASOPRESSOR"
)


def treatment_page(event: Event) -> Page | None:
    """The drug that was given for an event; None where none was."""
    if "MEDICATION" not in event.kind.treatment:
        return None
    drug = VASOPRESSOR if event.kind is SHOCK else TREATMENTS[event.kind.term]
    typed = {
        "drug": drug.name, "class_flag": drug.class_flag, "indication": event.kind.words, "ae_ref": f"@{event.name}",
        "dose": drug.dose, "unit": drug.unit, "frequency": drug.frequency, "route": drug.route, "form": drug.form,
        "start": f"{event.start:%Y-%m-%d}", "ongoing": "N" if event.end else "Y",
    }  # fmt: skip
    if event.end:
        typed["end"] = f"{event.end:%Y-%m-%d}"
    return Page(f"{event.name}/CM", "CM", typed | (_rate(event) if drug is VASOPRESSOR else {}))


def _rate(event: Event) -> dict[str, str]:
    """The times and the highest rate of a vasopressor."""
    assert event.end
    return {"vp_max_rate": "0.8", "start_time": f"{event.start:%H:%M}", "end_time": f"{event.end:%H:%M}"}
