"""One dose at the bedside: what is due now, three buttons, and the same save as the dose chart."""

from __future__ import annotations

from typing import Any

import pytest

from edc.clock import now
from edc.db import ALL
from edc.dosing.bedside import due_doses
from tests.app_fixtures import BROWSER, pass_time, sign_in
from tests.ward import BASE, GRID, Ward, typed_form, ward_with

DAY = "/my-day"
CHART = {"planned_start": "2feb2024 0000", "SLOT.1.start_dt": "0010", "SLOT.2.start_dt": "0805", "SLOT.3.start_dt": "1600"}
DOSE = f"{GRID}/dose/5"


def begin_stay(ward: Ward) -> None:
    """A stay on Saturday 3 February, 08:30: planned from midnight of the day before, three doses given, one held."""
    ward.post(ward.client(), GRID, {**CHART, "SLOT.4.status": "HELD", "SLOT.4.hold_reason": "HYPOTENSION"})


ward_filling = ward_with(begin_stay, "stay")


@pytest.fixture
def stay(ward: Ward) -> Ward:
    """The ward with that stay."""
    return ward


def due(ward: Ward, sites: Any = ALL) -> list[str]:
    with ward.casebook.session(sites=sites) as session:
        return [dose.words for dose in due_doses(session, now(session))]


def slot(ward: Ward, number: int, *names: str) -> list[Any]:
    """Value of each item of a slot, as stored."""

    def of(entry: Any) -> list[Any]:
        row = next((row for row in entry.view.rows("SLOT") if row.number == number), None)
        return [row.value(name) for name in names] if row else []

    found: list[Any] = ward.casebook.look("IL2D", of, visit="C1A1")
    return found


def chosen(client: Any, act: str, url: str = DOSE) -> dict[str, list[str]]:
    """What the page sends after one of the three buttons, before anything is typed."""
    return typed_form(client.get(f"{url}?as={act}", headers=BROWSER).text)


# --- what is due ----------------------------------------------------------------------------------------------------


def test_the_next_open_slot_is_due_with_its_wait(stay: Ward) -> None:
    assert due(stay) == ["IL-2 dose 5, plan 08:00 (30 min ago)"]
    pass_time(stay.app, minutes=-90)
    assert due(stay) == ["IL-2 dose 5, plan 08:00 (in 1 h 00 min)"]


@pytest.mark.parametrize(("hours", "is_due"), [(-9, False), (-8, True), (35, True), (36, False)])
def test_a_dose_is_due_from_one_interval_before_it_until_the_chart_is_stale(
    stay: Ward, hours: float, is_due: bool
) -> None:
    pass_time(stay.app, hours=hours)
    assert bool(due(stay)) == is_due


@pytest.mark.parametrize(
    "answers",
    [{"stop_reason": "TOXICITY"}, {"discharge_dt": "2024-02-03 07:00"}, {"admit_dt": "2024-01-19 06:00"}],
)
def test_a_stay_that_ended_or_began_long_ago_has_no_dose_due(stay: Ward, answers: dict[str, str]) -> None:
    stay.casebook.save("IL2A", answers, visit="C1A1", reason="New source")
    assert due(stay) == []


def test_a_chart_with_every_dose_told_has_none_due(stay: Ward) -> None:
    stay.post(stay.client(), GRID, {"SLOT.5.status": "NOT_REACHED"})
    assert due(stay) == []


def test_without_a_planned_time_the_first_dose_is_due_after_admission(ward: Ward) -> None:
    assert due(ward) == [], "the admission was five days ago"
    pass_time(ward.app, days=-4, hours=-20)
    assert due(ward) == ["IL-2 dose 1, no planned time yet"]


@pytest.mark.requirement("C03")
def test_other_sites_and_locked_participants_have_none_due(stay: Ward) -> None:
    assert due(stay, sites=frozenset({"another"})) == []
    with stay.casebook.saving(act="record:freeze") as saving:
        stay.casebook.header(saving.session, "IL2D", visit="C1A1").frozen = True
    assert due(stay) == []


@pytest.mark.parametrize(("person", "is_shown"), [("r.diaz", True), ("l.ames", True), ("m.lindt", False)])
def test_my_day_leads_those_who_enter_to_the_dose(stay: Ward, person: str, is_shown: bool) -> None:
    page = stay.client(person).get(DAY, headers=BROWSER).text
    assert (f'href="{DOSE}"' in page) == is_shown
    assert ("Record dose" in page) == is_shown


# --- the card -------------------------------------------------------------------------------------------------------


