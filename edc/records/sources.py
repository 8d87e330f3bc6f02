"""What a form page shows besides the record itself, as the database has it: queries, reviews, choices, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from audit.trail import record_history
from edc.clock import day_text, local
from edc.queries import service as queries
from edc.records.book import Entry, SubjectBook
from edc.records.controls import Options
from edc.records.models import ItemReview
from edc.records.page_views import Previous, Sources
from edc.records.saving import Restriction, find_restriction
from edc.study.models import Visit
from forms import evaluation
from forms.crf import collections, get_crf
from forms.evaluation import Finding
from forms.items import Dictionary, Item, Reference, SiteChoice, Text
from forms.reading import display
from forms.views import Record, Row


def load_sources(book: SubjectBook, entry: Entry) -> Sources:
    """Everything of a form page that the database knows; the caller adds what was typed, and addresses."""
    record = entry.header
    has_queries = record.queries_open + record.queries_answered > 0
    return Sources(
        queries=queries.list_for_record(book.session, [record.uid], closed=False) if has_queries else (),
        reviews=list_reviews(book, entry) if record.verified + record.changed_since else (),
        notes=_notes(book, entry),
        explanations=evaluation.explanations(entry.view, book.view()) if record.row_version else {},
        previous=find_previous(book, entry),
        references=_references(book, entry),
        tables={table: _table(book, table) for table in _tables(entry)},
    )


def _items(entry: Entry) -> Iterator[Item]:
    for _, collection in collections(entry.crf):
        yield from collection.items.values()


def list_reviews(book: SubjectBook, entry: Entry) -> list[ItemReview]:
    """The reviews of a record, those that were taken back too."""
    return list(book.session.scalars(select(ItemReview).where(ItemReview.record_uid == entry.header.uid)))


def _notes(book: SubjectBook, entry: Entry) -> list[Finding]:
    """The findings that are shown and never asked."""
    return evaluation.notes(entry.view, book.view()) if entry.header.row_version else []


def find_previous(book: SubjectBook, entry: Entry) -> Previous | None:
    """The same form with answers at the nearest earlier visit (or sample), for forms that are kept at visits."""
    header = entry.header
    if header.visit is None:
        return None
    here = header.visit.position, header.repeat_no
    earlier = [
        other
        for other in book.entries(header.crf_oid)
        if other.header.visit is not None and not other.header.removed and other.view.answers
        and (other.header.visit.position, other.header.repeat_no) < here
    ]  # fmt: skip
    if not earlier:
        return None
    visit = earlier[-1].header.visit
    assert visit is not None
    return Previous(earlier[-1].view, when_words(visit))


def when_words(visit: Visit) -> str:
    """When a visit took place: its date, or its name while there is none."""
    return day_text(visit.visit_date) if visit.visit_date else visit.label


def _references(book: SubjectBook, entry: Entry) -> dict[str, Options]:
    """The lines that each reference of a form may lead to, by uid, in words that tell them apart."""
    found: dict[str, Options] = {}
    for item in (item for item in _items(entry) if isinstance(item, Reference)):
        lines = _lines(book, entry, item.target)
        found[item.target] = [(line.uid, line_words(line)) for line in lines]
        if item.offered is not None:
            offered = item.offered.holds
            found[item.choice] = [(line.uid, line_words(line)) for line in lines if offered(line.value)]
    return found


def _lines(book: SubjectBook, entry: Entry, target: str) -> Sequence[Record | Row]:
    oid, _, group = target.partition(".")
    if group:
        return entry.view.rows(group)
    return book.load(oid) if _is_declared(oid) else []


def _is_declared(oid: str) -> bool:
    try:
        return bool(get_crf(oid))
    except KeyError:
        return False


def line_words(line: Record | Row) -> str:
    """The number of a line with the answer that names it: a term, else its first text."""
    items = [item for item in line.collection.items.values() if isinstance(item, Dictionary | Text)]
    given = [item for item in items if line.value(item.name) is not None and not item.identifier]
    named = sorted(given, key=lambda item: not isinstance(item, Dictionary))
    text = display(named[0], line.value(named[0].name)) if named else ""
    return f"{line.number} {text}".strip()


def _tables(entry: Entry) -> set[str]:
    return {item.table for item in _items(entry) if isinstance(item, SiteChoice)}


def _table(book: SubjectBook, name: str) -> Options:
    rows = book.view().site[name]
    return [(label, label) for label in (str(getattr(row, "label", row)) for row in rows)]


def restriction_words(book: SubjectBook, entry: Entry) -> str:
    """Why a record takes no changes now, who set that and who can change it; empty when it takes them."""
    found = find_restriction(book.session, entry.header)
    if found is None:
        return ""
    what = found.name[0].upper() + found.name[1:]
    ways = {
        "locked": "Ask data management to unlock it; a reason is needed.",
        "frozen": "Queries can be answered. Ask the monitor or data management to open it again.",
    }
    return f"{what} is {found.state}{_since(book, found)}. {ways[found.state]}"


def _since(book: SubjectBook, restriction: Restriction) -> str:
    history = record_history(book.session.connection(), restriction.entity, restriction.key)
    last = next((line for line in reversed(history) if line.attribute == restriction.state), None)
    if last is None:
        return ""
    return f" since {day_text(local(last.at, book.subject.site.time_zone).date())} by {last.user_name}"
