"""The one clock: instants are UTC; a site's time zone is applied only where people read.

A session carries its clock in `session.info["clock"]`, so services ask `now(session)` and a test can set the time
of one application without touching another.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the host's time in UTC."""
    return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved; for tests, by `create_app(config, clock=SetClock(...))`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def now(session: Session | None = None) -> datetime:
    """Return the present instant in UTC by the session's clock."""
    clock: Clock = system_clock if session is None else session.info.get("clock", system_clock)
    return clock()


def local(instant: datetime, zone: str) -> datetime:
    """Return the instant as the site's clock shows it."""
    return instant.astimezone(ZoneInfo(zone))


def today(zone: str, session: Session | None = None) -> date:
    """Return the date at the site."""
    return local(now(session), zone).date()


def day_text(day: date) -> str:
    """Return "9 Jan 2024"."""
    return f"{day.day} {day:%b %Y}"


def time_text(instant: datetime, zone: str) -> str:
    """Return "14:05" at the site."""
    return f"{local(instant, zone):%H:%M}"


def instant_text(instant: datetime, zone: str) -> str:
    """Return "9 Jan 2024 14:05" at the site."""
    return f"{day_text(local(instant, zone).date())} {time_text(instant, zone)}"


def offset_text(instant: datetime, zone: str) -> str:
    """Return the site's offset, "UTC-08:00", shown once per page."""
    offset = f"{local(instant, zone):%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"
