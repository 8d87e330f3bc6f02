"""The canonical form of a change: the bytes that its digest is of.

RFC 8785 narrowed until `json.dumps` is exact: object keys in ASCII, no floats, integers below 2^53, every clinical
value a string. Text is normalised where it is entered, never here. Free text stands in the digest as a salted
commitment, so that a name may be masked later while digests, seals and signatures still hold.

    change = {v, uid, installation, study, at, user, user_name, role, process, version, build, request, session, act,
              reason, site, subject,
              records: [{entity, key, path, version, crf_version, site, subject,
                         items: [{oid, attribute, old, new, origin, reason}]}]}

Records stand by (entity, key), items by (oid, attribute).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from audit.models import instant_text

FORM = 1
LARGEST_INTEGER = 2**53 - 1

_change_prefix = hashlib.sha256(b"casebook/change/1\0")
_seal_prefix = hashlib.sha256(b"casebook/seal/1\0")
_text_prefix = hashlib.sha256(b"casebook/text/1\0")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class NotCanonical(ValueError):
    """A value that has no canonical form: a float, a large integer, a key that is not ASCII text."""


def canonical(value: object) -> bytes:
    """Return the canonical bytes of nested mappings, lists, strings, integers, booleans and None."""
    _require_plain(value)
    try:
        return _encode(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with half a character (a lone surrogate)") from error


def _require_plain(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise NotCanonical(f"{value} is beyond 2^53")
        case list() | tuple():
            for element in value:
                _require_plain(element)
        case dict():
            for key, element in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise NotCanonical(f"{key!r} is not an ASCII key")
                _require_plain(element)
        case _:
            raise NotCanonical(f"{type(value).__name__} has no canonical form")


def value_text(value: object) -> str | None:
    """Return the text that the trail keeps of a column's value; None when there is none."""
    match value:
        case None:
            return None
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case Decimal():
            return _decimal_text(value)
        case datetime():
            return instant_text(value)
        case date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case list() | tuple():
            return canonical([element if element is None else value_text(element) for element in value]).decode()
    raise NotCanonical(f"{type(value).__name__} has no canonical form")


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise NotCanonical(f"{value} is not a number")
    return format(abs(value) if value.is_zero() else value, "f")


def text_commitment(salt: str, text: str) -> str:
    """Return the commitment to a free text under a salt of 32 hex digits."""
    hasher = _text_prefix.copy()
    hasher.update(bytes.fromhex(salt) + text.encode())
    return hasher.hexdigest()


def committed(text: str | None, commitment: str | None) -> str | dict[str, str] | None:
    """Return how a value stands in the digest: as itself, or as the commitment to it."""
    return text if commitment is None else {"c": commitment}


class Item(NamedTuple):
    """One item of a change, as its digest sees it; old, new and reason as `committed` returns them."""

    entity: str
    key: str
    oid: str
    attribute: str
    old: str | dict[str, str] | None
    new: str | dict[str, str] | None
    origin: str | None
    reason: str | dict[str, str] | None
    path: str
    version: int | None
    crf_version: str | None
    site: str | None
    subject: str | None


_in_order = itemgetter(0, 1, 2, 3)


def change_content(header: Mapping[str, Any], items: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the canonical content of a change: the header and its items grouped into records."""
    records: list[dict[str, Any]] = []
    group: list[dict[str, Any]] = []
    of: tuple[Any, ...] | None = None
    for item in sorted(items, key=_in_order):
        if of != (now := (item[0], item[1], *item[8:])):
            of, group = now, []
            entity, key, path, version, crf, site, subject = now
            records.append(
                {"entity": entity, "key": key, "path": path, "version": version, "crf_version": crf,
                 "site": site, "subject": subject, "items": group}
            )  # fmt: skip
        group.append(
            {"oid": item[2], "attribute": item[3], "old": item[4], "new": item[5],
             "origin": item[6], "reason": item[7]}
        )  # fmt: skip
    return {**header, "records": records}


def change_header(row: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Return the canonical header of a row of `audit_change`; `at` is its instant as text."""
    return {
        "v": row["form"],
        "uid": row["uid"],
        "installation": row["installation"],
        "study": row["study"],
        "build": row["build"],
        "at": at,
        "user": row["user_uid"],
        "user_name": row["user_name"],
        "role": row["role"],
        "process": row["process"],
        "version": row["process_version"],
        "request": row["request_id"],
        "session": row["session_hash"],
        "act": row["act"],
        "reason": committed(row["reason"], row["reason_commitment"]),
        "site": row["site_uid"],
        "subject": row["subject_uid"],
    }


def change_digest(header: Mapping[str, Any], items: Iterable[tuple[Any, ...]]) -> str:
    """Return the digest of a change as 64 hex digits; `items` are tuples in the order of `Item`."""
    hasher = _change_prefix.copy()
    hasher.update(_encode(change_content(header, items)).encode())
    return hasher.hexdigest()


def seal_digest(content: Mapping[str, Any]) -> str:
    """Return the digest of a seal's content."""
    hasher = _seal_prefix.copy()
    hasher.update(canonical(dict(content)))
    return hasher.hexdigest()
