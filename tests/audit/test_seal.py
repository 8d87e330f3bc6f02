"""Seals cover every change once, in one chain (security.md 4.4)."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from audit.models import audit_change, audit_leaf, audit_seal
from audit.seal import Seal, Sealer, latest_seal, merkle_root, record_anchor, seal
from audit.signing import SigningKey
from audit.verify import verify
from tests.audit.toys import REGISTRY, Participant, bare, saving, sessions

KEY = SigningKey("2024-a", bytes(range(32)))


def enrol(engine: Engine, *codes: str) -> None:
    with sessions(engine)() as session:
        for code in codes:
            with saving(session, "enrol"):
                session.add(Participant(code=code))


def sealed(engine: Engine, sealer: Sealer | None = None) -> Seal:
    made = seal(engine, sealer)
    assert made is not None
    return made


def faults(engine: Engine) -> list[str]:
    return [str(finding) for finding in verify(engine, REGISTRY) if not finding.is_note]


def leaves(engine: Engine) -> list[tuple[int, int]]:
    with engine.connect() as connection:
        query = select(audit_leaf.c.seal_seq, audit_leaf.c.position).order_by("seal_seq", "position")
        return [(seq, position) for seq, position in connection.execute(query)]


def test_nothing_new_makes_no_seal(engine: Engine) -> None:
    assert seal(engine) is None
    enrol(engine, "001-001")
    sealed(engine)
    assert seal(engine) is None


def test_each_seal_links_to_the_one_before(engine: Engine) -> None:
    enrol(engine, "001-001", "001-002")
    first = sealed(engine)
    enrol(engine, "001-003")
    second = sealed(engine)
    assert (first.seq, first.prev, first.count, first.total) == (1, "0" * 64, 2, 2)
    assert (second.seq, second.prev, second.count, second.total) == (2, first.digest, 1, 3)
    assert leaves(engine) == [(1, 0), (1, 1), (2, 0)]
    with engine.connect() as connection:
        assert latest_seal(connection) == second
        digests = connection.scalars(select(audit_change.c.digest).order_by(audit_change.c.id)).all()
    assert first.root == merkle_root(bytes.fromhex(digest) for digest in digests[:2]).hex()


def test_a_seal_says_where_it_was_made_and_of_what(engine: Engine) -> None:
    enrol(engine, "001-001")
    made = sealed(engine, Sealer("house", "NCT03991130", "casebook 0.1.0", "d" * 64, KEY))
    assert (made.installation, made.study, made.software, made.definitions) == (
        "house", "NCT03991130", "casebook 0.1.0", "d" * 64,
    )  # fmt: skip
    assert abs(made.sealed_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert made.mark == f"1:{made.digest[:32]}"
    assert made.key_id == "2024-a"
    assert made.signature is not None
    assert KEY.trusted().has_signed(made.digest, made.signature)
    assert not KEY.trusted().has_signed("0" * 64, made.signature)


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_change_that_commits_late_falls_into_the_next_seal(engine: Engine) -> None:
    with sessions(engine)() as early, sessions(engine)() as late:
        with saving(early, "enrol"):
            early.add(Participant(code="001-001"))
            early.flush()
            with saving(late, "enrol"):
                late.add(Participant(code="001-002"))
            assert sealed(engine).total == 1
        assert sealed(engine).total == 2
    assert faults(engine) == []


def test_long_settled_changes_are_not_looked_through_again(engine: Engine, owner: Engine) -> None:
    enrol(engine, "001-001")
    sealed(engine)
    with bare(owner) as connection:
        connection.execute(audit_seal.update().values(sealed_at=datetime.now(UTC) - timedelta(days=2)))
    enrol(engine, "001-002")
    second = sealed(engine)
    assert (second.count, second.total) == (1, 2)


@pytest.mark.requirement("T12")
def test_sealers_at_once_make_one_chain(engine: Engine) -> None:
    barrier = threading.Barrier(4)

    def write_and_seal(worker: int) -> None:
        barrier.wait()
        for number in range(5):
            enrol(engine, f"{worker}-{number}")
            seal(engine)

    with ThreadPoolExecutor(4) as pool:
        for outcome in [pool.submit(write_and_seal, worker) for worker in range(4)]:
            outcome.result()
    seal(engine)
    with engine.connect() as connection:
        chain = connection.execute(select(audit_seal).order_by(audit_seal.c.seq)).all()
        changes = connection.scalar(select(func.count()).select_from(audit_change))
        covered = connection.scalar(select(func.count(audit_leaf.c.change_uid.distinct())))
    assert [link.seq for link in chain] == list(range(1, len(chain) + 1))
    assert [link.prev for link in chain[1:]] == [link.digest for link in chain[:-1]]
    assert changes == covered == chain[-1].total == 20
    assert faults(engine) == []


def test_an_anchor_is_remembered(engine: Engine) -> None:
    enrol(engine, "001-001")
    head = sealed(engine)
    with engine.begin() as connection:
        record_anchor(connection, head, "document", "casebook 001-001")
        row = connection.exec_driver_sql("SELECT seal_seq, digest, medium, place FROM audit_anchor").one()
    assert tuple(row) == (1, head.digest, "document", "casebook 001-001")


@pytest.mark.parametrize("number", range(1, 18))
def test_the_root_is_that_of_rfc_6962(number: int) -> None:
    """The definition, word by word: split at the largest power of two below the number of leaves."""

    def by_definition(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return hashlib.sha256(b"\1" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()

    leaves = [bytes([n]) for n in range(number)]
    assert merkle_root(leaves) == by_definition(leaves)
