"""How passwords are stored, and which ones are refused."""

import hashlib
import hmac
import re
import unicodedata
from bisect import bisect_left
from functools import cache
from importlib.resources import files
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edc.accounts.rules import Rules

MAX_LENGTH = 128
_LEET = str.maketrans("013457@$", "oleastas")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "12345678901234567890",
)


def normal(password: str) -> str:
    """Return the password in NFKC, so that every keyboard writes the same one."""
    return unicodedata.normalize("NFKC", password)


def hash_password(rules: Rules, password: str) -> tuple[str, str]:
    """Return (argon2id hash, id of the pepper key)."""
    pepper = rules.keys.current("pepper")
    return _hasher(rules.cheap_hashes).hash(_peppered(pepper.secret, password)), pepper.key_id


def is_right(rules: Rules, stored: str, pepper_id: str, password: str) -> bool:
    """Return True when the password is the stored one."""
    secret = rules.keys.get(pepper_id).secret
    try:
        return _hasher(rules.cheap_hashes).verify(stored, _peppered(secret, password))
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(rules: Rules, stored: str, pepper_id: str) -> bool:
    """Return True when the hash was made with an older cost or pepper."""
    return pepper_id != rules.keys.current("pepper").key_id or _hasher(rules.cheap_hashes).check_needs_rehash(stored)


@cache
def dummy_hash(rules: Rules) -> tuple[str, str]:
    """Return the hash that an unknown name is compared with, so that it takes as long as a known one."""
    return hash_password(rules, "no account has this password")


def weakness(rules: Rules, password: str, *, user_name: str, printed_name: str) -> str | None:
    """Return the sentence that refuses a new password, or None when it may be used."""
    text = normal(password)
    if len(text) < rules.password_min_length:
        return f"It needs at least {rules.password_min_length} characters; this one has {len(text)}."
    if len(text) > MAX_LENGTH:
        return f"It may have at most {MAX_LENGTH} characters."
    plain = _letters(text)
    own = {user_name, *printed_name.split(), *rules.own_words}
    if any(len(word) > 3 and _letters(word) in plain and len(plain) - len(_letters(word)) < 8 for word in own):
        return "It is made of your own name, the study or the product."
    if _is_common(text) or _is_breached(rules.breached_passwords, text):
        return "It is among the passwords that are tried first."
    return None


def _peppered(pepper: bytes, password: str) -> str:
    return hmac.new(pepper, normal(password).encode(), hashlib.sha256).hexdigest()


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


def _letters(text: str) -> str:
    """Reduce to letters as they are meant: "P4ssw0rd!" to "password"."""
    return re.sub(r"[\W_]", "", text.casefold().translate(_LEET))


@cache
def _common_words() -> frozenset[str]:
    text = (files("edc.accounts") / "common_passwords.txt").read_text()
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _is_common(text: str) -> bool:
    """True for listed passwords, for chains of listed words and figures, for repetitions and for keyboard rows."""
    folded = text.casefold()
    core = folded.strip("0123456789!?.*#$@_-+ ")
    words = _common_words()
    return (
        {folded, core, _letters(folded), _letters(core)} & words != set()
        or len(set(folded)) < 5
        or re.fullmatch(r"(.{1,8}?)\1+.{0,3}", folded) is not None
        or _is_chain(re.sub(r"[\W\d_]", "", folded))
        or _is_chain(_letters(core))
        or any(_runs_along(folded, row) for row in _ROWS)
    )


def _is_chain(text: str) -> bool:
    """True when the text is nothing but two or three common words in a row, "passwordwelcome"."""
    reach = {0: 0}
    for end in range(1, len(text) + 1):
        starts = [reach[start] + 1 for start in reach if text[start:end] in _common_words()]
        if starts:
            reach[end] = min(starts)
    return 0 < reach.get(len(text), 0) <= 3


def _runs_along(text: str, row: str) -> bool:
    """True when most of the text follows a row of keys or the alphabet, forwards or backwards."""
    pairs = {row[i : i + 2] for i in range(len(row) - 1)}
    pairs |= {pair[::-1] for pair in pairs}
    steps = sum(text[i : i + 2] in pairs for i in range(len(text) - 1))
    return steps >= 0.7 * (len(text) - 1)


def _is_breached(path: str, text: str) -> bool:
    """True when the operator's file, sorted in memory once, has this line."""
    if not path:
        return False
    lines = _breached(path)
    place = bisect_left(lines, text)
    return place < len(lines) and lines[place] == text


@cache
def _breached(path: str) -> list[str]:
    return sorted(Path(path).read_text(encoding="utf-8").splitlines())
