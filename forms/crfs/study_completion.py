"""Study completion (SDTM DS): when and why a participant left the study, or finished it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms import schedule
from forms.conditions import when
from forms.crf import CRF, Fail, check, fail
from forms.derive.dates import add_days, certainly_after
from forms.items import Choice, Date, Integer, Text, YesNo
from forms.procedures import Procedure
from forms.views import Record, SubjectView

WITHDRAWN = when("reason", "WITHDRAWAL BY SUBJECT")
#: Reasons that may come before the safety window is over.
EARLY_REASONS = ("DEATH", "WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP")
LEAST_ATTEMPTS = 3


def ends_earlier_screening(subject: SubjectView, reason: str, completed: dt.date) -> bool:
    """Whether the screening failed on that day and the participant was screened again: the study went on after it."""
    first = schedule.get_visit(schedule.SCREENING).oid
    again = [visit for visit in subject.visits if visit.kind == schedule.SCREENING and visit.oid != first]
    return reason == "SCREEN FAILURE" and any(visit.date is None or visit.date > completed for visit in again)


class StudyCompletion(CRF, oid="EOS", title="Study completion", domain="DS", slug="study-completion"):
    """The end of a participant's time in the study; what was collected stays."""

    completion_date = Date(
        "Date of completion or leaving", required=True, sdtm="DS.DSSTDTC; DSSCAT=STUDY PARTICIPATION", cdash="DSSTDAT"
    )
    reason = Choice(
        "Reason", "NCOMPLT_EOS", required=True, sdtm="DS.DSDECOD", cdash="DSDECOD",
        help="A participant who was screened again has left only later: change the date and the reason then.",
    )  # fmt: skip
    specify = Text(
        "Details", 200, required=True, visible_if=when("reason", "OTHER", "PHYSICIAN DECISION"), sdtm="DS.DSTERM"
    )
    withdrawn_from = Choice("Withdrawn from", "WDFROM", required=True, visible_if=WITHDRAWN, sdtm="SUPPDS")
    record_lookup_allowed = YesNo("Records may still be looked up", required=True, visible_if=WITHDRAWN)
    last_known_alive = Date("Last known alive", required=True, sdtm="SS.SSDTC; SUPPDS")
    lost_attempts = Integer(
        "Contact attempts", required=True, visible_if=when("reason", "LOST TO FOLLOW-UP"), digits=3,
        plausible=("3", "20"), sdtm="SUPPDS",
    )  # fmt: skip

    @check(
        "EOS-01", "Completion {x} is before the 90-day safety window ends ({y}).",
        on="completion_date reason subject subject.last_dose study.ae_window",
    )  # fmt: skip
    def window_is_over(
        completed: dt.date, reason: str, subject: SubjectView, last_dose: dt.date, window: int
    ) -> Fail | None:
        """The safety window is over, unless the participant died, withdrew or was lost."""
        end = add_days(last_dose, window)
        if completed >= end or reason in EARLY_REASONS or ends_earlier_screening(subject, reason, completed):
            return None
        return fail(x=completed, y=end)

    @check(
        "EOS-01", "Completion {x} is before the decision to stop treatment ({y}).",
        on="completion_date reason? subject all:EOT",
    )  # fmt: skip
    def treatment_ended_before(
        completed: dt.date, reason: str | None, subject: SubjectView, ends: Sequence[Record]
    ) -> Fail | None:
        """The study does not end before treatment does."""
        decided = max((r.decision_date for end in ends for r in end.rows("DRUG") if r.decision_date), default=None)
        if decided is None or completed >= decided or ends_earlier_screening(subject, reason or "", completed):
            return None
        return fail(x=completed, y=decided)

    @check(
        "EOS-01", "Treatment began on {y}, but its discontinuation is not recorded.",
        on="completion_date reason? subject subject.c1d1 all:EOT",
    )  # fmt: skip
    def treatment_end_is_told(
        completed: dt.date, reason: str | None, subject: SubjectView, c1d1: dt.date, ends: Sequence[Record]
    ) -> Fail | None:
        """A treated participant has a record of the end of treatment."""
        is_told = any(row.decision_date for end in ends for row in end.rows("DRUG"))
        return None if is_told or ends_earlier_screening(subject, reason or "", completed) else fail(y=c1d1)

    @check(
        "EOS-01", "'Screen failure', but the participant was registered on {y}.",
        on="completion_date? reason subject subject.registration_date",
    )  # fmt: skip
    def registered_is_no_screen_failure(
        completed: dt.date | None, reason: str, subject: SubjectView, registered: dt.date
    ) -> Fail | None:
        """A registered participant is no screen failure."""
        is_earlier = completed is not None and ends_earlier_screening(subject, reason, completed)
        return fail("reason", y=registered) if reason == "SCREEN FAILURE" and not is_earlier else None

    @check(
        "EOS-02", "{form} dated {x} is after completion.", on="completion_date reason? subject procedures",
        yields_to="EOS-01",
    )  # fmt: skip
    def nothing_follows(
        completed: dt.date, reason: str | None, subject: SubjectView, done: Sequence[Procedure]
    ) -> Fail | None:
        """Nothing was done with the participant after the completion."""
        if ends_earlier_screening(subject, reason or "", completed):
            return None
        late = [one for one in done if certainly_after(one.date, completed)]
        return fail(form=late[0], x=str(late[0].date).replace("T", " ")) if late else None

    @check(
        "EOS-02", "Last known alive is {x}; the latest contact recorded is {y}.",
        on="last_known_alive completion_date? reason? subject all:SURV",
    )  # fmt: skip
    def contact_is_latest(
        alive: dt.date, completed: dt.date | None, reason: str | None, subject: SubjectView, contacts: Sequence[Record]
    ) -> Fail | None:
        """Last known alive is the day of the latest contact."""
        if completed and ends_earlier_screening(subject, reason or "", completed):
            return None
        spoken = [contact.status_date for contact in contacts if contact.status == "ALIVE" and contact.status_date]
        latest = max([*spoken, *(visit.date for visit in subject.visits if visit.date)], default=None)
        return fail(x=alive, y=latest) if latest and latest != alive else None

    @check(
        "EOS-02", "{n} contact attempts are recorded; at least {least} are made before lost to follow-up.",
        on="reason lost_attempts", target="lost_attempts",
    )  # fmt: skip
    def was_sought(reason: str, attempts: int) -> Fail | None:
        """Contact was tried at least three times."""
        is_few = reason == "LOST TO FOLLOW-UP" and attempts < LEAST_ATTEMPTS
        return fail(n=attempts, least=LEAST_ATTEMPTS) if is_few else None
