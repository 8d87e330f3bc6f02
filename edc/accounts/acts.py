"""The acts of this room as they stand in the trail: `object:act`, past tense where something happened to a person."""

from enum import StrEnum


class Act(StrEnum):
    """What an audit change of this room is called."""

    USER_CREATE = "user:create"
    USER_DEACTIVATE = "user:deactivate"
    USER_CONFIRM = "user:confirm"
    USER_UNLOCK = "user:unlock"
    USER_PREFERENCES = "user:preferences"
    TRAINING_RECORD = "user:train"
    ROLE_GRANT = "role:grant"
    ROLE_END = "role:end"
    PASSWORD_LINK = "password:link"  # nosec B105 # noqa: S105 (names of acts, not secrets)
    PASSWORD_SET = "password:set"  # nosec B105 # noqa: S105
    SIGN_IN = "session:sign-in"
    SIGN_IN_REFUSED = "session:refused"
    ACCOUNT_LOCKED = "session:locked-out"
    SIGN_OUT = "session:end"
    SCREEN_LOCK = "session:lock"
    SCREEN_UNLOCK = "session:unlock"
    ROLE_SWITCH = "session:switch-role"
    REAUTHENTICATE = "session:reauthenticate"
    TOKEN_ISSUE = "token:issue"  # nosec B105 # noqa: S105
    TOKEN_REVOKE = "token:revoke"  # nosec B105 # noqa: S105
