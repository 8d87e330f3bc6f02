"""Messages to people."""

import pytest
from flask import Flask
from sqlalchemy import select

from edc.notices.models import SecurityMessage
from edc.notices.service import list_unread, mark_read, tell, tell_security_contact
from edc.notices.texts import TEXTS, sentence
from edc.web import shell
from tests import app_fixtures

app, application_url = app_fixtures.app, app_fixtures.application_url
ROSA, JOHN = "1" * 32, "2" * 32


def test_a_message_is_there_until_its_reader_has_read_it(app: Flask) -> None:
    with shell(app).session(writes=True) as session:
        tell(session, ROSA, "role-granted", role="coordinator")
        tell(session, JOHN, "role-ended", role="monitor")
        session.commit()
        mark_read(session, JOHN)
        session.commit()
        assert list_unread(session, JOHN) == []
        (notice,) = list_unread(session, ROSA)
        assert sentence(notice.code, notice.facts).startswith("You now have the role coordinator.")


@pytest.mark.requirement("C10")
def test_the_security_contact_is_told_with_and_without_an_account(app: Flask) -> None:
    facts = {"user_name": "r.diaz", "when": "3 May 2024 14:05 UTC"}
    with shell(app).session(writes=True) as session:
        tell_security_contact(session, "it@site.example", "account-locked", **facts)
        tell_security_contact(session, "s.contact", "account-locked", contact_uid=ROSA, **facts)
        session.commit()
        logged = session.scalars(select(SecurityMessage.contact).order_by(SecurityMessage.uid)).all()
        assert logged == ["it@site.example", "s.contact"]
        assert [notice.code for notice in list_unread(session, ROSA)] == ["account-locked"]


def test_a_message_without_a_text_is_a_fault(app: Flask) -> None:
    with shell(app).session(writes=True) as session, pytest.raises(KeyError):
        tell(session, ROSA, "no-such-message")


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_text_is_a_sentence_without_blame(code: str) -> None:
    text = TEXTS[code]
    assert text.endswith(".") and not any(word in text.lower() for word in ("invalid", "please", "successfully", "!"))
