"""The made-up study: believable, the same for the same seed, and the checks find what was planted, no more, no less."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from audit.models import audit_change
from edc.accounts.models import User
from edc.accounts.service import active_grants, find_user
from edc.clock import now
from edc.db import Scope, Session, make_engine
from edc.demo.labs import FOLLOWS
from edc.demo.normal_limits import LIMITS
from edc.demo.people import PASSWORD, PEOPLE, greeting
from edc.demo.planted import ERRORS
from edc.demo.planting import Expected, pages_of, plant
from edc.demo.profiles import ANCHOR, make_profiles
from edc.demo.reviews import LOCKED
from edc.demo.story import Story, tell
from edc.permissions import Role
from edc.queries.models import CLOSED, Query
from edc.records.models import COMPLETE, SIGNED, FormRecord
from edc.records.tables import CRF_TABLES, GROUP_TABLES
from edc.study.models import ConsentVersion, NormalRange, Site, Subject
from edc.verification import find_faults
from exports.analysis import outcomes
from exports.dataset import get_dataset, stream_rows
from exports.outcome_data import read_as_of, read_now
from exports.outcome_shapes import Cell, Outcomes
from forms.crf import all_crfs, declarations
from forms.dictionaries.lab_tests import LAB_TESTS, Kind
from tests import databases
from tests.demo.conftest import RING, SEED, load, sessions_of

SCOPE = Scope.system("test")
#: Checks that follow from the items of every form.
GENERAL = {"GEN-02", "GEN-05", "GEN-07", "IC-01"}
#: The checks of the specification without a planted error, and why.
UNPLANTED = {
    "GEN-01": "what cannot be read is not stored",
    "GEN-03": "a text that is too long is not stored",
    "GEN-04": "an open answer keeps a form from being complete and opens no query",
    "IL2-10": "the grid has 14 rows, and a course 28",
    **dict.fromkeys(("AE-01", "AE-16", "IL2-12", "IL2-18", "RE-11", "SAE-04"), "a note, which opens no query"),
    **dict.fromkeys(("VIS-03", "DV-01"), "asked when days have passed since the entry"),
    "IL2-09": "a dose so late lies outside the stay, which is asked first",
    "SAE-05": "the made-up study has no medical monitor of the sponsor",
}


def stories() -> list[tuple[Story, list[Expected]]]:
    """Every participant's story with its planted errors."""
    return [plant(tell(profile, SEED), ERRORS) for profile in make_profiles(SEED)]


# --- what the checks find -------------------------------------------------------------------------------------------


def found(session: Session) -> list[tuple[str, str, str | None]]:
    """Check, place and item of each query that a check opened and no correction closed."""
    statement = select(Query).where(Query.check_id.is_not(None))
    return sorted(
        (str(query.check_id), query.place, query.item_name)
        for query in session.scalars(statement)
        if query.status != CLOSED or query.accepted
    )


def expected(*, settled: bool = False) -> list[tuple[str, str, str | None]]:
    """The same of each planted error, or of each question that the story itself settles."""
    return sorted(
        (one.check, _place(story, one), one.item)
        for story, errors in stories()
        for one in errors
        if one.settled is settled
    )


def _place(story: Story, error: Expected) -> str:
    """Where the query stands, `001-004/C1D1/LAB/RESULT/3`: lines and samples are numbered in the order of the story."""
    pages = pages_of(story)
    page = next(page for page in pages if page.name == error.page)
    same = list(dict.fromkeys(other.name for other in pages if (other.crf, other.visit) == (page.crf, page.visit)))
    number = same.index(page.name) + 1
    where = f"{page.visit}/{page.crf}" if page.visit else f"LOG/{page.crf}/{number}"
    where += f"/{number}" if page.visit and number > 1 else ""
    row = f"/{error.row[0]}/{error.row[1]}" if error.row else ""
    return f"{story.profile.code}/{where}{row}"


