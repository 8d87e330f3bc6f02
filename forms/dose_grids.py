"""Which forms are dose grids: the items that the grid screen shows and fills, so that no screen names a drug."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forms import schedule, study
from forms.crf import CRF, Group
from forms.crfs.il2_admission import Il2Admission
from forms.crfs.il2_doses import LONGEST_GAP_MIN, Il2Doses
from forms.derive import dosing
from forms.derive.dosing import Slot
from forms.items import Item
from forms.views import Record, Row


@dataclass(frozen=True)
class DoseGrid:
    """One CRF that is filled in as a grid of planned doses, and the CRF of the stay that it belongs to.

    The names are those of items: of the grid's record (`first_plan`), of its slots (`plan` to `before`), and of the
    stay (`facts` to `stop_event`). `if_full` are the slot items that the answer "every dose was the full dose" fills,
    besides the dose itself. `in_millions`: charts write the dose in millions of its unit. `stay_from` and `stay_to` are
    the stay's beginning and end.
    """

    crf: type[CRF]
    group: type[Group]
    stay: type[CRF]
    drug: str
    interval_minutes: int
    longest_gap_minutes: int
    first_plan: str
    number: str
    plan: str
    status: str
    start: str
    end: str
    dose: str
    hold_reason: str
    hold_other: str
    event: str
    before: tuple[str, ...]
    more: tuple[str, ...]
    comment: str
    if_full: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    stay_from: str
    stay_to: str
    doses_of_stay: tuple[str, ...]
    weight: str
    occurred: tuple[str, str]
    stop_reason: str
    stop_event: str
    in_millions: bool = False
    given: str = dosing.GIVEN
    held: str = dosing.HELD
    not_reached: str = dosing.NOT_REACHED

    @property
    def slots(self) -> range:
        """The numbers of the slots."""
        return range(1, self.group.fixed + 1)

    def item(self, name: str) -> Item:
        """An item of the slots."""
        return self.group.items[name]

    def rows(self, record: Record) -> dict[int, Row]:
        """The slots of a record that hold something, by number."""
        return {row.number: row for row in record.rows(self.group.oid)}

    def next_slot(self, record: Record) -> int | None:
        """The slot after the last one that says what became of it; None after the last of all."""
        told = [number for number, row in self.rows(record).items() if row.answer(self.status).is_given]
        following = max(told, default=0) + 1
        return following if following in self.slots else None

    def plan_times(self, first: str | None) -> dict[int, str]:
        """The planned time of each slot; empty while that of the first is not known."""
        return dict(zip(self.slots, dosing.planned_slot_times(first or "", self.group.fixed), strict=False))

    def full_dose(self, stay: Record | None) -> int | None:
        """The dose of one slot as prescribed, else as calculated; None while the stay does not say."""
        found: list[int | None] = [stay.value(name) for name in self.doses_of_stay] if stay else []
        return next((dose for dose in found if dose is not None), None)

    def takes_place(self, stay: Record | None) -> bool:
        """Whether the stay is recorded as one that took place."""
        return stay is not None and stay.value(self.occurred[0]) == self.occurred[1]

    def slots_of(self, record: Record) -> list[Slot]:
        """The slots as the derivations of doses read them."""
        rows = record.rows(self.group.oid)
        return [Slot(r.number, r.value(self.status), r.value(self.start), r.value(self.dose)) for r in rows]


@dataclass(frozen=True)
class Totals:
    """What a grid adds up to; amounts are None while a given dose has none."""

    given: int
    held: int
    not_reached: int
    planned: int
    amount: int | None
    per_kg: int | None
    percent: Decimal | None
    course_given: int
    course_planned: int


def totals(grid: DoseGrid, record: Record, stay: Record | None, all_grids: Iterable[Record]) -> Totals:
    """The totals of one stay and of its course."""
    slots = grid.slots_of(record)
    count = {status: sum(s.status == status for s in slots) for status in (grid.given, grid.held, grid.not_reached)}
    amount, weight = dosing.cumulative_iu(slots), stay.value(grid.weight) if stay else None
    percent = dosing.percent_of_planned(count[grid.given])
    course = record.visit.course if record.visit else None
    of_course = [other for other in all_grids if other.visit and other.visit.course == course]
    stays = sum(kind in schedule.FORMS_BY_VISIT[grid.crf.oid] for kind in schedule.COURSE_KINDS)
    return Totals(
        count[grid.given], count[grid.held], count[grid.not_reached], grid.group.fixed,
        None if amount is None or not count[grid.given] else int(amount),
        int(amount / weight) if amount and weight else None,
        None if percent is None else percent.quantize(Decimal("0.1"), ROUND_HALF_UP),
        sum(dosing.doses_given(grid.slots_of(other)) for other in of_course), grid.group.fixed * stays,
    )  # fmt: skip


IL2 = DoseGrid(
    crf=Il2Doses, group=Il2Doses.Slot, stay=Il2Admission, drug="IL-2",
    interval_minutes=study.IL2_INTERVAL.value * 60, longest_gap_minutes=LONGEST_GAP_MIN,
    first_plan="planned_start", number="slot", plan="planned_dt", status="status", start="start_dt",
    end="end_dt", dose="dose_iu", hold_reason="hold_reason", hold_other="hold_reason_other", event="ae_ref",
    before=("pre_sbp", "pre_dbp", "pre_hr", "pre_temp", "pre_spo2", "pre_o2_lpm", "pre_urine_ml_8h", "pre_neuro",
            "pre_weight_kg", "vasopressor_running"),
    more=("interrupted",), comment="comment", if_full=(("interrupted", "N"),),
    facts=("dosing_weight_kg", "dose_level", "calculated_dose_iu", "prescribed_dose_iu"),
    stay_from="admit_dt", stay_to="discharge_dt",
    doses_of_stay=("prescribed_dose_iu", "calculated_dose_iu"), weight="dosing_weight_kg",
    occurred=("admission_occurred", "Y"), stop_reason="stop_reason", stop_event="stop_ae_ref",
    in_millions=True,
)  # fmt: skip

DOSE_GRIDS: Sequence[DoseGrid] = (IL2,)
