"""Who changed what, when and why, written in the transaction of the change itself.

    with change(session, by=actor, act="save", reason="Entry error") as opened:
        vitals.systolic = 120

Listeners collect every insert and update of an `Audited` class at each flush; leaving the block writes one row of
`audit_change` and one row of `audit_record` per changed attribute, then commits. Nothing else commits such rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, sessionmaker
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.base import NO_VALUE

from audit.audited import (
    Audited,
    BulkWriteRefused,
    DeletionRefused,
    ReasonMissing,
    RepeatedRequest,
    TrailRefusal,
    UnattributedChange,
    is_audited_table,
    new_uid,
)
from audit.canonical import value_text
from audit.models import audit_change
from audit.rows import Actor, Installation, Place, Written, record_row, write_change

__all__ = [
    "Actor",
    "Audited",
    "BulkWriteRefused",
    "Change",
    "DeletionRefused",
    "Installation",
    "ReasonMissing",
    "RepeatedRequest",
    "TrailRefusal",
    "UnattributedChange",
    "change",
    "current_change",
    "install",
    "new_uid",
    "together",
]

_OPEN = "audit_change"
_WHOLE = "audit_whole"


@dataclass(frozen=True)
class _Touched:
    """A row touched by the open change: its attributes with the first old and the latest new text."""

    row: Audited
    is_new: bool
    values: dict[str, tuple[str | None, str | None]]

    def followed_by(self, later: dict[str, tuple[str | None, str | None]]) -> "_Touched":
        merged = dict(self.values)
        for name, (old, new) in later.items():
            merged[name] = (merged[name][0] if name in merged else old, new)
        return _Touched(self.row, self.is_new, merged)


_RowKey = tuple[str, str]
# What a savepoint goes back to: the rows touched and the number of notes.
_Kept = tuple[dict[_RowKey, _Touched], int]


@dataclass(eq=False)
class Change:
    """The open change: add facts by `note`, and reasons of single items by `item_reasons[(uid, attribute)]`."""

    by: Actor
    act: str
    reason: str | None = None
    request_id: str | None = None
    site: str | None = None
    subject: str | None = None
    uid: str = field(default_factory=new_uid)
    item_reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    _touched: dict[_RowKey, _Touched] = field(default_factory=dict)
    _notes: list[dict[str, Any]] = field(default_factory=list)
    _savepoints: WeakKeyDictionary[SessionTransaction, tuple[dict[tuple[str, str], _Touched], int]] = field(
        default_factory=WeakKeyDictionary
    )
    _is_writing: bool = False
    _has_failed: bool = False

    def note(
        self, entity: str, key: str, item: str, old: object, new: object, path: str = "", reason: str | None = None
    ) -> None:
        """Record a fact that no audited column holds: a download, a sign-in, a refused access."""
        place = Place(entity, key, path, None, None, self.site, self.subject)
        self._notes.append(record_row(place, item, "", value_text(old), value_text(new), None, reason, is_text=False))

    def _collect(self, row: Audited, is_new: bool, values: dict[str, tuple[str | None, str | None]]) -> None:
        if self._is_writing:
            raise UnattributedChange(f"{row.__audit_entity__} {row.uid} was changed while its trail was being written")
        key = (row.__audit_entity__, row.uid)
        before = self._touched.get(key)
        self._touched[key] = before.followed_by(values) if before else _Touched(row, is_new, values)

    def _record_rows(self) -> Iterator[dict[str, Any]]:
        for touched in self._touched.values():
            yield from _rows_of(touched, self)
        yield from self._notes

    def _written(self, rows: list[dict[str, Any]]) -> Written:
        return Written(
            self.uid, self.by, self.act, self.reason, self.request_id,
            self.site or _only(rows, "site_uid"), self.subject or _only(rows, "subject_uid"),
        )  # fmt: skip


@dataclass
class _Whole:
    """Several changes that are one transaction."""

    has_failed: bool = False
    is_ending: bool = False


def _only(rows: list[dict[str, Any]], column: str) -> str | None:
    """Return the value that all rows share, so that a change of one subject is found under that subject."""
    found = {row[column] for row in rows if row[column] is not None}
    return found.pop() if len(found) == 1 else None


def _rows_of(touched: _Touched, opened: Change) -> Iterator[dict[str, Any]]:
    row, entity = touched.row, touched.row.__audit_entity__
    values = {name: pair for name, pair in touched.values.items() if pair[0] != pair[1]}
    if touched.is_new and not values:
        values = {"uid": (None, row.uid)}
    if not values:
        return
    place = Place(
        entity, row.uid, row.audit_path(), row.audit_version(), row.audit_crf_version(),
        row.audit_site(), row.audit_subject(),
    )  # fmt: skip
    for name, (old, new) in values.items():
        reason = opened.item_reasons.get((row.uid, name))
        if old is not None and not (reason or opened.reason) and row.audit_needs_reason(name):
            raise ReasonMissing(f"{row.audit_oid(name)} has a value: say why it changes")
        is_text = name in row.__audit_text__
        yield record_row(place, row.audit_oid(name), name, old, new, row.audit_origin(name), reason, is_text=is_text)


def current_change(session: Session) -> Change | None:
    """Return the change that is open in the session."""
    found: Change | None = session.info.get(_OPEN)
    return found


@contextmanager
def change(
    session: Session,
    *,
    by: Actor,
    act: str,
    reason: str | None = None,
    request_id: str | None = None,
    site: str | None = None,
    subject: str | None = None,
) -> Iterator[Change]:
    """Do an act: all writes in the block are committed with their trail, or not at all.

    Inside another change the block joins that one and commits nothing itself. A request that was carried out before
    raises `RepeatedRequest`.
    """
    outer = current_change(session)
    if outer is not None:
        with _joined(outer):
            yield outer
        return
    opened = Change(by, act, reason, request_id, site, subject)
    session.info[_OPEN] = opened
    try:
        yield opened
        _finish(session, opened)
    except BaseException as error:
        if whole := _whole(session):
            whole.has_failed = True
        session.rollback()
        if isinstance(error, Exception) and (done := _earlier_change(session, opened)):
            raise RepeatedRequest(done) from error
        raise
    finally:
        del session.info[_OPEN]


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Make one transaction of several changes, each of which writes its trail as it ends: all are kept, or none.

    For acts too large for one change, whose rows would all be in memory at once. A change that failed undoes the
    others too, whoever catches its exception.
    """
    if current_change(session) or _whole(session):
        raise UnattributedChange("changes stand together outside of any other change")
    whole = session.info[_WHOLE] = _Whole()
    try:
        yield
        if whole.has_failed:
            raise UnattributedChange("one of these changes failed: nothing of them is kept")
        whole.is_ending = True
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[_WHOLE]


