"""What the screens share on which a line of several items is filled in as one."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

REASON = ".reason"


def share_reason(form: MultiDict[str, str], prefix: str, names: Iterable[str]) -> None:
    """One reason stands for everything that changed in a stored line: it is given to each item of the line."""
    sent = (form.getlist(name) for name in form if name.startswith(prefix) and name.endswith(REASON))
    given = next((text for texts in sent for text in texts if text.strip()), "")
    for name in names if given else ():
        form.setlist(f"{prefix}{name}{REASON}", [given])
