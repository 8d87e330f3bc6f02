"""One item, mark and page of every kind and state, for the style gallery `kit.html`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

MISSING = (
    ("NOT DONE", "Not done"), ("NOT ASKED", "Not asked"), ("NOT APPLICABLE", "Not applicable"),
    ("UNKNOWN", "Not known"), ("RECORD NOT AVAILABLE", "Not in source"), ("REFUSED", "Refused"),
)  # fmt: skip
YES_NO = (("Y", "Yes"), ("N", "No"))
GRADES = (
    ("1", "1 Asymptomatic, intervention not indicated"),
    ("2", "2 Non-urgent medical intervention indicated"),
    ("3", "3 Medical intervention indicated; hospitalization indicated"),
    ("4", "4 Life-threatening consequences; urgent intervention indicated"),
    ("5", "5 Death"),
)


@dataclass(frozen=True)
class ItemMarks:
    """What stands at the end of an item's row."""

    open_queries: int = 0
    verification: str = ""
    origin: str = ""


@dataclass(frozen=True)
class SampleItem:
    """An item as _item.html expects it."""

    name: str
    label: str
    kind: str
    value_text: Any = ""
    unit: str = ""
    id: str = ""
    options: tuple[tuple[str, str], ...] = ()
    stored_text: str = ""
    help: str = ""
    required: bool = False
    missing: str = ""
    missing_options: tuple[tuple[str, str], ...] = MISSING
    previous: tuple[str, str] | None = None
    error: str = ""
    findings: tuple[tuple[str, str, str, str, str], ...] = ()
    marks: ItemMarks = field(default_factory=ItemMarks)
    item_url: str = ""
    needs_reason: bool = False
    reason: str = ""
    assess_only: str = ""
    read_only: bool = False
    echo: str = ""
    index_url: str = ""
    display_text: str = ""
    hook: str = ""
    when: str = ""
    is_asked: bool = True


def item(name: str, label: str, kind: str, value: Any = "", unit: str = "", **more: Any) -> SampleItem:
    """An item with the id and address made from its name."""
    made = SampleItem(name, label, kind, value, unit, id=name.replace(".", "-"), item_url=f"/items/{name}")
    return replace(made, **more)


def marks(entry: str = "", words: str = "", **more: Any) -> SimpleNamespace:
    """The four marks of a record."""
    plain = {
        "entry": entry, "entry_words": words, "open_queries": 0, "answered_queries": 0, "closed_queries": 0,
        "verified": 0, "to_verify": 0, "changed_since_verified": 0, "signature": "", "restriction": "",
        "signature_words": "",
    }  # fmt: skip
    return SimpleNamespace(**{**plain, **more})


