"""The gate before every view: who asks, by what means, and whether the declared right is held."""

from collections import defaultdict
from datetime import datetime

import flask
from flask import Flask, flash, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from edc import errors
from edc.identity import Ended, SignedIn
from edc.problems import is_same_origin, keep_body, keep_for, note_refusal
from edc.web import SAFE_METHODS, Access, access_of, db, is_api, refuse, safe_return, shell, wants_json

HEALTH_ENDPOINT = "healthz"
ACCOUNT_BLUEPRINT = "accounts"


class Limiter:
    """Requests per key and minute, counted in the memory of this worker: protection, not accounting."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._minute: datetime | None = None
        self._counts: defaultdict[str, int] = defaultdict(int)

    def admit(self, key: str, at: datetime) -> bool:
        """Count a request; False when the key has had its share of this minute."""
        minute = at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._counts = minute, defaultdict(int)
        self._counts[key] += 1
        return self._counts[key] <= self.limit


def install(app: Flask, csrf: CSRFProtect, *, api_requests_per_minute: int) -> None:
    """Put the gate before every view of the application."""
    limiter = Limiter(api_requests_per_minute)

    @app.before_request
    def guard() -> BaseResponse | None:
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint, request.method)
        if access is None:
            raise errors.NotFound()
        _refuse_plain_http()
        _refuse_cross_site()
        _refuse_control_characters()
        if request.mimetype == "application/x-www-form-urlencoded":
            # Werkzeug's own limit of this name holds for multipart forms only.
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
        if access.kind == "public":
            _check_form(csrf)
            return None
        return _admit(access, csrf, limiter)


def _refuse_plain_http() -> None:
    if shell().https and not request.is_secure and request.endpoint != HEALTH_ENDPOINT:
        raise errors.InsecureRequest()


def _refuse_cross_site() -> None:
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site" and not is_api():
        raise errors.CrossSite()


def _refuse_control_characters() -> None:
    """Refuse what no name of ours holds and a database cannot compare with."""
    asked = (request.path, *request.args.keys(), *(value for values in request.args.listvalues() for value in values))
    if any("\x00" in text for text in asked):
        raise errors.NotFound()


def _check_form(csrf: CSRFProtect) -> None:
    if request.method not in SAFE_METHODS and not is_api():
        csrf.protect()


def _admit(access: Access, csrf: CSRFProtect, limiter: Limiter) -> BaseResponse | None:
    found = shell().identify(db(), request, by_token=is_api())
    if found is None or isinstance(found, Ended):
        return _send_to_sign_in(found)
    g.me = found
    db().info["scope"] = found.scope
    if is_api():
        _limit(found, limiter)
    else:
        _bind_form_session(found)
        if found.session_row and found.session_row.locked_at and not access.while_locked:
            return _send_to_lock_screen()
        _check_form(csrf)
        if found.password_expired and request.blueprint != ACCOUNT_BLUEPRINT:
            keep_body()
            flash("Your password is too old. Change it to go on.", "warning")
            return redirect(url_for("accounts.account"), 303)
    missing = access.missing(found)
    if missing is not None:
        refuse(found, missing)
    return None


def _limit(me: SignedIn, limiter: Limiter) -> None:
    if not limiter.admit(me.actor.session_hash, shell().clock()):
        raise errors.TooMany(seconds=60)


def _bind_form_session(me: SignedIn) -> None:
    """Forget form tokens and flashed lines of another session, so that each token is good for its own session only."""
    owner = me.session_row.id_hash[:16] if me.session_row else ""
    if flask.session.get("owner") != owner:
        flask.session.clear()
        flask.session["owner"] = owner


def _send_to_sign_in(ended: Ended | None) -> BaseResponse | None:
    if is_api() or wants_json():
        raise errors.NotSignedIn()
    note_refusal(401)
    kept = ended is not None and _keep_expired(ended)
    if ended is not None:
        minutes = f"{ended.ended_at:%H:%M} UTC"
        flash(f"You were signed out at {minutes}. {'Your answers are kept. ' if kept else ''}Sign in to go on.")
    return redirect(url_for("accounts.sign_in", next=_way_back()), 303)


def _keep_expired(ended: Ended) -> bool:
    return request.method not in SAFE_METHODS and is_same_origin() and keep_for(ended.signed_in)


def _send_to_lock_screen() -> BaseResponse:
    if keep_body():
        flash("Your answers are kept as a draft.")
    return redirect(url_for("accounts.locked", next=_way_back()), 303)


def _way_back() -> str | None:
    return safe_return(request.full_path.rstrip("?")) or safe_return(request.referrer)
