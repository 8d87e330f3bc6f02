"""Runs migrations on the connection that the caller gives; loaded by Alembic, never imported."""

from alembic import context

from audit.append_only import install_triggers
from edc.migrations.rendering import options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **options())
context.run_migrations()
# A table that a migration rebuilds loses its triggers, so they are put on after every run.
install_triggers(connection)
