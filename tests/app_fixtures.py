"""An application on a database of its own, with sites and people; import the fixtures a test module needs.

from tests.app_fixtures import app, open_account, sign_in          (`app` pulls in its own database)

def test_monitor_reads_queries(app: Flask) -> None:
    open_account(app, "m.lindt", Role.MONITOR, site="UCSD")
    client = sign_in(app.test_client(), "m.lindt")
    assert client.get("/nct03991130/queries").status_code == 200
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select
from werkzeug.routing import Rule

from audit.append_only import install_triggers
from audit.capture import Actor, change
from config import Config
from edc.accounts import service
from edc.accounts.models import User
from edc.app import create_app
from edc.clock import SetClock
from edc.db import Session, make_engine
from edc.keys import Keyring
from edc.permissions import Role, reaches_all_sites
from edc.records.data_keys import ensure_data_key
from edc.schema import metadata
from edc.study.models import Site
from edc.web import shell
from forms.study import STUDY_ID
from tests import databases

PASSWORD = "violet anchor kettle moss"
OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")
SITES = {"UCSD": ("001", "America/Los_Angeles"), "Lund": ("002", "Europe/Stockholm")}
# One keyring for all applications of this process, so that what one of them sealed can be copied for another.
KEYS = Keyring.new()
Filling = Callable[[Flask], object]
BROWSER = {"User-Agent": "Ward tablet", "Sec-Fetch-Site": "same-origin"}


class _Route(Rule):
    """A route that is compiled once in a process: the application of each test has the same routes."""

    _compiled: ClassVar[dict[tuple[object, ...], Rule]] = {}

    def compile(self) -> None:
        key = (self.rule, self.subdomain, repr(self.defaults), tuple(self.map.converters.values()))
        if key not in self._compiled:
            super().compile()
            self._compiled[key] = self
            return
        known = self._compiled[key]
        self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
        self.arguments = set(known.arguments)
        self._build = known._build.__func__.__get__(self)
        self._build_unknown = known._build_unknown.__func__.__get__(self)


Flask.url_rule_class = _Route


def create_schema(url: str, keys: Keyring = KEYS) -> None:
    """Create every table with the guards of the trail, the two sites, and the key of identifying values."""
    engine = make_engine(url, guarded=False)
    metadata.create_all(engine)
    with engine.begin() as connection:
        install_triggers(connection)
    with Session(engine) as session, change(session, by=OPERATOR, act="site:create"):
        for name, (code, zone) in SITES.items():
            session.add(Site(code=code, name=name, time_zone=zone))
        ensure_data_key(session, keys, by=OPERATOR, study=STUDY_ID.value)
    engine.dispose()


def make_app(database_url: str, **settings: Any) -> Flask:
    """Return an application on the database, with cheap password hashes and a clock that a test may move."""
    config = Config(testing=True, database_url=database_url, security_contact="s.contact", **settings)
    engine = databases.lend_engine(make_engine, database_url)
    made = create_app(config, clock=SetClock(datetime.now(UTC)), engine=engine, keys=KEYS)
    # Each application compiles its templates; those of one run share what is compiled.
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[databases.RUN_FOLDER])
    return made


@pytest.fixture
def application_url(database_kind: str, filling: Filling | None, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has every table and two sites, UCSD and Lund."""
    url = filled_database(database_kind, filling, tmp_path)
    yield url
    databases.drop_database(url)


def filled_database(kind: str, filling: Filling | None, folder: Path) -> str:
    """Return the URL of a database with the two sites, and with what the filling made of it once in this process."""
    begun = databases.template(kind, "application", create_schema)
    if filling is not None:
        name = f"{filling.__module__}.{filling.__qualname__}"
        begun = databases.template(kind, name, lambda url: filling(make_app(url)), on=begun)
    return databases.fresh_database(kind, folder, template=begun)


def begins_with(filling: Filling, asked_by: str = "study") -> Any:
    """The fixture `filling` of a module: the database of each test that asks for `study` begins with what this enters.

        def fill(app: Flask) -> None:
            open_people(app)

        filling = begins_with(fill)

        @pytest.fixture
        def study(app: Flask) -> Flask:
            return furnished(app, fill)
    """

    @pytest.fixture(name="filling")
    def chosen(request: pytest.FixtureRequest) -> Filling | None:
        return filling if asked_by in request.fixturenames else None

    return chosen


@pytest.fixture
def app(application_url: str, filling: Filling | None) -> Flask:
    """An application with its two sites and nobody in it, or with what the `filling` of the module entered."""
    made = make_app(application_url)
    made.extensions["tests.filling"] = filling
    return made


def furnished(app: Flask, filling: Filling) -> Flask:
    """Return the application with what the filling enters, whether its database began with that or not."""
    if app.extensions.get("tests.filling") is not filling:
        filling(app)
    return app


def pass_time(app: Flask, **duration: float) -> None:
    """Move the application's clock: pass_time(app, minutes=21)."""
    clock = shell(app).clock
    assert isinstance(clock, SetClock)
    clock.at += timedelta(**duration)


def site_uid(app: Flask, name: str) -> str:
    """Return the uid of a site by its name."""
    with shell(app).session(writes=False) as session:
        return session.scalars(select(Site.uid).where(Site.name == name)).one()


def open_account(
    app: Flask, user_name: str, *roles: Role, site: str = "UCSD", trained: bool = True, confirmed: bool = True
) -> str:
    """Open an account with a password and roles at a site; returns its uid."""
    held = shell(app).rules
    with shell(app).session(writes=True) as session:
        user = service.create_user(
            session,
            by=OPERATOR,
            user_name=user_name,
            printed_name=user_name.replace(".", " ").title(),
            confirmed=confirmed,
        )
        service.set_password(session, held, by=OPERATOR, user=user, password=PASSWORD)
        for role in roles:
            at = None if reaches_all_sites(role) else site_uid(app, site)
            service.grant_role(session, held, by=OPERATOR, user=user, role=role, site_uid=at, reason="delegation log")
        if trained:
            service.record_training(
                session, by=OPERATOR, user=user, build=held.training_build, completed_on=date(2024, 1, 2)
            )
        return user.uid


def get_account(session: Session, user_name: str) -> User:
    """Return an account."""
    return service.get_user(session, user_name)


def csrf_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """Return the form token of a page."""
    page = client.get(path, headers=BROWSER)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, f"{path} has no form: {page.status_code}"
    return found[1]


def post(client: FlaskClient, path: str, page: str | None = None, **fields: Any) -> Any:
    """Send a form as a browser does: with the token of the page it stands on (by default the same address)."""
    token = csrf_token(client, page or path)
    return client.post(path, data={"csrf_token": token, **fields}, headers=BROWSER)


def sign_in(client: FlaskClient, user_name: str, password: str = PASSWORD) -> FlaskClient:
    """Sign in, and return the client with its session."""
    answer = post(client, "/sign-in", user_name=user_name, password=password)
    assert answer.status_code == 303, answer.text
    client.environ_base.update({"HTTP_USER_AGENT": BROWSER["User-Agent"]})
    return client
