"""Demographics (SDTM DM): one record per participant."""

from __future__ import annotations

import datetime as dt

from forms.conditions import either, when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.dates import age_in_years, age_range
from forms.derive.nih import enrolment_row
from forms.items import Choice, Integer, MultiChoice, PartialDate, Text, YesNo
from forms.views import Record

AGE_WITHOUT_QUESTION = 50


class Demographics(CRF, oid="DM", title="Demographics", domain="DM", slug="demographics"):
    """Birth date, sex, ethnicity, race and childbearing potential."""

    birth_date = PartialDate(
        "Date of birth", required=True, identifier=True, sdtm="DM.BRTHDTC", cdash="BRTHDAT",
        help="As far as the site may record it: 1960, 1960-05 or 1960-05-02. Stored encrypted; exports hold the year.",
    )  # fmt: skip
    age_at_consent = Integer(
        "Age at consent", derived=True, unit="years", plausible=("18", "90"), digits=3, sdtm="DM.AGE; AGEU=YEARS"
    )
    sex = Choice("Sex at birth", "SEX", required=True, subset=("F", "M"), sdtm="DM.SEX", cdash="SEX")
    ethnicity = Choice("Ethnicity", "ETHNIC", required=True, sdtm="DM.ETHNIC", cdash="ETHNIC")
    race = MultiChoice(
        "Race (all that apply)", "RACE", required=True, sdtm="DM.RACE; SUPPDM.RACE1", cdash="RACE",
        help="As the participant says.",
    )  # fmt: skip
    race_other = Text("Other race, specify", 60, required=True, visible_if=when("race", "OTHER"), sdtm="SUPPDM.RACEOTH")
    childbearing = YesNo(
        "Childbearing potential", required=True, visible_if=when("sex", "F"), sdtm="RP.RPORRES; RPTESTCD=CHILDPOT"
    )
    not_childbearing_reason = Choice(
        "Why not", "NOCBP", required=True, visible_if=when("childbearing", "N"), sdtm="SUPPRP.NOCBP"
    )
    surgically_sterile_m = YesNo(
        "Surgically sterile (vasectomy)", required=True, visible_if=when("sex", "M"), sdtm="RP.RPORRES"
    )
    contraception_agreed = YesNo(
        "Agrees to contraception (women: two methods)", required=True,
        visible_if=either(when("childbearing", "Y"), when("surgically_sterile_m", "N")),
    )  # fmt: skip
    nih_enrolment_row = Text("Row of the NIH enrolment table (race, ethnicity, sex)", 120, derived=True)

    @derive("DER-14", "age_at_consent", on="birth_date subject.consent_date study.min_age")
    def derive_age(birth_date: str, consent_date: dt.date, adult: int) -> int | None:
        """Whole years on the day of the first consent."""
        return age_in_years(birth_date, consent_date, adult)

    @derive("NIH-01", "nih_enrolment_row", on="race ethnicity sex")
    def derive_enrolment_row(race: tuple[str, ...], ethnicity: str, sex: str) -> str:
        """The cell of the table in its own words."""
        return str(enrolment_row(race, ethnicity, sex))

    @check(
        "DM-01", "Age at consent is {n}. This study enrols adults (18 or older).",
        on="birth_date subject.consent_date study.min_age", target="age_at_consent",
    )  # fmt: skip
    def is_adult(birth_date: str, consent_date: dt.date, adult: int) -> Fail | None:
        """The participant was an adult when signing; a partial birth date fails only when certain."""
        highest = age_range(birth_date, consent_date)[1]
        return fail(n=highest) if highest < adult else None

    @check("DM-02", "Childbearing potential is recorded for a man.", on="sex childbearing", target="childbearing")
    def is_woman(sex: str, childbearing: str) -> bool:
        """Childbearing potential is an answer of women."""
        return sex == "F"

    @check(
        "DM-02", "Childbearing potential is 'no' for a woman aged {n} without a reason.",
        on="self sex childbearing birth_date subject.consent_date", target="not_childbearing_reason",
    )  # fmt: skip
    def has_reason(record: Record, sex: str, childbearing: str, birth_date: str, consent_date: dt.date) -> Fail | None:
        """A woman under 50 without childbearing potential has a reason."""
        age = age_range(birth_date, consent_date)[1]
        given = record.answer("not_childbearing_reason").is_given
        if sex != "F" or childbearing != "N" or given or age >= AGE_WITHOUT_QUESTION:
            return None
        return fail(n=age)
