"""The trail read: histories, pages, streams and the state replayed from it (C18, C24, C25)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.seal import seal
from audit.trail import (
    Filter,
    Page,
    browse,
    item_history,
    record_history,
    replay,
    stream,
    subject_history,
)
from tests.audit.toys import AMES, DIAZ, Participant, Session, Vitals, saving


@pytest.fixture
def people(session: Session) -> dict[str, Participant]:
    """Two participants of two sites with vital signs, one reading corrected and then signed."""
    people = {code: Participant(code=code, site_uid=site) for code, site in (("001-004", "s1"), ("002-001", "s2"))}
    with saving(session, "enrol"):
        session.add_all(people.values())
    for participant in people.values():
        with saving(session):
            session.add(vitals := Vitals(participant=participant, systolic=120, weight=Decimal("72.0"), row_version=1))
    with saving(session, reason="Monitoring visit", by=AMES) as opened:
        vitals.systolic, vitals.weight, vitals.row_version = 130, None, 2
        opened.item_reasons[vitals.uid, "systolic"] = "Entry error"
    with saving(session, "sign", by=AMES, site="s2", subject=people["002-001"].uid) as opened:
        opened.note("signature", vitals.uid, "SIGNATURE", None, "I have reviewed this casebook.", path="002-001")
    return people


def vitals_of(session: Session, people: dict[str, Participant], code: str) -> Vitals:
    return session.query(Vitals).filter_by(participant_uid=people[code].uid).one()


@pytest.mark.requirement("C18", "C24")
def test_the_history_of_an_item_starts_with_its_first_value(session: Session, people: dict[str, Participant]) -> None:
    vitals = vitals_of(session, people, "002-001")
    history = item_history(session.connection(), "crf_vs", vitals.uid, "VS.SYSTOLIC")
    assert [(entry.old, entry.new, entry.user_name, entry.reason) for entry in history] == [
        (None, "120", "R. Diaz", None),
        ("120", "130", "Dr Ames", "Entry error"),
    ]
    assert all(entry.at.tzinfo is UTC and entry.path == "002-001/C1D1/VS" for entry in history)


def test_the_history_of_a_record_has_all_its_items(session: Session, people: dict[str, Participant]) -> None:
    vitals = vitals_of(session, people, "002-001")
    history = record_history(session.connection(), "crf_vs", vitals.uid)
    assert [(entry.oid, entry.new, entry.reason) for entry in history[-3:]] == [
        ("VS.ROW_VERSION", "2", "Monitoring visit"),
        ("VS.SYSTOLIC", "130", "Entry error"),
        ("VS.WEIGHT", None, "Monitoring visit"),
    ]


def test_the_history_of_a_subject_goes_across_its_records(session: Session, people: dict[str, Participant]) -> None:
    found = list(subject_history(session.connection(), people["002-001"].uid))
    assert {entry.entity for entry in found} == {"participant", "crf_vs", "signature"}
    assert all(entry.path.startswith("002-001") for entry in found)
    assert [entry.record_id for entry in found] == sorted(entry.record_id for entry in found)


@pytest.mark.requirement("C25")
@pytest.mark.parametrize(
    ("narrowed", "acts", "number"),
    [
        (Filter(), {"enrol", "save", "sign"}, 16),
        (Filter(user_uid="u2"), {"save", "sign"}, 4),
        (Filter(acts={"sign"}), {"sign"}, 1),
        (Filter(acts={"sign", "enrol"}), {"sign", "enrol"}, 5),
        (Filter(entity="participant"), {"enrol"}, 4),
        (Filter(sites=frozenset({"s1"})), {"enrol", "save"}, 6),
        (Filter(sites=frozenset()), set(), 0),
        (Filter(since=datetime(2024, 1, 1, tzinfo=UTC), before=datetime(2999, 1, 1, tzinfo=UTC)), None, 16),
        (Filter(before=datetime(2024, 1, 1, tzinfo=UTC)), set(), 0),
        (Filter(user_uid="u2", entity="crf_vs"), {"save"}, 3),
    ],
)
def test_the_trail_is_narrowed(
    session: Session, people: dict[str, Participant], narrowed: Filter, acts: set[str] | None, number: int
) -> None:
    page = browse(session.connection(), narrowed)
    assert len(page.entries) == number
    assert acts is None or {entry.act for entry in page.entries} == acts
    assert page.next is None
    assert len(list(stream(session.connection(), narrowed))) == number


@pytest.mark.requirement("C25")
def test_the_trail_of_one_subject(session: Session, people: dict[str, Participant]) -> None:
    page = browse(session.connection(), Filter(subject_uid=people["001-004"].uid))
    assert {entry.path for entry in page.entries} == {"001-004", "001-004/C1D1/VS"}


@pytest.mark.parametrize("limit", [1, 3, 5, 50])
def test_pages_put_together_are_the_whole(session: Session, people: dict[str, Participant], limit: int) -> None:
    connection = session.connection()
    page = browse(connection, Filter(), limit=limit)
    found, sizes = list(page.entries), [len(page.entries)]
    while page.next is not None:
        page = browse(connection, Filter(), after=page.next, limit=limit)
        found += page.entries
        sizes.append(len(page.entries))
    assert {entry.record_id for entry in found} == {entry.record_id for entry in stream(connection)}
    assert len(found) == 16
    assert all(size == limit for size in sizes[:-1])
    assert [entry.change_id for entry in found] == sorted((entry.change_id for entry in found), reverse=True)


def test_a_page_stays_where_it_was_when_others_write(session: Session, people: dict[str, Participant]) -> None:
    first = browse(session.connection(), Filter(), limit=4)
    expected = browse(session.connection(), Filter(), after=first.next, limit=4)
    with saving(session, "enrol"):
        session.add(Participant(code="001-005"))
    assert browse(session.connection(), Filter(), after=first.next, limit=4) == expected
    assert isinstance(expected, Page)


@pytest.mark.requirement("C25")
def test_the_whole_trail_streams_in_order(session: Session, people: dict[str, Participant]) -> None:
    entries = list(stream(session.connection()))
    assert [entry.record_id for entry in entries] == sorted(entry.record_id for entry in entries)
    assert {entry.user_name for entry in entries} == {DIAZ.user_name, AMES.user_name}


def texts(state: dict[str, Any], entity: str, key: str) -> dict[str, str]:
    found: dict[str, str] = state[entity][key]
    return found


def test_replay_gives_the_state(session: Session, people: dict[str, Participant]) -> None:
    vitals = vitals_of(session, people, "002-001")
    state = replay(session.connection())
    assert texts(state, "crf_vs", vitals.uid) == {
        "participant_uid": people["002-001"].uid, "row_version": "2", "systolic": "130",
    }  # fmt: skip
    assert set(state["participant"]) == {participant.uid for participant in people.values()}
    assert "signature" not in state


def test_replay_until_a_moment_gives_the_state_of_then(session: Session, people: dict[str, Participant]) -> None:
    vitals = vitals_of(session, people, "001-004")
    moment = max(entry.at for entry in stream(session.connection()))
    with saving(session, reason="Re-read"):
        vitals.systolic, vitals.taken_on = 99, date(2024, 3, 5)
    then = replay(session.connection(), until=moment)
    now = replay(session.connection())
    assert (then["crf_vs"][vitals.uid]["systolic"], now["crf_vs"][vitals.uid]["systolic"]) == ("120", "99")
    assert replay(session.connection(), until=moment - timedelta(days=1)) == {"crf_vs": {}, "participant": {}}


def test_replay_until_a_seal_gives_what_it_covers(session: Session, people: dict[str, Participant]) -> None:
    session.commit()
    head = seal(session.get_bind())  # type: ignore[arg-type]
    assert head is not None
    vitals = vitals_of(session, people, "001-004")
    with saving(session, reason="Re-read"):
        vitals.systolic = 99
    assert replay(session.connection(), until=head.seq)["crf_vs"][vitals.uid]["systolic"] == "120"
    assert replay(session.connection(), until=0) == {"crf_vs": {}, "participant": {}}
