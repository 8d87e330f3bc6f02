"""A participant's casebook on a real database, written as people write it: each save in a session of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, select

from audit.capture import Actor, change
from edc.clock import SetClock
from edc.db import ALL, Scope, Session, make_session_factory
from edc.queries.models import Query
from edc.records.book import Entry, SubjectBook
from edc.records.identifiers import Cipher
from edc.records.models import FormRecord
from edc.records.saving import SaveOutcome, Saving
from edc.records.service import find_record, get_subject, new_record, remove_record, save_record
from edc.study.models import ConsentVersion, Site, Subject, Visit
from forms import schedule
from forms.crf import CRF, Group, get_crf
from forms.items import Answer, Reference
from forms.patch import Patch, RowPatch
from forms.reading import read

NOW = dt.datetime(2024, 1, 25, 17, 5, tzinfo=dt.UTC)
DIAZ = Actor("user-diaz", "R. Diaz", "coordinator")
OSEI = Actor("user-osei", "K. Osei", "coordinator")
AMES = Actor("user-ames", "Dr L. Ames", "investigator")
LINDT = Actor("user-lindt", "M. Lindt", "monitor")
SHAH = Actor("user-shah", "P. Shah", "data_manager")
CIPHER = Cipher(lambda: b"k" * 32)
CODE = "001-001"


def answers(collection: type[CRF] | type[Group], typed: Mapping[str, Any]) -> dict[str, Answer]:
    """Answers as a person types them: text, `None` to clear, an Answer as it is."""
    found = {}
    for name, text in typed.items():
        item = collection.items[name]
        if isinstance(text, Answer):
            found[name] = text
        elif text is None or isinstance(item, Reference):
            found[name] = Answer(text)
        else:
            found[name] = Answer(read(item, text))
    return found


class Casebook:
    """One participant at one site; `sites` are those that its people reach."""

    def __init__(self, engine: Engine) -> None:
        self.clock = SetClock(NOW)
        self.sessions = make_session_factory(engine)
        self.writers = self.sessions
        if engine.dialect.name == "sqlite":
            self.writers = make_session_factory(engine.execution_options(sqlite_begin="IMMEDIATE"))

    @contextmanager
    def session(self, *, writes: bool = False, sites: Any = ALL) -> Iterator[Session]:
        factory = self.writers if writes else self.sessions
        with factory(expire_on_commit=False, info={"clock": self.clock, "cipher": CIPHER}) as session:
            session.info["scope"] = Scope("user", "coordinator", sites, identifiers=True, freetext=True)
            yield session

    @contextmanager
    def saving(self, by: Actor = DIAZ, reason: str | None = None, act: str = "record:save") -> Iterator[Saving]:
        """The circumstances of one act by one person."""
        with self.session(writes=True) as session, change(session, by=by, act=act, reason=reason) as opened:
            is_investigator = by.role == "investigator"
            yield Saving(
                session, opened, by, self.clock(), may_assess=is_investigator, may_override=is_investigator
            )  # fmt: skip

    def set_up(self) -> None:
        """Two sites; one participant with screening and day 1, signed consent of 8 January 2024."""
        with self.saving() as saving:
            site = Site(code="001", name="UCSD", time_zone="America/Los_Angeles")
            saving.session.add_all([site, Site(code="002", name="Lund", time_zone="Europe/Stockholm")])
            saving.session.flush()
            saving.session.add(ConsentVersion(site_uid=site.uid, label="v4.0", valid_from=dt.date(2023, 1, 1)))
        self.add_participant(CODE)

    def add_participant(self, code: str, site: str = "001", *, consented: bool = True) -> None:
        with self.saving() as saving:
            home = saving.session.scalars(select(Site).where(Site.code == site)).one()
            subject = Subject(site_uid=home.uid, site=home, code=code, status="SCREENING", frozen=False, locked=False)
            saving.session.add(subject)
            saving.session.flush()
            if not consented:
                return
            record = new_record(saving.session, subject, None, get_crf("IC"), saving.now)
            save_record(saving, record, Patch(answers(get_crf("IC"), CONSENT)), expected_version=0)

    def save(
        self, oid: str, typed: Mapping[str, Any] | None = None, *, visit: str = "SCR", line: int | None = None,
        rows: Mapping[str, Sequence[tuple[int | None, Mapping[str, Any]]]] | None = None, by: Actor = DIAZ,
        reasons: Mapping[str, str] | None = None, reason: str | None = None, complete: bool | None = None,
        confirm: Mapping[str, str] | None = None, read_at: int | None = None, code: str = CODE,
    ) -> SaveOutcome:  # fmt: skip
        """Save a form; `reason` is given for every change, `read_at` is the version the person opened (default: now's)."""
        crf = get_crf(oid)
        patch = Patch(
            answers(crf, typed or {}),
            {g: [RowPatch(n, answers(crf.groups[g], t)) for n, t in each] for g, each in (rows or {}).items()},
            dict(reasons or {}), dict(confirm or {}), complete,
        )  # fmt: skip
        return self.save_patch(oid, patch, visit=visit, line=line, by=by, reason=reason, read_at=read_at, code=code)

    def save_patch(
        self, oid: str, patch: Patch, *, visit: str = "SCR", line: int | None = None, by: Actor = DIAZ,
        reason: str | None = None, read_at: int | None = None, code: str = CODE,
    ) -> SaveOutcome:  # fmt: skip
        with self.saving(by) as saving:
            saving.default_reason = reason
            record = self.header(saving.session, oid, visit=visit, line=line, code=code)
            expected = record.row_version if read_at is None else read_at
            return save_record(saving, record, patch, expected_version=expected)

    def header(
        self, session: Session, oid: str, *, visit: str = "SCR", line: int | None = None, code: str = CODE
    ) -> FormRecord:
        """The header of a form, a new one when nobody saved it yet."""
        crf, subject = get_crf(oid), get_subject(session, code)
        place = None if crf.log or visit == "LOG" else self._visit(session, subject, visit)
        found = find_record(session, subject, place, crf, line or 1) if line or not crf.log else None
        return found or new_record(session, subject, place, crf, self.clock(), line)

    def _visit(self, session: Session, subject: Subject, oid: str) -> Visit:
        found = session.scalars(select(Visit).where(Visit.subject_uid == subject.uid, Visit.oid == oid)).one_or_none()
        assert found is not None, f"{subject.code} has no visit {oid}"
        return found

    def add_visit(self, oid: str, code: str = CODE) -> None:
        """Give the participant a visit of the schedule."""
        from edc.records.scheduling import make_visit

        definition = schedule.find_visit(oid)
        assert definition is not None
        with self.saving(act="visit:add") as saving:
            make_visit(saving.session, get_subject(saving.session, code), definition)

    def look(self, oid: str, of: Callable[[Entry], Any], **place: Any) -> Any:
        """What a fresh session finds in a form."""
        with self.session() as session:
            record = self.header(session, oid, **place)
            return of(SubjectBook(session, record.subject, self.clock()).entry(record))

    def values(self, oid: str, *names: str, **place: Any) -> list[Any]:
        """The stored values of some items."""
        return list(self.look(oid, lambda entry: [entry.view.value(name) for name in names], **place))

    def state(self, oid: str, name: str, **place: Any) -> Any:
        """One attribute of the header."""
        return self.look(oid, lambda entry: getattr(entry.header, name), **place)

    def queries(self, oid: str, **place: Any) -> list[tuple[str | None, str | None, str]]:
        """Check, item and status of each query of a form, oldest first."""
        with self.session() as session:
            record = self.header(session, oid, **place)
            found = session.scalars(select(Query).where(Query.record_uid == record.uid).order_by(Query.number))
            return [(query.check_id, query.item_name, query.status) for query in found]

    def remove(self, oid: str, line: int, reason: str) -> SaveOutcome:
        with self.saving(act="record:remove") as saving:
            return remove_record(saving, self.header(saving.session, oid, line=line), reason)


CONSENT = {
    "consent_type": "INITIAL", "consent_version": "v4.0", "signature_date": "2024-01-08", "obtained_by": "R. Diaz",
    "capacity_confirmed": "Y", "tissue_consent": "Y", "blood_consent": "Y", "copy_given": "Y",
}  # fmt: skip
ADMISSION = {
    "admission_occurred": "Y", "admit_dt": "2024-01-24 08:00", "dosing_weight_kg": "72.0", "dose_level": "600000",
}  # fmt: skip
HYPOTENSION = {"verbatim": "low BP after dose 8", "ctcae_term": "Hypotension", "start_date": "2024-01-24", "ongoing": "Y"}
