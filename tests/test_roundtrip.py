"""Data that nobody here wrote, through the API and out by the exports: nothing lost, nothing changed.

A few participants on both databases in each run; all 306 with `make roundtrip` (--whole-pilot), on SQLite.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from audit.capture import change
from audit.seal import seal
from edc.db import Scope
from edc.permissions import Role
from edc.sealing import make_sealer
from edc.study.models import ConsentVersion, Laboratory, Site
from edc.verification import find_faults
from edc.web import shell
from tests import databases, pilot
from tests.api.programs import Program, said
from tests.app_fixtures import OPERATOR, create_schema, make_app
from tests.pilot import Line, Participant

pytestmark = pytest.mark.skipif(not pilot.is_here(), reason=f"the CDISC pilot data are not in {pilot.FOLDER}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application without a limit on the requests of a minute."""
    url = databases.prepared_database(request.param, "application", create_schema, tmp_path)
    made = make_app(url, api_requests_per_minute=10**9)
    yield made
    shell(made).engine.dispose()
    databases.drop_database(url)


def open_site(app: Flask, code: str) -> Program:
    """A site of the pilot with its consent version and laboratory, and the program of its investigator."""
    with shell(app).session(writes=True) as session:
        session.info["scope"] = Scope.system("set-up")
        with change(session, by=OPERATOR, act="site:create"):
            site = Site(code=code, name=f"Pilot {code}", time_zone="America/New_York")
            session.add(site)
            session.flush()
            version = {"label": pilot.CONSENT_VERSION, "valid_from": dt.date(1900, 1, 1)}
            session.add(ConsentVersion(site_uid=site.uid, **version))
            session.add(Laboratory(site_uid=site.uid, name=pilot.LABORATORY, active=True))
    return Program.of(app, f"i.{code}", Role.INVESTIGATOR, site=f"Pilot {code}")


def send(program: Program, one: Participant) -> str:
    """Send a participant; returns the code."""
    enrolled = program.post("/participants", {"site": one.site, "consent": {"items": pilot.consent(one)}})
    code = str(said(enrolled)["code"])
    program.add(code, "DM", pilot.demographics(one), "SCR")
    for taken_at, lines in sorted(one.samples.items()):
        visit = program.post(f"/participants/{code}/visits", {"kind": "UNS"})
        add(program, code, {**pilot.laboratory(taken_at, lines), "visit": said(visit)["oid"]})
    for event in one.events:
        add(program, code, pilot.adverse_event(event))
    return code


def add(program: Program, code: str, body: dict[str, Any]) -> None:
    """Send a record."""
    answer = program.post(f"/participants/{code}/records", body)
    assert answer.status_code == 201, answer.text


class Export:
    """The data files that a data manager takes away, read back in the words of the source."""

    def __init__(self, program: Program, sent: dict[str, str]) -> None:
        self._program, self._sent = program, sent

    def _rows(self, name: str) -> Iterator[Line]:
        answer = self._program.get(f"/datasets/{name}.csv")
        assert answer.status_code == 200
        yield from csv.DictReader(io.StringIO(answer.text, newline=""))

    def people(self) -> Iterator[Line]:
        """The participants as dm.csv has them."""
        for row in self._rows("crf_dm"):
            names = {"SITEID": "SITEID", "SEX": "SEX", "RACE": "RACE", "ETHNIC": "ETHNICITY"}
            yield {"USUBJID": self._sent[row["SUBJID"]], **{theirs: row[ours] for theirs, ours in names.items()}}

    def results(self) -> Iterator[Line]:
        """The laboratory results as lb.csv has them."""
        taken_at = {row["RECORD_UID"]: row["SAMPLE_DT"] for row in self._rows("crf_lab")}
        for row in self._rows("crf_lab_result"):
            yield pilot.result_back(row, taken_at[row["RECORD_UID"]], self._sent[row["SUBJID"]])

    def events(self) -> Iterator[Line]:
        """The adverse events as ae.csv has them."""
        grades: dict[str, list[Line]] = defaultdict(list)
        for row in self._rows("crf_ae_grade"):
            grades[row["RECORD_UID"]].append(row)
        for row in self._rows("crf_ae"):
            yield pilot.event_back(row, grades[row["RECORD_UID"]], self._sent[row["SUBJID"]])


def differences(source: Iterable[Line], exported: Iterator[Line]) -> tuple[int, list[tuple[str, Line]]]:
    """How many lines came back, and each line that is on one side only."""
    back = list(exported)
    names = list(back[0]) if back else []
    left = Counter(tuple(line[name] for name in names) for line in source)
    right = Counter(tuple(line[name] for name in names) for line in back)
    lost = [("lost", dict(zip(names, line, strict=True))) for line in left - right]
    return len(back), lost + [("made up", dict(zip(names, line, strict=True))) for line in right - left]


def compare(app: Flask, chosen: tuple[Participant, ...]) -> Counter[str]:
    """Send participants and compare every line that comes back; returns what was sent."""
    sent: dict[str, str] = {}
    for site, people in pilot.sites(chosen):
        program = open_site(app, site)
        sent |= {send(program, one): one.usubjid for one in people}
    export = Export(Program.of(app, "p.shah", Role.DATA_MANAGER), sent)
    results = [line for one in chosen for line in one.results]
    events = [event for one in chosen for event in one.events]
    assert differences((one.demographics for one in chosen), export.people()) == (len(chosen), [])
    assert differences(results, export.results()) == (len(results), [])
    assert differences(events, export.events()) == (len(events), [])
    return Counter(participants=len(chosen), results=len(results), events=len(events))


def verify(app: Flask) -> list[str]:
    """Seal the trail and verify all of it against the tables."""
    house = shell(app)
    seal(house.engine, make_sealer("test", house.keys))
    return [str(finding) for finding in find_faults(house.engine, house.keys)]


def test_a_sample_of_the_pilot_comes_back_as_it_was_sent(app: Flask) -> None:
    assert compare(app, pilot.sample())["participants"] >= 4
    assert verify(app) == []


@pytest.mark.parametrize("what", pilot.RARE)
def test_the_sample_holds_what_is_rare_in_the_pilot(what: str) -> None:
    """Else the small run would prove less than it says."""
    assert any(pilot.RARE[what](one) for one in pilot.sample())


def test_the_whole_pilot_comes_back_as_it_was_sent(app: Flask, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--whole-pilot"):
        pytest.skip("all 306 participants: make roundtrip")
    sent = compare(app, pilot.participants())
    assert sent == {"participants": 306, "results": 59_580, "events": 1_191}
    assert verify(app) == []


