"""Who may do what: permissions, roles and the one matrix that joins them.

`python -m edc.permissions` prints docs/roles.md from this file.
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """The acting role of a session or token; exactly one at a time."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    SPONSOR = "sponsor"
    ADMINISTRATOR = "administrator"
    INSPECTOR = "inspector"
    MEDICAL_MONITOR = "medical_monitor"

    @property
    def label(self) -> str:
        """The role as people read it: "data manager"."""
        return self.value.replace("_", " ")


class Grant(StrEnum):
    """How far a permission reaches, and whether a second person must agree."""

    SITES = "s"
    ALL = "a"
    SITES_SECOND = "s2"
    ALL_SECOND = "a2"


class Permission(StrEnum):
    """What a route or service act asks for: `object:act`."""

    PARTICIPANT_LIST = "participant:list"
    PARTICIPANT_ENROL = "participant:enrol"
    PARTICIPANT_MOVE = "participant:move"
    RECORD_READ = "record:read"
    RECORD_ENTER = "record:enter"
    RECORD_ASSESS = "record:assess"
    RECORD_VERIFY = "record:verify"
    RECORD_REVIEW = "record:review"
    RECORD_SIGN = "record:sign"
    RECORD_FREEZE = "record:freeze"
    RECORD_LOCK = "record:lock"
    RECORD_UNLOCK = "record:unlock"
    RECORD_WAIVE = "record:waive"
    REGISTRATION_OVERRIDE = "registration:override"
    STUDY_LOCK = "study:lock"
    STUDY_UNLOCK = "study:unlock"
    QUERY_READ = "query:read"
    QUERY_OPEN = "query:open"
    QUERY_CLOSE = "query:close"
    QUERY_ANSWER = "query:answer"
    IMPORT_RUN = "import:run"
    RANGE_PROPOSE = "range:propose"
    RANGE_APPROVE = "range:approve"
    CODING_CONFIRM = "coding:confirm"
    EXPORT_VALUES = "export:values"
    EXPORT_FREETEXT = "export:freetext"
    EXPORT_IDENTIFIERS = "export:identifiers"
    CASEBOOK_DOWNLOAD = "casebook:download"
    OUTCOME_READ = "outcome:read"
    DATASET_LIST = "dataset:list"
    DATASET_DOWNLOAD = "dataset:download"
    DATASET_RELEASE = "dataset:release"
    STUDY_COUNT = "study:count"
    TRAIL_BROWSE = "trail:browse"
    TRAIL_ACCESS = "trail:access"
    TRAIL_REVIEW = "trail:review"
    TRAIL_VERIFY = "trail:verify"
    TRAIL_REDACT = "trail:redact"
    ASOF_READ = "asof:read"
    SITE_MANAGE = "site:manage"
    BUILD_ACTIVATE = "build:activate"
    USER_READ = "user:read"
    USER_INVITE = "user:invite"
    USER_GRANT = "user:grant"
    USER_DEACTIVATE = "user:deactivate"
    USER_RESET = "user:reset"
    SERVICE_MANAGE = "service:manage"
    TOKEN_ISSUE = "token:issue"  # nosec B105 # noqa: S105 (the name of a right, not a secret)
    SAE_ASSESS = "sae:assess"
    SAE_READ = "sae:read"


P = Permission


def _row(grants: str) -> dict[Role, Grant]:
    """Read one line of the matrix; the columns stand in the order of `Role`."""
    return {role: Grant(cell) for role, cell in zip(Role, grants.split(), strict=True) if cell != "-"}