def test_given_now_stores_the_time_of_the_site_as_shown_with_its_origin(stay: Ward) -> None:
    client = stay.client()
    assert "Given now 08:30" in client.get(DOSE, headers=BROWSER).text
    pass_time(stay.app, minutes=9)
    sent = chosen(client, "now")
    pass_time(stay.app, minutes=5)
    answer = client.post(DOSE, data=sent, headers=BROWSER)
    assert answer.status_code == 303 and answer.location == DOSE
    assert slot(stay, 5, "status", "start_dt") == ["GIVEN", "2024-02-03T08:39"]

    def origin(entry: Any) -> str:
        text: str = next(row for row in entry.view.rows("SLOT") if row.number == 5).answer("start_dt").origin
        return text

    assert stay.casebook.look("IL2D", origin, visit="C1A1") == "accepted proposal"
    page = client.get(DOSE, headers=BROWSER).text
    assert "Dose 5 is recorded: Given, Sat 3 Feb 2024 08:39." in page and "btn-bedside" not in page


def test_a_time_of_the_clock_is_no_accepted_plan(stay: Ward) -> None:
    client = stay.client()
    client.post(DOSE, data=chosen(client, "now"), headers=BROWSER)
    assert "plan times accepted: 0" in stay.client("m.lindt").get(GRID, headers=BROWSER).text


def test_held_stores_its_reason(stay: Ward) -> None:
    client = stay.client()
    client.post(DOSE, data={**chosen(client, "held"), "SLOT.5.hold_reason": ["HYPOTENSION"]}, headers=BROWSER)
    assert slot(stay, 5, "status", "start_dt", "hold_reason") == ["HELD", None, "HYPOTENSION"]


def test_given_at_takes_the_day_nearest_to_plan(stay: Ward) -> None:
    client = stay.client()
    client.post(DOSE, data={**chosen(client, "at"), "SLOT.5.start_dt": ["2350"]}, headers=BROWSER)
    assert slot(stay, 5, "start_dt") == ["2024-02-02T23:50"]


def test_an_unreadable_time_comes_back_to_its_card(stay: Ward) -> None:
    client = stay.client()
    answer = client.post(DOSE, data={**chosen(client, "at"), "SLOT.5.start_dt": ["8x5"]}, headers=BROWSER)
    assert answer.location == DOSE
    page = client.get(DOSE, headers=BROWSER).text
    assert 'value="8x5"' in page and "Enter a time of 24 hours, like 0805." in page
    assert slot(stay, 5, "start_dt") == [None]
    assert "Given now" in client.get(f"{DOSE}?as=", headers=BROWSER).text, "the three buttons stay within reach"


def test_nothing_is_preselected_and_an_unasked_page_stores_nothing(stay: Ward) -> None:
    client = stay.client()
    page = client.get(DOSE, headers=BROWSER).text
    assert page.count("btn-bedside") == 3 and f'action="{DOSE}"' not in page
    for act in ("held", "at"):
        assert " checked" not in client.get(f"{DOSE}?as={act}", headers=BROWSER).text
        assert " selected" not in client.get(f"{DOSE}?as={act}", headers=BROWSER).text


def test_a_dose_that_a_colleague_recorded_meanwhile_is_settled_not_overwritten(stay: Ward) -> None:
    first, second = stay.client("r.diaz"), stay.client("k.osei")
    opened = chosen(first, "now")
    second.post(DOSE, data={**chosen(second, "at"), "SLOT.5.start_dt": ["0811"]}, headers=BROWSER)
    answer = first.post(DOSE, data=opened, headers=BROWSER)
    assert answer.status_code == 409 and "2024-02-03 08:11" in answer.text
    assert slot(stay, 5, "start_dt") == ["2024-02-03T08:11"]


def test_what_was_typed_in_the_chart_and_not_saved_stays_there(stay: Ward) -> None:
    client = stay.client()
    opened = chosen(client, "now")
    stay.post(client, GRID, {"SLOT.3.end_dt": "16x5"})
    sent = {**chosen(client, "now"), "request_token": opened["request_token"]}
    assert client.post(DOSE, data=sent, headers=BROWSER).status_code == 303
    assert slot(stay, 5, "status") == ["GIVEN"]
    assert 'value="16x5"' in client.get(GRID, headers=BROWSER).text


def test_a_card_that_comes_too_late_is_kept_for_its_owner(stay: Ward) -> None:
    client = stay.client()
    sent = {**chosen(client, "at"), "SLOT.5.start_dt": ["0811"]}
    pass_time(stay.app, minutes=25)
    client.post(DOSE, data=sent, headers=BROWSER)
    assert slot(stay, 5, "start_dt") in ([None], [])
    assert 'value="0811"' in sign_in(client, "r.diaz").get(DOSE, headers=BROWSER).text


@pytest.mark.parametrize("url", [f"{GRID}/dose/15", f"{GRID}/dose/0", f"{BASE}/c1-d1/il2-doses/dose/1"])
def test_there_is_no_card_of_a_slot_that_does_not_exist(stay: Ward, url: str) -> None:
    assert stay.client().get(url, headers=BROWSER).status_code == 404


def test_who_may_not_enter_has_no_card(stay: Ward) -> None:
    assert stay.client("m.lindt").get(DOSE, headers=BROWSER).status_code == 403
