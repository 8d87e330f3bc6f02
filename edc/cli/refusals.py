"""Refusals on the command line: one sentence and exit code 2, never a trace."""

from typing import Any

import click


class Refusal(click.ClickException):
    """The command was not carried out; the message says why and what to do."""

    exit_code = 2


class Refusals(click.Group):
    """A group that answers what the application refuses with a sentence; a fault of ours keeps its trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = explain(error)
            if sentence is None:
                raise
            raise Refusal(sentence) from error


def explain(error: Exception) -> str | None:
    """Return the sentence for what the application refuses; None for a fault of ours."""
    from environs import EnvError
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, ProgrammingError

    from edc.app import StartRefused
    from edc.errors import Problem
    from edc.keys import KeyMissing
    from edc.records.data_keys import DataKeyMissing
    from edc.records.identifiers import Undecipherable
    from forms.crf import DefinitionError

    if isinstance(error, Problem):
        return " ".join(error.sentences)
    if isinstance(error, (OperationalError, ProgrammingError)):
        return f"The database refused: {error.orig}"
    if isinstance(error, (EnvError, StartRefused, KeyMissing, DataKeyMissing, Undecipherable, DefinitionError)):
        return str(error)
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return f"CASEBOOK_DATABASE_URL is no database address: {error}"
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else str(error)
    return None
