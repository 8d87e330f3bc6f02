"""Tumour assessments and the lesion register as the site fills them in: the worked example of RECIST 1.1."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edc.db import Scope
from edc.records import scheduling
from edc.records.book import SubjectBook
from edc.records.service import get_subject
from edc.web import shell
from forms.items import Answer
from forms.patch import RowPatch
from forms.tumours import follow_ups
from forms.views import Record
from tests.app_fixtures import app, application_url, begins_with, furnished
from tests.casebook.study import CODE, STUDY, client_of, demographics, enrol_participant, enter, open_people, saving
from tests.labs.test_sheets import Controls

__all__ = ["app", "application_url"]
BASE = f"{STUDY}/participants/{CODE}"
LESIONS = (
    ("TARGET", "LIVER", "segment VI", "N", "42"), ("TARGET", "LUNG", "right lower lobe", "N", "28"),
    ("TARGET", "LYMPH NODE", "left axilla", "Y", "22"), ("NON-TARGET", "BONE", "L2", "N", None),
)  # fmt: skip
SCANS: tuple[tuple[dt.date, tuple[tuple[str, str | None], ...]], ...] = (
    (dt.date(2024, 4, 8), (("MEASURED", "30"), ("MEASURED", "18"), ("MEASURED", "14"))),
    (dt.date(2024, 6, 10), (("MEASURED", "24"), ("TSTM", None), ("MEASURED", "9"))),
    (dt.date(2024, 8, 12), (("NOT_EVALUABLE", None), ("MEASURED", "6"), ("MEASURED", "9"))),
    (dt.date(2024, 10, 14), (("MEASURED", "26"), ("MEASURED", "7"), ("MEASURED", "11"))),
)
NOW = {
    "performed": "Y", "assess_date": "16 dec 2024", "SCAN.new1.scan_region": "ABDOMEN",
    "SCAN.new1.scan_method": "CT SCAN", "SCAN.new1.scan_date": "16 dec 2024", "all_scan": "new1",
    "TARGET.new1.t_diameter_mm": "29", "TARGET.new2.t_diameter_mm": "7", "TARGET.new3.t_diameter_mm": "11",
    "NONTARGET.new4.nt_state": "PRESENT", "any_new": "N",
}  # fmt: skip


def fill(app: Flask) -> None:
    """A participant with three targets and one non-target at baseline, and five unscheduled visits."""
    open_people(app)
    enrol_participant(app)
    demographics(app)
    for line, (role, organ, detail, node, size) in enumerate(LESIONS, start=1):
        items: dict[str, object] = {
            "role": role, "organ": organ, "detail": detail, "is_node": node, "method": "CT SCAN", "irradiated": "N",
            "slice_mm": Decimal(5), "baseline_scan_date": dt.date(2024, 1, 22),
        }  # fmt: skip
        enter(app, None, "TLB", {**items, **({"baseline_mm": Decimal(size)} if size else {})}, repeat=line)
    for _ in range(5):
        with saving(app, act="visit:add") as by:
            subject = get_subject(by.session, CODE)
            scheduling.add_visit(by.session, SubjectBook(by.session, subject, by.now), "UNS", None)


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask) -> Flask:
    """The application so filled."""
    return furnished(app, fill)


def load(app: Flask, oid: str) -> list[Record]:
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        return SubjectBook(session, get_subject(session, CODE), shell(app).clock()).load(oid)


def follow(app: Flask, scans: int = len(SCANS)) -> None:
    """Enter the first time points of the worked example."""
    uids = [lesion.uid for lesion in load(app, "TLB")]
    for number, (day, readings) in enumerate(SCANS[:scans], start=1):
        targets = [
            RowPatch(None, {"lesion": Answer(uid), "t_state": Answer(state), "t_diameter_mm": Answer(mm and Decimal(mm))})
            for uid, (state, mm) in zip(uids, readings, strict=False)
        ]
        rows = {"SCAN": [RowPatch(None, {"scan_date": Answer(day)})], "TARGET": targets}
        enter(app, f"unscheduled-{number}", "TA", {"performed": "Y", "assess_date": day}, rows, complete=None)


def send(client: FlaskClient, typed: dict[str, Any], visit: str = "unscheduled-5") -> str:
    """Open the page, fill in controls over what it shows, save, and return the page that follows."""
    address = f"{BASE}/{visit}/tumour-assessment"
    shown = client.get(address)
    assert shown.status_code == 200, shown.text
    fields: dict[str, list[str]] = {}
    for name, value in Controls(shown.text).fields:
        fields.setdefault(name, []).append(value)
    fields |= {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    answer = client.post(address, data=fields, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def figure(page: str, name: str) -> str:
    found = re.search(rf"data-{name}>([^<]*)<", page)
    assert found, name
    return found[1]


def latest(app: Flask) -> Record:
    return follow_ups(load(app, "TA"))[-1]


def line_of(page: str, lesion: str) -> str:
    """The text of the line of a target."""
    found = re.search(rf'data-name="{lesion}">(.*?)</tr>', page, re.DOTALL)
    assert found, lesion
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_targets_are_carried_forward_with_what_was_known_before(study: Flask) -> None:
    follow(study)
    page = client_of(study, "r.diaz").get(f"{BASE}/unscheduled-5/tumour-assessment").text
    assert line_of(page, "T01") == "T01 Liver, segment VI longest diameter 42 26 24 mm"
    assert line_of(page, "T02") == "T02 Lung, right lower lobe longest diameter 28 7 TS (5) mm"
    assert line_of(page, "T03") == "T03 Lymph node, left axilla short axis 22 11 9 mm"


def test_worked_example_shows_sum_and_both_changes(study: Flask) -> None:
    follow(study)
    page = send(client_of(study, "r.diaz"), NOW)
    assert (figure(page, "sum"), figure(page, "from-baseline")) == ("47", "-48.9 %")
    assert figure(page, "from-lowest") == "+9 mm, +23.7 %"
    stored = latest(study)
    assert (stored.sum_mm, stored.nadir_mm, stored.abs_nadir) == (47, 38, 9)
    assert (stored.pct_baseline, stored.pct_nadir) == (Decimal("-48.9"), Decimal("23.7"))


def test_incomplete_sum_is_never_the_lowest(study: Flask) -> None:
    follow(study, 3)
    page = client_of(study, "r.diaz").get(f"{BASE}/unscheduled-5/tumour-assessment").text
    assert 'data-lowest="38"' in page and "(15) incomplete, not a lowest" in page
    seen = client_of(study, "r.diaz").get(f"{BASE}/unscheduled-3/tumour-assessment").text
    assert figure(seen, "sum") == "(15) incomplete, not a lowest" and figure(seen, "from-lowest") == ""


def test_one_answer_names_the_scan_of_all_targets(study: Flask) -> None:
    send(client_of(study, "r.diaz"), NOW)
    stored = latest(study)
    [scan] = stored.rows("SCAN")
    answers = [row.answer("t_scan_ref") for row in stored.rows("TARGET")]
    assert {(answer.value, answer.origin) for answer in answers} == {(scan.uid, "stated for all")}
    assert [row.t_state for row in stored.rows("TARGET")] == ["MEASURED"] * 3


def test_unreadable_diameter_is_held_back_and_the_others_are_stored(study: Flask) -> None:
    page = send(client_of(study, "r.diaz"), {**NOW, "TARGET.new2.t_diameter_mm": "7 o"})
    sizes = [row.t_diameter_mm for row in latest(study).rows("TARGET")]
    assert sizes == [Decimal(29), None, Decimal(11)]
    assert 'value="7 o"' in page and "T02, Diameter" in page


def test_split_target_adds_up_its_fragments(study: Flask) -> None:
    split = {
        "TARGET.new1.t_diameter_mm": "", "TARGET.new1.t_state": "SPLIT", "FRAGMENT.new11.t_fragment_mm": "12",
        "FRAGMENT.new12.t_fragment_mm": "9.5",
    }  # fmt: skip
    page = send(client_of(study, "r.diaz"), {**NOW, **split})
    assert figure(page, "sum") == "39.5"


def test_coordinator_cannot_give_the_response(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    page = send(client, NOW)
    assert "An investigator answers this." in page and 'name="inv_overall"' not in page
    page = send(client, {"inv_overall": "PD"})
    assert latest(study).inv_overall is None and "Overall response (investigator) needs correcting" in page


def test_investigator_gives_the_response(study: Flask) -> None:
    send(client_of(study, "r.diaz"), NOW)
    page = send(client_of(study, "l.ames"), {"inv_target": "PR", "inv_nontarget": "NON-CR/NON-PD", "inv_overall": "PR"})
    assert latest(study).inv_overall == "PR"
    assert "Derived from the measurements by RECIST 1.1" in page


def test_screening_asks_for_the_scans_only(study: Flask) -> None:
    page = client_of(study, "l.ames").get(f"{BASE}/screening/tumour-assessment").text
    names = {name for name, _ in Controls(page).fields}
    assert {"performed", "SCAN.new1.scan_region"} <= names
    assert not [name for name in names if name.startswith(("TARGET", "NONTARGET", "inv_", "any_new"))]
    assert "92 mm" in page


def test_baseline_scans_are_stored_at_screening(study: Flask) -> None:
    typed = {"performed": "Y", "assess_date": "22 jan 2024", "SCAN.new1.scan_region": "CHEST", "reader": "Dr Wu",
             "SCAN.new1.scan_method": "CT SCAN", "SCAN.new1.scan_date": "22 jan 2024"}  # fmt: skip
    send(client_of(study, "r.diaz"), typed, "screening")
    page = client_of(study, "r.diaz").get(f"{BASE}/unscheduled-5/tumour-assessment").text
    assert "At baseline: Chest, CT scan, 2024-01-22." in page


def test_correction_of_a_diameter_needs_its_reason(study: Flask) -> None:
    client = client_of(study, "r.diaz")
    send(client, NOW)
    number = next(row.number for row in latest(study).rows("TARGET") if row.t_diameter_mm == 29)
    page = send(client, {f"TARGET.{number}.t_diameter_mm": "28"})
    assert "Say why you changed" in page and latest(study).sum_mm == 47
    send(client, {f"TARGET.{number}.t_state.reason": ["Entry error", ""]})
    assert latest(study).sum_mm == 46


def test_register_shows_roles_readings_and_the_sum_at_baseline(study: Flask) -> None:
    follow(study)
    page = client_of(study, "m.lindt").get(f"{BASE}/lesions").text
    assert all(words in page for words in ("T01", "NT01", "Lymph node, left axilla", "TS (5)", "-58.7 %", "<strong>92</strong>"))
    assert "Add a lesion" not in page and "Add a lesion" in client_of(study, "r.diaz").get(f"{BASE}/lesions").text


@pytest.mark.parametrize("name", ["s.sponsor", "a.admin", "o.nyberg"])
def test_others_find_nothing(study: Flask, name: str) -> None:
    client = client_of(study, name)
    assert client.get(f"{BASE}/lesions").status_code == 404
    assert client.get(f"{BASE}/unscheduled-5/tumour-assessment").status_code == 404


def test_reader_sees_text_and_no_control(study: Flask) -> None:
    send(client_of(study, "r.diaz"), NOW)
    for name in ("m.lindt", "p.shah", "i.spector"):
        page = client_of(study, name).get(f"{BASE}/unscheduled-5/tumour-assessment").text
        assert 'name="TARGET.' not in page and figure(page, "from-lowest") == "-45 mm, -48.9 %"
