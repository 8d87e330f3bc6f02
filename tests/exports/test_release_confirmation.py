"""Who can be the second person of a release that holds participants of two sites."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.app_fixtures import app, application_url, post
from tests.casebook.study import STUDY, client_of, enrol_participant, open_people

__all__ = ["app", "application_url"]

PAGE = f"{STUDY}/releases"
WAIVED = ("incomplete", "open_queries", "answered_queries", "unverified", "unsigned")


@pytest.fixture
def proposed(app: Flask, tmp_path: Path) -> Flask:
    """A release of two locked participants, one at each site."""
    app.config["RELEASE_FOLDER"] = str(tmp_path / "releases")
    open_people(app)
    data_manager = client_of(app, "p.shah")
    for site in ("001", "002"):
        page = f"{STUDY}/participants/{enrol_participant(app, site_code=site)}/lock"
        waivers = {f"waiver.{kind}": "rehearsal of the interim cut" for kind in WAIVED}
        assert post(data_manager, page, reason="interim cut", **waivers).status_code == 303
    assert post(data_manager, PAGE, name="interim-1", purpose="interim look").status_code == 303
    return app


def test_an_investigator_does_not_confirm_participants_of_another_site(proposed: Flask) -> None:
    answer = post(client_of(proposed, "l.ames"), f"{PAGE}/interim-1/confirm", PAGE)
    assert (answer.status_code, "unlocked" in answer.text) == (400, False)
    assert "1 of its participants are at sites that you do not see." in answer.text


def test_the_sponsor_confirms_participants_of_every_site(proposed: Flask) -> None:
    assert post(client_of(proposed, "s.sponsor"), f"{PAGE}/interim-1/confirm", PAGE).status_code == 303
    assert client_of(proposed, "s.sponsor").get(f"{PAGE}/interim-1.zip").status_code == 200
