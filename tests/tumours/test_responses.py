"""The derived response beside the investigator's: kept back until answered, by every door, and worked out anew later."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from edc.db import Scope
from edc.queries.models import Query
from edc.records.models import SIGNED, FormRecord, Signature
from edc.web import shell
from forms.tumours import follow_ups
from tests.api.programs import Program, token_of
from tests.app_fixtures import get_account
from tests.casebook.study import STUDY, client_of, enter, saving
from tests.tumours.test_assessments import BASE, NOW, app, application_url, follow, latest, load, send, study
from tests.ward import typed_form

__all__ = ["app", "application_url", "study"]
PAGE = f"{BASE}/unscheduled-5/tumour-assessment"
#: The words that nothing but the derivation writes.
CANARY = "8a row"
SAID = {"inv_target": "SD", "inv_nontarget": "NON-CR/NON-PD", "inv_overall": "SD"}


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def doors(app: Flask) -> dict[str, str]:
    """What each door shows of the last time point to those who may pass it."""
    uid, found = latest(app).uid, {}
    for name in ("r.diaz", "l.ames", "m.lindt", "p.shah"):
        client = client_of(app, name)
        paths = [PAGE, *(f"{PAGE}/items/{item}" for item in ("der_overall", "der_rule", "inv_overall")),
                 f"{BASE}/lesions", f"{STUDY}/queries?tab=all", BASE]  # fmt: skip
        if name in ("l.ames", "p.shah"):
            paths.append(f"{STUDY}/exports/crf_ta.csv")
        found |= {f"{name} {path}": client.get(path).text for path in paths}
        found[f"{name} pdf"] = text_of(client.get(f"{BASE}/casebook.pdf").data) if name != "m.lindt" else ""
    found["data manager's trail"] = client_of(app, "p.shah").get(f"{STUDY}/audit.csv").text
    found["program"] = Program(app, token_of(app, "r.diaz")).get(f"/records/{uid}").text
    return found


def test_nothing_derived_is_seen_by_any_door_until_the_investigator_answered(study: Flask) -> None:
    follow(study)
    send(client_of(study, "r.diaz"), NOW)
    closed = doors(study)
    assert [door for door, text in closed.items() if CANARY in text] == []
    assert "appears here once the investigator has answered" in closed[f"r.diaz {PAGE}"]
    send(client_of(study, "l.ames"), SAID)
    opened = [door for door, text in doors(study).items() if CANARY in text]
    assert {f"r.diaz {PAGE}", f"l.ames {PAGE}", "program", "l.ames pdf", "data manager's trail",
            f"p.shah {STUDY}/exports/crf_ta.csv", f"r.diaz {PAGE}/items/der_rule"} <= set(opened)  # fmt: skip


def test_an_answer_in_part_opens_nothing(study: Flask) -> None:
    follow(study)
    send(client_of(study, "r.diaz"), NOW)
    page = send(client_of(study, "l.ames"), {"inv_target": "SD", "inv_overall": "SD"})
    assert CANARY not in page and latest(study).der_overall is None


def test_the_derived_response_stands_beside_the_investigators(study: Flask) -> None:
    follow(study)
    send(client_of(study, "r.diaz"), NOW)
    page = send(client_of(study, "l.ames"), SAID)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Overall response Stable disease (SD) Progressive disease (PD) differs" in words
    assert "PD: sum 47 mm, +9 mm and +23.7 % from nadir 38 mm, at least 5 mm and 20 % more" in words
    assert "Rule 5.2, 6.5, 8a row 7." in words


def test_a_difference_is_asked_about_and_both_are_kept(study: Flask) -> None:
    follow(study)
    send(client_of(study, "r.diaz"), NOW)
    page = send(client_of(study, "l.ames"), SAID)
    assert "You entered SD; measurements give PD (sum 47 mm, baseline 92, lowest 38, rule 5.2, 6.5, 8a row 7)." in page
    assert 'name="inv_reason"' in page and 'name="inv_reason"' not in client_of(study, "r.diaz").get(PAGE).text
    send(client_of(study, "l.ames"), {"inv_reason": "Inflammation around the lesion"})
    stored = latest(study)
    assert (stored.inv_overall, stored.der_overall, stored.inv_reason) == ("SD", "PD", "Inflammation around the lesion")
    page_after = send(client_of(study, "l.ames"), {
        "inv_target": "PD", "inv_target.reason": "Second reading", "inv_overall": "PD", "inv_overall.reason": "Second reading",
    })  # fmt: skip
    corrected = latest(study)
    assert (corrected.inv_overall, corrected.der_overall, corrected.differs) == ("PD", "PD", "N")
    assert "closed: the data fit now" in page_after and asked(study) == ["closed"]


def asked(app: Flask) -> list[str]:
    """The states of the queries about a difference."""
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        return list(session.scalars(select(Query.status).where(Query.check_id == "RE-12")))


# --- a correction of what came before -------------------------------------------------------------------------------


@pytest.fixture
def answered(study: Flask) -> Flask:
    """The worked example with the investigator's responses; the last time point is signed."""
    follow(study)
    overall = ("PR", "PR", "NE", "PR")
    for number, response in enumerate(overall, start=1):
        said = {"inv_target": response, "inv_nontarget": "NE", "inv_overall": response}
        enter(study, f"unscheduled-{number}", "TA", said, complete=None)
    send(client_of(study, "r.diaz"), NOW)
    send(client_of(study, "l.ames"), {**SAID, "inv_target": "PD", "inv_overall": "PD"})
    with saving(study, "l.ames", act="record:sign") as act:
        record = act.session.scalars(select(FormRecord).where(FormRecord.uid == latest(study).uid)).one()
        act.session.add(Signature(
            site_uid=record.site_uid, subject_uid=record.subject_uid, record_uid=record.uid, record=record,
            user_uid=get_account(act.session, "l.ames").uid, printed_name="Dr L. Ames", role="investigator",
            meaning="Approval", signed_at=act.now, row_version=record.row_version, crf_version="1.0",
            content_digest="0" * 64,
        ))  # fmt: skip
        record.signature_state = SIGNED
    return study


