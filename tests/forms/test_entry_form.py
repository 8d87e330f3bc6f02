"""The entry form: controls of every item type, and a posted form as a patch with what had to be held back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms import items as it
from forms.crf import CRF, DefinitionError, Group
from forms.entry_form import control_for, entry_form, read_form, show_form
from forms.items import EMPTY, Answer, Item
from forms.patch import Held, Patch
from forms.reading import Unreadable, typed_text
from tests.toy_crfs import TODAY, declare_toys, make_record, own_registry

with own_registry():
    TOYS = declare_toys()


def post(crf: type[CRF], *pairs: tuple[str, str], editable: Any = lambda path: True) -> tuple[Patch, dict[str, Held]]:
    """The patch and the held texts by path of a posted form."""
    patch, held = read_form(crf, MultiDict(pairs), today=TODAY, editable=editable)
    assert len({one.path for one in held}) == len(held)
    return patch, {one.path: one for one in held}


# Controls


@pytest.mark.parametrize(
    ("name", "control", "tag"),
    [
        ("note", "text", '<input autocomplete="off" id="note" name="note" type="text"'),
        ("story", "textarea", '<textarea autocomplete="off" id="story" name="story" rows="4"'),
        ("pulse", "number", 'inputmode="numeric"'),
        ("change", "number", 'inputmode="text"'),
        ("weight", "number", 'inputmode="decimal"'),
        ("seen_on", "date", 'type="text"'),
        ("onset", "date", 'type="text"'),
        ("taken_at", "time", 'inputmode="numeric"'),
        ("started", "date", 'type="text"'),
        ("fasting", "radio", 'type="radio" value="Y"'),
        ("position", "radio", 'type="radio" value="SUPINE"'),
        ("race", "checkboxes", 'type="checkbox" value="ASIAN"'),
        ("tube", "combobox", 'type="text"'),
        ("laboratory", "select", "<select"),
        ("event", "select", "<select"),
        ("events", "checkboxes", 'type="hidden" value=""'),
        ("term", "combobox", 'type="text"'),
    ],
)
def test_each_item_type_has_its_control(name: str, control: str, tag: str) -> None:
    form = entry_form(TOYS.Everything)()
    form.process()
    assert form[name].control == control
    assert tag in form[name]()
    assert "placeholder" not in form[name]()
    assert " required" not in form[name]()


def test_every_item_type_has_a_control() -> None:
    assert {type(item) for item in TOYS.Everything.items.values()} == set(it.ITEM_TYPES)
    with pytest.raises(TypeError, match="Item has no control"):
        control_for(Item("Plain"))


def test_long_lists_are_chosen_from_a_select(registry: None) -> None:
    class Long(CRF, oid="LO", title="Long", domain="XX"):
        why = it.Choice("Why", "DOSEREAS")

    form = entry_form(Long)()
    form.process()
    assert form["why"].control == "select"
    assert '<option selected value=""></option>' in form["why"]()


def test_the_form_class_of_a_crf_is_made_once() -> None:
    assert entry_form(TOYS.Everything) is entry_form(TOYS.Everything)
    assert entry_form(TOYS.Everything) is not entry_form(TOYS.Doses)


@pytest.mark.requirement("C36")
def test_no_control_of_an_empty_record_holds_an_answer() -> None:
    form = show_form(make_record(TOYS.Everything))
    assert [name for name in TOYS.Everything.items if name in form and form[name].data is not None] == []
    html = "".join(str(field()) for field in form)
    assert " checked" not in html
    assert html.count(" selected value=") == html.count(' selected value=""')


def test_computed_items_have_no_control() -> None:
    form = entry_form(TOYS.Everything)()
    assert "computed" not in form
    assert "proposed" in form


def test_a_stored_record_is_shown_as_it_could_be_typed() -> None:
    record = make_record(
        TOYS.Everything,
        {"weight": Decimal("72.0"), "started": "2024-01-22T08:15", "race": ("ASIAN", "WHITE"), "pulse": Answer(None, "NOT DONE")},
    )
    form = show_form(record)
    assert (form["weight"].text, form["started"].text) == ("72.0", "2024-01-22 08:15")
    assert [option.data for option in form["race"] if option.checked] == ["ASIAN", "WHITE"]
    assert '<option selected value="NOT DONE">' in form["pulse.missing"]()


def test_a_stored_value_that_is_no_longer_offered_stays_visible() -> None:
    form = show_form(make_record(TOYS.Everything, {"laboratory": "Old laboratory", "position": "PRONE"}))
    form.offer({"laboratory": [("New laboratory", "New laboratory")]})
    assert '<option selected value="Old laboratory">Old laboratory</option>' in form["laboratory"]()
    assert '<input checked id="position-3" name="position" type="radio" value="PRONE">' in form["position"]()


def test_held_text_stands_in_its_control_with_its_sentence() -> None:
    row = make_record(TOYS.Doses, rows={"SLOT": [{"dose": 5}]}).rows("SLOT")[0]
    held = [Held("SLOT.1.start", "25 jan 2O24", "Start takes a date."), Held("weight", "x", "No.")]
    form = show_form(row, "SLOT.1.", held=held)
    assert 'value="25 jan 2O24"' in form["start"]()
    assert form["start"].errors == ["Start takes a date."]
    assert (form["dose"].text, form["dose"].errors) == ("5", ())
    assert form["start"].name == "SLOT.1.start"
    assert 'for="SLOT-1-start"' in form["start"].label()


def test_text_is_escaped() -> None:
    assert "<script>" not in show_form(make_record(TOYS.Everything, {"note": '"><script>'}))["note"]()


@pytest.mark.parametrize("name", ["complete", "remove", "remove_reason"])
def test_the_names_of_the_forms_own_controls_are_taken(registry: None, name: str) -> None:
    crf = type("Bad", (CRF,), {name: it.Text("Bad")}, oid="BD", title="Bad", domain="XX")
    with pytest.raises(DefinitionError, match=name):
        entry_form(crf)


def test_a_crf_may_call_an_item_anything_else(registry: None) -> None:
    names = {name: it.Text(name) for name in ("data", "errors", "reason", "meta", "process", "validate", "items")}
    crf = type("Odd", (CRF,), names, oid="OD", title="Odd", domain="XX")
    patch, held = post(crf, ("data", "x"), ("reason", "y"), ("reason.reason", "z"), ("process", "p"))
    assert {name: answer.value for name, answer in patch.items.items()} == {"data": "x", "reason": "y", "process": "p"}
    assert (patch.reasons, held) == ({"reason": "z"}, {})


# Reading a posted form


def test_what_was_not_posted_is_untouched_and_what_was_posted_empty_is_cleared() -> None:
    patch, held = post(TOYS.Everything, ("pulse", "80"), ("note", " "), ("csrf_token", "x"), ("computed", "7"))
    assert patch == Patch({"note": EMPTY, "pulse": Answer(80)})
    assert held == {}


def test_an_unreadable_answer_is_held_back_and_the_rest_is_taken() -> None:
    patch, held = post(TOYS.Everything, ("pulse", " 8o"), ("weight", "72.0"), ("pulse.reason", "Entry error"))
    assert patch.items == {"weight": Answer(Decimal("72.0"))}
    assert held["pulse"].text == " 8o"
    assert held["pulse"].sentence.startswith("Pulse takes a whole number, like 80. You entered '8o'.")


@pytest.mark.parametrize(
    ("pairs", "name", "answer"),
    [
        ([("position", ""), ("position", "SITTING")], "position", Answer("SITTING")),
        ([("position", "")], "position", EMPTY),
        ([("race", ""), ("race", "WHITE"), ("race", "ASIAN")], "race", Answer(("ASIAN", "WHITE"))),
        ([("race", "")], "race", EMPTY),
        ([("events", ""), ("events", "a" * 32), ("events", "b" * 32)], "events", Answer(("a" * 32, "b" * 32))),
        ([("event", "a" * 32)], "event", Answer("a" * 32)),
        ([("tube", "glass tube")], "tube", Answer("glass tube")),
        ([("started", "22 jan 2024"), ("started", "0815")], "started", Answer("2024-01-22T08:15")),
        ([("started", "22 jan 2024"), ("started", "")], "started", Answer("2024-01-22")),
        ([("seen_on", "t-1")], "seen_on", Answer(dt.date(2024, 5, 1))),
        ([("note", "a|b")], "note", Answer("a|b")),
        ([("pulse", ""), ("pulse.missing", "NOT DONE")], "pulse", Answer(None, "NOT DONE")),
        ([("position.missing", "REFUSED")], "position", Answer(None, "REFUSED")),
        ([("pulse", "80"), ("pulse.missing", "")], "pulse", Answer(80)),
        ([("pulse", "80"), ("pulse.origin", "stated for all")], "pulse", Answer(80, None, "stated for all")),
        ([("started", "2024-01-22 08:15"), ("started.origin", "accepted proposal")], "started",
         Answer("2024-01-22T08:15", None, "accepted proposal")),
        ([("proposed", "5")], "proposed", Answer(5)),
    ],
)  # fmt: skip
def test_posted_answers(pairs: list[tuple[str, str]], name: str, answer: Answer) -> None:
    patch, held = post(TOYS.Everything, *pairs)
    assert (patch.items, held) == ({name: answer}, {})


@pytest.mark.requirement("C28")
@pytest.mark.parametrize("origin", ["derived", "imported", "EHR", "typed", "", "Accepted Proposal"])
def test_a_form_cannot_claim_another_origin(origin: str) -> None:
    assert post(TOYS.Everything, ("pulse", "80"), ("pulse.origin", origin))[0].items == {"pulse": Answer(80)}


def test_a_missing_reason_has_no_origin_of_its_own() -> None:
    patch, _ = post(TOYS.Everything, ("pulse.missing", "NOT DONE"), ("pulse.origin", "stated for all"))
    assert patch.items == {"pulse": Answer(None, "NOT DONE")}


@pytest.mark.parametrize(
    ("pairs", "text", "sentence"),
    [
        ([("pulse", "80"), ("pulse.missing", "NOT DONE")], "80", "Pulse has a value and a reason why it is missing. Keep one"),
        ([("pulse", ""), ("pulse.missing", "LOST")], "", "The reason why it is missing takes one of its choices"),
        ([("position", "SITTING"), ("position", "SUPINE")], "SITTING\nSUPINE", "Position was sent more than once"),
        ([("note", "a"), ("note", "b")], "a\nb", "Note was sent more than once"),
        ([("event", "a" * 32), ("event", "b" * 32)], "a" * 32 + "|" + "b" * 32, "a line of the participant's own records"),
    ],
)
def test_contradictions_are_held_back(pairs: list[tuple[str, str]], text: str, sentence: str) -> None:
    patch, held = post(TOYS.Everything, *pairs)
    assert patch.items == {}
    [one] = held.values()
    assert one.text == text
    assert sentence in one.sentence


def test_reasons_and_confirmations_are_kept_by_path() -> None:
    patch, held = post(
        TOYS.Doses,
        ("weight", "7.2"), ("weight.reason", " Entry error "), ("weight.confirm", "As in the chart"), ("level.reason", "x"),
        ("SLOT.2.dose", "5"), ("SLOT.2.dose.reason", "New source"),
    )  # fmt: skip
    assert patch.reasons == {"weight": "Entry error", "SLOT.2.dose": "New source"}
    assert patch.confirmations == {"weight": "As in the chart"}
    assert held == {}


def test_a_reason_that_cannot_be_stored_is_held_back_by_itself() -> None:
    patch, held = post(TOYS.Doses, ("weight", "72.0"), ("weight.reason", "x" * 201))
    assert list(patch.items) == ["weight"]
    assert held["weight.reason"].sentence.startswith("The reason for the change holds 200 characters; you entered 201.")


def test_an_item_that_is_not_open_to_this_person_is_held_back() -> None:
    patch, held = post(
        TOYS.Everything, ("assessed", "Y"), ("pulse", "80"), editable=lambda path: not TOYS.Everything.items[path].assess
    )
    assert patch.items == {"pulse": Answer(80)}
    assert held["assessed"] == Held(
        "assessed", "Y", "Clinically significant cannot be changed by you now. Nothing was stored for this field."
    )


@pytest.mark.parametrize(("posted", "complete"), [([], None), ([""], False), (["", "y"], True), (["on"], True)])
def test_complete_is_only_ever_said(posted: list[str], complete: bool | None) -> None:
    assert post(TOYS.Doses, *(("complete", value) for value in posted))[0].complete is complete


# Rows


def test_rows_are_read_by_number_and_new_rows_in_their_order() -> None:
    patch, held = post(
        TOYS.Doses,
        ("FINDING.new10.text", "third"), ("FINDING.new2.text", "second"), ("FINDING.12.text", "twelve"),
        ("FINDING.2.text", "two"), ("FINDING.new1.text", "first"), ("SLOT.3.dose", "5"), ("NOSUCH.1.text", "x"),
        ("FINDING.0.text", "x"), ("FINDING.x.text", "x"), ("FINDING.-1.text", "x"),
    )  # fmt: skip
    rows = [(row.number, row.key, row.items["text"].value) for row in patch.rows["FINDING"]]
    assert rows == [
        (2, "2", "two"), (12, "12", "twelve"), (None, "new1", "first"), (None, "new2", "second"), (None, "new10", "third"),
    ]  # fmt: skip
    assert [(row.number, row.items) for row in patch.rows["SLOT"]] == [(3, {"dose": Answer(5)})]
    assert (list(patch.rows), held) == (["SLOT", "FINDING"], {})


def test_an_empty_new_row_is_no_row_and_an_emptied_row_is_cleared() -> None:
    patch, held = post(TOYS.Doses, ("FINDING.new1.text", ""), ("FINDING.2.text", ""))
    assert [(row.number, row.items) for row in patch.rows["FINDING"]] == [(2, {"text": EMPTY})]
    assert held == {}


def test_unreadable_text_of_a_new_row_is_held_back_under_its_key() -> None:
    patch, held = post(TOYS.Doses, ("FINDING.new1.text", "x" * 41), ("SLOT.1.start", "soon"), ("SLOT.1.dose", "5"))
    assert list(held) == ["SLOT.1.start", "FINDING.new1.text"]
    assert list(patch.rows) == ["SLOT"]
    assert patch.rows["SLOT"][0].items == {"dose": Answer(5)}


@pytest.mark.parametrize("key", ["4", "new1"])
def test_a_fixed_grid_takes_no_further_row(key: str) -> None:
    patch, held = post(TOYS.Doses, (f"SLOT.{key}.dose", "5"), (f"SLOT.{key}.start", ""))
    assert patch.rows == {}
    assert held[f"SLOT.{key}.dose"].sentence == "Slots has 3 rows. Dose of a further row was not stored."
    assert len(held) == 1


def test_a_row_is_removed_with_a_reason() -> None:
    patch, held = post(
        TOYS.Doses, ("FINDING.2.remove", "y"), ("FINDING.2.remove_reason", "Entered twice"), ("FINDING.2.text", "typed over"),
        ("FINDING.new1.remove", "y"), ("FINDING.new1.text", "gone"), ("FINDING.3.remove_reason", "not ticked"),
    )  # fmt: skip
    [row] = patch.rows["FINDING"]
    assert (row.number, row.items, row.remove_reason) == (2, {}, "Entered twice")
    assert held == {}


@pytest.mark.parametrize(("reason", "editable"), [("", True), ("x" * 201, True), ("Entered twice", False)])
def test_a_row_stays_without_a_reason_or_a_right(reason: str, editable: bool) -> None:
    patch, held = post(
        TOYS.Doses, ("FINDING.2.remove", "y"), ("FINDING.2.remove_reason", reason), editable=lambda path: editable
    )
    assert patch.rows == {}
    [one] = held.values()
    assert one.text == reason
    assert one.path.startswith("FINDING.2.remove")


# Whatever is posted

ENTERED = [name for name in TOYS.Everything.items if name != "computed"]


@given(st.dictionaries(st.sampled_from(ENTERED), st.text(max_size=30)), st.sampled_from(["", "NOT DONE", "\x00", "?"]))
def test_every_posted_item_is_either_taken_or_held_back(texts: dict[str, str], missing: str) -> None:
    pairs = [*texts.items(), *((f"{name}.missing", missing) for name in texts)]
    patch, held = post(TOYS.Everything, *pairs)
    assert set(patch.items) | set(held) == set(texts)
    assert not set(patch.items) & set(held)
    assert all(held[name].text == texts[name] and held[name].sentence for name in held)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=8)), max_size=8))
def test_foreign_names_change_nothing(pairs: list[tuple[str, str]]) -> None:
    known = {*ENTERED, "complete"}
    foreign = [pair for pair in pairs if pair[0] not in known]
    assert post(TOYS.Everything, *foreign) == (Patch(), {})


def test_a_shown_form_posts_back_the_same_answers() -> None:
    answers = {
        "note": "a \u200e|\nb", "pulse": 80, "change": -3, "weight": Decimal("72.0"), "seen_on": TODAY, "onset": "2024-03",
        "taken_at": "08:15", "started": "2024-01-22T08:15", "fasting": "Y", "race": ("ASIAN", "WHITE"), "tube": "glass",
        "laboratory": "Central", "events": ("a" * 32, "b" * 32), "term": "Hypotension", "proposed": 7,
    }  # fmt: skip
    form = show_form(make_record(TOYS.Everything, answers))
    patch, held = post(TOYS.Everything, *((name, form[name].text) for name in answers))
    assert {name: answer.value for name, answer in patch.items.items()} == answers
    assert held == {}


def test_the_answer_of_a_form_raises_what_the_person_should_read() -> None:
    form = entry_form(TOYS.Everything)(today=TODAY)
    form.process(MultiDict([("pulse", "x"), ("note", typed_text(TOYS.Everything.items["note"], "fine"))]))
    assert form.answer("note") == Answer("fine")
    with pytest.raises(Unreadable, match="Pulse takes a whole number"):
        form.answer("pulse")


def test_a_group_form_has_the_means_to_remove_its_row() -> None:
    group: type[Group] = TOYS.Doses.groups["FINDING"]
    form = entry_form(group)("FINDING.2.")
    form.process()
    assert 'name="FINDING.2.remove"' in form["remove"]()
    assert "remove" not in entry_form(TOYS.Doses)()
