"""User names: how they are written and compared."""

import re
import unicodedata

from edc import errors

_RULE = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,30})[a-z0-9]")


def fold(user_name: str) -> str:
    """Return the form in which user names are stored and compared."""
    return unicodedata.normalize("NFKC", user_name).strip().casefold()


def new_user_name(user_name: str) -> str:
    """Return the folded name, or refuse one that breaks the rule or holds letters that look like others."""
    name = fold(user_name)
    if not _RULE.fullmatch(name):
        raise errors.UserNameRefused(
            reason="A user name has 3 to 32 of the letters a to z, figures, dots and hyphens, as in r.diaz."
        )
    return name
