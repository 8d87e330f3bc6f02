"""Writes the next migration from what the declarations say and the migrations do not yet make.

python -m edc.migrations.autogenerate "Add the item VS.PULSE"
python -m edc.migrations.autogenerate --initial       before the first release: write the one initial migration anew
"""

import argparse
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from edc.db import make_engine
from edc.migrations.rendering import IMPORTS, options, render_item
from edc.migrations.upgrade import FOLDER, alembic_config, upgrade_schema
from edc.schema import metadata

INITIAL = "Create the first tables"


def write_migration(message: str, *, initial: bool = False) -> Path | None:
    """Write a migration and return its file; None when nothing differs."""
    for old in (FOLDER / "versions").glob("[0-9]*.py") if initial else ():
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schema.sqlite"
        if not initial:
            upgrade_schema(url)
        code = _difference(url)
    return _write(message, code) if code else None


def _difference(url: str) -> str | None:
    engine = make_engine(url, guarded=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options())
        operations = produce_migrations(context, metadata).upgrade_ops
        if operations is None or operations.is_empty():
            return None
        code = render_python_code(operations, render_as_batch=True, render_item=render_item, migration_context=context)
    engine.dispose()
    return code


def _write(message: str, code: str) -> Path:
    config = alembic_config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    folder = ScriptDirectory.from_config(config)
    number = sum(1 for _ in folder.walk_revisions()) + 1
    imports = "\n".join(line for name, line in IMPORTS.items() if f"{name}()" in code)
    script = folder.generate_revision(f"{number:04}", message, upgrades=code, imports=imports)
    assert script is not None
    return Path(script.path)


def main() -> None:
    """Run the command."""
    reader = argparse.ArgumentParser(prog="python -m edc.migrations.autogenerate", description=__doc__)
    reader.add_argument("message", nargs="?", help="what the migration does, in the imperative")
    reader.add_argument("--initial", action="store_true", help="write the one initial migration anew")
    given = reader.parse_args()
    if not given.message and not given.initial:
        reader.error("say what the migration does")
    written = write_migration(given.message or INITIAL, initial=given.initial)
    sys.stdout.write(f"{written}\n" if written else "The migrations make every declared table; nothing was written.\n")


if __name__ == "__main__":
    main()
