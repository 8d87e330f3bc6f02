"""Disease history (SDTM MH, CM, FA): the tumour, earlier anti-PD-1, other earlier treatment, metastatic sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP
from decimal import Decimal as Number

from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.derive.dates import certainly_after, days_between, earliest, latest
from forms.items import Choice, Date, Decimal, Integer, MultiChoice, PartialDate, Text, YesNo
from forms.views import Record, Row

MELANOMA, RENAL = "MELANOMA", "RENAL CELL CARCINOMA"
STAGE_III = ("IIIA", "IIIB", "IIIC", "IIID")
OF_MELANOMA, OF_RENAL = when("tumour_type", MELANOMA), when("tumour_type", RENAL)
AT_STAGE_IV = when("current_stage", "IV")
PROGRESSED, STOPPED = when("progression_documented", "Y"), when("ongoing", "N")
IN_BRAIN = when("organ", "BRAIN")
ORDER = "{a} {x} is after {b} {y}."
ORDER_OF_AGENT = "{agent}: {a} {x} is after {b} {y}."
BEFORE_TREATMENT = "{agent}: {a} {x} is not before the first study dose {y}."


class DiseaseHistory(CRF, oid="DH", title="Disease history", domain="MH", slug="disease-history"):
    """The disease under study up to consent, with the treatment it had."""

    tumour_type = Choice(
        "Primary tumour", "TUMTYPE", required=True, sdtm="MH.MHTERM; MHCAT=PRIMARY DIAGNOSIS", cdash="MHTERM"
    )
    histology_confirmed = YesNo("Histologically confirmed", required=True, sdtm="SUPPMH.MHHISTO")
    melanoma_subtype = Choice(
        "Melanoma type", "MELTYPE", required=True, visible_if=OF_MELANOMA, sdtm="SUPPMH.MELTYPE"
    )
    rcc_histology = Choice("RCC histology", "RCCHIST", required=True, visible_if=OF_RENAL, sdtm="SUPPMH.RCCHIST")
    braf_status = Choice(
        "BRAF V600", "MUTSTAT", required=True, visible_if=OF_MELANOMA, sdtm="GF.GFORRES; GFTESTCD=SNV; GFSYM=BRAF"
    )
    imdc_risk = Choice("IMDC risk group", "IMDC", required=True, visible_if=OF_RENAL, sdtm="RS.RSORRES; RSCAT=IMDC")
    initial_dx_date = PartialDate(
        "Date of first diagnosis", required=True, sdtm="MH.MHSTDTC; MHEVDTYP=INITIAL DIAGNOSIS", cdash="MHSTDAT",
        help="As far as known: 2019, 2019-06 or 2019-06-14.",
    )  # fmt: skip
    initial_stage = Choice(
        "AJCC stage at first diagnosis", "STAGE", required=True, sdtm="SUPPMH.INITSTAG; RS.RSCAT=AJCC V8"
    )
    current_stage = Choice("Stage at study entry", "STAGE", required=True, sdtm="SUPPMH.CURSTAGE")
    m_category = Choice("M category", "MCAT", required=True, visible_if=AT_STAGE_IV, sdtm="SUPPMH.MCAT")
    unresectable = YesNo(
        "Unresectable", required=True, visible_if=when("current_stage", *STAGE_III), sdtm="SUPPMH.UNRESECT"
    )
    metastatic_dx_date = PartialDate(
        "Date of first metastatic disease", required=True, visible_if=AT_STAGE_IV,
        sdtm="MH.MHSTDTC; MHEVDTYP=DIAGNOSIS",
    )  # fmt: skip
    gilbert = YesNo(
        "Gilbert's syndrome", required=True, sdtm="MH.MHOCCUR; MHPRESP=Y",
        help="Changes the limit of bilirubin: below 3.0 mg/dL instead of 1.5 x ULN.",
    )  # fmt: skip
    nephrectomy = YesNo("Prior nephrectomy", required=True, visible_if=OF_RENAL, sdtm="PR.PROCCUR")
    any_metastasis = YesNo(
        "Any metastasis", required=True,
        help="Each organ has a line below: liver and brain change what the eligibility criteria ask.",
    )  # fmt: skip
    baseline_ldh_raised = YesNo("LDH above ULN at baseline", derived=True, sdtm="LB.LBNRIND; LBTESTCD=LDH")

    class AntiPd1(Group, oid="PD1", title="Prior anti-PD-1", required=True):
        """One line of anti-PD-1 treatment."""

        agent = Choice("Anti-PD-1 agent", "PD1AGENT", required=True, sdtm="CM.CMTRT; CMCAT=PRIOR ANTI-PD-1")
        combination = Text("Given with", 100, sdtm="SUPPCM.CMCOMB")
        setting = Choice("Setting", "TXSETTING", required=True, sdtm="SUPPCM.CMSETTNG")
        first_dose = PartialDate("First dose date", required=True, sdtm="CM.CMSTDTC", cdash="CMSTDAT")
        last_dose = PartialDate("Last dose date", required=True, sdtm="CM.CMENDTC", cdash="CMENDAT")
        doses_given = Integer("Number of doses", plausible=("1", "150"), digits=3, sdtm="SUPPCM.CMDOSES")
        dosing_interval_weeks = Integer(
            "Planned interval, weeks", unit="weeks", plausible=("2", "6"), digits=2, sdtm="SUPPCM.CMINTVL"
        )
        weeks_exposed = Decimal(
            "Weeks of exposure", 6, 1, derived=True, unit="weeks", signed=True, sdtm="SUPPCM.CMWEEKS"
        )
        best_response = Choice("Best response", "RESP", sdtm="SUPPCM.CMBRESP")
        progression_documented = YesNo("Progression documented", required=True, sdtm="CE.CEOCCUR; FA")
        progression_type = MultiChoice(
            "Clinical or radiographic", "PROGTYPE", required=True, visible_if=PROGRESSED, sdtm="SUPPCM.CMPROGTP"
        )
        progression_date = PartialDate(
            "Date of progression", required=True, visible_if=PROGRESSED, sdtm="FA.FADTC; MHEVDTYP=PROGRESSION"
        )
        stop_reason = Choice("Reason stopped", "TXSTOP", required=True, sdtm="SUPPCM.CMRSDISC")

        @derive("DER-15", "weeks_exposed", on="first_dose last_dose")
        def derive_weeks(first: str, last: str) -> Number | None:
            """Weeks from first to last dose, for the eye: comparisons use the days."""
            days = days_between(first, last)
            return None if days is None else (Number(days) / 7).quantize(Number("0.1"), ROUND_HALF_UP)

        @check("DH-03", ORDER_OF_AGENT, on="self agent first_dose last_dose", target="last_dose")
        def ends_after_start(row: Row, _: str, first: str, last: str) -> Fail | None:
            """The last dose is not before the first."""
            return _out_of_order(row, "first_dose", first, "last_dose", last)

        @check("DH-03", ORDER_OF_AGENT, on="self agent first_dose progression_date", target="progression_date")
        def progresses_after_start(row: Row, _: str, first: str, progression: str) -> Fail | None:
            """Progression follows the first dose."""
            return _out_of_order(row, "first_dose", first, "progression_date", progression)

        @check(
            "DH-03", ORDER_OF_AGENT, on="self agent progression_date subject.registration_date",
            target="progression_date",
        )  # fmt: skip
        def progresses_before_registration(row: Row, _: str, progression: str, registered: dt.date) -> Fail | None:
            """Progression came before registration."""
            values = {"a": _label(row, "progression_date"), "x": progression, "b": "registration", "y": registered}
            return fail(agent=_agent(row), **values) if certainly_after(progression, registered) else None

        @check("DH-03", BEFORE_TREATMENT, on="self agent last_dose subject.c1d1", target="last_dose")
        def ends_before_treatment(row: Row, _: str, last: str, c1d1: dt.date) -> Fail | None:
            """Earlier treatment ended before the first study dose."""
            return _not_before_treatment(row, "last_dose", last, c1d1)

    class OtherTreatment(Group, oid="PTX", title="Other prior anticancer therapy"):
        """One regimen other than anti-PD-1; radiotherapy and surgery stand in the log of procedures."""

        category = Choice(
            "Class", "TXCAT", required=True, sdtm="CM.CMSCAT; CMCAT=PRIOR ANTICANCER THERAPY", cdash="CMSCAT"
        )
        agent = Text("Agent or regimen", 100, required=True, sdtm="CM.CMTRT", cdash="CMTRT")
        start = PartialDate("Start", required=True, sdtm="CM.CMSTDTC", cdash="CMSTDAT")
        ongoing = YesNo("Ongoing", required=True, sdtm="CM.CMENRTPT; CM.CMENTPT", cdash="CMONGO")
        stop = PartialDate("Stop", required=True, visible_if=STOPPED, sdtm="CM.CMENDTC", cdash="CMENDAT")
        investigational = YesNo("Investigational agent", required=True, sdtm="SUPPCM.CMINVEST")
        recovered = YesNo(
            "Recovered from acute toxicity", required=True, visible_if=when("investigational", "Y"),
            sdtm="SUPPCM.CMRECOV",
        )  # fmt: skip
        prior_il2 = YesNo("Was this IL-2", required=True, sdtm="SUPPCM.CMIL2")
        best_response = Choice("Best response", "RESP", sdtm="SUPPCM.CMBRESP")
        stop_reason = Choice("Reason stopped", "TXSTOP", required=True, visible_if=STOPPED, sdtm="SUPPCM.CMRSDISC")

        @check("DH-03", ORDER_OF_AGENT, on="self agent start stop", target="stop")
        def ends_after_start(row: Row, _: str, start: str, stop: str) -> Fail | None:
            """Treatment does not stop before it starts."""
            return _out_of_order(row, "start", start, "stop", stop)

        @check("DH-03", BEFORE_TREATMENT, on="self agent ongoing stop subject.c1d1", target="stop")
        def ends_before_treatment(row: Row, _: str, ongoing: str, stop: str, c1d1: dt.date) -> Fail | None:
            """Treatment that is over ended before the first study dose."""
            return None if ongoing == "Y" else _not_before_treatment(row, "stop", stop, c1d1)

    class Metastasis(Group, oid="MET", title="Metastatic sites"):
        """One organ with metastases at study entry."""

        organ = Choice("Organ", "ORGAN", required=True, sdtm="FA.FALOC; FAOBJ=METASTATIC DISEASE; FATESTCD=OCCUR")
        detail = Text("Detail", 60, sdtm="SUPPFA.FALOCDTL")
        cns_status = Choice("CNS status", "CNSSTAT", required=True, visible_if=IN_BRAIN, sdtm="SUPPFA.CNSSTAT")
        symptomatic = YesNo("Symptomatic", required=True, visible_if=IN_BRAIN, sdtm="SUPPFA.CNSSYMP")
        cns_last_imaging = Date("Last brain imaging", required=True, visible_if=IN_BRAIN, sdtm="FA.FADTC")

    @derive("DH-LDH", "baseline_ldh_raised", on="all:LAB subject.c1d1?")
    def derive_ldh(samples: Sequence[Record], c1d1: dt.date | None) -> str | None:
        """Whether the last LDH before the first dose is above its upper limit."""
        found = [
            (sample.sample_dt, sample.number, row.indicator)
            for sample in samples
            for row in sample.rows("RESULT")
            if (row.panel, row.test) == ("CHEM", "LDH") and row.indicator and sample.sample_dt
            if c1d1 is None or earliest(sample.sample_dt) < c1d1
        ]
        return None if not found else "Y" if max(found)[2] == "HIGH" else "N"

    @check(
        "DH-01", "Entry needs histologically confirmed unresectable stage III or stage IV melanoma or RCC. "
        "You entered {type}, stage {s}, unresectable {u}.", on="self",
    )  # fmt: skip
    def is_disease_of_the_study(record: Record) -> Fail | None:
        """Confirmed by histology, and stage IV or unresectable stage III."""
        stage, unresectable = record.current_stage, record.unresectable
        if record.histology_confirmed == "N":
            item = "histology_confirmed"
        elif stage in ("I", "II"):
            item = "current_stage"
        elif stage in STAGE_III and unresectable == "N":
            item = "unresectable"
        else:
            return None
        kind = LISTS["TUMTYPE"].label(record.tumour_type) if record.tumour_type else "no tumour"
        confirmed = " (not confirmed)" if record.histology_confirmed == "N" else ""
        words = {"Y": "yes", "N": "no"}.get(unresectable or "", "not asked")
        return fail(item, type=kind + confirmed, s=stage or "blank", u=words)

    @check(
        "DH-01", "Stage at study entry {current_stage} is below the stage at first diagnosis {initial_stage}.",
        on="current_stage initial_stage",
    )  # fmt: skip
    def stage_did_not_fall(current: str, initial: str) -> bool:
        """A stage does not fall."""
        order = LISTS["STAGE"].values
        return order.index(current) >= order.index(initial)

    @check("DH-02", ORDER, on="initial_dx_date DM.birth_date", target="initial_dx_date")
    def is_diagnosed_after_birth(diagnosed: str, birth: str) -> Fail | None:
        """The diagnosis follows the birth, of which a question names the year only."""
        values = {"a": "Year of birth", "x": birth[:4], "b": "date of first diagnosis", "y": diagnosed}
        return fail(**values) if latest(diagnosed) <= earliest(birth) else None

    @check("DH-02", ORDER, on="self initial_dx_date metastatic_dx_date", target="metastatic_dx_date")
    def metastasis_follows_diagnosis(record: Record, first: str, metastatic: str) -> Fail | None:
        """Metastatic disease is not known before the disease."""
        values = _order_values(record, "initial_dx_date", first, "metastatic_dx_date", metastatic)
        return fail(**values) if certainly_after(first, metastatic) else None

    @check("DH-02", ORDER, on="self metastatic_dx_date subject.consent_date", target="metastatic_dx_date")
    def metastasis_precedes_consent(record: Record, metastatic: str, consent: dt.date) -> Fail | None:
        """Metastatic disease was known at consent."""
        values = {"a": _label(record, "metastatic_dx_date"), "x": metastatic, "b": "consent", "y": consent}
        return fail(**values) if certainly_after(metastatic, consent) else None

    @check("DH-02", ORDER, on="self initial_dx_date metastatic_dx_date? subject.consent_date", target="initial_dx_date")
    def diagnosis_precedes_consent(
        record: Record, first: str, metastatic: str | None, consent: dt.date
    ) -> Fail | None:
        """The disease was known at consent; where metastasis has a date, that one is compared."""
        values = {"a": _label(record, "initial_dx_date"), "x": first, "b": "consent", "y": consent}
        return fail(**values) if not metastatic and certainly_after(first, consent) else None

    @check(
        "DH-04", "M category is M1d, but no brain metastasis is recorded.", on="m_category rows:MET",
        target="m_category",
    )  # fmt: skip
    def m1d_has_brain_row(category: str, sites: Sequence[Row]) -> bool:
        """M1d stands for metastasis in the central nervous system."""
        return category != "M1d" or any(site.organ == "BRAIN" for site in sites)

    @check(
        "DH-05", "A liver lesion ({id}) is recorded but hepatic metastases are not in disease history.",
        on="self rows:MET all:TLB", target="any_metastasis",
    )  # fmt: skip
    def liver_lesion_has_row(_: Record, sites: Sequence[Row], lesions: Sequence[Record]) -> Fail | None:
        """A liver lesion of baseline is a hepatic metastasis here too."""
        if any(site.organ == "LIVER" for site in sites):
            return None
        found = [lesion for lesion in lesions if lesion.organ == "LIVER" and lesion.role in ("TARGET", "NON-TARGET")]
        return fail(id=", ".join(lesion.lesion_id or "no number" for lesion in found)) if found else None

    @check(
        "DH-05", "Hepatic metastases are in disease history but no liver lesion is in the register.",
        on="rows:MET all:TLB", target="any_metastasis",
    )  # fmt: skip
    def liver_row_has_lesion(sites: Sequence[Row], lesions: Sequence[Record]) -> Fail | None:
        """Once lesions are registered, one is in the liver."""
        row = next((site for site in sites if site.organ == "LIVER"), None)
        if row is None or not lesions or any(lesion.organ == "LIVER" for lesion in lesions):
            return None
        return fail("organ", row)

    @check("GEN-08", "You answered {a} to '{label}' but {n} lines exist.", on="any_metastasis rows:MET")
    def agrees_with_sites(any_metastasis: str, sites: Sequence[Row]) -> Fail | None:
        """The header question agrees with the sites."""
        is_agreed = (any_metastasis == "Y") == bool(sites)
        return None if is_agreed else fail(a="yes" if any_metastasis == "Y" else "no", n=len(sites))

    @check(
        "IE-03", "Progression on anti-PD-1 must be documented (clinical or radiographic) with a date.",
        on="rows:PD1", target="progression_documented",
    )  # fmt: skip
    def progression_is_documented(lines: Sequence[Row]) -> Fail | None:
        """At least one line of anti-PD-1 ended in documented progression; the last line is asked about."""
        if not lines or any(line.progression_documented != "N" for line in lines):
            return None
        return fail("progression_documented", lines[-1])


def _label(row: Row, name: str) -> str:
    return row.collection.items[name].label


def _agent(row: Row) -> str:
    item = row.collection.items["agent"]
    return item.codelist.label(row.agent) if isinstance(item, Choice) else str(row.agent)


def _order_values(row: Row, one: str, x: str, other: str, y: str) -> Mapping[str, object]:
    return {"a": _label(row, one), "x": x, "b": _label(row, other).lower(), "y": y}


def _out_of_order(row: Row, one: str, x: str, other: str, y: str) -> Fail | None:
    return fail(agent=_agent(row), **_order_values(row, one, x, other, y)) if certainly_after(x, y) else None


def _not_before_treatment(row: Row, name: str, day: str, c1d1: dt.date) -> Fail | None:
    """The question about an end that is certainly not before the first study dose."""
    if earliest(day) < c1d1:
        return None
    return fail(agent=_agent(row), a=_label(row, name), x=day, y=c1d1)
