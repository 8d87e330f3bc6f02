"""The logs as lists: lines added and returned to, stated 'none', links both ways, filters, order, pages, removal."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from tests.app_fixtures import BROWSER, app, application_url
from tests.ward import BASE, EVENTS, GRID, Ward, ward, ward_with

__all__ = ["app", "application_url", "ward"]

DRUGS, PROCEDURES, DEVIATIONS = f"{BASE}/medications", f"{BASE}/procedures", f"{BASE}/deviations"
PARACETAMOL = {
    "drug": "Acetaminophen", "class_flag": "NSAID/ANTIPYRETIC", "indication": "Comfort", "dose": "650", "unit": "mg",
    "frequency": "Q6H", "route": "ORAL", "form": "TABLET", "start": "30jan2024", "ongoing": "Y",
}  # fmt: skip


def add(ward: Ward, fields: dict[str, Any] | None = None, log: str = DRUGS) -> Any:
    """A line as r.diaz types it."""
    return ward.post(ward.client(), f"{log}/new", {**PARACETAMOL, **(fields or {})})


def page(ward: Ward, url: str = DRUGS, person: str = "r.diaz") -> str:
    return str(ward.client(person).get(url, headers=BROWSER).text)


def numbers(text: str) -> list[int]:
    """The numbers of the lines that a list shows, in its order."""
    return [int(number) for number in re.findall(r'data-label="No\."><a href="[^"]+/(\d+)"', text)]


# --- adding ---------------------------------------------------------------------------------------------------------


def test_a_saved_line_is_shown_in_its_log(ward: Ward) -> None:
    client = ward.client()
    answer = ward.post(client, f"{DRUGS}/new", PARACETAMOL)
    assert answer.location == f"{DRUGS}?line=1"
    text = client.get(answer.location, headers=BROWSER).text
    assert 'id="line-1" class="is-saved"' in text and "Medication 1 Acetaminophen." in text
    assert "650 mg" in text and "Every 6 hours" in text and "ongoing" in text


def test_save_and_add_another_opens_the_next_line(ward: Ward) -> None:
    client = ward.client()
    assert "Save and add another" in client.get(f"{DRUGS}/new", headers=BROWSER).text
    assert ward.post(client, f"{DRUGS}/new", {**PARACETAMOL, "then": "next"}).location == f"{DRUGS}/new"


def test_a_line_that_was_there_stays_open_after_a_save(ward: Ward) -> None:
    add(ward)
    answer = ward.post(ward.client(), f"{DRUGS}/1", {"indication": "Headache", "indication.reason": "Entry error"})
    assert answer.location == f"{DRUGS}/1"


def test_text_that_cannot_be_read_brings_the_line_back(ward: Ward) -> None:
    answer = add(ward, {"dose": "6x0"})
    assert answer.location == f"{DRUGS}/1"
    assert 'value="6x0"' in page(ward, answer.location)


def test_the_list_turns_to_the_page_of_the_saved_line(ward: Ward) -> None:
    for day in range(1, 53):
        ward.casebook.save("CM", {"drug": f"Drug {day}", "start": "2024-01-30"})
    text = page(ward, f"{DRUGS}?line=52")
    assert numbers(text) == [51, 52] and "page 2 of 2" in text
    assert numbers(page(ward))[:1] == [1] and len(numbers(page(ward))) == 50
    assert len(numbers(page(ward, f"{DRUGS}?size=200"))) == 52


# --- none -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("log", "oid", "item"), [(DRUGS, "CMYN", "any_cm"), (PROCEDURES, "PRYN", "any_pr")])
def test_none_is_stated_by_one_button(ward: Ward, log: str, oid: str, item: str) -> None:
    client = ward.client()
    text = client.get(log, headers=BROWSER).text
    assert "not answered yet" in text and f'name="{item}" value="N"' in text
    ward.post(client, log, {item: "N", "complete": "1"})
    assert ward.casebook.values(oid, item, visit="LOG") == ["N"]
    assert ward.casebook.state(oid, "entry_status", visit="LOG") == "complete"
    assert f'<button class="btn btn-quiet" name="{item}"' not in client.get(log, headers=BROWSER).text


def test_none_with_lines_is_asked_about_on_the_list(ward: Ward) -> None:
    add(ward)
    ward.post(ward.client(), DRUGS, {"any_cm": "N"})
    assert "You answered no to &#39;Any medication&#39; but 1 lines exist." in page(ward)


def test_the_form_of_the_answer_leads_to_the_list(ward: Ward) -> None:
    assert ward.client().get(f"{BASE}/any-medications", headers=BROWSER).location == DRUGS


def test_a_log_without_a_header_is_a_list_too(ward: Ward) -> None:
    text = page(ward, DEVIATIONS)
    assert "No deviation recorded for 001-001." in text and "not answered yet" not in text


# --- links ----------------------------------------------------------------------------------------------------------


def test_a_drug_and_its_event_are_linked_both_ways(ward: Ward) -> None:
    event = ward.casebook.look("AE", lambda entry: entry.header.uid, line=1)
    add(ward, {"ae_ref": event})
    assert f'<a href="{EVENTS}/1">Adverse event 1 Hypotension</a>' in page(ward)
    assert f'<a href="{DRUGS}/1">Medication 1 Acetaminophen</a>' in page(ward, EVENTS)
    assert "Medication 1 Acetaminophen" in page(ward, f"{EVENTS}/1")


def test_a_held_dose_stands_beside_its_event(ward: Ward) -> None:
    event = ward.casebook.look("AE", lambda entry: entry.header.uid, line=1)
    held = {"SLOT.4.status": "HELD", "SLOT.4.hold_reason": "HYPOTENSION", "SLOT.4.ae_ref": event}
    ward.post(ward.client(), GRID, {"planned_start": "29jan2024 0800", **held})
    assert f'href="{GRID}#dose-4">Course 1, admission 1 (IL-2), dose 4</a>' in page(ward, EVENTS)


def test_a_removed_line_links_nothing(ward: Ward) -> None:
    event = ward.casebook.look("AE", lambda entry: entry.header.uid, line=1)
    add(ward, {"ae_ref": event})
    ward.post(ward.client(), f"{DRUGS}/1/remove", {"reason": "entered twice"})
    assert "Medication 1" not in page(ward, EVENTS)


# --- queries and marks ----------------------------------------------------------------------------------------------


def test_what_is_asked_stands_under_its_line(ward: Ward) -> None:
    add(ward, {"ongoing": "N", "end": "29jan2024"})
    text = page(ward)
    assert "Stop 2024-01-29 is before start 2024-01-30." in text and f'href="{DRUGS}/1/items/end#query-' in text


# --- narrowing and order --------------------------------------------------------------------------------------------


def add_three(ward: Ward) -> None:
    """Acetaminophen that goes on; dexamethasone that was stopped; a vasopressor whose stop is asked about."""
    stopped = {"ongoing": "N", "end": "2024-01-31"}
    add(ward)
    add(ward, {"drug": "Dexamethasone", "class_flag": "STEROID", "frequency": "QD", "dose": "4", "start": "2024-01-24"} | stopped)
    add(ward, {"drug": "Phenylephrine", "class_flag": "VASOPRESSOR", "start": "2024-02-01"} | stopped)


ward_filling = ward_with(add_three, "three")


@pytest.fixture
def three(ward: Ward) -> Ward:
    """The ward with those three lines."""
    return ward


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]), ("?only=open", [1]), ("?only=steroid", [2]), ("?only=open&only=steroid", []),
        ("?only=nonsense", [1, 2, 3]), ("?q=dexa", [2]), ("?q=MG+phenyl", [3]), ("?q=nothing", []),
        ("?sort=-no", [3, 2, 1]), ("?sort=0", [1, 2, 3]), ("?sort=-0", [3, 2, 1]), ("?sort=3", [2, 1, 3]),
        ("?sort=99", [1, 2, 3]), ("?sort=x", [1, 2, 3]), ("?page=9", [1, 2, 3]), ("?page=0", [1, 2, 3]),
        ("?size=7", [1, 2, 3]), ("?line=77", [1, 2, 3]),
    ],
)  # fmt: skip
def test_list_and_file_are_narrowed_and_ordered_alike(three: Ward, query: str, found: list[int]) -> None:
    assert numbers(page(three, DRUGS + query)) == found
    text = three.client().get(f"{DRUGS}.csv{query}", headers=BROWSER).text
    assert [int(row["No."]) for row in csv.DictReader(io.StringIO(text))] == found


def test_with_query_shows_lines_that_somebody_asks_about(three: Ward) -> None:
    asked = [line for line in (1, 2, 3) if three.casebook.state("CM", "queries_open", line=line)]
    assert 3 in asked
    assert numbers(page(three, f"{DRUGS}?only=query")) == asked


def test_prednisone_equivalent_stands_in_the_list_and_its_arithmetic_in_the_form(three: Ward) -> None:
    assert "26.7 mg/day" in page(three)
    assert "dexamethasone 4 mg/day x 20/3 = 26.7 mg/day prednisone" in page(three, f"{DRUGS}/2")


# --- removal --------------------------------------------------------------------------------------------------------


def test_a_removed_line_is_struck_through_with_its_reason_and_keeps_its_number(three: Ward) -> None:
    three.post(three.client(), f"{DRUGS}/2/remove", {"reason": "entered twice"})
    add(three, {"drug": "Ibuprofen"})
    text = page(three)
    assert numbers(text) == [1, 2, 3, 4] and "3 of 3" in text
    assert 'id="line-2" class="is-removed"' in text and "Removed: entered twice" in text
    assert numbers(page(three, f"{DRUGS}?only=steroid")) == []


@pytest.mark.parametrize("person", ["m.lindt", "p.shah"])
def test_who_may_not_enter_reads_the_list(three: Ward, person: str) -> None:
    text = page(three, person=person)
    assert "Dexamethasone" in text and "Add medication" not in text and 'name="any_cm"' not in text


@pytest.mark.parametrize("slug", ["medications", "procedures", "medical-history", "deviations", "adverse-events", "lesions"])
def test_each_log_opens_on_an_empty_participant(ward: Ward, slug: str) -> None:
    assert ward.client().get(f"{BASE}/{slug}", headers=BROWSER).status_code == 200


def test_the_casebook_counts_lines_and_hides_the_header_forms(three: Ward) -> None:
    text = page(three, BASE)
    assert "Concomitant medications" in text and "Concomitant medications: any?" not in text


# --- deviations -----------------------------------------------------------------------------------------------------

LATE = {"visit_occurred": "Y", "visit_date": "2024-02-03"}


@pytest.fixture
def offered(ward: Ward) -> tuple[Ward, int]:
    """Admission 1 some days late, so that VIS-01 offers a deviation; with the number of its query."""
    ward.casebook.save("VISIT", LATE, visit="C1A1")
    return ward, query_of(ward, "VIS-01").number


def query_of(ward: Ward, check: str) -> Any:
    from sqlalchemy import select

    from edc.queries.models import Query

    with ward.casebook.session() as session:
        found = session.scalars(select(Query).where(Query.check_id == check).order_by(Query.number.desc())).first()
        return found and type("Q", (), {n: getattr(found, n) for n in ("number", "status", "deviation", "text")})


DEVIATION = {
    "dev_date": "2024-02-03", "category": "VISIT WINDOW", "severity": "MINOR", "description": "Admitted late.",
    "irb_reportable": "N",
}  # fmt: skip


def test_a_query_that_offers_a_deviation_has_both_acts(offered: tuple[Ward, int]) -> None:
    ward, number = offered
    for url in (f"{BASE}/c1-admission-1/visit-header/items/visit_date", f"/nct03991130/queries/{number}"):
        text = page(ward, url)
        assert f'href="{DEVIATIONS}/new?query={number}"' in text and "No deviation, because" in text


def test_a_deviation_added_for_an_offer_names_check_and_item(offered: tuple[Ward, int]) -> None:
    ward, number = offered
    url = f"{DEVIATIONS}/new?query={number}"
    text = page(ward, url)
    assert "Check VIS-01 offers this deviation" in text and "Proposed category: Visit window" in text
    answer = ward.post(ward.client(), f"{DEVIATIONS}/new", {**DEVIATION, "query": str(number)})
    assert answer.location == f"{DEVIATIONS}?line=1"
    assert ward.casebook.values("DV", "source", "check_id", "related_item", line=1) == [
        "CHECK", "VIS-01", "C1 adm. 1, Visit header, Date of visit",
    ]  # fmt: skip
    assert (query_of(ward, "VIS-01").deviation, query_of(ward, "VIS-01").status) == ("added", "answered")
    assert "Deviation 1 was added." in page(ward, f"/nct03991130/queries/{number}")
    assert "Add a deviation" not in page(ward, f"/nct03991130/queries/{number}")


def test_a_deviation_of_ones_own_names_no_check(ward: Ward) -> None:
    add(ward, DEVIATION, log=DEVIATIONS)
    assert ward.casebook.values("DV", "source", "check_id", line=1) == ["MANUAL", None]


@pytest.mark.parametrize("number", ["999", "x", "", "99999999999999999999"])
def test_an_offer_that_does_not_exist_adds_a_deviation_of_ones_own(ward: Ward, number: str) -> None:
    ward.post(ward.client(), f"{DEVIATIONS}/new", {**DEVIATION, "query": number})
    assert ward.casebook.values("DV", "source", "check_id", line=1) == ["MANUAL", None]


def test_an_offer_is_declined_with_a_reason_only(offered: tuple[Ward, int]) -> None:
    ward, number = offered
    url = f"/nct03991130/queries/{number}"
    ward.post(ward.client(), f"{url}/no-deviation", {"text": " "}, page=url)
    assert query_of(ward, "VIS-01").deviation is None
    ward.post(ward.client(), f"{url}/no-deviation", {"text": "Bed shortage, allowed by the sponsor"}, page=url)
    assert (query_of(ward, "VIS-01").deviation, query_of(ward, "VIS-01").status) == ("declined", "answered")


def test_a_check_that_offers_nothing_cannot_be_declined(ward: Ward) -> None:
    add(ward, {"ongoing": "N", "end": "29jan2024"})
    url = f"/nct03991130/queries/{query_of(ward, 'CM-01').number}"
    assert ward.post(ward.client(), f"{url}/no-deviation", {"text": "none"}, page=url).status_code == 409


@pytest.mark.parametrize(("days", "asks"), [(13, False), (15, True)])
def test_an_unsettled_offer_is_asked_about_after_two_weeks(offered: tuple[Ward, int], days: int, asks: bool) -> None:
    import datetime as dt

    ward, _ = offered
    ward.casebook.clock.at += dt.timedelta(days=days)
    add(ward)
    assert bool(query_of(ward, "DV-01")) == asks
    if asks:
        assert query_of(ward, "DV-01").text == "VIS-01 suggested a deviation on 2024-02-03. Add it or say why not."


def test_settling_an_offer_closes_its_reminder(offered: tuple[Ward, int]) -> None:
    import datetime as dt

    ward, number = offered
    ward.casebook.clock.at += dt.timedelta(days=15)
    add(ward)
    ward.post(ward.client(), f"{DEVIATIONS}/new", {**DEVIATION, "query": str(number)})
    assert query_of(ward, "DV-01").status == "closed"
    add(ward, {"drug": "Ibuprofen"})
    assert query_of(ward, "DV-01").status == "closed"
