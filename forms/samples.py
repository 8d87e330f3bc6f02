"""Consent, order of dates and place of research samples, as the checks of tissue and blood need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from forms.crf import Fail, fail
from forms.derive.dates import certainly_after
from forms.views import Record

NO_CONSENT = "{sample} collected but consent for it is '{a}'."
OUT_OF_ORDER = "{later} {y} is before {earlier} {x}."


def lacks_consent(sample: str, item: str, consents: Sequence[Record], day: dt.date | None = None) -> Fail | None:
    """BM-01: what is wrong when the consent in force on a day (none: the last one) does not cover a sample."""
    signed = [one for one in consents if one.signature_date and (day is None or one.signature_date <= day)]
    in_force = max(signed, key=lambda one: (one.signature_date, one.number), default=None)
    return fail(sample=sample, a="no") if in_force is not None and in_force.value(item) == "N" else None


def out_of_order(record: Record, names: Sequence[str]) -> Fail | None:
    """BM-04: the first date that certainly lies before the one that it follows."""
    dated = [(name, record.value(name)) for name in names if record.value(name) is not None]
    for (before, x), (name, y) in pairwise(dated):
        if certainly_after(x, y):
            items = record.collection.items
            return fail(name, later=items[name].label, y=_shown(y), earlier=items[before].label.lower(), x=_shown(x))
    return None


def _shown(value: object) -> str:
    return str(value).replace("T", " ")


def place_words(record: Record) -> str:
    """A form by its visit, for a sentence about lines that are the same."""
    return record.visit.oid if record.visit else str(record.number)
