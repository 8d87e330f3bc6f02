"""A range that changes stored results says which before it counts, asks when it counts, and edits none (LB-03)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.db import Scope
from edc.queries.models import Query
from edc.study.models import NormalRange, Site
from edc.web import shell
from tests import databases
from tests.api.programs import restrict
from tests.app_fixtures import app, application_url, begins_with, furnished
from tests.casebook.study import client_of, demographics, enrol_participant, open_people, saving
from tests.labs.files import ALT, HGB, csv_text, results, take_file
from tests.labs.test_ranges import RANGES, post, propose, stored

__all__ = ["app", "application_url"]
pytestmark = pytest.mark.requirement("C34")


def in_force(app: Flask, low: str, high: str, last_day: dt.date | None = None) -> None:
    """A range of ALT that stands since 2020."""
    with saving(app, "p.shah", act="range:propose") as by:
        site = by.session.scalars(select(Site).where(Site.code == "001")).one()
        by.session.add(
            NormalRange(
                site_uid=site.uid, laboratory="Moores", panel="CHEM", test="ALT", unit="U/L", sex="BOTH",
                lln=Decimal(low), uln=Decimal(high), valid_from=dt.date(2020, 1, 1), valid_to=last_day,
                proposed_by="0" * 32, approved_by="1" * 32,
            )
        )  # fmt: skip


def fill(app: Flask) -> None:
    """Two participants with an ALT of 38 and 41 judged by 7 to 35, and a proposal of 7 to 40."""
    app.config["IMPORT_FOLDER"] = databases.run_folder("imports")
    open_people(app)
    for number in (1, 2):
        enrol_participant(app)
        demographics(app) if number == 1 else None
    in_force(app, "7", "35", dt.date(2025, 12, 31))
    two = {**ALT, "participant": "001-002", "result": "41"}
    take_file(app, csv_text(ALT, HGB, two))
    with saving(app, "p.shah", act="range:end", reason="new analyser") as by:
        by.session.scalars(select(NormalRange)).one().valid_to = dt.date(2023, 12, 31)
    propose(app, valid_from="1 jan 2024")


filling = begins_with(fill)


@pytest.fixture
def study(app: Flask, tmp_path: object) -> Flask:
    """The application so filled."""
    app.config["IMPORT_FOLDER"] = f"{tmp_path}/imports"
    return furnished(app, fill)


def proposal(app: Flask) -> NormalRange:
    return next(row for row in stored(app) if row.approved_by is None or row.valid_from.year == 2024)


def look(app: Flask, by: str = "l.ames") -> str:
    answer = client_of(app, by).get(f"{RANGES}/{proposal(app).uid}/changes")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def approve(app: Flask) -> tuple[int, str]:
    return post(client_of(app, "l.ames"), f"{RANGES}/{proposal(app).uid}/approve", {"reason": "as on the document"})


def take_over(app: Flask, by: str = "p.shah", reason: str = "valid since January", **fields: str) -> tuple[int, str]:
    return post(client_of(app, by), f"{RANGES}/{proposal(app).uid}/take-over", {"reason": reason, **fields})


def asked(app: Flask) -> list[tuple[str, str]]:
    """The open queries about limits of normal."""
    with shell(app).session(writes=False) as session:
        session.info["scope"] = Scope.system("test")
        found = session.scalars(select(Query).where(Query.check_id == "LB-03", Query.item_name == "lln"))
        return sorted((query.subject_code, query.text) for query in found if query.status == "open")


def limits(app: Flask, code: str = "001-001") -> tuple[str, str, str]:
    row = results(app, code)["ALT"]
    return str(row.lln), str(row.uln), str(row.indicator)


def test_page_says_which_results_change_their_flag_before_anybody_approves(study: Flask) -> None:
    page = look(study)
    assert "<strong>2</strong> stored results stand with other limits" in page
    assert "<strong>1</strong> changes its flag" in page and "1 from high to normal" in page
    assert "1 stays high, its range moves" in page
    assert "7 to 35" in page and "7 to 40" in page and "Approve range" in page and "Take over" not in page
    assert limits(study) == ("7", "35", "HIGH")


def test_approval_edits_no_result_and_asks_about_each_in_the_same_act(study: Flask) -> None:
    status, page = approve(study)
    assert status == 200 and "No stored result was edited: 2 stand with other limits" in page
    assert limits(study) == ("7", "35", "HIGH") and limits(study, "001-002") == ("7", "35", "HIGH")
    sentence = "The range 7-35 of ALT differs from the laboratory's table: 7-40."
    about_alt = [(code, text) for code, text in asked(study) if "ALT" in text]
    assert about_alt == [("001-001", sentence), ("001-002", sentence)]
    with shell(study).engine.connect() as connection:
        change = audit_change.c
        made = connection.execute(select(change.uid, change.reason).where(change.act == "range:approve")).all()[-1]
        entities = set(
            connection.scalars(select(audit_record.c.entity).where(audit_record.c.change_uid == made.uid))
        )
    assert made.reason == "as on the document" and {"normal_range", "query"} <= entities
    assert not any(entity.startswith("crf_") for entity in entities)


@pytest.mark.parametrize("name", ["p.shah", "l.ames"])
def test_all_results_take_the_range_over_with_a_reason(study: Flask, name: str) -> None:
    approve(study)
    status, page = take_over(study, name, all="1")
    assert status == 200 and "2 results are judged by this range now." in page
    assert limits(study) == ("7", "40", "NORMAL") and limits(study, "001-002") == ("7", "40", "HIGH")
    assert [text for _, text in asked(study) if "ALT" in text] == []
    with shell(study).engine.connect() as connection:
        change, record = audit_change.c, audit_record.c
        lines = connection.execute(
            select(change.reason, record.old, record.new, record.origin, record.reason.label("rule"))
            .join_from(audit_change, audit_record, record.change_uid == change.uid)
            .where(change.act == "range:take-over", record.attribute == "uln")
        ).all()
    assert {(line.reason, line.old, line.new, line.origin) for line in lines} == {
        ("valid since January", "35", "40", "derived")
    }
    assert all(re.fullmatch(r"Derived by NRANGE [0-9.]+", line.rule) for line in lines)


def test_results_take_the_range_over_one_by_one(study: Flask) -> None:
    approve(study)
    row = results(study, "001-002")["ALT"]
    take_over(study, row=row.uid)
    assert limits(study) == ("7", "35", "HIGH") and limits(study, "001-002") == ("7", "40", "HIGH")
    assert "<strong>1</strong> stored result stands" in look(study)


def test_locked_results_stay_and_are_named(study: Flask) -> None:
    restrict(study, "001-002", locked=True)
    approve(study)
    assert [code for code, text in asked(study) if "ALT" in text] == ["001-001"]
    assert "1 stays as it is: locked" in look(study)
    status, page = take_over(study, all="1")
    assert status == 200 and "1 result is judged" in page and "001-002 SCR sample 1 (locked)" in page
    assert limits(study, "001-002") == ("7", "35", "HIGH")


def test_typed_limits_stay_for_the_site_to_decide(study: Flask) -> None:
    later = {**ALT, "accession": "A9", "sample_datetime": "2024-01-10 08:00", "lln": "5", "uln": "37"}
    take_file(study, csv_text(later))
    assert "1 stays as it is: the limits were typed from the printout" in look(study)
    approve(study)
    take_over(study, all="1")
    assert limits(study) == ("5", "37", "HIGH")


@pytest.mark.parametrize(("fields", "status"), [({"all": "1", "reason": " "}, 422), ({}, 400)])
def test_taking_over_needs_a_reason_and_a_choice(study: Flask, fields: dict[str, str], status: int) -> None:
    approve(study)
    assert take_over(study, **fields)[0] == status and limits(study) == ("7", "35", "HIGH")


def test_a_range_that_waits_is_not_taken_over(study: Flask) -> None:
    assert take_over(study, all="1")[0] == 400 and limits(study) == ("7", "35", "HIGH")


@pytest.mark.parametrize(("name", "status"), [("r.diaz", 403), ("m.lindt", 403), ("a.admin", 404)])
def test_only_data_manager_and_investigator_take_over(study: Flask, name: str, status: int) -> None:
    assert client_of(study, name).post(f"{RANGES}/{proposal(study).uid}/take-over").status_code in (status, 400)
    assert limits(study) == ("7", "35", "HIGH")


def test_a_question_closes_when_the_range_that_raised_it_ends(study: Flask) -> None:
    approve(study)
    form = {"reason": "wrong document", "last_day": "1 jan 2024"}
    assert post(client_of(study, "p.shah"), f"{RANGES}/{proposal(study).uid}/end", form)[0] == 200
    assert [text for _, text in asked(study) if "ALT" in text] == []


def test_another_site_finds_no_such_page(study: Flask) -> None:
    assert client_of(study, "o.nyberg").get(f"{RANGES}/{proposal(study).uid}/changes").status_code == 404


def test_long_lists_come_in_pages(study: Flask) -> None:
    more = [
        {**ALT, "accession": f"B{n}", "sample_datetime": f"2024-01-{n // 24 + 10} {n % 24:02}:00"} for n in range(60)
    ]
    with saving(study, "p.shah", act="range:end", reason="test") as by:
        row = next(one for one in by.session.scalars(select(NormalRange)) if one.approved_by)
        row.valid_to = None
    take_file(study, csv_text(*more))
    page = look(study)
    assert "50 of 62 shown" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "12 of 62 shown" in client_of(study, "l.ames").get(following[1].replace("&amp;", "&")).text
