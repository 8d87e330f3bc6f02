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
    def details(self) -> dict[str, Any]:
        """Return what a program needs besides the sentences: further members of its answer."""
        return {}

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


class IdentityUnconfirmed(Problem):
    """The account was opened or reset by one person only: IdentityUnconfirmed(permission=...)."""

    code, status = "identity-unconfirmed", 403
    what = "You need {permission}, and this account is not confirmed yet."
    why = "After a password link, a second person confirms whose account it is before it may sign, verify or lock."
    next = "Ask an investigator or data manager to confirm you under Users."


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


class FormKept(Problem):
    """The page belongs to an earlier session of the same user; the answers were kept as a draft."""

    code, status = "form-kept", 400
    what = "Nothing was saved yet. Your answers are kept as a draft."
    why = "This page was opened in an earlier session of yours."
    next = "Open the page again: your answers are there. Save them once more."


class CrossSite(Problem):
    """An unsafe request that another web site started."""

    code, status = "cross-site", 403
    what = "Nothing was changed."
    why = "The request came from another web site."
    next = "Open Casebook and start from there."


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
    """A fault of ours: Unexpected(reference=..., kept="Your answers are kept as a draft. " or "")."""

    code, status = "unexpected", 500
    what = "Something went wrong on our side."
    why = "The fault is in the log under the reference {reference}."
    next = "{kept}Try again; if it happens again, tell your administrator the reference."


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


class WrongPair(Problem):
    """Name or password is wrong, whichever: WrongPair(tries="2 tries")."""

    code, status = "wrong-pair", 401
    what = "User name or password is not right."
    why = "{tries} left before the account is locked for a while."
    next = "Type both again, or ask your administrator for a new password."


class AccountLocked(Problem):
    """Too many failures, for a name that exists or not: AccountLocked(when="14:05 UTC", until="14:20 UTC")."""

    code, status = "account-locked", 401
    what = "This account is locked since {when}."
    why = "The password was wrong several times. Your administrator has been told."
    next = "Try again after {until}, or ask your administrator."


class RoleMissing(Problem):
    """The pair was right, but nothing is granted."""

    code, status = "role-missing", 403
    what = "You are not signed in: no role is assigned to you."
    why = "Your account exists, but it has no role in this study at present."
    next = "Ask your administrator to assign your role."


class SignatureRefused(Problem):
    """The password of a signature or act is wrong: SignatureRefused(tries="2 tries")."""

    code, status = "signature-refused", 422
    what = "Nothing was signed or changed. The password is not right."
    why = "{tries} left before the account is locked for a while."
    next = "Type your password again."


class UserNameNeeded(Problem):
    """The first signature of a continuous period asks for both parts."""

    code, status = "user-name-needed", 422
    what = "Nothing was signed or changed. Your user name is needed as well."
    why = "This is your first signature since you signed in, paused, or switched role."
    next = "Type your user name and your password."


class ForeignName(Problem):
    """Somebody else's name was given."""

    code, status = "foreign-name", 422
    what = "Nothing was signed or changed. This is not your user name."
    why = "Only the person who is signed in may sign here. The attempt is logged."
    next = "Type your own user name, or sign out and let the other person sign in."


class PasswordWeak(Problem):
    """A new password breaks a rule: PasswordWeak(reason="...")."""

    code, status = "password-weak", 422
    what = "The password was not changed."
    why = "{reason}"
    next = "Choose another one. Four or five words that do not belong together are good."


class LinkSpent(Problem):
    """A password link was used, is too old, or never was."""

    code, status = "link-spent", 400
    what = "This link cannot be used."
    why = "It was used already, is older than 72 hours, or is not complete."
    next = "Ask your administrator for a new one."


class UserNameRefused(Problem):
    """A user name breaks the rule or is taken: UserNameRefused(reason="...")."""

    code, status = "user-name-refused", 422
    what = "The account was not created."
    why = "{reason}"
    next = "Choose another user name."


class RolesExclude(Problem):
    """Two roles that one person may not hold: RolesExclude(one="coordinator", other="monitor")."""

    code, status = "roles-exclude", 422
    what = "The role was not granted."
    why = "One person may not be {one} and {other} in the same study."
    next = "End the other role first, or choose another person."


class SecondPersonNeeded(Problem):
    """An act on oneself, or on one's own earlier act."""

    code, status = "second-person-needed", 422
    what = "Nothing was changed."
    why = "Nobody may do this for their own account, or confirm what they started."
    next = "Ask another person who holds the right."


class PasswordNeeded(Problem):
    """A grave act more than a few minutes after the last proof of identity."""

    code, status = "password-needed", 422
    what = "Nothing was changed. Your password is needed."
    why = "This act asks for your password again when some minutes have passed since you last gave it."
    next = "Type your password in the form and send it again."
