"""The fixtures of an application with programs that use its API."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from audit.capture import change
from edc.db import Scope
from edc.permissions import Role
from edc.study.models import ConsentVersion
from edc.web import shell
from tests import app_fixtures
from tests.api.programs import Program, token_of
from tests.app_fixtures import OPERATOR, SITES, begins_with, open_account, site_uid

app, application_url = app_fixtures.app, app_fixtures.application_url
PEOPLE = {
    "r.diaz": Role.COORDINATOR, "l.ames": Role.INVESTIGATOR, "m.lindt": Role.MONITOR, "p.shah": Role.DATA_MANAGER,
    "a.berg": Role.COORDINATOR,
}  # fmt: skip
# The tokens of the people in the databases of this process, by backend and name.
TOKENS: dict[tuple[str, str], str] = {}


def add_consent_versions(app: Flask) -> None:
    """Give each site its version of the consent form."""
    with shell(app).session(writes=True) as session:
        session.info["scope"] = Scope.system("set-up")
        with change(session, by=OPERATOR, act="consent-version:add"):
            for name in SITES:
                session.add(ConsentVersion(site_uid=site_uid(app, name), label="v4.0", valid_from=dt.date(2023, 1, 1)))


def fill(app: Flask) -> None:
    """A consent version at each site, and the people with their tokens."""
    add_consent_versions(app)
    kind = shell(app).engine.dialect.name
    for name, role in PEOPLE.items():
        open_account(app, name, role, site="Lund" if name == "a.berg" else "UCSD")
        TOKENS[kind, name] = token_of(app, name)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application with a consent version at each site, and the people of the programs."""
    return app


def program_of(app: Flask, name: str) -> Program:
    """The program of one of the people."""
    return Program(app, TOKENS[shell(app).engine.dialect.name, name])


@pytest.fixture
def diaz(study: Flask) -> Program:
    """The program of a coordinator at UCSD."""
    return program_of(study, "r.diaz")


@pytest.fixture
def ames(study: Flask) -> Program:
    """The program of an investigator at UCSD."""
    return program_of(study, "l.ames")


@pytest.fixture
def lindt(study: Flask) -> Program:
    """The program of a monitor of UCSD."""
    return program_of(study, "m.lindt")


@pytest.fixture
def shah(study: Flask) -> Program:
    """The program of a data manager."""
    return program_of(study, "p.shah")


@pytest.fixture
def berg(study: Flask) -> Program:
    """The program of a coordinator at Lund."""
    return program_of(study, "a.berg")
