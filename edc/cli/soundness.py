"""Whether an installation is sound: what production refuses, and what an operator should settle anywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from audit.append_only import check_guards
from audit.models import database_time
from config import Config, production_refusals
from edc.accounts.grants import forbidden_holders
from edc.accounts.rules import Rules
from edc.db import Session
from edc.keys import Keyring
from edc.migrations.state import is_pending
from edc.study.service import find_study
from forms.releases import changed_crfs
from forms.study import STUDY_ID

CLOCK_SECONDS = 2.0


def find_faults(config: Config, keys: Keyring, engine: Engine, rules: Rules) -> list[str]:
    """Return a sentence for each fault; empty when the installation is sound."""
    settings = [*production_refusals(config), *keys.weaknesses()] if config.production else keys.weaknesses()
    return [*settings, *_files(config), *_schema(engine), *changed_crfs(), *(_state(engine, rules))]


def _files(config: Config) -> Iterator[str]:
    folder = Path(config.files)
    if folder.exists() and folder.stat().st_mode & 0o077:
        yield f"CASEBOOK_FILES: others may read {folder}, which holds prepared downloads; set its mode to 0700."


def _schema(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        if is_pending(connection):
            yield "The database is not at the newest migration: run `edc db upgrade`."
            return
        yield from (f"The trail is not guarded: {sentence}." for sentence in check_guards(connection))
        apart = abs((connection.scalars(select(database_time())).one() - datetime.now(UTC)).total_seconds())
        if apart > CLOCK_SECONDS:
            yield f"The clocks of host and database stand {apart:.0f} s apart: run time synchronisation."


def _state(engine: Engine, rules: Rules) -> Iterator[str]:
    with engine.connect() as connection:
        if is_pending(connection):
            return
    with Session(engine) as session:
        if find_study(session, STUDY_ID.value) is None:
            yield "The study has no state row: run `edc db upgrade`."
        for name, one, other in forbidden_holders(session, rules):
            yield f"{name} is {one.label} and {other.label}, which one person may not be: end one of the roles."
