"""What lines of medical history mean for eligibility: residual toxicity of earlier treatment."""

from __future__ import annotations

from forms.views import Row

#: Spared by inclusion 14: hair loss and loss of skin colour, by CTCAE term or in plain words.
SPARED_TERMS = frozenset({"alopecia", "skin hypopigmentation", "vitiligo"})


def is_spared(line: Row) -> bool:
    """Whether a toxicity is one that may stay at any grade."""
    words = {str(text).strip().lower() for text in (line.ctcae_term, line.term) if text}
    return bool(words & SPARED_TERMS)


def is_residual_toxicity(line: Row) -> bool:
    """Whether a line is an ongoing toxicity of earlier treatment of grade 2 or more that is not spared."""
    is_left = line.prior_tx_toxicity == "Y" and line.ongoing == "Y"
    return is_left and line.grade is not None and line.grade >= "2" and not is_spared(line)
