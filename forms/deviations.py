"""Deviations that checks offer: which checks do, of which category, and how long the answer may take."""

from __future__ import annotations

from collections.abc import Mapping

# The checks whose question may be a protocol deviation, with the category that the line has then.
OFFERS: Mapping[str, str] = {
    "VIS-01": "VISIT WINDOW",
    "NIV-03": "STUDY DRUG",
    "IL2-09": "STUDY DRUG",
    "IE-10": "ELIGIBILITY",
}
# What became of an offer.
ADDED, DECLINED = "added", "declined"
UNSETTLED_ID = "DV-01"
UNSETTLED = "{check} suggested a deviation on {x}. Add it or say why not."


def offers_deviation(check_id: str | None) -> bool:
    """Whether a check offers a deviation."""
    return check_id in OFFERS
