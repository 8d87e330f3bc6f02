"""Pages for everybody: sign in and out, lock screen, own account, role switch."""

from typing import cast

import flask
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from edc import errors
from edc.accounts import authenticate, people, sessions, tokens
from edc.accounts.forms import ChangePasswordForm, NewPasswordForm, SignInForm, UnlockForm
from edc.accounts.identify import device_of, give_cookies, take_cookie
from edc.accounts.models import User
from edc.accounts.proof import rules
from edc.clock import instant_text
from edc.identity import SessionRow
from edc.notices.service import list_unread, mark_read
from edc.notices.texts import sentence
from edc.permissions import Permission, Role
from edc.web import current, db, public, safe_return, shell, signed_in, signed_in_or_locked

blueprint = Blueprint("accounts", __name__)
_LINK_KEY = "password_link"


def own_session() -> SessionRow:
    """Return the browser session of this request."""
    row = current().session_row
    if row is None:
        raise errors.NotSignedIn()
    return row


def own_user() -> User:
    """Return the account of the signed-in user."""
    return db().get_one(User, current().user.uid)


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    """The form."""
    return _sign_in_page(SignInForm())


def _sign_in_page(form: SignInForm, problem: errors.Problem | None = None) -> str:
    return render_template(
        "accounts/sign_in.html", form=form, problem=problem, next=safe_return(request.args.get("next"))
    )


@blueprint.post("/sign-in")
@public
def sign_in_post() -> BaseResponse:
    """Check name and password, and go to the page that was asked for."""
    form = SignInForm()
    if not form.validate():
        return make_response(_sign_in_page(form), 422)
    device = device_of(request)
    try:
        opened = authenticate.sign_in(
            db(), rules(), user_name=form.user_name.data, password=form.password.data, device=device
        )
    except errors.Problem as problem:
        return make_response(_sign_in_page(form, problem), problem.status)
    flask.session.clear()
    if opened.before:
        flash(f"Last signed in {instant_text(opened.before, 'UTC')} UTC.")
    response = _go(safe_return(request.args.get("next")))
    give_cookies(response, opened.cookie, device)
    return response


def _go(address: str | None) -> Response:
    return cast(Response, redirect(address or url_for("home"), 303))


@blueprint.post("/sign-out")
@signed_in_or_locked
def sign_out() -> BaseResponse:
    """End the session and clear what the browser kept."""
    sessions.end_session(db(), by=current().actor, uid=own_session().uid, reason="signed out")
    flask.session.clear()
    response = _go(url_for("accounts.sign_in"))
    take_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.post("/lock-screen")
@signed_in
def lock() -> BaseResponse:
    """Cover the page at once, on a shared tablet."""
    sessions.lock_screen(db(), by=current().actor, uid=own_session().uid)
    return _go(url_for("accounts.locked", next=safe_return(request.referrer)))


@blueprint.get("/locked")
@signed_in_or_locked
def locked() -> BaseResponse:
    """The lock screen; without a lock there is nothing to see."""
    if own_session().locked_at is None:
        return _go(safe_return(request.args.get("next")))
    return make_response(_locked_page(UnlockForm()))


def _locked_page(form: UnlockForm, problem: errors.Problem | None = None) -> str:
    return render_template(
        "accounts/locked.html", form=form, problem=problem, next=safe_return(request.args.get("next"))
    )


@blueprint.post("/locked")
@signed_in_or_locked
def unlock() -> BaseResponse:
    """Uncover the page for the same user, under a new session id."""
    form, me = UnlockForm(), current()
    if not form.validate():
        return make_response(_locked_page(form), 422)
    try:
        authenticate.confirm_password(db(), rules(), me=me, password=form.password.data, device=device_of(request))
    except errors.Problem as problem:
        return make_response(_locked_page(form, problem), problem.status)
    cookie = sessions.unlock_screen(db(), by=me.actor, uid=own_session().uid, agent_hash=device_of(request).agent_hash)
    response = _go(safe_return(request.args.get("next")))
    give_cookies(response, cookie)
    return response


@blueprint.post("/stay")
@signed_in
def stay() -> tuple[str, int]:
    """Keep the session: the answer to the warning before an idle sign-out."""
    sessions.touch(db(), own_session().uid, shell().clock())
    return "", 204


@blueprint.get("/role")
@signed_in
def role() -> str:
    """Choose the acting role."""
    return render_template("accounts/role.html")


