"""How the schema is compared with a database and how a migration is written.

Migrations name plain SQLAlchemy types: what a migration did must not change when the application's own types do.
"""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from audit.models import database_time
from edc.schema import metadata

#: What rendered text needs imported, by the function it calls.
IMPORTS = {"database_time": "from audit.models import database_time"}


class _Named(DefaultDialect):
    """A dialect by name only: it leaves types as they were declared."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def type_descriptor(self, typeobj: TypeEngine[Any]) -> TypeEngine[Any]:
        return typeobj


def options() -> dict[str, Any]:
    """Return the settings of Alembic, for running and for comparing alike."""
    return {
        "target_metadata": metadata,
        "render_as_batch": True,
        "render_item": render_item,
        "transactional_ddl": True,
        "transaction_per_migration": False,
    }


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Return the text of a type or default of ours, or False to leave it to Alembic."""
    if kind == "type" and isinstance(item, TypeDecorator):
        on_sqlite, elsewhere = (_plain(item, name) for name in ("sqlite", "postgresql"))
        return elsewhere if on_sqlite == elsewhere else f'{elsewhere}.with_variant({on_sqlite}, "sqlite")'
    if kind == "server_default" and isinstance(getattr(item, "arg", None), database_time):
        return "database_time()"
    return False


def _plain(item: TypeDecorator[Any], dialect_name: str) -> str:
    return f"sa.{item.load_dialect_impl(_Named(dialect_name))!r}"
