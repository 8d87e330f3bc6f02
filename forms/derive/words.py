"""The arithmetic behind a derived value in words: "82.4 kg x 600,000 IU/kg = 49,440,000 IU"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: Decimal, places: int) -> Decimal:
    """A value for the eye and for export: so many decimals, half away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def number_words(value: Decimal | int, places: int | None = None) -> str:
    """A number as people write it: thousands apart, no zeros that say nothing unless `places` asks for them."""
    if places is not None:
        return f"{rounded(Decimal(value), places):,}"
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share_words(part: int, whole: int, of: str) -> str:
    """A share with its percentage, such as 16 of 28 planned doses = 57.1 %."""
    return f"{part} of {whole} {of} = {number_words(Decimal(part) * 100 / whole, 1)} %"
