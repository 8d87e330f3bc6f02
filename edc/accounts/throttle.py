"""Counters of failures, the same for names that exist and names that do not.

An attempt is counted and committed before the password is looked at, so that parallel guesses cannot slip past the
limit; a success clears the counter. A device that signed in before has its own counter for that name: a stranger who
guesses cannot lock a nurse out of her ward tablet.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from edc import errors
from edc.accounts.models import Throttle
from edc.accounts.rules import Rules
from edc.clock import now
from edc.db import Session

LIMIT = 5
WINDOW = LOCK = timedelta(minutes=15)
HARD_LOCK_AFTER = 3
SOURCE_LIMIT = 50
SOURCE_WINDOW = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Keys:
    """The counters of one attempt: the name (on its device), and the source."""

    name: str
    account: str
    source: str


def keys_for(rules: Rules, user_name: str, *, source: str, known_device: str = "") -> Keys:
    """Return the counters for a name from a source; a known device gives the name a counter of its own."""
    account = rules.lookup("name", user_name)
    name = rules.lookup("device", user_name, known_device) if known_device else account
    return Keys(name, account, rules.lookup("source", network_of(source)))


def network_of(address: str) -> str:
    """Return the /24 of an IPv4 address or the /56 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 56), strict=False))


def reserve(session: Session, keys: Keys) -> None:
    """Count an attempt and commit it, or refuse it because the name or the source is locked."""
    at = now(session)
    source = _counter(session, keys.source, "", at, SOURCE_WINDOW)
    if source.count >= SOURCE_LIMIT:
        session.rollback()
        raise errors.TooMany(seconds=int((source.window_start + SOURCE_WINDOW - at).total_seconds()))
    counter = _counter(session, keys.name, keys.account, at, WINDOW)
    _refuse_locked(counter, at)
    _refuse_hasty(counter, at)
    for each in (counter, source):
        each.count += 1
        each.last_at = at
    session.commit()


def _counter(session: Session, key: str, account: str, at: datetime, window: timedelta) -> Throttle:
    """Return the locked row of a key, starting a new window when the last one is over."""
    row = session.get(Throttle, key, with_for_update=True, populate_existing=True) or _insert(session, key, account, at)
    if at - row.window_start >= window:
        row.window_start, row.count = at, 0
    return row


def _insert(session: Session, key: str, account: str, at: datetime) -> Throttle:
    try:
        with session.begin_nested():
            session.add(Throttle(key=key, account=account, count=0, window_start=at, last_at=at, locks=0, hard=False))
    except IntegrityError:
        # Another request made the row in the meantime.
        pass
    return session.get_one(Throttle, key, with_for_update=True, populate_existing=True)


def _refuse_locked(row: Throttle, at: datetime) -> None:
    if row.hard or (row.locked_until and at < row.locked_until):
        raise locked_problem(row)
    if row.count >= LIMIT:
        # Guesses sent at the same time: all were counted, the last of them is about to lock the name.
        raise errors.TooMany(seconds=1)


def _refuse_hasty(row: Throttle, at: datetime) -> None:
    """After the third failure each further try must wait a little longer."""
    if row.count >= 3:
        ready = row.last_at + timedelta(seconds=2 ** (row.count - 2))
        if at < ready:
            raise errors.TooMany(seconds=max(1, round((ready - at).total_seconds())))


def locked_problem(row: Throttle) -> errors.AccountLocked:
    """Return the refusal with its times, in words that do not tell whether the name exists."""
    until = "your administrator has opened it" if row.hard or not row.locked_until else f"{row.locked_until:%H:%M} UTC"
    return errors.AccountLocked(when=f"{row.locked_at:%H:%M} UTC", until=until)


def fail(session: Session, keys: Keys) -> tuple[Throttle, bool]:
    """Return the counter after a failure, and whether this failure locked it.

    The third lock within a day holds until the administrator opens the account.
    """
    row = session.get_one(Throttle, keys.name, with_for_update=True, populate_existing=True)
    if row.count < LIMIT:
        return row, False
    at = now(session)
    if row.first_lock_at is None or at - row.first_lock_at >= DAY:
        row.first_lock_at, row.locks = at, 0
    row.locks += 1
    row.locked_at, row.locked_until, row.count = at, at + LOCK, 0
    row.hard = row.locks >= HARD_LOCK_AFTER
    return row, True


def tries_left(row: Throttle) -> str:
    """Return "2 tries", as the sentence needs it."""
    left = LIMIT - row.count
    return "1 try" if left == 1 else f"{left} tries"


def clear(session: Session, keys: Keys) -> None:
    """Forget the failures of a name after a success; the source keeps its count of failures only."""
    session.execute(update(Throttle).where(Throttle.key == keys.name).values(count=0, locks=0, first_lock_at=None))
    session.execute(update(Throttle).where(Throttle.key == keys.source).values(count=Throttle.count - 1))


def release(session: Session, rules: Rules, user_name: str) -> None:
    """Open every counter of an account that is locked; the administrator's act."""
    account = rules.lookup("name", user_name)
    rows = session.scalars(select(Throttle).where(Throttle.account == account).with_for_update())
    for row in rows:
        row.count, row.locks, row.hard = 0, 0, False
        row.locked_until = row.locked_at = row.first_lock_at = None


def locked_accounts(session: Session, rules: Rules, user_names: list[str]) -> set[str]:
    """Return the names among these that are locked now."""
    at = now(session)
    locked = set(session.scalars(select(Throttle.account).where(Throttle.hard | (Throttle.locked_until > at))))
    return {name for name in user_names if rules.lookup("name", name) in locked}
