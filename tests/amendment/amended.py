"""A study before and after an amendment, in processes of the copied code: `python -m tests.amendment.amended URL stage`."""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from audit.models import audit_change
from edc.errors import Problem
from edc.records.axes import content_digest
from edc.records.book import SubjectBook
from edc.records.models import Signature
from edc.records.service import get_subject, get_visit, new_record
from edc.web import shell
from forms import evaluation
from forms.crf import get_crf
from tests.amendment.added_form import STOPS, WALK
from tests.amendment.study import address, browser, open_app, record_of, report, sign
from tests.app_fixtures import post
from tests.casebook.study import STUDY, demographics, enrol_participant, saving

CODE, AT_LUND = "001-001", "002-001"


def facts_of(app: Flask, code: str, oid: str) -> dict[str, Any]:
    """How a record stands: version, state, questions asked, what is open, and whether its signature still holds."""
    with saving(app) as act:
        record = record_of(act.session, code, oid)
        entry = SubjectBook(act.session, get_subject(act.session, code), act.now).entry(record)
        signature = act.session.scalars(select(Signature).where(Signature.record_uid == record.uid)).first()
        return {
            "version": record.crf_version, "status": record.entry_status, "signature": record.signature_state,
            "asked": [i.name for i in record_crf(oid).items.values() if evaluation.is_visible(i, entry.view, entry.view)],
            "open": [item.name for _, _, item in evaluation.open_required(entry.view)],
            "checks": sorted({f.check_id for f in evaluation.findings(entry.view, act_view(act, code))}),
            "values": {name: str(answer.value) for name, answer in entry.view.answers.items()},
            "digest_holds": signature is None or signature.content_digest == content_digest(entry),
        }  # fmt: skip


def record_crf(oid: str) -> Any:
    return get_crf(oid)


def act_view(act: Any, code: str) -> Any:
    return SubjectBook(act.session, get_subject(act.session, code), act.now).view()


def before() -> None:
    """Enter and sign two forms under their first version."""
    app = open_app()
    enrol_participant(app)
    enrol_participant(app, site_code="002")
    demographics(app)
    post(browser(app, "r.diaz"), address(CODE, "six-minute-walk"), **{**WALK, "metres": "480"}, **STOPS)
    for oid in ("DM", "SMW"):
        sign(app, CODE, oid)
    report({oid: facts_of(app, CODE, oid) for oid in ("DM", "SMW")})


def after() -> None:
    """Look at the same records, activate the amendment at one site, and go on."""
    app = open_app()
    found: dict[str, Any] = {"standing": {oid: facts_of(app, CODE, oid) for oid in ("DM", "SMW")}}
    found["columns"] = columns(app)
    manager, administrator, coordinator = (browser(app, name) for name in ("p.shah", "a.admin", "r.diaz"))
    found["matrix_before"] = coordinator.get(f"{STUDY}/participants/{CODE}").text
    found["refused"] = refused(app, "QOL")
    found["rehearsal"] = manager.get(f"{STUDY}/amendments/001/six-minute-walk").text
    for slug in ("six-minute-walk", "demographics", "quality-of-life"):
        fields = {"version": "2.0", "active_from": "t", "approval": "IRB 2024-7"}
        post(manager, f"{STUDY}/amendments/001/{slug}/activate", f"{STUDY}/amendments", **fields)
    listed = administrator.get(f"{STUDY}/amendments").text
    for part in listed.split('action="')[1:]:
        action = part.split('"')[0]
        if action.endswith("/confirm"):
            post(administrator, action, f"{STUDY}/amendments")
    found["still_standing"] = facts_of(app, CODE, "SMW")
    found["begun"] = {code: begun(app, code) for code in (CODE, AT_LUND)}
    found["matrix_after"] = coordinator.get(f"{STUDY}/participants/{CODE}").text
    found["banner"] = coordinator.get(address(CODE, "six-minute-walk")).text
    page = address(CODE, "six-minute-walk")
    found["moved"] = post(coordinator, f"{page}/move", page).status_code
    found["after_move"] = facts_of(app, CODE, "SMW")
    found["kept"] = facts_of(app, CODE, "DM")
    with shell(app).engine.connect() as connection:
        found["acts"] = list(connection.scalars(select(audit_change.c.act).order_by(audit_change.c.id)))
    report(found)


def columns(app: Flask) -> list[Any]:
    """The row of the walk as SQL finds it, the new column last."""
    with shell(app).engine.connect() as connection:
        return list(connection.execute(text("SELECT metres, performed, oxygen FROM crf_smw")).one())


def refused(app: Flask, oid: str) -> str:
    """The code of the problem that beginning a form meets."""
    try:
        begin(app, CODE, oid)
    except Problem as problem:
        return problem.code
    return ""


def begin(app: Flask, code: str, oid: str) -> str:
    """The version under which a form at screening would be begun now."""
    with saving(app) as act:
        subject = get_subject(act.session, code)
        visit = get_visit(act.session, subject, "screening")
        return new_record(act.session, subject, visit, get_crf(oid), act.now, 1).crf_version


def begun(app: Flask, code: str) -> dict[str, str]:
    """The version of each amended form that a participant would be asked now; the refusal where there is none."""
    found = {}
    for oid in ("DM", "SMW", "QOL"):
        try:
            found[oid] = begin(app, code, oid)
        except Problem as problem:
            found[oid] = problem.code
    return found


if __name__ == "__main__":
    {"before": before, "after": after}[sys.argv[2]]()
