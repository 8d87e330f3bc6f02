"""What a posted dose grid says: clock times get their dates, one answer stands for many, before the form is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from forms import evaluation
from forms.dose_grids import DoseGrid
from forms.items import Answer
from forms.patch import path_of
from forms.reading import Unreadable, read
from forms.views import Record, Row

DAY = dt.timedelta(days=1)
MILLION = 1_000_000
CLOCK = re.compile(r"\s*(\d{1,2})[:.h]?(\d{2})\s*")
MILLIONS = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*(?:M\w*)?", re.IGNORECASE)
STATED, FULL = "stated for all", "full"
DATE, REST = "date", "rest"


def clock_of(text: str) -> dt.time | None:
    """The clock time of `0805`, `8:05` or `08:05`, None for anything else."""
    match = CLOCK.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return dt.time(int(match[1]), int(match[2]))


def nearest(clock: dt.time, near: dt.datetime) -> dt.datetime:
    """The moment with a clock time that lies nearest to another moment, also past midnight."""
    days = (near.date() + DAY * offset for offset in (-1, 0, 1))
    return min((dt.datetime.combine(day, clock) for day in days), key=lambda moment: abs(moment - near))


def shown_start(stored: str | None, plan: str | None) -> tuple[str, str]:
    """A stored start as its two fields show it: the clock time, and the date where it is not the nearest to plan."""
    if not stored:
        return "", ""
    if "T" not in stored:
        return "", stored
    moment = dt.datetime.fromisoformat(stored)
    is_nearest = plan is not None and "T" in plan and nearest(moment.time(), dt.datetime.fromisoformat(plan)) == moment
    return f"{moment:%H:%M}", "" if is_nearest else f"{moment:%Y-%m-%d}"


@dataclass
class GridPost:
    """A posted grid while it is made into a plain form; `typed` keeps the texts that were replaced, by path."""

    grid: DoseGrid
    sent: Mapping[str, list[str]]
    record: Record
    full_dose: int | None
    today: dt.date
    form: MultiDict[str, str] = field(default_factory=MultiDict)
    typed: dict[str, str] = field(default_factory=dict)

    def path(self, name: str, slot: int, part: str = "") -> str:
        """The name of a field of a slot, or of its companion."""
        path = path_of(name, self.grid.group.oid, slot)
        return f"{path}.{part}" if part else path

    def text(self, path: str) -> str:
        """The text of a field as sent, empty when nothing was."""
        return next((text.strip() for text in self.sent.get(path, ()) if text.strip()), "")

    def given(self, path: str) -> str:
        """The text of a field in the form as it stands now."""
        return next((text for text in self.form.getlist(path) if text.strip()), "")

    def put(self, path: str, text: str, origin: str = "") -> None:
        """Replace a field, and say where its answer came from."""
        self.form.setlist(path, [text])
        if origin:
            self.form.setlist(f"{path}.origin", [origin])

    def moment(self, name: str, slot: int) -> dt.datetime | None:
        """The minute that a field of a slot names in the form as it stands now."""
        try:
            value = read(self.grid.item(name), self.given(self.path(name, slot)), today=self.today)
        except Unreadable:
            return None
        return moment_of(str(value) if value else None)

    def row(self, slot: int) -> Row:
        """The slot as stored, or an empty one."""
        return self.grid.rows(self.record).get(slot) or Row("", slot, self.grid.group)


def plain_form(
    grid: DoseGrid, sent: Mapping[str, list[str]], record: Record, full_dose: int | None, today: dt.date
) -> GridPost:
    """The posted grid as a plain form of its CRF, which `read_form` understands."""
    post = GridPost(grid, sent, record, full_dose, today, MultiDict((n, t) for n in sent for t in sent[n]))
    plans = plans_of(grid, record, post.text(grid.first_plan), today)
    before: dt.datetime | None = None
    for slot in grid.slots:
        near = post.moment(grid.plan, slot) or moment_of(plans.get(slot))
        if near is None and before is not None:
            near = before + dt.timedelta(minutes=grid.interval_minutes)
        _date_start(post, slot, near, plans.get(slot))
        before = post.moment(grid.start, slot) or before
        _date_end(post, slot)
        _forget_plan(post, slot)
        _read_millions(post, slot)
    _stop_later(post)
    for slot in grid.slots:
        _state_full_dose(post, slot)
        _state_rest(post, slot)
    return post


def plans_of(grid: DoseGrid, record: Record, first: str, today: dt.date) -> dict[int, str]:
    """The planned time of each slot: from the first one as typed, with what stands in the record over it."""
    try:
        value = read(grid.crf.items[grid.first_plan], first, today=today)
    except Unreadable:
        value = None
    stored = record.value(grid.first_plan)
    plans = grid.plan_times(str(value) if value else stored)
    own = {n: r.value(grid.plan) for n, r in grid.rows(record).items() if r.answer(grid.plan).origin != "derived"}
    return plans | {slot: plan for slot, plan in own.items() if plan}


def moment_of(text: str | None) -> dt.datetime | None:
    """The minute of a stored date with its clock time, None without a time."""
    return dt.datetime.fromisoformat(text) if text and "T" in text else None


def _date_start(post: GridPost, slot: int, near: dt.datetime | None, plan: str | None) -> None:
    """Join the clock time of a start with its date: as given, as stored, or nearest to the plan."""
    path = post.path(post.grid.start, slot)
    clock_text, date_text = post.text(path), post.text(f"{path}.{DATE}")
    post.typed[path] = clock_text
    if not clock_text and not date_text:
        return
    if not post.text(post.path(post.grid.status, slot)):
        post.put(post.path(post.grid.status, slot), post.grid.given)
    stored = post.row(slot).value(post.grid.start)
    clock = clock_of(clock_text)
    if stored and (clock and f"{clock:%H:%M}", date_text) == shown_start(stored, plan):
        post.put(path, stored)
    elif date_text or clock is None:
        post.put(path, f"{date_text} {clock_text}".strip())
    elif near is not None:
        post.put(path, f"{nearest(clock, near):%Y-%m-%dT%H:%M}")


def _date_end(post: GridPost, slot: int) -> None:
    """A clock time of an end gets the date that follows its start."""
    path = post.path(post.grid.end, slot)
    post.typed[path] = post.text(path)
    clock, start = clock_of(post.typed[path]), post.moment(post.grid.start, slot)
    if clock and start:
        same_day = dt.datetime.combine(start.date(), clock)
        post.put(path, f"{same_day if same_day >= start else same_day + DAY:%Y-%m-%dT%H:%M}")


def _forget_plan(post: GridPost, slot: int) -> None:
    """An empty field of a plan that is calculated is not a wish to clear it."""
    path = post.path(post.grid.plan, slot)
    stored = post.row(slot).answer(post.grid.plan)
    if not post.text(path) and (not stored.is_given or stored.origin == "derived"):
        post.form.poplist(path)


def _read_millions(post: GridPost, slot: int) -> None:
    """A dose typed in millions becomes the whole number of the record."""
    path = post.path(post.grid.dose, slot)
    post.typed[path] = post.text(path)
    match = MILLIONS.fullmatch(post.typed[path])
    if match and post.grid.in_millions:
        post.put(path, str(int(Decimal(match[1].replace(",", ".")) * MILLION)))


def _stop_later(post: GridPost) -> None:
    """After the slot that is newly said not to be reached, the open ones are not reached either."""
    grid, has_ended = post.grid, False
    for slot in grid.slots:
        path, row = post.path(grid.status, slot), post.row(slot)
        if post.given(path) == grid.not_reached and row.value(grid.status) is None:
            has_ended = True
        is_open = not post.given(path) and not row.answer(grid.status).is_given
        if has_ended and is_open and not post.text(f"{path}.missing"):
            post.put(path, grid.not_reached, STATED)


def _state_full_dose(post: GridPost, slot: int) -> None:
    """'Every given dose was the full dose' fills what the given doses do not say themselves."""
    grid = post.grid
    is_given = post.given(post.path(grid.status, slot)) == grid.given
    if not is_given or post.full_dose is None or post.text(FULL) != "Y":
        return
    for name, text in ((grid.dose, str(post.full_dose)), *grid.if_full):
        if _is_open(post, name, slot):
            post.put(post.path(name, slot), text, STATED)


def _state_rest(post: GridPost, slot: int) -> None:
    """One reason stands for all values before the dose that have neither value nor reason."""
    reason = post.text(post.path(REST, slot, "missing"))
    if not reason:
        return
    grid, stored = post.grid, post.row(slot)
    status = post.given(post.path(grid.status, slot))
    seen = Row("", slot, grid.group, {**stored.answers, grid.status: Answer(status or None), grid.number: Answer(slot)})
    for name in grid.before:
        if evaluation.is_visible(grid.item(name), seen, post.record) and _is_open(post, name, slot):
            post.put(post.path(name, slot, "missing"), reason)


def _is_open(post: GridPost, name: str, slot: int) -> bool:
    path = post.path(name, slot)
    is_sent = bool(post.given(path) or post.text(f"{path}.missing"))
    return not is_sent and not post.row(slot).answer(name).is_given
