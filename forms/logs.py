"""The logs as lists: which answers of a line its row shows, what narrows the list, and which CRF answers 'none'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from forms import episodes, treatments
from forms.crf import CRF
from forms.crfs.any_history import AnyHistory
from forms.crfs.any_medications import AnyMedications
from forms.crfs.any_procedures import AnyProcedures
from forms.crfs.deviations import Deviations
from forms.crfs.medical_history import MedicalHistory
from forms.crfs.medications import Medications
from forms.crfs.procedures import Procedures
from forms.event_logs import CTCAE_EVENTS, EventLog
from forms.items import Item
from forms.reading import display
from forms.views import Record

Words = Callable[[Record], str]
MOST_DEFAULT_COLUMNS = 6


@dataclass(frozen=True)
class Part:
    """One answer in a row: its head in a file, its words, and whether free text, which not everybody may read."""

    label: str
    words: Words
    freetext: bool = False


@dataclass(frozen=True)
class Column:
    """One column: the first part stands large, the others small below it."""

    label: str
    parts: tuple[Part, ...]
    num: bool = False


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list, by what the line says."""

    name: str
    label: str
    test: Callable[[Record], bool]


@dataclass(frozen=True)
class LogList:
    """A log as a list; `any_crf` is the CRF whose one question answers whether there is anything to list."""

    crf: type[CRF]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    any_crf: type[CRF] | None = None

    @property
    def any_item(self) -> str:
        """The question of the CRF that answers 'none'; empty without one."""
        return next(iter(self.any_crf.items)) if self.any_crf else ""


def answer_words(item: Item, record: Record) -> str:
    """An answer in words with its unit, or that it was stated why there is none."""
    answer = record.answer(item.name)
    if answer.missing:
        return "no value"
    shown = display(item, answer.value)
    return f"{shown} {item.unit}" if shown and item.unit else shown


def _part(item: Item) -> Part:
    return Part(item.label, lambda record: answer_words(item, record), item.is_text and not item.derived)


def column(crf: type[CRF], *names: str, label: str = "", num: bool = False) -> Column:
    """A column of the answers of some items."""
    items = [crf.items[name] for name in names]
    return Column(label or items[0].label, tuple(_part(item) for item in items), num)


def computed(label: str, words: Words, *, num: bool = False) -> Column:
    """A column of something that several answers say together."""
    return Column(label, (Part(label, words),), num)


def _instant(value: str | None) -> str:
    return (value or "").replace("T", " ")


def _end(record: Record) -> str:
    return "ongoing" if record.value("ongoing") == "Y" else _instant(treatments.ended(record))


def _start(record: Record) -> str:
    return _instant(treatments.began(record)) or answer_words(record.collection.items["start"], record)


def _dose(record: Record) -> str:
    items = record.collection.items
    return " ".join(words for name in ("dose", "unit") if (words := answer_words(items[name], record)))


def _is_open(record: Record) -> bool:
    return bool(record.value("ongoing") != "N")


START, END = computed("Start", _start), computed("Stop", _end)
ONGOING = Filter("open", "Ongoing", _is_open)

MEDICATIONS = LogList(
    Medications,
    (
        column(Medications, "drug", "class_flag"),
        Column("Dose", (Part("Dose", _dose), *column(Medications, "frequency", "route").parts)),
        column(Medications, "indication"),
        START, END,
        column(Medications, "pred_equiv", label="Prednisone eq.", num=True),
    ),
    (
        ONGOING,
        Filter("steroid", "Steroids", lambda record: record.value("class_flag") == "STEROID"),
        Filter("vasopressor", "Vasopressors", lambda record: record.value("class_flag") == "VASOPRESSOR"),
    ),
    AnyMedications,
)  # fmt: skip

PROCEDURES = LogList(
    Procedures,
    (
        column(Procedures, "term", "category"),
        column(Procedures, "indication"),
        START, computed("End", lambda record: _instant(treatments.ended(record))),
        column(Procedures, "location", "rt_total_gy", label="Site, dose"),
    ),
    (
        Filter("radiation", "Radiotherapy", lambda record: record.value("category") == "RADIOTHERAPY"),
        Filter("prior", "Before consent", lambda record: record.value("prior") == "Y"),
    ),
    AnyProcedures,
)  # fmt: skip

