"""Proof of identity within a request, before grave acts."""

from typing import cast

from flask import request

from edc import errors
from edc.accounts import authenticate
from edc.accounts.identify import device_of
from edc.accounts.rules import Rules
from edc.web import current, db, shell


def rules() -> Rules:
    """Return the account rules of this installation."""
    return cast(Rules, shell().rules)


def ensure_fresh(password: str | None) -> None:
    """Ask for the password before a grave act unless it was given within the last minutes."""
    if current().fresh:
        return
    if not password:
        raise errors.PasswordNeeded()
    authenticate.confirm_password(db(), rules(), me=current(), password=password, device=device_of(request))
