"""Planted differences between the investigator's responses and those derived from the measurements."""

from __future__ import annotations

from edc.demo.planting import Planted, moved, typing

_FIRST, _SECOND, _BEST = "C1RESP/TA", "C2RESP/TA", "EOT/BOR"
BETWEEN_RESPONSE_SCANS = 69

RESPONSES = (
    Planted("RE-12", "001-018", _FIRST, "inv_target", "a response called stable until the next scan",
            typing(inv_target="SD", inv_overall="SD", inv_reason="Response to be confirmed first")),
    Planted("RE-12", "001-022", _SECOND, "inv_target", "growth since the last scan called progression",
            typing(inv_target="PD", inv_overall="PD")),
    Planted("RE-12", "001-006", _FIRST, "inv_nontarget", "non-targets seen, but called not evaluable",
            typing(inv_nontarget="NE")),
    Planted("RE-12", "001-012", _FIRST, "inv_target", "RE-08: without its host the mass seems smaller", follows=True),
    Planted("RE-12", "001-012", _SECOND, "inv_target", "the same: and has grown at the next scan", follows=True),
    Planted("RE-12", "001-023", _FIRST, "inv_target", "RE-01: the added target was never measured", follows=True),
    Planted("BOR-01", "001-023", _BEST, "inv_bor", "the same: so progression cannot be told", follows=True),
    Planted("BOR-01", "001-014", _BEST, "inv_bor", "FU-01: no scan before the next therapy", follows=True),
    Planted("BOR-01", "001-009", _BEST, "inv_bor_date", "dated by the scan that confirmed it",
            moved(None, None, ["inv_bor_date"], days=BETWEEN_RESPONSE_SCANS)),
    Planted("BOR-01", "001-013", _BEST, "inv_bor", "complete response that no scan showed", typing(inv_bor="CR")),
)  # fmt: skip