def _whole(session: Session) -> _Whole | None:
    found: _Whole | None = session.info.get(_WHOLE)
    return found


@contextmanager
def _joined(outer: Change) -> Iterator[None]:
    try:
        yield
    except BaseException:
        outer._has_failed = True
        raise


def _finish(session: Session, opened: Change) -> None:
    if opened._has_failed:
        raise UnattributedChange("a part of this change failed: nothing of it is kept")
    session.flush()
    rows = list(opened._record_rows())
    opened._is_writing = True
    if rows:
        installation = session.info.get("installation", Installation())
        write_change(session.connection(), opened._written(rows), rows, installation)
    if _whole(session) is None:
        session.commit()


def _earlier_change(session: Session, opened: Change) -> str | None:
    """Return the change that this request made before, if it did; asked only after a failure."""
    if opened.request_id is None or opened.by.user_uid is None:
        return None
    query = select(audit_change.c.uid).where(
        audit_change.c.user_uid == opened.by.user_uid, audit_change.c.request_id == opened.request_id
    )
    found = None
    # Where the database is gone, the failure that led here says more.
    with suppress(DBAPIError):
        found = session.connection().scalar(query)
    session.rollback()
    return found


def install(target: type[Session] | sessionmaker[Any]) -> None:
    """Make sessions of this class or factory keep the trail."""
    listeners: dict[str, Callable[..., None]] = {
        "after_flush": _collect_flushed,
        "before_commit": _refuse_inner_commit,
        "do_orm_execute": _refuse_bulk_write,
        "after_transaction_create": _remember_savepoint,
        "after_soft_rollback": _return_to_savepoint,
    }
    for name, listener in listeners.items():
        event.listen(target, name, listener)


def _collect_flushed(session: Session, _context: object) -> None:
    opened = current_change(session)
    for is_new, rows in ((True, session.new), (False, session.dirty)):
        for row in rows:
            if not isinstance(row, Audited):
                continue
            values = _inserted(row) if is_new else _updated(row)
            if not (is_new or values):
                continue
            if opened is None:
                raise UnattributedChange(
                    f"{row.__audit_entity__} {row.uid} was written outside change(by=..., act=...)"
                )
            opened._collect(row, is_new, values)


def _inserted(row: Audited) -> dict[str, tuple[str | None, str | None]]:
    found = vars(row)
    texts = (
        (name, value_text(found[name] if name in found else getattr(row, name))) for name in row.__audit_attributes__
    )
    return {name: (None, text) for name, text in texts if text is not None}


def _updated(row: Audited) -> dict[str, tuple[str | None, str | None]]:
    state = instance_state(row)
    before = state.committed_state
    if "uid" in before:
        raise UnattributedChange(f"the uid of {row.__audit_entity__} {row.uid} never changes")
    values = {}
    for name in row.__audit_attributes__:
        if name not in before:
            continue
        old, new = None if before[name] is NO_VALUE else before[name], getattr(row, name)
        # What the column's type calls equal was not written, so the trail must not say it was.
        if not state.manager[name].impl.is_equal(old, new):
            values[name] = (value_text(old), value_text(new))
    return values


def _refuse_inner_commit(session: Session) -> None:
    whole = _whole(session)
    if whole is not None and not whole.is_ending and not session.in_nested_transaction():
        raise UnattributedChange("changes that stand together are committed by leaving their block")
    opened = current_change(session)
    if opened is not None and not opened._is_writing and not session.in_nested_transaction():
        raise UnattributedChange("inside a change only leaving its block commits")


def _refuse_bulk_write(state: ORMExecuteState) -> None:
    is_write = state.is_update or state.is_delete or state.is_insert
    if is_write and is_audited_table(getattr(state.statement, "table", None)):
        raise BulkWriteRefused(f"rows of {state.statement.table} are written one by one, inside a change")  # type: ignore[attr-defined]


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    opened = current_change(session)
    if opened is not None and transaction.nested:
        opened._savepoints[transaction] = (dict(opened._touched), len(opened._notes))


def _return_to_savepoint(session: Session, ended: SessionTransaction) -> None:
    """Forget what a rollback undid: it reaches back to the nearest savepoint, or to the beginning."""
    opened = current_change(session)
    if opened is None:
        return
    while not ended.nested and ended.parent is not None:
        ended = ended.parent
    opened._touched, kept = opened._savepoints.get(ended, ({}, 0))
    del opened._notes[kept:]