@blueprint.post("/role")
@signed_in
def switch_role() -> BaseResponse:
    """Act in another role, under a new session id."""
    me, wanted = current(), request.form.get("role", "")
    if wanted not in me.roles:
        raise errors.Refused(reason="You do not hold this role.", remedy="Choose one of your roles.")
    cookie = sessions.switch_role(db(), by=me.actor, uid=own_session().uid, role=Role(wanted))
    flask.session.clear()
    flash(f"You act as {Role(wanted).label} now.")
    response = _go(url_for("home"))
    give_cookies(response, cookie)
    return response


@blueprint.get("/account")
@signed_in
def account() -> str:
    """Own profile, sessions, tokens, training and messages."""
    return _account_page(ChangePasswordForm())


def _account_page(form: ChangePasswordForm, problem: errors.Problem | None = None) -> str:
    me = current()
    notices = list_unread(db(), me.user.uid)
    return render_template(
        "accounts/account.html",
        form=form,
        problem=problem,
        user=own_user(),
        sessions=sessions.list_sessions(db(), rules(), me.user.uid),
        tokens=tokens.list_tokens(db(), me.user.uid),
        training=people.list_training(db(), me.user.uid),
        notices=[(notice, sentence(notice.code, notice.facts)) for notice in notices],
        sees_users=me.may(Permission.USER_READ),
    )


@blueprint.post("/account/password")
@signed_in
def change_password() -> BaseResponse:
    """Set a new password; every other session ends."""
    form, me = ChangePasswordForm(), current()
    if not form.validate():
        return make_response(_account_page(form), 422)
    try:
        authenticate.confirm_password(db(), rules(), me=me, password=form.present.data, device=device_of(request))
        people.set_password(db(), rules(), by=me.actor, user=own_user(), password=form.password.data)
    except errors.Problem as problem:
        return make_response(_account_page(form, problem), problem.status)
    flash("Your password is changed. Your other sessions have ended.")
    return _go(url_for("accounts.account"))


@blueprint.post("/account/sessions")
@signed_in
def end_own_session() -> BaseResponse:
    """End one of one's own sessions, from another machine."""
    me, uid = current(), request.form.get("session", "")
    if uid not in {row.uid for row in sessions.list_sessions(db(), rules(), me.user.uid)}:
        raise errors.NotFound()
    sessions.end_session(db(), by=me.actor, uid=uid, reason="ended by its user")
    flash("The session has ended.")
    return _go(url_for("accounts.account"))


@blueprint.post("/account/look")
@signed_in
def set_look() -> BaseResponse:
    """Store theme and density."""
    people.set_preferences(
        db(),
        by=current().actor,
        user=own_user(),
        theme=request.form.get("theme", ""),
        density=request.form.get("density", ""),
    )
    flash("The look of your pages is stored.")
    return _go(url_for("accounts.account"))


@blueprint.post("/account/messages")
@signed_in
def read_messages() -> BaseResponse:
    """Mark all messages as read."""
    mark_read(db(), current().user.uid)
    db().commit()
    return _go(url_for("accounts.account"))


@blueprint.get("/set-password/<code>")
@public
def open_link(code: str) -> BaseResponse:
    """Take the code out of the address, so that it stays in no history or referrer."""
    flask.session[_LINK_KEY] = code
    return _go(url_for("accounts.set_password"))


@blueprint.get("/set-password")
@public
def set_password() -> str:
    """The form for a new password by link."""
    if people.find_link(db(), flask.session.get(_LINK_KEY, "")) is None:
        raise errors.LinkSpent()
    return render_template("accounts/set_password.html", form=NewPasswordForm(), problem=None)


@blueprint.post("/set-password")
@public
def set_password_post() -> BaseResponse:
    """Set the password; the link is spent."""
    form = NewPasswordForm()
    try:
        if not form.validate():
            return make_response(render_template("accounts/set_password.html", form=form, problem=None), 422)
        people.use_password_link(db(), rules(), code=flask.session.get(_LINK_KEY, ""), password=form.password.data)
    except errors.PasswordWeak as problem:
        return make_response(render_template("accounts/set_password.html", form=form, problem=problem), 422)
    flask.session.clear()
    flash("Your password is set. Sign in with it.")
    return _go(url_for("accounts.sign_in"))
