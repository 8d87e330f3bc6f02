"""Rows of a site's reference tables as checks see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentVersionRow:
    """One version of the consent form at a site; on the day it is superseded both versions may still be signed."""

    label: str
    valid_from: dt.date
    superseded_on: dt.date | None = None
    reconsent_required: bool = False

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the version could be signed on a day."""
        return self.valid_from <= day and (self.superseded_on is None or day <= self.superseded_on)
