"""Checks of informed consent: the version that was valid, re-consent, one initial consent."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.site_tables import ConsentVersionRow
from tests.forms.casebooks import asks, passes, record, visit

V1 = ConsentVersionRow("v1", dt.date(2024, 1, 1), dt.date(2024, 3, 1))
V2 = ConsentVersionRow("v2", dt.date(2024, 3, 1), None)
V3 = ConsentVersionRow("v3", dt.date(2024, 3, 5), None, reconsent_required=True)
SITE = {"consent_versions": (V1, V2)}
STRICT = {"consent_versions": (V1, V2, V3)}


def consent(version: str, signed: str, line: int = 1, kind: str = "INITIAL", **more: str):
    """A signed consent form."""
    return record("IC", line=line, consent_type=kind, consent_version=version, signature_date=signed, **more)


FIRST = consent("v2", "2024-03-02")
SEEN = [visit("C1D1", "2024-04-10")]
EARLY = [visit("C1D1", "2024-03-15")]

CASES = [
    passes("IC-02", "v2 signed on 5 March, valid from 1 March", consent("v2", "2024-03-05"), site=SITE),
    passes("IC-02", "signed on the first day of the version", consent("v2", "2024-03-01"), site=SITE),
    passes("IC-02", "old version on the day it was superseded", consent("v1", "2024-03-01"), site=SITE),
    asks("IC-02", "v2 signed on 10 February", consent("v2", "2024-02-10"), site=SITE,
         message="Version v2 was valid 2024-03-01 to now; signature is 2024-02-10."),
    asks("IC-02", "old version one day after it was superseded", consent("v1", "2024-03-02"), site=SITE,
         message="Version v1 was valid 2024-01-01 to 2024-03-01; signature is 2024-03-02."),
    asks("IC-02", "a version that the site does not have", consent("v9", "2024-03-02"), site=SITE,
         message="Version v9 is not in the site's table of consent versions."),
    passes("IC-03", "re-consent on 10 April, visit on 10 April", FIRST, consent("v3", "2024-04-10", 2, "RE-CONSENT"),
           site=STRICT, visits=SEEN),
    asks("IC-03", "visit on 10 April, no re-consent", FIRST, site=STRICT, visits=SEEN,
         message="Version v3 requires re-consent. The participant was seen on 2024-04-10 without one."),
    asks("IC-03", "re-consent a day after the visit", FIRST, consent("v3", "2024-04-11", 2, "RE-CONSENT"), site=STRICT,
         visits=SEEN),
    passes("IC-03", "seen within 30 days, re-consent on day 30", FIRST, consent("v3", "2024-04-04", 2, "RE-CONSENT"),
           site=STRICT, visits=EARLY),
    asks("IC-03", "seen within 30 days, re-consent on day 31", FIRST, consent("v3", "2024-04-05", 2, "RE-CONSENT"),
         site=STRICT, visits=EARLY),
    passes("IC-03", "seen, but the 30 days are not over", FIRST, site=STRICT, visits=EARLY, now="2024-04-03T12:00"),
    passes("IC-03", "not seen since the version changed", FIRST, site=STRICT, visits=[visit("SCR", "2024-03-02")]),
    passes("IC-03", "new version asks for no re-consent", FIRST, site=SITE, visits=SEEN),
    passes("IC-03", "only the later of two old consents is judged", consent("v1", "2024-02-01"),
           consent("v2", "2024-03-02", 2, "RE-CONSENT"), site=STRICT, visits=SEEN),
    passes("IC-03", "one initial consent and a re-consent", consent("v2", "2024-03-03", 2, "RE-CONSENT"), FIRST, site=SITE),
    asks("IC-03", "initial consent twice", consent("v2", "2024-03-03", 2), FIRST, site=SITE, item="consent_type",
         message="The initial consent is already recorded on 2024-03-02: a later signature is a re-consent."),
    passes("IC-03", "the first of two initial consents", FIRST, consent("v2", "2024-03-03", 2), site=SITE),
    asks("GEN-02", "signed tomorrow", consent("v2", "2024-07-01"), site=SITE),
    passes("GEN-02", "signed yesterday", consent("v2", "2024-06-29"), site=SITE),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_asks_as_the_specification_says(case):
    case.verify()
