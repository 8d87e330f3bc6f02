"""The errors that are planted in the made-up study: the checks must find each of them, and nothing else.

Each line says which check finds it, on which form of which participant, at which item, and what was done. `follows`
marks a second finding of the same mistake, `settled` a question that the story itself answers later on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from edc.demo.entry import MISSING, Correction, Page, Rows, Step
from edc.demo.story import Story
from forms.study import IL2_INTERVAL

Edit = Callable[[Page], Page]
Which = Callable[[Rows], int]


@dataclass(frozen=True)
class Planted:
    """One planted error: where its query stands, and the edit of what was typed.

    `page` names the form in the story; `later` adds a page after the named one, for a day counted from that page's
    date, and the query stands on it. `added` is entered when everything else is; the query stands on `page`. `also`
    edits further pages, so that the error shows.
    """

    check: str
    code: str
    page: str
    item: str
    how: str
    edit: Edit | None = None
    later: Callable[[dt.date], Page] | None = None
    added: Callable[[Story], Page | Correction] | None = None
    also: tuple[tuple[str, Edit], ...] = ()
    row: tuple[str, Which] | None = None
    follows: bool = False
    settled: bool = False


# --- how something is typed wrong -----------------------------------------------------------------------------------


def typing(**typed: str | None) -> Edit:
    """Type something else; None leaves the item out."""
    return lambda page: replace(page, typed=_merged(page.typed, typed))


def missing(item: str, reason: str = "UNKNOWN") -> Edit:
    """Give a missing reason in place of a value."""
    return typing(**{item: None, item + MISSING: reason})


def in_row(group: str, which: Which, **typed: str | None) -> Edit:
    """Type something else in one row."""
    return lambda page: _with_row(page, group, which, lambda row: _merged(row, typed))


def row_missing(group: str, which: Which, item: str) -> Edit:
    """Give a missing reason in one row."""
    return in_row(group, which, **{item: None, item + MISSING: "UNKNOWN"})


def only_status(group: str, which: Which, status: str) -> Edit:
    """Leave nothing in a row of a grid but another status."""

    def emptied(row: Mapping[str, str]) -> dict[str, str]:
        return {"number": row["number"], "status": status}

    return lambda page: _with_row(page, group, which, emptied)


def moved(group: str | None, which: Which | None, items: Sequence[str], **by: int) -> Edit:
    """Move dates (and times) of a form, or of one of its rows."""

    def shift(typed: Mapping[str, str]) -> dict[str, str]:
        return {name: _shifted(text, dt.timedelta(**by)) if name in items else text for name, text in typed.items()}

    if group is None or which is None:
        return lambda page: replace(page, typed=shift(page.typed))
    return lambda page: _with_row(page, group, which, shift)


def both(*edits: Edit) -> Edit:
    """Do one edit after the other."""

    def done(page: Page) -> Page:
        for edit in edits:
            page = edit(page)
        return page

    return done


def replanned(slot: int, **by: int) -> Edit:
    """Plan a slot of the dose grid at another time than 8 hours after the one before."""

    def planned(page: Page) -> Page:
        hours = IL2_INTERVAL.value * (slot - 1)
        moment = dt.datetime.fromisoformat(page.typed["planned_start"]) + dt.timedelta(hours=hours) + dt.timedelta(**by)
        return in_row("SLOT", nth(slot), planned_dt=moment.strftime("%Y-%m-%d %H:%M"))(page)

    return planned


def _merged(typed: Mapping[str, str], other: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in {**typed, **other}.items() if text is not None}


def _with_row(page: Page, group: str, which: Which, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> Page:
    rows = list(page.rows[group])
    place = which(page.rows) - 1
    rows[place] = change(rows[place])
    return replace(page, rows={**page.rows, group: rows})


def _shifted(text: str, by: dt.timedelta) -> str:
    moment = dt.datetime.fromisoformat(text) + by
    return moment.strftime("%Y-%m-%d %H:%M") if ":" in text else moment.date().isoformat()


# --- which row ------------------------------------------------------------------------------------------------------


def nth(number: int) -> Which:
    """The row of a number."""
    return lambda _rows: number


def last_given(rows: Rows) -> int:
    """The last slot that was given."""
    return max(int(row["number"]) for row in rows["SLOT"] if row["status"] == "GIVEN")


def after_last_given(rows: Rows) -> int:
    """The slot after it."""
    return last_given(rows) + 1


def result_of(test: str) -> Which:
    """The result of a test."""
    return lambda rows: 1 + next(place for place, row in enumerate(rows["RESULT"]) if row["test"] == test)


# --- putting errors into stories ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """Where the checks must find a planted error: check, participant, form, row and item."""

    check: str
    code: str
    page: str
    row: tuple[str, int] | None
    item: str
    settled: bool = False


def plant(story: Story, errors: Sequence[Planted]) -> tuple[Story, list[Expected]]:
    """Return the story with the errors of its participant, and where each must be found."""
    expected = []
    for error in errors:
        if error.code == story.profile.code:
            story, place = _plant(story, error)
            expected.append(place)
    return story, expected


def _plant(story: Story, error: Planted) -> tuple[Story, Expected]:
    if error.added:
        story = replace(story, steps=[*story.steps, error.added(story)])
    page = _page_to_edit(story, error)
    edited = error.edit(page) if error.edit else page
    later = error.later(_date_of(page)) if error.later else None
    found_on = later or edited
    row = (error.row[0], error.row[1]((later or page).rows)) if error.row else None
    for name, edit in error.also:
        named = [each for each in pages_of(story) if each.name == name]
        other = next((each for each in named if edit(each).typed.keys() == each.typed.keys()), named[0])
        story = _with_page(story, other, [edit(other)])
    story = _with_page(story, page, [edited, *([later] if later else [])])
    return story, Expected(error.check, error.code, found_on.name, row, error.item, error.settled)


def pages_of(story: Story) -> list[Page]:
    """Every page of a story, the consent first."""
    return [story.consent, *(step for step in story.steps if isinstance(step, Page))]


def _page_to_edit(story: Story, error: Planted) -> Page:
    """The page of the name; where a form is filled in twice, the one that types the item or has the group."""
    named = [page for page in pages_of(story) if page.name == error.page]
    if not named:
        raise LookupError(f"{error.code} has no page {error.page} for {error.check}")
    group = error.row[0] if error.row else None
    return next((page for page in named if error.item in page.typed or group in page.rows), named[-1])


def _with_page(story: Story, page: Page, instead: Sequence[Page]) -> Story:
    if page is story.consent:
        return replace(story, consent=instead[0])
    steps: list[Step] = []
    for step in story.steps:
        steps += instead if step is page else [step]
    return replace(story, steps=steps)


def _date_of(page: Page) -> dt.date:
    return dt.date.fromisoformat(page.typed.get("visit_date") or page.typed["assess_date"])
