"""The locked dataset: proposed, confirmed by a second person, built the same twice, checked by its own verifier."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from edc.web import shell
from exports import release
from exports.models import DatasetRelease
from tests.app_fixtures import app, application_url, begins_with, furnished, post
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people, saving

__all__ = ["app", "application_url"]


def fill(app: Flask) -> None:
    """Two participants: the first with data, locked with waivers; the second open."""
    open_people(app)
    enrol_participant(app)
    enrol_participant(app, dt.date(2024, 2, 1))
    demographics(app)
    enter(app, "screening", "DM", {"ethnicity": "HISPANIC OR LATINO"}, reason="Entry error")
    lock(app)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask, tmp_path: Path) -> Flask:
    """The application so filled."""
    app.config["RELEASE_FOLDER"] = str(tmp_path / "releases")
    return furnished(app, fill)


def lock(app: Flask) -> None:
    page = f"{STUDY}/participants/{CODE}/lock"
    kinds = ("incomplete", "open_queries", "answered_queries", "unverified", "unsigned")
    waivers = {f"waiver.{kind}": "rehearsal of the interim cut" for kind in kinds}
    answer = post(client_of(app, "p.shah"), page, reason="interim cut", **waivers)
    assert answer.status_code == 303, answer.text


def make_release(app: Flask, name: str = "interim-1") -> bytes:
    """Propose as data manager, confirm as investigator, download as sponsor."""
    page = f"{STUDY}/releases"
    assert post(client_of(app, "p.shah"), page, name=name, purpose="interim look").status_code == 303
    assert post(client_of(app, "l.ames"), f"{page}/{name}/confirm", page).status_code == 303
    answer = client_of(app, "s.sponsor").get(f"{page}/{name}.zip")
    assert answer.status_code == 200, client_of(app, "p.shah").get(page).text
    return answer.data


def verify(archive: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier that the release brings, with nothing but Python."""
    file = folder / "release.zip"
    file.write_bytes(archive)
    (folder / "verify.py").write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read("verify.py"))
    command = [sys.executable, "-I", "verify.py", file.name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.requirement("C47")
def test_a_release_verifies_with_the_standard_library_alone(study: Flask, tmp_path: Path) -> None:
    checked = verify(make_release(study), tmp_path)
    assert (checked.returncode, checked.stdout.strip()) == (0, "Clean.")


def test_a_release_holds_the_locked_participants_and_nobody_else(study: Flask) -> None:
    archive = zipfile.ZipFile(io.BytesIO(make_release(study)))
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert CODE.encode() in everything
    assert b"001-002" not in everything
    assert b"1961-07-29" not in everything
    assert json.loads(archive.read("manifest.json"))["participants"] == 1


def test_building_a_release_twice_gives_the_same_bytes(study: Flask) -> None:
    first = make_release(study)
    with shell(study).session(writes=False) as session:
        made = release.get_release(session, "interim-1")
        uid, sha256 = made.uid, made.sha256
    assert hashlib.sha256(first).hexdigest() == sha256
    again = rebuild(study, uid)
    assert again == first


def rebuild(app: Flask, uid: str) -> bytes:
    """Build the same release once more over its seal."""
    from sqlalchemy import select

    from audit.models import audit_seal
    from audit.seal import Seal

    with shell(app).engine.connect() as connection, shell(app).session(writes=False) as session:
        made = session.get_one(DatasetRelease, uid)
        cut = Seal(*connection.execute(select(audit_seal).where(audit_seal.c.seq == made.seal_seq)).one())
        target = io.BytesIO()
        opener = session.info["cipher"].open
        release.Builder(connection, made.name, release.subjects_of(made), cut, opener).write(target)
    return target.getvalue()


@pytest.mark.requirement("C48")
def test_who_proposed_a_release_cannot_confirm_it(study: Flask) -> None:
    page = f"{STUDY}/releases"
    client = client_of(study, "p.shah")
    post(client, page, name="interim-1", purpose="interim look")
    assert post(client, f"{page}/interim-1/confirm", page).status_code == 404


def test_only_a_lock_makes_a_release(app: Flask) -> None:
    open_people(app)
    enrol_participant(app)
    answer = post(client_of(app, "p.shah"), f"{STUDY}/releases", name="early", purpose="curiosity")
    assert answer.status_code == 400
    assert "No participant is locked" in answer.text


def test_a_participant_unlocked_meanwhile_stops_the_confirmation(study: Flask) -> None:
    page = f"{STUDY}/releases"
    data_manager = client_of(study, "p.shah")
    post(data_manager, page, name="interim-1", purpose="interim look")
    participant = f"{STUDY}/participants/{CODE}"
    post(data_manager, f"{participant}/unlock", f"{participant}/lock", reason="late page")
    answer = post(client_of(study, "l.ames"), f"{page}/interim-1/confirm", page)
    assert answer.status_code == 400
    assert "unlocked" in answer.text


def test_a_value_changed_in_the_database_stops_at_the_verifier(study: Flask, tmp_path: Path) -> None:
    with shell(study).engine.begin() as connection:
        connection.execute(text("UPDATE crf_dm SET sex = 'M'"))
    checked = verify(make_release(study), tmp_path)
    assert checked.returncode == 1
    assert "crf_dm.csv" in checked.stdout
    assert "SEX" in checked.stdout


def test_a_locked_participant_takes_no_edit(study: Flask) -> None:
    from edc.records.problems import RecordLocked

    with pytest.raises(RecordLocked), saving(study):
        enter(study, "screening", "DM", {"ethnicity": "UNKNOWN"}, reason="Entry error")
