"""A hospital with the made-up study: the application on a loopback port, its sites and people, and no participant."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from audit.append_only import install_triggers
from audit.capture import Actor
from config import Config
from edc.app import create_app
from edc.db import Scope, Session, make_engine
from edc.demo.entry import Desk
from edc.demo.people import create_people
from edc.demo.places import PLACES, create_ranges, create_sites
from edc.demo.profiles import make_profiles
from edc.demo.story import tell
from edc.records.data_keys import ensure_data_key
from edc.schema import metadata
from edc.study.service import ensure_study
from edc.web import shell
from tests import databases
from tests.app_fixtures import KEYS

OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")
SEED = 1


@dataclass(frozen=True)
class Furnishing:
    """What stands in a database: who acts, and the code of the participant admitted."""

    actors: dict[str, Actor]
    code: str = ""


_made: dict[tuple[str, int | None], Furnishing] = {}


@dataclass
class Hospital:
    """The application as people reach it; `code` is that of the participant admitted before it opened."""

    app: Flask
    url: str
    actors: dict[str, Actor] = field(default_factory=dict)
    code: str = ""

    def desk(self) -> Desk:
        """The casebooks of site 001 below the screens, as a command or an import reaches them."""
        staff = {"coordinator": self.actors["r.diaz"], "investigator": self.actors["l.ames"]}
        return Desk(self._session, staff)

    def _session(self) -> Session:
        session = shell(self.app).session(writes=True)
        session.info["scope"] = Scope.system("test")
        return session

    def admit(self, number: int) -> str:
        """Enter the story of a made-up participant of site 001; returns the code in this study."""
        profile = next(one for one in make_profiles(SEED) if (one.site, one.number) == ("001", number))
        story, desk = tell(profile, SEED), self.desk()
        code = desk.enrol("001", story.consent)
        for step in story.steps:
            desk.do(step)
        return code


def furnished_database(kind: str, folder: Path, admitted: int | None = None) -> tuple[str, Furnishing]:
    """A database with sites and people, and the made-up participant of this number; made once in this process."""
    furnished = databases.template(kind, "hospital", partial(_furnish, kind))
    if admitted is None:
        return databases.fresh_database(kind, folder, template=furnished), _made[kind, None]
    full = databases.template(kind, f"hospital {admitted}", partial(_admit, kind, admitted), on=furnished)
    return databases.fresh_database(kind, folder, template=full), _made[kind, admitted]


def _furnish(kind: str, url: str) -> None:
    engine = make_engine(url, guarded=False)
    metadata.create_all(engine)
    with engine.begin() as connection:
        install_triggers(connection)
    engine.dispose()
    _made[kind, None] = Furnishing(furnish(_app_of(url)))


def _admit(kind: str, number: int, url: str) -> None:
    actors = _made[kind, None].actors
    code = Hospital(_app_of(url), "", actors).admit(number)
    _made[kind, number] = Furnishing(actors, code)


def _app_of(url: str) -> Flask:
    return build_app(url, Path(databases.run_folder("files")))


def furnish(app: Flask) -> dict[str, Actor]:
    """Open the sites with their laboratories, ranges and consent versions, and the accounts; returns who acts."""
    parts = shell(app)
    with parts.session(writes=True) as session:
        session.info["scope"] = Scope.system("test")
        ensure_study(session, by=OPERATOR, study_id=parts.study)
        ensure_data_key(session, parts.keys, by=OPERATOR, study=parts.study)
        sites = create_sites(session, by=OPERATOR)
        actors = create_people(session, parts.rules, by=OPERATOR)
        for place in PLACES:
            create_ranges(session, place, sites[place.code], actors)
    return actors


def build_app(database_url: str, files: Path) -> Flask:
    """The application on a database, with cheap password hashes and the clock of the machine."""
    engine = databases.lend_engine(make_engine, database_url)
    return create_app(Config(testing=True, database_url=database_url, files=str(files)), engine=engine, keys=KEYS)


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application on a free loopback port; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shell(app).engine.dispose()
