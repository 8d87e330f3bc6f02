"""Procedures, surgery and radiation (SDTM PR): one record per procedure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import both, when
from forms.crf import CRF, Fail, check, fail
from forms.derive.dates import certainly_after, certainly_before
from forms.items import Choice, Decimal, Integer, PartialDate, Reference, Text, YesNo
from forms.tumours import find_lesion, first_scan, lesion_name
from forms.views import Record, Row

RADIOTHERAPY = when("category", "RADIOTHERAPY")
TARGET, MEASURED = "TARGET", "MEASURED"


class Procedures(
    CRF, oid="PR", title="Procedures, surgery, radiation", domain="PR", slug="procedures", log=True,
    line_title="Procedure",
):  # fmt: skip
    """One line per procedure; a course of radiotherapy is one line."""

    category = Choice("Category", "PRCAT", required=True, sdtm="PR.PRCAT")
    term = Text("Procedure", 120, required=True, sdtm="PR.PRTRT; PR.PRDECOD", cdash="PRTRT")
    prior = YesNo("Before consent", required=True, sdtm="SUPPPR.PRPRIOR")
    minor = YesNo("Minor procedure", required=True, visible_if=when("category", "SURGERY"), sdtm="SUPPPR.PRMINOR")
    indication = Text("Reason", 120, required=True, sdtm="PR.PRINDC", cdash="PRINDC")
    ae_ref = Reference("Linked adverse event", "AE", sdtm="RELREC", help="The event that it was done for.")
    start = PartialDate("Start", required=True, sdtm="PR.PRSTDTC", cdash="PRSTDAT", help="As far as known.")
    end = PartialDate("End", sdtm="PR.PRENDTC", cdash="PRENDAT")
    location = Choice(
        "Site", "ORGAN", required=True, visible_if=when("category", "RADIOTHERAPY", "SURGERY", "BIOPSY"),
        sdtm="PR.PRLOC", cdash="PRLOC", help="The part of the body.",
    )  # fmt: skip
    rt_total_gy = Decimal(
        "Total dose", 5, 2, required=True, visible_if=RADIOTHERAPY, unit="Gy", plausible=("1", "80"),
        sdtm="PR.PRDOSE; PR.PRDOSU",
    )  # fmt: skip
    rt_fractions = Integer(
        "Fractions", required=True, visible_if=RADIOTHERAPY, digits=2, plausible=("1", "40"), sdtm="SUPPPR.PRFRAC"
    )
    lesion_refs = Reference(
        "Lesions in field", "TLB", many=True, required=True, visible_if=RADIOTHERAPY, sdtm="RELREC",
        help="The registered lesions in the irradiated field. When there was none, say 'not applicable'.",
    )  # fmt: skip
    medically_necessary_reason = Text(
        "Why medically necessary", 200, required=True, visible_if=both(RADIOTHERAPY, when("prior", "N")),
        sdtm="SUPPPR.PRMEDNEC",
    )  # fmt: skip

    @check("PR-01", "End {e} is before start {s}.", on="end start")
    def ends_after_start(end: str, start: str) -> Fail | None:
        """A procedure does not end before it begins."""
        return fail(e=end, s=start) if certainly_before(end, start) else None

    @check(
        "PR-01", "Marked prior, but date {x} is after consent.", on="prior start subject.consent_date", target="prior"
    )
    def prior_is_before_consent(prior: str, start: str, consent: dt.date) -> Fail | None:
        """What is marked as prior was done before the consent."""
        return fail(x=start) if prior == "Y" and certainly_after(start, consent) else None

    @check(
        "PR-01", "Not marked prior, but date {x} is before consent {c}.", on="prior start subject.consent_date",
        target="prior",
    )  # fmt: skip
    def later_is_after_consent(prior: str, start: str, consent: dt.date) -> Fail | None:
        """What is not marked as prior was not done before the consent."""
        return fail(x=start, c=consent) if prior == "N" and certainly_before(start, consent) else None

    @check(
        "PR-02", "Lesion {id} was irradiated on {x}; later measurement {y} mm needs a decision.",
        on="self category start lesion_refs subject.c1d1 all:TLB all:TA", target="lesion_refs",
    )  # fmt: skip
    def irradiated_targets_are_not_measured(
        line: Record, category: str, start: str, refs: tuple[str, ...], c1d1: dt.date, lesions: Sequence[Record],
        assessments: Sequence[Record],
    ) -> list[Fail]:  # fmt: skip
        """A target irradiated on study is not evaluable at later scans; the first measured one is named."""
        if category != "RADIOTHERAPY" or certainly_before(start, c1d1):
            return []
        found = ((uid, _first_measured_after(uid, start, assessments)) for uid in refs)
        measured = [(find_lesion(lesions, uid), row) for uid, row in found if row is not None]
        first = next(((lesion, row) for lesion, row in measured if lesion is not None and lesion.role == TARGET), None)
        return [fail(id=lesion_name(first[0]), x=start, y=first[1].t_diameter_mm or "unknown")] if first else []

    @check("GEN-06", DOUBLE, on="self term start all:PR", target="start")
    def is_no_double(line: Record, term: str, start: str, lines: Sequence[Record]) -> Fail | None:
        """Procedure and start stand in one line only."""
        twin = earlier_twin(line, lines, _key)
        return fail(n=line.number, m=twin.number, key=f"{term}, {start}") if twin else None


def _first_measured_after(lesion: str, start: str, assessments: Sequence[Record]) -> Row | None:
    """The first reading of a lesion as measured on a scan after the irradiation began."""
    dated = [(day, a) for a in assessments if (day := first_scan(a)) and certainly_after(day, start)]
    rows = (row for _, a in sorted(dated, key=lambda pair: pair[0]) for row in a.rows("TARGET"))
    return next((row for row in rows if row.lesion == lesion and row.t_state == MEASURED), None)


def _key(line: Record) -> tuple[str, ...] | None:
    if not line.term or not line.start:
        return None
    return line.category or "", " ".join(line.term.lower().split()), line.start, line.location or ""
