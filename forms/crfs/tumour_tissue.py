"""Archived tumour tissue (SDTM BE, BS, MI, GF): the specimen, and PD-L1 and mutational burden measured on it."""

from __future__ import annotations

from collections.abc import Sequence

from forms.checks import DOUBLE, earlier_twin
from forms.conditions import either, when
from forms.crf import CRF, Fail, check, fail
from forms.items import Choice, Date, Decimal, Integer, PartialDate, Text, YesNo
from forms.samples import NO_CONSENT, OUT_OF_ORDER, lacks_consent, out_of_order, place_words
from forms.views import Record

AVAILABLE = when("tissue_available", "Y")
STAINED, SEQUENCED = when("pdl1_done", "Y"), when("tmb_done", "Y")
PDL1_PARTS = ("pdl1_assay", "pdl1_score_type", "pdl1_value")
TMB_PARTS = ("tmb_assay", "tmb_value")


class TumourTissue(CRF, oid="BIOT", title="Tumour tissue", domain="BE", slug="tumour-tissue"):
    """Archived diagnostic tissue and what was measured on it."""

    tissue_available = YesNo("Archived diagnostic tissue available", required=True, sdtm="SUPPBE.TISSAVL")
    reason_none = Text(
        "Why not", 200, required=True, visible_if=when("tissue_available", "N"), sdtm="SUPPBE.BEREASND"
    )
    specimen_id = Text(
        "Specimen id (no name, no hospital number)", 40, required=True, visible_if=AVAILABLE,
        sdtm="BE.BEREFID; MI.MIREFID; GF.GFREFID",
    )  # fmt: skip
    biopsy_date = PartialDate(
        "Date tissue taken", required=True, visible_if=AVAILABLE, sdtm="BE.BEDTC; BEDECOD=COLLECTING",
        help="As far as known.",
    )  # fmt: skip
    site_of_biopsy = Choice("Organ", "ORGAN", required=True, visible_if=AVAILABLE, sdtm="BE.BELOC; MI.MILOC")
    primary_or_met = Choice(
        "Primary or metastasis", "PRIMMET", required=True, visible_if=AVAILABLE, sdtm="SUPPBE.BEPRIMET"
    )
    fixation = Choice("Fixation", "FIXATION", visible_if=AVAILABLE, sdtm="BE.BETERM; BEDECOD=FIXING")
    block_or_slides = Choice(
        "Block or slides", "BLOCKSLD", visible_if=AVAILABLE, sdtm="BE.BETERM; BEDECOD=ARCHIVE RETRIEVING"
    )
    sent_date = Date("Date sent", visible_if=AVAILABLE, sdtm="BE.BEDTC; BEDECOD=SHIPPING")
    tumour_content = Integer(
        "Tumour cells", visible_if=AVAILABLE, unit="%", digits=3, plausible=("0", "100"),
        sdtm="BS.BSORRES; BSTESTCD=TUMCECE",
    )  # fmt: skip
    pdl1_done = YesNo("PD-L1 tested", required=True, visible_if=AVAILABLE, sdtm="MI.MISTAT")
    pdl1_assay = Choice(
        "Antibody clone / assay", "PDL1ASSAY", required=True, visible_if=STAINED, sdtm="SUPPMI.MIASSAY; MI.MIANMETH"
    )
    pdl1_score_type = Choice("Scoring method", "PDL1SCORE", required=True, visible_if=STAINED, sdtm="MI.MITSTDTL")
    pdl1_value = Decimal(
        "PD-L1 result", 5, 1, required=True, visible_if=STAINED, plausible=("0", "100"),
        sdtm="MI.MIORRES; MITESTCD=PDL1; MIMETHOD=IHC", help="In percent; a CPS has no unit.",
    )  # fmt: skip
    pdl1_status = Choice("Investigator's category", "POSNEGIND", visible_if=STAINED, sdtm="MI.MIORRES")
    tmb_done = YesNo("Tumour mutational burden tested", required=True, visible_if=AVAILABLE, sdtm="GF.GFSTAT")
    tmb_assay = Choice("Panel or exome", "TMBASSAY", required=True, visible_if=SEQUENCED, sdtm="GF.GFMETHOD")
    tmb_value = Decimal(
        "Variants per megabase", 6, 2, required=True, visible_if=SEQUENCED, unit="/Mb", plausible=("0", "500"),
        sdtm="GF.GFORRES; GFTESTCD=TMB; GFTSTDTL=NORMALIZED NUMBER OF SEQUENCE VARIANTS; GFORRESU=/MBP",
    )  # fmt: skip
    result_date = Date("Result date", required=True, visible_if=either(STAINED, SEQUENCED), sdtm="SUPPMI.MIRSDTC")

    @check("BM-01", NO_CONSENT, on="tissue_available all:IC")
    def tissue_has_consent(available: str, consents: Sequence[Record]) -> Fail | None:
        """Tissue is used with consent only."""
        return lacks_consent("Tissue", "tissue_consent", consents) if available == "Y" else None

    @check(
        "BM-04", "PD-L1 is marked done: assay, scoring method and value belong together.", on="self pdl1_done",
        target="pdl1_value",
    )  # fmt: skip
    def pdl1_is_whole(tissue: Record, done: str) -> Fail | None:
        """A PD-L1 result has its assay, its scoring method and its value."""
        return _first_blank(tissue, PDL1_PARTS) if done == "Y" else None

    @check(
        "BM-04", "Tumour mutational burden is marked done: assay and value belong together.", on="self tmb_done",
        target="tmb_value",
    )  # fmt: skip
    def tmb_is_whole(tissue: Record, done: str) -> Fail | None:
        """A mutational burden has its assay and its value."""
        return _first_blank(tissue, TMB_PARTS) if done == "Y" else None

    @check("BM-04", OUT_OF_ORDER, on="self biopsy_date")
    def dates_are_in_order(tissue: Record, _: str) -> Fail | None:
        """Tissue is taken before it is sent, and sent before there is a result."""
        return out_of_order(tissue, ("biopsy_date", "sent_date", "result_date"))

    @check("GEN-06", DOUBLE, on="self specimen_id all:BIOT", target="specimen_id")
    def is_no_double(tissue: Record, specimen_id: str, others: Sequence[Record]) -> Fail | None:
        """A specimen id stands on one form only."""
        twin = earlier_twin(tissue, others, lambda one: one.specimen_id)
        return fail(n=place_words(tissue), m=place_words(twin), key=f"specimen {specimen_id}") if twin else None


def _first_blank(tissue: Record, parts: Sequence[str]) -> Fail | None:
    """The first part that was neither answered nor marked missing."""
    blank = next((name for name in parts if not tissue.answer(name).is_given), None)
    return fail(blank) if blank else None
