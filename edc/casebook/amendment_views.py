"""Amendments by site: which version of each form a site enters from when, and what a newer one would touch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from edc.casebook import amendments
from edc.clock import local, now
from edc.errors import NotFound, ReasonMissing, Refused
from edc.permissions import MATRIX, Grant, Permission, Role
from edc.study import activation
from edc.study.acts import Act
from edc.study.models import CrfActivation, Site
from edc.study.service import get_site_by_code
from edc.web import NavEntry, change_for_request, current, db, needs
from forms.crf import CRF, all_crfs, get_crf_by_slug
from forms.items import Date
from forms.reading import Unreadable, read
from forms.versions import FIRST

blueprint = Blueprint("amendments", __name__)
P = Permission
NAV = [NavEntry("Amendments", "amendments.index", frozenset({Role.DATA_MANAGER, Role.ADMINISTRATOR}), 88)]
FIRST_DAY = Date("First day", not_future=False)


@dataclass(frozen=True)
class Line:
    """One form that an amendment touched at one site: what the site enters now, and what it may activate."""

    site: Site
    crf: type[CRF]
    active: str | None
    on_offer: list[str]


@blueprint.get("/amendments")
@needs(P.BUILD_ACTIVATE)
def index() -> str:
    """The versions that each site enters, what is on offer, and every activation with its approvals."""
    page: str = render_template(
        "casebook/amendments.html", lines=list(_lines()), activations=activation.list_activations(db()),
        first=FIRST, alone=_acts_alone(), user_uid=current().user.uid, today=_today,
        may_rehearse=current().may(P.RECORD_READ),
    )  # fmt: skip
    return page


def _lines() -> Iterator[Line]:
    """Forms that every site enters in their first version need no line."""
    amended = [crf for crf in all_crfs() if crf.version != FIRST]
    for site in db().scalars(select(Site).order_by(Site.code)) if amended else ():
        held = activation.versions_in_force(db(), site, _today(site), amended)
        for crf in amended:
            yield Line(site, crf, held.get(crf.oid), activation.versions_on_offer(db(), site, crf))


def _today(site: Site) -> dt.date:
    return local(now(db()), site.time_zone).date()


def _acts_alone() -> bool:
    return MATRIX[P.BUILD_ACTIVATE].get(current().role) is Grant.ALL


@blueprint.get("/amendments/<site_code>/<form_slug>")
@needs(P.RECORD_READ, P.BUILD_ACTIVATE)
def rehearsal(site_code: str, form_slug: str) -> str:
    """What a newer version changes, and the records, queries and signatures of the site that it would touch."""
    site, crf = get_site_by_code(db(), site_code), _crf(form_slug)
    held = activation.versions_in_force(db(), site, _today(site), [crf]).get(crf.oid)
    version = request.args.get("version") or crf.version
    if version not in {crf.version, *activation.versions_on_offer(db(), site, crf)}:
        raise NotFound
    rehearsed = amendments.rehearse(
        db(), site, crf, current=held or version, version=version, now=now(db()), after=request.args.get("after", "")
    )
    page: str = render_template(
        "casebook/rehearsal.html", site=site, crf=crf, held=held, version=version, rehearsed=rehearsed,
        older=amendments.count_older(db(), site, crf, version),
    )  # fmt: skip
    return page


def _crf(slug: str) -> type[CRF]:
    found = get_crf_by_slug(slug)
    if found is None:
        raise NotFound
    return found


@blueprint.post("/amendments/<site_code>/<form_slug>/activate")
@needs(P.BUILD_ACTIVATE)
def activate(site_code: str, form_slug: str) -> Response:
    """Propose a version for a site, with its approvals; in force at once where the role acts alone."""
    site, crf, form = get_site_by_code(db(), site_code), _crf(form_slug), request.form
    approval = form.get("approval", "").strip()
    if not approval:
        raise ReasonMissing
    alone = _acts_alone()
    with change_for_request(Act.BUILD_ACTIVATE if alone else Act.BUILD_PROPOSE, approval[:200], site=site.uid):
        made = activation.propose_activation(
            db(), site, crf, version=form.get("version", ""), approval=approval, by=current().actor, now=now(db()),
            active_from=_first_day(form.get("active_from", ""), _today(site)), alone=alone,
        )  # fmt: skip
        version = made.version
    then = "" if alone else " Another person confirms it."
    flash(f"{crf.title} {version} {'is activated' if alone else 'is proposed'} for site {site.code}.{then}")
    return redirect(url_for(".index"), 303)


def _first_day(text: str, today: dt.date) -> dt.date:
    try:
        day = read(FIRST_DAY, text, today=today)
    except Unreadable as unreadable:
        raise Refused(reason=str(unreadable), remedy="Enter the first day, like 22 Jan 2024.") from None
    if not isinstance(day, dt.date):
        raise Refused(reason="The first day is missing.", remedy="Enter the day from which the site uses the version.")
    return day


@blueprint.post("/amendments/<uid>/confirm")
@needs(P.BUILD_ACTIVATE)
def confirm(uid: str) -> Response:
    """Put a proposal of another person in force."""
    found = activation.get_activation(db(), uid)
    with change_for_request(Act.BUILD_ACTIVATE, found.approval, site=found.site_uid):
        activation.confirm_activation(found, by=current().actor, now=now(db()), today=_today(found.site))
        sentence = _sentence(found)
    flash(f"{sentence} Records entered before stay as they are.")
    return redirect(url_for(".index"), 303)


def _sentence(found: CrfActivation) -> str:
    return f"Site {found.site.code} enters {found.crf_oid} {found.version} from {found.active_from} on."


@blueprint.post("/amendments/<uid>/withdraw")
@needs(P.BUILD_ACTIVATE)
def withdraw(uid: str) -> Response:
    """Take back a proposal that is not in force."""
    found, reason = activation.get_activation(db(), uid), request.form.get("reason", "").strip()
    with change_for_request(Act.BUILD_WITHDRAW, reason or None, site=found.site_uid):
        activation.withdraw_activation(found, reason)
    flash("The proposal is withdrawn.")
    return redirect(url_for(".index"), 303)
