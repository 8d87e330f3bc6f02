"""Study completion (SDTM DS): when and why a participant left the study, or finished it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

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


class StudyCompletion(CRF, oid="EOS", title="Study completion", domain="DS", slug="study-completion"):
    """The end of a participant's time in the study; what was collected stays."""

    completion_date = Date(
        "Date of completion or leaving", required=True, sdtm="DS.DSSTDTC; DSSCAT=STUDY PARTICIPATION", cdash="DSSTDAT"
    )
    reason = Choice("Reason", "NCOMPLT_EOS", required=True, sdtm="DS.DSDECOD", cdash="DSDECOD")
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
        on="completion_date reason subject.last_dose study.ae_window",
    )  # fmt: skip
    def window_is_over(completed: dt.date, reason: str, last_dose: dt.date, window: int) -> Fail | None:
        """The safety window is over, unless the participant died, withdrew or was lost."""
        end = add_days(last_dose, window)
        return fail(x=completed, y=end) if completed < end and reason not in EARLY_REASONS else None

    @check(
        "EOS-01", "Completion {x} is before the decision to stop treatment ({y}).",
        on="completion_date all:EOT",
    )  # fmt: skip
    def treatment_ended_before(completed: dt.date, ends: Sequence[Record]) -> Fail | None:
        """The study does not end before treatment does."""
        decided = max((r.decision_date for end in ends for r in end.rows("DRUG") if r.decision_date), default=None)
        return fail(x=completed, y=decided) if decided and completed < decided else None

    @check(
        "EOS-01", "Treatment began on {y}, but its discontinuation is not recorded.",
        on="completion_date subject.c1d1 all:EOT",
    )  # fmt: skip
    def treatment_end_is_told(_: dt.date, c1d1: dt.date, ends: Sequence[Record]) -> Fail | None:
        """A treated participant has a record of the end of treatment."""
        is_told = any(row.decision_date for end in ends for row in end.rows("DRUG"))
        return None if is_told else fail(y=c1d1)

    @check(
        "EOS-01", "'Screen failure', but the participant was registered on {y}.", on="reason subject.registration_date"
    )
    def registered_is_no_screen_failure(reason: str, registered: dt.date) -> Fail | None:
        """A registered participant is no screen failure."""
        return fail("reason", y=registered) if reason == "SCREEN FAILURE" else None

    @check(
        "EOS-02", "{form} dated {x} is after completion.", on="completion_date procedures", yields_to="EOS-01"
    )
    def nothing_follows(completed: dt.date, done: Sequence[Procedure]) -> Fail | None:
        """Nothing was done with the participant after the completion."""
        late = [one for one in done if certainly_after(one.date, completed)]
        return fail(form=late[0], x=str(late[0].date).replace("T", " ")) if late else None

    @check(
        "EOS-02", "Last known alive is {x}; the latest contact recorded is {y}.",
        on="last_known_alive subject all:SURV",
    )  # fmt: skip
    def contact_is_latest(alive: dt.date, subject: SubjectView, contacts: Sequence[Record]) -> Fail | None:
        """Last known alive is the day of the latest contact."""
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
