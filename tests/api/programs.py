"""Programs that use the API: each holds the token of one person in one role."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from audit.capture import Actor, change
from audit.models import audit_change
from edc.accounts import service
from edc.accounts.tokens import grantable
from edc.db import Scope
from edc.permissions import Permission, Role
from edc.study.models import Subject
from edc.web import shell
from tests.app_fixtures import OPERATOR, get_account, open_account

CONSENT = {
    "consent_type": "INITIAL", "consent_version": "v4.0", "signature_date": "2024-01-08", "obtained_by": "R. Diaz",
    "capacity_confirmed": "Y", "tissue_consent": "Y", "blood_consent": "Y", "copy_given": "Y",
}  # fmt: skip
WEIGHT = {"admission_occurred": "Y", "admit_dt": "2024-01-24T08:00", "dosing_weight_kg": "72.0"}
HYPOTENSION = {"verbatim": "low BP after dose 8", "ctcae_term": "Hypotension", "start_date": "2024-01-24", "ongoing": "Y"}


def token_of(
    app: Flask, user_name: str, rights: Iterable[Permission] | None = None, sites: list[str] | None = None
) -> str:
    """Issue a token of the person's only role, with every right that a token of it may hold unless told."""
    with shell(app).session(writes=True) as session:
        user = get_account(session, user_name)
        grants = service.active_grants(session, user.uid)
        role = Role(grants[0].acting_role)
        scope = service.scope_of(user.uid, role, grants)
        _, text = service.issue_token(
            session, by=Actor(user.uid, user_name, role), scope=scope, label="program",
            permissions=grantable(role) if rights is None else rights, site_uids=sites,
        )  # fmt: skip
    return text


def said(answer: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    body = answer.json
    assert isinstance(body, dict), answer.text
    return body


class Program:
    """A program with a person's token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.token = token

    @classmethod
    def of(cls, app: Flask, user_name: str, role: Role, *rights: Permission, site: str = "UCSD") -> Program:
        """Open an account in a role, and give its program a token."""
        open_account(app, user_name, role, site=site)
        return cls(app, token_of(app, user_name, rights or None))

    def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, data: str | bytes | None = None,
        **headers: str,
    ) -> TestResponse:  # fmt: skip
        """Send a request; `body` becomes JSON, `data` is sent as it is."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        if key:
            sent["Idempotency-Key"] = key
        if body is not None:
            data = json.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.client.open(f"/api/v1{path}", method=method, data=data, headers=sent)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.send("PUT", path, body, **options)

    def enrol(self, site: str = "001", **items: Any) -> str:
        """Enrol a participant; returns the code."""
        answer = self.post("/participants", {"site": site, "consent": {"items": {**CONSENT, **items}}})
        assert answer.status_code == 201, answer.text
        return str(said(answer)["code"])

    def add(self, code: str, form: str, items: dict[str, Any], visit: str | None = None, **more: Any) -> dict[str, Any]:
        """Add a record; returns it as stored."""
        body = {"form": form, "visit": visit, "items": items, **more}
        answer = self.post(f"/participants/{code}/records", body)
        assert answer.status_code == 201, answer.text
        return said(answer)

    def record(self, uid: str) -> dict[str, Any]:
        return said(self.get(f"/records/{uid}"))


def changes(app: Flask) -> int:
    """How many changes the trail holds, refused requests not counted."""
    statement = select(func.count()).select_from(audit_change).where(audit_change.c.act != "access:refused")
    with shell(app).engine.connect() as connection:
        return connection.scalar(statement) or 0


def restrict(app: Flask, code: str, **state: bool) -> None:
    """Lock or freeze a participant."""
    with shell(app).session(writes=True) as session:
        session.info["scope"] = Scope.system("lock")
        with change(session, by=OPERATOR, act="participant:lock", reason="database lock"):
            subject = session.scalars(select(Subject).where(Subject.code == code)).one()
            for name, value in state.items():
                setattr(subject, name, value)
