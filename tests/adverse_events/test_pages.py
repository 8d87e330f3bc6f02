"""The log of adverse events and the page of one event, as the site, the monitor and an inspector use them."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
from typing import Any

import pytest

from tests.app_fixtures import BROWSER
from tests.ward import EVENTS, GRID, Ward, hidden_value, typed_form

NEW = f"{EVENTS}/new"
CHILLS = {
    "verbatim": "rigors after dose 3", "ctcae_term": "Chills", "start_date": "30jan2024", "start_time": "0040",
    "GRADE.new1.grade": "2", "ongoing": "Y", "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N",
    "action_il2": "DOSE NOT CHANGED", "action_nivolumab": "DOSE NOT CHANGED", "treatment_given": "NONE",
}  # fmt: skip
ASSESSED = {"rel_il2": "PROBABLE", "rel_nivolumab": "UNRELATED", "immune_related": "N"}


def add(ward: Ward, fields: dict[str, Any] | None = None, person: str = "r.diaz") -> Any:
    return ward.post(ward.client(person), NEW, {**CHILLS, **(fields or {})})


def grades(ward: Ward, line: int = 2) -> list[tuple[str | None, str | None, str | None]]:
    """Grade, date and time of each line of the history."""

    def of(entry: Any) -> list[Any]:
        return [(row.value("grade"), row.value("from_date"), row.value("from_time")) for row in entry.view.rows("GRADE")]

    found: list[Any] = ward.casebook.look("AE", of, line=line)
    return found


# --- one event ------------------------------------------------------------------------------------------------------


def test_an_investigator_records_an_event_in_one_save(ward: Ward) -> None:
    answer = add(ward, ASSESSED, "l.ames")
    assert answer.status_code == 303 and answer.location == f"{EVENTS}?line=2"
    assert ward.casebook.values("AE", "ctcae_term", "soc", "max_grade", "rel_il2", line=2) == [
        "Chills", "General disorders and administration site conditions", "2", "PROBABLE",
    ]  # fmt: skip


def test_the_first_grade_holds_from_the_onset(ward: Ward) -> None:
    add(ward)
    assert grades(ward) == [("2", "2024-01-30", "00:40")]


def test_the_first_grade_may_hold_from_another_time(ward: Ward) -> None:
    add(ward, {"GRADE.new1.from_date": "31jan2024"})
    assert grades(ward) == [("2", "2024-01-31", None)]


def test_a_coordinator_sees_who_answers_the_relationship(ward: Ward) -> None:
    page = ward.client().get(NEW, headers=BROWSER).text
    assert 'name="rel_il2"' not in page and "An investigator answers this." in page
    assert 'name="rel_il2"' in ward.client("l.ames").get(NEW, headers=BROWSER).text


def test_a_coordinator_cannot_set_the_relationship(ward: Ward) -> None:
    add(ward, ASSESSED)
    assert ward.casebook.values("AE", "ctcae_term", "rel_il2", "immune_related", line=2) == ["Chills", None, None]


@pytest.mark.parametrize(("term", "offered"), [("Hypotension", "12345"), ("Chills", "123"), ("Eosinophilia", "13")])
def test_only_the_grades_of_the_term_are_on_the_screen(ward: Ward, term: str, offered: str) -> None:
    add(ward, {"ctcae_term": term, "GRADE.new1.grade": ""})
    page = ward.client().get(f"{EVENTS}/2", headers=BROWSER).text
    assert "".join(re.findall(r'name="GRADE\.new1\.grade" value="(\d)"', page)) == offered


def test_a_grade_that_the_term_lacks_is_asked_about(ward: Ward) -> None:
    add(ward, {"GRADE.new1.grade": "5"})
    assert ("AE-02", "grade", "open") in ward.casebook.queries("AE", line=2)
    assert "not a grade of this term" in ward.client().get(f"{EVENTS}/2", headers=BROWSER).text


def test_the_patient_changed_adds_a_period(ward: Ward) -> None:
    add(ward)
    client = ward.client()
    later = {"GRADE.new1.grade": "1", "GRADE.new1.from_date": "2024-01-31", "GRADE.new1.from_time": "0900"}
    ward.post(client, f"{EVENTS}/2", later)
    assert grades(ward) == [("2", "2024-01-30", "00:40"), ("1", "2024-01-31", "09:00")]
    page = client.get(f"{EVENTS}/2", headers=BROWSER).text
    assert "Grade 2 - Moderate, from 2024-01-30 00:40 to 2024-01-31 09:00" in page
    assert "The patient changed" in page and "The entry was wrong" in page


@pytest.mark.requirement("C19")
def test_a_wrong_grade_is_corrected_with_a_reason_only(ward: Ward) -> None:
    add(ward)
    client = ward.client()
    ward.post(client, f"{EVENTS}/2", {"GRADE.1.grade": "3"})
    assert grades(ward)[0][0] == "2"
    ward.post(client, f"{EVENTS}/2", {"GRADE.1.grade": "3", "GRADE.1.grade.reason": "Entry error"})
    assert grades(ward) == [("3", "2024-01-30", "00:40")]


def test_an_untouched_page_changes_nothing(ward: Ward) -> None:
    add(ward, ASSESSED, "l.ames")
    client, version = ward.client(), ward.casebook.state("AE", "row_version", line=2)
    client.post(f"{EVENTS}/2", data=typed_form(client.get(f"{EVENTS}/2", headers=BROWSER).text), headers=BROWSER)
    assert ward.casebook.state("AE", "row_version", line=2) == version


def test_a_new_event_is_not_prefilled(ward: Ward) -> None:
    sent = typed_form(ward.client("l.ames").get(NEW, headers=BROWSER).text)
    plumbing = {"csrf_token", "request_token", "row_version", "complete", "then"}
    assert {name: texts for name, texts in sent.items() if name not in plumbing and any(texts)} == {}


def test_a_held_dose_is_linked_from_its_event(ward: Ward) -> None:
    uid = ward.casebook.look("AE", lambda entry: entry.header.uid, line=1)
    held = {"SLOT.4.status": "HELD", "SLOT.4.hold_reason": "HYPOTENSION", "SLOT.4.ae_ref": uid}
    ward.post(ward.client(), GRID, {"planned_start": "29jan2024 0800", **held})
    page = ward.client().get(f"{EVENTS}/1", headers=BROWSER).text
    assert "Course 1, admission 1 (IL-2), dose 4" in page and f'href="{GRID}#dose-4"' in page


def test_an_event_recorded_for_a_dose_leads_back_to_it(ward: Ward) -> None:
    client = ward.client()
    page = client.get(f"{NEW}?dose=c1-admission-1:8", headers=BROWSER).text
    assert hidden_value(page, "dose") == "c1-admission-1:8"
    answer = ward.post(client, NEW, {**CHILLS, "dose": "c1-admission-1:8"})
    assert answer.location == f"{GRID}#dose-8"


@pytest.mark.parametrize("forged", ["//evil.example/:8", "c1-admission-1:8/../..", "x" * 500])
def test_the_way_back_is_one_of_our_own_pages(ward: Ward, forged: str) -> None:
    assert add(ward, {"dose": forged}).location.startswith("/nct03991130/participants/001-001/")


def test_a_removed_event_keeps_its_number(ward: Ward) -> None:
    add(ward)
    client = ward.client()
    ward.post(client, f"{EVENTS}/2/remove", {"reason": "entered twice"})
    add(ward, {"ctcae_term": "Fever"})
    assert ward.casebook.values("AE", "ctcae_term", line=3) == ["Fever"]
    log = client.get(EVENTS, headers=BROWSER).text
    assert "Removed: entered twice" in log
    assert "This line was removed: entered twice" in client.get(f"{EVENTS}/2", headers=BROWSER).text


@pytest.mark.parametrize(("person", "status"), [("m.lindt", 403), ("p.shah", 403), ("r.diaz", 200)])
def test_who_may_begin_an_event(ward: Ward, person: str, status: int) -> None:
    assert ward.client(person).get(NEW, headers=BROWSER).status_code == status


def test_a_monitor_verifies_on_the_page_of_the_event(ward: Ward) -> None:
    page = ward.client("m.lindt").get(f"{EVENTS}/1", headers=BROWSER).text
    assert "Verify the" in page and 'name="verbatim"' not in page


# --- terms ----------------------------------------------------------------------------------------------------------


def test_the_index_is_small_and_kept_by_browsers(ward: Ward) -> None:
    client = ward.client()
    url = re.search(r'data-index-url="([^"]+)"', client.get(NEW, headers=BROWSER).text)
    assert url
    answer = client.get(url[1], headers=BROWSER)
    assert len(answer.data) <= 12 * 1024
    assert "immutable" in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]
    rows = json.loads(gzip.decompress(answer.data))
    assert len(rows) == 837
    chills = next(row for row in rows if row[0] == "Chills")
    assert chills[2] == "G1-3" and "rigors" in chills[3]
    assert client.get(re.sub(r"[0-9a-f]{12}\.json", "0" * 12 + ".json", url[1]), headers=BROWSER).status_code == 404


def test_rigors_suggests_chills(ward: Ward) -> None:
    client = ward.client()
    assert 'value="Chills"' in client.get(f"{NEW}/term?q=rigors", headers=BROWSER).text
    ward.post(client, NEW, {**CHILLS, "verbatim": "rigors", "ctcae_term": ""})
    assert 'data-use-term="Chills"' in client.get(f"{EVENTS}/2", headers=BROWSER).text


def test_a_proposed_term_is_taken_by_its_button(ward: Ward) -> None:
    add(ward, {"ctcae_term": "", "then": "use-term:Chills"})

    def of(entry: Any) -> tuple[str, str]:
        answer = entry.view.answer("ctcae_term")
        return answer.value, answer.origin

    assert ward.casebook.look("AE", of, line=2) == ("Chills", "accepted proposal")


def test_a_term_is_found_without_scripts_and_nothing_typed_is_lost(ward: Ward) -> None:
    client = ward.client()
    answer = ward.post(client, NEW, {**CHILLS, "ctcae_term": "rigor", "then": "find-term"})
    assert answer.location == f"{NEW}/term"
    page = client.get(answer.location, headers=BROWSER).text
    assert 'name="q" value="rigor"' in page and 'value="Chills"' in page
    ward.post(client, f"{NEW}/term", {"term": "Chills"})
    again = client.get(NEW, headers=BROWSER).text
    assert 'value="Chills"' in again and 'value="rigors after dose 3"' in again and 'value="30jan2024"' in again


def test_a_word_that_is_no_term_holds_back_the_term_only(ward: Ward) -> None:
    add(ward, {"ctcae_term": "rigors"})
    assert ward.casebook.values("AE", "verbatim", "ctcae_term", line=2) == ["rigors after dose 3", None]
    assert 'value="rigors"' in ward.client().get(f"{EVENTS}/2", headers=BROWSER).text


def test_another_event_of_the_term_is_named_before_the_save(ward: Ward) -> None:
    client = ward.client()
    named = f'<a href="{EVENTS}/1">Adverse event 1</a> is Hypotension too, from 2024-01-30 and goes on.'
    assert named in client.get(NEW, headers=BROWSER).text
    assert named not in client.get(f"{EVENTS}/1", headers=BROWSER).text
    add(ward, {"ctcae_term": "Hypotension"})
    shown = re.search(r'data-twin="Hypotension" data-twin-end=""( hidden)?', client.get(f"{EVENTS}/2", headers=BROWSER).text)
    assert shown and not shown[1]


def test_terms_in_use_are_proposed_first(ward: Ward) -> None:
    used = re.search(r'data-used="([^"]+)"', ward.client().get(NEW, headers=BROWSER).text)
    assert used and json.loads(html.unescape(used[1])) == {"Hypotension": 2}


# --- the log --------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(ward: Ward) -> Ward:
    """Hypotension without a grade, chills of grade 2 that ended, a serious hypoxia of grade 4."""
    add(ward, {"ongoing": "N", "end_date": "2024-01-31", "outcome": "RECOVERED/RESOLVED", "GRADE.new1.grade": "2"})
    add(ward, {"ctcae_term": "Hypoxia", "verbatim": "low oxygen", "GRADE.new1.grade": "4", "serious": "Y", "ser_life": "Y"})
    return ward


@pytest.mark.parametrize(
    ("query", "terms"),
    [("", ["Hypotension", "Chills", "Hypoxia"]), ("?only=open", ["Hypotension", "Hypoxia"]),
     ("?only=serious", ["Hypoxia"]), ("?only=severe", ["Hypoxia"]), ("?only=open&only=severe", ["Hypoxia"]),
     ("?only=nonsense", ["Hypotension", "Chills", "Hypoxia"])],
)  # fmt: skip
def test_filters_narrow_log_and_csv_alike(three: Ward, query: str, terms: list[str]) -> None:
    client = three.client()
    page = client.get(EVENTS + query, headers=BROWSER).text
    shown = re.findall(r'data-label="Term"><span><a [^>]+>([^<]+)</a>', page)
    answer = client.get(f"{EVENTS}.csv{query}", headers=BROWSER)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert shown == terms == [row["Term"] for row in rows]
    assert "001-001_adverse-events_20240203T0830.csv" in answer.headers["Content-Disposition"]


def test_with_query_shows_events_that_somebody_asks_about(three: Ward) -> None:
    asked = [line for line in (1, 2, 3) if three.casebook.state("AE", "queries_open", line=line)]
    page = three.client().get(f"{EVENTS}?only=query", headers=BROWSER).text
    assert [int(n) for n in re.findall(rf'data-label="No\."><a href="{EVENTS}/(\d+)"', page)] == asked


def test_csv_runs_no_formula(ward: Ward) -> None:
    add(ward, {"verbatim": "=cmd()"})
    rows = list(csv.DictReader(io.StringIO(ward.client().get(f"{EVENTS}.csv", headers=BROWSER).text)))
    assert rows[1]["Words of the source"] == "'=cmd()"


def test_none_occurred_is_answered_on_the_log(ward: Ward) -> None:
    client = ward.client()
    assert "not answered yet" in client.get(EVENTS, headers=BROWSER).text
    assert ward.post(client, EVENTS, {"any_ae": "Y"}).location == EVENTS
    ward.post(client, EVENTS, {"any_ae": "N"})
    page = client.get(EVENTS, headers=BROWSER).text
    assert "Say why you changed" in page
    ward.post(client, EVENTS, {"any_ae": "N", "any_ae.reason": "Entry error"})
    page = client.get(EVENTS, headers=BROWSER).text
    assert "You answered no to" in page and "1 lines exist" in page


@pytest.mark.parametrize("person", ["m.lindt", "p.shah"])
def test_who_may_not_enter_reads_the_log(ward: Ward, person: str) -> None:
    page = ward.client(person).get(EVENTS, headers=BROWSER).text
    assert "Hypotension" in page and "Add adverse event" not in page and 'name="any_ae"' not in page
