"""Encryption of identifying values (birth date) wherever they are stored: the table and the trail hold ciphertext."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "enc1:"


class Undecipherable(Exception):
    """A stored identifier that the present key does not open."""


class Cipher:
    """AES-256-GCM with one data key; the context (`record uid|OID`) is authenticated, so values cannot be swapped.

    A key that has to be fetched is given as a function, called when the first value is sealed or opened.
    """

    def __init__(self, key: bytes | Callable[[], bytes]) -> None:
        self._key = key

    @cached_property
    def _aead(self) -> AESGCM:
        return AESGCM(self._key if isinstance(self._key, bytes) else self._key())

    def seal(self, text: str, context: str) -> str:
        """The ciphertext of a value as text that a column can hold."""
        nonce = os.urandom(12)
        sealed = self._aead.encrypt(nonce, text.encode(), context.encode())
        return PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, stored: str, context: str) -> str:
        """The value of a ciphertext; raises Undecipherable for another key, context or a changed byte."""
        raw = base64.urlsafe_b64decode(stored.removeprefix(PREFIX))
        try:
            return self._aead.decrypt(raw[:12], raw[12:], context.encode()).decode()
        except InvalidTag:
            raise Undecipherable(f"the identifier of {context} does not open with the present key") from None
