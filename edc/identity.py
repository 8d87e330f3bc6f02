"""Who acts in this request: one person in one role, by a session or by a token."""

from dataclasses import dataclass, field
from datetime import datetime

from audit.capture import Actor
from edc.db import Scope
from edc.permissions import NEEDS_TRAINING, Permission, Role

P = Permission

#: What an account may not do until a second person has confirmed whose it is.
NEEDS_CONFIRMED = frozenset(
    {P.RECORD_SIGN, P.RECORD_VERIFY, P.RECORD_LOCK, P.RECORD_UNLOCK, P.RECORD_WAIVE, P.STUDY_LOCK, P.STUDY_UNLOCK}
    | {P.TOKEN_ISSUE, P.DATASET_RELEASE, P.EXPORT_IDENTIFIERS, P.TRAIL_REDACT}
)


@dataclass(frozen=True)
class Person:
    """A user account as the rest of the application sees it."""

    uid: str
    user_name: str
    printed_name: str
    theme: str = "system"
    density: str = "comfortable"


@dataclass(frozen=True)
class SessionRow:
    """The facts of the web session that a request came with."""

    uid: str
    id_hash: str
    created_at: datetime
    seen_at: datetime
    authenticated_at: datetime
    signing_until: datetime | None
    locked_at: datetime | None
    agent_hash: str


@dataclass(frozen=True)
class SignedIn:
    """The signed-in user: `may(permission)` is the only question to ask about rights."""

    user: Person
    role: Role
    roles: tuple[Role, ...]
    scope: Scope
    actor: Actor
    session_row: SessionRow | None = None
    trained: bool = True
    confirmed: bool = True
    fresh: bool = False
    password_expired: bool = False
    token_uid: str | None = None
    permissions: frozenset[Permission] = field(default=frozenset())

    def holds(self, permission: Permission) -> bool:
        """Return True when role (and token) carry the right, whether or not it is active yet."""
        return permission in self.permissions

    def may(self, permission: Permission) -> bool:
        """Return True when the right is held and active: trained where needed, identity confirmed where needed."""
        if permission in NEEDS_TRAINING and not self.trained:
            return False
        if permission in NEEDS_CONFIRMED and not self.confirmed:
            return False
        return self.holds(permission)


@dataclass(frozen=True)
class Ended:
    """A cookie whose session timed out; an expired form may be kept for this user only."""

    signed_in: SignedIn
    ended_at: datetime
    reason: str
    is_new: bool = False
