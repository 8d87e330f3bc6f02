"""What other rooms and the command line call of this one."""

from edc.accounts.authenticate import confirm_password, is_user_name_needed, reauthenticate, sign_in
from edc.accounts.grants import active_grants, end_grant, forbidden_holders, grant_role, roles_on, scope_of
from edc.accounts.people import (
    confirm_user,
    create_user,
    deactivate_user,
    find_user,
    get_user,
    make_password_link,
    record_training,
    set_password,
    unlock_user,
    use_password_link,
)
from edc.accounts.sessions import end_session, end_sessions, lock_screen, switch_role
from edc.accounts.tokens import issue_token, revoke_token

__all__ = [
    "active_grants",
    "confirm_password",
    "confirm_user",
    "create_user",
    "deactivate_user",
    "end_grant",
    "end_session",
    "end_sessions",
    "find_user",
    "forbidden_holders",
    "get_user",
    "grant_role",
    "is_user_name_needed",
    "issue_token",
    "lock_screen",
    "make_password_link",
    "reauthenticate",
    "record_training",
    "revoke_token",
    "roles_on",
    "scope_of",
    "set_password",
    "sign_in",
    "switch_role",
    "unlock_user",
    "use_password_link",
]
