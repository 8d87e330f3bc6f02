"""The words of a grading: the numbers that decided, what is missing, and what had to be read into the criteria."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal

from forms.derive.ctcae_facts import Known, Measured
from forms.derive.ctcae_verdicts import Outcome, edges_in, fits_baseline, meets_need
from forms.dictionaries import ctcae_bands as bands
from forms.dictionaries.ctcae_bands import Band, Edge

_SHOWN_PLACES = Decimal("0.0001")
_UNSPOKEN = ("ratio", "pH")
_LIMITS = {"LLN": "LLN", "ULN": "ULN", "BASELINE": "baseline", "MI_LEVEL": "mi_level"}


def rules_at(grade: int, all_bands: Sequence[Band], outcomes: Sequence[Outcome], known: Known) -> list[str]:
    """The rules that gave a grade; of grade 0, those that were looked at."""
    looked_at = [band for band in all_bands if _applies(band, known)]
    return list(dict.fromkeys(band.rule for band in _deciding(grade, outcomes) or looked_at or all_bands))


def _deciding(grade: int, outcomes: Sequence[Outcome]) -> list[Band]:
    return [band for one in outcomes if one.sure == grade for band in one.deciding]


def _applies(band: Band, known: Known) -> bool:
    return fits_baseline(band, known)[0] is not False and meets_need(band, known)[0] is not False


def grade_words(grade: int, outcomes: Sequence[Outcome], known: Known) -> list[str]:
    """The numbers behind a certain grade, and the worse bands that only a fact beside the value keeps from holding."""
    unmet = {
        f"Grade {verdict.band.grade} asks for {verdict.band.needs}."
        for one in outcomes
        for verdict in one.verdicts
        if verdict.lacks_need_only and verdict.band.grade > grade and not verdict.band.only_if_told
    }
    # Of a value between two bands of whole numbers the note on that says all.
    whole = [one for one in outcomes if not one.between]
    found = [_of_band(band, known) for band in _deciding(grade, whole)]
    return [*(found if _deciding(grade, outcomes) else ["In no graded range."]), *sorted(unmet)]


def open_words(outcomes: Sequence[Outcome], sure: int) -> list[str]:
    """The grades that remain possible, and what is missing to tell."""
    shown = " or ".join(str(grade) for grade in open_grades(outcomes, sure))
    wants = open_facts(outcomes, sure)
    return [f"Grade {shown} is possible.", *([f"Missing: {'; '.join(wants)}."] if wants else [])]


def open_grades(outcomes: Sequence[Outcome], sure: int) -> tuple[int, ...]:
    """The grades that remain possible beside one that is certain."""
    return tuple(sorted({grade for one in outcomes for grade in one.candidates if grade and grade >= sure}))


def open_facts(outcomes: Sequence[Outcome], sure: int) -> tuple[str, ...]:
    """What is missing to tell which of them it is."""
    undecided = [verdict for one in outcomes for verdict in one.undecided if verdict.band.grade > sure]
    return tuple(dict.fromkeys(want for verdict in undecided for want in verdict.wants))


def _of_band(band: Band, known: Known) -> str:
    lower, upper = edges_in(band, known)
    parts = []
    if lower:
        parts.append(f"{'at or above' if band.lower_in else 'above'} {_edge(lower, band, known)}")
    if upper:
        parts.append(f"{'at or below' if band.upper_in else 'below'} {_edge(upper, band, known)}")
    need = f", with {band.needs}" if band.needs else ""
    return f"{_metric(band, known)} is {' and '.join(parts)}{need}."


def _edge(edge: Edge, band: Band, known: Known) -> str:
    if not edge.of:
        return _number(edge.number)
    name = _LIMITS[edge.of]
    limit = known.reference(edge.of, band)
    times = name if edge.number == 1 else f"{_number(edge.number)} x {name}"
    return f"{times} ({_number(limit.times(edge.number).low)})" if limit.is_exact else times


def _metric(band: Band, known: Known) -> str:
    span = known.metric(band)
    unit = known.unit.unit if known.unit and known.unit.unit not in _UNSPOKEN and band.has_plain_numbers else ""
    amount = f"{_number(span.low)} {unit}".strip() if span.is_exact else "The value"
    return {
        bands.VALUE: amount,
        bands.ABOVE_ULN: f"{amount} above ULN",
        bands.PCT_DECREASE: f"A decrease of {amount} % from baseline",
        bands.PCT_INCREASE: f"An increase of {amount} % from baseline",
        bands.DROP: f"A drop of {amount} from baseline",
        bands.INCREASE: f"An increase of {amount} from baseline",
    }[band.metric].replace("of The value", "of at least that")


def _number(number: Decimal) -> str:
    """A number without zeros that say nothing; long ones cut, so that none seems to reach a bound."""
    return f"{number.quantize(_SHOWN_PLACES, ROUND_DOWN):f}".rstrip("0").rstrip(".")


def notes_on(band: Band, outcomes: Sequence[Outcome], known: Known, measured: Measured) -> list[str]:
    """What had to be converted or read into the criteria."""
    notes = [*_unit_notes(known, measured), *_gap_notes(outcomes), *_baseline_notes(outcomes, known)]
    if any(one.sure for one in outcomes) and _is_within_limits(band, known):
        notes.append("The value is within the normal limits; the criteria count all the same.")
    if band.test == "LVEF" and known.baseline.is_exact and known.baseline.low and known.value.is_exact:
        share = known.baseline.minus(known.value).over(known.baseline).times(Decimal(100))
        notes.append(f"The drop is read as percentage points; it is {_number(share.low)} % of the baseline.")
    if band.test == "CA":
        notes.append(_CALCIUM[known.context.albumin_corrected])
    return notes


_CALCIUM = {
    True: "Corrected for albumin.",
    False: "Total calcium, uncorrected for albumin.",
    None: "Graded as reported: uncorrected, unless the laboratory corrected it for albumin.",
}


def _unit_notes(known: Known, measured: Measured) -> Iterator[str]:
    if known.unit and not known.unit.is_printed and known.value.is_exact:
        yield (
            f"CTCAE prints no number in {measured.unit}: graded as {_number(known.value.low)} {known.unit.unit} "
            f"(x {_number(known.unit.factor)})."
        )


def _gap_notes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for low, high in (one.between for one in outcomes if one.between):
        yield f"It lies between the bands of whole numbers that end at {_number(low)} and begin at {_number(high)}."


def _baseline_notes(outcomes: Sequence[Outcome], known: Known) -> Iterator[str]:
    band = next((v.band for one in outcomes for v in one.verdicts if v.band.baseline == bands.ABNORMAL), None)
    is_abnormal = known.is_baseline_abnormal(band.direction) if band else None
    if band is None or is_abnormal is None:
        return
    by = f"flagged {known.baseline_flag}" if known.baseline_flag else _number(known.baseline.low)
    side = "above ULN" if band.direction == bands.HIGH else "below LLN"
    yield f"The baseline ({by}) counts as {'abnormal' if is_abnormal else 'normal'}: abnormal is {side}."


def _is_within_limits(band: Band, known: Known) -> bool:
    if band.direction == bands.HIGH:
        return known.uln.is_at_least(known.value) is True and known.uln.is_exact
    return known.value.is_at_least(known.lln) is True and known.lln.is_exact
