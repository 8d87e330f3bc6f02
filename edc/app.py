"""The application factory: settings in, a Flask application with every room out.

app = create_app(Config.from_environment())
app = create_app(Config(testing=True, database_url=url), clock=SetClock(...))     # in tests
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask, redirect, url_for
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine, select
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

import edc.schema  # noqa: F401 (declares every table, those of the CRFs too)
import forms.study
from audit.append_only import check_guards
from audit.capture import Installation
from config import Config, production_refusals
from edc import __version__, assets, errors, frame, guard, headers, logs, problems
from edc.accounts.identify import identify
from edc.accounts.people import count_demo_users
from edc.accounts.rules import Rules
from edc.clock import Clock, system_clock
from edc.db import Session, make_engine
from edc.keys import Keyring
from edc.migrations.state import is_pending
from edc.records.data_keys import data_cipher
from edc.sealing import make_sealer
from edc.study.models import Site
from edc.web import Shell, SiteFacts, close_db, nav_entries, public, shell, signed_in, undeclared_routes

SOFTWARE = f"casebook {__version__}"
BANDS = {
    "production": "",
    "training": "TRAINING: nothing here is study data",
    "demo": "DEMO: nothing here is study data",
}


class Number(IntegerConverter):
    """A number in an address, as far as the databases count; there is nothing at a higher one."""

    def __init__(self, url_map: Map, max: int = 2**31 - 1, **limits: Any) -> None:  # noqa: A002 (as routes write it)
        super().__init__(url_map, max=max, **limits)


class StartRefused(Exception):
    """The settings do not allow a start; the message has one sentence per reason."""


@dataclass(frozen=True)
class Room:
    """A module with a `blueprint`, and perhaps `NAV`; pages of the study stand under its prefix."""

    views: ModuleType
    in_study: bool = True


def rooms() -> list[Room]:
    """Return the rooms of the house; a new blueprint is one import and one line here."""
    from edc.accounts import admin_views, token_views
    from edc.accounts import views as account_views
    from edc.adverse_events import report_views
    from edc.adverse_events import views as event_views
    from edc.casebook import amendment_views, day_views, deviation_views, log_views, transfer_views
    from edc.casebook import views as casebook_views
    from edc.dosing import views as dosing_views
    from edc.eligibility import views as eligibility_views
    from edc.labs import code_views, import_views, range_views
    from edc.labs import views as lab_views
    from edc.records import draft_views
    from edc.records import views as record_views
    from edc.review import form_views
    from edc.review import views as review_views
    from edc.tumours import views as tumour_views
    from exports import definition_views, outcome_views
    from exports import views as export_views

    return [
        Room(account_views, in_study=False),
        Room(token_views, in_study=False),
        Room(admin_views, in_study=False),
        Room(day_views, in_study=False),
        Room(casebook_views),
        Room(amendment_views),
        Room(log_views),
        Room(transfer_views),
        Room(deviation_views),
        Room(review_views),
        Room(record_views),
        Room(draft_views),
        Room(form_views),
        Room(dosing_views),
        Room(event_views),
        Room(report_views),
        Room(eligibility_views),
        Room(export_views),
        Room(definition_views),
        Room(outcome_views),
        Room(lab_views),
        Room(range_views),
        Room(import_views),
        Room(code_views),
        Room(tumour_views),
    ]


def install_api(app: Flask) -> None:
    """Add the JSON API: its resources, and the document that describes them."""
    from edc.api import document, laboratory, participants, queries, records, verification
    from exports import api as exported
    from exports import definition_api

    resources = (participants, records, laboratory, queries, verification, exported, definition_api)
    document.install(app, [resource.blueprint for resource in resources])


def create_app(
    config: Config, *, clock: Clock = system_clock, engine: Engine | None = None, keys: Keyring | None = None
) -> Flask:
    """Return the application for these settings; raises `StartRefused` rather than start unsafely."""
    keys = keys or open_keys(config)
    refuse_start(config, keys)
    app = Flask(__name__, static_folder=None)
    app.url_map.converters["int"] = Number
    _configure(app, config, keys)
    app.extensions["casebook"] = _shell(config, keys, engine or make_engine(config.database_url), clock)
    _refuse_unready(config, shell(app).engine)
    logs.configure()
    _install(app, config)
    for room in rooms():
        add_room(app, room)
    install_api(app)
    missing = undeclared_routes(app)
    if missing:
        raise StartRefused(f"These routes state no permission: {', '.join(missing)}")
    return app


def open_keys(config: Config) -> Keyring:
    """Read the key file; outside production a missing one is made."""
    if config.testing:
        return Keyring.new()
    path = Path(config.keys)
    if not path.exists() and not config.production:
        Keyring.new().save(path)
    return Keyring.load(path) if path.exists() else Keyring(())


def refuse_start(config: Config, keys: Keyring) -> None:
    """Raise with every reason why production may not start with these settings."""
    reasons = [*production_refusals(config), *keys.weaknesses()] if config.production else []
    if config.environment not in BANDS:
        reasons.append("CASEBOOK_ENVIRONMENT must be production, training or demo.")
    if reasons:
        raise StartRefused(" ".join(reasons))


def _refuse_unready(config: Config, engine: Engine) -> None:
    """Raise when the database of a production is not what this software may serve."""
    if not config.production:
        return
    with engine.connect() as connection:
        if is_pending(connection):
            raise StartRefused("The database is not at the newest migration: run `edc db upgrade`.")
        if findings := check_guards(connection):
            raise StartRefused(f"The database does not guard the trail: {'; '.join(findings)}.")
    with Session(engine) as session:
        if made_up := count_demo_users(session):
            raise StartRefused(f"The database has {made_up} demo users: real data needs a database of its own.")


def account_rules(config: Config, keys: Keyring) -> Rules:
    """Return the settings that the accounts obey; also for the command line."""
    return Rules(
        keys=keys,
        idle=timedelta(minutes=config.idle_minutes),
        absolute=timedelta(hours=config.absolute_hours),
        signing=timedelta(minutes=config.signing_minutes),
        fresh=timedelta(minutes=config.fresh_minutes),
        password_min_length=config.password_min_length,
        password_max_age=timedelta(days=config.password_max_age_days) if config.password_max_age_days else None,
        own_words=frozenset({"casebook", forms.study.STUDY_ID.value.casefold()}),
        breached_passwords=config.breached_passwords,
        security_contact=config.security_contact,
        training_build=config.training_build,
        monitor_may_manage_data=bool(config.monitor_and_data_manager_reason),
        cheap_hashes=config.testing,
        software=SOFTWARE,
    )


def _configure(app: Flask, config: Config, keys: Keyring) -> None:
    megabyte = 1024 * 1024
    app.config.update(
        SECRET_KEY=keys.current("cookie").secret,
        TESTING=config.testing,
        DEBUG=config.debug,
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        MAX_CONTENT_LENGTH=config.max_body_mb * megabyte,
        MAX_FORM_MEMORY_SIZE=2 * megabyte,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="__Host-cbf" if config.https else "cbf",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The gate checks the token itself, after it knows who asks; a token lives as long as its session.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        RELEASE_FOLDER=str(Path(config.files) / "releases"),
        IMPORT_FOLDER=str(Path(config.files) / "imports"),
        SEALER=make_sealer(config.environment, keys),
    )
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _shell(config: Config, keys: Keyring, engine: Engine, clock: Clock) -> Shell:
    return Shell(
        engine=engine,
        clock=clock,
        keys=keys,
        study=forms.study.STUDY_ID.value,
        https=config.https,
        band=BANDS[config.environment],
        build=f"Casebook {__version__}",
        identify=identify,
        rules=account_rules(config, keys),
        list_sites=list_sites,
        installation=Installation(config.environment, forms.study.STUDY_ID.value, __version__),
        cipher=data_cipher(engine, keys, forms.study.STUDY_ID.value),
    )


def list_sites(session: Session) -> list[SiteFacts]:
    """Return every site by its code."""
    return [
        SiteFacts(site.uid, site.code, site.name, site.time_zone)
        for site in session.scalars(select(Site).order_by(Site.code))
    ]


def _install(app: Flask, config: Config) -> None:
    csrf = CSRFProtect(app)
    Bootstrap5(app)
    # Only the style sheet is used, and it is served with the other static files.
    app.view_functions["bootstrap.static"] = public(_absent)
    headers.install(app, https=config.https)
    problems.install(app)
    guard.install(app, csrf, api_requests_per_minute=config.api_requests_per_minute)
    assets.install(app)
    frame.install(app)
    app.teardown_request(close_db)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/healthz", guard.HEALTH_ENDPOINT, health)


def _absent(**_parts: str) -> Response:
    raise errors.NotFound()


def add_room(app: Flask, room: Room) -> None:
    """Register a blueprint, under the prefix of the study where its pages belong to it, and its menu entries."""
    prefix = f"/{shell(app).study.lower()}" if room.in_study else None
    app.register_blueprint(room.views.blueprint, url_prefix=prefix)
    shell(app).nav.extend(getattr(room.views, "NAV", ()))


@signed_in
def home() -> Response:
    """Go to the first sight of the role."""
    first = next(nav_entries(), None)
    return redirect(url_for(first["endpoint"] if first else "accounts.account"), 303)


@public
def health() -> tuple[str, int]:
    """Say only whether the application is up."""
    return "up\n", 200
