"""The made-up users: one for each role, a second data manager, and the staff of a second site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from audit.capture import Actor, change
from edc.accounts import service
from edc.accounts.models import DEMO
from edc.accounts.people import count_demo_users
from edc.accounts.rules import Rules
from edc.db import Session
from edc.permissions import NEEDS_TRAINING, Role, may, reaches_all_sites
from edc.study.service import get_site_by_code

# Printed on purpose: these accounts stop a production start.
PASSWORD = "harbor lantern quilt maple"  # nosec B105 # noqa: S105
TRAINED_ON = dt.date(2023, 1, 4)


@dataclass(frozen=True)
class Person:
    """One made-up user."""

    user_name: str
    printed_name: str
    role: Role
    site: str | None = None


PEOPLE = (
    Person("r.diaz", "Rosa Diaz, RN", Role.COORDINATOR, "001"),
    Person("l.ames", "Dr Lena Ames", Role.INVESTIGATOR, "001"),
    Person("m.lindt", "Marit Lindt", Role.MONITOR, "001"),
    Person("p.shah", "Priya Shah", Role.DATA_MANAGER),
    Person("n.kimura", "Naoki Kimura", Role.DATA_MANAGER),
    Person("c.weber", "Clara Weber", Role.SPONSOR),
    Person("t.nowak", "Tomasz Nowak", Role.ADMINISTRATOR),
    Person("i.laurent", "Inès Laurent", Role.INSPECTOR),
    Person("k.osei", "Kofi Osei", Role.COORDINATOR, "002"),
    Person("e.holm", "Dr Elsa Holm", Role.INVESTIGATOR, "002"),
)


def create_people(session: Session, rules: Rules, *, by: Actor) -> dict[str, Actor]:
    """Open every account with its role, training and the one demo password; returns who acts, by user name."""
    return {person.user_name: _create(session, rules, by, person) for person in PEOPLE}


def _create(session: Session, rules: Rules, by: Actor, person: Person) -> Actor:
    site = None if reaches_all_sites(person.role) or not person.site else get_site_by_code(session, person.site).uid
    with change(session, by=by, act="user:create", site=site):
        user = service.create_user(
            session, by=by, user_name=person.user_name, printed_name=person.printed_name, confirmed=True
        )
        user.kind = DEMO
        session.flush()
        service.set_password(session, rules, by=by, user=user, password=PASSWORD)
        service.grant_role(
            session, rules, by=by, user=user, role=person.role, site_uid=site, reason="Delegation log of the demo study"
        )
        if any(may(person.role, permission) for permission in NEEDS_TRAINING):
            service.record_training(session, by=by, user=user, build=rules.training_build, completed_on=TRAINED_ON)
    return Actor(user.uid, user.user_name, person.role, process="command", process_version=by.process_version)


def greeting(session: Session) -> list[str]:
    """Return the lines that name a sign-in for each role; none where there are no demo users."""
    if not count_demo_users(session):
        return []
    lines = [f"  {person.user_name:<11}{_duty(person)}" for person in PEOPLE]
    return ["Made-up study. Sign in as:", *lines, f'Password of each: "{PASSWORD}"']


def _duty(person: Person) -> str:
    return f"{person.role.label}, site {person.site}" if person.site else person.role.label
