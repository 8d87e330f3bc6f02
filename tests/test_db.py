"""The scope that every query obeys, exact numbers, instants, and the pragmas of SQLite."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Integer, column, exists, func, select, table
from sqlalchemy.orm import aliased

from audit.capture import change
from edc.db import (
    ALL,
    ExactDecimal,
    OutOfScope,
    Scope,
    ScopeMissing,
    Session,
    UtcDateTime,
    make_engine,
    make_session_factory,
)
from edc.study.models import Laboratory, Site, Subject
from tests import app_fixtures, databases
from tests.app_fixtures import OPERATOR

application_url = app_fixtures.application_url


@pytest.fixture
def engine(application_url: str) -> Engine:
    return databases.lend_engine(make_engine, application_url)


def session_for(engine: Engine, scope: Scope | None) -> Session:
    session = make_session_factory(engine)()
    if scope:
        session.info["scope"] = scope
    return session


@pytest.fixture
def sites(engine: Engine) -> dict[str, str]:
    """UCSD and Lund with one laboratory each; their uids by name."""
    with session_for(engine, Scope.system("test")) as session, change(session, by=OPERATOR, act="laboratory:create"):
        uids = {site.name: site.uid for site in session.scalars(select(Site))}
        for name, uid in uids.items():
            session.add(Laboratory(site_uid=uid, name=f"Laboratory of {name}"))
    return uids


def names(engine: Engine, scope: Scope | None, statement: Any) -> list[str]:
    with session_for(engine, scope) as session:
        return sorted(session.scalars(statement))


def only(sites: dict[str, str], *allowed: str) -> Scope:
    return Scope("1" * 32, "monitor", frozenset(sites[name] for name in allowed))


@pytest.mark.requirement("C03", "8.2.2", "T19")
def test_a_query_sees_the_sites_of_the_scope_only(engine: Engine, sites: dict[str, str]) -> None:
    statement = select(Laboratory.name)
    assert names(engine, only(sites, "UCSD"), statement) == ["Laboratory of UCSD"]
    assert names(engine, only(sites, "Lund"), statement) == ["Laboratory of Lund"]
    assert names(engine, only(sites, "Lund", "UCSD"), statement) == ["Laboratory of Lund", "Laboratory of UCSD"]
    assert names(engine, only(sites), statement) == []
    assert len(names(engine, Scope(None, "data_manager", ALL), statement)) == 2
    assert len(names(engine, Scope.system("derivation 1.0"), statement)) == 2


@pytest.mark.requirement("C03")
@pytest.mark.parametrize(
    "statement",
    [
        select(Laboratory.name).where(Laboratory.name.like("%")),
        select(aliased(Laboratory).name),
        select(Laboratory.name).join(Site, Site.uid == Laboratory.site_uid),
        select(Laboratory.name).select_from(Site).outerjoin(Laboratory, Laboratory.site_uid == Site.uid)
        .where(Laboratory.uid.is_not(None)),
        select(select(Laboratory.name.label("name")).subquery().c.name),
        select(Laboratory.name).union_all(select(Laboratory.name)),
    ],
    ids=["where", "alias", "join", "outer join", "subquery", "union"],
)  # fmt: skip
def test_the_scope_reaches_into_every_form_of_query(engine: Engine, sites: dict[str, str], statement: Any) -> None:
    assert set(names(engine, only(sites, "UCSD"), statement)) == {"Laboratory of UCSD"}


def test_a_count_and_an_exists_obey_the_scope(engine: Engine, sites: dict[str, str]) -> None:
    with session_for(engine, only(sites, "UCSD")) as session:
        assert session.scalar(select(func.count()).select_from(Laboratory)) == 1
        there = select(Site.name).where(exists().where(Laboratory.site_uid == Site.uid))
        assert session.scalars(there).all() == ["UCSD"]


def test_an_object_of_another_site_is_absent_by_its_key(engine: Engine, sites: dict[str, str]) -> None:
    with session_for(engine, Scope.system("test")) as session:
        lund = session.scalars(select(Laboratory.uid).where(Laboratory.site_uid == sites["Lund"])).one()
    with session_for(engine, only(sites, "UCSD")) as session:
        assert session.get(Laboratory, lund) is None
        assert session.scalars(select(Laboratory).where(Laboratory.uid == lund)).all() == []


@pytest.mark.requirement("T21")
@pytest.mark.parametrize(
    "statement",
    [
        select(Laboratory),
        select(Laboratory.name),
        select(aliased(Laboratory)),
        select(func.count()).select_from(Laboratory),
        select(Site.name).join(Laboratory, Laboratory.site_uid == Site.uid),
        select(Site.name).where(exists().where(Laboratory.site_uid == Site.uid)),
        select(Site.name).where(Site.uid.in_(select(Subject.site_uid))),
        select(select(Laboratory.name).subquery()),
        select(Laboratory.__table__.c.name),
    ],
    ids=["entity", "column", "alias", "count", "join", "exists", "in", "subquery", "table"],
)
def test_a_query_of_site_data_without_a_scope_is_a_fault(engine: Engine, statement: Any) -> None:
    with session_for(engine, None) as session, pytest.raises(ScopeMissing):
        session.execute(statement)


@pytest.mark.requirement("T21")
def test_a_core_query_of_site_data_that_the_scope_cannot_narrow_is_a_fault(
    engine: Engine, sites: dict[str, str]
) -> None:
    statement = select(Laboratory.__table__.c.name)
    with session_for(engine, only(sites, "UCSD")) as session, pytest.raises(ScopeMissing, match="Core statement"):
        session.execute(statement)
    assert len(names(engine, Scope.system("test"), statement)) == 2


def test_what_belongs_to_no_site_needs_no_scope(engine: Engine, sites: dict[str, str]) -> None:
    assert names(engine, None, select(Site.name)) == ["Lund", "UCSD"]
    assert names(engine, None, select(table("site", column("name")).c.name)) == ["Lund", "UCSD"]


@pytest.mark.requirement("C03")
def test_a_write_to_a_site_outside_the_scope_is_refused(engine: Engine, sites: dict[str, str]) -> None:
    for scope, fault in ((only(sites, "UCSD"), OutOfScope), (None, ScopeMissing)):
        with (
            session_for(engine, scope) as session,
            pytest.raises(fault),
            change(session, by=OPERATOR, act="laboratory:create"),
        ):
            session.add(Laboratory(site_uid=sites["Lund"], name="planted"))
    assert len(names(engine, Scope.system("test"), select(Laboratory.name))) == 2


class Toys:
    """Columns of the own types, in a table of this test."""

    def __init__(self, engine: Engine) -> None:
        from sqlalchemy import Column, MetaData, Table

        self.table = Table(
            "toy",
            MetaData(),
            Column("id", Integer, primary_key=True),
            Column("number", ExactDecimal),
            Column("at", UtcDateTime),
        )
        self.engine = engine
        self.table.create(engine)

    def round_trip(self, **values: Any) -> Any:
        with self.engine.begin() as connection:
            connection.execute(self.table.delete())
            connection.execute(self.table.insert().values(id=1, **values))
            return connection.execute(select(self.table)).one()


@pytest.fixture
def toys(database_kind: str, tmp_path: Path) -> Iterator[Toys]:
    url = databases.fresh_database(database_kind, tmp_path)
    made = make_engine(url, guarded=False)
    yield Toys(made)
    made.dispose()
    databases.drop_database(url)


@pytest.mark.requirement("C20")
@pytest.mark.parametrize("text", ["72.0", "72", "0.10", "-3.80", "0", "0.00", "600000", "1234567890123456.789", "1E+3"])
def test_a_number_keeps_the_digits_as_recorded(toys: Toys, text: str) -> None:
    stored = toys.round_trip(number=Decimal(text)).number
    assert format(stored, "f") == format(Decimal(text), "f")


def test_a_negative_zero_is_zero(toys: Toys) -> None:
    assert format(toys.round_trip(number=Decimal("-0.0")).number, "f") == "0.0"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_not_stored(toys: Toys, text: str) -> None:
    with pytest.raises(Exception, match="not a number"):
        toys.round_trip(number=Decimal(text))


@pytest.mark.requirement("C20")
def test_an_instant_comes_back_in_utc(toys: Toys) -> None:
    ward = datetime(2024, 1, 31, 16, 18, 5, 250000, timezone(timedelta(hours=-8)))
    stored = toys.round_trip(at=ward).at
    assert stored == ward and stored.tzinfo is UTC
    with pytest.raises(Exception, match="has no time zone"):
        toys.round_trip(at=datetime(2024, 1, 31))  # noqa: DTZ001


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sqlite_waits_syncs_and_keeps_its_references(engine: Engine) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    with engine.connect() as connection:
        for pragma, value in expected.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value, pragma


@pytest.mark.requirement("T13")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_change SET user_name = 'x'",
        "DELETE FROM audit_record",
        "DROP TRIGGER audit_change_no_update",
        "DROP TABLE audit_seal",
        "ATTACH ':memory:' AS other",
        "PRAGMA recursive_triggers = OFF",
        "CREATE TEMP TABLE audit_change (x)",
    ],
)
def test_the_connections_of_the_application_cannot_touch_the_trail(engine: Engine, statement: str) -> None:
    with pytest.raises(Exception, match=r"not authorized|prohibited"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.requirement("T12")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_writer_that_reads_first_waits_for_another_writer(engine: Engine, sites: dict[str, str]) -> None:
    from threading import Thread

    writers = make_session_factory(engine.execution_options(sqlite_begin="IMMEDIATE"))

    def rename(suffix: str) -> None:
        with writers(info={"scope": Scope.system("test")}) as session, change(session, by=OPERATOR, act="toy:rename"):
            row = session.scalars(select(Laboratory).where(Laboratory.site_uid == sites["UCSD"])).one()
            row.name += suffix

    threads = [Thread(target=rename, args=(letter,)) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = names(engine, only(sites, "UCSD"), select(Laboratory.name))[0]
    assert sorted(found.removeprefix("Laboratory of UCSD")) == list("abcdefgh")
