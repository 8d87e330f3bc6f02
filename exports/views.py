"""What a person may take away: data files, casebook and verification listing, the trail, dataset releases."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from audit import trail as audit_trail
from audit.capture import Actor, change
from audit.models import instant_text as utc_text
from audit.seal import Sealer, latest_seal, seal
from edc.clock import instant_text, now, offset_text
from edc.db import ALL, Scope, Session
from edc.errors import NotFound
from edc.permissions import Permission, Role
from edc.records.book import SubjectBook
from edc.records.service import find_record, get_subject, get_visit
from edc.study.models import Subject
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, shell, site_zone
from exports import data_dictionary, release, sdv
from exports.casebook import shown_text, write_casebook
from exports.csv_stream import Mode, csv_chunks, file_name
from exports.dataset import get_dataset, list_datasets, stream_rows
from exports.eligibility_sheet import write_eligibility
from exports.models import READY, DatasetRelease
from exports.packet import write_packet
from exports.pdf_frame import Imprint
from forms.crfs.eligibility import Eligibility
from forms.crfs.serious_events import SeriousEvents
from forms.study import STUDY_ID

blueprint = Blueprint("exports", __name__)
P = Permission
CONFIRMERS = frozenset({Role.INVESTIGATOR, Role.SPONSOR})
EXPORTERS = frozenset({Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR, Role.COORDINATOR})
RELEASE_READERS = frozenset({Role.DATA_MANAGER, Role.SPONSOR, Role.INSPECTOR})
NAV = [
    NavEntry("Exports", "exports.index", EXPORTERS, 60),
    NavEntry("Releases", "exports.releases", RELEASE_READERS | {Role.INVESTIGATOR}, 70),
]
SPOOL = 8 * 1024 * 1024
TRAIL_HEADER = (
    "AT_UTC", "USER", "ROLE", "PROCESS", "ACT", "ENTITY", "KEY", "PATH", "VERSION", "OID", "OLD", "NEW", "ORIGIN",
    "REASON", "CHANGE_UID",
)  # fmt: skip


def note_download(act: str, what: str, subject: Subject | None = None) -> None:
    """Write the line of the trail that says who took what away."""
    uid, site = (subject.uid, subject.site_uid) if subject else (None, None)
    with change_for_request(act, subject=uid, site=site) as made:
        made.note("download", what, "download", None, what, path=subject.code if subject else "")


Rows = Callable[[Session], Iterable[Sequence[Any]]]


def _csv(name: str, header: Sequence[str], rows: Rows, *, mode: Mode) -> Response:
    """A file that is read from a session of its own while it is sent, whatever its length."""
    session = shell().session(writes=False)
    session.info["scope"] = current().scope

    def chunks() -> Iterator[bytes]:
        with session:
            yield from csv_chunks(header, rows(session), mode=mode)

    answer = Response(chunks(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/exports")
@needs(P.EXPORT_VALUES)
def index() -> str:
    """The data files that the acting role may take away."""
    page: str = render_template("exports/index.html", datasets=list_datasets(current().scope))
    return page


@blueprint.get("/exports/data_dictionary.csv")
@needs(P.EXPORT_VALUES)
def dictionary() -> Response:
    """The data dictionary of the files that the scope may see."""
    note_download("export:download", "data_dictionary.csv")
    rows = data_dictionary.dictionary_rows(list_datasets(current().scope))
    return _csv(_name("data-dictionary"), data_dictionary.HEADER, lambda session: rows, mode=Mode.RELEASE)


@blueprint.get("/exports/<name>.csv")
@needs(P.EXPORT_VALUES)
def dataset_csv(name: str) -> Response:
    """One data file, streamed, exact unless a spreadsheet listing is asked for (`?guard=1`)."""
    return stream_dataset(name, Mode.LISTING if request.args.get("guard") else Mode.RELEASE)


def stream_dataset(name: str, mode: Mode) -> Response:
    """One data file as far as the scope of this request sees it, noted in the trail; also for programs."""
    scope = current().scope
    dataset = get_dataset(name, scope)
    if dataset is None:
        raise NotFound
    note_download("export:download", f"{name}.csv")

    def rows(session: Session) -> Iterator[list[Any]]:
        return stream_rows(session.connection(), scope, dataset, open_identifier=session.info["cipher"].open)

    return _csv(_name(name), dataset.header, rows, mode=mode)


def _name(*parts: str) -> str:
    stamp = f"{now(db()):%Y%m%dT%H%MZ}"
    return file_name(STUDY_ID.value, *parts, stamp, extension="csv")


# --- one participant --------------------------------------------------------------------------------------------------


def imprint_now(session: Session) -> Imprint:
    newest = latest_seal(session.connection())
    at, zone = now(session), site_zone()
    printed = f"{instant_text(at, zone)} {offset_text(at, zone)} by {current().user.printed_name}"
    return Imprint(
        study=STUDY_ID.value, printed=printed, seal=newest.mark if newest else "none yet",
        training=bool(shell().band),
    )  # fmt: skip


def send_pdf(name: str, write: Any) -> BaseResponse:
    target: BinaryIO = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # type: ignore[assignment]  # noqa: SIM115
    write(target)
    target.seek(0)
    return send_file(target, mimetype="application/pdf", as_attachment=True, download_name=name)


@blueprint.get("/participants/<code>/casebook.pdf")
@needs(P.CASEBOOK_DOWNLOAD)
def casebook_pdf(code: str) -> BaseResponse:
    """The casebook of one participant, with its trail as an appendix."""
    session = db()
    subject = get_subject(session, code)
    note_download("casebook:download", "casebook.pdf", subject)
    book = SubjectBook(session, get_subject(session, code), now(session))
    imprint = imprint_now(session)
    name = file_name(STUDY_ID.value, code, "casebook", extension="pdf")
    return send_pdf(name, lambda target: write_casebook(session, book, target, imprint, identifiers=False))


@blueprint.get("/participants/<code>/<visit_slug>/eligibility.pdf")
@needs(P.CASEBOOK_DOWNLOAD)
def eligibility(code: str, visit_slug: str) -> BaseResponse:
    """The evidence sheet of one eligibility form."""
    session = db()
    subject = get_subject(session, code)
    visit = get_visit(session, subject, visit_slug)
    record = find_record(session, subject, visit, Eligibility)
    if record is None:
        raise NotFound
    note_download("casebook:download", f"{visit.slug}/eligibility.pdf", subject)
    book = SubjectBook(session, get_subject(session, code), now(session))
    imprint, name = imprint_now(session), file_name(STUDY_ID.value, code, visit_slug, "eligibility", extension="pdf")
    return send_pdf(name, lambda target: write_eligibility(session, book, book.entry(record), target, imprint))


@blueprint.get(f"/participants/<code>/{SeriousEvents.slug}/<int:line>/packet.pdf")
@needs_any(P.CASEBOOK_DOWNLOAD, P.SAE_READ)
def packet_pdf(code: str, line: int) -> BaseResponse:
    """A serious event report with its packet."""
    session = db()
    subject = get_subject(session, code)
    record = find_record(session, subject, None, SeriousEvents, line)
    if record is None or record.removed:
        raise NotFound
    note_download("casebook:download", f"{SeriousEvents.slug}/{line}/packet.pdf", subject)
    book = SubjectBook(session, get_subject(session, code), now(session))
    imprint, name = imprint_now(session), file_name(STUDY_ID.value, code, f"serious-event-{line}", extension="pdf")
    return send_pdf(name, lambda target: write_packet(book, book.entry(record), target, imprint))


@blueprint.get("/participants/<code>/verification.csv")
@needs_any(P.RECORD_VERIFY, P.TRAIL_VERIFY)
def verification_csv(code: str) -> Response:
    """The verification listing of one participant as CSV for a spreadsheet."""
    session = db()
    subject = get_subject(session, code)
    note_download("export:download", "verification.csv", subject)

    def rows(own: Session) -> Iterator[list[object]]:
        return sdv.csv_rows(own, SubjectBook(own, get_subject(own, code), now(own)))

    return _csv(_name(code, "verification"), sdv.HEADER, rows, mode=Mode.LISTING)


@blueprint.get("/participants/<code>/verification.pdf")
@needs_any(P.RECORD_VERIFY, P.TRAIL_VERIFY)
def verification_pdf(code: str) -> BaseResponse:
    """The verification listing of one participant as PDF."""
    session = db()
    subject = get_subject(session, code)
    note_download("export:download", "verification.pdf", subject)
    book = SubjectBook(session, get_subject(session, code), now(session))
    imprint = imprint_now(session)
    name = file_name(STUDY_ID.value, code, "verification", extension="pdf")
    return send_pdf(name, lambda target: sdv.write_pdf(session, book, target, imprint))


@blueprint.get("/audit.csv")
@needs(P.TRAIL_BROWSE)
def trail_csv() -> Response:
    """The whole trail within the scope, or of one participant, streamed without a limit."""
    session, scope = db(), current().scope
    code = request.args.get("participant")
    subject = get_subject(session, code) if code else None
    note_download("export:download", "audit.csv", subject)
    seen = None if scope.sites is ALL else sorted(scope.sites)
    narrowed = audit_trail.Filter(sites=seen, subject_uid=subject.uid if subject else None)

    def rows(own: Session) -> Iterator[list[object]]:
        return (_trail_row(line) for line in audit_trail.stream(own.connection(), narrowed))

    return _csv(_name("audit"), TRAIL_HEADER, rows, mode=Mode.LISTING)


def _trail_row(line: audit_trail.Entry) -> list[object]:
    return [
        utc_text(line.at), line.user_name, line.role, line.process, line.act, line.entity, line.key, line.path,
        line.version, line.oid, shown_text(line.old), shown_text(line.new), line.origin, line.reason, line.change_uid,
    ]  # fmt: skip


# --- dataset releases -------------------------------------------------------------------------------------------------


@blueprint.get("/releases")
@needs_any(P.DATASET_LIST, P.OUTCOME_READ)
def releases() -> str:
    """The locked datasets, and the proposals that wait for a second person."""
    locked = len(release.locked_subjects(db())) if current().may(P.DATASET_RELEASE) else None
    page: str = render_template(
        "exports/releases.html", releases=release.list_releases(db()), locked=locked,
        may_confirm=current().role in CONFIRMERS, ready=READY,
    )  # fmt: skip
    return page


@blueprint.post("/releases")
@needs(P.DATASET_RELEASE)
def propose() -> BaseResponse:
    """Propose a release of the participants locked now."""
    form, session = request.form, db()
    with change_for_request("dataset:propose", form.get("purpose")):
        made = release.propose(
            session, form.get("name", ""), form.get("purpose", ""), by=current().actor, now=now(session)
        )
        name, count = made.name, made.participants
    flash(f"{name} proposed with {count} participants. An investigator or the sponsor's person confirms it.")
    return redirect(url_for(".releases"), 303)


@blueprint.post("/releases/<name>/confirm")
@needs_any(P.DATASET_DOWNLOAD, P.OUTCOME_READ)
def confirm(name: str) -> BaseResponse:
    """The second person agrees; the dataset is built in the background."""
    session, me = db(), current()
    if me.role not in CONFIRMERS:
        raise NotFound
    found = release.get_release(session, name)
    with change_for_request("dataset:confirm", f"Release {name} confirmed") as made:
        release.confirm(session, found, made, by=me.actor, now=now(session))
        uid = found.uid
    start_build(current_app._get_current_object(), uid)  # type: ignore[attr-defined]
    flash(f"{name} confirmed. It is being built; this page shows when it is ready.")
    return redirect(url_for(".releases"), 303)


def start_build(app: Flask, uid: str) -> threading.Thread | None:
    """Build a release beside the requests; at once in tests, so that they see its end."""
    if app.config["TESTING"]:
        build(app, uid)
        return None
    thread = threading.Thread(target=build, args=(app, uid), name="release", daemon=True)
    thread.start()
    return thread


def build(app: Flask, uid: str) -> None:
    """Seal, build from one snapshot, and note the result; a failure is noted with its sentence."""
    parts = shell(app)
    actor = Actor(None, "Casebook", "system", process="release", process_version=parts.build)
    session = parts.session(writes=True)
    session.info["scope"] = Scope.system("release")
    with session:
        found = session.get_one(DatasetRelease, uid)
        name, subject_uids = found.name, release.subjects_of(found)
        open_identifier = session.info["cipher"].open
        session.rollback()
        try:
            cut = seal(parts.engine, sealer_of(app)) or _newest(app)
            with parts.engine.connect() as connection:
                builder = release.Builder(connection, name, subject_uids, cut, open_identifier)
                file, size, sha256 = release.write_release(builder, release_folder(app), name)
        except Exception as error:
            with change(session, by=actor, act="dataset:failed"):
                release.fail(session.get_one(DatasetRelease, uid), f"{type(error).__name__}: {error}")
            app.logger.exception("release failed")
            return
        with change(session, by=actor, act="dataset:release"):
            release.finish(session.get_one(DatasetRelease, uid), cut, file, size, sha256, builder.values)


def _newest(app: Flask) -> Any:
    with shell(app).engine.connect() as connection:
        return latest_seal(connection)


def sealer_of(app: Flask) -> Sealer:
    """What this installation says of itself in a seal."""
    sealer: Sealer = app.config["SEALER"]
    return sealer


def release_folder(app: Flask) -> Path:
    """Where built releases are kept, outside anything that is served."""
    return Path(app.config["RELEASE_FOLDER"])


@blueprint.get("/releases/<name>.zip")
@needs(P.DATASET_DOWNLOAD)
def download(name: str) -> BaseResponse:
    """A built release, byte for byte; its digest is noted with each download."""
    session = db()
    found = release.get_release(session, name)
    if found.status != READY or not found.file_name:
        raise NotFound
    path = release_folder(current_app) / found.file_name
    if not path.is_file():
        raise NotFound
    with change_for_request("dataset:download") as made:
        made.note("dataset_release", found.uid, "download", None, found.sha256, path=found.name)
        shown = file_name(STUDY_ID.value, found.name, extension="zip")
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=shown)
