"""The view objects of the eligibility form: a line per criterion, what the data say beside what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edc.records.gates import open_of_form
from edc.records.page import FormPage
from edc.records.page_views import ItemView
from forms.derive.eligibility import CANNOT_TELL, MANUAL, MET, NOT_MET, Evidence
from forms.eligibility import COMMENT, CRITERIA, EVIDENCE, INCLUSION, RESULT, WAIVER, Criterion, is_fulfilled

#: Icon and tone of an automatic result.
SIGNS = {MET: ("check", "ok"), NOT_MET: ("warn", "warn"), CANNOT_TELL: ("dots", "idle"), MANUAL: ("comment", "idle")}
TOTALS = {MET: "fulfilled", NOT_MET: "not fulfilled", CANNOT_TELL: "cannot tell", MANUAL: "for the investigator"}
#: Items that stand above the criteria.
HEAD = ("attempt", "planned_c1d1", "ie_date", "eligible")


@dataclass
class CriterionLine:
    """One criterion: its words, the automatic result with its evidence, the answer and what belongs to it."""

    criterion: Criterion
    result: str
    evidence: Evidence
    answer: ItemView | None = None
    more: list[ItemView] = field(default_factory=list)
    is_unmet: bool = False

    @property
    def words(self) -> str:
        """The automatic result in words."""
        return self.criterion.result_words(self.result) or "not judged yet"

    @property
    def sign(self) -> tuple[str, str]:
        """Its icon and tone."""
        return SIGNS.get(self.result, ("dots", "idle"))

    @property
    def views(self) -> list[ItemView]:
        """The items of the line that somebody answers."""
        return [view for view in (self.answer, *self.more) if view is not None]

    @property
    def asked(self) -> list[ItemView]:
        """Those with findings."""
        return [view for view in self.views if view.findings]

    @property
    def has_error(self) -> bool:
        """Whether an answer could not be read."""
        return any(view.error for view in self.views)


@dataclass
class EligibilityPage:
    """The form as its screen shows it."""

    head: list[ItemView]
    parts: list[tuple[str, list[CriterionLine]]]
    still_open: Sequence[str]

    @property
    def totals(self) -> list[tuple[str, int]]:
        """How many criteria have each automatic result."""
        lines = [line for _, lines in self.parts for line in lines]
        counts = {word: sum(line.result == result for line in lines) for result, word in TOTALS.items()}
        return [(word, count) for word, count in counts.items() if count]


def build_page(page: FormPage) -> EligibilityPage:
    """The form with its criteria in the order of the protocol."""
    views = {view.name: view for view in page.items}
    lines = [_line(page, criterion, views) for criterion in CRITERIA]
    parts = [
        ("Inclusion criteria", [line for line in lines if line.criterion.category == INCLUSION]),
        ("Exclusion criteria", [line for line in lines if line.criterion.category != INCLUSION]),
    ]
    head = [views[name] for name in HEAD if name in views]
    return EligibilityPage(head, parts, open_of_form(page.entry))


def _line(page: FormPage, criterion: Criterion, views: dict[str, ItemView]) -> CriterionLine:
    code, record = criterion.code, page.entry.view
    result, text = record.value(code + RESULT), record.value(code + EVIDENCE) or ""
    shown = page.words(record.collection.items[code + EVIDENCE], text)
    more = [views[code + part] for part in (COMMENT, WAIVER) if code + part in views]
    return CriterionLine(
        criterion, result or "", Evidence.read(text) if shown == text else Evidence(value=shown), views.get(code), more,
        is_fulfilled(record, criterion) is False,
    )  # fmt: skip
