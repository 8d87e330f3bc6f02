"""The course of a participant's disease: what the rules of response and survival read, put together from the forms.

One call, `disease_course(load)`, turns the records of a participant into the assessments and the follow-up that
`forms.derive.recist_best` and `forms.derive.survival` take (DER-18 to DER-21). Nothing here knows a database: `load`
gives the records of a CRF by its OID, as `SubjectView.load` and `SubjectBook.load` do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms import study
from forms.crf import REGISTRY
from forms.derive.dates import DateLike, earliest
from forms.derive.recist_best import OVERALL_RESPONSES, Assessment, BestResponse, best_response
from forms.derive.recist_response import Response
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.derive.survival import FollowUp, completed_date
from forms.doses import infusion_dates, slot_dates
from forms.responses import day_of, day_read_by_investigator, is_answered, last_scan, responses_of, rule_word
from forms.tumours import NON_TARGET, TARGET, follow_ups, scan_dates
from forms.views import Record

Load = Callable[[str], Sequence[Record]]

#: The CRFs that are read.
SOURCES = frozenset({"TLB", "TA", "SURV", "DTH", "EOS", "VISIT", "NIVO", "IL2D", "IC", "REG"})
DERIVED, INVESTIGATOR = "derived", "investigator"


@dataclass(frozen=True)
class AssessedPoint:
    """One performed time point after baseline: the derived response, and what the investigator said.

    `derived` is None until the investigator has answered (study setting). `derived_on` and `investigator_on` are the
    day of progression where that side says PD, else that of the first scan.
    """

    record: Record
    derived: Response | None
    derived_on: dt.date | None
    investigator: str | None
    investigator_on: dt.date | None

    @property
    def label(self) -> str:
        """The visit of the time point."""
        return self.record.visit.label if self.record.visit else ""


@dataclass(frozen=True)
class DiseaseCourse:
    """Everything that response, progression and survival of one participant follow from.

    `start` is the first dose (or what the settings say instead; None: not treated). `new_therapy` is the first
    anticancer therapy after treatment, `last_alive` the last day known alive. `completed` says of 'death' and
    'new_therapy' which part of a partial date was completed ('D', 'M').
    """

    points: tuple[AssessedPoint, ...]
    start: dt.date | None
    death: dt.date | None
    new_therapy: dt.date | None
    last_alive: dt.date | None
    has_baseline: bool
    has_complete_course: bool
    completed: dict[str, str]

    def assessments(self, by: str = DERIVED) -> tuple[Assessment, ...]:
        """The overall responses with their days, derived or the investigator's, where there is one."""
        if by == DERIVED:
            told = [(one.derived_on, one.derived.overall.response if one.derived else None) for one in self.points]
        else:
            told = [(one.investigator_on, one.investigator) for one in self.points]
        return tuple(Assessment(day, response) for day, response in told if day and response in OVERALL_RESPONSES)

    def follow_up(self, by: str = DERIVED, cutoff: dt.date | None = None) -> FollowUp | None:
        """What progression-free survival reads; None for who was not treated."""
        if self.start is None:
            return None
        return FollowUp(
            self.start, self.assessments(by), self.death, self.new_therapy, cutoff, has_baseline=self.has_baseline
        )

    def best_response(
        self, by: str = DERIVED, cutoff: dt.date | None = None, settings: ResponseSettings = DEFAULTS
    ) -> BestResponse | None:
        """The best overall response until the cut-off; None for who was not treated."""
        if self.start is None:
            return None
        known = [one for one in self.assessments(by) if cutoff is None or one.date <= cutoff]
        return best_response(known, self.start, settings, new_therapy=self.new_therapy)


def disease_course(
    load: Load, settings: ResponseSettings = DEFAULTS, *, only_answered: bool = study.DERIVED_AFTER_ANSWER.value
) -> DiseaseCourse:
    """The course of the disease of one participant, from the records that `load` gives by CRF.

    Read: TLB (lesions), TA (assessments), NIVO and IL2D (doses), SURV (contacts, new therapy), DTH (death), EOS and
    VISIT (last known alive), IC and REG where they are the start. Radiotherapy and surgery of a lesion are no new
    anticancer therapy: the protocol allows them between treatments. A partial date of death is the first day that it
    can mean, never before the participant was known alive; one of a therapy, never before the last dose.
    """
    lesions, doses, completed = _load(load, "TLB"), _doses(load), dict[str, str]()
    alive = _last_alive(load, doses)
    death, completed["death"] = _first_day([r.death_date for r in _load(load, "DTH")], alive)
    therapy, completed["new_therapy"] = new_therapy(_load(load, "SURV"), doses[-1] if doses else None)
    return DiseaseCourse(
        points=tuple(assessed_points(lesions, _load(load, "TA"), settings, only_answered=only_answered)),
        start=_start(load, doses, settings),
        death=death,
        new_therapy=therapy,
        last_alive=min(alive, death) if alive and death else alive,
        has_baseline=any(lesion.role in (TARGET, NON_TARGET) for lesion in lesions),
        has_complete_course=any(record.course_complete == "Y" for record in _load(load, "NIVO")),
        completed={name: flag for name, flag in completed.items() if flag},
    )


