"""The outcomes of the study: page, figures, tables, and one report, for whoever may read them.

An investigator and data management read them at any time, within their sites; the sponsor reads those of a release.
"""

from __future__ import annotations

import tempfile
from typing import BinaryIO

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from edc.clock import local
from edc.errors import NotFound
from edc.permissions import Permission, Role
from edc.study.models import Subject
from edc.web import NavEntry, change_for_request, current, db, needs, needs_any, site_zone
from exports.analysis import table_csv
from exports.analysis_settings import SETS
from exports.csv_stream import file_name
from exports.figures.look import Look, Theme
from exports.outcome_digest import digests_of
from exports.outcome_figures import Drawn, figures_of, find_figure
from exports.outcome_people import opens, people_behind
from exports.outcome_shapes import About, OutcomeTable
from exports.outcome_store import (
    FILES,
    Choice,
    Study,
    admit,
    choose,
    kept,
    moment_of,
    newest_release,
    ready_releases,
    study_of,
)
from exports.views import imprint_now, note_download, send_pdf
from forms.study import STUDY_ID

blueprint = Blueprint("outcomes", __name__)
P = Permission
READERS = frozenset({Role.INVESTIGATOR, Role.DATA_MANAGER, Role.SPONSOR, Role.INSPECTOR})
NAV = [NavEntry("Outcomes", "outcomes.index", READERS, 65)]
SVG = "image/svg+xml"
PAGE = 200


@blueprint.get("/outcomes")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def index() -> str:
    """All figures and the tables that people ask for first; the sponsor gets the newest release."""
    choice = choose(request.args)
    if not current().may(P.OUTCOME_READ) and not choice.release:
        choice = Choice(choice.analysis_set, choice.tumour_type, release=newest_release(db()))
        if not choice.release:
            return render_template("exports/outcomes-empty.html")
    study = _seen(choice, "outcomes")
    page: str = render_template(
        "exports/outcomes.html", choice=choice, study=study, about=study.found.about, figures=figures_of(study.found),
        digests=digests_of(study.found), sets=SETS, local_time=_local(choice),
        releases=_releases(), may_look_back=current().may(P.ASOF_READ), may_open=current().may(P.OUTCOME_READ),
    )  # fmt: skip
    return page


def _local(choice: Choice) -> str:
    """The moment of a choice as it is typed: on the clock of the site, without an offset."""
    if not choice.as_of:
        return ""
    return f"{local(moment_of(choice.as_of), site_zone()):%Y-%m-%d %H:%M}"


def _releases() -> list[str]:
    return ready_releases(db()) if current().may(P.DATASET_LIST) or current().may(P.OUTCOME_READ) else []


def _seen(choice: Choice, what: str) -> Study:
    """The outcomes of a choice; that somebody read them is noted in the trail."""
    admit(choice)
    told = ", ".join(f"{name} {value}" for name, value in choice.args().items())
    with change_for_request("outcome:read") as made:
        made.note("outcome", what, "read", None, told or "now", path=what)
    return study_of(choice)


def _taken(file: str) -> Study:
    """The outcomes of the choice of this request for a file, noted as a download."""
    choice = admit(choose(request.args))
    note_download("export:download", file)
    return study_of(choice)


# --- figures --------------------------------------------------------------------------------------------------------


@blueprint.get("/outcomes/figures/<name>.svg")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def figure(name: str) -> Response:
    """A part of a figure as a picture for a page."""
    drawn, part, study = _figure(study_of(admit(choose(request.args))), name)
    theme = Theme.DARK if request.args.get("theme") == Theme.DARK else Theme.LIGHT
    look = Look(theme, is_narrow=request.args.get("width") == "narrow")
    key = (study.key, name, part, look.theme, look.is_narrow)
    return Response(kept("figures", FILES).get(key, lambda: drawn.svg(part, look)), mimetype=SVG)