MATRIX: dict[Permission, dict[Role, Grant]] = {
    #                         C  I  M  D  S  A  N  medical monitor
    P.PARTICIPANT_LIST: _row("s  s  s  a  -  -  a  -"),
    P.PARTICIPANT_ENROL: _row("s  s  -  -  -  -  -  -"),
    P.PARTICIPANT_MOVE: _row("-  -  -  a  -  -  -  -"),
    P.RECORD_READ: _row("s  s  s  a  -  -  a  -"),
    P.RECORD_ENTER: _row("s  s  -  -  -  -  -  -"),
    P.RECORD_ASSESS: _row("-  s  -  -  -  -  -  -"),
    P.RECORD_VERIFY: _row("-  -  s  -  -  -  -  -"),
    P.RECORD_REVIEW: _row("-  -  -  a  -  -  -  -"),
    P.RECORD_SIGN: _row("-  s  -  -  -  -  -  -"),
    P.RECORD_FREEZE: _row("-  -  s  a  -  -  -  -"),
    P.RECORD_LOCK: _row("-  -  -  a  -  -  -  -"),
    P.RECORD_UNLOCK: _row("-  -  -  a  -  -  -  -"),
    P.RECORD_WAIVE: _row("-  -  -  a  -  -  -  -"),
    P.REGISTRATION_OVERRIDE: _row("-  s  -  -  -  -  -  -"),
    P.STUDY_LOCK: _row("-  -  -  a2 -  -  -  -"),
    P.STUDY_UNLOCK: _row("-  -  -  a2 -  -  -  -"),
    P.QUERY_READ: _row("s  s  s  a  -  -  a  -"),
    P.QUERY_OPEN: _row("-  -  s  a  -  -  -  -"),
    P.QUERY_CLOSE: _row("-  -  s  a  -  -  -  -"),
    P.QUERY_ANSWER: _row("s  s  -  -  -  -  -  -"),
    P.IMPORT_RUN: _row("s  -  -  a  -  -  -  -"),
    P.RANGE_PROPOSE: _row("-  -  -  a  -  -  -  -"),
    P.RANGE_APPROVE: _row("-  s  -  -  -  -  -  -"),
    P.CODING_CONFIRM: _row("-  -  -  a  -  -  -  -"),
    P.EXPORT_VALUES: _row("s  s  s  a  -  -  a  -"),
    P.EXPORT_FREETEXT: _row("s  s  s  a  -  -  a  -"),
    P.EXPORT_IDENTIFIERS: _row("-  s2 -  -  -  -  -  -"),
    P.CASEBOOK_DOWNLOAD: _row("s  s  s  a  -  -  a  -"),
    P.OUTCOME_READ: _row("-  s  -  a  -  -  a  -"),
    P.DATASET_LIST: _row("-  -  -  a  a  -  a  -"),
    P.DATASET_DOWNLOAD: _row("-  -  -  a  a  -  a  -"),
    P.DATASET_RELEASE: _row("-  -  -  a2 -  -  -  -"),
    P.STUDY_COUNT: _row("s  s  s  a  a  a  a  -"),
    P.TRAIL_BROWSE: _row("s  s  s  a  -  -  a  -"),
    P.TRAIL_ACCESS: _row("-  -  -  a  -  a  a  -"),
    P.TRAIL_REVIEW: _row("-  -  s  a  -  -  a  -"),
    P.TRAIL_VERIFY: _row("-  -  s  a  -  -  a  -"),
    P.TRAIL_REDACT: _row("-  s2 -  a2 -  -  -  -"),
    P.ASOF_READ: _row("s  s  s  a  -  -  a  -"),
    P.SITE_MANAGE: _row("-  -  -  a2 -  a  -  -"),
    P.BUILD_ACTIVATE: _row("-  -  -  a2 -  a  -  -"),
    P.USER_READ: _row("-  s  -  a  -  a  a  -"),
    P.USER_INVITE: _row("-  -  -  -  -  a  -  -"),
    P.USER_GRANT: _row("-  -  -  -  -  a  -  -"),
    P.USER_DEACTIVATE: _row("-  -  -  -  -  a  -  -"),
    P.USER_RESET: _row("-  -  -  -  -  a  -  -"),
    P.SERVICE_MANAGE: _row("-  -  -  -  -  a  -  -"),
    P.TOKEN_ISSUE: _row("s  s  s  a  a  -  -  -"),
    P.SAE_ASSESS: _row("-  -  -  -  -  -  -  a"),
    P.SAE_READ: _row("-  -  -  -  -  -  -  a"),
}

#: Inactive until training for the active build is recorded.
NEEDS_TRAINING = frozenset(
    {P.RECORD_ENTER, P.RECORD_ASSESS, P.RECORD_SIGN, P.RECORD_VERIFY, P.REGISTRATION_OVERRIDE}
)

