"""Informed consent (SDTM DS, SUPPDS): one record per signature, the first and each re-consent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.crf import CRF, Fail, check, fail
from forms.items import Choice, Date, SiteChoice, Text, Time, YesNo
from forms.site_tables import ConsentVersionRow
from forms.views import Record, SubjectView

RECONSENT_DAYS = 30


class InformedConsent(
    CRF, oid="IC", title="Informed consent", domain="DS", slug="informed-consent", log=True, line_title="Consent"
):
    """A signed consent form; the first signature makes the participant and opens the casebook."""

    consent_type = Choice("Initial or re-consent", "ICTYPE", required=True, sdtm="DS.DSSCAT SUPP")
    consent_version = SiteChoice(
        "Consent form version signed", "consent_versions", required=True, sdtm="SUPPDS.ICVER",
        help="As printed in the footer of the signed form.",
    )  # fmt: skip
    signature_date = Date(
        "Date participant signed", required=True, sdtm="DS.DSSTDTC; DM.RFICDTC", cdash="DSSTDAT",
        help="The date that the participant wrote beside the signature.",
    )  # fmt: skip
    signature_time = Time("Time signed", sdtm="DS.DSSTDTC")
    obtained_by = Text("Person who obtained consent", 100, required=True)
    language = Text("Language of the form", 40)
    capacity_confirmed = YesNo("Participant able to understand and willing to sign", required=True)
    tissue_consent = YesNo("Agrees to use of archived tissue", required=True, sdtm="SUPPDS.ICTISS")
    blood_consent = YesNo("Agrees to research blood", required=True, sdtm="SUPPDS.ICBLOOD")
    copy_given = YesNo("Copy given to participant", required=True)

    @check(
        "IC-02", "Version {v} was valid {first} to {last}; signature is {x}.",
        on="consent_version signature_date site.consent_versions",
    )  # fmt: skip
    def version_was_valid(version: str, signed: dt.date, versions: Sequence[ConsentVersionRow]) -> Fail | None:
        """The version could be signed at the site on that day."""
        rows = [row for row in versions if row.label == version]
        if not rows or any(row.is_valid_on(signed) for row in rows):
            return None
        row = rows[-1]
        return fail(v=version, first=row.valid_from, last=row.superseded_on or "now", x=signed)

    @check(
        "IC-02", "Version {consent_version} is not in the site's table of consent versions.",
        on="consent_version site.consent_versions",
    )  # fmt: skip
    def version_is_known(version: str, versions: Sequence[ConsentVersionRow]) -> bool:
        """The version stands in the site's table."""
        return any(row.label == version for row in versions)

    @check(
        "IC-03", "Version {v} requires re-consent. The participant was seen on {date} without one.",
        on="self signature_date all:IC site.consent_versions subject", target="signature_date",
    )  # fmt: skip
    def was_renewed(
        consent: Record, signed: dt.date, consents: Sequence[Record], versions: Sequence[ConsentVersionRow],
        subject: SubjectView,
    ) -> Fail | None:  # fmt: skip
        """A version that requires it was signed at the next visit or within 30 days, whichever is later."""
        due = next((row for row in versions if row.reconsent_required and row.valid_from > signed), None)
        if due is None or _is_judged_elsewhere(consent, consents, due):
            return None
        seen = min((v.date for v in subject.visits if v.date and v.date >= due.valid_from), default=None)
        if seen is None:
            return None
        limit = max(seen, due.valid_from + dt.timedelta(days=RECONSENT_DAYS))
        new_enough = {row.label for row in versions if row.valid_from >= due.valid_from}
        renewed = [c.signature_date for c in consents if c.consent_version in new_enough and c.signature_date]
        if subject.today < limit or any(day <= limit for day in renewed):
            return None
        return fail(v=due.label, date=seen)

    @check(
        "IC-03", "The initial consent is already recorded on {y}: a later signature is a re-consent.",
        on="self consent_type all:IC", target="consent_type",
    )  # fmt: skip
    def is_initial_once(consent: Record, consent_type: str, consents: Sequence[Record]) -> Fail | None:
        """Only one consent is the initial one."""
        if consent_type != "INITIAL":
            return None
        first = next((c for c in consents if c.consent_type == "INITIAL" and c.number < consent.number), None)
        return fail(y=first.signature_date or "an earlier line") if first else None


def _is_judged_elsewhere(consent: Record, consents: Sequence[Record], due: ConsentVersionRow) -> bool:
    """Whether a later signature before the due version stands for this one, so that one fact makes one query."""
    days = [(c.signature_date, c.number) for c in consents if c.signature_date and c.signature_date < due.valid_from]
    return bool(days) and max(days) != (consent.signature_date, consent.number)
