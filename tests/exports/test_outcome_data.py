"""The readers of the outcomes on a real database: now, as of a moment and a release agree; scopes and removals hold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select

from audit.seal import latest_seal, seal
from edc.db import ALL, Scope, Session, make_engine
from edc.errors import NotFound, Refused
from edc.records.service import get_subject
from edc.study.models import Site, Subject
from exports import release
from exports.analysis import outcomes
from exports.models import DatasetRelease
from exports.outcome_data import StudyData, read_as_of, read_now, read_release
from forms.outcome_model import Participant
from tests import databases
from tests.records.casebooks import AMES, CIPHER, CODE, SHAH, Casebook
from tests.records.conftest import casebook_engine, create_schema

__all__ = ["casebook_engine"]
ABROAD = "002-001"
EVERYWHERE = Scope("user", "data_manager", ALL)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def fill(url: str) -> None:
    """A participant in San Diego and one in Lund, each dosed and scanned twice after baseline."""
    create_schema(url)
    engine = make_engine(url)
    made = casebook_on(engine)
    made.add_participant(ABROAD, "002")
    treat(made, CODE, "MELANOMA", first="30", second="22")
    treat(made, ABROAD, "RENAL CELL CARCINOMA", first="40", second="55")
    engine.dispose()


def casebook_on(engine: Engine) -> Casebook:
    made = Casebook(engine)
    made.clock.at = dt.datetime(2025, 1, 20, 12, tzinfo=dt.UTC)
    return made


@pytest.fixture
def casebook_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of these two participants."""
    url = databases.prepared_database(database_kind, "outcomes", fill, tmp_path)
    yield url
    databases.drop_database(url)


@pytest.fixture
def book(casebook_engine: Engine) -> Casebook:
    """The casebook of both."""
    return casebook_on(casebook_engine)


def treat(book: Casebook, code: str, tumour_type: str, *, first: str, second: str) -> None:
    """Doses, an adverse event, one target of 50 mm and its two later diameters."""
    for visit in ("C1D1", "C1A1", "C1RESP", "C2RESP"):
        book.add_visit(visit, code)
    book.save("DH", {"tumour_type": tumour_type}, code=code)
    lesion = {"role": "TARGET", "organ": "LIVER", "is_node": "N", "baseline_mm": "50", "baseline_scan_date": "2024-01-10"}
    book.save("TLB", lesion, line=1, code=code)
    book.save("NIVO", {"given": "Y", "start_dt": "2024-01-22 10:00", "dose_mg": "480"}, visit="C1D1", code=code)
    given = {"status": "GIVEN", "start_dt": "2024-01-29 08:00", "dose_iu": "43200000"}
    held = {"status": "HELD", "hold_reason": "HYPOTENSION"}
    book.save(
        "IL2D", {"planned_start": "2024-01-29 08:00"}, visit="C1A1", rows={"SLOT": [(1, given), (2, held)]}, code=code
    )
    event = {
        "verbatim": "low pressure", "ctcae_term": "Hypotension", "start_date": "2024-01-29", "serious": "N",
        "rel_nivolumab": "UNRELATED", "rel_il2": "DEFINITE", "immune_related": "N",
    }  # fmt: skip
    grades = {"GRADE": [(None, {"from_date": "2024-01-29", "grade": "3"})]}
    book.save("AE", event, rows=grades, by=AMES, code=code)
    scan(book, code, "C1RESP", "2024-03-25", first)
    scan(book, code, "C2RESP", "2024-06-03", second)


def scan(book: Casebook, code: str, visit: str, day: str, size: str) -> None:
    lesion = book.look("TLB", lambda entry: entry.header.uid, line=1, code=code)
    told = {"performed": "Y", "assess_date": day, "inv_target": "SD", "inv_nontarget": "NA", "inv_overall": "SD"}
    rows = {
        "SCAN": [(None, {"scan_date": day})],
        "TARGET": [(None, {"lesion": lesion, "t_state": "MEASURED", "t_diameter_mm": size})],
    }
    book.save("TA", told, visit=visit, rows=rows, by=AMES, code=code)


def correct(book: Casebook, size: str) -> None:
    """A new diameter of the second scan in San Diego."""
    rows = {"TARGET": [(1, {"t_diameter_mm": size})]}
    book.save("TA", {}, visit="C2RESP", rows=rows, by=AMES, reason="Entry error")


def lock(book: Casebook) -> None:
    with book.saving(SHAH, act="record:lock") as saving:
        for subject in saving.session.scalars(select(Subject)):
            subject.locked = True


def make_release(book: Casebook, engine: Engine, folder: Path, codes: tuple[str, ...] = (CODE, ABROAD)) -> None:
    """A release of the participants, as two people make it."""
    lock(book)
    with book.saving(SHAH, act="dataset:propose") as saving:
        made = release.propose(saving.session, "final", "analysis", by=SHAH, now=now())
        made.subject_uids = json.dumps([get_subject(saving.session, code).uid for code in codes])
    with book.saving(AMES, act="dataset:confirm") as saving:
        found = release.get_release(saving.session, "final")
        release.confirm(saving.session, found, saving.change, by=AMES, now=now())
    seal(engine)
    with engine.connect() as connection:
        cut = latest_seal(connection)
        assert cut is not None
        uids = release.subjects_of(found)
        builder = release.Builder(connection, "final", uids, cut, CIPHER.open)
        file, size, sha256 = release.write_release(builder, folder, "final")
    with book.saving(SHAH, act="dataset:release") as saving:
        release.finish(release.get_release(saving.session, "final"), cut, file, size, sha256, builder.values)