#: What a token may never hold, whoever owns it.
NEVER_BY_TOKEN = frozenset(
    {P.RECORD_SIGN, P.REGISTRATION_OVERRIDE, P.TRAIL_REDACT, P.EXPORT_IDENTIFIERS, P.TOKEN_ISSUE, P.STUDY_COUNT}
    | {P.STUDY_LOCK, P.STUDY_UNLOCK}
    | {permission for permission in P if permission.startswith("user:")}
)

_EXCLUSIVE = frozenset({Role.ADMINISTRATOR, Role.INSPECTOR, Role.SPONSOR})
_ENTERS = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
_CHECKS = frozenset({Role.MONITOR, Role.DATA_MANAGER, Role.MEDICAL_MONITOR})
#: A page of one of these kinds does not exist for a role that sees no clinical data.
_NOT_CLINICAL = ("study", "dataset", "user", "site", "build", "service", "token")
_NOT_CLINICAL_TRAIL = frozenset({P.TRAIL_ACCESS, P.TRAIL_VERIFY})


def may(role: Role, permission: Permission) -> bool:
    """Return True when the matrix gives the permission to the role."""
    return role in MATRIX[permission]


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return every permission of a role."""
    return frozenset(permission for permission in Permission if may(role, permission))


def reaches_all_sites(role: Role) -> bool:
    """Return True for roles whose grants always stand for the whole study."""
    return role not in (Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR)


def is_hidden_from(role: Role, permission: Permission) -> bool:
    """Return True when a page with this permission must look absent (404) to the role, not refused (403)."""
    clinical = permission not in _NOT_CLINICAL_TRAIL and permission.split(":")[0] not in _NOT_CLINICAL
    return clinical and role in (Role.SPONSOR, Role.ADMINISTRATOR)


def forbidden_together(one: Role, other: Role, *, small_trial: bool = False) -> bool:
    """Return True when one person may not hold both roles; `small_trial` allows monitor with data manager."""
    if one is other:
        return False
    pair = {one, other}
    if pair & _EXCLUSIVE or (pair & _ENTERS and pair & _CHECKS):
        return True
    return pair <= _CHECKS and not (small_trial and Role.MEDICAL_MONITOR not in pair)


def forbidden_pairs(roles: Iterable[Role], *, small_trial: bool = False) -> list[tuple[Role, Role]]:
    """Return each pair among the roles that one person may not hold."""
    held = sorted(set(roles), key=list(Role).index)
    return [
        (one, other)
        for position, one in enumerate(held)
        for other in held[position + 1 :]
        if forbidden_together(one, other, small_trial=small_trial)
    ]


def as_markdown() -> str:
    """Return docs/roles.md: the matrix and the pairs of roles that exclude each other."""
    head = ["Permission", *(role.label for role in Role)]
    table = [" | ".join(head), " | ".join("---" for _ in head)]
    table += [
        " | ".join([f"`{permission}`", *(MATRIX[permission].get(role, "-") for role in Role)])
        for permission in Permission
    ]
    pairs = [f"- {one.label} and {other.label}" for one, other in forbidden_pairs(Role)]
    return "\n".join([_INTRODUCTION, *(f"| {line} |" for line in table), "", _PAIRS, "", *pairs, "", _LIMITS, ""])


_INTRODUCTION = """# Roles

Printed from `edc/permissions.py` by `python -m edc.permissions > docs/roles.md`; change it there.

`s`: within the sites assigned. `a`: all sites. `2`: a second person of the named kind must agree. `-`: refused.
A session or a token acts in exactly one role; rights are never the union of several.
"""
_PAIRS = """## Roles that one person may not hold together

Nobody checks their own entries. Monitor with data manager can be allowed for a small academic trial by the setting
`CASEBOOK_MONITOR_AND_DATA_MANAGER_REASON`; the reason is printed in the access report."""
_LIMITS = """## Time-outs

An idle session ends after 20 minutes and every session after 12 hours (`CASEBOOK_IDLE_MINUTES`,
`CASEBOOK_ABSOLUTE_HOURS`). Twenty minutes is longer than some standards advise: a nurse at the bedside often pauses
that long between doses, the screen can be locked with one tap, and entered work is kept for its owner only."""


if __name__ == "__main__":
    print(as_markdown(), end="")  # noqa: T201 (this is the command's output)
