"""Toy CRFs for the engine; they live only inside a test, so that no table, page or export ever sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from types import SimpleNamespace

from forms import evaluation
from forms import items as it
from forms.conditions import when
from forms.crf import CRF, REGISTRY, Fail, Group, check, derive, fail
from forms.items import Answer, Item
from forms.views import Record, Row, SubjectView, VisitView

TODAY = dt.date(2024, 5, 2)


@contextmanager
def own_registry() -> Iterator[None]:
    """An empty registry of CRFs; the study's own comes back afterwards."""
    kept = dict(REGISTRY)
    _register({})
    try:
        yield
    finally:
        _register(kept)


def _register(crfs: Mapping[str, type[CRF]]) -> None:
    REGISTRY.clear()
    REGISTRY.update(crfs)
    evaluation.dependents.cache_clear()
    evaluation.self_readers.cache_clear()


def declare_toys() -> SimpleNamespace:
    """Three CRFs: one of every item type, one with checks and derivations over rows, one that another one reads."""

    class Everything(CRF, oid="EV", title="Everything", domain="EV"):
        note = it.Text("Note", 20)
        story = it.Text("Story", 200, lines=4)
        pulse = it.Integer("Pulse", unit="/min", plausible=("40", "180"), digits=3)
        change = it.Integer("Change", signed=True, digits=4)
        weight = it.Decimal("Weight", 5, 1, unit="kg")
        excess = it.Decimal("Base excess", 4, 2, signed=True)
        seen_on = it.Date("Date seen")
        onset = it.PartialDate("Onset")
        taken_at = it.Time("Time taken")
        started = it.DateTime("Start")
        fasting = it.YesNo("Fasting")
        position = it.Choice("Position", "POSITION")
        race = it.MultiChoice("Race", "RACE")
        tube = it.Choice("Tube", "TUBE", open_list=True)
        laboratory = it.SiteChoice("Laboratory", "laboratories")
        event = it.Reference("Event", "AE")
        events = it.Reference("Events", "AE", many=True)
        term = it.Dictionary("Term")
        assessed = it.YesNo("Clinically significant", assess=True)
        computed = it.Integer("Computed", derived=True)
        proposed = it.Integer("Proposed", derived=True, editable=True)

    class Doses(CRF, oid="DO", title="Doses", domain="EC"):
        given = it.YesNo("Any dose given", required=True)
        reason = it.Choice("Reason for none", "DOSEREAS", required=True, visible_if=when("given", "N"))
        reason_other = it.Text("Specify", 60, visible_if=when("reason", "OTHER"))
        weight = it.Decimal("Dosing weight", 5, 1, unit="kg", plausible=("40", "150"), required=True)
        level = it.Integer("Dose level", unit="IU/kg")
        total = it.Integer("Total dose", derived=True, unit="IU")
        calculated = it.Integer("Calculated dose", derived=True, unit="IU")

        @derive("DER-T1", "total", on="rows:SLOT calculated")
        def derive_total(slots: list[Row], calculated: int) -> int:
            return sum(slot.dose or 0 for slot in slots)

        @derive("DER-T2", "calculated", on="weight level")
        def derive_dose(weight: Decimal, level: int) -> int:
            return int(weight * level)

        @check("DO-01", "Weight {weight} kg on {label} differs from {x}.", on="weight EV.weight")
        def weight_agrees(weight: Decimal, other: Decimal) -> Fail | None:
            return None if weight == other else fail(x=other)

        @check("DO-02", "Total {total} is high.", on="weight total?", yields_to="DO-01", target="weight")
        def total_is_low(weight: Decimal, total: int | None) -> bool:
            return (total or 0) < 1_000_000

        class Slot(Group, oid="SLOT", title="Slots", fixed=3):
            start = it.DateTime("Start", required=True, after_consent=True)
            dose = it.Integer("Dose", unit="IU", plausible=("20000", "90000000"))
            share = it.Decimal("Share of the calculated dose", 5, 2, derived=True, unit="%")
            comment = it.Text("Comment", 40, visible_if=when("record.given", "Y"))

            @derive("DER-T3", "share", on="dose record.calculated")
            def derive_share(dose: int, calculated: int) -> Decimal:
                return (Decimal(dose) * 100 / calculated).quantize(Decimal("0.01"))

            @check("DO-03", "Dose {dose} on {start} is not the calculated {calculated}.", on="dose start? record.calculated")
            def dose_as_calculated(dose: int, start: str | None, calculated: int) -> bool:
                return dose == calculated

        class Finding(Group, oid="FINDING", title="Findings", required=True):
            text = it.Text("Finding", 40, required=True)

    class Events(CRF, oid="AE", title="Events", domain="AE", log=True):
        term = it.Dictionary("Term", required=True)
        grade = it.Choice("Grade", "GRADE1_5", required=True)

    return SimpleNamespace(Everything=Everything, Doses=Doses, Events=Events)


def make_record(
    crf: type[CRF], answers: Mapping[str, object] = {}, *,
    rows: Mapping[str, list[dict[str, object]]] = {}, visit: VisitView | None = None,
) -> Record:  # fmt: skip
    """A record of plain values (an Answer is taken as it is); rows are numbered from 1."""
    views = {
        oid: [Row(f"{oid}-{n}", n, crf.groups[oid], _answers(values)) for n, values in enumerate(group, start=1)]
        for oid, group in rows.items()
    }
    return Record("record-1", 1, crf, _answers(answers), rows=views, visit=visit)


def _answers(values: Mapping[str, object]) -> dict[str, Answer]:
    return {name: value if isinstance(value, Answer) else Answer(value) for name, value in values.items()}


def make_subject(records: Mapping[str, list[Record]] = {}, consent_date: dt.date | None = None) -> SubjectView:
    """A participant seen at 10:00 of TODAY, with the given records of other CRFs."""
    return SubjectView("001-001", f"{TODAY}T10:00", lambda oid: records.get(oid, []), consent_date=consent_date)


def one_of_each() -> dict[str, Item]:
    """The items of the CRF that has every item type, by name."""
    with own_registry():
        return dict(declare_toys().Everything.items)