def assessed_points(
    lesions: Sequence[Record], assessments: Sequence[Record], settings: ResponseSettings = DEFAULTS, *,
    only_answered: bool = study.DERIVED_AFTER_ANSWER.value,
) -> list[AssessedPoint]:  # fmt: skip
    """The performed time points after baseline by scan date, with both responses."""
    found = {one.key: one for one in responses_of(lesions, assessments, settings)}
    points: list[AssessedPoint] = []
    since: dt.date | None = None
    for record in follow_ups(assessments):
        points.append(_point(record, found[record.uid], lesions, since, only_answered))
        since = last_scan(record)
    return points


def _point(
    record: Record, found: Response, lesions: Sequence[Record], since: dt.date | None, only_answered: bool
) -> AssessedPoint:  # fmt: skip
    is_shown = is_answered(record) or not only_answered
    return AssessedPoint(
        record, found if is_shown else None, day_of(record, found, lesions, since) if is_shown else None,
        rule_word(record.inv_overall), day_read_by_investigator(record, lesions, since) if record.inv_overall else None,
    )  # fmt: skip


def new_therapy(contacts: Sequence[Record], last_dose: dt.date | None) -> tuple[dt.date | None, str]:
    """The start of the first anticancer therapy after treatment, with what was completed of a partial date."""
    return _first_day([row.sact_start for contact in contacts for row in contact.rows("SACT")], last_dose)


def best_of_records(
    start: dt.date, lesions: Sequence[Record], assessments: Sequence[Record], contacts: Sequence[Record],
    last_dose: dt.date | None, *, only_answered: bool = study.DERIVED_AFTER_ANSWER.value,
) -> BestResponse:  # fmt: skip
    """The best of the derived overall responses from the first dose on (DER-18)."""
    points = assessed_points(lesions, assessments, only_answered=only_answered)
    derived = [Assessment(p.derived_on, p.derived.overall.response) for p in points if p.derived and p.derived_on]
    known = [one for one in derived if one.response in OVERALL_RESPONSES]
    return best_response(known, start, new_therapy=new_therapy(contacts, last_dose)[0])


def _load(load: Load, oid: str) -> Sequence[Record]:
    return load(oid) if oid in REGISTRY else ()


def _doses(load: Load) -> list[dt.date]:
    return sorted([*infusion_dates(_load(load, "NIVO")), *slot_dates(_load(load, "IL2D"))])


def _start(load: Load, doses: Sequence[dt.date], settings: ResponseSettings) -> dt.date | None:
    if not doses or settings.pfs_start == "first_dose":
        return doses[0] if doses else None
    oid, item = {"registration": ("REG", "registration_date"), "consent": ("IC", "signature_date")}[settings.pfs_start]
    return min((day for record in _load(load, oid) if (day := record.value(item))), default=None)


def _last_alive(load: Load, doses: Sequence[dt.date]) -> dt.date | None:
    days = [
        *doses,
        *(contact.status_date for contact in _load(load, "SURV") if contact.value("status") == "ALIVE"),
        *(end.last_known_alive for end in _load(load, "EOS")),
        *(header.visit_date for header in _load(load, "VISIT")),
        *(day for assessment in _load(load, "TA") for day in scan_dates(assessment)),
    ]
    return max((day for day in days if day), default=None)


def _first_day(told: Sequence[DateLike | None], not_before: dt.date | None) -> tuple[dt.date | None, str]:
    """The earliest of some possibly partial dates, as a day, with what was completed of it."""
    return min((_completed(value, not_before) for value in told if value), default=(None, ""))


def _completed(value: DateLike, not_before: dt.date | None) -> tuple[dt.date, str]:
    try:
        return completed_date(value, not_before)
    except ValueError:
        # The dates contradict each other, which is asked about elsewhere.
        return earliest(value), completed_date(value)[1]
