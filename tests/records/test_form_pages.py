"""Form pages as people use them: fill in, correct, meet somebody else, come back later, read, review."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from audit.models import audit_change
from edc.permissions import Role
from edc.records.identifiers import Cipher
from edc.records.models import Draft, FormRecord, RecordOpening
from edc.web import shell
from tests.app_fixtures import BROWSER, app, application_url, open_account, pass_time, sign_in
from tests.records import casebooks
from tests.ward import BASE, CODE, Ward, hidden_value, ward

__all__ = ["app", "application_url", "ward"]

# What the pages ask of the database is proven on both kinds by test_saving.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

DM = f"{BASE}/screening/demographics"
ADMISSION = f"{BASE}/c1-admission-1/il2-admission"
CONSENTS = f"{BASE}/informed-consent"
FILLED = {"birth_date": "1959-11-03", "sex": "F", "race": "WHITE"}


@pytest.fixture
def nurse(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """R. Diaz, a coordinator, signed in; the tests' own casebook reads identifiers with the application's key."""
    cipher = shell(ward.app).cipher
    assert isinstance(cipher, Cipher)
    monkeypatch.setattr(casebooks, "CIPHER", cipher)
    return ward.client()


def line_of(page: str) -> str:
    """What the page says of the last act."""
    found = re.search(r'class="cb-flash[^>]*>.*?<span>([^<]*)</span>', page, re.DOTALL)
    return found[1].replace("&#39;", "'") if found else ""


def control(page: str, name: str) -> str:
    """The text in a control."""
    found = re.search(rf'name="{re.escape(name)}" type="text"[^>]* value="([^"]*)"', page)
    assert found, f"no control {name}"
    return found[1]


def item_of(page: str, name: str) -> str:
    """The part of the page that shows an item."""
    start = page.index(f'id="item-{name}"')
    following = page.find('class="cb-item', start)
    return page[start : following if following > 0 else None]


def follow(client: FlaskClient, answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return client.get(answer.location, headers=BROWSER).text


def save(ward: Ward, client: FlaskClient, url: str, **fields: Any) -> str:
    """Save a form and return the page that comes back."""
    return follow(client, ward.post(client, url, fields))


def changes(ward: Ward) -> int:
    with shell(ward.app).engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(audit_change)) or 0


def drafts(ward: Ward) -> int:
    with shell(ward.app).engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Draft)) or 0


# --- fill in --------------------------------------------------------------------------------------------------------


def test_a_fresh_form_proposes_nothing(ward: Ward, nurse: FlaskClient) -> None:
    page = nurse.get(DM).text
    form = page[page.index("data-form") : page.index("cb-savebar")]
    assert " checked" not in form
    assert not re.findall(r'<input[^>]*type="text"[^>]*value="[^"]', form)
    assert not re.findall(r"<option[^>]* selected", form)


@pytest.mark.requirement("C14")
def test_a_save_stores_the_answers_and_says_how_far_it_is(ward: Ward, nurse: FlaskClient) -> None:
    page = save(ward, nurse, DM, **FILLED)
    assert re.fullmatch(r"Saved 08:30\. 3 of 5 items\. Not marked complete\.", line_of(page))
    assert ward.casebook.values("DM", "birth_date", "sex", "race") == ["1959-11-03", "F", ("WHITE",)]
    assert control(page, "birth_date") == "1959-11-03"


def test_complete_is_given_when_every_required_answer_stands(ward: Ward, nurse: FlaskClient) -> None:
    page = save(ward, nurse, DM, **FILLED, complete="1")
    assert "Not complete yet: Ethnicity and Childbearing potential are open." in line_of(page)
    rest = {"ethnicity": "UNKNOWN", "childbearing.missing": "NOT ASKED"}
    page = save(ward, nurse, DM, **rest, complete="1")
    assert "Complete." in line_of(page)
    assert ward.casebook.state("DM", "entry_status") == "complete"


def test_save_and_next_opens_the_next_form_of_the_visit(ward: Ward, nurse: FlaskClient) -> None:
    answer = ward.post(nurse, f"{BASE}/c1-d1/visit-header", {"visit_occurred": "Y", "then": "next"})
    assert answer.location.startswith(f"{BASE}/c1-d1/")
    assert not answer.location.endswith("visit-header")


def test_nothing_is_entered_before_consent(ward: Ward, nurse: FlaskClient) -> None:
    ward.casebook.add_participant("001-002", consented=False)
    url = DM.replace(CODE, "001-002")
    ward.casebook.add_visit("SCR", "001-002")
    page = nurse.get(url).text
    assert "001-002 has no signed consent on record. Enter the informed consent first." in page
    assert "data-form" not in page
    answer = nurse.post(url, data={"csrf_token": hidden_value(page, "csrf_token"), "sex": "F"}, headers=BROWSER)
    assert answer.status_code == 400


# --- what cannot be read --------------------------------------------------------------------------------------------


def test_unreadable_text_is_held_back_and_everything_else_is_stored(ward: Ward, nurse: FlaskClient) -> None:
    page = save(ward, nurse, DM, **{**FILLED, "birth_date": "1959-11-o3"})
    assert line_of(page) == "2 items saved 08:30. Date of birth needs correcting."
    assert "<title>Error: Demographics" in page
    assert control(page, "birth_date") == "1959-11-o3"
    assert "takes a date as far as known" in item_of(page, "birth_date")
    assert '<a href="#birth_date">Date of birth: Takes a date as far as known' in page
    assert ward.casebook.values("DM", "birth_date", "sex") == [None, "F"]
    page = save(ward, nurse, DM, birth_date="1959-11-03")
    assert (control(page, "birth_date"), drafts(ward)) == ("1959-11-03", 0)


def test_a_coordinator_cannot_answer_for_the_investigator(ward: Ward, nurse: FlaskClient) -> None:
    page = nurse.get(f"{BASE}/adverse-events/1").text
    assert 'name="rel_il2"' not in page
    ward.post(nurse, f"{BASE}/adverse-events/1", {"rel_il2": "POSSIBLE"})
    assert ward.casebook.values("AE", "rel_il2", line=1) == [None]


# --- reasons --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C19")
def test_a_change_without_a_reason_stores_nothing_and_loses_nothing(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    before = changes(ward)
    page = save(ward, nurse, DM, birth_date="1960-01-01", ethnicity="UNKNOWN")
    assert line_of(page) == "Nothing was stored yet. Say why you changed Date of birth, then save again."
    assert control(page, "birth_date") == "1960-01-01"
    assert re.search(r'data-reason>.*name="birth_date.reason"', item_of(page, "birth_date"), re.DOTALL)
    assert 'value="UNKNOWN" id="ethnicity-4" checked' in page
    assert changes(ward) == before
    page = save(ward, nurse, DM, birth_date="1960-01-01", ethnicity="UNKNOWN", **{"birth_date.reason": "Entry error"})
    assert ward.casebook.values("DM", "birth_date", "ethnicity") == ["1960-01-01", "UNKNOWN"]
    assert drafts(ward) == 0


@pytest.mark.requirement("C19")
def test_a_reason_in_own_words_is_kept(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    save(ward, nurse, DM, sex="M", **{"sex.reason": ["", "Chart of another participant"]})
    assert "Chart of another participant" in nurse.get(f"{DM}/items/sex").text


def test_a_reason_box_stands_only_beside_what_is_recorded(ward: Ward, nurse: FlaskClient) -> None:
    page = save(ward, nurse, DM, **FILLED)
    assert 'name="sex.reason"' in page
    assert 'name="ethnicity.reason"' not in page


# --- findings -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C30")
def test_an_implausible_value_is_stored_with_two_ways_out(ward: Ward, nurse: FlaskClient) -> None:
    page = save(ward, nurse, ADMISSION, dosing_weight_kg="220.0", **{"dosing_weight_kg.reason": "New source"})
    assert "queries opened" in line_of(page) or "1 query opened" in line_of(page)
    shown = item_of(page, "dosing_weight_kg")
    assert "outside the usual 35-200 kg" in shown
    assert "Correct it" in shown
    assert 'name="dosing_weight_kg.confirm"' in shown
    page = save(ward, nurse, ADMISSION, dosing_weight_kg="220.0", **{"dosing_weight_kg.confirm": "Chart page 3"})
    assert "1 query answered: a reviewer looks at it now." in line_of(page)
    assert "Answered: Chart page 3" in item_of(page, "dosing_weight_kg")


def test_an_answer_that_no_longer_applies_is_listed_to_be_cleared(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED, childbearing="Y")
    page = save(ward, nurse, DM, sex="M", **{"sex.reason": "Entry error"})
    assert "1 answer no longer applies" in page
    assert ward.casebook.values("DM", "childbearing") == ["Y"]
    save(ward, nurse, DM, childbearing="", **{"childbearing.reason": "Entry error"})
    assert ward.casebook.values("DM", "childbearing") == [None]


def test_an_item_that_is_not_asked_is_hidden_and_sends_nothing(nurse: FlaskClient) -> None:
    page = nurse.get(DM).text
    assert re.search(
        r"<fieldset class=\"cb-when\"[^>]*data-when=\"{&#34;name&#34;: &#34;sex&#34;, &#34;values&#34;: \[&#34;F&#34;\]}\""
        r" hidden disabled>", page,
    )  # fmt: skip


# --- two people -----------------------------------------------------------------------------------------------------


def open_page(client: FlaskClient, url: str) -> dict[str, str]:
    """The hidden fields of a page that stays open."""
    page = client.get(url, headers=BROWSER).text
    return {name: hidden_value(page, name) or "" for name in ("csrf_token", "row_version")}


def test_people_who_change_different_items_both_keep_theirs(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    mine = open_page(nurse, DM)
    save(ward, ward.client("k.osei"), DM, sex="M", **{"sex.reason": "New source"})
    sent = {**mine, **FILLED, "birth_date": "1959-11", "birth_date.reason": "Entry error"}
    page = follow(nurse, nurse.post(DM, data=sent, headers=BROWSER))
    assert "k.osei changed Sex at birth meanwhile; that is kept." in line_of(page)
    assert ward.casebook.values("DM", "birth_date", "sex") == ["1959-11", "M"]


@pytest.fixture
def clash(ward: Ward, nurse: FlaskClient) -> TestResponse:
    """K. Osei changed the birth date to 1961 while R. Diaz typed 1962 and an ethnicity."""
    save(ward, nurse, DM, **FILLED)
    mine = open_page(nurse, DM)
    save(ward, ward.client("k.osei"), DM, birth_date="1961", **{"birth_date.reason": "New source"})
    sent = {**mine, **FILLED, "birth_date": "1962", "birth_date.reason": "Entry error", "ethnicity": "UNKNOWN"}
    return nurse.post(DM, data=sent, headers=BROWSER)


def choices(clash: TestResponse, **chosen: str) -> dict[str, Any]:
    """The fields of the merge page with what the person chose."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text)
    names = ("csrf_token", "row_version", "read_version", "merge", "birth_date")
    fields = {name: value for name, value in hidden if name in names}
    return {**fields, **{f"choose.{name}": side for name, side in chosen.items()}, "birth_date.reason": "Entry error"}


