"""Sites, consent versions, laboratories and normal ranges: what is made, by whom, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from audit.capture import Actor
from audit.models import audit_change
from edc.db import ALL, Scope, Session, make_engine, make_session_factory
from edc.errors import NotFound, Problem, ReasonMissing, Refused, SecondPersonNeeded
from edc.migrations.upgrade import upgrade_schema
from edc.study import service
from edc.study.models import Site
from edc.study.normal_ranges import (
    RangeProposal,
    approve_range,
    end_range,
    get_range,
    list_ranges,
    propose_range,
    withdraw_range,
)
from edc.study.reference import consent_versions, laboratories, ranges
from tests import databases

NOWAK = Actor("user-nowak", "t.nowak", "administrator")
SHAH = Actor("user-shah", "p.shah", "data_manager")
AMES = Actor("user-ames", "l.ames", "investigator")
OPERATOR = Actor(None, "operator", "system", process="command")
OPENED = dt.date(2023, 1, 2)
HGB = RangeProposal("Central", "HEM", "HGB", "g/dL", Decimal("13.5"), Decimal("17.5"), OPENED, sex="M")


def upgrade(url: str) -> None:
    """Bring an empty database to the newest migration."""
    upgrade_schema(url)


@pytest.fixture
def engine(database_kind: str, tmp_path: Path) -> Iterator[Engine]:
    """A database at the newest migration."""
    url = databases.prepared_database(database_kind, "migrated", upgrade, tmp_path)
    made = make_engine(url)
    yield made
    made.dispose()
    databases.drop_database(url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that sees every site."""
    with make_session_factory(engine)(info={"scope": Scope("user", "data_manager", ALL)}) as made:
        yield made


@pytest.fixture
def site(session: Session) -> Site:
    """Site 001 with its laboratory."""
    made = service.create_site(
        session, by=NOWAK, code="001", name="UCSD", country="US", time_zone="America/Los_Angeles"
    )
    service.add_laboratory(session, by=NOWAK, site=made, name="Central")
    return made


def acts(session: Session) -> list[tuple[str, str]]:
    """Who did what, in order."""
    rows = session.connection().execute(
        select(audit_change.c.user_name, audit_change.c.act).order_by(audit_change.c.id)
    )
    return [(name, act) for name, act in rows]


# --- sites ----------------------------------------------------------------------------------------------------------


def test_a_site_is_opened_once_and_its_act_is_in_the_trail(session: Session, site: Site) -> None:
    assert (site.active, site.locked) == (True, False)
    assert service.get_site_by_code(session, "001").uid == site.uid
    assert acts(session) == [("t.nowak", "site:create"), ("t.nowak", "laboratory:add")]
    with pytest.raises(Refused, match="Site 001 exists already"):
        service.create_site(session, by=NOWAK, code="001", name="Again", time_zone="UTC")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "UC SD"}, "is no site code"),
        ({"code": "123456789"}, "is no site code"),
        ({"time_zone": "Pacific"}, "is no time zone"),
        ({"time_zone": "../etc/passwd"}, "is no time zone"),
        ({"name": "  "}, "1 to 120 characters"),
        ({"name": "x" * 121}, "1 to 120 characters"),
    ],
)
def test_a_site_that_cannot_be_is_refused(session: Session, wrong: dict[str, str], sentence: str) -> None:
    given = {"code": "002", "name": "Lund", "time_zone": "Europe/Stockholm", **wrong}
    with pytest.raises(Refused, match=sentence):
        service.create_site(session, by=NOWAK, **given)
    assert acts(session) == []


def test_a_site_stops_enrolling_with_a_reason(session: Session, site: Site) -> None:
    with pytest.raises(ReasonMissing):
        service.set_site_active(session, by=NOWAK, site=site, active=False, reason=" ")
    service.set_site_active(session, by=NOWAK, site=site, active=False, reason="Accrual complete")
    assert not service.get_site_by_code(session, "001").active
    with pytest.raises(NotFound):
        service.get_site_by_code(session, "009")


def test_the_state_of_the_study_is_made_once(session: Session) -> None:
    first = service.ensure_study(session, by=OPERATOR, study_id="NCT03991130").uid
    assert service.ensure_study(session, by=OPERATOR, study_id="NCT03991130").uid == first
    assert acts(session) == [("operator", "study:open")]


# --- consent versions and laboratories ------------------------------------------------------------------------------


def test_a_new_consent_version_ends_the_one_before(session: Session, site: Site) -> None:
    for label, day in (("v1.0", OPENED), ("v2.0", dt.date(2023, 11, 6))):
        service.add_consent_version(session, by=NOWAK, site=site, label=label, valid_from=day)
    first, second = consent_versions(session, site.uid)
    assert (first.label, first.superseded_on) == ("v1.0", dt.date(2023, 11, 6))
    assert (second.label, second.superseded_on) == ("v2.0", None)


@pytest.mark.parametrize(
    ("label", "day", "sentence"),
    [
        ("v1.0", dt.date(2024, 1, 1), "exists already"),
        ("v0.9", OPENED, "not before"),
        ("", dt.date(2024, 1, 1), "1 to 20"),
    ],
)
def test_consent_versions_keep_their_order(
    session: Session, site: Site, label: str, day: dt.date, sentence: str
) -> None:
    service.add_consent_version(session, by=NOWAK, site=site, label="v1.0", valid_from=OPENED)
    with pytest.raises(Refused, match=sentence):
        service.add_consent_version(session, by=NOWAK, site=site, label=label, valid_from=day)
    assert [version.superseded_on for version in consent_versions(session, site.uid)] == [None]


