"""`edc derive survival`: Kaplan-Meier curves and exact intervals from JSON."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from edc.cli.handed_files import Part, read_json, write_json
from edc.cli.refusals import Refusal
from forms.derive.exact_interval import clopper_pearson
from forms.derive.kaplan_meier import LOG, LOG_LOG, KaplanMeier, kaplan_meier
from forms.derive.recist_settings import ResponseSettings


def derive_file(source: Path, target: Path, settings: ResponseSettings) -> None:
    """Add its estimates to each request of a file."""
    document, root = read_json(source)
    for part, request in zip(root.parts(), document if isinstance(document, list) else (), strict=True):
        kind = part.get("kind").choice(("kaplan_meier", "clopper_pearson"))
        request["result"] = _curve(part, settings) if kind == "kaplan_meier" else _proportion(part, settings)
    write_json(target, document)


def _curve(part: Part, settings: ResponseSettings) -> dict[str, Any]:
    times = [one.number() for one in part.get("times").parts()]
    events = [_happened(one) for one in part.get("event").parts()]
    if len(times) != len(events):
        raise Refusal(f"{part.file}: {part.path}.event: {len(events)} values for {len(times)} times.")
    curve = kaplan_meier(times, events, settings.ci_level)
    asked = part.find("at")
    return {
        "median": curve.median,
        "median_ci_loglog": curve.median_limits(LOG_LOG),
        "median_ci_log": curve.median_limits(LOG),
        "at": [_at(curve, one.number()) for one in asked.parts()] if asked else [],
    }


def _happened(part: Part) -> bool:
    if not isinstance(part.value, bool) and part.value not in (0, 1):
        part.refuse("an event (1 or true) or a censoring (0 or false)")
    return bool(part.value)


def _at(curve: KaplanMeier, time: Decimal) -> dict[str, Any]:
    found = curve.at(time)
    return {"t": time, "estimate": found.survival, "ci_loglog": found.loglog, "ci_log": found.log}


def _proportion(part: Part, settings: ResponseSettings) -> dict[str, Any]:
    x, n = part.get("x"), part.get("n")
    if x.whole() > n.whole():
        x.refuse(f"a count of at most n, {n.whole()}")
    asked = part.find("level")
    level = asked.number() if asked else settings.ci_level
    if not 0 < level < 1:
        (asked or part).refuse("a level between 0 and 1")
    found = clopper_pearson(x.whole(), n.whole(), level)
    return {"estimate": found.estimate, "lower": found.lower, "upper": found.upper}