def test_a_clash_shows_three_values_and_selects_none(ward: Ward, clash: TestResponse) -> None:
    assert clash.status_code == 409
    for shown in ("1959-11-03", "1961", "k.osei, ", "1962"):
        assert shown in clash.text
    assert " checked" not in clash.text
    assert ward.casebook.values("DM", "birth_date", "ethnicity") == ["1961", "UNKNOWN"]


@pytest.mark.parametrize(("side", "stored"), [("mine", "1962"), ("theirs", "1961")])
def test_the_chosen_value_stands(
    ward: Ward, nurse: FlaskClient, clash: TestResponse, side: str, stored: str
) -> None:
    page = follow(nurse, nurse.post(DM, data=choices(clash, birth_date=side), headers=BROWSER))
    assert ward.casebook.values("DM", "birth_date") == [stored]
    assert (control(page, "birth_date"), drafts(ward)) == (stored, 0)


def test_a_clash_without_a_choice_is_asked_again(ward: Ward, nurse: FlaskClient, clash: TestResponse) -> None:
    again = nurse.post(DM, data=choices(clash), headers=BROWSER)
    assert again.status_code == 409
    assert "Choose one value for Date of birth. Nothing was stored yet." in again.text
    assert ward.casebook.values("DM", "birth_date") == ["1961"]


