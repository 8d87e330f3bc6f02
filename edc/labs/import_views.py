"""The import of a laboratory's file: upload, report of every row, and the import of all rows or none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from edc.db import Session
from edc.errors import Problem
from edc.identity import SignedIn
from edc.labs import importing
from edc.labs.csv_rows import FileUnreadable, safe_name
from edc.labs.importing import Report, ResultFile
from edc.labs.long_work import Ending, answer
from edc.labs.result_rows import COLUMNS
from edc.labs.samples import State
from edc.labs.uploads import Uploads
from edc.permissions import Permission, Role
from edc.web import NavEntry, current, needs, read_only, shell

blueprint = Blueprint("lab_import", __name__)
P = Permission
# Data managers, whose menu is long, come by the page of the ranges.
NAV = [NavEntry("Lab import", "lab_import.upload_page", frozenset({Role.COORDINATOR}), 72)]
SHOWN = 200


@blueprint.get("/lab-import")
@needs(P.IMPORT_RUN)
def upload_page() -> str:
    """Choose a file."""
    return _upload_page()


def _upload_page(error: str = "") -> str:
    page: str = render_template("labs/import.html", columns=COLUMNS, error=error)
    return page


@blueprint.post("/lab-import")
@needs(P.IMPORT_RUN)
def upload() -> Response | tuple[str, int]:
    """Compare every row of a file with what is recorded; nothing is stored but the file itself, for its owner."""
    sent, uploads, me = request.files.get("file"), _uploads(), current()
    if sent is None or not sent.filename:
        return _upload_page("Choose the file that the laboratory's system exported."), 422
    try:
        sha256 = uploads.keep(sent.stream, sent.filename)
    except FileUnreadable as unreadable:
        return _upload_page(" ".join(unreadable.sentences)), 422
    report = _blank_report(path := uploads.find(sha256))
    read_only()

    def finish(stopped: Problem | None) -> Ending:
        if isinstance(stopped, FileUnreadable):
            return _unreadable(stopped)
        if stopped is None:
            uploads.write_report(sha256, _lines_of(report))
        return _report(report, stopped, status=422 if stopped or report.stops else 200)

    return answer(f"Rows of {report.file.name}", chain(_read(path, report), _check(me, report)), finish)


@blueprint.post("/lab-import/<sha256>")
@needs(P.IMPORT_RUN)
def take(sha256: str) -> Response:
    """Import a checked file: all its new results, or nothing."""
    uploads, me = _uploads(), current()
    report = _blank_report(path := uploads.find(sha256))
    read_only()

    def finish(stopped: Problem | None) -> Ending:
        if stopped is None:
            uploads.settle(sha256)
            return _done(report)
        return _report(report, stopped, status=422)

    return answer(f"Import of {report.file.name}", chain(_read(path, report), _take(me, report)), finish)


@blueprint.get("/lab-import/<sha256>/report.csv")
@needs(P.IMPORT_RUN)
def report_file(sha256: str) -> Response:
    """Every row with its state and what to do, for a spreadsheet."""
    found = _uploads().report(sha256)
    return send_file(found, mimetype="text/csv", as_attachment=True, download_name="import-report.csv")


def _uploads() -> Uploads:
    return Uploads(Path(current_app.config["IMPORT_FOLDER"]), current().user.uid)


def _blank_report(path: Path) -> Report:
    """The report of a file that is not read yet."""
    return Report(ResultFile(safe_name(path.name), "", {}, []))


def _read(path: Path, report: Report) -> Iterator[str]:
    with path.open("rb") as stream:
        for done in importing.read_into(report.file, stream):
            yield f"Read {done:,} rows"


def _unreadable(problem: FileUnreadable) -> Ending:
    """A file that cannot be read: the page of the upload says so, unless lines of progress were sent already."""
    sentence = " ".join(problem.sentences)
    return Ending("labs/_unreadable.html", {"sentence": sentence}, 422, page=lambda: _upload_page(sentence))


def _session(me: SignedIn, *, writes: bool) -> Session:
    session = shell().session(writes=writes)
    session.info["scope"] = me.scope
    return session


def _check(me: SignedIn, report: Report) -> Iterator[str]:
    with _session(me, writes=False) as session:
        for done in importing.check(session, report.file, report):
            yield f"Compared {done:,} of {report.file.total:,} rows"


def _take(me: SignedIn, report: Report) -> Iterator[str]:
    """Compare first, where others may still write, then store."""
    yield from _check(me, report)
    with _session(me, writes=True) as session:
        for done in importing.take(session, me.actor, report.file, report):
            yield f"Stored {done:,} of {report.file.total:,} rows"


def _lines_of(report: Report) -> Iterator[tuple[object, ...]]:
    for line in report.lines:
        yield line.row, line.participant, line.test, line.state.value, line.column, line.sentence


def _report(report: Report, stopped: Problem | None, *, status: int) -> Ending:
    if isinstance(stopped, importing.ImportStopped):
        report = stopped.report
    return Ending(
        "labs/_import_report.html",
        {
            "report": report, "counts": report.count_words, "stopped": stopped, "stopping": report.stopping[:SHOWN],
            "others": [line for line in report.lines if line.state in (State.NEW, State.SAME)][:SHOWN],
            "shown": SHOWN, "done": False,
        },
        status,
    )  # fmt: skip


def _done(report: Report) -> Ending:
    people = len({line.participant for line in report.lines if line.state is State.NEW})
    sentence = (
        f"{report.taken:,} {'result' if report.taken == 1 else 'results'} of {people:,} "
        f"{'participant' if people == 1 else 'participants'} imported from {report.file.name}; "
        f"{report.count_words[State.SAME]:,} were recorded already."
    )
    values = {"sentence": sentence, "done": True}
    return Ending("labs/_import_report.html", values, address=url_for(".upload_page"), sentence=sentence)
