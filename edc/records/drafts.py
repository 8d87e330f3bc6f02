"""Drafts: what a person typed and did not save, sealed for that person alone; never study data, never in the trail."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import CursorResult, delete, func, select

from edc.db import Session
from edc.errors import Problem
from edc.keys import KeyMissing, Keyring
from edc.records.models import Draft

LIFE = dt.timedelta(days=14)
MOST_BYTES = 256 * 1024
MOST_DRAFTS = 200
Fields = dict[str, list[str]]
T = TypeVar("T")


class DraftTooLarge(Problem):
    """A draft above the limit of one form."""

    code, status = "draft-too-large", 413
    what = "The draft was not kept."
    why = "It is larger than 256 kilobytes."
    next = "Save the form now, or shorten the text."


class TooManyDrafts(Problem):
    """One person's drafts have reached their number."""

    code, status = "too-many-drafts", 409
    what = "The draft was not kept."
    why = "You have 200 forms with unsaved answers."
    next = "Save this form now, then finish or discard some of the drafts on your day's list."


@dataclass
class Typed:
    """What stands in the controls of a page beyond the record: texts by field name, and what could not be read.

    `row_version` is the version of the record that the person looked at while typing. `base` and `on` serve the
    draft of a page that already showed a draft: what was typed there lies on top of what it showed.
    """

    fields: Fields = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)
    row_version: int = 0
    saved_at: dt.datetime | None = None
    base: Fields = field(default_factory=dict)
    on: str = ""

    @property
    def mark(self) -> str:
        """The name of this state of the draft, for the page that shows it; empty where there is no draft."""
        return f"{self.saved_at.timestamp():.6f}" if self.saved_at else ""

    def text(self, name: str) -> str | None:
        """The text of a field, None when nothing was typed there."""
        given = self.fields.get(name)
        return None if given is None else next((text for text in given if text.strip()), "")


@dataclass(frozen=True)
class DraftBox:
    """The drafts of one person; every method works in the caller's transaction."""

    session: Session
    keys: Keyring
    user_uid: str
    now: dt.datetime

    def find(self, path: str) -> Typed | None:
        """The draft of a page, or None: there is none, it is too old, or the present keys do not open it."""
        row = self._row(path)
        if row is None or row.saved_at < self.now - LIFE:
            return None
        content = self._open(row)
        if content is None:
            return None
        return Typed(
            fields=content["fields"], sentences=content["sentences"], base=content["base"], on=content["on"],
            row_version=row.row_version, saved_at=row.saved_at,
        )  # fmt: skip

    def keep(self, path: str, typed: Typed, *, title: str, form_version: str) -> None:
        """Keep what was typed as the one draft of a page; raises DraftTooLarge or TooManyDrafts."""
        content = json.dumps(
            {"fields": typed.fields, "sentences": typed.sentences, "base": typed.base, "on": typed.on},
            ensure_ascii=False, separators=(",", ":"),
        ).encode()  # fmt: skip
        if len(content) > MOST_BYTES:
            raise DraftTooLarge
        row = self._row(path) or self._new_row(path)
        row.title, row.row_version, row.saved_at = title[:200], typed.row_version, self.now
        row.body = self._seal(content, path, form_version)

    def keep_typing(self, path: str, typed: Typed, *, title: str, form_version: str) -> None:
        """Keep the changed fields that an open page sends; `typed.on` is the mark of the draft it showed when opened.

        The page sends what differs from what it showed, so its fields lie over the draft of then. A draft of another
        window is built upon, never dropped.
        """
        old = self.find(path)
        if old is not None:
            is_next_of_same_page = typed.on == old.on and typed.on != old.mark
            typed.base = old.base if is_next_of_same_page else old.fields
            still = {name: text for name, text in old.sentences.items() if name not in typed.fields}
            typed.sentences = still | typed.sentences
            typed.row_version = min(typed.row_version, old.row_version)
        typed.fields = {**typed.base, **typed.fields}
        self.keep(path, typed, title=title, form_version=form_version)

    def forget(self, path: str, names: Collection[str], *, title: str, form_version: str) -> None:
        """Take some fields out of the draft of a page; one that holds nothing else is discarded."""
        old = self.find(path)
        if old is None:
            return
        old.fields, old.base = _without(old.fields, names), _without(old.base, names)
        old.sentences = _without(old.sentences, names)
        self.keep(path, old, title=title, form_version=form_version) if old.fields else self.discard(path)

    def discard(self, path: str) -> None:
        """Forget the draft of a page."""
        self.session.execute(delete(Draft).where(Draft.user_uid == self.user_uid, Draft.path == path))

    def list(self) -> list[Draft]:
        """The drafts of this person, newest first; titles and addresses only."""
        mine = select(Draft).where(Draft.user_uid == self.user_uid, Draft.saved_at >= self.now - LIFE)
        return list(self.session.scalars(mine.order_by(Draft.saved_at.desc(), Draft.uid)))

    def device_key(self) -> bytes:
        """The key under which browsers of this person keep what they cannot send; the same in each session."""
        return self._derived("device", self.keys.current("draft").secret)

    def _row(self, path: str) -> Draft | None:
        mine = select(Draft).where(Draft.user_uid == self.user_uid, Draft.path == path)
        return self.session.scalars(mine).one_or_none()

    def _new_row(self, path: str) -> Draft:
        # Of everybody: whoever left long ago begins none any more.
        expire(self.session, self.now)
        mine = select(func.count()).select_from(Draft).where(Draft.user_uid == self.user_uid)
        if self.session.execute(mine).scalar_one() >= MOST_DRAFTS:
            raise TooManyDrafts
        row = Draft(user_uid=self.user_uid, path=path)
        self.session.add(row)
        return row

    def _seal(self, content: bytes, path: str, form_version: str) -> bytes:
        key = self.keys.current("draft")
        nonce = os.urandom(12)
        sealed = AESGCM(self._own_key(key.secret)).encrypt(nonce, content, self._context(path, form_version))
        head = json.dumps({"key": key.key_id, "form": form_version}, separators=(",", ":")).encode()
        return head + b"\n" + nonce + sealed

    def _open(self, row: Draft) -> dict[str, Any] | None:
        head_text, _, sealed = row.body.partition(b"\n")
        head: Mapping[str, str] = json.loads(head_text)
        try:
            secret = self.keys.get(head["key"]).secret
            content = AESGCM(self._own_key(secret)).decrypt(
                sealed[:12], sealed[12:], self._context(row.path, head["form"])
            )
        except (InvalidTag, KeyMissing):
            return None
        return cast(dict[str, Any], json.loads(content))

    def _own_key(self, secret: bytes) -> bytes:
        return self._derived("draft", secret)

    def _derived(self, purpose: str, secret: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"{purpose}|{self.user_uid}".encode()).derive(secret)

    def _context(self, path: str, form_version: str) -> bytes:
        return f"{self.user_uid}|{path}|{form_version}".encode()


def _without(kept: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: value for name, value in kept.items() if name not in names}


def expire(session: Session, now: dt.datetime) -> int:
    """Delete every draft older than 14 days; returns how many."""
    return cast(CursorResult[Any], session.execute(delete(Draft).where(Draft.saved_at < now - LIFE))).rowcount
