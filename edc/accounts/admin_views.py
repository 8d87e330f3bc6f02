"""Administration of accounts: people, their roles, who had access on a date, and the matrix of rights."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from edc import errors
from edc.accounts import grants, people, sessions, throttle
from edc.accounts.forms import GrantForm, NewUserForm, ReasonForm, TrainingForm
from edc.accounts.models import RoleGrant, User
from edc.accounts.proof import ensure_fresh, rules
from edc.clock import today
from edc.permissions import MATRIX, Permission, Role
from edc.web import NavEntry, SiteFacts, change_for_request, current, db, needs, site_zone, sites

blueprint = Blueprint("accounts_admin", __name__)
NAV = [NavEntry("Users", "accounts_admin.users", frozenset({Role.ADMINISTRATOR}), order=10)]


@dataclass(frozen=True)
class Listed:
    """One line of the list of users."""

    user: User
    roles: list[tuple[RoleGrant, str]]
    last_sign_in: datetime | None
    trained: bool
    locked: bool

    @property
    def state(self) -> str:
        """The one word that says whether the account can be used."""
        if not self.user.active:
            return "deactivated"
        if self.locked:
            return "locked"
        return "to confirm" if self.user.unconfirmed_since else "active"


def _listed() -> list[Listed]:
    everybody = list(db().scalars(select(User).order_by(User.user_name)))
    held = {user.uid: [g for g in grants.active_grants(db(), user.uid) if _in_view(g)] for user in everybody}
    if current().role is Role.INVESTIGATOR:
        everybody = [user for user in everybody if held[user.uid]]
    seen = sessions.last_sign_ins(db(), [user.uid for user in everybody])
    locked = throttle.locked_accounts(db(), rules(), [user.user_name for user in everybody])
    trained = people.trained_for(db(), rules().training_build)
    return [
        Listed(
            user,
            [(grant, _site_code(grant.site_uid)) for grant in held[user.uid]],
            seen.get(user.uid),
            user.uid in trained,
            user.user_name in locked,
        )
        for user in everybody
    ]


def _in_view(grant: RoleGrant) -> bool:
    """An investigator sees the people of the own sites."""
    return grant.site_uid is None or current().scope.reaches(grant.site_uid)


def _site_code(uid: str | None) -> str:
    site = sites().get(uid or "")
    return site.code if site else "all sites"


def _site_choices() -> list[SelectChoice]:
    each = [SelectChoice(site.uid, f"{site.code} {site.name}") for site in sites().values()]
    return [SelectChoice("", "all sites"), *each]


def _site(uid: str) -> SiteFacts | None:
    if uid and uid not in sites():
        raise errors.NotFound()
    return sites().get(uid)


def _get_listed(user_name: str) -> Listed:
    for line in _listed():
        if line.user.user_name == user_name:
            return line
    raise errors.NotFound()


@blueprint.get("/admin/users")
@needs(Permission.USER_READ)
def users() -> str:
    """Every account, with the form for a new one where the right is held."""
    return _users_page(NewUserForm())


def _users_page(form: NewUserForm, problem: errors.Problem | None = None) -> str:
    form.site.choices = _site_choices()
    excluded = grants.forbidden_holders(db(), rules())
    return render_template("accounts/users.html", form=form, problem=problem, users=_listed(), excluded=excluded)


@blueprint.post("/admin/users")
@needs(Permission.USER_INVITE, Permission.USER_GRANT)
def create() -> BaseResponse:
    """Open an account with a role; the link to set the password is shown this once."""
    form = NewUserForm()
    try:
        if not form.validate():
            return make_response(_users_page(form), 422)
        ensure_fresh(form.fresh_password.data)
        user, code = _create(form)
    except errors.Problem as problem:
        return make_response(_users_page(form, problem), problem.status)
    return _link_page(user, code)


def _create(form: NewUserForm) -> tuple[User, str]:
    by, site, reason = current().actor, _site(form.site.data), form.reason.data
    with change_for_request("user:create", reason):
        user = people.create_user(
            db(), by=by, user_name=form.user_name.data, printed_name=form.printed_name.data, email=form.email.data
        )
        grants.grant_role(
            db(),
            rules(),
            by=by,
            user=user,
            role=Role(form.role.data),
            site_uid=site.uid if site else None,
            reason=reason,
        )
        code = people.make_password_link(db(), by=by, user=user, reason=reason)
    return user, code


def _link_page(user: User, code: str) -> BaseResponse:
    link = url_for("accounts.open_link", code=code, _external=True)
    return make_response(render_template("accounts/link.html", user=user, link=link), 201)


@blueprint.get("/admin/users/<user_name>")
@needs(Permission.USER_READ)
def user(user_name: str) -> str:
    """One account: roles, training, and the acts on it."""
    return _user_page(user_name)


def _user_page(user_name: str, problem: errors.Problem | None = None) -> str:
    line, form = _get_listed(user_name), GrantForm(formdata=None)
    form.site.choices = _site_choices()
    return render_template(
        "accounts/user.html",
        line=line,
        problem=problem,
        grant_form=form,
        reason_form=ReasonForm(formdata=None),
        training_form=TrainingForm(formdata=None, build=rules().training_build),
        training=people.list_training(db(), line.user.uid),
        live=len(sessions.list_sessions(db(), rules(), line.user.uid)),
        may_confirm=people.may_confirm(current().role),
    )


def _require_valid(form: ReasonForm | GrantForm) -> None:
    """Refuse a form that lacks something, in the words of its field."""
    if not form.validate():
        first = next(iter(form.errors.values()))[0]
        raise errors.Refused(reason=f"{first}.", remedy="Fill it in and send the form again.")


def _act(user_name: str, form: ReasonForm | GrantForm, act: Callable[[User, str], str]) -> BaseResponse:
    """Do one act on an account with fresh authentication and a reason, and say what came of it."""
    target = _get_listed(user_name).user
    try:
        _require_valid(form)
        ensure_fresh(form.fresh_password.data)
        flash(act(target, form.reason.data))
    except errors.Problem as problem:
        return make_response(_user_page(user_name, problem), problem.status)
    return redirect(url_for("accounts_admin.user", user_name=user_name), 303)


@blueprint.post("/admin/users/<user_name>/roles")
@needs(Permission.USER_GRANT)
def grant(user_name: str) -> BaseResponse:
    """Give one more role."""
    form = GrantForm()

    def act(target: User, reason: str) -> str:
        site = _site(form.site.data)
        given = grants.grant_role(
            db(),
            rules(),
            by=current().actor,
            user=target,
            role=Role(form.role.data),
            site_uid=site.uid if site else None,
            reason=reason,
        )
        return f"{target.printed_name} is {given.acting_role.label} from the next request on."

    return _act(user_name, form, act)


@blueprint.post("/admin/users/<user_name>/end-role")
@needs(Permission.USER_GRANT)
def end_role(user_name: str) -> BaseResponse:
    """End one role."""

    def act(target: User, reason: str) -> str:
        ended = grants.get_grant(db(), request.form.get("grant", ""))
        if ended.user_uid != target.uid:
            raise errors.NotFound()
        grants.end_grant(db(), by=current().actor, grant=ended, reason=reason)
        return f"The role {ended.acting_role.label} has ended."

    return _act(user_name, ReasonForm(), act)


@blueprint.post("/admin/users/<user_name>/deactivate")
@needs(Permission.USER_DEACTIVATE)
def deactivate(user_name: str) -> BaseResponse:
    """Close the account; its name stays reserved."""

    def act(target: User, reason: str) -> str:
        ended = people.deactivate_user(db(), by=current().actor, user=target, reason=reason)
        sessions_ended = "1 live session" if ended == 1 else f"{ended} live sessions"
        return f"The account is closed. {sessions_ended} ended at once; the name stays reserved."

    return _act(user_name, ReasonForm(), act)


@blueprint.post("/admin/users/<user_name>/unlock")
@needs(Permission.USER_RESET)
def unlock(user_name: str) -> BaseResponse:
    """Open an account that wrong passwords have locked."""

    def act(target: User, reason: str) -> str:
        people.unlock_user(db(), rules(), by=current().actor, user=target, reason=reason)
        return "The account is open again."

    return _act(user_name, ReasonForm(), act)


@blueprint.post("/admin/users/<user_name>/confirm")
@needs(Permission.USER_READ)
def confirm(user_name: str) -> BaseResponse:
    """Record as a second person whose account it is."""

    def act(target: User, reason: str) -> str:
        people.confirm_user(db(), by=current().actor, user=target, reason=reason)
        return f"You have confirmed that this is the account of {target.printed_name}."

    return _act(user_name, ReasonForm(), act)


@blueprint.post("/admin/users/<user_name>/reset")
@needs(Permission.USER_RESET)
def reset(user_name: str) -> BaseResponse:
    """Make a link for a new password; the account waits for a second person."""
    form, target = ReasonForm(), _get_listed(user_name).user
    try:
        _require_valid(form)
        ensure_fresh(form.fresh_password.data)
        code = people.make_password_link(db(), by=current().actor, user=target, reason=form.reason.data)
    except errors.Problem as problem:
        return make_response(_user_page(user_name, problem), problem.status)
    return _link_page(target, code)


@blueprint.post("/admin/users/<user_name>/training")
@needs(Permission.USER_GRANT)
def train(user_name: str) -> BaseResponse:
    """Record training."""
    form, target = TrainingForm(), _get_listed(user_name).user
    if not form.validate():
        problem = errors.Refused(reason="The version or the date cannot be read.", remedy="Enter it like 2024-01-31.")
        return make_response(_user_page(user_name, problem), 422)
    people.record_training(
        db(),
        by=current().actor,
        user=target,
        build=form.build.data,
        completed_on=form.completed_on.data,
        evidence=form.evidence.data or "",
    )
    flash("The training is recorded.")
    return redirect(url_for("accounts_admin.user", user_name=user_name), 303)


@blueprint.get("/admin/roles")
@needs(Permission.USER_READ)
def roles() -> str:
    """The matrix of rights, as the program holds it."""
    return render_template("accounts/roles.html", matrix=MATRIX, roles=list(Role))


@blueprint.get("/admin/access")
@needs(Permission.USER_READ)
def access() -> str:
    """Who held which role where on a date."""
    day = _day(request.args.get("on", ""))
    held = [line for line in grants.roles_on(db(), day, site_zone()) if _sees(line.site_uid)]
    return render_template("accounts/access.html", day=day, held=held, site_code=_site_code)


def _sees(site_uid: str | None) -> bool:
    return site_uid is None or current().scope.reaches(site_uid)


def _day(text: str) -> date:
    if not text:
        return today(site_zone(), db())
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.Refused(reason=f"{text} is not a date.", remedy="Enter it like 2024-01-31.") from error
