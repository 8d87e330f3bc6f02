"""The pages of review: verification worklist, query workbench, signing, freeze and lock, the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from audit import trail as audit_trail
from audit.capture import Change
from edc.accounts.authenticate import is_user_name_needed, reauthenticate
from edc.accounts.identify import device_of
from edc.clock import now
from edc.db import ALL, Session
from edc.errors import NotFound
from edc.permissions import Permission, Role
from edc.queries import service as queries
from edc.queries.models import ANSWERED, CLOSED, OPEN, Query
from edc.records.axes import count_axes
from edc.records.book import Entry, SubjectBook
from edc.records.models import FormRecord
from edc.records.saving import Saving, lock_subject, refuse_restricted
from edc.records.service import get_record_by_uid, get_subject, list_records
from edc.review import locking, signing, verification
from edc.study.models import Site, Subject
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, require, safe_return, shell
from forms.crf import get_crf

blueprint = Blueprint("review", __name__)
P = Permission
SITE_STAFF = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
READERS = frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR})
TABS = {"site": (OPEN,), "review": (ANSWERED,), "all": (OPEN, ANSWERED), "closed": (CLOSED,)}
PAGE = 50


def saving_for(change: Change) -> Saving:
    """The circumstances of a review act in this request."""
    me = current()
    return Saving(db(), change, me.actor, now(db()), may_assess=me.may(P.RECORD_ASSESS))


# --- queries ----------------------------------------------------------------------------------------------------------


@blueprint.get("/queries")
@needs(P.QUERY_READ)
def query_list() -> str:
    """The workbench: the queries that wait for the site, for review, or are closed, paged by number."""
    me = current()
    tab = request.args.get("tab") or ("site" if me.may(P.QUERY_ANSWER) else "review")
    statuses = TABS.get(tab, (OPEN,))
    after = request.args.get("after", 0, type=int)
    code, site = request.args.get("participant", ""), request.args.get("site", "")
    found, following = list_queries(db(), statuses, after, code, site)
    page: str = render_template(
        "review/queries.html", queries=found, tab=tab, following=following, now=now(db()),
        narrowed={name: text for name, text in (("participant", code), ("site", site)) if text},
    )  # fmt: skip
    return page


def list_queries(
    session: Session, statuses: Sequence[str], after: int, code: str = "", site: str = ""
) -> tuple[list[Query], int | None]:
    """One page of the queries of a participant, of a site or of all, in order of number; and the key of the next."""
    statement = select(Query).where(Query.status.in_(statuses), Query.number > after)
    if code:
        statement = statement.where(Query.subject_code == code)
    if site:
        statement = statement.where(Query.site_uid.in_(select(Site.uid).where(Site.code == site)))
    statement = statement.options(selectinload(Query.messages)).order_by(Query.number).limit(PAGE + 1)
    found = list(session.scalars(statement))
    return found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else None


def get_query(number: int) -> Query:
    """The query of a number within the scope; raises NotFound."""
    found = db().scalars(select(Query).where(Query.number == number)).one_or_none()
    if found is None:
        raise NotFound
    return found


@blueprint.get("/queries/<int:number>")
@needs(P.QUERY_READ)
def query(number: int) -> str:
    """One query with its thread, the value now, and what the acting role may do."""
    found = get_query(number)
    record = get_record_by_uid(db(), found.record_uid)
    page: str = render_template("review/query.html", query=found, record=record, item_url=record_url(record))
    return page


def record_url(record: FormRecord) -> str:
    """The page of a record."""
    base = url_for("casebook.casebook", code=record.subject.code)
    crf = get_crf(record.crf_oid)
    if record.visit is None:
        return f"{base}/{crf.slug}/{record.repeat_no}"
    return f"{base}/{record.visit.slug}/{crf.slug}" + (f"/{record.repeat_no}" if record.repeat_no > 1 else "")


@blueprint.post("/queries/<int:number>/<any(answer, again, close):act>")
@needs_any(P.QUERY_ANSWER, P.QUERY_OPEN, P.QUERY_CLOSE)
def act_on_query(number: int, act: str) -> Response:
    """Answer (site), ask again or close (review) with words."""
    require({"answer": P.QUERY_ANSWER, "again": P.QUERY_OPEN, "close": P.QUERY_CLOSE}[act])
    found = get_query(number)
    text = request.form.get("text", "")
    me, at = current(), now(db())
    lock_subject(db(), found.subject_uid)
    refuse_restricted(db(), get_record_by_uid(db(), found.record_uid), ("locked",))
    with change_for_request(f"query:{act}", subject=found.subject_uid, site=found.site_uid) as change:
        if act == "answer":
            queries.answer_query(found, text, by=me.actor, now=at)
        elif act == "again":
            queries.ask_again(found, text, by=me.actor, now=at)
        else:
            queries.close_query(found, text, by=me.actor, now=at, may_close_checks=me.role is Role.DATA_MANAGER)
        recount(saving_for(change), found.record_uid)
    flash({"answer": "Answered. The reviewer has been told.", "again": "Asked again.", "close": "Closed."}[act])
    return redirect(safe_return(request.form.get("back")) or url_for(".query", number=number), 303)


def recount(saving: Saving, record_uid: str) -> None:
    """Bring the marks of a record up to date after an act on its queries."""
    record = get_record_by_uid(saving.session, record_uid)
    book = SubjectBook(saving.session, record.subject, saving.now)
    count_axes(saving.session, [book.entry(record)])


# --- verification -----------------------------------------------------------------------------------------------------


@blueprint.get("/participants/<code>/verify")
@needs(P.RECORD_VERIFY)
def verify_participant(code: str) -> str:
    """The forms of a participant with what is left to verify in each."""
    subject = get_subject(db(), code)
    records = [r for r in list_records(db(), subject) if not r.removed and r.to_verify]
    page: str = render_template(
        "review/verify.html", subject=subject, records=records, url_of=record_url, crf_of=get_crf
    )
    return page


@blueprint.get("/verification")
@needs(P.RECORD_VERIFY)
def worklist() -> str:
    """The forms with items to verify at the monitor's sites, a page at a time."""
    after = request.args.get("after", "")
    statement = (
        select(FormRecord)
        .where(FormRecord.to_verify > FormRecord.verified, FormRecord.removed.is_(False), FormRecord.uid > after)
        .order_by(FormRecord.uid)
        .limit(PAGE + 1)
    )
    found = list(db().scalars(statement).unique())
    following = found[PAGE - 1].uid if len(found) > PAGE else None
    page: str = render_template(
        "review/worklist.html", records=found[:PAGE], following=following, url_of=record_url, crf_of=get_crf
    )
    return page