@contextmanager
def reading(book: Casebook, scope: Scope = EVERYWHERE) -> Iterator[Session]:
    with book.session() as session:
        session.info["scope"] = scope
        yield session


def site_scope(book: Casebook, code: str) -> Scope:
    with book.session() as session:
        uid = session.scalars(select(Site.uid).where(Site.code == code)).one()
    return Scope("user", "investigator", frozenset({uid}))


def read(book: Casebook, scope: Scope = EVERYWHERE) -> StudyData:
    with reading(book, scope) as session:
        return read_now(session, scope, now=now())


def read_then(book: Casebook, moment: dt.datetime, scope: Scope = EVERYWHERE) -> StudyData:
    with reading(book, scope) as session:
        return read_as_of(session, scope, moment, now=now())


def read_released(book: Casebook, folder: Path, scope: Scope = EVERYWHERE) -> StudyData:
    with reading(book, scope) as session:
        return read_release(session, scope, folder, "final")


def first(data: StudyData) -> Participant:
    return next(one for one in data.participants if one.code == CODE)


def test_participant_as_the_forms_tell_it(book: Casebook) -> None:
    one = first(read(book))
    assert (one.site, one.tumour_type, one.first_dose, one.baseline_mm) == (
        "001", "MELANOMA", dt.date(2024, 1, 22), Decimal(50),
    )  # fmt: skip
    shown = [(found.visit, found.date, found.derived, found.investigator, found.sum_mm) for found in one.assessments]
    assert shown == [
        ("Course 1, response scan", dt.date(2024, 3, 25), "PR", "SD", Decimal(30)),
        ("Course 2, response scan", dt.date(2024, 6, 3), "PR", "SD", Decimal(22)),
    ]
    [event_] = one.events
    assert (event_.term, event_.soc, event_.is_emergent) == ("Hypotension", "Vascular disorders", True)
    assert (event_.grades, dict(event_.relations)) == (
        ((dt.date(2024, 1, 29), 3),), {"NIVOLUMAB": "UNRELATED", "ALDESLEUKIN": "DEFINITE"},
    )  # fmt: skip
    assert [(slot.slot, slot.state, slot.reason, slot.amount) for slot in one.slots] == [
        (1, "GIVEN", "", 43200000), (2, "HELD", "Hypotension", None),
    ]  # fmt: skip
    assert [(dose.visit, dose.day, dose.amount) for dose in one.infusions] == [("C1D1", dt.date(2024, 1, 22), Decimal(480))]


def test_now_as_of_now_and_a_release_of_everything_locked_are_the_same(
    book: Casebook, casebook_engine: Engine, tmp_path: Path
) -> None:
    make_release(book, casebook_engine, tmp_path)
    today, then, released = read(book), read_then(book, now()), read_released(book, tmp_path)
    assert today.participants == then.participants == released.participants
    assert len(today.participants) == 2
    assert today.open_queries == then.open_queries == released.open_queries > 0
    assert outcomes(today).tables == outcomes(then).tables == outcomes(released).tables
    assert today.seal == released.seal != ""
    assert outcomes(released).about.is_locked


def test_moment_before_a_correction_gives_the_figures_of_then(book: Casebook) -> None:
    moment = now()
    before = outcomes(read(book))
    correct(book, "45")
    after = outcomes(read(book))
    then = outcomes(read_then(book, moment))
    assert (before.bars, before.tables) == (then.bars, then.tables)
    assert [bar.change for bar in after.bars if bar.subject == CODE] == [Decimal("-40.0")]
    assert [bar.change for bar in then.bars if bar.subject == CODE] == [Decimal("-56.0")]


