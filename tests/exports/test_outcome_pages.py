"""The outcomes through the browser: who may open which door, what the pages say, and what the trail keeps of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.web import shell
from exports import outcome_store
from exports.outcome_figures import KINDS
from tests.app_fixtures import BROWSER, app, application_url, post
from tests.casebook.study import PEOPLE, STUDY, client_of, demographics, enrol_participant, open_people

__all__ = ["app", "application_url"]

PAGE = f"{STUDY}/outcomes"
DOORS = (
    "", "/figures/swimmer.svg", "/figures/swimmer/download.svg", "/figures/swimmer/download.pdf",
    "/tables/figure_swimmer", "/tables/figure_swimmer.csv", "/tables/response.csv", "/report.pdf",
)  # fmt: skip
AT_ANY_TIME = {"l.ames", "p.shah", "i.spector"}


@pytest.fixture
def study(app: Flask, tmp_path: Path) -> Flask:
    """A participant at each of two sites, without a dose yet."""
    app.config["RELEASE_FOLDER"] = str(tmp_path / "releases")
    open_people(app)
    enrol_participant(app)
    enrol_participant(app, site_code="002")
    demographics(app)
    return app


def released(app: Flask, name: str = "interim-1") -> None:
    """The participants of the study in a release."""
    for code in ("001-001", "002-001"):
        kinds = ("incomplete", "open_queries", "answered_queries", "unverified", "unsigned")
        waivers = {f"waiver.{kind}": "rehearsal of the interim cut" for kind in kinds}
        page = f"{STUDY}/participants/{code}/lock"
        assert post(client_of(app, "p.shah"), page, reason="interim cut", **waivers).status_code == 303
    page = f"{STUDY}/releases"
    assert post(client_of(app, "p.shah"), page, name=name, purpose="interim look").status_code == 303
    assert post(client_of(app, "s.sponsor"), f"{page}/{name}/confirm", page).status_code == 303


def status(app: Flask, name: str, path: str) -> int:
    answer = client_of(app, name).get(path, headers=BROWSER)
    code = answer.status_code
    answer.close()
    return code


@pytest.mark.requirement("C02", "T20")
@pytest.mark.parametrize("name", list(PEOPLE))
def test_each_door_opens_for_those_who_may_read_outcomes_at_any_time(study: Flask, name: str) -> None:
    hidden = 404 if name in ("s.sponsor", "a.admin") else 403
    for door in DOORS:
        # Nobody has had a dose: the picture of nothing is not there, the page that says so is.
        is_empty = "/figures/" in door
        expected = (404 if is_empty else 200) if name in AT_ANY_TIME else hidden
        if name == "s.sponsor" and not door:
            expected = 200
        assert status(study, name, PAGE + door) == expected, (name, door)


@pytest.mark.requirement("T20")
def test_the_sponsor_sees_nothing_before_a_release_and_then_only_the_release(study: Flask) -> None:
    client = client_of(study, "s.sponsor")
    assert "No dataset has been released yet" in client.get(PAGE).text
    released(study)
    assert "Release <strong>interim-1</strong>" in client.get(PAGE).text
    for door in DOORS:
        if "/figures/" not in door:
            assert status(study, "s.sponsor", f"{PAGE}{door}?release=interim-1") == 200, door
    for door in DOORS[1:]:
        assert status(study, "s.sponsor", PAGE + door) == 404, door
        assert status(study, "s.sponsor", f"{PAGE}{door}?asof=2024-01-09T12:00") == 404, door
    assert status(study, "s.sponsor", f"{PAGE}?asof=2024-01-09T12:00") == 200
    assert "interim-1" in client.get(f"{PAGE}?asof=2024-01-09T12:00").text
    assert status(study, "s.sponsor", f"{PAGE}/participants?release=interim-1&table=response&row=0&column=n") == 404
    assert status(study, "s.sponsor", f"{PAGE}?release=interim-2") == 404


@pytest.mark.requirement("C03")
def test_an_investigator_counts_own_participants_only(study: Flask) -> None:
    own, every = (client_of(study, name).get(PAGE).text for name in ("l.ames", "p.shah"))
    released(study)
    for text in (own, every):
        assert "All treated, n = 0" in text
    report = client_of(study, "l.ames").get(f"{PAGE}/tables/best_response.csv?release=interim-1").text
    assert "002-001" not in report


def test_an_empty_study_says_so_for_each_figure(study: Flask) -> None:
    page = client_of(study, "l.ames").get(PAGE).text
    assert all(kind.empty in page for kind in KINDS)
    assert "<img" not in page


def test_a_moment_that_cannot_be_read_or_is_to_come_is_refused(study: Flask) -> None:
    client = client_of(study, "p.shah")
    for asked in ("asof=yesterday", "asof=2999-01-01T00:00", "set=everybody", "asof=2024-01-01&release=interim-1"):
        assert client.get(f"{PAGE}?{asked}").status_code == 400, asked
    assert client.get(f"{PAGE}/figures/pie.svg").status_code == 404
    assert client.get(f"{PAGE}/tables/pie").status_code == 404


@pytest.mark.requirement("C25")
def test_views_and_downloads_are_in_the_trail(study: Flask) -> None:
    client = client_of(study, "p.shah")
    for door in ("?asof=2024-01-20T12:00Z", "/tables/response.csv", "/report.pdf"):
        client.get(PAGE + door).close()
    with shell(study).engine.connect() as connection:
        acts = audit_change.join(audit_record, audit_record.c.change_uid == audit_change.c.uid)
        told = connection.execute(
            select(audit_change.c.act, audit_record.c.path, audit_record.c.new, audit_record.c.key)
            .select_from(acts).where(audit_change.c.act.in_(("outcome:read", "export:download")))
        ).all()  # fmt: skip
    assert ("outcome:read", "outcomes") in [(row.act, row.path) for row in told]
    assert any("asof 2024-01-20T12:00Z" in (row.new or "") for row in told)
    assert {row.key for row in told} >= {"outcomes/response.csv", "outcomes/report.pdf"}


def test_what_was_worked_out_is_kept_for_the_same_scope_role_and_data_only(study: Flask) -> None:
    made: list[str] = []
    kept = outcome_store.Kept(2)
    for key in ("one", "one", "two", "three", "one"):
        kept.get(key, lambda key=key: made.append(key) or key)  # type: ignore[misc]
    assert made == ["one", "two", "three", "one"]
    seen = []
    for name in ("p.shah", "p.shah", "l.ames", "i.spector"):
        client_of(study, name).get(PAGE)
        seen.append(len(study.extensions["outcomes.data"]._made))
    assert seen == [1, 1, 2, 3]
    enrol_participant(study)
    client_of(study, "p.shah").get(PAGE)
    assert len(study.extensions["outcomes.data"]._made) == 4


def test_the_start_of_a_server_imports_no_drawing_library() -> None:
    program = (
        "import sys; import edc.app; edc.app.rooms(); "
        "print([name for name in ('matplotlib', 'pypdf', 'numpy') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_number_opens_its_participants(study: Flask) -> None:
    page = client_of(study, "p.shah").get(f"{PAGE}/participants?table=response&row=0&column=n")
    assert page.status_code == 200 and "0 participants" in page.text
    for asked in ("table=response&row=0&column=Set", "table=response&row=99&column=n", "table=assessments&row=0&column=n"):
        assert client_of(study, "p.shah").get(f"{PAGE}/participants?{asked}").status_code == 404