TO_VERIFY = ItemMarks(verification="todo")
VITALS = (
    item("taken", "Date and time taken", "datetime", "22 jan 2024 08:15", required=True, echo="Mon 22 Jan 2024",
         previous=("2 Jan 2024 09:40", "Screening"), marks=TO_VERIFY, stored_text="2024-01-22T08:15"),
    item("systolic", "Systolic blood pressure", "integer", "214", "mmHg", required=True, previous=("132", "2 Jan"),
         stored_text="214", marks=ItemMarks(1, "todo"),
         findings=(("VS-01", "214 mmHg is higher than usual (80 to 200).", "Q", "/queries/118", ""),)),
    item("diastolic", "Diastolic blood pressure", "integer", "78", "mmHg", required=True, previous=("80", "2 Jan"),
         stored_text="80", needs_reason=True, marks=ItemMarks(0, "changed")),
    item("pulse", "Pulse", "integer", "8o", "/min", required=True, previous=("76", "2 Jan"),
         error="Enter a whole number, like 80"),
    item("temperature", "Temperature", "decimal", "", "C", missing="NOT DONE", previous=("36.6", "2 Jan")),
    item("weight", "Weight", "decimal", "72.0", "kg", previous=("71.4", "2 Jan"), stored_text="72.0",
         marks=ItemMarks(0, "done", "imported"), help="Without shoes and jacket."),
    item("bsa", "Body surface area", "derived", "1.84", "m2", stored_text="1.84", marks=ItemMarks(origin="calculated"),
         missing_options=()),
    item("position", "Position", "choice", "SITTING",
         options=(("SITTING", "Sitting"), ("SUPINE", "Supine"), ("STANDING", "Standing")), marks=TO_VERIFY),
    item("rested", "Time lying down", "integer", "", "min", when='{"name": "position", "values": ["SUPINE"]}',
         is_asked=False),
)  # fmt: skip
EVENT = (
    item("verbatim", "Words used in the source", "text", "low BP after dose 8", marks=TO_VERIFY, required=True),
    item("term", "CTCAE term", "combobox", "Hypotension", index_url="/terms.json", required=True),
    item("grade", "Grade", "choice", "3", options=GRADES, required=True),
    item("start", "Start", "partialdate", "jan 2024", echo="Jan 2024, day not known", help="Month first, or 31jan2024."),
    item("serious", "Serious", "yesno", "N", options=YES_NO, required=True,
         findings=(("AE-09", "Grade 3 with hospitalization is usually serious.", "N", "", ""),)),
    item("treatment", "Treatment given", "multichoice", ("FLUIDS",), missing_options=(),
         options=(("FLUIDS", "Fluids"), ("PRESSOR", "Vasopressor"), ("NONE", "None of these"))),
    item("drug", "Given with", "combobox", "",
         options=tuple((name, name) for name in ("Noradrenaline", "Phenylephrine", "Dopamine", "Vasopressin"))),
    item("dose", "Linked dose", "reference", "8", options=(("8", "Dose 8, 1 Feb 00:50"), ("9", "Dose 9, 1 Feb 08:40"))),
    item("comment", "Comment", "textarea", "", missing_options=()),
    item("related", "Related to IL-2", "choice", "", options=YES_NO, assess_only="An investigator answers this."),
)  # fmt: skip
READ = (
    item("systolic_r", "Systolic blood pressure", "integer", unit="mmHg", stored_text="214", previous=("132", "2 Jan"),
         marks=ItemMarks(1, "todo"), findings=(("VS-01", "214 mmHg is higher than usual (80 to 200).", "Q", "/q", ""),)),
    item("weight_r", "Weight", "decimal", unit="kg", stored_text="73.0", marks=ItemMarks(0, "changed")),
    item("temperature_r", "Temperature", "decimal", unit="C", missing="NOT DONE"),
    item("position_r", "Position", "choice", stored_text="SITTING", display_text="Sitting", marks=ItemMarks(0, "done")),
)  # fmt: skip
COMPLETE = marks("complete", verified=12, to_verify=12, signature="signed", restriction="frozen", closed_queries=1)
CELLS = (
    ("Vital signs", (COMPLETE, marks("complete", verified=3, to_verify=6), marks("complete", open_queries=1, to_verify=6),
                     marks("started", open_queries=12, to_verify=6), marks("overdue", "overdue since 25 Feb"), marks("not_due"))),
    ("Laboratory", (COMPLETE, marks("complete", verified=40, to_verify=41, changed_since_verified=1, signature="void"),
                    marks("complete", verified=2, to_verify=9), marks("due", "due since 3 Mar"), None, None)),
    ("Nivolumab dose", (None, marks("complete", answered_queries=1, to_verify=4, signature="signed"), None, None,
                        marks("overdue"), None)),
    ("IL-2 doses", (None, None, marks("started", to_verify=14), marks("not_due"), None, None)),
    ("Tumour assessment", (marks("complete", verified=9, to_verify=9, signature="signed", restriction="locked"), None, None,
                           None, None, marks("not_due"))),
    ("Quality of life", (marks("not_done", "not done: refused"), None, None, None, marks("not_due"), None)),
)  # fmt: skip
VISITS = (
    ("Screening", "2 Jan, in window"), ("C1 D1", "22 Jan, in window"), ("C1 adm. 1", "29 Jan to 2 Feb"),
    ("C1 adm. 2", "12 to 16 Feb"), ("C1 D35", "25 Feb, 2 days late"), ("C1 scan", "due 24 Mar"),
)  # fmt: skip
PARTICIPANTS = (
    ("001-004", "On treatment", "C1 D10", marks("overdue", "1 overdue", open_queries=2, verified=5, to_verify=12), "24/26", "41 %", "12/24", "C1 adm. 1, today", "31 Jan 13:55"),
    ("001-003", "Follow-up", "C2 D80", marks("complete", answered_queries=1, verified=9, to_verify=9, signature="signed"), "61/61", "100 %", "61/61", "Scan 14 Feb", "22 Jan 09:12"),
    ("001-002", "Off study", "C1 D35", marks("complete", verified=9, to_verify=9, signature="signed", restriction="locked"), "31/31", "100 %", "31/31", "", "3 Jan 16:40"),
)  # fmt: skip
COLUMNS = tuple(
    {"label": label, "num": num, "sort_url": f"?sort={label}" if label else "", "sorted": "ascending" if i == 0 else ""}
    for i, (label, num) in enumerate(
        (("Participant", False), ("Status", False), ("Course, day", False), ("Marks", False), ("Entry", True),
         ("Verified", True), ("Signed", True), ("Next visit", False), ("Last entry", True), ("", False))
    )
)  # fmt: skip


