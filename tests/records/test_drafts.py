"""Drafts: given back to their owner, sealed for everybody else, and short-lived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from edc.db import Session
from edc.keys import Keyring
from edc.records.drafts import LIFE, MOST_DRAFTS, DraftBox, DraftTooLarge, TooManyDrafts, Typed, expire
from edc.records.models import Draft

NOW = dt.datetime(2024, 1, 22, 22, 2, tzinfo=dt.UTC)
PATH = "/nct03991130/participants/001-004/c1-d1/vital-signs"
KEYS = Keyring.new()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    Draft.__table__.create(engine)
    with Session(engine) as session:
        yield session


def box(session: Session, user: str = "diaz", *, now: dt.datetime = NOW, keys: Keyring = KEYS) -> DraftBox:
    return DraftBox(session, keys, user, now)


def keep(drafts: DraftBox, path: str = PATH, **fields: str) -> None:
    typed = Typed({name: [text] for name, text in fields.items()}, row_version=3)
    drafts.keep(path, typed, title="001-004 Vital signs", form_version="2.0")
    drafts.session.commit()


def type_on_page(drafts: DraftBox, on: str = "", **fields: str) -> None:
    typed = Typed({name: [text] for name, text in fields.items()}, row_version=3, on=on)
    drafts.keep_typing(PATH, typed, title="001-004 Vital signs", form_version="2.0")
    drafts.session.commit()


def texts(typed: Typed | None) -> dict[str, str | None]:
    assert typed is not None
    return {name: typed.text(name) for name in typed.fields}


@pytest.mark.requirement("S-6.3", "T23")
def test_typed_text_comes_back_to_its_owner_with_its_sentence_and_version(session: Session) -> None:
    typed = Typed({"pulse": ["8o"]}, {"pulse": "Enter a whole number, like 80"}, row_version=3)
    box(session).keep(PATH, typed, title="001-004 Vital signs", form_version="2.0")
    session.commit()
    found = box(session).find(PATH)
    assert found is not None
    assert (found.text("pulse"), found.sentences, found.row_version, found.saved_at) == (
        "8o", {"pulse": "Enter a whole number, like 80"}, 3, NOW,
    )  # fmt: skip


@pytest.mark.requirement("S-6.3", "T23")
def test_another_person_finds_nothing_and_cannot_open_a_moved_row(session: Session) -> None:
    keep(box(session), pulse="80")
    assert box(session, "osei").find(PATH) is None
    session.scalars(select(Draft)).one().user_uid = "osei"
    session.commit()
    assert box(session, "osei").find(PATH) is None


@pytest.mark.requirement("S-6.3")
@pytest.mark.parametrize("attribute", ["path", "body"])
def test_a_moved_or_altered_draft_does_not_open(session: Session, attribute: str) -> None:
    keep(box(session), pulse="80")
    row = session.scalars(select(Draft)).one()
    if attribute == "path":
        row.path = f"{PATH}/2"
    else:
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    session.commit()
    assert box(session).find(row.path) is None


@pytest.mark.requirement("S-6.3")
def test_the_database_holds_no_plain_text(session: Session) -> None:
    keep(box(session), note="felt dizzy after dose 8")
    row = session.scalars(select(Draft)).one()
    assert b"dizzy" not in row.body


@pytest.mark.requirement("S-6.3", "T15")
def test_a_new_draft_key_opens_the_drafts_of_the_old_one(session: Session) -> None:
    keep(box(session), pulse="80")
    rotated = KEYS.rotated("draft")
    assert texts(box(session, keys=rotated).find(PATH)) == {"pulse": "80"}
    assert box(session, keys=Keyring.new()).find(PATH) is None


@pytest.mark.requirement("S-6.3")
def test_a_draft_lives_fourteen_days(session: Session) -> None:
    keep(box(session), pulse="80")
    assert box(session, now=NOW + LIFE).find(PATH) is not None
    late = NOW + LIFE + dt.timedelta(seconds=1)
    assert box(session, now=late).find(PATH) is None
    assert box(session, now=late).list() == []
    assert (expire(session, NOW + LIFE), expire(session, late)) == (0, 1)


@pytest.mark.requirement("S-6.3")
def test_whoever_begins_a_draft_takes_away_what_others_left_too_long(session: Session) -> None:
    keep(box(session, "left.us"), pulse="80")
    keep(box(session, "osei", now=NOW + LIFE), pulse="76")
    keep(box(session, now=NOW + LIFE + dt.timedelta(seconds=1)), pulse="82")
    assert set(session.scalars(select(Draft.user_uid))) == {"osei", "diaz"}


def test_a_discarded_draft_is_gone(session: Session) -> None:
    keep(box(session), pulse="80")
    keep(box(session, "osei"), pulse="76")
    box(session).discard(PATH)
    assert box(session).find(PATH) is None
    assert texts(box(session, "osei").find(PATH)) == {"pulse": "76"}


@pytest.mark.requirement("S-6.3")
def test_a_draft_above_256_kilobytes_is_refused(session: Session) -> None:
    with pytest.raises(DraftTooLarge):
        keep(box(session), note="x" * 256 * 1024)


@pytest.mark.requirement("S-6.3")
def test_the_number_of_drafts_of_a_person_is_limited_but_not_of_others(session: Session) -> None:
    session.add_all(
        Draft(user_uid="diaz", path=f"/page/{n}", body=b"", saved_at=NOW, title="") for n in range(MOST_DRAFTS)
    )
    session.commit()
    with pytest.raises(TooManyDrafts):
        keep(box(session), pulse="80")
    session.rollback()
    keep(box(session, "osei"), pulse="80")
    keep(box(session, now=NOW + LIFE * 2), pulse="80")


def test_an_open_page_replaces_its_own_draft(session: Session) -> None:
    type_on_page(box(session), pulse="8", weight="72.0")
    type_on_page(box(session), pulse="80")
    assert texts(box(session).find(PATH)) == {"pulse": "80"}


def test_typing_on_a_page_that_shows_a_draft_keeps_the_rest_of_it(session: Session) -> None:
    type_on_page(box(session), pulse="80")
    shown = box(session).find(PATH)
    assert shown is not None
    for number, weight in enumerate(("7", "72.0"), start=1):
        later = NOW + dt.timedelta(seconds=number)
        type_on_page(box(session, now=later), on=shown.mark, weight=weight)
    assert texts(box(session).find(PATH)) == {"pulse": "80", "weight": "72.0"}
    type_on_page(box(session, now=NOW + dt.timedelta(seconds=3)), on=shown.mark, height="180")
    assert texts(box(session).find(PATH)) == {"pulse": "80", "height": "180"}


def test_the_draft_of_another_window_is_built_upon(session: Session) -> None:
    type_on_page(box(session), pulse="80")
    type_on_page(box(session, now=NOW + dt.timedelta(seconds=1)), on="another", weight="72.0")
    assert texts(box(session).find(PATH)) == {"pulse": "80", "weight": "72.0"}


def test_retyped_text_is_no_longer_called_unreadable(session: Session) -> None:
    typed = Typed({"pulse": ["8o"]}, {"pulse": "Enter a whole number, like 80"})
    box(session).keep(PATH, typed, title="", form_version="2.0")
    session.commit()
    type_on_page(box(session, now=NOW + dt.timedelta(seconds=1)), on="x", pulse="80")
    found = box(session).find(PATH)
    assert found is not None
    assert found.sentences == {}


def test_fields_that_were_stored_from_elsewhere_leave_the_draft(session: Session) -> None:
    keep(box(session), pulse="80", weight="72.0")
    box(session).forget(PATH, ["pulse"], title="001-004 Vital signs", form_version="2.0")
    assert texts(box(session).find(PATH)) == {"weight": "72.0"}
    box(session).forget(PATH, ["weight"], title="001-004 Vital signs", form_version="2.0")
    assert box(session).find(PATH) is None


def test_what_was_typed_on_a_part_of_a_form_lies_over_the_rest_with_its_sentence(session: Session) -> None:
    keep(box(session), pulse="80", weight="72.0")
    part = Typed({"pulse": ["8o"]}, {"pulse": "Enter a whole number, like 80"}, row_version=3, on="card")
    box(session).keep_typing(PATH, part, title="001-004 Vital signs", form_version="2.0")
    found = box(session).find(PATH)
    assert texts(found) == {"pulse": "8o", "weight": "72.0"}
    assert found is not None and found.sentences == {"pulse": "Enter a whole number, like 80"}
