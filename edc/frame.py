"""What the frame of every page shows: menu, person, study, band, site time (see templates/base.html)."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

from audit.capture import new_uid
from edc.clock import day_text, instant_text, local, offset_text, time_text
from edc.identity import SignedIn
from edc.permissions import Permission, Role
from edc.records.states import state_of
from edc.web import db, find_current, nav_entries, shell, site_zone
from forms.deviations import offers_deviation

_COMPACT_ROLES = (Role.DATA_MANAGER, Role.MONITOR, Role.INSPECTOR)
_FIND_IN, _HELP = "Participants", "help"


@dataclass(frozen=True)
class Frame:
    """The values that base.html asks for."""

    theme: str
    density: str
    study: tuple[str, str] | None
    home_url: str
    nav: list[tuple[str, str, int | None, bool]]
    find_url: str | None
    person: tuple[str, str] | None
    menu: list[tuple[str, str]]
    lock_url: str | None
    sign_out_url: str | None
    training: str | None
    help_url: str | None
    site_time: str
    build: str
    session_note: str | None
    idle_seconds: int | None
    stay_url: str | None
    draft_key_url: str | None


def install(app: Flask) -> None:
    """Give every template `frame`, `me`, `request_token()`, the filters for dates and times, and what checks offer."""
    app.context_processor(lambda: {"frame": build_frame(), "me": find_current()})
    app.jinja_env.globals["request_token"] = new_uid
    app.jinja_env.globals["offers_deviation"] = offers_deviation
    app.jinja_env.filters["state"] = lambda subject: state_of(db(), subject).words
    app.jinja_env.filters["day"] = lambda day: day_text(day) if day else ""
    app.jinja_env.filters["instant"] = lambda instant: instant_text(instant, site_zone()) if instant else ""
    app.jinja_env.filters["clock_time"] = lambda instant: time_text(instant, site_zone()) if instant else ""


def build_frame() -> Frame:
    """Return the frame for the signed-in user, or the bare one of the sign-in and lock pages."""
    me = find_current()
    open_me = None if me is None or _is_locked(me) else me
    nav = [_nav_item(entry) for entry in nav_entries()]
    at, zone = shell().clock(), site_zone() if open_me else "UTC"
    here = local(at, zone)
    return Frame(
        theme=me.user.theme if me else "system",
        density=_density(me) if me else "comfortable",
        study=(shell().study, url_for("home")),
        home_url=url_for("home"),
        nav=nav,
        find_url=next((url for label, url, *_ in nav if label == _FIND_IN), None),
        person=(open_me.user.printed_name, open_me.role.label) if open_me else None,
        menu=_menu(open_me) if open_me else [],
        lock_url=url_for("accounts.lock") if open_me else None,
        sign_out_url=url_for("accounts.sign_out") if open_me else None,
        training=shell().band or None,
        help_url=url_for(_HELP) if _HELP in current_app.view_functions else None,
        site_time=f"{here:%a} {instant_text(at, zone)}, {offset_text(at, zone)}",
        build=shell().build,
        session_note=_session_note(open_me, zone) if open_me else None,
        idle_seconds=int(shell().rules.idle.total_seconds()) if open_me else None,
        stay_url=url_for("accounts.stay") if open_me else None,
        draft_key_url=url_for("drafts.key") if open_me and open_me.may(Permission.RECORD_ENTER) else None,
    )


def _is_locked(me: SignedIn) -> bool:
    return me.session_row is not None and me.session_row.locked_at is not None


def _density(me: SignedIn) -> str:
    """The user's choice; where none was made the roles that read much get the compact page."""
    if me.user.density:
        return me.user.density
    return "compact" if me.role in _COMPACT_ROLES else "comfortable"


def _nav_item(entry: dict[str, Any]) -> tuple[str, str, int | None, bool]:
    url = url_for(entry["endpoint"])
    return entry["label"], url, entry["count"], request.path == url or request.path.startswith(f"{url}/")


def _menu(me: SignedIn) -> list[tuple[str, str]]:
    entries = [("Your account", url_for("accounts.account"))]
    if len(me.roles) > 1:
        entries.append(("Switch role", url_for("accounts.role")))
    return entries


def _session_note(me: SignedIn, zone: str) -> str | None:
    row = me.session_row
    if row is None:
        return None
    minutes = int(shell().rules.idle.total_seconds() // 60)
    return f"Signed in since {time_text(row.created_at, zone)}, ends after {minutes} min idle"
