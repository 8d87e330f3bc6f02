"""Response, times to event, adverse events and doses of made-up participants: the numbers that tables and figures show."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import lifelines
import pytest

from exports.analysis import table_csv, tumour_types
from exports.outcome_shapes import ADMISSION, DEATH, PROGRESSION, RESPONSE
from forms.derive.recist_settings import DEFAULTS
from forms.outcome_model import Infusion
from tests.exports.outcome_people import (
    MELANOMA,
    RENAL,
    START,
    admission,
    day,
    event,
    found,
    infusion,
    person,
    rows,
    study,
)

D = Decimal
CONFIRMED, ONE_SCAN, STABLE = "63 PR -34, 132 PR -50", "63 PR -40, 132 PD -5", "63 SD -10, 132 PD 30"


# --- response ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "best", "confirmed", "change", "star"),
    [
        ("63 PR -34, 132 PR -50", "PR", "Y", "-50.0", False),
        ("63 PR -34, 90 PR -50", "SD", None, "-50.0", True),  # 27 days are no confirmation
        ("63 PR -34, 91 PR -50", "PR", "Y", "-50.0", False),
        ("63 PR -40, 132 PD -5", "SD", None, "-40.0", True),
        ("63 SD -10, 132 PD 30", "SD", None, "-10.0", False),
        ("63 PD 34", "PD", None, "34.0", False),
        ("63 PD 34, 132 PR -50", "PD", None, "34.0", False),  # nothing after the first progression counts
        ("63 NE", "NE", None, None, False),
        ("", "NE", None, None, False),
    ],
)
def test_best_response(told: str, best: str, confirmed: str | None, change: str | None, star: bool) -> None:
    given = found(person(told=told))
    [line] = rows(given, "best_response")
    assert (line["Best response"], line["Confirmed"]) == (best, confirmed)
    assert line["Lowest change from baseline %"] == (D(change) if change else None)
    assert [bar.is_confirmed for bar in given.bars] == ([not star] if change else [])


def test_response_rates_count_who_is_not_evaluable_as_without_response() -> None:
    people = [person("001-001", CONFIRMED), person("001-002", STABLE), person("001-003"), person("001-004", "63 PD 30")]
    line = rows(found(*people), "response")[0]
    assert [line[name] for name in ("n", "PR", "SD", "PD", "NE", "Response x", "Response %")] == [4, 1, 1, 1, 1, 1, D("25.0")]
    assert (line["Response lower %"], line["Response upper %"]) == (D("0.6"), D("80.6"))
    assert (line["Disease control x"], line["Disease control %"]) == (2, D("50.0"))


def test_response_rates_of_none_and_of_all_have_one_sided_ends() -> None:
    none = rows(found(person(told=STABLE)), "response")[0]
    assert (none["Response lower %"], none["Response upper %"]) == (D("0.0"), D("97.5"))
    every = rows(found(person(told=CONFIRMED)), "response")[0]
    assert (every["Response lower %"], every["Response upper %"]) == (D("2.5"), D("100.0"))


def test_response_rates_by_tumour_type() -> None:
    people = [person("001-001", CONFIRMED), person("001-002", STABLE, tumour_type=RENAL)]
    lines = rows(found(*people), "response")
    shown = [(line["Tumour type"], line["n"], line["Response x"]) for line in lines if line["Set"] == "All treated"]
    assert shown[:3] == [("All", 2, 1), ("Melanoma", 1, 1), ("Renal cell carcinoma", 1, 0)]
    assert tumour_types(study(*people)) == [MELANOMA, RENAL]
    alone = found(*people, tumour_type=RENAL)
    assert (alone.about.treated, rows(alone, "response")[0]["Response x"]) == (1, 0)


@pytest.mark.parametrize(
    ("who", "told", "changed", "expected"),
    [
        ("one adequate scan", "63 SD -5", {}, 1),
        ("progression at the first scan", "63 PD 30", {}, 1),
        ("scan that could not be judged", "63 NE", {}, 0),
        ("never scanned", "", {}, 0),
        ("died before the first scan", "", {"death": day(40)}, 1),
        ("no measurable disease at baseline", "63 SD", {"has_targets": False}, 0),
        ("scanned after new therapy only", "63 SD -5", {"new_therapy": day(30)}, 0),
    ],
)
def test_who_is_response_evaluable(who: str, told: str, changed: dict[str, object], expected: int) -> None:
    given = found(person(told=told, **changed), analysis_set="evaluable")
    assert (given.about.in_set, given.about.treated) == (expected, 1), who


def test_investigators_assessments_stand_beside_the_derived_ones() -> None:
    read = tuple(replace(one, investigator="SD") for one in person(told=CONFIRMED).assessments)
    lines = rows(found(person(assessments=read)), "response")
    shown = {line["Assessed by"]: line["Response x"] for line in lines if line["Set"] == "All treated"}
    assert shown == {"Derived from the measurements": 1, "Investigator's assessments": 0}


def test_who_got_no_dose_is_in_no_table() -> None:
    given = found(person(first_dose=None, start=None))
    assert (given.about.participants, given.about.treated, given.bars, given.lanes) == (1, 0, (), ())
    assert rows(given, "response")[0]["n"] == 0


def test_waterfall_falls_from_growth_to_shrinkage() -> None:
    people = [person("001-001", "63 SD -10"), person("001-002", "63 PD 34"), person("001-003", "63 SD -10")]
    shown = [(bar.subject, bar.change) for bar in found(*people).bars]
    assert shown == [("001-002", D("34.0")), ("001-001", D("-10.0")), ("001-003", D("-10.0"))]


def test_spider_begins_at_zero_and_ends_with_new_therapy() -> None:
    [track] = found(person(told="63 SD -10, 133 PD 30, 203 NE -60", new_therapy=day(150))).tracks
    assert track.points == ((D(0), D(0)), (D("9.0"), D("-10.0")), (D("19.0"), D("30.0")))


def test_scan_before_the_first_dose_is_no_point_of_the_spider() -> None:
    assert found(person(told="-5 SD 2")).tracks == ()


# --- times to event ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "changed", "fda", "ema"),
    [
        ("63 SD -10, 132 PD 30", {}, (0, 132, "PD"), (0, 132, "PD")),
        ("63 SD -10", {"death": day(100), "last_contact": day(100)}, (0, 100, "DEATH"), (0, 100, "DEATH")),
        ("63 SD -10, 132 SD 0", {}, (1, 132, None), (1, 132, None)),
        ("63 SD -10, 132 PD 30", {"new_therapy": day(100)}, (1, 63, None), (0, 132, "PD")),
        ("63 SD -10, 132 PD 30", {"new_therapy": day(132)}, (0, 132, "PD"), (0, 132, "PD")),
        ("63 NE", {}, (1, 0, None), (1, 0, None)),
        ("", {}, (1, 0, None), (1, 0, None)),
        ("63 SD", {"has_baseline": False}, (1, 0, None), (1, 0, None)),
    ],
)
def test_progression_free_survival(
    told: str, changed: dict[str, object], fda: tuple[object, ...], ema: tuple[object, ...]
) -> None:
    lines = [line for line in rows(found(person(told=told, **changed)), "events_and_censoring") if line["PARAMCD"] == "PFS"]
    assert [line["Censoring"] for line in lines] == ["FDA", "EMA"]
    assert [(line["CNSR"], line["Days"], line["Kind"]) for line in lines] == [fda, ema]


def test_death_after_two_missed_scans_is_censored_where_an_interval_is_set() -> None:
    late = person(told="63 SD -10", death=day(300), last_contact=day(300))
    given = found(late, rules=replace(DEFAULTS, scan_interval_days=84))
    lines = [line for line in rows(given, "events_and_censoring") if line["PARAMCD"] == "PFS"]
    assert [(line["CNSR"], line["Days"], line["Row"]) for line in lines] == [(1, 63, 3), (0, 300, 5)]


def test_worked_example_in_months() -> None:
    """recist.md 12: progression 315 days after the start, response 252 days before it."""
    told = "63 PR -32.6, 126 PR -58.7, 189 NE, 252 PR -52.2, 315 PD -48.9"
    lines = {line["PARAMCD"]: line for line in rows(found(person(told=told)), "events_and_censoring")}
    assert (lines["PFS"]["Days"], lines["PFS"]["Months"]) == (315, D("10.35"))
    assert (lines["DOR"]["STARTDT"], lines["DOR"]["Days"]) == (day(63), 252)


def test_only_responders_have_a_duration_of_response() -> None:
    codes = [line["PARAMCD"] for line in rows(found(person(told=STABLE)), "events_and_censoring")]
    assert codes == ["PFS", "PFS", "OS"]


def test_what_happened_after_the_cutoff_is_not_known() -> None:
    dead = person(told="63 SD -10, 132 PD 30", death=day(300), last_contact=day(300))
    lines = rows(found(dead, cutoff=day(100)), "events_and_censoring")
    assert [(line["PARAMCD"], line["CNSR"], line["Days"]) for line in lines] == [("PFS", 1, 63), ("PFS", 1, 63), ("OS", 1, 100)]
    assert found(dead, cutoff=day(100)).lanes[0].is_ongoing
    assert found(dead, cutoff=dt.date(2030, 1, 1)).about.cutoff == dt.date(2026, 1, 1)


TIMES = ((30, True), (63, True), (63, False), (132, True), (200, False), (365, True), (400, False), (500, True), (700, False))


def test_medians_and_rates_are_those_of_another_program() -> None:
    people = [
        person(f"001-{number:03}", f"{days} {'PD 30' if is_event else 'SD 0'}")
        for number, (days, is_event) in enumerate(TIMES, start=1)
    ]
    line = rows(found(*people), "time_to_event")[0]
    other = lifelines.KaplanMeierFitter().fit([days / 30.4375 for days, _ in TIMES], [happened for _, happened in TIMES])
    assert (line["n"], line["Events"], line["Censored"]) == (9, 5, 4)
    assert float(line["Median months"]) == pytest.approx(other.median_survival_time_, abs=0.05)
    assert float(line["Rate %"]) == pytest.approx(100 * other.predict(12), abs=0.05)
    bands = other.confidence_interval_survival_function_
    shown = [float(line[name]) for name in ("Rate lower %", "Rate upper %")]
    assert shown == pytest.approx([100 * value for value in bands[bands.index <= 12].iloc[-1]], abs=0.05)
    assert line["At risk"] == sum(days > 365 for days, _ in TIMES)


def test_curve_that_never_falls_to_half_has_no_median() -> None:
    line = rows(found(person(told="63 SD 0")), "time_to_event")[0]
    assert (line["Median months"], line["Rate %"]) == ("NR", "NE")


def test_set_of_one_complete_course_stands_beside_all_treated() -> None:
    people = [person("001-001", STABLE, has_complete_course=True), person("001-002", STABLE)]
    line = rows(found(*people), "time_to_event")[-1]
    assert (line["Set"], line["Endpoint"], line["n"]) == ("At least one complete course", "Progression-free survival", 1)


def test_numbers_at_risk_every_three_months() -> None:
    [line, *_] = rows(found(person("001-001", "63 PD 30"), person("001-002", "200 PD 30")), "at_risk")
    assert [line[f"Month {month}"] for month in (0, 3, 6)] == [2, 1, 1]


# --- the swimmer ------------------------------------------------------------------------------------------------------


def test_lane_shows_what_happened_in_order() -> None:
    one = person(
        told="63 PR -34, 132 PR -50, 203 PD 10", death=day(280), last_contact=day(280), slots=admission("GGN"),
        infusions=(infusion(0),),
    )  # fmt: skip
    [lane] = found(one).lanes
    assert [(mark.week, mark.kind) for mark in lane.marks] == [
        (D("0.0"), "nivolumab"), (D("1.1"), ADMISSION), (D("9.0"), RESPONSE), (D("29.0"), PROGRESSION), (D("40.0"), DEATH),
    ]  # fmt: skip
    assert (lane.weeks, lane.is_ongoing, lane.response) == (D("40.0"), False, "PR")


@pytest.mark.parametrize(
    ("who", "changed", "ongoing"),
    [("still followed", {}, True), ("left the study", {"has_left": True}, False), ("died", {"death": day(80)}, False)],
)
def test_lane_goes_on_while_somebody_is_followed(who: str, changed: dict[str, object], ongoing: bool) -> None:
    assert found(person(**changed)).lanes[0].is_ongoing is ongoing, who


# --- adverse events ---------------------------------------------------------------------------------------------------


def counts(given: list[dict[str, object]], term: str | None) -> list[object]:
    line = next(line for line in given if line["Term"] == term)
    return [line["Any grade"], *(line[f"Grade {grade}"] for grade in range(1, 6)), line["Grade 3 or more"]]


def test_participant_counts_once_with_the_highest_grade() -> None:
    people = [
        person("001-001", events=(event("Hypotension", 1, 3), event("Hypotension", 2), event("Flushing", 1))),
        person("001-002", events=(event("Hypotension", 2),)),
        person("001-003"),
    ]
    table = rows(found(*people), "adverse_events")
    assert [(line["Class"], line["Term"]) for line in table] == [
        ("Vascular disorders", None), ("Vascular disorders", "Hypotension"), ("Vascular disorders", "Flushing"),
    ]  # fmt: skip
    assert counts(table, None) == [2, 0, 1, 1, 0, 0, 1]
    assert counts(table, "Hypotension") == [2, 0, 1, 1, 0, 0, 1]
    assert counts(table, "Flushing") == [1, 1, 0, 0, 0, 0, 0]
    assert (table[0]["Treated"], table[0]["Any grade %"]) == (3, D("66.7"))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("adverse_events", ["Chills", "Colitis", "Nausea", "Rash"]),
        ("adverse_events_related_nivolumab", ["Colitis", "Rash"]),
        ("adverse_events_related_aldesleukin", ["Chills", "Rash"]),
        ("adverse_events_related", ["Chills", "Colitis", "Rash"]),
        ("adverse_events_serious", ["Nausea"]),
        ("adverse_events_immune", ["Colitis"]),
    ],
)
def test_tables_by_relation_seriousness_and_immune_origin(key: str, expected: list[str]) -> None:
    events = (
        event("Chills", 1, il2="DEFINITE", nivolumab="UNLIKELY"),
        event("Colitis", 3, nivolumab="POSSIBLE", is_immune_related=True),
        event("Nausea", 2, is_serious=True),
        event("Rash", 1, nivolumab=None, il2="PROBABLE"),  # a relation that is not known counts
        event("Anxiety", 1, is_emergent=False),
    )
    table = rows(found(person(events=events)), key)
    assert sorted(str(line["Term"]) for line in table if line["Term"]) == expected


def test_event_and_grade_after_the_cutoff_are_left_out() -> None:
    worse = event("Hypotension", grades=((day(8), 2), (day(60), 4)))
    later = event("Chills", 1, began=day(60))
    given = found(person(events=(worse, later)), cutoff=day(30))
    assert [(one.name, one.by_grade) for one in given.toxicities if not one.is_class] == [("Hypotension", (0, 1, 0, 0, 0))]


def test_event_without_a_grade_is_shown_as_such() -> None:
    [_, line] = rows(found(person(events=(event("Chills"),))), "adverse_events")
    assert (line["Any grade"], line["Grade not known"], line["Grade 3 or more"]) == (1, 1, 0)


def test_overview_counts_participants() -> None:
    people = [person("001-001", events=(event("Chills", 4, il2="DEFINITE"),)), person("001-002", events=(event("Rash", 1),))]
    lines = {line["Participants with"]: line["x"] for line in rows(found(*people), "adverse_event_overview")}
    assert lines["Adverse events, any grade"] == 2
    assert lines["Adverse events, grade 3 or more"] == 1
    assert lines["Adverse events related to Aldesleukin (IL-2), grade 3 or more"] == 1
    assert lines["Serious adverse events, any grade"] == 0


# --- doses ------------------------------------------------------------------------------------------------------------


def test_dose_intensity_keeps_held_and_not_reached_doses_in_the_denominator() -> None:
    one = person(
        slots=(*admission("GGGGGGGGGHNNNN"), *admission("GGGGGGGNNNNNNN", number=2)), infusions=(infusion(0),),
    )  # fmt: skip
    line, total = rows(found(one), "dose_intensity")
    shown = {name.removeprefix("Aldesleukin (IL-2): "): cell for name, cell in line.items()}
    assert [shown[name] for name in ("planned", "given", "held", "not reached", "% of planned")] == [28, 16, 1, 11, D("57.1")]
    assert shown["total IU"] == D(640000000)
    assert [total[f"Nivolumab: {name}"] for name in ("planned", "given", "total mg")] == [2, 1, D(480)]


def test_dose_without_an_amount_leaves_the_total_open() -> None:
    [given] = [replace(one, amount=None) for one in admission("G")]
    assert rows(found(person(slots=(given,))), "dose_intensity")[0]["Aldesleukin (IL-2): total IU"] is None


def test_reasons_of_held_doses() -> None:
    refused = Infusion(1, "C1D35", False, day(35), None, "Adverse event")
    people = [person("001-001", slots=admission("GHHN"), infusions=(refused,)), person("001-002", slots=admission("H"))]
    lines = [tuple(line.values()) for line in rows(found(*people), "hold_reasons")]
    assert lines == [("Aldesleukin (IL-2)", "Hypotension", 3, 2), ("Nivolumab", "Adverse event", 1, 1)]


def test_heat_map_has_a_cell_for_each_slot() -> None:
    cells = found(person(slots=admission("GH"))).doses
    assert [(cell.slot, cell.state, cell.reason) for cell in cells] == [(1, "GIVEN", ""), (2, "HELD", "Hypotension")]


# --- every table ------------------------------------------------------------------------------------------------------


def test_each_table_streams_as_a_file_with_its_columns() -> None:
    one = person(told=CONFIRMED, events=(event("Chills", 2, il2="DEFINITE"),), slots=admission("GH"), infusions=(infusion(0),))
    for table in found(one).tables:
        header, *lines = csv.reader(io.StringIO(b"".join(table_csv(table)).decode()))
        assert tuple(header) == table.columns, table.key
        assert len(lines) == len(table.rows), table.key


def test_empty_study_has_every_table() -> None:
    given = found()
    assert [table.rows for table in given.tables if table.key == "assessments"] == [()]
    assert (given.curves, given.about.is_locked) == ((), False)


def test_about_says_sets_rules_and_what_is_open() -> None:
    about = found(person(is_locked=False), person("001-002")).about
    assert (about.unlocked, about.is_locked, about.analysis_set) == (1, False, "All treated")
    assert dict(about.settings)["confirm_days"] == "28" and dict(about.settings)["scan_interval_days"] == "none"


def test_figures_follow_the_day_of_first_dose() -> None:
    assert found(person(first_dose=START + dt.timedelta(days=7))).lanes[0].weeks == D("103.3")