# --- signing ----------------------------------------------------------------------------------------------------------


def _to_sign(subject: Subject, chosen: Sequence[str]) -> tuple[list[signing.Signable], list[FormRecord]]:
    """The forms of a signing act: the chosen ones, or each of the participant's that is not signed."""
    records = [r for r in list_records(db(), subject) if not r.removed and (not chosen or r.uid in chosen)]
    book = SubjectBook(db(), subject, now(db()))
    return signing.list_signable(db(), book, records, current().user.uid), records


@blueprint.get("/participants/<code>/sign")
@needs(P.RECORD_SIGN)
def sign(code: str) -> str:
    """The forms to sign, what hinders each, and the fingerprint of their content."""
    return _sign_page(get_subject(db(), code), request.args.getlist("form"))


def _sign_page(subject: Subject, chosen: Sequence[str]) -> str:
    signable, _ = _to_sign(subject, chosen)
    ready = [one for one in signable if not one.blockers]
    page: str = render_template(
        "review/sign.html", subject=subject, ready=ready, blocked=[one for one in signable if one.blockers],
        content=signing.content_of(ready), meaning=signing.MEANING, url_of=record_url, crf_of=get_crf,
        needs_name=is_user_name_needed(db(), current()),
    )  # fmt: skip
    return page


@blueprint.post("/participants/<code>/sign")
@needs(P.RECORD_SIGN)
def sign_forms(code: str) -> Response:
    """Sign the forms the page listed: credentials first, then content, rights and state in one transaction."""
    subject = get_subject(db(), code)
    chosen = request.form.getlist("form")
    reauthenticate(
        db(), shell().rules, me=current(), user_name=request.form.get("user_name") or None,
        password=request.form.get("password", ""), device=device_of(request),
    )  # fmt: skip
    subject = get_subject(db(), code)
    me = current()
    with change_for_request("record:sign", signing.MEANING, subject=subject.uid, site=subject.site_uid) as change:
        _, records = _to_sign(subject, chosen)
        signed = signing.sign_records(
            saving_for(change), subject, records, content=request.form.get("content", ""),
            user_uid=me.user.uid, printed_name=me.user.printed_name,
        )  # fmt: skip
    flash(f"Signed {len(signed)} forms.")
    return redirect(url_for("casebook.casebook", code=code), 303)


# --- freeze and lock --------------------------------------------------------------------------------------------------


@blueprint.get("/lock")
@needs_any(P.RECORD_FREEZE, P.RECORD_LOCK, P.TRAIL_VERIFY)
def board() -> str:
    """The lock board: each participant with the blockers of its lock."""
    after = request.args.get("after", "")
    statement = select(Subject).where(Subject.code > after).order_by(Subject.code).limit(PAGE + 1)
    found = list(db().scalars(statement).unique())
    lines = locking.list_blockers(db(), found[:PAGE])
    following = found[PAGE - 1].code if len(found) > PAGE else None
    page: str = render_template("review/lock_board.html", lines=lines, kinds=locking.KINDS, following=following)
    return page


@blueprint.get("/participants/<code>/lock")
@needs_any(P.RECORD_FREEZE, P.RECORD_LOCK)
def participant_lock(code: str) -> str:
    """Freeze, lock or unlock one participant, with the blockers and the waivers they need."""
    subject = get_subject(db(), code)
    records = [r for r in list_records(db(), subject) if not r.removed]
    page: str = render_template(
        "review/lock.html", subject=subject, blockers=locking.list_blockers(db(), [subject])[0], kinds=locking.KINDS,
        records=records, url_of=record_url, crf_of=get_crf,
    )  # fmt: skip
    return page


