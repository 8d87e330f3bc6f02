"""What only a program can do wrong: bodies that cannot be read, media types, keys of repeated requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edc.errors import Problem

NAMED = 5


class RequestUnreadable(Problem):
    """Something in body or query cannot be read: RequestUnreadable({"weight": ["..."], "SLOT.3.dose_iu": ["..."]})."""

    code, status = "request-unreadable", 422
    what = "Nothing was changed: the request cannot be read as a whole."
    why = "These places cannot be taken as sent: {places}."
    next = "Each is explained under errors. Correct them and send the whole request again."

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {path: list(sentences) for path, sentences in errors.items()}
        names = [path if len(path) <= 80 else f"{path[:77]}..." for path in self.errors]
        rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        super().__init__(places=", ".join(names[:NAMED]) + rest)

    @property
    def details(self) -> dict[str, Any]:
        """The sentences by path."""
        return {"errors": self.errors}


class NotJson(Problem):
    """A body of another media type, or none."""

    code, status = "not-json", 415
    what = "Nothing was changed: this address takes JSON."
    why = "The request has no body of the type application/json."
    next = "Send a JSON body with the header Content-Type: application/json."


class KeyUnusable(Problem):
    """An Idempotency-Key that cannot be kept."""

    code, status = "key-unusable", 400
    what = "Nothing was changed: the Idempotency-Key cannot be used."
    why = "A key has 8 to 64 printable ASCII characters."
    next = "Make a new key for each request, such as a UUID, and send it again with the same request only."


class KeyReused(Problem):
    """A key that stood on an earlier request whose answer cannot be given again."""

    code, status = "key-reused", 409
    what = "Nothing was changed: a request with this Idempotency-Key was carried out before."
    why = "{why_not}"
    next = "Read what is stored now; send a new request with a new key if something is still to be done."

    def __init__(self, why_not: str = "It asked for something else.") -> None:
        super().__init__(why_not=why_not)


class AlreadyThere(Problem):
    """A second record of a form that stands once at its visit: AlreadyThere(path="001-004/SCR/DM", uid=...)."""

    code, status = "already-there", 409
    what = "Nothing was stored: {path} is there already."
    why = "This form has one record at its visit."
    next = "Read the record {uid} and save it with its row version."
