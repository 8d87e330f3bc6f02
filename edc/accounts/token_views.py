"""Tokens of one's own: list, issue, revoke."""

from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from edc import errors
from edc.accounts import tokens
from edc.accounts.forms import TokenForm
from edc.accounts.proof import ensure_fresh
from edc.permissions import Permission
from edc.web import current, db, needs, signed_in

blueprint = Blueprint("tokens", __name__)


def _page(form: TokenForm, problem: errors.Problem | None = None, issued: str = "") -> str:
    owned = tokens.list_tokens(db(), current().user.uid)
    return render_template(
        "accounts/tokens.html",
        form=form,
        problem=problem,
        issued=issued,
        tokens=owned,
        uses=tokens.last_uses(db(), [token.uid for token in owned]),
    )


def _form() -> TokenForm:
    form = TokenForm()
    form.permissions.choices = [SelectChoice(name, name) for name in sorted(tokens.grantable(current().role))]
    return form


@blueprint.get("/account/tokens")
@needs(Permission.TOKEN_ISSUE)
def list_own() -> str:
    """Own tokens and the form for a new one."""
    return _page(_form())


@blueprint.post("/account/tokens")
@needs(Permission.TOKEN_ISSUE)
def issue() -> BaseResponse:
    """Make a token and show it, this once."""
    form, me = _form(), current()
    try:
        if not form.validate():
            return make_response(_page(form), 422)
        ensure_fresh(form.fresh_password.data)
        known = [Permission(name) for name in form.permissions.data if name in tokens.grantable(me.role)]
        _, text = tokens.issue_token(
            db(),
            by=me.actor,
            scope=me.scope,
            label=form.label.data,
            permissions=known,
            life=timedelta(days=int(form.days.data)),
        )
    except errors.Problem as problem:
        return make_response(_page(form, problem), problem.status)
    return make_response(_page(_form(), issued=text), 201)


@blueprint.post("/account/tokens/revoke")
@signed_in
def revoke() -> BaseResponse:
    """End one of one's own tokens."""
    me = current()
    owned = {token.prefix: token for token in tokens.list_tokens(db(), me.user.uid)}
    token = owned.get(request.form.get("token", ""))
    if token is None:
        raise errors.NotFound()
    tokens.revoke_token(db(), by=me.actor, token=token)
    return redirect(url_for("accounts.account"), 303)
