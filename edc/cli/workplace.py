"""What a command works with: the settings, the keys, the database, and sessions that are attributed to the operator."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from audit.capture import Actor
    from audit.seal import Sealer
    from config import Config
    from edc.accounts.rules import Rules
    from edc.db import Session
    from edc.keys import Keyring


@dataclass(frozen=True)
class Workplace:
    """One installation as its operator reaches it."""

    config: Config

    @classmethod
    def open(cls) -> Workplace:
        """Read the settings from the environment."""
        from config import Config

        return cls(Config.from_environment())

    @cached_property
    def keys(self) -> Keyring:
        """The keys of the installation."""
        from edc.app import open_keys

        return open_keys(self.config)

    @cached_property
    def engine(self) -> Engine:
        """The database as the application reaches it."""
        import edc.schema  # noqa: F401 (a session needs every class)
        from edc.db import make_engine

        return make_engine(self.config.database_url)

    @cached_property
    def study(self) -> str:
        """The study of this build."""
        from forms.study import STUDY_ID

        return STUDY_ID.value

    @cached_property
    def operator(self) -> Actor:
        """Whoever is signed in to the server; the trail shows the name."""
        from audit.capture import Actor
        from edc.app import SOFTWARE

        name = f"operator {getpass.getuser()}"
        return Actor(user_uid=None, user_name=name, role="system", process="command", process_version=SOFTWARE)

    @property
    def sealer(self) -> Sealer:
        """What seals of this installation carry."""
        from edc.sealing import make_sealer

        return make_sealer(self.config.environment, self.keys)

    @property
    def rules(self) -> Rules:
        """The settings that the accounts obey."""
        from edc.app import account_rules

        return account_rules(self.config, self.keys)

    def session(self, *, writes: bool = False, engine: Engine | None = None) -> Session:
        """Return a session that reaches all sites; on SQLite one that writes takes the write lock first."""
        from audit.capture import Installation
        from edc import __version__
        from edc.db import Scope, make_session_factory
        from edc.records.data_keys import data_cipher

        engine = engine or self.engine
        if writes and engine.dialect.name == "sqlite":
            engine = engine.execution_options(sqlite_begin="IMMEDIATE")
        return make_session_factory(engine)(
            info={
                "installation": Installation(self.config.environment, self.study, __version__),
                "cipher": data_cipher(self.engine, self.keys, self.study),
                "scope": Scope.system(self.operator.process_version),
            }
        )

    def upgrade(self) -> str:
        """Bring the database to the newest migration and make its first rows; returns the revision."""
        from edc.migrations.upgrade import upgrade_schema
        from edc.records.data_keys import ensure_data_key
        from edc.study.service import ensure_study

        revision = upgrade_schema(self.config.migration_url or self.config.database_url, app_role=self._app_role())
        with self.session(writes=True) as session:
            ensure_study(session, by=self.operator, study_id=self.study)
            ensure_data_key(session, self.keys, by=self.operator, study=self.study)
        return revision

    def _app_role(self) -> str | None:
        from sqlalchemy import make_url

        separate = self.config.migration_url and self.config.migration_url != self.config.database_url
        return make_url(self.config.database_url).username if separate else None

    def require_current_schema(self) -> None:
        """Refuse to work on a database that waits for a migration."""
        from edc.cli.refusals import Refusal
        from edc.migrations.state import is_pending

        with self.engine.connect() as connection:
            if is_pending(connection):
                raise Refusal("The database is not at the newest migration. Run `edc db upgrade` first.")
