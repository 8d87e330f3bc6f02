"""An assessment put together for the person who asked."""

from __future__ import annotations

from flask import url_for

from edc.records.form_page import OpenForm, render_form
from edc.tumours.page import AssessmentBuilder
from forms.tumour_sheets import TumourSheet


def render_assessment(sheet: TumourSheet, opened: OpenForm) -> str:
    """The page of an assessment."""
    book, code = opened.book, opened.place.subject.code
    built = AssessmentBuilder(sheet, opened.page, book.load(sheet.register.oid), book.load(sheet.crf.oid)).build()
    return render_form(
        opened, "tumours/assessment.html", tumour=built, errors=built.errors,
        register_url=url_for("tumours.register", code=code),
        new_lesion_url=url_for("records.new_form", code=code, form_slug=sheet.register.slug),
    )  # fmt: skip
