"""The `edc` command; each command loads what it needs when it runs, so that help answers at once.

Exit codes: 0 done and nothing found, 1 something was found, 2 the input or the settings were wrong.
"""

import click

from edc.cli import checks, crfs, ctcae, database, derive, labs, outcomes, people, serving, study, trail
from edc.cli.refusals import Refusals


@click.group(cls=Refusals, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Casebook: electronic data capture for oncology trials.

    Settings come from the environment, CASEBOOK_...; `edc check` says whether they are sound.
    """


for _command in (
    serving.serve, serving.demo, serving.check, people.user, people.keys, trail.audit, study.export, crfs.crf,
    checks.checks,
    database.backup, database.restore, database.db, derive.derive, labs.labs,
    ctcae.ctcae, outcomes.outcomes,
):  # fmt: skip
    main.add_command(_command)
