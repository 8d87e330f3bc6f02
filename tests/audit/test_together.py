"""Several changes that are one transaction: each has its own trail, and all of them are kept or none (C34)."""

import pytest
from sqlalchemy import func, select

from audit.capture import UnattributedChange, change, together
from audit.models import audit_change
from tests.audit.toys import DIAZ, Participant, Session, saving

pytestmark = pytest.mark.requirement("C34")


def kept(session: Session) -> tuple[int, int]:
    """How many participants and changes another look at the database finds."""
    session.rollback()
    session.expunge_all()
    participants = session.scalar(select(func.count()).select_from(Participant)) or 0
    return participants, session.connection().scalar(select(func.count()).select_from(audit_change)) or 0


def enrol(session: Session, code: str) -> None:
    with saving(session, "enrol"):
        session.add(Participant(code=code, status="enrolled"))


def test_each_change_has_its_own_trail_and_all_are_kept(session: Session) -> None:
    with together(session):
        enrol(session, "001-001")
        enrol(session, "001-002")
    assert kept(session) == (2, 2)


def test_one_that_fails_takes_the_others_with_it(session: Session) -> None:
    with pytest.raises(LookupError), together(session):
        enrol(session, "001-001")
        with change(session, by=DIAZ, act="enrol"):
            session.add(Participant(code="001-002", status="enrolled"))
            raise LookupError
    assert kept(session) == (0, 0)


def test_a_failure_that_somebody_caught_still_undoes_all(session: Session) -> None:
    with pytest.raises(UnattributedChange), together(session):
        enrol(session, "001-001")
        with pytest.raises(LookupError), change(session, by=DIAZ, act="enrol"):
            raise LookupError
        enrol(session, "001-002")
    assert kept(session) == (0, 0)


def test_nobody_commits_between_them(session: Session) -> None:
    with pytest.raises(UnattributedChange), together(session):
        enrol(session, "001-001")
        session.commit()
    assert kept(session) == (0, 0)


def test_they_do_not_stand_inside_a_change(session: Session) -> None:
    with pytest.raises(UnattributedChange), change(session, by=DIAZ, act="enrol"), together(session):
        pass
