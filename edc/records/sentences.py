"""What a save says of itself, in one line for the person who saved."""

from __future__ import annotations

from collections.abc import Sequence

from edc.queries.models import OPEN
from edc.records.book import Entry
from edc.records.page import count_answers
from edc.records.posting import Stored
from edc.records.saving import Changed, SaveOutcome
from forms.crf import CRF
from forms.patch import Held

MOST_NAMES = 3


def saved_line(stored: Stored, entry: Entry, held: Sequence[Held], at: str) -> str:
    """'Saved 14:05. 5 of 6 items. Not marked complete.' with everything that the save moved besides."""
    outcome = stored.outcome
    parts = [_first(outcome, entry, held, at)]
    parts += _consequences(outcome)
    parts += [f"{who} changed {label} meanwhile; that is kept." for label, who in stored.taken_over.items()]
    return " ".join(parts)


def _first(outcome: SaveOutcome, entry: Entry, held: Sequence[Held], at: str) -> str:
    answered, asked = count_answers(entry.view)
    if held:
        typed = sum(1 for one in outcome.changed if not one.item.derived)
        stored = f"{counted(typed, 'item')} saved {at}." if typed else "Nothing was saved."
        return f"{stored} {names(labels_of(entry.crf, held))} {'needs' if len(held) == 1 else 'need'} correcting."
    if not entry.header.row_version:
        return "Nothing to save yet: the form is empty."
    return f"Saved {at}. {answered} of {asked} items. {_completeness(outcome, entry)}"


def _completeness(outcome: SaveOutcome, entry: Entry) -> str:
    if outcome.open_required:
        labels = [item.label for _, _, item in outcome.open_required]
        return f"Not complete yet: {names(labels)} {'is' if len(labels) == 1 else 'are'} open."
    if outcome.fell_back:
        return "The form is incomplete again: a required answer is open now."
    if entry.header.entry_status == "complete":
        waiting = entry.header.queries_open
        return f"Complete. {counted(waiting, 'query is', 'queries are')} open." if waiting else "Complete."
    return "Not marked complete."


def _consequences(outcome: SaveOutcome) -> list[str]:
    parts = []
    opened = [query for query in outcome.opened if query.status == OPEN]
    if opened:
        parts.append(f"{counted(len(opened), 'query', 'queries')} opened: see below.")
    if outcome.answered:
        parts.append(f"{counted(len(outcome.answered), 'query', 'queries')} answered: a reviewer looks at it now.")
    if outcome.closed:
        parts.append(f"{counted(len(outcome.closed), 'query', 'queries')} closed: the data fit now.")
    if outcome.verification_withdrawn:
        labels = names(outcome.verification_withdrawn)
        parts.append(f"Verification of {labels} was withdrawn because the value changed.")
    for name in outcome.signatures_voided:
        parts.append(f"The signature of {name} no longer applies; the signer has been told.")
    return parts


def moved_line(outcome: SaveOutcome) -> str:
    """'Worked out anew. Overall response (derived): Course 2, response scan from PR to SD.', or nothing."""
    by_label: dict[str, list[str]] = {}
    for one in outcome.told:
        by_label.setdefault(one.item.label, []).append(_moved(one))
    parts = [f"{label}: {'; '.join(moved)}." for label, moved in by_label.items()]
    return " ".join(["Worked out anew.", *parts]) if parts else ""


def _moved(one: Changed) -> str:
    header = one.entry.header
    place = header.visit.label if header.visit else one.entry.crf.title
    before, after = (answer.value or "none" for answer in (one.old, one.new))
    return f"{place} from {before} to {after}"


def labels_of(crf: type[CRF], held: Sequence[Held]) -> list[str]:
    """The labels of the items that were held back."""
    labels = []
    for one in held:
        parts = one.path.split(".")
        group = crf.groups.get(parts[0])
        item = (group.items if group else crf.items).get(parts[2] if group and len(parts) > 2 else parts[0])
        labels.append(item.label if item else group.row_title(parts[1]) if group else one.path)
    return list(dict.fromkeys(labels))


def names(labels: Sequence[str]) -> str:
    """'Pulse', 'Pulse and Weight', 'Pulse, Weight, Height and 2 more'."""
    if len(labels) > MOST_NAMES:
        return f"{', '.join(labels[:MOST_NAMES])} and {len(labels) - MOST_NAMES} more"
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def counted(number: int, one: str, many: str = "") -> str:
    """'1 query', '2 queries'."""
    return f"{number} {one if number == 1 else many or one + 's'}"
