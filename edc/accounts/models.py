"""Accounts, roles granted, passwords, sessions, tokens, counters of failures, and training."""

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from audit.capture import Audited, new_uid
from edc.db import Base, UtcDateTime
from edc.permissions import Role

UID = String(32)
# The kind of an account that `edc demo` made.
DEMO = "demo"


class User(Audited, Base):
    """A person's account; never deleted, and the user name is never given again."""

    __tablename__ = "user_account"
    __audit_entity__ = "user"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_name: Mapped[str] = mapped_column(String(32), unique=True)
    printed_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(10), default="person")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Set while one person alone could have taken the account over; cleared by a second person.
    unconfirmed_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    theme: Mapped[str] = mapped_column(String(8), default="system")
    density: Mapped[str] = mapped_column(String(12), default="")

    @property
    def active(self) -> bool:
        """True until the account is deactivated."""
        return self.deactivated_at is None


class RoleGrant(Audited, Base):
    """One role of one person at one site (or all sites) from a time on; never changed, only ended by a `RoleEnd`."""

    __tablename__ = "role_grant"
    __audit_entity__ = "role_grant"
    __audit_text__ = frozenset({"reason"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    site_uid: Mapped[str | None] = mapped_column(UID, ForeignKey("site.uid"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str | None] = mapped_column(UID)
    reason: Mapped[str] = mapped_column(Text)

    @property
    def acting_role(self) -> Role:
        """The role as the permission matrix knows it."""
        return Role(self.role)

    def audit_site(self) -> str | None:
        """The site at which the role holds."""
        return self.site_uid


class RoleEnd(Audited, Base):
    """The end of a grant."""

    __tablename__ = "role_end"
    __audit_entity__ = "role_end"
    __audit_text__ = frozenset({"reason"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    grant_uid: Mapped[str] = mapped_column(UID, ForeignKey("role_grant.uid"), unique=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(UID)
    reason: Mapped[str] = mapped_column(Text)


class Password(Audited, Base):
    """A password that was set; the newest counts, older ones only serve to refuse reuse."""

    __tablename__ = "password"
    __audit_entity__ = "password"
    __audit_exclude__ = frozenset({"hash", "pepper_id"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hash: Mapped[str] = mapped_column(Text)
    pepper_id: Mapped[str] = mapped_column(String(40))


class PasswordLink(Audited, Base):
    """A link that lets its bearer set the password once, within 72 hours."""

    __tablename__ = "password_link"
    __audit_entity__ = "password_link"
    __audit_exclude__ = frozenset({"code_hash"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str | None] = mapped_column(UID)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Training(Audited, Base):
    """Training of a person for one version of the forms."""

    __tablename__ = "training"
    __audit_entity__ = "training"
    __audit_text__ = frozenset({"evidence"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    build: Mapped[str] = mapped_column(String(20))
    completed_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str | None] = mapped_column(UID)
    evidence: Mapped[str] = mapped_column(Text, default="")


class ApiToken(Audited, Base):
    """A token for programs: one user, one role, some of its sites and rights, an end; the secret is not kept."""

    __tablename__ = "api_token"
    __audit_entity__ = "api_token"
    __audit_exclude__ = frozenset({"secret_hash"})

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    label: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    site_uids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TokenUse(Base):
    """When and from where a token was last used, to the hour; not worth a line of the trail each time."""

    __tablename__ = "token_use"

    token_uid: Mapped[str] = mapped_column(UID, ForeignKey("api_token.uid"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_from: Mapped[str] = mapped_column(String(45))


class WebSession(Base):
    """A browser session; the cookie's bytes are kept as a hash only. Its acts are in the trail, the row is not."""

    __tablename__ = "web_session"

    uid: Mapped[str] = mapped_column(UID, primary_key=True, default=new_uid)
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_uid: Mapped[str] = mapped_column(UID, ForeignKey("user_account.uid"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # End of the continuous signing period; null until the first signature and after every break.
    signing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(20))
    device_hash: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(120), default="")
    agent_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(45), default="")

    __table_args__ = (Index("ix_web_session_device", "user_uid", "device_hash"),)


class Throttle(Base):
    """Failures counted for one key: a name, a name on a known device, or a source of requests."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The name's own key on every device, so that an administrator can open them together; empty for a source.
    account: Mapped[str] = mapped_column(String(64), default="", index=True)
    count: Mapped[int] = mapped_column(Integer, default=0)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locks: Mapped[int] = mapped_column(Integer, default=0)
    first_lock_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hard: Mapped[bool] = mapped_column(Boolean, default=False)
