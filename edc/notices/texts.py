"""The sentences of notices; facts are filled in when they are shown."""

TEXTS = {
    "account-locked": "The account {user_name} is locked since {when} after repeated wrong passwords.",
    "foreign-name": "{user_name} tried to sign under the name {other_name}. It was refused and counted for both.",
    "role-granted": "You now have the role {role}. Switch to it from the menu beside your name.",
    "role-ended": "Your role {role} has ended.",
    "password-link": "A link to set your password was made. If you did not ask for it, tell {contact}.",
    "signature-void": "Your signature of {path} no longer applies: {by} changed signed values.",
    "serious-event": "{path}: a serious event report was sent at {when}. It waits for the sponsor's assessment.",
    "account-confirmed": "{by} confirmed your account. You may now sign, verify and lock as your role allows.",
}


def sentence(code: str, facts: dict[str, object]) -> str:
    """Return the sentence of a notice."""
    return TEXTS[code].format_map(facts)