def test_the_checks_find_what_was_planted_and_nothing_else(study: Session) -> None:
    assert found(study) == expected()


def test_no_query_came_and_went_unplanned(study: Session) -> None:
    closed = select(Query).where(Query.status == CLOSED, Query.accepted.is_(False), Query.check_id.is_not(None))
    went = sorted((str(query.check_id), query.place, query.item_name) for query in study.scalars(closed))
    assert went == expected(settled=True)


def test_the_planted_errors_cover_the_checks() -> None:
    declared = {
        rule.id
        for crf in all_crfs()
        for part in (crf, *crf.groups.values())
        for rule in declarations(part)
        if hasattr(rule, "severity")
    }
    planted = {error.check for error in ERRORS}
    assert len(planted) >= 115
    assert (declared | GENERAL | set(UNPLANTED)) - planted == set(UNPLANTED)


# --- who and what is there ------------------------------------------------------------------------------------------


def test_both_sites_have_their_participants(study: Session) -> None:
    counts = study.execute(
        select(Site.code, func.count()).join(Subject, Subject.site_uid == Site.uid).group_by(Site.code)
    )
    assert dict(counts.all()) == {"001": 25, "002": 2}


def test_each_role_has_a_person_who_is_trained_for_it(study: Session) -> None:
    at_first = {person.role for person in PEOPLE if person.site in ("001", None)}
    assert at_first == set(Role) - {Role.MEDICAL_MONITOR}
    for person in PEOPLE:
        user = find_user(study, person.user_name)
        assert user is not None
        assert [grant.acting_role for grant in active_grants(study, user.uid)] == [person.role]
    assert set(study.scalars(select(User.kind))) == {"demo"}


def test_the_greeting_names_a_sign_in_for_each_role(study: Session) -> None:
    text = "\n".join(greeting(study))
    assert PASSWORD in text
    assert all(person.user_name in text and person.role.label in text for person in PEOPLE)


def test_every_numeric_test_has_an_approved_range_for_both_sexes(study: Session) -> None:
    rows = study.execute(select(Site.code, NormalRange).join(NormalRange, NormalRange.site_uid == Site.uid)).all()
    has = {(code, row.panel, row.test, row.sex) for code, row in rows if row.approved_by and row.proposed_by}
    for test in LAB_TESTS:
        if test.kind is Kind.NUMERIC:
            for code in ("001", "002"):
                sexes = {sex for site, panel, name, sex in has if (site, panel, name) == (code, test.panel, test.code)}
                assert sexes in ({"BOTH"}, {"F", "M"}), test
    assert all(row.approved_by != row.proposed_by for _, row in rows)
    assert {("HEM", "HGB"), ("CHEM", "CREAT")} <= {key for key, limits in LIMITS.items() if len(limits) == 2}
    assert {leader for leader, _ in FOLLOWS.values()} <= set(LIMITS)


def test_consent_versions_follow_each_other(study: Session) -> None:
    for site in study.scalars(select(Site)):
        versions = study.scalars(
            select(ConsentVersion).where(ConsentVersion.site_uid == site.uid).order_by(ConsentVersion.valid_from)
        ).all()
        assert [version.superseded_on for version in versions] == [versions[1].valid_from, None]


def test_doses_are_about_eight_an_admission(study: Session) -> None:
    admissions = study.scalars(select(CRF_TABLES["IL2A"].doses_given)).all()  # type: ignore[attr-defined]
    mean = sum(admissions) / len(admissions)
    assert 7 <= mean <= 9.5
    assert max(admissions) <= 14
    slots = Counter(study.scalars(select(GROUP_TABLES["IL2D", "SLOT"].status)).all())  # type: ignore[attr-defined]
    assert slots["GIVEN"] > slots["NOT_REACHED"] > slots["HELD"] > 50


