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
from tests.api.programs import Program
from tests.app_fixtures import OPERATOR, SITES, site_uid

app, application_url = app_fixtures.app, app_fixtures.application_url


def add_consent_versions(app: Flask) -> None:
    """Give each site its version of the consent form."""
    with shell(app).session(writes=True) as session:
        session.info["scope"] = Scope.system("set-up")
        with change(session, by=OPERATOR, act="consent-version:add"):
            for name in SITES:
                session.add(ConsentVersion(site_uid=site_uid(app, name), label="v4.0", valid_from=dt.date(2023, 1, 1)))


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application with a consent version at each site."""
    add_consent_versions(app)
    return app


@pytest.fixture
def diaz(study: Flask) -> Program:
    """The program of a coordinator at UCSD."""
    return Program.of(study, "r.diaz", Role.COORDINATOR)


@pytest.fixture
def ames(study: Flask) -> Program:
    """The program of an investigator at UCSD."""
    return Program.of(study, "l.ames", Role.INVESTIGATOR)


@pytest.fixture
def lindt(study: Flask) -> Program:
    """The program of a monitor of UCSD."""
    return Program.of(study, "m.lindt", Role.MONITOR)


@pytest.fixture
def shah(study: Flask) -> Program:
    """The program of a data manager."""
    return Program.of(study, "p.shah", Role.DATA_MANAGER)


@pytest.fixture
def berg(study: Flask) -> Program:
    """The program of a coordinator at Lund."""
    return Program.of(study, "a.berg", Role.COORDINATOR, site="Lund")