def test_moment_before_the_study_began_knows_nobody(book: Casebook) -> None:
    data = read_then(book, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert (data.participants, data.open_queries, data.seal) == ((), 0, "")


def test_moment_still_to_come_is_refused(book: Casebook) -> None:
    with pytest.raises(Refused):
        read_then(book, now() + dt.timedelta(hours=1))


def test_line_that_was_removed_counts_until_then(book: Casebook) -> None:
    moment = now()
    book.remove("AE", 1, "Entered twice")
    assert first(read(book)).events == first(read_then(book, now())).events == ()
    assert len(first(read_then(book, moment)).events) == 1


def test_person_of_another_site_sees_nothing_of_it(book: Casebook, casebook_engine: Engine, tmp_path: Path) -> None:
    make_release(book, casebook_engine, tmp_path)
    lund = site_scope(book, "002")
    for data in (read(book, lund), read_then(book, now(), lund), read_released(book, tmp_path, lund)):
        assert [one.code for one in data.participants] == [ABROAD], data.source
        assert data.open_queries == sum(query_count(book, ABROAD)), data.source
    nobody = Scope("user", "investigator", frozenset())
    for data in (read(book, nobody), read_then(book, now(), nobody), read_released(book, tmp_path, nobody)):
        assert (data.participants, data.open_queries) == ((), 0), data.source


def query_count(book: Casebook, code: str) -> list[int]:
    from edc.records.models import FormRecord

    with book.session() as session:
        uid = get_subject(session, code).uid
        headers = session.scalars(select(FormRecord).where(FormRecord.subject_uid == uid)).unique()
        return [header.queries_open + header.queries_answered for header in headers]


def test_release_holds_only_whom_it_released(book: Casebook, casebook_engine: Engine, tmp_path: Path) -> None:
    make_release(book, casebook_engine, tmp_path, (CODE,))
    assert [one.code for one in read_released(book, tmp_path).participants] == [CODE]


def test_release_stays_as_it_was_when_the_study_goes_on(
    book: Casebook, casebook_engine: Engine, tmp_path: Path
) -> None:
    make_release(book, casebook_engine, tmp_path)
    released = read_released(book, tmp_path)
    with book.saving(SHAH, act="record:unlock") as saving:
        for subject in saving.session.scalars(select(Subject)):
            subject.locked = False
    correct(book, "45")
    assert read_released(book, tmp_path).participants == released.participants
    assert read(book).participants != released.participants


def test_without_a_release_there_is_nothing_to_read(book: Casebook, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_released(book, tmp_path)
    lock(book)
    with book.saving(SHAH, act="dataset:propose") as saving:
        release.propose(saving.session, "final", "analysis", by=SHAH, now=now())
    with pytest.raises(NotFound):
        read_released(book, tmp_path)


def test_file_that_was_changed_is_refused(book: Casebook, casebook_engine: Engine, tmp_path: Path) -> None:
    make_release(book, casebook_engine, tmp_path)
    with (tmp_path / "final.zip").open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(Refused):
        read_released(book, tmp_path)
    (tmp_path / "final.zip").unlink()
    with pytest.raises(NotFound):
        read_released(book, tmp_path)


def test_derived_response_waits_for_the_investigator(book: Casebook) -> None:
    cleared = dict.fromkeys(("inv_target", "inv_nontarget", "inv_overall"))
    book.save("TA", cleared, visit="C2RESP", by=AMES, reason="Read again")
    shown = [(one.derived, one.pct_baseline) for one in first(read(book)).assessments]
    assert shown == [("PR", Decimal(-40)), ("", None)]


def test_rules_are_those_asked_for(book: Casebook) -> None:
    with reading(book) as session:
        data = read_now(session, EVERYWHERE, now=now())
        strict = read_now(session, EVERYWHERE, now=now(), rules=replace(data.rules, confirm_days=100))
    best = [outcomes(one).bars[-1].response for one in (data, strict)]
    assert best == ["PR", "SD"]


def test_number_of_statements_does_not_grow_with_the_study(book: Casebook, casebook_engine: Engine) -> None:
    def statements() -> list[int]:
        counted = [0, 0]

        def count(*_: object) -> None:
            counted[0] += 1

        event.listen(casebook_engine, "before_cursor_execute", count)
        read(book)
        counted[1] = counted[0]
        read_then(book, now())
        event.remove(casebook_engine, "before_cursor_execute", count)
        return counted

    before = statements()
    book.add_participant("001-002")
    treat(book, "001-002", "MELANOMA", first="30", second="22")
    assert statements() == before


def test_moved_participant_goes_along_with_its_past(book: Casebook) -> None:
    from edc.records.transfer import move_subject

    moment = now()
    with book.saving(SHAH, act="participant:move") as saving:
        move_subject(saving, get_subject(saving.session, CODE).uid, "002", "Moved house")
    lund, home = site_scope(book, "002"), site_scope(book, "001")
    assert [one.code for one in read_then(book, moment, lund).participants] == [CODE, ABROAD]
    assert read_then(book, moment, home).participants == ()
    assert first(read_then(book, moment, lund)).site == "001"
    assert first(read(book, lund)).site == "002"


def test_unknown_release_is_not_found(book: Casebook, tmp_path: Path) -> None:
    with reading(book) as session:
        assert session.scalars(select(DatasetRelease)).all() == []
        with pytest.raises(NotFound):
            read_release(session, EVERYWHERE, tmp_path, "../../etc/passwd")


def test_correction_while_the_tables_are_read_is_not_seen(book: Casebook, casebook_engine: Engine) -> None:
    corrected: list[str] = []

    def correct_meanwhile(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM crf_ta_target" in statement and not corrected:
            corrected.append(statement)
            correct(book, "45")

    before = read(book)
    event.listen(casebook_engine, "before_cursor_execute", correct_meanwhile)
    meanwhile = read(book)
    event.remove(casebook_engine, "before_cursor_execute", correct_meanwhile)
    assert corrected and meanwhile.participants == before.participants
    assert read(book).participants != before.participants
