"""A judgement of eligibility as one line of text, for tests of every word of it."""

from __future__ import annotations

from forms.derive.eligibility import Judgement


def told(found: Judgement) -> str:
    """The result, the four parts of the evidence as they are stored, and the question with its values."""
    asked = found.question
    values = ", ".join(f"{name}={value}" for name, value in asked.values.items()) if asked else ""
    return f"{found.result}: {found.evidence.text}" + (f" ? {asked.name} {values}".rstrip() if asked else "")
