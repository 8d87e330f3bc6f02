"""The engine: declarations refused at import, derivations in order, findings, visibility and completeness."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from forms import items as it
from forms.conditions import both, either, when
from forms.crf import CRF, REGISTRY, DefinitionError, Group, all_crfs, check, derive, fail, get_crf, verify_registry
from forms.crf import get_crf_by_slug as by_slug
from forms.evaluation import (
    dependents,
    empty_required_groups,
    findings,
    hidden_answers,
    is_visible,
    open_required,
    run_derivations,
)
from forms.items import Answer
from forms.views import Record, Row, VisitView
from tests.toy_crfs import TODAY, make_record, make_subject

VISIT = VisitView("v1", "C1D1", "C1 D1", "D1", 1, TODAY)


def found(record: Record, **around: Any) -> set[tuple[str, str | None, str | None]]:
    """Check id, row and item of every finding."""
    return {(f.check_id, f.row_uid, f.item) for f in findings(record, make_subject(**around))}


def messages(record: Record, **around: Any) -> dict[str, str]:
    return {f.check_id: f.message for f in findings(record, make_subject(**around))}


# Declarations


def test_a_crf_knows_its_items_groups_and_oids(toys: SimpleNamespace) -> None:
    assert get_crf("DO") is toys.Doses
    assert by_slug("doses") is toys.Doses
    assert by_slug("no-such-form") is None
    assert [crf.oid for crf in all_crfs()] == ["EV", "DO", "AE"]
    assert toys.Doses.items["weight"].oid == "DO.WEIGHT"
    assert toys.Doses.groups["SLOT"].items["dose"].oid == "DO.SLOT.DOSE"
    assert list(toys.Doses.groups) == ["SLOT", "FINDING"]


def test_a_fixed_grid_takes_its_own_rows_only(toys: SimpleNamespace) -> None:
    slots, listed = toys.Doses.groups["SLOT"], toys.Doses.groups["FINDING"]
    assert [slots.takes_row(number) for number in (1, 3, 4, 0, None)] == [True, True, False, False, False]
    assert listed.takes_row(None) and listed.takes_row(40)


def test_retired_items_are_no_longer_asked(registry: None) -> None:
    class Old(CRF, oid="OLD", title="Old", domain="XX", version="2.0"):
        asked = it.Text("Asked")
        dropped = it.Text("Dropped", required=True, retired="2.0")

    record = make_record(Old, {"dropped": "kept"})
    assert [item.name for item in Old.items_in("2.0")] == ["asked"]
    assert not is_visible(Old.items["dropped"], record, record)
    assert hidden_answers(record) == []
    assert open_required(record) == []


def _misspelt_input() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        pulse = it.Integer("Pulse")

        @check("W-01", "{puls}", on="puls")
        def c(puls: int) -> bool:
            return True


def _misspelt_condition() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        pulse = it.Integer("Pulse", visible_if=both(when("taken", "Y"), when("visit.kind", "D1")))


def _misspelt_record_condition() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        class Rows(Group, oid="R", title="Rows"):
            pulse = it.Integer("Pulse", visible_if=when("record.taken", "Y"))


def _misspelt_group() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        pulse = it.Integer("Pulse")

        @check("W-02", "...", on="rows:SLOTS", target="pulse")
        def c(rows: list[Row]) -> bool:
            return True


def _misspelt_target() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        pulse = it.Integer("Pulse")

        @check("W-03", "...", on="pulse", target="puls")
        def c(pulse: int) -> bool:
            return True


def _misspelt_derived_item() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        pulse = it.Integer("Pulse")

        @derive("W-04", "sum", on="pulse")
        def d(pulse: int) -> int:
            return pulse


def _cycle_of_two() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        first = it.Integer("First", derived=True)
        second = it.Integer("Second", derived=True)

        @derive("W-05", "first", on="second")
        def d(second: int) -> int:
            return second

        @derive("W-06", "second", on="first")
        def e(first: int) -> int:
            return first


def _cycle_of_editable_items() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        first = it.Integer("First", derived=True, editable=True)
        second = it.Integer("Second", derived=True, editable=True)

        @derive("W-07", "first", on="second?")
        def d(second: int | None) -> int | None:
            return second

        @derive("W-08", "second", on="first?")
        def e(first: int | None) -> int | None:
            return first


def _own_value() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        first = it.Integer("First", derived=True)

        @derive("W-09", "first", on="first?")
        def d(first: int | None) -> int:
            return (first or 0) + 1


def _taken_oid() -> None:
    class First(CRF, oid="W", title="First", domain="XX"):
        pulse = it.Integer("Pulse")

    class Second(CRF, oid="W", title="Second", domain="XX"):
        pulse = it.Integer("Pulse")


def _taken_slug() -> None:
    class First(CRF, oid="W", title="First", domain="XX"):
        pulse = it.Integer("Pulse")

    class Second(CRF, oid="W2", title="Second", domain="XX", slug="first"):
        pulse = it.Integer("Pulse")


def _misspelt_subset() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        position = it.Choice("Position", "POSITION", subset=("SITTING", "LYING"))


def _impossible_condition() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        taken = it.YesNo("Taken")
        pulse = it.Integer("Pulse", visible_if=either(when("taken", "Y"), when("taken", "YES")))


def _condition_outside_the_subset() -> None:
    class Wrong(CRF, oid="W", title="Wrong", domain="XX"):
        taken = it.YesNo("Taken")

        class Rows(Group, oid="R", title="Rows"):
            pulse = it.Integer("Pulse", visible_if=when("record.taken", "NA"))


@pytest.mark.parametrize(
    ("declare", "named"),
    [
        (_taken_slug, "the slug first is that of W"),
        (_misspelt_subset, "W.POSITION names 'LYING', which Position cannot be"),
        (_impossible_condition, "W.PULSE names 'YES', which Taken cannot be"),
        (_condition_outside_the_subset, "W.R.PULSE names 'NA', which Taken cannot be"),
        (_misspelt_input, "W-01 of W names 'puls'"),
        (_misspelt_condition, "W.PULSE of W names 'taken'"),
        (_misspelt_record_condition, "W.R.PULSE of R names 'record.taken'"),
        (_misspelt_group, "W-02 of W names 'rows:SLOTS'"),
        (_misspelt_target, "W-03 points at the unknown item 'puls'"),
        (_misspelt_derived_item, "W-04 derives the unknown item 'sum'"),
        (_cycle_of_two, "the derivation of 'first' depends on itself"),
        (_cycle_of_editable_items, "the derivation of 'first' depends on itself"),
        (_own_value, "the derivation of 'first' depends on itself"),
        (_taken_oid, "the OID W is taken by"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_at_import_with_file_and_name(
    registry: None, declare: Any, named: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        declare()
    assert named in str(refused.value)
    assert __name__ in str(refused.value)


def test_names_of_other_rooms_that_exist_are_taken(toys: SimpleNamespace) -> None:
    class Reader(CRF, oid="RD", title="Reader", domain="XX"):
        pulse = it.Integer("Pulse", visible_if=when("visit.kind", "D1"))

        @check("RD-01", "...", on="EV.pulse all:AE subject.today subject.consent_date visit.label study.min_age pulse")
        def c(*values: object) -> bool:
            return True

    verify_registry()


def test_a_condition_on_an_unknown_fact_of_the_visit_is_refused(registry: None) -> None:
    class Reader(CRF, oid="RD", title="Reader", domain="XX"):
        pulse = it.Integer("Pulse", visible_if=when("visit.knd", "D1"))

    with pytest.raises(DefinitionError, match="which nobody declares"):
        verify_registry()


@pytest.mark.parametrize(
    "name", ["XX.pulse", "EV.puls", "all:XX", "same:XX", "visit.knd", "subject.consent", "study.min_agee"]
)
def test_a_name_of_another_room_is_verified_once_all_are_declared(toys: SimpleNamespace, name: str) -> None:
    class Reader(CRF, oid="RD", title="Reader", domain="XX"):
        pulse = it.Integer("Pulse")

        @check("RD-01", "...", on=f"{name} pulse")
        def c(*values: object) -> bool:
            return True

    with pytest.raises(DefinitionError, match="RD-01 names"):
        verify_registry()


def test_the_registry_of_a_test_leaves_no_trace(toys: SimpleNamespace) -> None:
    from tests.toy_crfs import own_registry

    before = dict(REGISTRY)
    with own_registry():
        assert not REGISTRY
    assert before == REGISTRY


# Derivations


def test_inputs_are_derived_before_what_is_made_of_them(toys: SimpleNamespace) -> None:
    record = make_record(
        toys.Doses, {"weight": Decimal("72.0"), "level": 600000}, rows={"SLOT": [{"dose": 43200000}, {"dose": 21600000}]}
    )
    changed = run_derivations(record, make_subject())
    assert (record.calculated, record.total) == (43200000, 64800000)
    assert [str(slot.share) for slot in record.rows("SLOT")] == ["100.00", "50.00"]
    assert {(group, row.number, item, rule.id) for group, row, item, _, rule in changed} == {
        (None, 1, "calculated", "DER-T2"), (None, 1, "total", "DER-T1"),
        ("SLOT", 1, "share", "DER-T3"), ("SLOT", 2, "share", "DER-T3"),
    }  # fmt: skip
    assert record.answer("total").origin == "derived"
    assert run_derivations(record, make_subject()) == []


def test_a_derived_value_goes_when_an_input_goes(toys: SimpleNamespace) -> None:
    record = make_record(toys.Doses, {"level": 600000, "calculated": Answer(43200000, None, "derived")})
    [(group, _, item, value, rule)] = run_derivations(record, make_subject())
    assert (group, item, value, rule.id) == (None, "calculated", None, "DER-T2")
    assert record.calculated is None


def test_a_derived_value_that_only_gains_a_digit_is_a_change(toys: SimpleNamespace) -> None:
    rows = {"SLOT": [{"dose": 1, "share": Answer(Decimal("100"), None, "derived")}]}
    record = make_record(toys.Doses, {"weight": Decimal(1), "level": 1}, rows=rows)
    run_derivations(record, make_subject())
    assert str(record.rows("SLOT")[0].share) == "100.00"


@pytest.mark.parametrize(
    ("stored", "kept"),
    [(Answer(7), 7), (Answer(7, None, "derived"), 12), (Answer(None, "UNKNOWN"), None), (Answer(), 12)],
)
def test_an_editable_derived_item_keeps_what_a_person_answered(registry: None, stored: Answer, kept: int | None) -> None:
    class Proposal(CRF, oid="PR", title="Proposal", domain="XX"):
        base = it.Integer("Base")
        proposed = it.Integer("Proposed", derived=True, editable=True)

        @derive("PR-D1", "proposed", on="base")
        def d(base: int) -> int:
            return base + 2

    record = make_record(Proposal, {"base": 10, "proposed": stored})
    run_derivations(record, make_subject())
    assert record.proposed == kept


# Checks


def test_a_check_waits_for_its_inputs_and_not_for_those_that_may_be_empty(toys: SimpleNamespace) -> None:
    around = {"records": {"EV": [make_record(toys.Everything, {"weight": Decimal("71.4")})]}}
    filled = make_record(toys.Doses, {"weight": Decimal("72.0")})
    assert found(filled, **around) == {("DO-01", None, "weight")}
    assert found(make_record(toys.Doses, {"weight": Decimal("72.0")})) == set()
    assert found(make_record(toys.Doses), **around) == set()


def test_a_message_holds_values_labels_and_dots_for_what_is_empty(toys: SimpleNamespace) -> None:
    around = {"records": {"EV": [make_record(toys.Everything, {"weight": Decimal("71.4")})]}}
    rows = {"SLOT": [{"dose": 43200000, "start": "2024-01-29T08:05"}, {"dose": 43200000}]}
    record = make_record(toys.Doses, {"weight": Decimal("72.0"), "calculated": 40000000}, rows=rows)
    said = [f.message for f in findings(record, make_subject(**around))]
    assert said == [
        "Weight 72.0 kg on Dosing weight differs from 71.4.",
        "Dose 43200000 on 2024-01-29 08:05 is not the calculated 40000000.",
        "Dose 43200000 on ... is not the calculated 40000000.",
    ]


def test_a_finding_names_its_record_row_and_item(toys: SimpleNamespace) -> None:
    record = make_record(toys.Doses, {"calculated": 5}, rows={"SLOT": [{"dose": 20000}, {}, {"dose": 30000}]})
    keys = sorted(f.key for f in findings(record, make_subject()))
    assert keys == [("DO-03", "record-1", "SLOT-1", "dose"), ("DO-03", "record-1", "SLOT-3", "dose")]


def test_a_check_may_point_at_rows_and_items_of_its_choice(registry: None) -> None:
    class Log(CRF, oid="LG", title="Log", domain="XX"):
        any_row = it.YesNo("Any")

        class Rows(Group, oid="R", title="Rows"):
            day = it.Date("Day")

        @check("LG-01", "{n} rows in {label}.", on="any_row rows:R", severity="N")
        def each_row(any_row: str, rows: list[Row]) -> object:
            return [fail("day", row, n=len(rows)) for row in rows]

        @check("LG-02", "Seen by {visit} and {today}.", on="self visit.kind today subject.code any_row")
        def always(record: Record, kind: str, today: dt.date, code: str, any_row: str) -> object:
            return False if (record.any_row, kind, today, code) == ("Y", "D1", TODAY, "001-001") else None

    record = make_record(Log, {"any_row": "Y"}, rows={"R": [{}, {}]}, visit=VISIT)
    assert [(f.key, f.severity) for f in findings(record, make_subject())] == [
        (("LG-01", "record-1", "R-1", "day"), "N"),
        (("LG-01", "record-1", "R-2", "day"), "N"),
        (("LG-02", "record-1", None, "any_row"), "Q"),
    ]


def test_a_check_reads_all_records_and_the_one_of_the_same_visit(toys: SimpleNamespace) -> None:
    class Reader(CRF, oid="RD", title="Reader", domain="XX"):
        pulse = it.Integer("Pulse")

        @check("RD-01", "{n} {x}", on="pulse all:EV same:EV study.limit site.zone")
        def c(pulse: int, every: list[Record], same: Record, limit: int, zone: str) -> object:
            return fail(n=len(every), x=f"{same.pulse} {limit} {zone}")

    other = make_record(toys.Everything, {"pulse": 60})
    here = make_record(toys.Everything, {"pulse": 80}, visit=VISIT)
    subject = make_subject({"EV": [other, here]})
    subject.study, subject.site = {"limit": 5}, {"zone": "UTC"}
    assert [f.message for f in findings(make_record(Reader, {"pulse": 1}, visit=VISIT), subject)] == ["2 80 5 UTC"]
    assert findings(make_record(Reader, {"pulse": 1}), subject) == []
    assert dependents("EV") == {"DO", "RD"}


# General checks


@pytest.mark.requirement("C29")
@pytest.mark.parametrize(
    ("pulse", "sentence"),
    [
        (40, None),
        (180, None),
        (39, "Pulse 39 /min is outside the usual 40-180 /min. If correct, confirm; check decimal point and unit."),
        (181, "Pulse 181 /min is outside the usual 40-180 /min. If correct, confirm; check decimal point and unit."),
    ],
)
def test_an_implausible_number_is_a_query_and_both_ends_are_usual(
    toys: SimpleNamespace, pulse: int, sentence: str | None
) -> None:
    assert messages(make_record(toys.Everything, {"pulse": pulse})).get("GEN-05") == sentence


def test_the_forms_own_check_speaks_before_the_usual_range(toys: SimpleNamespace) -> None:
    around = {"records": {"EV": [make_record(toys.Everything, {"weight": Decimal("71.4")})]}}
    too_light = make_record(toys.Doses, {"weight": Decimal("7.2")})
    assert found(too_light) == {("GEN-05", None, "weight")}
    assert found(too_light, **around) == {("DO-01", None, "weight")}


def test_a_check_is_silent_where_the_one_it_yields_to_fires(toys: SimpleNamespace) -> None:
    around = {"records": {"EV": [make_record(toys.Everything, {"weight": Decimal("71.4")})]}}
    record = make_record(toys.Doses, {"weight": Decimal("72.0"), "total": 2_000_000})
    assert found(record) == {("DO-02", None, "weight")}
    assert found(record, **around) == {("DO-01", None, "weight")}


@pytest.mark.parametrize(
    ("item", "value", "is_future"),
    [
        ("seen_on", TODAY, False),
        ("seen_on", TODAY + dt.timedelta(days=1), True),
        ("onset", "2024", False),
        ("onset", "2024-05", False),
        ("onset", "2024-06", True),
        ("onset", "2025", True),
        ("started", "2024-05-02", False),
        ("started", "2024-05-02T10:00", False),
        ("started", "2024-05-02T10:01", True),
    ],
)
def test_a_date_after_now_is_a_query(toys: SimpleNamespace, item: str, value: object, is_future: bool) -> None:
    assert found(make_record(toys.Everything, {item: value})) == ({("GEN-02", None, item)} if is_future else set())


@pytest.mark.parametrize(
    ("start", "is_before"),
    [("2024-02-20", True), ("2024-02-29T23:59", True), ("2024-03-01", False), ("2024-03-01T00:00", False)],
)
def test_a_procedure_before_consent_is_a_query(toys: SimpleNamespace, start: str, is_before: bool) -> None:
    record = make_record(toys.Doses, rows={"SLOT": [{"start": start}]})
    expected = {("IC-01", "SLOT-1", "start")} if is_before else set()
    assert found(record, consent_date=dt.date(2024, 3, 1)) == expected
    assert found(record) == set()


@pytest.mark.parametrize(
    ("answers", "asks"),
    [
        ({"reason": "OTHER"}, True),
        ({"reason": "OTHER", "reason_other": "No bed"}, False),
        ({"reason": "OTHER", "reason_other": Answer(None, "UNKNOWN")}, False),
        ({"reason": "LOGISTIC"}, False),
        ({}, False),
    ],
)
def test_other_asks_for_a_description(toys: SimpleNamespace, answers: dict[str, object], asks: bool) -> None:
    said = messages(make_record(toys.Doses, {"given": "N", **answers}))
    assert said == ({"GEN-07": "You chose 'Other' for Reason for none: describe it."} if asks else {})


# Visibility and completeness


def test_an_item_is_asked_when_its_condition_holds(toys: SimpleNamespace) -> None:
    def asked(**answers: object) -> bool:
        record = make_record(toys.Doses, answers)
        return is_visible(toys.Doses.items["reason"], record, record)

    assert [asked(), asked(given="Y"), asked(given="N"), asked(given=Answer(None, "UNKNOWN"))] == [
        False, False, True, False,
    ]  # fmt: skip


def test_a_row_is_asked_what_its_record_calls_for(toys: SimpleNamespace) -> None:
    comment = toys.Doses.groups["SLOT"].items["comment"]
    for given, visible in (("Y", True), ("N", False)):
        record = make_record(toys.Doses, {"given": given}, rows={"SLOT": [{}]})
        assert is_visible(comment, record.rows("SLOT")[0], record) is visible


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        (when("races", "WHITE"), {"races": ("ASIAN", "WHITE")}, True),
        (when("races", "OTHER"), {"races": ("ASIAN", "WHITE")}, False),
        (both(when("a", "Y"), when("b", "Y", "U")), {"a": "Y", "b": "U"}, True),
        (both(when("a", "Y"), when("b", "Y")), {"a": "Y"}, False),
        (either(when("a", "Y"), when("b", "Y")), {"b": "Y"}, True),
        (when("grade", "3"), {"grade": 3}, True),
    ],
)
def test_conditions_hold_for_answers(condition: Any, answers: dict[str, object], holds: bool) -> None:
    assert condition.holds(answers.get) is holds


def test_a_condition_can_be_read_aloud() -> None:
    condition = both(when("a", "Y"), either(when("b", "1", "2"), when("visit.kind", "D1")))
    assert condition.words() == "a = Y and b = 1 or 2 or visit.kind = D1"
    assert condition.names() == ("a", "b", "visit.kind")


def test_complete_needs_a_value_or_a_reason_in_every_required_item_asked(toys: SimpleNamespace) -> None:
    def lacking(answers: dict[str, object], slots: list[dict[str, object]]) -> list[tuple[str | None, int, str]]:
        record = make_record(toys.Doses, answers, rows={"SLOT": slots})
        return [(group, row.number, item.name) for group, row, item in open_required(record)]

    starts = [("SLOT", number, "start") for number in (1, 2, 3)]
    assert lacking({}, []) == [(None, 1, "given"), (None, 1, "weight"), *starts]
    assert lacking({"given": "N", "weight": Answer(None, "NOT DONE")}, [{}]) == [(None, 1, "reason"), *starts]
    assert lacking({"given": "Y", "weight": Decimal("72.0")}, [{"start": "2024-01-02"}] * 3) == []


def test_a_required_group_needs_a_row(toys: SimpleNamespace) -> None:
    assert [group.oid for group in empty_required_groups(make_record(toys.Doses))] == ["FINDING"]
    assert empty_required_groups(make_record(toys.Doses, rows={"FINDING": [{}]})) == []


def test_answers_no_longer_asked_are_listed_and_kept(toys: SimpleNamespace) -> None:
    answers = {"given": "Y", "reason": "OTHER", "reason_other": Answer(None, "UNKNOWN")}
    record = make_record(toys.Doses, answers, rows={"SLOT": [{"comment": "late"}]})
    hidden = [(group, row.number, item.name) for group, row, item in hidden_answers(record)]
    assert hidden == [(None, 1, "reason")]
    record.answers["given"] = Answer("N")
    hidden = [(group, row.number, item.name) for group, row, item in hidden_answers(record)]
    assert hidden == [("SLOT", 1, "comment")]
    assert record.value("reason") == "OTHER"


def test_a_view_refuses_a_name_its_crf_does_not_have(toys: SimpleNamespace) -> None:
    with pytest.raises(AttributeError, match="DO has no item 'wieght'"):
        _ = make_record(toys.Doses).wieght
