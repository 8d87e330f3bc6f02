"""The codes under which laboratories report tests: list, add, end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from edc.errors import ReasonMissing, Refused
from edc.labs.ranges import laboratories, test_name
from edc.permissions import Permission
from edc.study.lab_codes import CodeAct, LabCode, add_code, end_code, get_code
from edc.study.models import Laboratory, Site
from edc.web import change_for_request, current, db, needs
from forms.dictionaries.lab_tests import PANELS
from forms.lab_sheets import SHEET

blueprint = Blueprint("lab_codes", __name__)
P = Permission


@blueprint.get("/lab-codes")
@needs(P.IMPORT_RUN)
def code_list() -> str:
    """The codes within the scope, by laboratory and code."""
    return _page({}, "")


def _page(typed: dict[str, str], error: str) -> str:
    order = (LabCode.active.desc(), LabCode.laboratory, LabCode.code, LabCode.uid)
    rows = db().scalars(select(LabCode).order_by(*order)).all()
    sites = {site.uid: site.code for site in db().scalars(select(Site))}
    page: str = render_template(
        "labs/codes.html", rows=[(row, sites[row.site_uid], test_name(row.panel, row.test)) for row in rows],
        laboratories=laboratories(db()), typed=typed, error=error,
        tests=[(label, [t for t in SHEET.tests if t.panel == panel]) for panel, label in PANELS.items()],
    )  # fmt: skip
    return page


@blueprint.post("/lab-codes")
@needs(P.RANGE_PROPOSE)
def add() -> Response | tuple[str, int]:
    """List a code of a laboratory."""
    typed = request.form.to_dict()
    laboratory = db().get(Laboratory, typed.get("laboratory", ""))
    panel, _, test = typed.get("test", "").partition(" ")
    if laboratory is None or not test:
        return _page(typed, "Choose the laboratory and the test."), 422
    site = db().get_one(Site, laboratory.site_uid)
    try:
        with change_for_request(CodeAct.ADD, site=site.uid):
            add_code(
                db(), by=current().actor, site=site, laboratory=laboratory.name, code=typed.get("code", ""),
                panel=panel, test=test,
            )  # fmt: skip
    except Refused as refused:
        return _page(typed, f"{refused.facts['reason']} {refused.facts['remedy']}"), 422
    flash("Code listed. Files may use it from now on.")
    return redirect(url_for(".code_list"), 303)


@blueprint.post("/lab-codes/<uid>/end")
@needs(P.RANGE_PROPOSE)
def end(uid: str) -> Response:
    """Let a code count no longer."""
    code, reason = get_code(db(), uid), " ".join(request.form.getlist("reason")).strip()
    if not reason:
        raise ReasonMissing
    with change_for_request(CodeAct.END, reason, site=code.site_uid):
        end_code(db(), by=current().actor, code=code, reason=reason)
    flash("The code counts no longer. What was imported by it stays.")
    return redirect(url_for(".code_list"), 303)
