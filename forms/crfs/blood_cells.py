"""Research blood (SDTM BE, BS, CP): myeloid-derived suppressor cells and T-cell subsets around each treatment."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as Number

from forms import schedule
from forms.checks import DOUBLE, earlier_twin
from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, Group, check, derive, fail
from forms.derive.dates import certainly_after, certainly_before, hours_between, known_day
from forms.episodes import first_given
from forms.items import Choice, Date, DateTime, Decimal, Text, YesNo
from forms.samples import NO_CONSENT, OUT_OF_ORDER, lacks_consent, out_of_order, place_words
from forms.views import Record, Row, VisitView

TAKEN = when("collected", "Y")
PRE_DOSE_HOURS = 24
DOSES = {
    schedule.DAY_1: "nivolumab on day 1",
    schedule.ADMISSION_1: "IL-2 of admission 1",
    schedule.ADMISSION_2: "IL-2 of admission 2",
    schedule.DAY_35: "nivolumab on day 35",
    schedule.RESPONSE: "each treatment",
}
PERCENT = (Number(0), Number(100))


class BloodCells(CRF, oid="BIOB", title="Blood immune cells", domain="BE", slug="blood-immune-cells"):
    """A tube of blood at its time point, and the cells counted in it."""

    collected = YesNo("Sample collected", required=True, sdtm="BE.BESTAT")
    reason_not = Text("Reason", 200, required=True, visible_if=when("collected", "N"), sdtm="SUPPBE.BEREASND")
    timepoint = Choice("Time point", "BIOTPT", derived=True, sdtm="CP.CPTPT; CP.CPTPTREF")
    sample_dt = DateTime(
        "Collection date and time", required=True, visible_if=TAKEN, after_consent=True, sdtm="BE.BESTDTC; CP.CPDTC"
    )
    sample_id = Text("Tube / aliquot id", 40, required=True, visible_if=TAKEN, sdtm="BE.BEREFID; CP.CPREFID")
    tube_type = Choice("Tube", "TUBE", required=True, visible_if=TAKEN, sdtm="SUPPBE.BETUBE")
    volume_ml = Decimal(
        "Volume", 4, 1, required=True, visible_if=TAKEN, unit="mL", plausible=("1", "100"),
        sdtm="BS.BSORRES; BSTESTCD=VOLUME",
    )  # fmt: skip
    processing_dt = DateTime("Processed", visible_if=TAKEN, sdtm="BE.BESTDTC; BEDECOD=ISOLATING")
    storage = Choice("Stored at", "STORAGE", visible_if=TAKEN, sdtm="BE.BETERM; BEDECOD=STORING")
    panel_id = Text("Flow panel", 60, visible_if=TAKEN, sdtm="CP.CPNAM; CPMETHOD=FLOW CYTOMETRY")
    analysed_on = Date("Date analysed", visible_if=TAKEN, sdtm="SUPPCP.CPANDTC")
    lab = Text("Laboratory", 60, visible_if=TAKEN, sdtm="CP.CPNAM")

    class Result(Group, oid="RESULT", title="Results"):
        """One population of cells, with the markers that define it."""

        test = Choice(
            "Population", "CPTEST", required=True, open_list=True, sdtm="CP.CPTESTCD; CP.CPTEST"
        )
        value = Decimal("Result", 9, 4, required=True, sdtm="CP.CPORRES")
        unit = Choice("Unit", "CPUNIT", required=True, sdtm="CP.CPORRESU")
        marker = Text(
            "Marker string", 200, required=True, sdtm="CP.CPMRKSTR",
            help="The markers that define the population, such as CD3+ CD4+ CD25+ CD127-.",
        )  # fmt: skip
        gate = Text("Parent gate", 60, required=True, sdtm="CP.CPGATE")

        @check(
            "BM-04", "{name} has a value but no marker string: the markers define the population.",
            on="self test value", target="marker",
        )  # fmt: skip
        def value_has_markers(row: Row, test: str, _: Number) -> Fail | None:
            """A value stands with the markers that define it."""
            return None if row.answer("marker").is_given else fail(name=LISTS["CPTEST"].label(test))

        @check(
            "GEN-05", "{name} {value} % is outside the usual 0-100 %. If correct, confirm; "
            "check decimal point and unit.", on="value unit test",
        )  # fmt: skip
        def share_is_possible(value: Number, unit: str, test: str) -> Fail | None:
            """A percentage lies from 0 to 100."""
            if unit != "%" or PERCENT[0] <= value <= PERCENT[1]:
                return None
            return fail(name=LISTS["CPTEST"].label(test), value=value)

        @check("GEN-06", DOUBLE, on="self test rows:RESULT", target="test")
        def is_no_double(row: Row, test: str, rows: Sequence[Row]) -> Fail | None:
            """A population stands once with one unit and one parent gate."""
            key = test, row.unit, row.gate
            twin = next((r for r in rows if r.number < row.number and (r.test, r.unit, r.gate) == key), None)
            return fail(n=row.number, m=twin.number, key=LISTS["CPTEST"].label(test)) if twin else None

    @derive("BIO-TPT", "timepoint", on="visit")
    def derive_timepoint(visit: VisitView) -> str:
        """The time point of the visit; blood of an unscheduled visit is that of a progression."""
        return schedule.BLOOD_TIMEPOINTS.get(visit.kind, "PROGRESSION")

    @check("BM-01", NO_CONSENT, on="collected sample_dt? all:IC")
    def blood_has_consent(collected: str, sample_dt: str | None, consents: Sequence[Record]) -> Fail | None:
        """Research blood is taken with consent only, by the consent in force on that day."""
        day = known_day(sample_dt)
        return lacks_consent("Blood", "blood_consent", consents, day) if collected == "Y" else None

    @check(
        "BM-02", "Blood for MDSC/T cells is expected before {dose} and after each course.", on="self visit",
        target="collected",
    )  # fmt: skip
    def sample_or_reason(blood: Record, visit: VisitView) -> Fail | None:
        """An expected time point has a sample, or the reason why there is none."""
        dose = DOSES.get(visit.kind)
        asked = "reason_not" if blood.collected == "N" else "collected"
        if dose is None or blood.collected == "Y" or blood.answer(asked).is_given:
            return None
        return fail(asked, dose=dose)

    @check(
        "BM-03", "Pre-dose sample {x} was taken after the dose started ({y}).",
        on="sample_dt visit same:NIVO? same:IL2D?", yields_to="GEN-02 IC-01",
    )  # fmt: skip
    def precedes_dose(sample: str, visit: VisitView, *given: Record | None) -> Fail | None:
        """A pre-dose sample is taken before the dose starts."""
        dose = _first_dose(visit, *given)
        return fail(x=sample, y=dose) if dose and certainly_after(sample, dose) else None

    @check(
        "BM-03", "Pre-dose sample {x} was taken more than {hours} hours before the dose ({y}).",
        on="sample_dt visit same:NIVO? same:IL2D?", yields_to="GEN-02 IC-01",
    )  # fmt: skip
    def is_near_dose(sample: str, visit: VisitView, *given: Record | None) -> Fail | None:
        """A pre-dose sample is taken in the 24 hours before the dose."""
        dose = _first_dose(visit, *given)
        hours = hours_between(sample, dose)
        return fail(x=sample, y=dose, hours=PRE_DOSE_HOURS) if hours is not None and hours > PRE_DOSE_HOURS else None

    @check(
        "BM-03", "The sample after the course {x} was taken before the day-35 dose ({y}).",
        on="sample_dt visit all:NIVO", yields_to="GEN-02 IC-01",
    )  # fmt: skip
    def follows_course(sample: str, visit: VisitView, infusions: Sequence[Record]) -> Fail | None:
        """The sample after a course follows its day-35 dose."""
        dose = next((one.start_dt for one in infusions if _ends_course(one, visit)), None)
        return fail(x=sample, y=dose) if dose and certainly_before(sample, dose) else None

    @check("BM-04", OUT_OF_ORDER, on="self sample_dt")
    def dates_are_in_order(blood: Record, _: str) -> Fail | None:
        """Blood is taken before it is processed, and processed before it is analysed."""
        return out_of_order(blood, ("sample_dt", "processing_dt", "analysed_on"))

    @check("GEN-06", DOUBLE, on="self sample_id all:BIOB", target="sample_id")
    def has_own_id(blood: Record, sample_id: str, others: Sequence[Record]) -> Fail | None:
        """A tube id stands on one form only."""
        twin = earlier_twin(blood, others, lambda one: one.sample_id)
        return fail(n=place_words(blood), m=place_words(twin), key=f"tube {sample_id}") if twin else None


def _first_dose(visit: VisitView, infusion: Record | None, grid: Record | None) -> str | None:
    """The start of the dose that a pre-dose sample of a visit belongs to."""
    if visit.kind in schedule.ADMISSION_KINDS:
        return first_given([grid]) if grid else None
    start: str | None = infusion.start_dt if infusion and infusion.given == "Y" else None
    return start


def _ends_course(infusion: Record, visit: VisitView) -> bool:
    """Whether an infusion is the given day-35 dose of the course of a response visit."""
    place = infusion.visit
    if place is None or visit.kind != schedule.RESPONSE or infusion.given != "Y" or not infusion.start_dt:
        return False
    return place.kind == schedule.DAY_35 and place.course == visit.course
