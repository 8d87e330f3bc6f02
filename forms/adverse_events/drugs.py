"""An adverse event and the study drugs: relation, action taken, doses before and after (AE-11 to AE-13)."""

from __future__ import annotations

from collections.abc import Sequence

from forms.codelists import LISTS
from forms.crf import Fail, check, fail
from forms.derive.dates import certainly_before
from forms.doses import ALDESLEUKIN, NIVOLUMAB
from forms.episodes import (
    STOPPING_ACTIONS,
    first_given,
    given_slots,
    held_for,
    highest_grade_from,
    is_related_to,
    onset,
)
from forms.infusions import first_infusion, given_infusions, infusions_after, omitted_for
from forms.views import Record

WITHDRAWN_BY = {NIVOLUMAB: ("action_nivolumab", "Nivolumab"), ALDESLEUKIN: ("action_il2", "IL-2")}


@check(
    "AE-11", "Related to IL-2, but first IL-2 dose is {x}, after onset {s}.",
    on="self start_date rel_il2 all:IL2D", target="rel_il2",
)  # fmt: skip
def il2_came_before(event: Record, _: str, relation: str, grids: Sequence[Record]) -> Fail | None:
    """An event related to IL-2 did not begin before its first dose."""
    return _dose_after_onset(event, relation, first_given(grids))


@check(
    "AE-11", "Related to nivolumab, but first nivolumab dose is {x}, after onset {s}.",
    on="self start_date rel_nivolumab all:NIVO", target="rel_nivolumab",
)  # fmt: skip
def nivolumab_came_before(event: Record, _: str, relation: str, infusions: Sequence[Record]) -> Fail | None:
    """An event related to nivolumab did not begin before its first dose."""
    return _dose_after_onset(event, relation, first_infusion(infusions))


@check(
    "AE-11", "Immune-related, but related to neither nivolumab nor IL-2.",
    on="immune_related rel_nivolumab rel_il2", target="immune_related",
)  # fmt: skip
def immune_event_has_drug(immune_related: str, *relations: str) -> bool:
    """An immune-related event is related to a study drug."""
    return immune_related == "N" or any(is_related_to(relation) for relation in relations)


@check(
    "AE-11", "Grade {g} and unrelated to both drugs: give the other cause.",
    on="self max_grade rel_nivolumab rel_il2", target="rel_other",
)  # fmt: skip
def severe_event_has_cause(event: Record, max_grade: str, *relations: str) -> Fail | None:
    """A severe event unrelated to both drugs has another cause."""
    has_cause = event.answer("rel_other").is_given or set(relations) != {"UNRELATED"}
    return fail(g=int(max_grade)) if max_grade >= "3" and not has_cause else None


@check(
    "AE-12", "Slots {k} were held for this event but action with IL-2 is '{a}'.",
    on="self action_il2 all:IL2D", target="action_il2",
)  # fmt: skip
def held_slots_are_told(event: Record, action: str, grids: Sequence[Record]) -> Fail | None:
    """Slots held for an event mean that IL-2 was interrupted or withdrawn."""
    held = held_for(event, grids)
    is_told = not held or action in STOPPING_ACTIONS
    return None if is_told else fail(k=", ".join(held), a=LISTS["ACN"].label(action))


@check(
    "AE-12", "Action with IL-2 is 'Drug interrupted', but no held slot or stopped admission names this event.",
    on="self action_il2 all:IL2D all:IL2A", target="action_il2",
)  # fmt: skip
def interruption_is_linked(
    event: Record, action: str, grids: Sequence[Record], admissions: Sequence[Record]
) -> bool | None:
    """An interruption has a held slot or a stopped admission; not judged before a dose grid exists."""
    if action != "DRUG INTERRUPTED" or not grids:
        return None
    return bool(held_for(event, grids)) or any(event.uid in (a.stop_ae_ref or ()) for a in admissions)