def test_leaving_the_merge_page_keeps_what_was_typed(ward: Ward, nurse: FlaskClient, clash: TestResponse) -> None:
    page = nurse.get(DM).text
    assert control(page, "birth_date") == "1962"
    assert drafts(ward) == 1


@pytest.mark.requirement("T06")
def test_a_form_sent_twice_is_stored_once(ward: Ward, nurse: FlaskClient) -> None:
    sent = {**open_page(nurse, f"{CONSENTS}/new"), "consent_type": "RE-CONSENT", "request_token": "0123456789abcdef"}
    first = nurse.post(f"{CONSENTS}/new", data=sent, headers=BROWSER)
    before = changes(ward)
    second = nurse.post(f"{CONSENTS}/new", data=sent, headers=BROWSER)
    assert first.location == second.location == f"{CONSENTS}/2"
    assert changes(ward) == before
    assert "This was saved already; it was not saved twice." in nurse.get(second.location).text


# --- who else is there ----------------------------------------------------------------------------------------------


def present(page: str) -> str:
    """What a form page says of colleagues."""
    found = re.search(r"<p [^>]*data-presence[^>]*>([^<]*)</p>", page)
    assert found, "the page has no place for it"
    return found[1]


def test_a_form_says_who_else_has_it_open_for_some_minutes(ward: Ward, nurse: FlaskClient) -> None:
    colleague = ward.client("k.osei")
    assert present(colleague.get(DM).text) == ""
    pass_time(ward.app, minutes=3)
    sentence = "K Osei has this form open (since 08:30). You can both work; any clash is shown."
    assert present(nurse.get(DM).text) == sentence
    pass_time(ward.app, minutes=3)
    assert present(nurse.get(DM).text) == ""


