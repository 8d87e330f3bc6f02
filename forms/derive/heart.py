"""The heart: QT interval corrected for heart rate."""

from __future__ import annotations

from decimal import Decimal, localcontext

from forms.derive.words import number_words

_PRECISION = 34
_THIRD = Decimal(1) / 3
_SECONDS_PER_MINUTE = 60


def qtcf(qt_ms: Decimal | int, rate: Decimal | int) -> Decimal | None:
    """QT in ms corrected by Fridericia: QT / (60 / rate)^(1/3); None for a rate of 0.

    Source: Fridericia, Acta Med Scand 1920;53:469.
    """
    if not rate:
        return None
    with localcontext(prec=_PRECISION):
        return Decimal(qt_ms) / (Decimal(_SECONDS_PER_MINUTE) / Decimal(rate)) ** _THIRD


def qtcf_words(qt_ms: int, rate: int) -> str | None:
    """How QTcF was calculated."""
    corrected = qtcf(qt_ms, rate)
    if corrected is None:
        return None
    return f"{qt_ms} ms / cube root of (60 / {rate}) = {number_words(corrected, 1)} ms"
