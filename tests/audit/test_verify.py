"""Whatever is altered behind the application is found, and the first row is named (C60-C62; security.md 4.5, T14)."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, Table, insert, select, update

from audit.append_only import grants_sql
from audit.canonical import change_digest, change_header
from audit.capture import new_uid
from audit.check_content import check_content
from audit.check_state import check_state
from audit.findings import Finding
from audit.models import TABLES, audit_change, audit_leaf, audit_record, audit_seal, instant_text
from audit.rows import Installation, Place, Written, digest_item, record_row, write_change
from audit.seal import Seal, Sealer, latest_seal, record_anchor, seal
from audit.signing import SigningKey, TrustedKey
from audit.verify import verify
from tests.audit.toys import (
    AMES,
    DIAZ,
    REGISTRY,
    Base,
    Participant,
    Visit,
    Vitals,
    bare,
    drop_triggers,
    saving,
    sessions,
)

OLD_KEY, KEY = SigningKey("2023-a", bytes(32)), SigningKey("2024-a", bytes(range(32)))
SEALER = Sealer("house", "NCT03991130", "casebook 0.1.0", "d" * 64, KEY)
KEYS = (KEY.trusted(),)


@pytest.fixture(autouse=True)
def study(engine: Engine) -> None:
    """Two participants with vital signs; two seals; a correction that no seal covers yet."""
    with sessions(engine)() as session:
        people = [Participant(code=code, note="lives alone") for code in ("001-004", "001-005")]
        with saving(session, "enrol", reason="Consented"):
            session.add_all(people)
        for participant in people:
            with saving(session):
                session.add(Vitals(participant=participant, row_version=1, systolic=120, weight=Decimal("72.0")))
        seal(engine, SEALER)
        vitals = session.scalars(select(Vitals).order_by(Vitals.participant_uid)).first()
        assert vitals is not None
        with saving(session, by=AMES, reason="Monitoring visit") as opened:
            vitals.weight, vitals.comment, vitals.row_version = Decimal("73.0"), "dizzy since morning", 2
            opened.item_reasons[vitals.uid, "weight"] = "Entry error"
        with saving(session):
            session.add(Visit())
        seal(engine, SEALER)
        with saving(session, by=AMES, reason="Re-read"):
            vitals.systolic, vitals.row_version = 130, 3


def find(engine: Engine, **options: Any) -> list[Finding]:
    found = verify(engine, REGISTRY, keys=KEYS, **options)
    return [finding for finding in found if not finding.is_note]


def kinds(engine: Engine, **options: Any) -> set[int]:
    return {finding.number for finding in find(engine, **options)}


def assert_found(engine: Engine, number: int, pattern: str, **options: Any) -> None:
    """Fail unless a finding of this number says what the pattern asks."""
    sentences = [finding.sentence for finding in find(engine, **options) if finding.number == number]
    assert any(re.search(pattern, sentence) for sentence in sentences), sentences


def head_of(engine: Engine) -> Seal:
    with engine.connect() as connection:
        head = latest_seal(connection)
    assert head is not None
    return head


def test_a_whole_trail_has_no_findings(engine: Engine) -> None:
    assert list(verify(engine, REGISTRY, keys=KEYS)) == []
    assert list(verify(engine, REGISTRY, fast=True, keys=KEYS)) == []


def test_without_a_key_verify_says_that_signatures_were_not_checked(engine: Engine) -> None:
    (note,) = verify(engine, REGISTRY)
    assert note.is_note
    assert str(note) == "signatures were not checked: no public key is known"


def sql(statement: str) -> Callable[[Connection], None]:
    def run(connection: Connection) -> None:
        done = connection.exec_driver_sql(statement)
        assert done.rowcount > 0, statement

    return run


WEIGHT = "(SELECT id FROM audit_record WHERE oid = 'VS.WEIGHT' AND new = '73.0')"
AMENDED = "(SELECT change_uid FROM audit_record WHERE oid = 'VS.WEIGHT' AND new = '73.0')"
CHANGE = r"change [0-9a-f]{32} \(\d+ \w{3} \d{4} \d\d:\d\d, "
NAMED = CHANGE + r"Dr Ames, VS\.\w+ of 001-00\d/C1D1/VS\)"
CONTENT = NAMED + ": content does not match its digest"

TRAIL = [
    ("new value", f"UPDATE audit_record SET new = '75.0' WHERE id = {WEIGHT}", 1, CONTENT),
    ("old value", f"UPDATE audit_record SET old = '70.0' WHERE id = {WEIGHT}", 1, CONTENT),
    ("item", f"UPDATE audit_record SET oid = 'VS.HEIGHT' WHERE id = {WEIGHT}", 1, "content does not match"),
    ("place of one item", f"UPDATE audit_record SET path = '001-009' WHERE id = {WEIGHT}", 1, "content does not match"),
    ("reason of an item", f"UPDATE audit_record SET reason = 'Other' WHERE id = {WEIGHT}", 1, CONTENT),
    ("reason", f"UPDATE audit_change SET reason = 'None' WHERE uid = {AMENDED}", 1, CONTENT),
    ("free text", "UPDATE audit_record SET new = 'well' WHERE oid = 'VS.COMMENT'", 1, CONTENT),
    ("salt", "UPDATE audit_record SET salt = 'zz' WHERE oid = 'VS.COMMENT'", 1, CONTENT),
    ("commitment taken away", "UPDATE audit_record SET new_commitment = NULL WHERE oid = 'VS.COMMENT'", 1, CONTENT),
    ("who", f"UPDATE audit_change SET user_name = 'R. Diaz' WHERE uid = {AMENDED}", 1, "content does not match"),
    ("when", "UPDATE audit_change SET at = db_at", 1, r"content does not match its digest \(5 more of this kind\)"),
    (
        "digest",
        f"UPDATE audit_change SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE uid = {AMENDED}",
        1,
        CONTENT,
    ),
    ("record removed", f"DELETE FROM audit_record WHERE id = {WEIGHT}", 1, "content does not match"),
    (
        "record moved to another change",
        "UPDATE audit_record SET change_uid = (SELECT min(uid) FROM audit_change) WHERE id = " + WEIGHT,
        1,
        r"content does not match its digest \(1 more of this kind\)",
    ),
    (
        "record of no change",
        f"UPDATE audit_record SET change_uid = 'none' WHERE id = {WEIGHT}",
        3,
        r"change none is missing, but its VS\.WEIGHT of 001-00\d/C1D1/VS is there",
    ),
    (
        "change removed, its records kept",
        f"DELETE FROM audit_change WHERE uid = {AMENDED}",
        3,
        r"change [0-9a-f]{32} is (listed in seal 2 but missing|missing, but its)",
    ),
    (
        "text masked by nobody",
        "UPDATE audit_record SET new = NULL, salt = NULL WHERE oid = 'VS.COMMENT'",
        13,
        NAMED + ": masked text without two approvals",
    ),
    (
        "reason masked by nobody",
        f"UPDATE audit_change SET reason = NULL, salt = NULL WHERE uid = {AMENDED}",
        13,
        "masked text without two approvals",
    ),
]

SEALS = [
    (
        "leaf removed",
        "DELETE FROM audit_leaf WHERE seal_seq = 1 AND position = 1",
        4,
        "seal 1: root and count do not match",
    ),
    ("last leaf removed", "DELETE FROM audit_leaf WHERE seal_seq = 2 AND position = 1", 4, "seal 2: root and count"),
    (
        "leaves swapped",
        "UPDATE audit_leaf SET position = 9 WHERE seal_seq = 1 AND position = 0",
        4,
        "seal 1: root and count do not match",
    ),
    (
        "seal removed",
        "DELETE FROM audit_seal WHERE seq = 1",
        4,
        "seal 1 is missing, but the list of its changes is there",
    ),
    (
        "chain after a removed seal",
        "DELETE FROM audit_seal WHERE seq = 1",
        4,
        r"seal (1 is missing|2: .*link to seal 1)",
    ),
    ("last seal removed", "DELETE FROM audit_seal WHERE seq = 2", 4, "seal 2 is missing"),
    (
        "root",
        "UPDATE audit_seal SET root = replace(root, substr(root, 1, 1), 'x') WHERE seq = 1",
        4,
        "seal 1: root and digest",
    ),
    ("count", "UPDATE audit_seal SET count = 2 WHERE seq = 1", 4, "seal 1: count and total and digest do not match"),
    ("total", "UPDATE audit_seal SET total = 9 WHERE seq = 2", 4, "seal 2: total and digest do not match"),
    ("link", "UPDATE audit_seal SET prev = 'x' WHERE seq = 2", 4, "seal 2: link to seal 1 and digest do not match"),
    ("software", "UPDATE audit_seal SET software = 'x' WHERE seq = 1", 4, "seal 1: digest does not match"),
    ("definitions", "UPDATE audit_seal SET definitions = 'x' WHERE seq = 2", 4, "seal 2: digest does not match"),
    ("seal's digest", "UPDATE audit_seal SET digest = 'ab' WHERE seq = 2", 4, "seal 2: digest does not match"),
    ("signature", "UPDATE audit_seal SET signature = 'ab' WHERE seq = 2", 5, "seal 2: signature wrong"),
    ("no signature", "UPDATE audit_seal SET signature = NULL WHERE seq = 2", 5, "seal 2: signature missing"),
    ("other key", "UPDATE audit_seal SET key_id = '2022' WHERE seq = 2", 5, "seal 2: key 2022 unknown"),
]

STATE = [
    (
        "value",
        "UPDATE crf_vs SET weight = '74.0' WHERE weight = '73.0'",
        8,
        r"^value VS\.WEIGHT of 001-00\d/C1D1/VS: table says 74\.0, replay says 73\.0 \(change [0-9a-f]{32}\)$",
    ),
    (
        "scale of a value",
        "UPDATE crf_vs SET weight = '73.00' WHERE weight = '73.0'",
        8,
        r"says 73\.00, replay says 73\.0",
    ),
    (
        "value taken away",
        "UPDATE crf_vs SET weight = NULL WHERE weight = '73.0'",
        8,
        "table says nothing, replay says 73",
    ),
    (
        "value put in",
        "UPDATE crf_vs SET fever = '1' WHERE weight = '73.0'",
        8,
        r"crf_vs\.fever of .* replay says nothing",
    ),
    ("free text", "UPDATE crf_vs SET comment = 'well' WHERE weight = '73.0'", 8, r"VS\.COMMENT .*have different texts"),
    ("status of a participant", "UPDATE participant SET status = 'died' WHERE code = '001-005'", 8, "table says died"),
    ("key of a row", "UPDATE visit SET uid = 'other'", 9, "row other in visit that no change created"),
    ("old key of that row", "UPDATE visit SET uid = 'other'", 9, r"row [0-9a-f]{32} \(\) is missing in visit; change"),
    (
        "row removed",
        "DELETE FROM visit",
        9,
        r"row [0-9a-f]{32} \(\) is missing in visit; change [0-9a-f]{32} wrote it last",
    ),
    (
        "row added",
        "INSERT INTO participant (uid, code, site_uid) VALUES ('zz', '001-099', 's1')",
        9,
        "^row zz in participant that no change created$",
    ),
    (
        "row version",
        "UPDATE crf_vs SET row_version = 9 WHERE weight = '73.0'",
        8,
        r"VS\.ROW_VERSION .* says 9, replay says 3",
    ),
]

TAMPERINGS = pytest.mark.parametrize(
    ("statement", "number", "pattern"),
    [pytest.param(*case, id=name) for name, *case in TRAIL + SEALS + STATE],
)


@pytest.mark.requirement("C60", "T14")
@TAMPERINGS
def test_each_tampering_is_found_and_named(
    engine: Engine, owner: Engine, statement: str, number: int, pattern: str
) -> None:
    with bare(owner) as connection:
        sql(statement)(connection)
    assert_found(engine, number, pattern)


def tampered(value: Any, column: Column[Any]) -> Any:
    match value:
        case None:
            return 7 if isinstance(column.type, Integer) else "x"
        case int():
            return value + 7
        case datetime():
            return value + timedelta(minutes=3)
        case _:
            return value[:-1] + ("0" if value[-1:] != "0" else "1")


# Ids only give the order of reading; a salt where nothing is committed to says nothing.
CELLS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in (audit_change, audit_record, audit_seal, audit_leaf)
    for column in table.columns
    if column.name not in {"id", "salt"}
]


@pytest.mark.requirement("C60", "T14")
@pytest.mark.parametrize(("table", "column"), CELLS)
def test_no_cell_of_the_trail_can_change(engine: Engine, owner: Engine, table: Table, column: Column[Any]) -> None:
    with bare(owner) as connection:
        row = connection.execute(select(table).order_by(*table.primary_key.columns)).first()
        assert row is not None
        value = tampered(row._mapping[column.name], column)
        this_row = [key == row._mapping[key.name] for key in table.primary_key.columns]
        connection.execute(update(table).where(*this_row).values({column.name: value}))
    assert find(engine), (column.name, value)


@pytest.mark.requirement("C60")
def test_a_change_taken_out_before_it_was_sealed_breaks_the_row_versions(engine: Engine, owner: Engine) -> None:
    with sessions(engine)() as session:
        vitals = session.scalars(select(Vitals).where(Vitals.systolic == 130)).one()
        with saving(session, by=AMES, reason="Re-read"):
            vitals.systolic, vitals.row_version = 140, 4
    with bare(owner) as connection:
        last = select(audit_record.c.change_uid).where(audit_record.c.new == "130").scalar_subquery()
        uid = connection.scalar(select(last))
        connection.execute(audit_record.delete().where(audit_record.c.change_uid == uid))
        connection.execute(audit_change.delete().where(audit_change.c.uid == uid))
    assert_found(engine, 7, r"^record crf_vs 001-00\d/C1D1/VS: versions jump from 2 to 4 \(change [0-9a-f]{32}\)$")


@pytest.mark.requirement("C60")
def test_the_tail_of_the_trail_cut_off_is_found_by_the_state(engine: Engine, owner: Engine) -> None:
    with bare(owner) as connection:
        uid = connection.scalar(select(audit_record.c.change_uid).where(audit_record.c.new == "130"))
        connection.execute(audit_record.delete().where(audit_record.c.change_uid == uid))
        connection.execute(audit_change.delete().where(audit_change.c.uid == uid))
    assert_found(
        engine, 8, r"VS\.ROW_VERSION of 001-00\d/C1D1/VS: table says 3, replay says 2 .* \(1 more of this kind\)"
    )


def test_a_change_long_unsealed_is_named(engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(minutes=6)
    assert kinds(engine) == set()
    assert_found(engine, 2, NAMED + " is not in any seal though older than 5 minutes$", now=later)


def write_at(connection: Connection, at: datetime, monkeypatch: pytest.MonkeyPatch, code: str = "001-009") -> None:
    """Write a participant and a change whose content, digest and times all agree, but lie."""
    uid = new_uid()
    place = Place("participant", uid, code, None, None, "s1", uid)
    rows = [
        record_row(place, f"participant.{name}", name, None, value, None, None, is_text=False)
        for name, value in (("code", code), ("site_uid", "s1"))
    ]
    written = Written(new_uid(), DIAZ, "enrol", None, None, "s1", uid)
    monkeypatch.setattr("audit.rows.database_now", lambda _connection: at)
    write_change(connection, written, rows, Installation())
    monkeypatch.undo()
    connection.execute(update(audit_change).where(audit_change.c.uid == written.uid).values(db_at=at))
    connection.execute(insert(Base.metadata.tables["participant"]).values(uid=uid, code=code, site_uid="s1"))


@pytest.mark.requirement("C61")
@pytest.mark.parametrize("shift", [timedelta(days=-30), timedelta(minutes=-3), timedelta(minutes=3)])
def test_a_change_invented_with_another_date_is_found(
    engine: Engine, owner: Engine, shift: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = head_of(engine).sealed_at + shift
    with bare(owner) as connection:
        write_at(connection, moment, monkeypatch)
    seal(engine, SEALER)
    assert kinds(engine) == {6}
    assert_found(engine, 6, CHANGE + r"R\. Diaz, participant\.\w+ of 001-009\) claims .* but was first sealed ")


@pytest.mark.requirement("C61")
def test_a_change_that_says_another_time_than_the_database_is_found(
    engine: Engine, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bare(owner) as connection:
        write_at(connection, datetime.now(UTC) + timedelta(seconds=1), monkeypatch)
        connection.execute(
            update(audit_change).where(audit_change.c.act == "enrol").values(db_at=datetime(2024, 3, 9, tzinfo=UTC))
        )
    assert_found(engine, 6, r"claims .* but was written 9 Mar 2024 00:00 \(1 more of this kind\)")


def redigest(connection: Connection) -> None:
    """Give each change the digest of what it says now, as a forger with this program would."""
    for change in connection.execute(select(audit_change)).all():
        mine = select(audit_record).where(audit_record.c.change_uid == change.uid)
        items = [digest_item(dict(record._mapping)) for record in connection.execute(mine)]
        digest = change_digest(change_header(dict(change._mapping), instant_text(change.at)), items)
        connection.execute(update(audit_change).where(audit_change.c.uid == change.uid).values(digest=digest))


def rewrite_history(connection: Connection) -> None:
    """Change a value in state and trail alike."""
    sql(f"UPDATE audit_record SET new = '75.0' WHERE id = {WEIGHT}")(connection)
    sql("UPDATE crf_vs SET weight = '75.0' WHERE weight = '73.0'")(connection)
    redigest(connection)


@pytest.mark.requirement("C60", "T14")
def test_an_edited_change_with_a_new_digest_no_longer_fits_its_seal(engine: Engine, owner: Engine) -> None:
    with bare(owner) as connection:
        rewrite_history(connection)
    assert kinds(engine) == {4}
    assert_found(engine, 4, "^seal 2: root does not match$")


@pytest.mark.requirement("C60", "C62", "T14")
def test_a_rebuilt_chain_is_found_by_an_anchor_and_by_the_key(engine: Engine, owner: Engine) -> None:
    anchor = (head_of(engine).seq, head_of(engine).digest[:32])
    with bare(owner) as connection:
        rewrite_history(connection)
        connection.execute(audit_leaf.delete())
        connection.execute(audit_seal.delete())
    for _seal in range(2):
        seal(engine, Sealer("house", "NCT03991130", "casebook 0.1.0", "d" * 64, SigningKey("2024-a", bytes(32))))
        with sessions(engine)() as session, saving(session, "enrol"):
            session.add(Participant(code=new_uid()))
    assert kinds(engine) == {5}
    assert [finding for finding in verify(engine, REGISTRY) if not finding.is_note] == []
    assert_found(
        engine, 11, "^anchor 2 is of another seal than the database holds: history was rewritten$", anchors=[anchor]
    )


@pytest.mark.requirement("C62")
def test_an_older_state_restored_is_found_by_any_later_seal(engine: Engine, owner: Engine) -> None:
    anchor = (head_of(engine).seq, head_of(engine).digest)
    with bare(owner) as connection:
        old = select(audit_leaf.c.change_uid).where(audit_leaf.c.seal_seq == 1).scalar_subquery()
        for statement in (
            audit_record.delete().where(audit_record.c.change_uid.not_in(old)),
            audit_leaf.delete().where(audit_leaf.c.seal_seq == 2),
            audit_change.delete().where(audit_change.c.uid.not_in(old)),
            audit_seal.delete().where(audit_seal.c.seq == 2),
            Base.metadata.tables["visit"].delete(),
            update(Base.metadata.tables["crf_vs"]).values(
                weight=Decimal("72.0"), comment=None, row_version=1, systolic=120
            ),
        ):
            connection.execute(statement)
    assert kinds(engine) == set()
    sentence = r"^anchor 2 is newer than the database \(head 1\): an older state was restored$"
    assert_found(engine, 11, sentence, anchors=[anchor])


@pytest.mark.requirement("C62")
def test_anchors_of_this_history_hold(engine: Engine) -> None:
    head = head_of(engine)
    with engine.begin() as connection:
        record_anchor(connection, head, "file", "elsewhere")
    assert kinds(engine, anchors=[(head.seq, head.digest), (head.seq, head.digest[:32].upper())]) == set()
    assert kinds(engine, anchors=[(1, head.digest)]) == {11}
    assert kinds(engine, anchors=[(head.seq, "")]) == {11}


def test_an_anchor_remembered_here_is_compared_too(engine: Engine, owner: Engine) -> None:
    with engine.begin() as connection:
        record_anchor(connection, head_of(engine), "file", "elsewhere")
    with bare(owner) as connection:
        sql("UPDATE audit_anchor SET digest = 'ab'")(connection)
    assert kinds(engine) == {11}


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ([KEY.trusted()], None),
        ([OLD_KEY.trusted(), KEY.trusted()], None),
        ([OLD_KEY.trusted()], "seal 1: key 2024-a unknown (1 more of this kind)"),
        ([KEY.trusted(valid_from=datetime(2999, 1, 1, tzinfo=UTC))], "seal 1: key 2024-a not yet or no longer valid"),
        ([KEY.trusted(valid_to=datetime(2000, 1, 1, tzinfo=UTC))], "seal 1: key 2024-a not yet or no longer valid"),
        ([TrustedKey("2024-a", OLD_KEY.trusted().public)], "seal 1: signature wrong (1 more of this kind)"),
    ],
)
def test_seals_are_signed_by_a_key_that_was_in_use(engine: Engine, keys: list[TrustedKey], fault: str | None) -> None:
    found = [str(finding) for finding in verify(engine, REGISTRY, keys=keys)]
    assert found == [] if fault is None else found[0].startswith(fault)


@pytest.mark.requirement("S-4.1")
def test_a_missing_trigger_is_a_finding(engine: Engine, owner: Engine) -> None:
    with owner.begin() as connection:
        drop_triggers(connection)
    assert kinds(engine) == {12}
    assert_found(engine, 12, "^trigger or right missing: trigger audit_change_no_.* is missing$")


@pytest.mark.requirement("S-4.1")
@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_right_too_many_is_a_finding(engine: Engine, owner: Engine) -> None:
    role = f"app_{engine.url.database}"
    with owner.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}"')
        for statement in grants_sql(role, TABLES):
            connection.exec_driver_sql(statement)
    assert kinds(engine, app_role=role) == set()
    with owner.begin() as connection:
        connection.exec_driver_sql(f'GRANT UPDATE ON audit_change TO "{role}"')
    assert_found(engine, 12, f"^trigger or right missing: audit_change can be updated by {role}$", app_role=role)
    with owner.begin() as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
        connection.exec_driver_sql(f'DROP ROLE "{role}"')


def test_an_agreed_masking_is_no_finding(engine: Engine, owner: Engine) -> None:
    with bare(owner) as connection:
        sql("UPDATE audit_record SET new = NULL, salt = NULL WHERE oid = 'VS.COMMENT'")(connection)
        uid = connection.scalar(select(audit_record.c.change_uid).where(audit_record.c.oid == "VS.COMMENT"))
    assert 13 in kinds(engine)
    assert kinds(engine, maskings={uid}, fast=True) == set()


def test_a_table_that_nobody_declares_any_more_is_named(engine: Engine) -> None:
    found = list(verify(engine, [Participant, Vitals], keys=KEYS))
    assert [str(finding) for finding in found] == ["the trail has rows of visit, but no table holds them"]


def test_further_checks_run_in_the_same_snapshot(engine: Engine) -> None:
    def signatures(connection: Connection) -> Iterator[Finding]:
        count = connection.exec_driver_sql("SELECT count(*) FROM crf_vs").scalar_one()
        yield Finding(10, f"{count} signatures wrong")

    assert_found(engine, 10, "^2 signatures wrong$", further=[signatures])


def test_fast_leaves_the_state_out(engine: Engine, owner: Engine) -> None:
    with owner.begin() as connection:
        sql("UPDATE crf_vs SET weight = '74.0' WHERE weight = '73.0'")(connection)
    assert kinds(engine) == {8}
    assert kinds(engine, fast=True) == set()


def test_what_others_write_meanwhile_does_not_disturb(engine: Engine) -> None:
    def write(_connection: Connection) -> Iterator[Finding]:
        with sessions(engine)() as session, saving(session, "enrol"):
            session.add(Participant(code="001-077"))
        yield from check_state(_connection, REGISTRY)
        yield from check_content(_connection)

    assert find(engine, further=[write]) == []