def test_typing_keeps_a_colleague_in_sight_and_tells_who_is_there(ward: Ward, nurse: FlaskClient) -> None:
    colleague = ward.client("k.osei")
    colleague.get(DM)
    told = keep_typing(nurse, birth_date="1959").json
    assert told and told["others"] == ["K Osei has this form open (since 08:30). You can both work; any clash is shown."]
    for _ in range(2):
        pass_time(ward.app, minutes=4)
        keep_typing(nurse, birth_date="1959")
    assert "R Diaz has this form open (since 08:30)" in present(colleague.get(DM).text)
    pass_time(ward.app, minutes=6)
    keep_typing(nurse, birth_date="1959")
    assert "(since 08:44)" in present(colleague.get(DM).text), "after a pause the time begins anew"


def test_readers_other_forms_and_new_lines_tell_of_nobody(ward: Ward, nurse: FlaskClient) -> None:
    monitor = ward.client("m.lindt")
    monitor.get(DM)
    ward.client("k.osei").get(f"{CONSENTS}/new")
    nurse.get(DM)
    assert present(nurse.get(DM).text) == ""
    assert present(nurse.get(f"{CONSENTS}/new").text) == ""
    assert "data-presence" not in monitor.get(DM).text


# --- come back later ------------------------------------------------------------------------------------------------


def keep_typing(nurse: FlaskClient, **fields: str) -> TestResponse:
    page = nurse.get(DM, headers=BROWSER).text
    url = re.search(r'data-draft-url="([^"]+)"', page)
    assert url
    headers = {**BROWSER, "X-CSRFToken": hidden_value(page, "csrf_token") or ""}
    body = {"fields": {name: [text] for name, text in fields.items()}}
    return nurse.post(url[1].replace("&amp;", "&"), json=body, headers=headers)


@pytest.mark.requirement("S-6.3")
def test_what_was_typed_is_there_again_for_its_owner_only(ward: Ward, nurse: FlaskClient) -> None:
    assert keep_typing(nurse, birth_date="1959-1").json == {"kept": "08:30", "others": []}
    page = nurse.get(DM).text
    assert control(page, "birth_date") == "1959-1"
    assert "Draft kept 3 Feb 2024 08:30. Not in the record until you save." in page
    assert control(ward.client("k.osei").get(DM).text, "birth_date") == ""
    assert ward.casebook.state("DM", "row_version") == 0


