"""Made-up IL-2 admissions: about nine doses in the first and seven in the second, held and stopped for toxicity."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from edc.demo.entry import Page
from edc.demo.profiles import Profile

SLOTS, INTERVAL = 14, dt.timedelta(hours=8)
MEAN_DOSES, SPREAD = {1: 9.0, 2: 7.0}, 2.2
FEWEST_DOSES = {1: 3, 2: 2}
FIRST_DAY = {1: 7, 2: 21}
DOSES_UNTIL_NOW = 5
ROUND_TO_IU = 1_000_000
TOXIC_HOLDS = ("HYPOTENSION", "OLIGURIA", "TACHYCARDIA", "HYPOXIA OR DYSPNOEA", "MENTAL STATUS")


@dataclass(frozen=True)
class Hold:
    """Neighbouring slots that were held for one event."""

    reason: str
    slots: tuple[int, ...]


@dataclass
class Admission:
    """One stay: when it began, which slots were given or held, and why it ended."""

    visit: str
    admitted: dt.datetime
    first_slot: dt.datetime
    statuses: list[str]
    holds: list[Hold] = field(default_factory=list)

    @property
    def given(self) -> list[int]:
        """The numbers of the slots given."""
        return [number for number, status in enumerate(self.statuses, start=1) if status == "GIVEN"]

    @property
    def is_full(self) -> bool:
        """Whether every slot was given."""
        return len(self.given) == SLOTS

    def planned(self, slot: int) -> dt.datetime:
        """The planned time of a slot."""
        return self.first_slot + INTERVAL * (slot - 1)

    @property
    def discharged(self) -> dt.datetime:
        """A day after the last slot that was given or held."""
        last = max(number for number, status in enumerate(self.statuses, start=1) if status != "NOT_REACHED")
        return (self.planned(last) + dt.timedelta(hours=30)).replace(hour=11, minute=0)


def make_admission(
    rng: Random, course_day_one: dt.date, course: int, number: int, *, most: int = SLOTS
) -> Admission:
    """Return the stay of a course; it ends with slots held for an event, unless all were given."""
    day = course_day_one + dt.timedelta(days=FIRST_DAY[number])
    admitted = dt.datetime.combine(day, dt.time(7, rng.choice((10, 25, 40))))
    wanted = min(max(round(rng.gauss(MEAN_DOSES[number], SPREAD)), FEWEST_DOSES[number]), most)
    holds = _holds(rng, wanted)
    held = {slot for hold in holds for slot in hold.slots}
    last = max(held) if held else SLOTS
    statuses = ["HELD" if k in held else "GIVEN" if k <= last else "NOT_REACHED" for k in range(1, SLOTS + 1)]
    first_slot = dt.datetime.combine(day, dt.time(rng.randrange(10, 16), 0))
    return Admission(f"C{course}A{number}", admitted, first_slot, statuses, holds)


def ends_in_shock(stay: Admission) -> Admission:
    """The same stay, with the last slots held for hypotension and earlier ones for something else."""
    earlier = [replace(one, reason="TACHYCARDIA") if one.reason == "HYPOTENSION" else one for one in stay.holds[:-1]]
    return replace(stay, holds=[*earlier, replace(stay.holds[-1], reason="HYPOTENSION")])


def _holds(rng: Random, wanted: int) -> list[Hold]:
    """Perhaps a pause in the middle, and at the end the slots held before dosing stopped."""
    if wanted == SLOTS:
        return []
    middle, ending = rng.sample(TOXIC_HOLDS, 2)
    end_slots = rng.choice((1, 2))
    pause = rng.choice((0, 1, 1, 2)) if wanted > 4 and wanted + end_slots + 2 <= SLOTS else 0
    begins = rng.randrange(3, wanted) if pause else 0
    holds = [Hold(middle, tuple(range(begins, begins + pause)))] if pause else []
    first_end = wanted + pause + 1
    return [*holds, Hold(ending, tuple(k for k in range(first_end, first_end + end_slots) if k <= SLOTS))]


def prescribed_dose(profile: Profile) -> int:
    """Weight times level, rounded to the vial."""
    exact = profile.weight_kg * profile.dose_level
    return int((exact / ROUND_TO_IU).quantize(Decimal(1))) * ROUND_TO_IU


def admission_page(profile: Profile, stay: Admission) -> Page:
    """The admission as it is known on its first day."""
    typed = {
        "admission_occurred": "Y", "admit_dt": _minute(stay.admitted), "dosing_weight_kg": str(profile.weight_kg),
        "dose_level": str(profile.dose_level), "prescribed_dose_iu": str(prescribed_dose(profile)),
        "eligible_to_start": "Y",
    }  # fmt: skip
    return Page(f"{stay.visit}/IL2A", "IL2A", typed, visit=stay.visit, complete=False)


def discharge_page(stay: Admission, *, stop_event: str | None, icu_event: str | None) -> Page:
    """What is known when the stay is over."""
    typed = {
        "discharge_dt": _minute(stay.discharged), "icu_transfer": "Y" if icu_event else "N",
        "stop_reason": "TOXICITY" if stop_event else "MAX DOSES",
    }  # fmt: skip
    if stop_event:
        typed["stop_ae_ref"] = f"@{stop_event}"
    if icu_event:
        into = stay.planned(stay.holds[-1].slots[0])
        typed |= {
            "icu_in_dt": _minute(into), "icu_out_dt": _minute(into + dt.timedelta(hours=20)),
            "icu_reason": "Pressor support",
        }  # fmt: skip
    return Page(f"{stay.visit}/IL2A", "IL2A", typed, visit=stay.visit)


def dose_page(rng: Random, profile: Profile, stay: Admission, events: dict[str, str]) -> Page:
    """The dose grid; `events` names the adverse event of each reason for holding."""
    reasons = {slot: hold.reason for hold in stay.holds for slot in hold.slots}
    delay = dt.timedelta()
    rows = []
    for number, status in enumerate(stay.statuses, start=1):
        row = {"number": str(number), "status": status}
        if status == "GIVEN":
            # A delay grows and never shrinks, so that no two doses come closer than planned.
            delay += dt.timedelta(minutes=rng.choice((0, 0, 1, 2, 4)))
            start = stay.planned(number) + delay
            row |= {
                "start_dt": _minute(start), "end_dt": _minute(start + dt.timedelta(minutes=15)),
                "dose_iu": str(prescribed_dose(profile)), "interrupted": "N",
            }  # fmt: skip
        elif status == "HELD":
            reason = reasons[number]
            row |= {"hold_reason": reason, "ae_ref": f"@{events[reason]}"}
        if status != "NOT_REACHED":
            row |= _bedside(rng, profile, number, reasons.get(number))
        rows.append(row)
    return Page(
        f"{stay.visit}/IL2D", "IL2D", {"planned_start": _minute(stay.first_slot)}, {"SLOT": rows}, visit=stay.visit
    )


def begun_page(rng: Random, profile: Profile, stay: Admission) -> Page:
    """The dose grid of a stay that goes on: the doses until now."""
    so_far = Admission(stay.visit, stay.admitted, stay.first_slot, ["GIVEN"] * SLOTS)
    whole = dose_page(rng, profile, so_far, {})
    return replace(whole, rows={"SLOT": whole.rows["SLOT"][:DOSES_UNTIL_NOW]}, complete=False)


def _bedside(rng: Random, profile: Profile, slot: int, held_for: str | None) -> dict[str, str]:
    """Vital signs before the dose, at the limit that explains a hold where there is one."""
    systolic = rng.randrange(76, 88) if held_for == "HYPOTENSION" else rng.randrange(94, 128)
    short_of_breath = held_for == "HYPOXIA OR DYSPNOEA"
    values = {
        "pre_sbp": systolic,
        "pre_dbp": rng.randrange(44, min(systolic - 20, 76)),
        "pre_hr": rng.randrange(132, 142) if held_for == "TACHYCARDIA" else rng.randrange(84, 122),
        "pre_temp": f"{rng.uniform(36.6, 39.1):.1f}",
        "pre_spo2": rng.randrange(86, 89) if short_of_breath else rng.randrange(94, 100),
        "pre_o2_lpm": "4.0" if short_of_breath else rng.choice(("0.0", "0.0", "1.0", "2.0")),
        "pre_urine_ml_8h": rng.randrange(40, 76) if held_for == "OLIGURIA" else rng.randrange(25, 70) * 10,
        "pre_neuro": "N" if held_for == "MENTAL STATUS" else "Y",
        "vasopressor_running": "N",
    }
    if slot in (1, 4, 7, 10, 13):
        gain = Decimal("1") + Decimal("0.006") * slot
        values["pre_weight_kg"] = (profile.weight_kg * gain).quantize(Decimal("0.1"))
    return {name: str(value) for name, value in values.items()}


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
