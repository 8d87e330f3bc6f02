"""The catalogue of problems: each has a code, a status, what happened, why, and what to do next.

Raise one from any service: `raise SubjectLocked(who="P. Shah", when="3 May 2024")`. The three sentences are templates
over the keyword arguments. A room may add its own by subclassing `Problem`; codes are unique (checked at import).
`edc.web` turns a problem into a page or into application/problem+json.
"""

from typing import Any, ClassVar


class Problem(Exception):
    """Something refused, in words a person can act on."""

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400
    what: ClassVar[str] = ""
    why: ClassVar[str] = ""
    next: ClassVar[str] = ""
    catalogue: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls) -> None:
        known = Problem.catalogue.setdefault(cls.code, cls)
        if not cls.code or known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__name__}: the code {cls.code!r} is empty or taken by {known.__name__}")

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentences(self) -> tuple[str, str, str]:
        """Return what happened, why, and what to do next."""
        what, why, then = (text.format_map(self.facts) for text in (self.what, self.why, self.next))
        return what, why, then

    @property
    def sentence(self) -> str:
        """Return the three parts as one text."""
        return " ".join(part for part in self.sentences if part)


class NotSignedIn(Problem):
    """No session, no token, or one that ended."""

    code, status = "not-signed-in", 401
    what = "You are not signed in."
    why = "This address is for signed-in users only."
    next = "Sign in, or send a valid token."


class RightMissing(Problem):
    """The acting role lacks the permission: RightMissing(permission="record:verify", role="monitor")."""

    code, status = "right-missing", 403
    what = "You need {permission}."
    why = "Acting as {role} you do not have this right."
    next = "Switch to a role that has it, or ask someone who holds it."


class TrainingMissing(Problem):
    """The right is inactive until training is recorded: TrainingMissing(permission=...)."""

    code, status = "training-missing", 403
    what = "You need {permission}, and your training is not recorded."
    why = "Entering, signing and verifying start when training for the present version of the forms is recorded."
    next = "Ask your administrator to record your training."


class NotFound(Problem):
    """Absent or outside the scope, which must look the same."""

    code, status = "not-found", 404
    what = "There is nothing at this address that you can see."
    why = "It may not exist, or it may belong to another site."
    next = "Check the address, or start again from the list of participants."


class Refused(Problem):
    """A request that cannot be right as sent: Refused(reason="...", remedy="...")."""

    code, status = "refused", 400
    what = "Nothing was changed."
    why = "{reason}"
    next = "{remedy}"


class FormExpired(Problem):
    """The CSRF token is missing, old, or of another session."""

    code, status = "form-expired", 400
    what = "Nothing was saved."
    why = "This page was opened in an earlier session, or the request came from another site."
    next = "Open the page again and send it once more."


class CrossSite(Problem):
    """An unsafe request that another web site started."""

    code, status = "cross-site", 403
    what = "Nothing was changed."
    why = "The request came from another web site."
    next = "Open Casebook and start from there."


class StateForbids(Problem):
    """The right is there, the state forbids: StateForbids(state="locked", who="P. Shah", when=..., remedy=...)."""

    code, status = "state-forbids", 409
    what = "Nothing was changed: this is {state}."
    why = "{who} did that on {when}."
    next = "{remedy}"


class TooLarge(Problem):
    """A body above the limit."""

    code, status = "too-large", 413
    what = "Nothing was stored."
    why = "The request is larger than this system accepts."
    next = "Send a smaller file, or split it."


class TooMany(Problem):
    """A limit on the number of requests."""

    code, status = "too-many", 429
    what = "Nothing was changed."
    why = "There were more requests than this system accepts in a short time."
    next = "Wait {seconds} seconds and try again."


class MethodRefused(Problem):
    """A page that cannot be used in this way."""

    code, status = "method-refused", 405
    what = "This address does not take that kind of request."
    why = "A page is read, a form is sent; this was the other way round."
    next = "Go back and use the button on the page."


class Unexpected(Problem):
    """A fault of ours; the reference finds it in the log."""

    code, status = "unexpected", 500
    what = "Something went wrong on our side."
    why = "The fault is in the log under the reference {reference}."
    next = "Try again; if it happens again, tell your administrator the reference."


class Unavailable(Problem):
    """The database cannot be reached or is busy."""

    code, status = "unavailable", 503
    what = "Nothing was changed."
    why = "The database does not answer at the moment."
    next = "Wait a minute and try again."


class InsecureRequest(Problem):
    """Plain HTTP where HTTPS is required."""

    code, status = "insecure-request", 400
    what = "Nothing was read or changed."
    why = "This system answers over HTTPS only."
    next = "Use the https:// address."


class ReasonMissing(Problem):
    """An act that asks why came without a reason."""

    code, status = "reason-missing", 422
    what = "Nothing was changed."
    why = "This act is kept with its reason, and none was given."
    next = "Say why, and send it again."
