"""All checks and derivations run again over stored data: rehearsed and in earnest, sharing the path of a save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from audit.capture import Actor
from audit.models import audit_change
from edc.queries import service as queries
from edc.queries.models import Query
from edc.records.book import SubjectBook
from edc.records.recheck import Rechecked, list_codes, recheck
from edc.records.service import get_subject
from edc.study.models import ConsentVersion, Site
from tests.records.casebooks import CODE, HYPOTENSION, SHAH, Casebook

OPERATOR = Actor(None, "operator", "system", "command", "casebook 0.1.0")
REASON = "new study build"


def run(casebook: Casebook, *, is_rehearsal: bool = False) -> Rechecked:
    """Run everything again for the participant."""
    with casebook.session(writes=True) as session:
        return recheck(session, CODE, by=OPERATOR, reason=REASON, is_rehearsal=is_rehearsal)


def asked(casebook: Casebook) -> list[tuple[str, str]]:
    """Check and status of each query."""
    with casebook.session() as session:
        return [(q.check_id or "", q.status) for q in session.scalars(select(Query).order_by(Query.number))]


def changes(casebook: Casebook) -> int:
    """How many changes the trail holds."""
    with casebook.session() as session:
        return session.connection().execute(select(func.count()).select_from(audit_change)).scalar_one()


def overdue(casebook: Casebook) -> None:
    """Day 1 of 22 January, and now it is March: the admissions and day 35 are late, and nobody saved anything since."""
    casebook.add_visit("C1D1")
    casebook.save("VISIT", {"visit_occurred": "Y", "visit_date": "2024-01-22"}, visit="C1D1")
    casebook.clock.at = dt.datetime(2024, 3, 1, 20, 0, tzinfo=dt.UTC)


def unknown_version(casebook: Casebook) -> None:
    """A consent under a version that the site entered into its table only afterwards."""
    casebook.save("IC", {"consent_version": "v5.0"}, line=1, reason="misread")
    with casebook.saving(act="consent-version:add") as saving:
        site = saving.session.scalars(select(Site).where(Site.code == "001")).one()
        saving.session.add(ConsentVersion(site_uid=site.uid, label="v5.0", valid_from=dt.date(2023, 6, 1)))


def lost_class(casebook: Casebook) -> None:
    """An adverse event whose system organ class an older build did not derive."""
    casebook.save("AE", HYPOTENSION, line=1)
    with casebook.saving() as saving:
        header = casebook.header(saving.session, "AE", line=1)
        entry = SubjectBook(saving.session, get_subject(saving.session, CODE), saving.now).entry(header)
        saving.change.item_reasons[entry.row.uid, "soc"] = "older build"
        entry.row.soc = None  # type: ignore[attr-defined]
        header.row_version += 1


LATE = ["VIS-03"] * 3
SITUATIONS: list[tuple[str, Callable[[Casebook], None], list[str], list[str], int]] = [
    ("visits went overdue", overdue, LATE, [], 0),
    ("the site entered a version", unknown_version, [], ["IC-02"], 0),
    ("a derivation is new", lost_class, [], [], 1),
]


@pytest.mark.parametrize(("words", "arrange", "opens", "closes", "derives"), SITUATIONS, ids=[w for w, *_ in SITUATIONS])
def test_a_rehearsal_tells_what_would_change_and_changes_nothing(
    casebook: Casebook, words: str, arrange: Callable[[Casebook], None], opens: list[str], closes: list[str], derives: int
) -> None:
    arrange(casebook)
    before, count = asked(casebook), changes(casebook)
    found = run(casebook, is_rehearsal=True)
    assert ([one.check for one in found.opened], [one.check for one in found.closed]) == (opens, closes), words
    assert len(found.derived) == derives
    assert (asked(casebook), changes(casebook)) == (before, count)


@pytest.mark.parametrize(("words", "arrange", "opens", "closes", "derives"), SITUATIONS, ids=[w for w, *_ in SITUATIONS])
def test_a_run_does_it_and_a_second_run_finds_nothing_left(
    casebook: Casebook, words: str, arrange: Callable[[Casebook], None], opens: list[str], closes: list[str], derives: int
) -> None:
    arrange(casebook)
    found = run(casebook)
    assert (len(found.opened), len(found.closed), len(found.derived)) == (len(opens), len(closes), derives), words
    count = changes(casebook)
    assert not run(casebook).is_changed
    assert changes(casebook) == count


def test_the_derived_value_is_there_again(casebook: Casebook) -> None:
    lost_class(casebook)
    run(casebook)
    assert casebook.values("AE", "soc", line=1) == ["Vascular disorders"]


def test_an_accepted_finding_does_not_open_again_until_the_data_change(casebook: Casebook) -> None:
    casebook.save("IC", {"consent_version": "v5.0"}, line=1, reason="misread")
    with casebook.saving(SHAH, act="query:close") as saving:
        query = saving.session.scalars(select(Query)).one()
        queries.close_query(query, "signed before the table was kept", by=SHAH, now=saving.now, may_close_checks=True)
    assert not run(casebook).is_changed
    assert asked(casebook) == [("IC-02", "closed")]
    casebook.save("IC", {"consent_version": "v6.0"}, line=1, reason="misread again")
    assert asked(casebook) == [("IC-02", "closed"), ("IC-02", "open")]


def test_a_locked_participant_stays_as_they_are(casebook: Casebook) -> None:
    overdue(casebook)
    with casebook.saving(act="participant:lock", reason="cut") as saving:
        get_subject(saving.session, CODE).locked = True
    found = run(casebook)
    assert (found.skipped, found.is_changed, asked(casebook)) == ("locked", False, [])


def test_a_locked_form_stays_as_it_is(casebook: Casebook) -> None:
    lost_class(casebook)
    with casebook.saving(act="record:lock", reason="cut") as saving:
        casebook.header(saving.session, "AE", line=1).locked = True
    assert not run(casebook).derived


def test_every_participant_is_listed(casebook: Casebook) -> None:
    casebook.add_participant("001-002")
    with casebook.session() as session:
        assert list_codes(session) == [CODE, "001-002"]
