"""Registration (SDTM DS, DM): the one act by which a participant enters the study."""

from __future__ import annotations

import datetime as dt

from forms.crf import CRF, Fail, check, derive, fail
from forms.eligibility import open_words
from forms.items import Choice, Date, Text, YesNo
from forms.views import Record

GATE = "Registration needs a signed eligibility form. Still open: {list}."


class Registration(CRF, oid="REG", title="Registration", domain="DS", slug="registration"):
    """Registered means enrolled; the service refuses it while eligibility is open (IE-10)."""

    registration_date = Date(
        "Date registered (enrolled)", required=True, sdtm="DS.DSSTDTC; DSDECOD=ENTERED INTO TRIAL", cdash="DSSTDAT",
    )  # fmt: skip
    registered_by = Text("Registered by", 100, required=True)
    arm_code = Choice("Arm", "ARM", derived=True, sdtm="DM.ARMCD; DM.ARM")
    cohort = Choice("Tumour cohort", "TUMTYPE", derived=True, sdtm="SUPPDM.COHORT")
    eligibility_confirmed = YesNo(
        "Eligibility checklist signed", required=True, sdtm="DS.DSDECOD=ELIGIBILITY CRITERIA MET"
    )
    override_reason = Text(
        "Reason for registering all the same", 200, assess=True, sdtm="SUPPDS.DSOVERRD",
        help="Only when an investigator registers although eligibility is open or the study is full.",
    )  # fmt: skip

    @derive("REG-ARM", "arm_code", on="registration_date study.arm_code")
    def derive_arm(_: dt.date, arm: str) -> str:
        """The one arm of the study."""
        return arm

    @derive("REG-COHORT", "cohort", on="DH.tumour_type")
    def derive_cohort(tumour: str) -> str:
        """The primary tumour."""
        return tumour

    @check("IE-10", GATE, on="registration_date same:IE?", target="eligibility_confirmed")
    def eligibility_is_settled(_: dt.date, form: Record | None) -> Fail | None:
        """Every criterion is answered and met, or has a waiver; also when an answer changed after registration."""
        still_open = ["the eligibility form is not filled in"] if form is None else open_words(form)
        return fail(list="; ".join(still_open)) if still_open else None

    @check(
        "IE-10", "Registration needs a signed eligibility form. Still open: the answer here is 'no'.",
        on="eligibility_confirmed",
    )  # fmt: skip
    def checklist_is_signed(confirmed: str) -> bool:
        """The checklist was signed when the participant was registered."""
        return confirmed == "Y"

    @check(
        "IE-11", "Registration {registration_date} is before consent {consent_date}.",
        on="registration_date subject.consent_date",
    )  # fmt: skip
    def follows_consent(registration_date: dt.date, consent: dt.date) -> bool:
        """Nobody is registered before consent."""
        return registration_date >= consent

    @check(
        "IE-11", "First dose {c1d1} is before registration {registration_date}.", on="registration_date subject.c1d1"
    )
    def precedes_first_dose(registration_date: dt.date, c1d1: dt.date) -> bool:
        """Treatment follows registration."""
        return registration_date <= c1d1

    @check(
        "IE-11", "First dose {x} is {n} days after registration; at most {most} are expected.",
        on="registration_date subject.c1d1 study.registration_to_first_dose",
    )  # fmt: skip
    def is_soon_followed_by_dose(registration_date: dt.date, c1d1: dt.date, most: int) -> Fail | None:
        """The first dose is given within 14 days of registration."""
        days = (c1d1 - registration_date).days
        return fail(x=c1d1, n=days, most=most) if days > most else None