HISTORY = LogList(
    MedicalHistory,
    (
        column(MedicalHistory, "term", "ctcae_term"),
        column(MedicalHistory, "category"),
        START, computed("End", _end),
        column(MedicalHistory, "grade", label="Grade", num=True),
    ),
    (
        ONGOING,
        Filter("toxicity", "Earlier toxicity", lambda record: record.value("prior_tx_toxicity") == "Y"),
        Filter("special", "Not general", lambda record: record.value("category") not in (None, "GENERAL")),
    ),
    AnyHistory,
)  # fmt: skip

DEVIATIONS = LogList(
    Deviations,
    (
        column(Deviations, "description", "category"),
        column(Deviations, "dev_date"),
        column(Deviations, "severity"),
        column(Deviations, "source", "check_id"),
        column(Deviations, "irb_reportable", "irb_date", label="IRB"),
    ),
    (
        Filter("major", "Major", lambda record: record.value("severity") == "MAJOR"),
        Filter("irb", "IRB report open", lambda record: record.value("irb_reportable") == "Y" and not record.irb_date),
    ),
)


def _event_columns(log: EventLog) -> tuple[Column, ...]:
    def grade(record: Record) -> str:
        now, highest = log.grade_now(record) or "", record.value(log.highest) or ""
        return f"{now} ({highest})" if highest and highest != now else now

    def start(record: Record) -> str:
        return _instant(episodes.onset(record)) or answer_words(log.crf.items[log.start[0]], record)

    def end(record: Record) -> str:
        return "ongoing" if record.value(log.ongoing) == "Y" else _instant(episodes.resolution(record))

    drugs = (
        Column(drug.name, (
            Part(f"Related to {drug.name}", _otherwise(log, drug.relation, "not assessed")),
            Part(f"Action with {drug.name}", _otherwise(log, drug.action, "no action given")),
        ))
        for drug in log.drugs
    )  # fmt: skip
    return (
        _renamed(column(log.crf, log.term, log.words), "Term", "Words of the source"),
        computed("Grade now (highest)", grade, num=True),
        computed("Start", start), computed("End", end), column(log.crf, log.serious), *drugs,
    )  # fmt: skip


def _renamed(shown: Column, *labels: str) -> Column:
    """A column with shorter heads than its questions."""
    parts = tuple(replace(part, label=label) for part, label in zip(shown.parts, labels, strict=True))
    return Column(labels[0], parts, shown.num)


def _otherwise(log: EventLog, name: str, blank: str) -> Words:
    return lambda record: answer_words(log.crf.items[name], record) or blank


def _event_filters(log: EventLog) -> tuple[Filter, ...]:
    return (
        Filter("open", "Open only", log.is_open),
        Filter("serious", "Serious", lambda record: record.value(log.serious) == "Y"),
        Filter("severe", f"Grade {log.severe_from}+", log.is_severe),
    )


EVENTS = LogList(CTCAE_EVENTS.crf, _event_columns(CTCAE_EVENTS), _event_filters(CTCAE_EVENTS), CTCAE_EVENTS.any_crf)
LOG_LISTS: Sequence[LogList] = (HISTORY, EVENTS, MEDICATIONS, PROCEDURES, DEVIATIONS)


def list_of(crf: type[CRF]) -> LogList:
    """The list of a log; one that declares none shows its first short questions."""
    found = next((listed for listed in LOG_LISTS if listed.crf is crf), None)
    if found is not None:
        return found
    asked = [item for item in crf.items_in(crf.version) if item.required and not item.visible_if]
    names = [item.name for item in asked if not item.identifier][:MOST_DEFAULT_COLUMNS]
    return LogList(crf, tuple(column(crf, name) for name in names))


def is_listed(crf: type[CRF]) -> bool:
    """Whether a log declares its list, to which saving a new line returns."""
    return any(listed.crf is crf for listed in LOG_LISTS)


def log_answered_by(crf: type[CRF]) -> LogList | None:
    """The log of which a CRF answers whether there is anything to list."""
    return next((listed for listed in LOG_LISTS if listed.any_crf is crf), None)