@pytest.mark.requirement("S-6.3")
def test_the_key_of_drafts_on_a_device_is_of_one_person_and_is_kept_nowhere(ward: Ward, nurse: FlaskClient) -> None:
    answer = nurse.get("/nct03991130/draft-key", headers=BROWSER)
    again, other = (client.get("/nct03991130/draft-key", headers=BROWSER) for client in (ward.client(), ward.client("k.osei")))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == again.json, "the next session of the same person opens what the last one kept"
    assert answer.json and other.json and not set(answer.json.values()) & set(other.json.values())
    assert ward.client("m.lindt").get("/nct03991130/draft-key", headers=BROWSER).status_code == 403


def test_a_draft_is_discarded_on_request(ward: Ward, nurse: FlaskClient) -> None:
    keep_typing(nurse, birth_date="1959")
    page = follow(nurse, ward.post(nurse, f"{DM}/draft/discard", {}, page=DM))
    assert (control(page, "birth_date"), drafts(ward)) == ("", 0)


@pytest.mark.parametrize("body", [None, {}, {"fields": []}, {"fields": {"sex": "F"}}, {"fields": {"sex": [1]}}])
def test_a_draft_of_another_shape_is_refused(nurse: FlaskClient, body: object) -> None:
    page = nurse.get(DM, headers=BROWSER).text
    headers = {**BROWSER, "X-CSRFToken": hidden_value(page, "csrf_token") or ""}
    assert nurse.post(f"{DM}/draft", json=body, headers=headers).status_code == 400


@pytest.mark.requirement("T23", "S-3.11")
def test_a_form_that_came_too_late_is_there_after_signing_in(ward: Ward, nurse: FlaskClient) -> None:
    opened = open_page(nurse, DM)
    pass_time(ward.app, minutes=21)
    answer = nurse.post(DM, data={**opened, **FILLED}, headers=BROWSER)
    assert "/sign-in" in answer.location
    assert ward.casebook.state("DM", "row_version") == 0
    page = sign_in(nurse, "r.diaz").get(DM).text
    assert control(page, "birth_date") == "1959-11-03"
    other = ward.client("k.osei").get(DM).text
    assert control(other, "birth_date") == ""


# --- read -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.DATA_MANAGER, Role.INSPECTOR])
def test_readers_see_values_as_text(ward: Ward, nurse: FlaskClient, role: Role) -> None:
    save(ward, nurse, DM, **FILLED)
    open_account(ward.app, "reader", role)
    page = ward.client("reader").get(DM).text
    assert "Female" in item_of(page, "sex")
    assert "data-form" not in page
    assert 'name="sex"' not in page
    assert "1959 (year only)" in page
    assert "1959-11" not in page


@pytest.mark.requirement("S-2.4")
@pytest.mark.parametrize(("person", "role", "site"), [("spons", Role.SPONSOR, "UCSD"), ("other", Role.COORDINATOR, "Lund")])
def test_people_without_the_site_or_the_right_find_nothing(
    ward: Ward, nurse: FlaskClient, person: str, role: Role, site: str
) -> None:
    save(ward, nurse, DM, **FILLED)
    open_account(ward.app, person, role, site=site)
    client = ward.client(person)
    for url in (DM, f"{DM}/items/sex", f"{CONSENTS}/1"):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "url",
    [f"{BASE}/screening/il2-admission", f"{BASE}/c9-d1/demographics", f"{DM}/2", f"{CONSENTS}/2", f"{DM}/items/nothing",
     f"{BASE}/demographics/1", f"{BASE}/screening/nothing", f"{DM}/items/sex", f"{BASE}/demographics/new"],
)  # fmt: skip
def test_there_is_nothing_where_no_form_belongs(nurse: FlaskClient, url: str) -> None:
    assert nurse.get(url).status_code == 404