def test_one_in_five_of_the_first_site_responds(study: Session) -> None:
    table = CRF_TABLES["TA"]
    rows = study.execute(
        select(Subject.code, table.inv_overall)  # type: ignore[attr-defined]
        .join(FormRecord, FormRecord.uid == table.uid)
        .join(Subject, Subject.uid == FormRecord.subject_uid)
        .where(table.inv_overall.in_(["CR", "PR"]), Subject.code.like("001-%"))  # type: ignore[attr-defined]
    )
    planted = {error.code for error in ERRORS if error.check == "RE-13"}
    assert len({code for code, _ in rows} - planted) == 5


def test_the_derived_best_responses_are_those_that_the_stories_tell(study: Session) -> None:
    table = CRF_TABLES["BOR"]
    rows = study.execute(
        select(Subject.code, table.derived_bor)  # type: ignore[attr-defined]
        .join(FormRecord, FormRecord.uid == table.uid)
        .join(Subject, Subject.uid == FormRecord.subject_uid)
    )
    derived, told = dict(tuple(row) for row in rows), {profile.code: profile.course for profile in make_profiles(SEED)}
    off = {code for code, response in derived.items() if response != told[code]}
    assert off == {e.code for e in ERRORS if e.check == "BOR-01" and e.item == "inv_bor" and e.follows}
    assert sum(response in ("CR", "PR") for code, response in derived.items() if code.startswith("001-")) == 5


