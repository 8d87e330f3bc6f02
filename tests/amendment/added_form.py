"""What a form that docs/add-a-crf.md adds does by itself: entered in the browser, then read back by every door."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import select

from audit.models import audit_change, audit_record
from edc.queries.models import Query
from edc.web import shell
from tests.amendment.study import address, browser, open_app, record_of, report
from tests.api.programs import Program, token_of
from tests.app_fixtures import post
from tests.casebook.study import STUDY, enrol_participant, saving

STOPS = {f"STOP.new{number}.minute": str(number) for number in range(1, 5)}
WALK = {"performed": "Y", "walk_date": "20 jan 2024", "metres": "640", "complete": "1"}


def main() -> None:
    """Enter the form as a coordinator, and report what data file, paper, API and trail say of it."""
    app = open_app()
    code = enrol_participant(app)
    page = address(code, "six-minute-walk")
    client = browser(app, "r.diaz")
    saved = post(client, page, **WALK, **STOPS)
    with saving(app) as act:
        record = record_of(act.session, code, "SMW")
        uid, version, status = record.uid, record.crf_version, record.entry_status
        queries = list(act.session.scalars(select(Query.check_id).where(Query.record_uid == uid)))
    manager = browser(app, "p.shah")
    with shell(app).engine.connect() as connection:
        lines = connection.execute(
            select(audit_record.c.oid, audit_record.c.old, audit_record.c.new, audit_record.c.crf_version)
            .join_from(audit_change, audit_record)
            .where(audit_record.c.oid.startswith("SMW"))
            .order_by(audit_record.c.id)
        )
        trail = [list(line) for line in lines]
    pdf = {
        name: " ".join(p.extract_text() for p in PdfReader(BytesIO(manager.get(path).data)).pages)
        for name, path in {
            "casebook": f"{STUDY}/participants/{code}/casebook.pdf",
            "blank": f"{STUDY}/definitions/six-minute-walk/blank-crf.pdf",
            "annotated": f"{STUDY}/definitions/six-minute-walk/annotated-crf.pdf",
        }.items()
    }
    program = Program(app, token_of(app, "p.shah"))
    report(
        {
            "saved": saved.status_code, "page": client.get(page).text, "version": version, "status": status,
            "queries": queries, "trail": trail, "pdf": pdf,
            "csv": {n: manager.get(f"{STUDY}/exports/{n}.csv").text for n in ("crf_smw", "crf_smw_stop")},
            "dictionary": manager.get(f"{STUDY}/exports/data_dictionary.csv").text,
            "record": program.get(f"/records/{uid}").json,
            "document": program.get("/openapi.json").text,
            "matrix": client.get(f"{STUDY}/participants/{code}").text,
        }
    )  # fmt: skip


if __name__ == "__main__":
    main()
