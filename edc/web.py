"""What every view uses: declared rights, the signed-in user, the session of the request, attributed changes.

    @blueprint.get("/queries")
    @needs(Permission.QUERY_READ)
    def queries() -> str:
        return render_template("queries/list.html", rows=list_queries(db()))

    with change_for_request("query:answer", reason):
        answer_query(db(), ...)

A route without `needs`, `needs_any`, `signed_in` or `public` stops the start of the application. Under /api only bearer
tokens count, elsewhere only the session cookie. A blueprint module may offer `NAV`, a list of `NavEntry`, and may call
`keep_draft(state.app, keeper)` in a `blueprint.record_once` callback to keep the body of a POST that came too late.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, has_request_context, request
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker
from werkzeug.exceptions import HTTPException

import audit.capture
from audit.capture import Actor, Change, Installation, new_uid
from edc import errors
from edc.clock import Clock
from edc.db import Session, make_session_factory
from edc.identity import Ended, SignedIn
from edc.keys import Keyring
from edc.permissions import NEEDS_TRAINING, Permission, Role, is_hidden_from

ANONYMOUS = Actor(user_uid=None, user_name="anonymous", role="none")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = TypeVar("Handler", bound=Callable[..., Any])


# --- what a view declares -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """The declared access of a view: public, any signed-in user, or all (or any) of some permissions."""

    kind: str
    permissions: tuple[Permission, ...] = ()
    while_locked: bool = False

    def missing(self, me: SignedIn) -> Permission | None:
        """Return the permission the user lacks for this view, or None."""
        lacking = [permission for permission in self.permissions if not me.may(permission)]
        if self.kind == "any" and len(lacking) < len(self.permissions):
            return None
        return lacking[0] if lacking else None


def _declare(access: Access) -> Callable[[Handler], Handler]:
    def mark(view: Handler) -> Handler:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def needs(*permissions: Permission) -> Callable[[Handler], Handler]:
    """Declare that a view needs every one of the permissions."""
    return _declare(Access("all", permissions))


def needs_any(*permissions: Permission) -> Callable[[Handler], Handler]:
    """Declare that one of the permissions is enough; the view narrows what it shows by `current().may(...)`."""
    return _declare(Access("any", permissions))


def public(view: Handler) -> Handler:
    """Declare a view for everybody, signed in or not."""
    return _declare(Access("public"))(view)


def signed_in(view: Handler) -> Handler:
    """Declare a view for every signed-in user."""
    return _declare(Access("signed in"))(view)


def signed_in_or_locked(view: Handler) -> Handler:
    """Declare a view that also works while the screen is locked."""
    return _declare(Access("signed in", while_locked=True))(view)


def access_of(app: Flask, endpoint: str, method: str) -> Access | None:
    """Return what the view of an endpoint declares, also for a method of a class-based view."""
    view = app.view_functions[endpoint]
    handler = getattr(getattr(view, "view_class", None), ("GET" if method == "HEAD" else method).lower(), view)
    access: Access | None = getattr(handler, "access", None) or getattr(view, "access", None)
    return access


def undeclared_routes(app: Flask) -> list[str]:
    """Return each route and method that states no access; the start refuses any."""
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if access_of(app, rule.endpoint, method) is None
    )


# --- the shell: what an application holds besides Flask's own settings ----------------------------------------------


@dataclass(frozen=True)
class NavEntry:
    """One menu entry of the roles named; it is absent where the endpoint does not exist or the right is missing."""

    label: str
    endpoint: str
    roles: frozenset[Role]
    order: int = 100
    count: Callable[[Session], int] | None = None


@dataclass(frozen=True)
class ExpiredPost:
    """A form that arrived after its session timed out, or that met a fault of ours."""

    signed_in: SignedIn
    endpoint: str
    path: str
    view_args: dict[str, Any]
    form: list[tuple[str, str]]


class Identify(Protocol):
    """Find who acts; given by the accounts room."""

    def __call__(self, session: Session, request: Request, *, by_token: bool) -> SignedIn | Ended | None: ...


@dataclass(frozen=True)
class SiteFacts:
    """A site as menus, forms of the administration and clocks need it."""

    uid: str
    code: str
    name: str
    time_zone: str


DraftKeeper = Callable[[Session, ExpiredPost], bool]


@dataclass
class Shell:
    """The parts of one application that views reach through this module."""

    engine: Engine
    clock: Clock
    keys: Keyring
    study: str
    https: bool
    band: str
    build: str
    identify: Identify
    rules: Any
    list_sites: Callable[[Session], list[SiteFacts]]
    installation: Installation
    cipher: object
    nav: list[NavEntry] = field(default_factory=list)
    draft_keepers: list[DraftKeeper] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.readers = make_session_factory(self.engine)
        self.writers = self.readers
        if self.engine.dialect.name == "sqlite":
            self.writers = make_session_factory(self.engine.execution_options(sqlite_begin="IMMEDIATE"))

    def session(self, *, writes: bool) -> Session:
        """Return a new session that carries the clock; on SQLite one that writes takes the write lock first."""
        factory: sessionmaker[Session] = self.writers if writes else self.readers
        # After a commit the rest of a request tells what it stored; whoever holds a participant reads anew by himself.
        return factory(
            expire_on_commit=False,
            info={"clock": self.clock, "installation": self.installation, "cipher": self.cipher},
        )

    def cookie_name(self, name: str) -> str:
        """Return the name of a cookie; over HTTPS the prefix makes browsers refuse one set by another host."""
        return f"__Host-{name}" if self.https else name


def shell(app: Flask | None = None) -> Shell:
    """Return the shell of this application."""
    return cast(Shell, (app or current_app).extensions["casebook"])


def keep_draft(app: Flask, keeper: DraftKeeper) -> None:
    """Register who keeps the body of a form that could not be stored; the keeper returns True when it did."""
    shell(app).draft_keepers.append(keeper)


# --- the request ----------------------------------------------------------------------------------------------------


def is_api() -> bool:
    """Return True for requests that are answered in JSON and identified by a bearer token."""
    return request.path.startswith("/api/")


def wants_json() -> bool:
    """Return True when the answer, also a refusal, should be JSON."""
    accepts = request.accept_mimetypes
    return is_api() or accepts["application/json"] > accepts["text/html"]


def request_id() -> str:
    """Return the token that makes a repeated request harmless: the client's, else a new one."""
    if "request_id" not in g:
        sent = request.headers.get("Idempotency-Key") or _token_in_form()
        g.request_id = sent if 8 <= len(sent) <= 64 and sent.isascii() and sent.isprintable() else new_uid()
    return cast(str, g.request_id)


