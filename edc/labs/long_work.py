"""Work that may take longer than a person waits: an answer at once when it is short, else a page that grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, stream_template
from werkzeug.wrappers import Response

from edc.errors import Problem, Unexpected
from edc.logs import log_fault
from edc.web import request_id

#: Seconds after which a page says how far the work is, and between two such lines.
PATIENCE, PAUSE = "PROGRESS_AFTER_SECONDS", 2.0


@dataclass
class Ending:
    """What a page says once the work is done: a template with its values, and the status while that can be told.

    With an address a short work goes there and says `sentence`; with a page of its own that is sent instead.
    """

    template: str
    values: dict[str, Any]
    status: int = 200
    address: str = ""
    sentence: str = ""
    page: Callable[[], str] | None = None


def answer(heading: str, steps: Iterator[str], finish: Callable[[Problem | None], Ending]) -> Response:
    """Work through the steps; each is a line of progress. `finish` is given what stopped the work, or None."""
    patience = current_app.config.get(PATIENCE, PAUSE)
    limit = time.monotonic() + patience
    try:
        for line in steps:
            if time.monotonic() >= limit:
                return _grow(heading, line, steps, finish)
        ended = finish(None)
    except Problem as problem:
        ended = finish(problem)
    if ended.address:
        flash(ended.sentence)
        return redirect(ended.address, 303)
    if ended.page:
        return current_app.make_response((ended.page(), ended.status))
    page = render_template("labs/work.html", heading=heading, lines=(), finish=lambda: ended)
    return current_app.make_response((page, ended.status))


def _grow(heading: str, first: str, steps: Iterator[str], finish: Callable[[Problem | None], Ending]) -> Response:
    """A page that is sent while the work goes on; its status was sent before the outcome is known."""
    stopped: list[Problem] = []

    def lines() -> Iterator[str]:
        yield first
        shown = time.monotonic()
        try:
            for line in steps:
                if time.monotonic() - shown >= min(PAUSE, current_app.config.get(PATIENCE, PAUSE)):
                    shown = time.monotonic()
                    yield line
        except Problem as problem:
            stopped.append(problem)
        except Exception as fault:
            log_fault(fault, request_id(), endpoint=request.endpoint or "")
            stopped.append(Unexpected(reference=request_id(), kept=""))

    def last() -> Ending:
        return finish(stopped[0] if stopped else None)

    page = stream_template("labs/work.html", heading=heading, lines=lines(), finish=last)
    return current_app.make_response((page, {"X-Accel-Buffering": "no"}))