def dose_slots() -> list[dict[str, Any]]:
    """Fourteen slots: eight given, one held, the rest open."""
    starts = ("0805", "1610", "0015", "0802", "1620", "0030", "0840", "", "0050")
    planned = [f"2024-01-{29 + (8 + 8 * k) // 24:02}T{(8 + 8 * k) % 24:02}:00" if 29 + (8 + 8 * k) // 24 < 32
               else f"2024-02-{(8 + 8 * k) // 24 - 2:02}T{(8 + 8 * k) % 24:02}:00" for k in range(14)]  # fmt: skip
    return [
        {"no": k + 1, "plan": planned[k], "start": starts[k] if k < len(starts) else "",
         "status": "HELD" if k == 7 else "GIVEN" if k < len(starts) else ""}
        for k in range(14)
    ]  # fmt: skip


def frame(theme: str, density: str) -> SimpleNamespace:
    """The frame of a signed-in coordinator."""
    return SimpleNamespace(
        theme=theme, density=density, study=("NCT03991130", "/study"), home_url="/", find_url="/participants",
        nav=[("My day", "/my-day", None, False), ("Participants", "/participants", None, True),
             ("Queries", "/queries", 4, False), ("Adverse events", "/adverse-events", None, False)],
        person=("R. Diaz", "Coordinator"), menu=[("Your account", "/account"), ("Switch role", "/role")],
        lock_url="/lock", sign_out_url="/sign-out", training="TRAINING: nothing here is study data", help_url="/help",
        site_time="Wed 31 Jan 2024 16:18, UTC-8", build="Casebook 0.1.0, form v2.0",
        session_note="Signed in since 07:12, ends after 20 min idle", idle_seconds=1200, stay_url="/stay", letters=True,
        draft_key_url=None,
    )  # fmt: skip


def samples(theme: str = "light", density: str = "comfortable") -> dict[str, Any]:
    """Everything the gallery shows."""
    return {
        "frame": frame(theme, density), "vitals": VITALS, "event": EVENT, "read": READ, "cells": CELLS, "visits": VISITS,
        "participants": PARTICIPANTS, "columns": COLUMNS, "slots": dose_slots(), "head_marks": CELLS[0][1][3],
        "locked_marks": marks("complete", verified=9, to_verify=9, signature="void", restriction="locked", answered_queries=2),
        "crumbs": [("Participants", "/participants"), ("001-004", "/participants/001-004"), ("C1 D1", "/c1-d1"), ("Vital signs", None)],
        "participant": ("001-004", "/participants/001-004", ["UCSD", "Melanoma", "Course 1 day 10", "On treatment", "2 queries", "AE open 3"]),
        "page_title": "Vital signs - 001-004",
        "errors": [("pulse", "Pulse", "Enter a whole number, like 80")],
    }  # fmt: skip
