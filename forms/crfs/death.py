"""Death (SDTM DD, DM, DS): one record, which ends every list of what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.codelists import LISTS
from forms.conditions import when
from forms.crf import CRF, Fail, check, derive, fail
from forms.derive.dates import add_days, certainly_after, days_between, earliest, with_time, within_window
from forms.items import Choice, PartialDate, Reference, Text, Time, YesNo
from forms.procedures import Procedure
from forms.views import Record

BY_EVENT = "ADVERSE EVENT"


class Death(CRF, oid="DTH", title="Death", domain="DD"):
    """When and of what a participant died."""

    death_date = PartialDate("Date of death", required=True, sdtm="DM.DTHDTC; DS.DSSTDTC", cdash="DTHDAT")
    death_time = Time("Time", sdtm="DM.DTHDTC")
    primary_cause = Choice("Primary cause of death", "DTHCAUSE", required=True, sdtm="DD.DDORRES; DDTESTCD=PRCDTH")
    cause_text = Text("Cause in words", 200, required=True, sdtm="DD.DDORRES; DDTESTCD=PRCDTH")
    ae_ref = Reference(
        "Fatal adverse event", "AE", required=True, visible_if=when("primary_cause", BY_EVENT), sdtm="RELREC"
    )
    related_treatment = Choice("Related to study treatment", "REL", required=True, sdtm="SUPPDD")
    autopsy = YesNo("Autopsy", required=True, subset=("Y", "N", "U"), sdtm="DD.DDORRES; DDTESTCD=AUTOPIND")
    place = Choice("Place", "DTHPLACE", sdtm="DD.DDORRES; DDTESTCD=LOCDTH")
    info_source = Text("Source of cause", 60, sdtm="DD.DDORRES; DDTESTCD=INFOSCOD")
    within_90d = YesNo("Within 90 days of last dose", derived=True)

    @derive("DTH-90D", "within_90d", on="death_date subject.last_dose study.ae_window")
    def derive_nearness(death: str, last_dose: dt.date, window: int) -> str | None:
        """Whether death came in the safety window; none while a partial date leaves it open."""
        is_near = within_window(death, last_dose, add_days(last_dose, window))
        return None if is_near is None else "Y" if is_near else "N"

    @check("DTH-01", "{form} dated {x} is after death {d}.", on="self death_date procedures", target="death_date")
    def nothing_follows(death: Record, died: str, done: Sequence[Procedure]) -> Fail | None:
        """Nothing was done with the participant after death."""
        at = with_time(died, death.death_time)
        late = [one for one in done if certainly_after(one.date, at)]
        return fail(form=late[0], x=str(late[0].date).replace("T", " "), d=at) if late else None

    @check(
        "DTH-01", "{form} dated {x} is after death {d}.", on="death_date EOS.last_known_alive", target="death_date"
    )
    def is_not_known_alive_later(died: str, alive: dt.date) -> Fail | None:
        """Nobody saw the participant alive after death."""
        return fail(form="Last known alive", x=alive, d=died) if certainly_after(alive, died) else None

    @check(
        "DTH-02", "Death {n} days after last dose: record the fatal event or the cause.",
        on="self death_date primary_cause within_90d subject.last_dose all:AE", target="primary_cause",
    )  # fmt: skip
    def early_death_is_explained(
        death: Record, died: str, cause: str, near: str, last_dose: dt.date, events: Sequence[Record]
    ) -> Fail | None:
        """A death in the safety window has a fatal event, or progression as its cause."""
        is_told = cause == "DISEASE PROGRESSION" or any(event.max_grade == "5" for event in events)
        if near != "Y" or is_told or _lacks_link(death, cause):
            return None
        return fail(n=days_between(last_dose, died) or (earliest(died) - last_dose).days)

    @check(
        "DTH-02", "The cause of death is an adverse event: link the fatal event.", on="self primary_cause",
        target="ae_ref",
    )  # fmt: skip
    def fatal_event_is_linked(death: Record, cause: str) -> bool:
        """An adverse event as the cause is linked."""
        return not _lacks_link(death, cause)

    @check(
        "DTH-02", "Death is recorded, but the reason of study completion is '{r}'.", on="death_date EOS.reason",
        target="death_date",
    )  # fmt: skip
    def completion_says_death(_: str, reason: str) -> Fail | None:
        """Study completion names death as its reason."""
        return None if reason == "DEATH" else fail(r=LISTS["NCOMPLT_EOS"].label(reason))


def _lacks_link(death: Record, cause: str) -> bool:
    return cause == BY_EVENT and not death.answer("ae_ref").is_given
