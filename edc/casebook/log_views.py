"""The logs of a participant as lists: whether there is anything, the lines with their marks, and the same as CSV."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from edc.clock import local, now
from edc.permissions import Permission
from edc.queries.models import Query
from edc.records import log_lists
from edc.records.book import SubjectBook
from edc.records.drafts import Typed
from edc.records.form_page import (
    OpenForm,
    View,
    at_slugs,
    frame_of,
    open_form,
    this_place,
    url_of_link,
    url_of_record,
    why_closed,
)
from edc.records.log_lists import PAGE_SIZES, Asked
from edc.records.models import FormRecord
from edc.records.places import FormPlace
from edc.records.post_form import Posting
from edc.records.service import get_subject, new_record
from edc.study.models import Subject
from edc.web import current, db, needs, shell
from forms.crf import CRF
from forms.logs import LOG_LISTS, LogList, list_of, log_answered_by

blueprint = Blueprint("logs", __name__)
P = Permission
LISTS = {listed.crf.slug: listed for listed in LOG_LISTS}


def at_logs(suffix: str = "", *, method: str = "GET") -> Callable[[View], View]:
    """Register a view at the address of each declared log."""
    return at_slugs(blueprint, LISTS, f"/participants/<code>/{{slug}}{suffix}", method=method)


@at_logs()
@needs(P.RECORD_READ)
def log(code: str, form_slug: str) -> str:
    """The lines of a log, narrowed and sorted by the address."""
    return render_log(get_subject(db(), code), LISTS[form_slug].crf)


@at_logs(method="POST")
@needs(P.RECORD_ENTER)
def answer_any(code: str, form_slug: str) -> Response:
    """Store whether there is anything to list."""
    any_crf = LISTS[form_slug].any_crf
    if any_crf is None:
        raise NotFound
    return AnyPosting({"code": code, "form_slug": any_crf.slug, "line": 1}).answer()


@at_logs(".csv")
@needs(P.RECORD_READ, P.EXPORT_VALUES)
def log_csv(code: str, form_slug: str) -> Response:
    """The rows that the log shows, in their order."""
    listed, subject = LISTS[form_slug], get_subject(db(), code)
    book = SubjectBook(db(), subject, now(db()))
    may_read_text = current().scope.freetext and current().may(P.EXPORT_FREETEXT)
    cut = local(now(db()), subject.site.time_zone)
    name = f"{shell().study}_{subject.code}_{form_slug}_{cut:%Y%m%dT%H%M}.csv"
    text = log_lists.csv_text(listed, book, asked_for(), freetext=may_read_text)
    answer = Response(text, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def asked_for() -> Asked:
    """What the address asks of a list."""
    arguments = request.args
    size = arguments.get("size", type=int)
    return Asked(
        only=tuple(dict.fromkeys(arguments.getlist("only")))[:20], words=arguments.get("q", "").strip()[:80],
        sort=arguments.get("sort", "")[:8], page=arguments.get("page", 1, type=int),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0], line=arguments.get("line", type=int),
    )  # fmt: skip


def render_log(subject: Subject, crf: type[CRF]) -> str:
    """The page of a log."""
    listed = list_of(crf)
    book = SubjectBook(db(), subject, now(db()))
    place = FormPlace(subject, None, crf, new_record(db(), subject, None, crf, book.now))
    closed = why_closed(book, book.one(place.record), place)
    may_add = current().may(P.RECORD_ENTER) and not closed
    page: str = render_template(
        "casebook/log.html", **frame_of(place), subject=subject, listed=listed, crf=crf,
        page=log_lists.build_page(listed, book, asked_for(), freetext=current().scope.freetext),
        answered=_answered(subject, listed), may_add=may_add, closed=closed,
        is_declared=crf.slug in LISTS, url_of_link=url_of_link, url_of_query=url_of_query, page_sizes=PAGE_SIZES,
    )  # fmt: skip
    return page


def _answered(subject: Subject, listed: LogList) -> OpenForm | None:
    """The answer whether there is anything to list, with its question."""
    if listed.any_crf is None:
        return None
    return open_form(this_place({"code": subject.code, "form_slug": listed.any_crf.slug, "line": 1}))


def url_of_query(record: FormRecord, query: Query) -> str:
    """Where a question is read and answered."""
    if query.item_name is None or query.row_uid is not None:
        return url_for("review.query", number=query.number)
    return f"{url_of_record(record)}/items/{query.item_name}#query-{query.number}"


class AnyPosting(Posting):
    """The answer whether there is anything to list, given on the page of the log."""

    def _next_url(self) -> str:
        return self._log_url()

    def _show_again(self, typed: Typed) -> Response:
        return redirect(self._log_url(), 303)

    def _log_url(self) -> str:
        listed = log_answered_by(self.place.crf)
        assert listed
        return url_for(".log", code=self.place.subject.code, form_slug=listed.crf.slug)
