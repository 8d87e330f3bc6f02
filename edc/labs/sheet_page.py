"""A sheet of results put together for the person who asked."""

from __future__ import annotations

from edc.labs.page import SheetBuilder
from edc.records.form_page import OpenForm, render_form
from edc.records.page import MISSING_OPTIONS
from forms.lab_sheets import PANEL_LABELS, LabSheet


def render_sheet(sheet: LabSheet, opened: OpenForm) -> str:
    """The page of a sheet of results."""
    built = SheetBuilder(sheet, opened.page, opened.book.view()).build()
    due = [PANEL_LABELS[panel] for panel in sheet.panels_due(opened.entry.view)]
    for view in built.head:
        if view.name == sheet.panels and due:
            view.help = f"Due at this visit: {', '.join(due)}."
    return render_form(opened, "labs/sheet.html", results=built, errors=built.errors, missing_options=MISSING_OPTIONS)