@pytest.mark.requirement("C33")
@pytest.mark.parametrize("state", ["locked", "frozen"])
def test_a_restricted_form_is_text_and_says_who_can_change_it(ward: Ward, nurse: FlaskClient, state: str) -> None:
    save(ward, nurse, DM, **FILLED)
    opened = open_page(nurse, DM)
    keep_typing(nurse, birth_date="1960")
    with ward.casebook.saving(casebooks.SHAH, reason="Interim analysis") as saving:
        setattr(ward.casebook.header(saving.session, "DM"), state, True)
    page = nurse.get(DM).text
    assert f"{CODE}/SCR/DM is {state} since" in page
    assert "by P. Shah. " in page
    assert "data-form" not in page
    assert "You typed answers here that are not in the record: Date of birth 1960." in page
    answer = nurse.post(DM, data={**opened, "ethnicity": "UNKNOWN"}, headers=BROWSER)
    assert answer.status_code == 409
    assert ward.casebook.values("DM", "ethnicity") == [None]


@pytest.mark.requirement("C24")
def test_an_item_tells_its_whole_history(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    save(ward, nurse, DM, sex="", **{"sex.missing": "NOT ASKED", "sex.reason": "New source"})
    save(ward, nurse, DM, sex="M", **{"sex.reason": "Entry error"})
    page = nurse.get(f"{DM}/items/sex").text
    told = re.sub(r"<[^>]+>|\s+", " ", page[page.index("History (3)") :])
    assert re.search(r"Not asked\s+Male\s+\"Entry error\".*Female\s+Not asked\s+\"New source\".*Female\s+first value", told)


@pytest.mark.requirement("C50")
def test_an_identifying_history_is_shown_to_the_site_only(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    assert "1959-11-03" in nurse.get(f"{DM}/items/birth_date").text
    page = ward.client("m.lindt").get(f"{DM}/items/birth_date").text
    assert "1959 (year only)" in page
    assert "1959-11" not in page


def test_the_panel_is_the_item_page_without_its_frame(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    panel = nurse.get(f"{DM}/items/sex", headers={**BROWSER, "X-Fragment": "panel"}).text
    assert "data-fragment" in panel
    assert "<html" not in panel


def test_looking_changes_no_data_and_is_remembered_for_signing(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    before = changes(ward)
    ward.client("l.ames").get(DM)
    with shell(ward.app).engine.connect() as connection:
        seen = connection.execute(select(RecordOpening.row_version)).scalars().all()
    assert seen == [1]
    assert changes(ward) == before + 1  # the sign-in


# --- review ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("C34")
def test_a_monitor_verifies_what_is_shown(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    monitor = ward.client("m.lindt")
    page = monitor.get(DM).text
    assert "Verify the 3 items shown" in page
    keys = re.findall(r'name="item" value="([^"]+)"', page)
    page = follow(monitor, ward.post(monitor, f"{DM}/verify", {"item": keys}, page=DM))
    assert line_of(page) == "3 items verified."
    assert ward.casebook.state("DM", "verified") == 3
    page = save(ward, nurse, DM, sex="M", **{"sex.reason": "Entry error"})
    assert "Verification of Sex at birth was withdrawn because the value changed." in line_of(page)
    assert "changed since verified" in item_of(page, "sex")


@pytest.mark.requirement("C34")
def test_one_item_is_verified_and_taken_back(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    monitor = ward.client("m.lindt")
    ward.post(monitor, f"{DM}/verify", {"one": ":sex", "item": [":sex", ":race"]}, page=DM)
    assert ward.casebook.state("DM", "verified") == 1
    refused = ward.post(monitor, f"{DM}/items/sex/take-back", {"reason": " "}, page=DM)
    assert refused.status_code == 422
    ward.post(monitor, f"{DM}/items/sex/take-back", {"reason": "Wrong chart"}, page=DM)
    assert ward.casebook.state("DM", "verified") == 0
    assert "verification taken back" in monitor.get(f"{DM}/items/sex").text


@pytest.mark.requirement("C31")
@pytest.mark.parametrize("item", ["sex", "ethnicity"])
def test_a_query_is_raised_on_any_item_also_an_empty_one(ward: Ward, nurse: FlaskClient, item: str) -> None:
    save(ward, nurse, DM, **FILLED)
    monitor = ward.client("m.lindt")
    asked = {"text": "The chart says something else. Which is right?"}
    page = follow(monitor, ward.post(monitor, f"{DM}/items/{item}/query", asked, page=DM))
    assert re.match(r"Query \d+ opened", line_of(page))
    assert "m.lindt asks: The chart says something else." in item_of(nurse.get(DM).text, item)
    assert ward.casebook.state("DM", "queries_open") == 1
    assert ward.casebook.state("DM", "row_version") == 1
    assert 'value="F" id="sex" checked' in nurse.get(DM).text


@pytest.mark.parametrize("act", ["verify", "items/sex/query", "items/sex/take-back"])
def test_the_site_does_not_review_itself(ward: Ward, nurse: FlaskClient, act: str) -> None:
    save(ward, nurse, DM, **FILLED)
    assert ward.post(nurse, f"{DM}/{act}", {"item": ":sex", "text": "x", "reason": "x"}, page=DM).status_code == 403


@pytest.mark.parametrize("person", ["m.lindt", "p.shah"])
def test_reviewers_do_not_enter(ward: Ward, nurse: FlaskClient, person: str) -> None:
    client = ward.client(person)
    token = hidden_value(client.get("/account").text, "csrf_token")
    assert client.post(DM, data={"csrf_token": token, "sex": "F"}, headers=BROWSER).status_code == 403


# --- lines, removal, not done ---------------------------------------------------------------------------------------


def test_a_new_line_gets_the_next_number(ward: Ward, nurse: FlaskClient) -> None:
    answer = ward.post(nurse, f"{CONSENTS}/new", {"consent_type": "RE-CONSENT", "then": "next"})
    assert answer.location == f"{CONSENTS}/new"
    assert ward.casebook.values("IC", "consent_type", line=2) == ["RE-CONSENT"]


def test_an_unreadable_new_line_moves_to_its_number(ward: Ward, nurse: FlaskClient) -> None:
    answer = ward.post(nurse, f"{CONSENTS}/new", {"consent_type": "RE-CONSENT", "signature_date": "soon"})
    assert answer.location == f"{CONSENTS}/2"
    assert control(follow(nurse, answer), "signature_date") == "soon"
    assert control(nurse.get(f"{CONSENTS}/new").text, "signature_date") == ""


@pytest.mark.requirement("C20")
def test_a_line_is_removed_with_a_reason_and_stays_readable(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, f"{CONSENTS}/new", consent_type="RE-CONSENT")
    assert ward.post(nurse, f"{CONSENTS}/2/remove", {"reason": " "}).status_code == 422
    follow(nurse, ward.post(nurse, f"{CONSENTS}/2/remove", {"reason": "Entered twice"}))
    page = nurse.get(f"{CONSENTS}/2").text
    assert "This line was removed: Entered twice. It stays readable and its number is not used again." in page
    assert "data-form" not in page
    assert ward.post(nurse, f"{CONSENTS}/new", {"consent_type": "RE-CONSENT"}).location == f"{CONSENTS}/3"


def test_a_form_is_marked_not_done_and_opened_again_by_an_answer(ward: Ward, nurse: FlaskClient) -> None:
    page = follow(nurse, ward.post(nurse, f"{DM}/not-done", {"reason": "Participant left early"}))
    assert "Not done: Participant left early." in page
    save(ward, nurse, DM)
    assert ward.casebook.state("DM", "entry_status") == "not done"
    save(ward, nurse, DM, sex="F")
    assert ward.casebook.state("DM", "entry_status") == "incomplete"


def test_a_form_with_answers_is_not_marked_not_done(ward: Ward, nurse: FlaskClient) -> None:
    save(ward, nurse, DM, **FILLED)
    assert ward.post(nurse, f"{DM}/not-done", {"reason": "Mistake"}).status_code == 400


def test_lists_of_terms_are_offered_to_the_combobox(nurse: FlaskClient) -> None:
    rows = nurse.get("/nct03991130/terms/CTCAE").json
    assert ["Hypotension", "Vascular disorders", "G1-5"] in [row[:3] for row in rows]
    assert nurse.get("/nct03991130/terms/NOTHING").status_code == 404


def test_opening_a_form_makes_no_record(ward: Ward, nurse: FlaskClient) -> None:
    def count() -> int:
        with shell(ward.app).engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(FormRecord)) or 0

    before = count()
    assert nurse.get(DM).status_code == nurse.get(f"{CONSENTS}/new").status_code == 200
    assert count() == before
