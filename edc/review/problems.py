"""What verification, signing and locking may be refused for, in words."""

from __future__ import annotations

from edc.errors import Problem


class NothingToVerify(Problem):
    """A verification that names nothing, or only what cannot be verified."""

    code, status = "nothing-to-verify", 409
    what = "Nothing was verified."
    why = "{reason}"
    next = "Open the form again and verify what is on the screen."


class NotReadyToSign(Problem):
    """Signing before the forms are complete, read and free of questions: NotReadyToSign(blockers="...")."""

    code, status = "not-ready-to-sign", 409
    what = "Nothing was signed."
    why = "These forms are not ready: {blockers}."
    next = "Complete and open each of them, settle its queries, then sign."


class ContentMoved(Problem):
    """The values changed between the sign page and the signature."""

    code, status = "content-moved", 409
    what = "Nothing was signed: the values changed while you were signing."
    why = "The content is no longer what the page showed."
    next = "Read the changed forms, then sign again."


class NotReadyToLock(Problem):
    """Locking with open blockers and no waiver: NotReadyToLock(blockers="2 open queries, 1 unsigned form")."""

    code, status = "not-ready-to-lock", 409
    what = "Not locked: {code} has {blockers}."
    why = "A lock needs every blocker settled, or a waiver with a reason for its kind."
    next = "Open the list of blockers, settle them, or state a waiver."


class AlreadySo(Problem):
    """A freeze, lock or unlock that would change nothing: AlreadySo(state="locked")."""

    code, status = "already-so", 409
    what = "Nothing was changed: it is {state} already."
    why = "Somebody else may have done it meanwhile."
    next = "Open the page again."
