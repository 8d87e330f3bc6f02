"""The matrix of rights: as designed, printed as documented, and without an overlap that lets one person check oneself."""

from itertools import combinations
from pathlib import Path

import pytest

from edc.permissions import (
    MATRIX,
    NEVER_BY_TOKEN,
    Permission,
    Role,
    as_markdown,
    forbidden_pairs,
    forbidden_together,
    is_hidden_from,
    may,
    permissions_of,
)

ROOT = Path(__file__).parent.parent
CLINICAL_WRITES = ("record:enter", "record:assess", "record:sign", "record:verify", "query:answer", "participant:enrol")


@pytest.mark.requirement("7.1.1")
def test_the_document_is_printed_from_the_matrix() -> None:
    assert (ROOT / "docs" / "roles.md").read_text() == as_markdown()


def test_every_permission_has_a_row_and_follows_the_grammar() -> None:
    assert list(MATRIX) == list(Permission)
    assert all(len(permission.split(":")) == 2 for permission in Permission)


@pytest.mark.requirement("C07")
@pytest.mark.parametrize("permission", CLINICAL_WRITES)
def test_an_administrator_neither_enters_nor_signs_nor_verifies(permission: str) -> None:
    assert not may(Role.ADMINISTRATOR, Permission(permission))


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.ADMINISTRATOR])
def test_sponsor_and_administrator_see_no_clinical_record(role: Role) -> None:
    held = permissions_of(role)
    assert not {
        p for p in held if p.startswith(("record:", "participant:", "query:", "casebook:", "export:", "outcome:"))
    }


def test_the_inspector_changes_nothing() -> None:
    assert {p.split(":")[1] for p in permissions_of(Role.INSPECTOR)} <= {
        *("list", "read", "values", "freetext", "download", "count", "browse", "access", "review", "verify")
    }


@pytest.mark.requirement("S-A4")
@pytest.mark.parametrize("role", [Role.MONITOR, Role.DATA_MANAGER, Role.INSPECTOR, Role.SPONSOR])
def test_whoever_checks_does_not_enter(role: Role) -> None:
    assert not may(role, Permission.RECORD_ENTER)


def test_only_the_investigator_signs() -> None:
    assert [role for role in Role if may(role, Permission.RECORD_SIGN)] == [Role.INVESTIGATOR]


def test_no_allowed_pair_of_roles_joins_entering_with_checking() -> None:
    entering = {Permission.RECORD_ENTER, Permission.QUERY_ANSWER}
    checking = {Permission.RECORD_VERIFY, Permission.RECORD_REVIEW, Permission.QUERY_CLOSE, Permission.RECORD_LOCK}
    for one, other in combinations(Role, 2):
        if not forbidden_together(one, other):
            joined = permissions_of(one) | permissions_of(other)
            assert not (joined & entering and joined & checking), f"{one} with {other}"


def test_the_small_trial_setting_allows_exactly_one_more_pair() -> None:
    strict, loose = set(forbidden_pairs(Role)), set(forbidden_pairs(Role, small_trial=True))
    assert strict - loose == {(Role.MONITOR, Role.DATA_MANAGER)} and loose < strict


@pytest.mark.parametrize(
    ("role", "permission", "hidden"),
    [
        (Role.SPONSOR, "record:read", True),
        (Role.SPONSOR, "trail:browse", True),
        (Role.SPONSOR, "user:read", False),
        (Role.ADMINISTRATOR, "query:read", True),
        (Role.ADMINISTRATOR, "outcome:read", True),
        (Role.ADMINISTRATOR, "dataset:list", False),
        (Role.COORDINATOR, "record:verify", False),
        (Role.INSPECTOR, "record:enter", False),
    ],
)
def test_clinical_pages_look_absent_to_sponsor_and_administrator(role: Role, permission: str, hidden: bool) -> None:
    assert is_hidden_from(role, Permission(permission)) is hidden


@pytest.mark.requirement("C63")
def test_no_token_signs_or_manages() -> None:
    assert {
        Permission.RECORD_SIGN,
        Permission.STUDY_LOCK,
        Permission.USER_GRANT,
        Permission.TOKEN_ISSUE,
    } <= NEVER_BY_TOKEN


def test_the_matrix_is_that_of_the_design_where_it_exists() -> None:
    design = ROOT.parent / "shared" / "design" / "security.md"
    if not design.exists():
        pytest.skip("the design document is not here")
    section = design.read_text().split("### 2.1")[1].split("### 2.2")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `") or cells[0].startswith("`range:propose") or "sae:assess" in cells[0]:
            continue
        for name in cells[0].split("(")[0].split("`")[1::2]:
            wanted = {role: cell for role, cell in zip(Role, cells[1:8], strict=False) if cell != "-"}
            assert {role: str(held) for role, held in MATRIX[Permission(name)].items()} == wanted, name