@blueprint.get("/outcomes/figures/<name>/download.<any(svg, pdf):extension>")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def figure_file(name: str, extension: str) -> Response:
    """A part of a figure as a file to take away."""
    drawn, part, study = _figure(_taken(f"outcomes/{name}.{extension}"), name)
    key = (study.key, name, part, extension)
    body = kept("files", FILES).get(key, lambda: drawn.pdf(part) if extension == "pdf" else drawn.svg(part, Look()))
    answer = Response(body, mimetype="application/pdf" if extension == "pdf" else SVG)
    return _attached(answer, study, *_numbered(name, part, drawn), extension=extension)


def _figure(study: Study, name: str) -> tuple[Drawn, int, Study]:
    drawn = find_figure(study.found, name)
    part = request.args.get("part", 0, type=int)
    if drawn is None or not 0 <= part < len(drawn.titles):
        raise NotFound
    return drawn, part, study


def _numbered(name: str, part: int, drawn: Drawn) -> tuple[str, ...]:
    return (name, str(part + 1)) if len(drawn.titles) > 1 else (name,)


def _attached(answer: Response, study: Study, *parts: str, extension: str) -> Response:
    shown = file_name(STUDY_ID.value, *parts, _cut(study.found.about), extension=extension)
    answer.headers["Content-Disposition"] = f'attachment; filename="{shown}"'
    return answer


def _cut(about: About) -> str:
    return about.name or f"{about.moment:%Y%m%dT%H%MZ}"


# --- tables ---------------------------------------------------------------------------------------------------------


@blueprint.get("/outcomes/tables/<name>")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def table(name: str) -> str:
    """A table, or the values of a figure, 200 rows a page."""
    choice = choose(request.args)
    study = _seen(choice, name)
    found = _table(study, name)
    pages = max(1, -(-len(found.rows) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "exports/outcomes-table.html", choice=choice, about=study.found.about, table=found, page=page, pages=pages,
        first=(page - 1) * PAGE, rows=found.rows[(page - 1) * PAGE : page * PAGE], known=_known(found, choice),
        opening=[opens(found, column) and current().may(P.OUTCOME_READ) for column in found.columns],
    )  # fmt: skip


def _table(study: Study, name: str) -> OutcomeTable:
    tables = [*study.found.tables, *(drawn.table for drawn in figures_of(study.found))]
    found = next((one for one in tables if one.key == name), None)
    if found is None:
        raise NotFound
    return found


def _known(found: OutcomeTable, choice: Choice) -> set[str]:
    """The participants of a table whose casebook the person may open; those of a release alone may be elsewhere."""
    if "Participant" not in found.columns or not current().may(P.RECORD_READ):
        return set()
    return set(db().scalars(select(Subject.code)))


@blueprint.get("/outcomes/tables/<name>.csv")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def table_file(name: str) -> Response:
    """A table, or the values of a figure, as CSV for a spreadsheet."""
    study = _taken(f"outcomes/{name}.csv")
    answer = Response(b"".join(table_csv(_table(study, name))), mimetype="text/csv")
    return _attached(answer, study, name, extension="csv")


@blueprint.get("/outcomes/participants")
@needs(P.OUTCOME_READ)
def people() -> str:
    """The participants that a number counts."""
    choice = choose(request.args)
    study = _seen(choice, "participants")
    found = _table(study, request.args.get("table", ""))
    row = request.args.get("row", -1, type=int)
    behind = people_behind(study.data, study.settings, found, row, request.args.get("column", ""))
    if behind is None:
        raise NotFound
    return render_template(
        "exports/outcomes-people.html", choice=choice, about=study.found.about, table=found, behind=behind,
        known=set(db().scalars(select(Subject.code))) if current().may(P.RECORD_READ) else set(),
    )  # fmt: skip


# --- report ---------------------------------------------------------------------------------------------------------


@blueprint.get("/outcomes/report.pdf")
@needs_any(P.OUTCOME_READ, P.DATASET_LIST)
def report() -> BaseResponse:
    """All tables and figures in one PDF."""
    from exports.outcome_report import write_report

    study = _taken("outcomes/report.pdf")
    imprint = imprint_now(db())
    name = file_name(STUDY_ID.value, "outcomes", _cut(study.found.about), extension="pdf")

    def write(target: BinaryIO) -> None:
        with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024) as draft:
            write_report(study.found, target, imprint, draft)

    return send_pdf(name, write)
