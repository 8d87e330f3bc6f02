"""Each change writes who, what, when and why with itself, or does not happen (C14, C15, C17-C20)."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column

from audit.capture import (
    Actor,
    Audited,
    BulkWriteRefused,
    DeletionRefused,
    ReasonMissing,
    RepeatedRequest,
    TrailRefusal,
    UnattributedChange,
    change,
    current_change,
    new_uid,
)
from audit.models import audit_change, audit_record
from tests.audit.toys import AMES, DIAZ, Base, Draft, Participant, Session, Visit, Vitals, saving
from tests.databases import statements_of

NOON = datetime(2024, 1, 22, 12, tzinfo=UTC)


def records(session: Session, **where: str) -> list[Any]:
    """Return the audit records in order, narrowed by equal columns."""
    query = select(audit_record).filter_by(**where).order_by(audit_record.c.id)
    return list(session.connection().execute(query))


def changes(session: Session) -> list[Any]:
    return list(session.connection().execute(select(audit_change).order_by(audit_change.c.id)))


def pairs(session: Session, attribute: str) -> list[tuple[str | None, str | None]]:
    return [(row.old, row.new) for row in records(session, attribute=attribute)]


def enrol(session: Session, code: str = "001-004") -> Participant:
    with saving(session, "enrol"):
        session.add(participant := Participant(code=code, status="enrolled"))
    return participant


def record_vitals(session: Session, **values: Any) -> Vitals:
    participant = enrol(session)
    with saving(session):
        session.add(vitals := Vitals(participant=participant, row_version=1, **values))
    return vitals


@pytest.mark.requirement("C14")
def test_a_change_says_who_when_what_and_why(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    started = datetime.now(UTC)
    with saving(session, reason="Transcription error", request_id="r-1") as opened:
        vitals.systolic = 130
    change_row = changes(session)[-1]
    assert (change_row.uid, change_row.user_uid, change_row.user_name, change_row.role) == (
        opened.uid, "u1", "R. Diaz", "coordinator",
    )  # fmt: skip
    assert (change_row.act, change_row.reason, change_row.request_id) == ("save", "Transcription error", "r-1")
    assert (change_row.process, change_row.process_version, change_row.session_hash) == ("web", "0.1.0", "ab" * 8)
    assert abs(change_row.at - started) < timedelta(minutes=1)
    assert change_row.at.utcoffset() == timedelta(0)
    assert (change_row.site_uid, change_row.subject_uid) == ("s1", vitals.participant_uid)
    (record,) = records(session, change_uid=opened.uid)
    assert (record.entity, record.key, record.path) == ("crf_vs", vitals.uid, "001-004/C1D1/VS")
    assert (record.oid, record.old, record.new, record.version) == ("VS.SYSTOLIC", "120", "130", 1)


@pytest.mark.requirement("C14")
@pytest.mark.parametrize(
    ("attribute", "value", "text"),
    [
        ("systolic", 120, "120"),
        ("weight", Decimal("72.0"), "72.0"),
        ("weight", Decimal("1E+2"), "100"),
        ("taken_on", date(2024, 1, 22), "2024-01-22"),
        ("taken_at", datetime(2024, 1, 22, 8, 31, 5, tzinfo=UTC), "2024-01-22T08:31:05.000000Z"),
        ("fever", False, "false"),
        ("comment", "patient felt dizzy", "patient felt dizzy"),
    ],
)
def test_each_kind_of_value_is_kept_as_text(session: Session, attribute: str, value: object, text: str) -> None:
    vitals = record_vitals(session)
    with saving(session):
        setattr(vitals, attribute, value)
    assert pairs(session, attribute) == [(None, text)]
    assert getattr(vitals, attribute) == value


@pytest.mark.requirement("C14")
def test_the_old_value_is_known_right_after_a_commit(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    with saving(session, reason="Re-read"):
        vitals.systolic = 130  # every attribute is expired here
    session.expire(vitals)
    with saving(session, reason="Re-read"):
        vitals.systolic = None
    assert pairs(session, "systolic") == [(None, "120"), ("120", "130"), ("130", None)]


@pytest.mark.requirement("C14")
def test_several_flushes_in_one_change_are_one_step(session: Session) -> None:
    vitals = record_vitals(session, systolic=120, weight=Decimal("72.0"))
    with saving(session, reason="Re-read") as opened:
        for reading in (125, 130):
            vitals.systolic = reading
            session.flush()
        vitals.weight = Decimal("73.0")
        session.flush()
        vitals.weight = Decimal("72.0")
    found = [(row.attribute, row.old, row.new) for row in records(session, change_uid=opened.uid)]
    assert found == [("systolic", "120", "130")]


@pytest.mark.requirement("C14")
def test_a_row_made_and_filled_in_one_change_starts_from_nothing(session: Session) -> None:
    participant = enrol(session)
    with saving(session):
        session.add(vitals := Vitals(participant=participant))
        session.flush()
        vitals.systolic = 120
        vitals.row_version = 1
    assert pairs(session, "systolic") == [(None, "120")]
    assert pairs(session, "row_version") == [(None, "1")]


@pytest.mark.requirement("C14")
def test_an_empty_row_is_in_the_trail_too(session: Session) -> None:
    with saving(session):
        session.add(visit := Visit())
    (record,) = records(session)
    assert (record.entity, record.key, record.attribute, record.new) == ("visit", visit.uid, "uid", visit.uid)


@pytest.mark.requirement("C14")
def test_a_parent_set_by_relationship_is_in_the_trail(session: Session) -> None:
    with saving(session, "enrol"):
        participant = Participant(code="001-009")
        session.add(Vitals(participant=participant))
    assert pairs(session, "participant_uid") == [(None, participant.uid)]
    with saving(session, "enrol"):
        vitals = session.scalars(select(Vitals)).one()
        vitals.participant = other = Participant(code="001-010")
    assert pairs(session, "participant_uid")[-1] == (participant.uid, other.uid)


def test_saving_without_a_difference_leaves_no_trace(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    before = len(changes(session))
    with saving(session):
        vitals.systolic = 120
        vitals.queries_open = 3
    assert len(changes(session)) == before
    assert session.scalars(select(Vitals.queries_open)).one() == 3


@pytest.mark.requirement("C14")
@pytest.mark.parametrize(
    ("attribute", "first", "second", "texts"),
    [
        ("weight", Decimal("72.0"), Decimal("72.00"), ("72.0", "72.00")),
        ("fever", True, 1, None),
        ("taken_at", NOON, NOON.astimezone(timezone(timedelta(hours=-8))), None),
    ],
)
def test_the_trail_says_what_the_column_holds(
    session: Session, attribute: str, first: Any, second: Any, texts: tuple[str, str] | None
) -> None:
    vitals = record_vitals(session, **{attribute: first})
    with saving(session, reason="Re-read"):
        setattr(vitals, attribute, second)
    assert pairs(session, attribute)[1:] == ([texts] if texts else [])
    assert str(getattr(vitals, attribute)) == str(second if texts else first)


@pytest.mark.requirement("C14")
def test_an_item_carries_its_own_reason(session: Session) -> None:
    vitals = record_vitals(session, systolic=120, weight=Decimal("72.0"))
    with saving(session, reason="Monitoring visit") as opened:
        vitals.systolic, vitals.weight = 130, Decimal("73.5")
        opened.item_reasons[vitals.uid, "systolic"] = "Entry error"
    reasons = {row.attribute: row.reason for row in records(session, change_uid=opened.uid)}
    assert reasons == {"systolic": "Entry error", "weight": None}


@pytest.mark.requirement("C19")
def test_a_given_value_does_not_change_without_a_reason(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    with pytest.raises(ReasonMissing, match=r"VS\.SYSTOLIC"), saving(session):
        vitals.systolic = 130
    assert session.scalars(select(Vitals.systolic)).one() == 120
    with saving(session):
        vitals.weight = Decimal("72.0")  # the first value of an item needs none
    assert pairs(session, "weight") == [(None, "72.0")]


@pytest.mark.requirement("C15")
@pytest.mark.parametrize("table", ["audit_change", "audit_record"])
def test_where_the_trail_cannot_be_written_nothing_changes(session: Session, owner: Engine, table: str) -> None:
    vitals = record_vitals(session, systolic=120)
    before = len(changes(session)), len(records(session))
    session.rollback()
    with owner.begin() as connection:
        fail_inserts(connection, table)
    with pytest.raises(IntegrityError), saving(session, reason="Re-read"):
        vitals.systolic = 130
        session.add(Draft(text="kept with it"))
    assert session.scalars(select(Vitals.systolic)).one() == 120
    assert session.scalar(select(func.count()).select_from(Draft)) == 0
    assert (len(changes(session)), len(records(session))) == before


def fail_inserts(connection: Connection, table: str) -> None:
    if connection.dialect.name == "sqlite":
        statement = f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    else:
        statement = f"ALTER TABLE {table} ADD CONSTRAINT full_disk CHECK (false) NOT VALID"
    connection.exec_driver_sql(statement)


@pytest.mark.requirement("C15")
def test_an_error_in_the_block_leaves_neither_change_nor_trail(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    before = len(records(session))
    with pytest.raises(ZeroDivisionError), saving(session, reason="Re-read"):
        vitals.systolic = 130
        session.flush()
        raise ZeroDivisionError
    assert vitals.systolic == 120
    assert len(records(session)) == before
    assert current_change(session) is None


def write_new(session: Session, _vitals: Vitals) -> None:
    session.add(Participant(code="001-099"))


def write_changed(_session: Session, vitals: Vitals) -> None:
    vitals.systolic = 199


@pytest.mark.requirement("C17")
@pytest.mark.parametrize("write", [write_new, write_changed])
def test_nobody_writes_outside_a_change(session: Session, write: Any) -> None:
    vitals = record_vitals(session, systolic=120)
    write(session, vitals)
    with pytest.raises(UnattributedChange):
        session.commit()
    session.rollback()
    assert session.scalars(select(Vitals.systolic)).one() == 120
    assert session.scalar(select(func.count()).select_from(Participant)) == 1


@pytest.mark.requirement("C17")
@pytest.mark.parametrize(
    "statement",
    [
        update(Vitals).values(systolic=1),
        update(Base.metadata.tables["crf_vs"]).values(systolic=1),
        delete(Vitals),
        insert(Participant).values(uid="x", code="x", site_uid="s1"),
        insert(Base.metadata.tables["participant"]).values(uid="x", code="x", site_uid="s1"),
    ],
    ids=["orm update", "core update", "orm delete", "orm insert", "core insert"],
)
def test_bulk_statements_on_audited_tables_are_refused(session: Session, statement: Any) -> None:
    vitals = record_vitals(session, systolic=120)
    with pytest.raises(BulkWriteRefused), saving(session):
        session.execute(statement)
    assert vitals.systolic == 120


@pytest.mark.requirement("C18")
def test_an_audited_row_is_never_deleted(session: Session) -> None:
    vitals = record_vitals(session, systolic=120)
    with pytest.raises(DeletionRefused), saving(session):
        session.delete(vitals)
    assert session.scalars(select(Vitals.systolic)).one() == 120


@pytest.mark.requirement("C18")
def test_the_first_value_is_readable_after_many_changes(session: Session) -> None:
    vitals = record_vitals(session, systolic=100)
    for reading in range(101, 131):
        with saving(session, reason="Re-read"):
            vitals.systolic = reading
    history = pairs(session, "systolic")
    assert history[0] == (None, "100")
    assert history[1:] == [(str(value - 1), str(value)) for value in range(101, 131)]


def test_a_uid_never_changes(session: Session) -> None:
    vitals = record_vitals(session)
    with pytest.raises(UnattributedChange, match="uid"), saving(session):
        vitals.uid = new_uid()


def test_a_session_that_only_reads_ends_freely(session: Session) -> None:
    record_vitals(session, systolic=120)
    assert session.scalars(select(Vitals)).one().systolic == 120
    session.commit()


def test_tables_that_are_not_audited_are_written_anywhere(session: Session) -> None:
    session.add(Draft(text="typed"))
    session.commit()
    with saving(session):
        session.add(Draft(text="typed in a change"))
    assert session.scalar(select(func.count()).select_from(Draft)) == 2
    assert changes(session) == []


def test_only_leaving_the_block_commits(session: Session) -> None:
    with pytest.raises(UnattributedChange, match="leaving"), saving(session):
        session.add(Participant(code="001-004"))
        session.commit()
    assert session.scalar(select(func.count()).select_from(Participant)) == 0


def test_a_change_inside_a_change_joins_it(session: Session) -> None:
    with saving(session, "enrol") as outer:
        session.add(participant := Participant(code="001-004"))
        with change(session, by=AMES, act="derive") as inner:
            session.add(Vitals(participant=participant, systolic=120))
        assert inner is outer
    (row,) = changes(session)
    assert (row.act, row.user_name) == ("enrol", "R. Diaz")
    assert {record.entity for record in records(session)} == {"participant", "crf_vs"}


def test_a_failed_part_fails_the_whole_change(session: Session) -> None:
    with pytest.raises(UnattributedChange, match="part"), saving(session, "enrol"):
        session.add(Participant(code="001-004"))
        with pytest.raises(ZeroDivisionError), saving(session):
            raise ZeroDivisionError
    assert session.scalar(select(func.count()).select_from(Participant)) == 0


def test_what_a_savepoint_undid_is_not_in_the_trail(session: Session) -> None:
    enrol(session, "001-001")
    with saving(session, "enrol") as opened:
        for code in ("001-001", "001-002"):
            try:
                with session.begin_nested():
                    session.add(Participant(code=code))
                    opened.note("participant", "", "TRIED", None, code)
                    session.flush()
            except IntegrityError:
                continue
    found = records(session, change_uid=opened.uid)
    assert {(row.attribute, row.new) for row in found} == {("code", "001-002"), ("site_uid", "s1"), ("", "001-002")}


def test_after_a_rollback_in_the_block_nothing_of_before_is_written(session: Session) -> None:
    with saving(session, "enrol"):
        session.add(Participant(code="001-001"))
        session.flush()
        session.rollback()
        session.add(Participant(code="001-002"))
    assert pairs(session, "code") == [(None, "001-002")]


@pytest.mark.requirement("T06")
def test_a_repeated_request_is_carried_out_once(session: Session) -> None:
    with saving(session, "enrol", request_id="r-1") as first:
        session.add(Participant(code="001-001"))
    with pytest.raises(RepeatedRequest) as again, saving(session, "enrol", request_id="r-1"):
        session.add(Participant(code="001-002"))
    assert again.value.change_uid == first.uid
    assert session.scalars(select(Participant.code)).all() == ["001-001"]


@pytest.mark.requirement("T06")
def test_a_repeated_request_is_named_as_such_when_it_fails_for_its_own_result(session: Session) -> None:
    with saving(session, "enrol", request_id="r-1") as first:
        session.add(Participant(code="001-001"))
    with pytest.raises(RepeatedRequest) as again, saving(session, "enrol", request_id="r-1"):
        session.add(Participant(code="001-001"))
        session.flush()
    assert again.value.change_uid == first.uid


def test_the_token_of_one_user_does_not_stop_another(session: Session) -> None:
    for number, actor in enumerate((DIAZ, AMES, Actor(None, "derivation", "system"), Actor(None, "import", "system"))):
        with saving(session, "enrol", by=actor, request_id="r-1"):
            session.add(Participant(code=f"001-{number}"))
    assert len(changes(session)) == 4


@pytest.mark.requirement("C20")
@pytest.mark.parametrize("act", ["query", "verify", "sign", "freeze", "lock", "unlock", "export"])
def test_an_act_without_a_row_is_noted(session: Session, act: str) -> None:
    with saving(session, act) as opened:
        opened.note("form_record", "f1", act.upper(), None, True, path="001-004/C1D1/VS", reason="Visit 3")
    (row,) = changes(session)
    (record,) = records(session)
    assert (row.act, row.uid) == (act, record.change_uid)
    assert (record.entity, record.key, record.oid, record.attribute) == ("form_record", "f1", act.upper(), "")
    assert (record.old, record.new, record.reason, record.path) == (None, "true", "Visit 3", "001-004/C1D1/VS")


@pytest.mark.requirement("C22")
def test_a_process_names_itself_and_its_version(session: Session) -> None:
    with saving(session, "derive", by=Actor(None, "DER-04", "system", "derivation", "1.4")):
        session.add(Participant(code="001-001"))
    (row,) = changes(session)
    assert (row.user_uid, row.user_name, row.process, row.process_version) == (None, "DER-04", "derivation", "1.4")


def test_a_save_of_thirty_items_takes_two_inserts(session: Session, engine: Engine) -> None:
    with saving(session, "enrol"):
        people = [Participant(code=f"001-{number:03}", status="screened") for number in range(30)]
        session.add_all(people)
    codes = [person.status for person in people]
    assert set(codes) == {"screened"}
    with statements_of(engine) as statements, saving(session):
        for person in people:
            person.status = "enrolled"
    inserts = [statement for statement in statements if statement.startswith("INSERT")]
    assert [statement.split()[2] for statement in inserts] == ["audit_change", "audit_record"]


def test_a_column_that_changes_behind_the_trail_is_refused() -> None:
    class Ward(DeclarativeBase):
        metadata = MetaData()

    class Bed(Audited, Ward):
        __tablename__ = "bed"
        __audit_entity__ = "bed"
        uid: Mapped[str] = mapped_column(primary_key=True)
        moved_at: Mapped[str] = mapped_column(onupdate="now")

    with pytest.raises(TypeError, match="without a history"):
        configure_mappers()
    Ward.registry.dispose()


def test_uids_sort_by_time() -> None:
    uids = [new_uid() for _ in range(2000)]
    assert all(len(uid) == 32 and uid[12] == "7" and uid[16] in "89ab" for uid in uids)
    assert len(set(uids)) == 2000
    assert [uid[:12] for uid in uids] == sorted(uid[:12] for uid in uids)


def test_refusals_have_one_parent() -> None:
    assert issubclass(UnattributedChange, TrailRefusal)
    assert issubclass(RepeatedRequest, TrailRefusal)