def derived(app: Flask) -> list[str | None]:
    return [one.der_overall for one in follow_ups(load(app, "TA"))]


def row_of(app: Flask, point: int, size: str) -> int:
    """The row of a target at a time point, by its diameter."""
    record = follow_ups(load(app, "TA"))[point]
    return next(row.number for row in record.rows("TARGET") if row.t_diameter_mm == Decimal(size))


def test_a_corrected_scan_derives_the_later_time_points_anew_and_says_so(answered: Flask) -> None:
    assert derived(answered) == ["PR", "PR", "NE", "PR", "PD"]
    node = f"TARGET.{row_of(answered, 1, '9')}"
    page = send(
        client_of(answered, "r.diaz"),
        {f"{node}.t_diameter_mm": "19", f"{node}.t_state.reason": "Entry error"}, "unscheduled-2",
    )  # fmt: skip
    assert derived(answered) == ["PR", "PR", "NE", "PR", "PR"]
    assert "Worked out anew. Overall response (derived): Unscheduled 5 from PD to PR." in page
    assert "The signature of Dr L. Ames no longer applies" in page
    assert signature_state(answered) == "void"


def test_a_corrected_baseline_diameter_does_the_same(answered: Flask) -> None:
    client, address = client_of(answered, "r.diaz"), f"{BASE}/lesions/1"
    fields = typed_form(client.get(address).text)
    fields |= {"baseline_mm": ["24"], "baseline_mm.reason": ["Entry error"]}
    page = client.post(address, data=fields, follow_redirects=True).text
    assert "Overall response (derived): Unscheduled 1 from PR to SD" in page
    assert derived(answered)[0] == "SD"


def test_the_trail_names_the_rule_and_its_version(answered: Flask) -> None:
    baseline = client_of(answered, "p.shah").get(f"{PAGE}/items/der_overall").text
    assert "Derived by DER-18 1.0" in baseline


def signature_state(app: Flask) -> str:
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        record = session.get(FormRecord, latest(app).uid)
        assert record is not None
        return record.signature_state