def test_a_closed_laboratory_is_offered_no_more(session: Session, site: Site) -> None:
    other = service.add_laboratory(session, by=NOWAK, site=site, name="Night  shift")
    assert laboratories(session, site.uid) == ["Central", "Night shift"]
    with pytest.raises(Refused, match="already"):
        service.add_laboratory(session, by=NOWAK, site=site, name="Central")
    service.close_laboratory(session, by=NOWAK, laboratory=other, reason="Merged")
    assert laboratories(session, site.uid) == ["Central"]


# --- normal ranges --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S-2.1")
def test_a_range_counts_once_another_person_approved_it(session: Session, site: Site) -> None:
    proposed = propose_range(session, by=SHAH, site=site, proposal=HGB)
    assert ranges(session, site.uid) == []
    for nobody in (SHAH, OPERATOR):
        with pytest.raises(SecondPersonNeeded):
            approve_range(session, by=nobody, proposed=proposed)
    approve_range(session, by=AMES, proposed=proposed)
    (row,) = ranges(session, site.uid)
    assert (row.lab, row.test, row.unit, row.sex, row.lln, row.uln) == (
        "Central", "HGB", "g/dL", "M", Decimal("13.5"), Decimal("17.5")
    )  # fmt: skip
    assert row.applies_to("M", 44, OPENED)
    assert not row.applies_to("F", 44, OPENED)
    with pytest.raises(Refused, match="approved already"):
        approve_range(session, by=AMES, proposed=proposed)
    assert acts(session)[-2:] == [("p.shah", "range:propose"), ("l.ames", "range:approve")]


def test_a_range_without_ages_counts_for_a_person_of_unknown_age(session: Session, site: Site) -> None:
    approve_range(session, by=AMES, proposed=propose_range(session, by=SHAH, site=site, proposal=HGB))
    (row,) = ranges(session, site.uid)
    assert row.applies_to("M", None, OPENED)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"laboratory": "Elsewhere"}, "no laboratory of site 001"),
        ({"test": "XYZ"}, "no test XYZ in panel HEM"),
        ({"panel": "UA"}, "no test HGB in panel UA"),
        ({"unit": "mmHg"}, "no unit of Haemoglobin"),
        ({"sex": "both"}, "is no sex"),
        ({"lln": None, "uln": None}, "needs a lower or an upper limit"),
        ({"lln": Decimal("18")}, "not below the upper limit"),
        ({"lln": Decimal("17.5")}, "not below the upper limit"),
        ({"age_from": 60, "age_to": 40}, "wrong order"),
        ({"valid_to": dt.date(2022, 1, 1)}, "before the first"),
        ({"valid_from": dt.date(2024, 1, 1)}, "overlaps the range of HGB"),
        ({"age_from": 40, "age_to": 60}, "overlaps the range of HGB"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    session: Session, site: Site, wrong: dict[str, object], sentence: str
) -> None:
    propose_range(session, by=SHAH, site=site, proposal=HGB)
    with pytest.raises(Problem) as refused:
        propose_range(session, by=SHAH, site=site, proposal=replace(HGB, **wrong))  # type: ignore[arg-type]
    assert sentence in " ".join(refused.value.sentences)
    assert len(list_ranges(session, site)) == 1


@pytest.mark.parametrize(
    "other",
    [{"sex": "F"}, {"unit": "g/L", "lln": Decimal("135"), "uln": Decimal("175")}, {"test": "PLAT", "unit": "10^3/uL"}],
)
def test_ranges_of_another_sex_unit_or_test_stand_beside_it(
    session: Session, site: Site, other: dict[str, object]
) -> None:
    propose_range(session, by=SHAH, site=site, proposal=HGB)
    propose_range(session, by=SHAH, site=site, proposal=replace(HGB, **other))  # type: ignore[arg-type]
    assert len(list_ranges(session, site)) == 2


def test_an_ended_range_makes_room_for_the_next(session: Session, site: Site) -> None:
    first = propose_range(session, by=SHAH, site=site, proposal=HGB)
    approve_range(session, by=AMES, proposed=first)
    with pytest.raises(Refused, match="later last day"):
        end_range(session, by=SHAH, standing=first, last_day=dt.date(2022, 1, 1), reason="New analyser")
    end_range(session, by=SHAH, standing=first, last_day=dt.date(2023, 12, 31), reason="New analyser")
    second = propose_range(session, by=SHAH, site=site, proposal=replace(HGB, valid_from=dt.date(2024, 1, 1)))
    approve_range(session, by=AMES, proposed=second)
    assert [row.applies_to("M", 50, dt.date(2024, 3, 1)) for row in ranges(session, site.uid)] == [False, True]


def test_a_withdrawn_proposal_is_never_in_force(session: Session, site: Site) -> None:
    proposed = propose_range(session, by=SHAH, site=site, proposal=HGB)
    withdraw_range(session, by=SHAH, proposed=proposed, reason="Typed for the wrong laboratory")
    with pytest.raises(Refused, match="withdrawn"):
        approve_range(session, by=AMES, proposed=proposed)
    propose_range(session, by=SHAH, site=site, proposal=HGB)


@pytest.mark.requirement("C07")
def test_ranges_of_another_site_do_not_exist(engine: Engine, session: Session, site: Site) -> None:
    proposed = propose_range(session, by=SHAH, site=site, proposal=HGB)
    with make_session_factory(engine)(info={"scope": Scope("user", "investigator", frozenset({"other"}))}) as foreign:
        with pytest.raises(NotFound):
            get_range(foreign, proposed.uid)
        assert ranges(foreign, site.uid) == []
