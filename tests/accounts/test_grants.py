"""Roles of people: who may hold what together, who may give it, and who had it on a past day."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from audit.capture import Actor
from audit.models import audit_change, audit_record
from edc import errors
from edc.accounts import service
from edc.accounts.grants import scope_of
from edc.accounts.models import RoleEnd, RoleGrant
from edc.clock import SetClock
from edc.db import ALL
from edc.permissions import Role
from edc.web import shell
from tests.app_fixtures import OPERATOR, get_account, make_app, open_account, site_uid


def give(app: Flask, user_name: str, role: Role, *, by: Actor = OPERATOR, site: str | None = "UCSD") -> None:
    with shell(app).session(writes=True) as session:
        service.grant_role(
            session,
            shell(app).rules,
            by=by,
            user=get_account(session, user_name),
            role=role,
            site_uid=site and site_uid(app, site),
            reason="delegation log",
        )


@pytest.mark.requirement("T09")
@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.COORDINATOR, Role.MONITOR),
        (Role.COORDINATOR, Role.DATA_MANAGER),
        (Role.INVESTIGATOR, Role.MONITOR),
        (Role.INVESTIGATOR, Role.DATA_MANAGER),
        (Role.INVESTIGATOR, Role.MEDICAL_MONITOR),
        (Role.MONITOR, Role.DATA_MANAGER),
        (Role.ADMINISTRATOR, Role.COORDINATOR),
        (Role.ADMINISTRATOR, Role.INSPECTOR),
        (Role.SPONSOR, Role.MONITOR),
        (Role.INSPECTOR, Role.DATA_MANAGER),
    ],
)
def test_nobody_checks_their_own_entries(app: Flask, held: Role, wanted: Role) -> None:
    open_account(app, "p.two", held)
    with pytest.raises(errors.RolesExclude):
        give(app, "p.two", wanted)


def test_coordinator_and_investigator_go_together(app: Flask) -> None:
    open_account(app, "j.ames", Role.COORDINATOR)
    give(app, "j.ames", Role.INVESTIGATOR)


def test_a_small_trial_may_let_one_person_monitor_and_manage_data(application_url: str) -> None:
    app = make_app(application_url, monitor_and_data_manager_reason="academic trial, four people in all")
    open_account(app, "m.lindt", Role.MONITOR)
    give(app, "m.lindt", Role.DATA_MANAGER)
    with pytest.raises(errors.RolesExclude):
        give(app, "m.lindt", Role.COORDINATOR)
    shell(app).engine.dispose()


def test_after_a_role_ended_the_other_may_be_given(app: Flask) -> None:
    open_account(app, "p.two", Role.COORDINATOR)
    with shell(app).session(writes=True) as session:
        service.end_grant(session, by=OPERATOR, grant=session.scalars(select(RoleGrant)).one(), reason="moved")
    give(app, "p.two", Role.MONITOR)


@pytest.mark.requirement("C07", "T09")
def test_an_administrator_gives_no_role_to_the_own_account(app: Flask) -> None:
    uid = open_account(app, "a.admin", Role.ADMINISTRATOR)
    with pytest.raises(errors.SecondPersonNeeded):
        give(app, "a.admin", Role.INSPECTOR, by=Actor(uid, "a.admin", "administrator"))


@pytest.mark.requirement("C04")
@pytest.mark.parametrize("name", ["r.diaz", "R.DIAZ", " r.diaz ", "ｒ.ｄｉａｚ"])
def test_a_user_name_is_never_given_twice(app: Flask, name: str) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    with shell(app).session(writes=True) as session:
        service.deactivate_user(session, by=OPERATOR, user=get_account(session, "r.diaz"), reason="left")
        with pytest.raises(errors.UserNameRefused):
            service.create_user(session, by=OPERATOR, user_name=name, printed_name="Rosa Diaz")


@pytest.mark.parametrize("name", ["ab", "rosa diaz", "r_diaz", "rоsa", "a" * 33, "-rosa", "rosa.", "", "r@site"])
def test_a_user_name_that_breaks_the_rule_is_refused(app: Flask, name: str) -> None:
    with shell(app).session(writes=True) as session, pytest.raises(errors.UserNameRefused):
        service.create_user(session, by=OPERATOR, user_name=name, printed_name="Rosa Diaz")


@pytest.mark.requirement("C05")
def test_creation_role_and_deactivation_are_in_the_trail(app: Flask) -> None:
    admin = open_account(app, "a.admin", Role.ADMINISTRATOR)
    by = Actor(admin, "a.admin", "administrator")
    target = open_account(app, "r.diaz")
    give(app, "r.diaz", Role.COORDINATOR, by=by)
    with shell(app).session(writes=True) as session:
        service.deactivate_user(session, by=by, user=get_account(session, "r.diaz"), reason="left the hospital")
    rows = (
        select(audit_change.c.act, audit_change.c.user_name, audit_change.c.reason, audit_record.c.attribute)
        .join(audit_record, audit_record.c.change_uid == audit_change.c.uid)
        .where(audit_record.c.new.is_not(None))
    )
    with shell(app).engine.connect() as connection:
        facts = {tuple(row) for row in connection.execute(rows)}
        names = connection.scalars(select(audit_record.c.new).where(audit_record.c.key == target)).all()
    assert ("role:grant", "a.admin", "delegation log", "role") in facts
    assert ("user:deactivate", "a.admin", "left the hospital", "deactivated_at") in facts
    assert "r.diaz" in names


@pytest.mark.requirement("C08")
def test_the_access_report_says_who_had_what_on_a_past_day(app: Flask) -> None:
    clock = shell(app).clock
    assert isinstance(clock, SetClock)
    clock.at = datetime(2024, 1, 10, 9, tzinfo=UTC)
    open_account(app, "r.diaz", Role.COORDINATOR)
    clock.at = datetime(2024, 2, 1, 9, tzinfo=UTC)
    open_account(app, "m.lindt", Role.MONITOR, site="Lund")
    clock.at = datetime(2024, 3, 5, 9, tzinfo=UTC)
    with shell(app).session(writes=True) as session:
        first = session.scalars(select(RoleGrant).where(RoleGrant.role == "coordinator")).one()
        service.end_grant(session, by=OPERATOR, grant=first, reason="left")
    expected = {
        "2024-01-09": [],
        "2024-01-10": ["r.diaz coordinator"],
        "2024-02-01": ["m.lindt monitor", "r.diaz coordinator"],
        "2024-03-05": ["m.lindt monitor", "r.diaz coordinator"],
        "2024-03-06": ["m.lindt monitor"],
    }
    with shell(app).session(writes=False) as session:
        for day, held in expected.items():
            lines = service.roles_on(session, datetime.fromisoformat(day).date())
            assert [f"{line.user_name} {line.role}" for line in lines] == held, day


@pytest.mark.requirement("T09")
def test_forbidden_pairs_made_past_the_service_are_found(app: Flask) -> None:
    uid = open_account(app, "p.two", Role.COORDINATOR)
    engine = shell(app).engine
    with engine.begin() as connection:
        row = {"uid": "f" * 32, "user_uid": uid, "role": "monitor", "starts_at": datetime.now(UTC), "reason": "raw"}
        connection.execute(RoleGrant.__table__.insert(), row)
    with shell(app).session(writes=False) as session:
        found = service.forbidden_holders(session, shell(app).rules)
    assert found == [("p.two", Role.COORDINATOR, Role.MONITOR)]


@pytest.mark.requirement("C03")
@pytest.mark.parametrize(
    ("role", "sites", "identifiers", "freetext"),
    [
        (Role.COORDINATOR, "UCSD", True, True),
        (Role.INVESTIGATOR, "UCSD", True, True),
        (Role.MONITOR, "UCSD", False, True),
        (Role.DATA_MANAGER, "all", False, True),
        (Role.SPONSOR, "all", False, False),
        (Role.ADMINISTRATOR, "all", False, False),
        (Role.INSPECTOR, "all", False, True),
    ],
)
def test_the_scope_follows_the_role(app: Flask, role: Role, sites: str, identifiers: bool, freetext: bool) -> None:
    uid = open_account(app, "p.one", role)
    with shell(app).session(writes=False) as session:
        scope = scope_of(uid, role, service.active_grants(session, uid))
    assert scope.sites == (ALL if sites == "all" else frozenset({site_uid(app, sites)}))
    assert (scope.identifiers, scope.freetext) == (identifiers, freetext)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR])
def test_who_treats_participants_works_at_a_named_site(app: Flask, role: Role) -> None:
    open_account(app, "p.one")
    with pytest.raises(errors.Refused):
        give(app, "p.one", role, site=None)
    give(app, "p.one", Role.MONITOR, site=None)


def test_a_role_ends_once(app: Flask) -> None:
    open_account(app, "r.diaz", Role.COORDINATOR)
    with shell(app).session(writes=True) as session:
        grant = session.scalars(select(RoleGrant)).one()
        service.end_grant(session, by=OPERATOR, grant=grant, reason="left")
        with pytest.raises(errors.Refused):
            service.end_grant(session, by=OPERATOR, grant=grant, reason="left again")
        assert len(session.scalars(select(RoleEnd)).all()) == 1