def _token_in_form() -> str:
    try:
        return request.form.get("request_token", "")
    except HTTPException:
        # The body is too large or cannot be read, which is being answered at this moment.
        return ""


def safe_return(address: str | None) -> str | None:
    """Return the address as a path of our own that a GET answers, or None."""
    path = urlsplit(address or "")
    if path.netloc not in ("", request.host) or not path.path.startswith("/") or path.path.startswith("//"):
        return None
    try:
        current_app.url_map.bind("").match(path.path, "GET")
    except HTTPException:
        return None
    return f"{path.path}?{path.query}" if path.query else path.path


def db() -> Session:
    """Return the one session of this request, or of the page of its refusal, with the user's scope."""
    if "db" not in g:
        g.db = shell().session(writes=request.method not in SAFE_METHODS)
        if me := find_current():
            g.db.info["scope"] = me.scope
    return cast(Session, g.db)


def read_only() -> None:
    """Give the write lock back: what this request still reads does not wait for the session that writes for it.

    For a request that works long in a session of its own, above all one that answers while it works.
    """
    scope = db().info["scope"]
    close_db()
    g.db = shell().session(writes=False)
    g.db.info["scope"] = scope


def close_db(_error: BaseException | None = None) -> None:
    """Roll back whatever was not committed, at the end of the request."""
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()


def sites() -> dict[str, SiteFacts]:
    """Return every site of the study by uid, read once per request."""
    if "sites" not in g:
        g.sites = {site.uid: site for site in shell().list_sites(db())}
    return cast(dict[str, SiteFacts], g.sites)


def site_zone() -> str:
    """Return the time zone in which this user reads: that of the site within the scope, or of the first one."""
    me = find_current()
    if me is None:
        return "UTC"
    zones = [site.time_zone for site in sites().values() if me.scope.reaches(site.uid)]
    return zones[0] if zones else "UTC"


def find_current() -> SignedIn | None:
    """Return the signed-in user, or None."""
    return cast("SignedIn | None", g.get("me")) if has_request_context() else None


def current() -> SignedIn:
    """Return the signed-in user; raises `NotSignedIn` on a public page without one."""
    me = find_current()
    if me is None:
        raise errors.NotSignedIn()
    return me


def change_for_request(
    act: str, reason: str | None = None, *, site: str | None = None, subject: str | None = None
) -> AbstractContextManager[Change]:
    """Open the change of this request: attributed to the signed-in user, committed at the end of the block.

    The first change of a request carries its token, so the same form sent twice is stored once.
    """
    g.changes = g.get("changes", 0) + 1
    token = request_id() if g.changes == 1 else f"{request_id()}.{g.changes}"
    return audit.capture.change(
        db(), by=current().actor, act=act, reason=reason, request_id=token, site=site, subject=subject
    )


def require(permission: Permission) -> None:
    """Refuse unless the signed-in user holds the permission; for a view whose right depends on the request."""
    me = current()
    if not me.may(permission):
        refuse(me, permission)


def refuse(me: SignedIn, permission: Permission) -> NoReturn:
    """Raise the refusal that the role may see: absent, untrained, unconfirmed or not allowed."""
    if not me.holds(permission):
        if is_hidden_from(me.role, permission):
            raise errors.NotFound()
        raise errors.RightMissing(permission=permission, role=me.role.label)
    if permission in NEEDS_TRAINING and not me.trained:
        raise errors.TrainingMissing(permission=permission)
    raise errors.IdentityUnconfirmed(permission=permission)


#: The page each role sees first (ux 2.3); the others follow in their order.
FIRST_SIGHT = {
    Role.DATA_MANAGER: "Overview",
    Role.SPONSOR: "Releases",
    Role.ADMINISTRATOR: "Users",
    Role.INSPECTOR: "Route",
}


def nav_entries() -> Iterator[dict[str, Any]]:
    """Yield the menu of the acting role: label, endpoint and count of each entry it may use."""
    me = find_current()
    if me is None or (me.session_row and me.session_row.locked_at):
        return
    first = FIRST_SIGHT.get(me.role, "My day")
    for entry in sorted(shell().nav, key=lambda entry: (entry.label != first, entry.order)):
        if me.role in entry.roles and _reachable(entry.endpoint, me):
            yield {
                "label": entry.label,
                "endpoint": entry.endpoint,
                "count": entry.count(db()) if entry.count else None,
            }


def _reachable(endpoint: str, me: SignedIn) -> bool:
    if endpoint not in current_app.view_functions:
        return False
    access = access_of(current_app, endpoint, "GET")
    return access is not None and access.missing(me) is None