@check(
    "AE-12", "Nivolumab was not given as planned at {k} for this event but action with nivolumab is '{a}'.",
    on="self action_nivolumab all:NIVO", target="action_nivolumab",
)  # fmt: skip
def omitted_infusions_are_told(event: Record, action: str, infusions: Sequence[Record]) -> Fail | None:
    """An infusion left out for an event means an interruption or withdrawal; NIV-01 asks about 'not changed'."""
    omitted = omitted_for(event, infusions)
    is_told = not omitted or action in (*STOPPING_ACTIONS, "DOSE NOT CHANGED")
    return None if is_told else fail(k=", ".join(omitted), a=LISTS["ACN"].label(action))


@check(
    "AE-12", "Action with nivolumab is 'Drug interrupted', but no infusion that was left out, late or interrupted "
    "names this event.", on="self start_date action_nivolumab all:NIVO", target="action_nivolumab",
)  # fmt: skip
def nivolumab_interruption_is_linked(
    event: Record, _: str, action: str, infusions: Sequence[Record]
) -> bool | None:  # fmt: skip
    """An interruption has its infusion; not judged before an infusion was due after the onset."""
    start = onset(event)
    assert start
    due = infusions_after(start, infusions)
    if action != "DRUG INTERRUPTED" or not due:
        return None
    return bool(omitted_for(event, infusions)) or any(one.interruption_reason == "ADVERSE EVENT" for one in due)


@check(
    "AE-13", "IL-2 withdrawn for this event, but a dose was given on {x}.",
    on="self start_date action_il2 all:IL2D all:IL2A", target="action_il2",
)  # fmt: skip
def withdrawal_is_final(
    event: Record, _: str, action: str, grids: Sequence[Record], admissions: Sequence[Record]
) -> Fail | None:
    """No dose follows in an admission that began after the event for which IL-2 was withdrawn."""
    start = onset(event)
    assert start
    later = {a.visit.uid for a in admissions if a.visit and a.admit_dt and certainly_before(start, a.admit_dt)}
    doses = given_slots(grid for grid in grids if grid.visit and grid.visit.uid in later)
    given = min((slot.start_dt for slot in doses if slot.start_dt), default=None)
    return fail(x=given) if action == "DRUG WITHDRAWN" and given else None


@check(
    "AE-13", "Nivolumab withdrawn for this event, but a dose was given on {x}.",
    on="self start_date action_nivolumab all:NIVO", target="action_nivolumab",
)  # fmt: skip
def nivolumab_withdrawal_is_final(
    event: Record, _: str, action: str, infusions: Sequence[Record]
) -> Fail | None:  # fmt: skip
    """No infusion follows the highest grade of an event for which nivolumab was withdrawn."""
    worst = highest_grade_from(event) or onset(event)
    assert worst
    later = [one for one in given_infusions(infusions) if certainly_before(worst, one.start_dt)]
    return fail(x=later[0].start_dt[:10]) if action == "DRUG WITHDRAWN" and later else None


@check(
    "AE-13", "{name} withdrawn for this event, but the reason of its discontinuation is '{r}'.", on="self all:EOT"
)
def withdrawal_is_reason(event: Record, ends: Sequence[Record]) -> list[Fail]:
    """A drug that was withdrawn for an event was stopped for an adverse event."""
    rows = [row for end in ends for row in end.rows("DRUG") if row.reason not in (None, "ADVERSE EVENT")]
    told = [(WITHDRAWN_BY[row.drug], row) for row in rows if row.drug in WITHDRAWN_BY]
    return [
        fail(item, name=name, r=LISTS["NCOMPLT_EOT"].label(row.reason))
        for (item, name), row in told
        if event.value(item) == "DRUG WITHDRAWN"
    ]


@check("AE-13", "'{a}' is not foreseen in this study: doses are held or stopped.", on="self")
def dose_is_not_changed(event: Record) -> list[Fail]:
    """Doses of the study drugs are neither reduced nor increased."""
    return [
        fail(name, a=LISTS["ACN"].label(event.value(name)))
        for name in ("action_nivolumab", "action_il2")
        if event.value(name) in ("DOSE REDUCED", "DOSE INCREASED")
    ]


def _dose_after_onset(event: Record, relation: str, first: str | None) -> Fail | None:
    """A first dose that came after the onset of an event related to it; a date that may fit passes."""
    start = onset(event)
    assert start
    if not is_related_to(relation) or first is None or not certainly_before(start, first):
        return None
    return fail(x=first, s=start)
