"""Problems as answers: a page with the frame for people, application/problem+json for programs."""

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from audit.capture import ReasonMissing, RepeatedRequest, change, new_uid
from edc import errors
from edc.identity import SignedIn
from edc.logs import log_fault
from edc.web import (
    ANONYMOUS,
    SAFE_METHODS,
    ExpiredPost,
    access_of,
    close_db,
    find_current,
    request_id,
    safe_return,
    shell,
    wants_json,
)

_BY_STATUS: dict[int, type[errors.Problem]] = {
    401: errors.NotSignedIn,
    404: errors.NotFound,
    405: errors.MethodRefused,
    413: errors.TooLarge,
}


def install(app: Flask) -> None:
    """Answer every refusal and fault in the words of the catalogue."""
    app.register_error_handler(errors.Problem, answer_problem)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(RepeatedRequest, _answer_repeated)
    app.register_error_handler(ReasonMissing, lambda _error: answer_problem(errors.ReasonMissing()))
    app.register_error_handler(OperationalError, _answer_unavailable)
    app.register_error_handler(SecurityError, _answer_foreign_host)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_fault)


def answer_problem(problem: errors.Problem) -> BaseResponse:
    """Render a problem, and write the access row of a refusal."""
    close_db()
    if problem.status in (401, 403, 404):
        note_refusal(problem.status)
    response: Response = make_response(_as_json(problem) if wants_json() else _as_page(problem), problem.status)
    if wants_json():
        response.mimetype = "application/problem+json"
    if problem.status == 401 and wants_json():
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(problem, errors.TooMany):
        response.headers["Retry-After"] = str(problem.facts["seconds"])
    return response


def _as_page(problem: errors.Problem) -> str:
    what, why, then = problem.sentences
    return render_template(
        "errors/problem.html", what=what, why=why, next=then, reference=request_id(), url=url_for("home"), link="Start"
    )


def _as_json(problem: errors.Problem) -> Response:
    what, why, then = problem.sentences
    return jsonify(
        type="about:blank",
        title=what,
        status=problem.status,
        detail=f"{why} {then}",
        code=problem.code,
        reference=request_id(),
        **problem.details,
    )


def note_refusal(status: int) -> None:
    """Write who was refused what: route, user and the names asked for, never a value."""
    access = request.endpoint and access_of(current_app, request.endpoint, request.method)
    if not access or not access.permissions:
        return
    close_db()
    me = find_current()
    names = " ".join(f"{key}={value}" for key, value in sorted((request.view_args or {}).items()))
    asked = "".join(c if c.isprintable() else "?" for c in f"{request.method} {request.endpoint} {names}".strip())
    with (
        shell().session(writes=True) as session,
        change(session, by=me.actor if me else ANONYMOUS, act="access:refused") as made,
    ):
        made.note("access", new_uid(), str(status), None, asked)


def keep_body() -> bool:
    """Hand the body of the present form to whoever keeps drafts; True when it was kept."""
    me = find_current()
    if me is None or request.method in SAFE_METHODS or not is_same_origin():
        return False
    return keep_for(me)


def keep_for(owner: SignedIn) -> bool:
    """Offer the present form to each keeper, in a session with its owner's scope; True when one kept it."""
    close_db()
    post = _posted(owner)
    for keeper in shell().draft_keepers:
        with shell().session(writes=True) as session:
            session.info["scope"] = owner.scope
            if keeper(session, post):
                return True
    return False


def _posted(owner: SignedIn) -> ExpiredPost:
    form = [
        (name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "request_token")
    ]
    return ExpiredPost(owner, request.endpoint or "", request.path, dict(request.view_args or {}), form)


def is_same_origin() -> bool:
    """Return True when the browser itself says that our own page sent the form."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def _answer_csrf(_error: CSRFError) -> BaseResponse:
    return answer_problem(errors.FormKept() if keep_body() else errors.FormExpired())


def _answer_repeated(repeated: RepeatedRequest) -> BaseResponse:
    if wants_json():
        return jsonify(change=repeated.change_uid, repeated=True)
    flash("This was saved already; it was not saved twice.")
    return redirect(safe_return(request.referrer) or url_for("home"), 303)


def _answer_unavailable(fault: OperationalError) -> BaseResponse:
    log_fault(fault, request_id(), endpoint=request.endpoint or "")
    return answer_problem(errors.Unavailable())


def _answer_foreign_host(_error: SecurityError) -> BaseResponse:
    """Answer in plain text: without a trusted host no address of ours can be written into a page."""
    return Response("This is not an address of this installation.\n", 400, mimetype="text/plain")


def _answer_http(error: HTTPException) -> BaseResponse:
    if error.code in (301, 302, 303, 307, 308):
        return error.get_response()
    known = _BY_STATUS.get(error.code or 500)
    if known:
        answer = answer_problem(known())
        if isinstance(error, MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer
    return answer_problem(
        errors.Refused(reason="The request could not be read.", remedy="Open the page again and send it once more.")
    )


def _answer_fault(fault: Exception) -> BaseResponse:
    log_fault(fault, request_id(), endpoint=request.endpoint or "", method=request.method)
    kept = keep_body()
    return answer_problem(
        errors.Unexpected(reference=request_id(), kept="Your answers are kept as a draft. " if kept else "")
    )
