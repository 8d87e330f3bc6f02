"""A second RECIST 1.1 evaluator, written from the tables alone and sharing nothing with the rules it checks.

Diameters are tenths of a millimetre as whole numbers. A case is what the command reads: `targets` of baseline as
(is_node, tenths), `nontargets` their number, visits with target values (a number, 0, "TSTM", None, ("split", [..]) or
("merged", index)), non-target states, `new`, and the number of the visit whose equivocal lesion they confirm.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

Value = Any

TABLE_1 = {
    ("CR", "CR"): "CR", ("CR", "NA"): "CR", ("CR", "NON-CR/NON-PD"): "PR", ("CR", "NE"): "PR",
    ("PR", "CR"): "PR", ("PR", "NA"): "PR", ("PR", "NON-CR/NON-PD"): "PR", ("PR", "NE"): "PR",
    ("SD", "CR"): "SD", ("SD", "NA"): "SD", ("SD", "NON-CR/NON-PD"): "SD", ("SD", "NE"): "SD",
    ("NE", "CR"): "NE", ("NE", "NA"): "NE", ("NE", "NON-CR/NON-PD"): "NE", ("NE", "NE"): "NE",
}  # fmt: skip
TABLE_2 = {"CR": "CR", "NON-CR/NON-PD": "NON-CR/NON-PD", "NE": "NE", "NA": "NA"}


@dataclass
class NaiveVisit:
    day: dt.date
    values: list[Value]
    states: list[str]
    new: bool = False
    confirms: int | None = None


def tenths(value: Value) -> int | None:
    if value is None:
        return None
    if value == "TSTM":
        return 50
    if isinstance(value, tuple):
        return sum(value[1]) if value[0] == "split" else 0
    return int(value)


def evaluate(targets: list[tuple[bool, int]], nontargets: int, visits: list[NaiveVisit]) -> list[dict[str, Any]]:
    """The results in the order of the visits given."""
    new = [visit.new or visit.confirms is not None for visit in visits]
    for visit in visits:
        if visit.confirms is not None:
            new[visit.confirms - 1] = True
    results: list[dict[str, Any]] = [{} for _ in visits]
    in_time = sorted(range(len(visits)), key=lambda n: visits[n].day)
    for place, n in enumerate(in_time):
        before = [results[m] for m in in_time[:place]]
        results[n] = evaluate_visit(targets, nontargets, visits[n], new[n], before)
    return results


def evaluate_visit(
    targets: list[tuple[bool, int]], nontargets: int, visit: NaiveVisit, new: bool, before: list[dict[str, Any]]
) -> dict[str, Any]:
    had_cr = any(result["overall"] == "CR" for result in before)
    values = [tenths(value) for value in visit.values]
    measured = sum(value for value in values if value is not None)
    complete = all(value is not None for value in values)
    baseline = sum(size for _, size in targets)
    nadir = min([baseline] + [result["sum"] for result in before if result["sum"] is not None])
    disease = [
        value is not None and (value >= 100 if node else value > 0)
        for (node, _), value in zip(targets, values, strict=True)
    ]
    grown = measured - nadir >= 50 and 100 * (measured - nadir) >= 20 * nadir
    if not targets:
        target = "NA"
    elif grown or (had_cr and any(disease)):
        target = "PD"
    elif not complete:
        target = "NE"
    elif all(gone(n, targets, visit.values) for n in range(len(targets))):
        target = "CR"
    elif 100 * (baseline - measured) >= 30 * baseline:
        target = "PR"
    else:
        target = "SD"
    if nontargets == 0:
        other = "NA"
    elif "UPD" in visit.states or (had_cr and "PRESENT" in visit.states):
        other = "PD"
    elif "NE" in visit.states:
        other = "NE"
    elif "PRESENT" in visit.states:
        other = "NON-CR/NON-PD"
    else:
        other = "CR"
    overall = TABLE_1.get((target, other), "PD") if targets else TABLE_2.get(other, "PD")
    return {
        "sum": measured if complete and targets else None,
        "target": target,
        "nontarget": other,
        "overall": "PD" if new else overall,
    }


def gone(n: int, targets: list[tuple[bool, int]], values: list[Value]) -> bool:
    node, value = targets[n][0], values[n]
    if value == "TSTM":
        return node
    if isinstance(value, tuple) and value[0] == "merged":
        return mass(value[1], values, {n}) == 0
    size = tenths(value)
    return size is not None and (size < 100 if node else size == 0)


def mass(n: int, values: list[Value], seen: set[int]) -> int | None:
    """The size of the mass that a chain of merged lesions ends in; None when it is not known."""
    value = values[n]
    if n in seen:
        return None
    if isinstance(value, tuple) and value[0] == "merged":
        return mass(value[1], values, seen | {n})
    return tenths(value)
