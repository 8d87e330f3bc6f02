"""A study at a moment as plain values: what the analysis of its outcomes needs to know of each participant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from forms import study
from forms.codelists import LISTS
from forms.derive.recist_best import OVERALL_RESPONSES, Assessment
from forms.derive.recist_settings import DEFAULTS, ResponseSettings
from forms.derive.survival import FollowUp
from forms.doses import ALDESLEUKIN, NIVOLUMAB

NOW, AS_OF, RELEASE = "now", "as of", "release"
# The drug that is given by slots of an admission and the one that is infused at a visit, with what is planned of each.
SLOT_DRUG, INFUSED_DRUG = LISTS["DRUG"].label(ALDESLEUKIN), LISTS["DRUG"].label(NIVOLUMAB)
SLOTS_PER_COURSE = study.IL2_MAX_DOSES.value * study.IL2_ADMISSIONS.value
INFUSIONS_PER_COURSE = len(study.NIVOLUMAB_DAYS.value)


@dataclass(frozen=True)
class Assessed:
    """A performed time point after baseline.

    `date` is that of its earliest scan, `counts_on` the day of progression where it shows it, else the same; by the
    investigator's reading that is `told_on`. `derived` is "" until the investigator has answered; sums and changes come
    with it.
    """

    visit: str
    date: dt.date
    counts_on: dt.date
    derived: str
    investigator: str
    sum_mm: Decimal | None = None
    pct_baseline: Decimal | None = None
    pct_nadir: Decimal | None = None
    rule: str = ""
    told_on: dt.date | None = None


@dataclass(frozen=True)
class Event:
    """An episode of an adverse event: its grades with the first day that each can mean, and its relation to each drug.

    A relation that is not known is None.
    """

    term: str
    soc: str
    grades: tuple[tuple[dt.date | None, int], ...] = ()
    began: dt.date | None = None
    is_serious: bool = False
    is_immune_related: bool = False
    is_emergent: bool = True
    relations: Mapping[str, str | None] = field(default_factory=dict)

    def highest_grade(self, cutoff: dt.date) -> int | None:
        """The highest grade by a day; None when no grade is known by then."""
        return max((grade for day, grade in self.grades if day is None or day <= cutoff), default=None)


@dataclass(frozen=True)
class SlotDose:
    """One planned dose of an admission: given with its amount, held with a reason, or not reached.

    `day` is that of the dose, else of its plan.
    """

    course: int
    admission: int
    slot: int
    state: str
    reason: str = ""
    amount: Decimal | None = None
    day: dt.date | None = None


@dataclass(frozen=True)
class Infusion:
    """A planned infusion of a course: given on a day, or not with its reason; then the day is that of the visit."""

    course: int
    visit: str
    is_given: bool
    day: dt.date | None = None
    amount: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Participant:
    """What is known of a participant.

    `start` is where times to event begin (by default the first dose); `has_targets`: there is measurable disease at
    baseline. `completed` says of which date (death, new_therapy) the day (D) or month and day (M) was completed.
    """

    code: str
    site: str = ""
    tumour_type: str = ""
    first_dose: dt.date | None = None
    start: dt.date | None = None
    last_dose: dt.date | None = None
    baseline_mm: Decimal | None = None
    has_baseline: bool = True
    has_targets: bool = True
    assessments: tuple[Assessed, ...] = ()
    investigator_best: str = ""
    death: dt.date | None = None
    new_therapy: dt.date | None = None
    last_contact: dt.date | None = None
    has_left: bool = False
    has_complete_course: bool = False
    events: tuple[Event, ...] = ()
    slots: tuple[SlotDose, ...] = ()
    infusions: tuple[Infusion, ...] = ()
    is_locked: bool = False
    completed: Mapping[str, str] = field(default_factory=dict)

    @property
    def responses(self) -> tuple[Assessment, ...]:
        """The derived responses with the days on which they count."""
        known = (one for one in self.assessments if one.derived in OVERALL_RESPONSES)
        return tuple(Assessment(one.counts_on, one.derived) for one in known)

    @property
    def investigator_responses(self) -> tuple[Assessment, ...]:
        """The investigator's responses with the days on which they count."""
        known = (one for one in self.assessments if one.investigator in OVERALL_RESPONSES)
        return tuple(Assessment(one.told_on or one.date, one.investigator) for one in known)

    def follow_up(self, cutoff: dt.date) -> FollowUp:
        """What is known from the start to a cut-off; only of participants who have a start."""
        assert self.start is not None
        return FollowUp(
            self.start, self.responses, self.death, self.new_therapy, cutoff, has_baseline=self.has_baseline
        )


@dataclass(frozen=True)
class StudyData:
    """The participants of a study as they stand now, stood at a moment, or stand in a release.

    `rules` are the settings by which responses were derived; `seal` is the mark of the newest seal by then.
    """

    source: str
    moment: dt.datetime
    participants: tuple[Participant, ...]
    open_queries: int = 0
    seal: str = ""
    name: str = ""
    rules: ResponseSettings = DEFAULTS

    @property
    def treated(self) -> tuple[Participant, ...]:
        """The participants who got a dose of a study drug."""
        return tuple(one for one in self.participants if one.first_dose is not None)