def test_events_have_believable_grades_and_mostly_clear(study: Session) -> None:
    rows = study.execute(select(CRF_TABLES["AE"].max_grade, CRF_TABLES["AE"].duration)).all()  # type: ignore[attr-defined]
    grades = Counter(grade for grade, _ in rows)
    assert grades["2"] > grades["1"] / 2 > grades["4"] > 0
    severe = [days for grade, days in rows if grade in ("3", "4") and days is not None]
    assert sorted(severe)[len(severe) // 2] <= 14


def test_all_dates_are_past_so_that_nothing_falls_due_by_itself(study: Session) -> None:
    last = max(day for day in study.scalars(select(Subject.last_dose)) if day and day.year < 2100)
    assert ANCHOR < last < dt.date(2025, 1, 1)


# --- what reviewers did ---------------------------------------------------------------------------------------------


def test_one_casebook_is_finished_and_locked(study: Session) -> None:
    subject = study.scalars(select(Subject).where(Subject.code == LOCKED)).one()
    records = study.scalars(select(FormRecord).where(FormRecord.subject_uid == subject.uid)).all()
    assert subject.locked
    assert {(r.entry_status, r.signature_state, r.to_verify - r.verified, r.queries_open) for r in records} == {
        (COMPLETE, SIGNED, 0, 0)
    }


def test_queries_stand_in_every_state(study: Session) -> None:
    states = Counter((query.check_id is None, query.status) for query in study.scalars(select(Query)))
    assert {(True, "open"), (True, "answered"), (True, "closed"), (False, "answered"), (False, "closed")} <= set(states)


def test_a_corrected_value_shows_that_it_was_verified_before(study: Session) -> None:
    changed = study.scalars(select(FormRecord).where(FormRecord.changed_since > 0)).all()
    assert [(record.path, record.changed_since) for record in changed] == [("001-004/SCR/DM", 1)]


def test_every_act_has_its_person_and_the_trail_is_whole(study_engine: Engine) -> None:
    assert [str(found) for found in find_faults(study_engine, RING) if not found.is_note] == []
    with study_engine.connect() as connection:
        by = connection.execute(select(audit_change.c.role, audit_change.c.act, func.count()).group_by("role", "act"))
        acts = {(role, act): count for role, act, count in by}
    assert acts["coordinator", "participant:enrol"] == 27
    assert acts["data_manager", "participant:lock"] == 1
    assert {role for role, act in acts if act == "record:save"} == {"coordinator", "investigator"}
    assert {role for role, act in acts if act == "record:verify"} == {"monitor"}


# --- the seed -------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_study_and_another_another() -> None:
    profiles = make_profiles(SEED)
    again = [tell(profile, SEED) for profile in make_profiles(SEED)]
    assert [tell(profile, SEED) for profile in profiles] == again
    assert [tell(profile, 2) for profile in make_profiles(2)] != again


def test_errors_can_be_planted_in_other_studies_too() -> None:
    for seed in range(2, 6):
        planted = [plant(tell(profile, seed), [e for e in ERRORS if not e.follows]) for profile in make_profiles(seed)]
        assert sum(len(errors) for _, errors in planted) == sum(not error.follows for error in ERRORS)


@pytest.mark.postgres
def test_the_study_loads_on_postgresql(tmp_path: Path) -> None:
    url = databases.fresh_database("postgresql")
    try:
        load(url, most=2)
        engine = make_engine(url)
        with sessions_of(engine)() as session:
            assert session.scalars(select(Subject.code).order_by(Subject.code)).all() == ["001-001", LOCKED]
            assert found(session) == [one for one in expected() if one[1].startswith(("001-001", LOCKED))]
        assert [str(finding) for finding in find_faults(engine, RING) if not finding.is_note] == []
        engine.dispose()
    finally:
        databases.drop_database(url)


# --- the outcomes, counted once more ----------------------------------------------------------------------------------


def exported(session: Session, name: str) -> list[dict[str, object]]:
    """The rows of a data file by column."""
    dataset = get_dataset(name, SCOPE)
    assert dataset is not None
    return [dict(zip(dataset.header, row, strict=True)) for row in stream_rows(session.connection(), SCOPE, dataset)]


def found_in(session: Session) -> Outcomes:
    return outcomes(read_now(session, SCOPE, now=now(session)))


def lines_of(given: Outcomes, key: str) -> list[dict[str, Cell]]:
    table = next(table for table in given.tables if table.key == key)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_trail_gives_the_same_outcomes_as_the_tables(study: Session) -> None:
    at = now(study)
    assert read_now(study, SCOPE, now=at).participants == read_as_of(study, SCOPE, at, now=at).participants


def test_doses_are_those_of_the_data_files(study: Session) -> None:
    slots = Counter(row["STATUS"] for row in exported(study, "crf_il2d_slot"))
    total = lines_of(found_in(study), "dose_intensity")[-1]
    shown = [total[f"Aldesleukin (IL-2): {state}"] for state in ("given", "held", "not reached")]
    assert shown == [slots["GIVEN"], slots["HELD"], slots["NOT_REACHED"]]
    infusions = Counter(row["GIVEN"] for row in exported(study, "crf_nivo"))
    assert (total["Nivolumab: given"], total["Nivolumab: not given"]) == (infusions["Y"], infusions["N"])


def test_participants_by_term_and_highest_grade_are_those_of_the_data_files(study: Session) -> None:
    highest: dict[tuple[object, object], int] = defaultdict(int)
    for row in exported(study, "crf_ae"):
        if row["TEAE"] != "N":
            key = row["CTCAE_TERM"], row["SUBJID"]
            highest[key] = max(highest[key], int(str(row["MAX_GRADE"] or 0)))
    counted = Counter((term, grade) for (term, _), grade in highest.items())
    shown = Counter(
        {
            (line["Term"], grade): line[f"Grade {grade}"]
            for line in lines_of(found_in(study), "adverse_events")
            for grade in range(1, 6)
            if line["Term"] and line[f"Grade {grade}"]
        }
    )
    assert shown == Counter({key: count for key, count in counted.items() if key[1]})


def test_responses_are_those_that_the_forms_derived(study: Session) -> None:
    stored = {
        (row["SUBJID"], row["DER_OVERALL"], row["DER_RULE"]) for row in exported(study, "crf_ta") if row["DER_OVERALL"]
    }
    shown = {
        (line["Participant"], line["Derived response"], line["Rule"])
        for line in lines_of(found_in(study), "assessments")
        if line["Derived response"]
    }
    assert shown == stored != set()