@blueprint.post("/participants/<code>/<any(freeze, unfreeze, lock, unlock):act>")
@needs_any(P.RECORD_FREEZE, P.RECORD_LOCK, P.RECORD_UNLOCK)
def set_restriction(code: str, act: str) -> Response:
    """Freeze, unfreeze, lock or unlock a participant with a reason."""
    require({"lock": P.RECORD_LOCK, "unlock": P.RECORD_UNLOCK}.get(act, P.RECORD_FREEZE))
    subject = get_subject(db(), code)
    reason = request.form.get("reason", "").strip()
    with change_for_request(f"participant:{act}", reason, subject=subject.uid, site=subject.site_uid) as change:
        saving = saving_for(change)
        if act == "lock":
            waivers = {kind: request.form.get(f"waiver.{kind}", "") for kind in locking.KINDS}
            locking.lock_participant(saving, subject, reason, waivers if current().may(P.RECORD_WAIVE) else {})
        elif act == "unlock":
            locking.unlock(saving, subject, reason)
        else:
            locking.set_freeze(saving, subject, act == "freeze", reason)
    words = {
        "lock": "locked",
        "unlock": "unlocked: remember to lock it again",
        "freeze": "frozen",
        "unfreeze": "open again",
    }
    flash(f"{code} is {words[act]}.")
    return redirect(url_for(".participant_lock", code=code), 303)


@blueprint.post("/records/<uid>/<any(freeze, unfreeze, lock, unlock):act>")
@needs_any(P.RECORD_FREEZE, P.RECORD_LOCK, P.RECORD_UNLOCK)
def restrict_record(uid: str, act: str) -> Response:
    """Freeze, unfreeze, lock or unlock one form with a reason."""
    require({"lock": P.RECORD_LOCK, "unlock": P.RECORD_UNLOCK}.get(act, P.RECORD_FREEZE))
    record = get_record_by_uid(db(), uid)
    reason = request.form.get("reason", "").strip()
    with change_for_request(f"record:{act}", reason, subject=record.subject_uid, site=record.site_uid) as change:
        saving = saving_for(change)
        if act == "unlock":
            locking.unlock(saving, record, reason)
        elif act == "lock":
            locking.lock_target(saving, record, reason)
        else:
            locking.set_freeze(saving, record, act == "freeze", reason)
    flash(f"{record.path}: {act} done.")
    return redirect(record_url(record), 303)


# --- the trail --------------------------------------------------------------------------------------------------------


@blueprint.get("/audit")
@needs(P.TRAIL_BROWSE)
def trail() -> str:
    """The trail, narrowed by participant, form, act and time, newest first, paged by key."""
    arguments = request.args
    code = arguments.get("participant", "")
    subject = get_subject(db(), code) if code else None
    page = audit_trail.browse(db().connection(), trail_filter(subject), _position(arguments.get("after", "")), PAGE)
    text: str = render_template("review/trail.html", page=page, filters=arguments, subject=subject)
    return text


def trail_filter(subject: Subject | None) -> audit_trail.Filter:
    """What of the trail the request asks for, within the sites of the scope."""
    arguments, scope = request.args, current().scope
    # Whoever reads a participant reads the history too that another site wrote before the participant moved here.
    seen = None if scope.sites is ALL or subject is not None else sorted(scope.sites)
    return audit_trail.Filter(
        sites=seen, subject_uid=subject.uid if subject else None, entity=arguments.get("form") or None,
        acts=[arguments["act"]] if arguments.get("act") else None,
        since=_instant(arguments.get("from")), before=_instant(arguments.get("to")),
    )  # fmt: skip


def _position(text: str) -> audit_trail.Position | None:
    change_id, _, record_id = text.partition(".")
    both_digits = change_id.isdecimal() and record_id.isdecimal() and text.isascii() and len(text) < 40
    return audit_trail.Position(int(change_id), int(record_id)) if both_digits else None


def _instant(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) if text else None
    except ValueError:
        return None


NAV = [
    NavEntry("Queries", "review.query_list", READERS, 30),
    NavEntry("Verification", "review.worklist", frozenset({Role.MONITOR}), 20),
    NavEntry("Lock", "review.board", frozenset({Role.DATA_MANAGER, Role.MONITOR, Role.INSPECTOR}), 40),
    NavEntry("Audit", "review.trail", frozenset({Role.DATA_MANAGER, Role.INSPECTOR}), 50),
]


def entries_of(book: SubjectBook, records: Sequence[FormRecord]) -> list[Entry]:
    """The entries of some records of one participant."""
    return [book.entry(record) for record in records]


def verifiable_of(book: SubjectBook, records: Sequence[FormRecord]) -> list[verification.Verifiable]:
    """Every item of some records that source verification looks at."""
    return verification.list_verifiable(book.session, entries_of(book, records))
