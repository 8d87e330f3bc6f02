"""What this installation says of itself in a seal, and the timer that seals while the application serves."""

import threading
from collections.abc import Callable
from functools import cache, partial

from sqlalchemy import Engine

import forms.study
from audit.seal import Sealer, seal
from audit.signing import SigningKey
from edc import __version__, timers
from edc.keys import Keyring
from forms.releases import definitions_digest

EVERY_SECONDS = 60.0
JOB = "seal"


def make_sealer(environment: str, keys: Keyring) -> Sealer:
    """Return what seals of this installation carry; with a key of purpose `seal` they are signed."""
    found = [key for key in keys.keys if key.purpose == "seal"]
    return Sealer(
        installation=environment,
        study=forms.study.STUDY_ID.value,
        software=f"casebook {__version__}",
        definitions=_definitions(),
        key=SigningKey(found[-1].key_id, found[-1].secret) if found else None,
    )


@cache
def _definitions() -> str:
    """The digest of the CRFs of this build; they do not change while the application runs."""
    return definitions_digest()


def start_sealing(engine: Engine, sealer: Sealer, every: float = EVERY_SECONDS) -> Callable[[], None]:
    """Seal what waits every minute in a thread; returns the function that ends it and seals once more."""
    work = partial(seal, engine, sealer)
    end = timers.start(JOB, work, every)

    def stop() -> None:
        end()
        timers.attempt(JOB, work)

    return stop


def seal_until(ended: threading.Event, engine: Engine, sealer: Sealer, every: float = EVERY_SECONDS) -> None:
    """Seal at once, then every so many seconds, and a last time at the end."""
    work = partial(seal, engine, sealer)
    timers.repeat(ended, JOB, work, every)
    timers.attempt(JOB, work)
