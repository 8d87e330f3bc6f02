"""`edc derive recist`: lesions and visits from JSON to the responses of each visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edc.cli.handed_files import Part, read_json, write_json
from edc.cli.refusals import Refusal
from forms.derive.recist_lesions import Target
from forms.derive.recist_response import NONTARGET_STATES, Response, Scan, first_progression, responses
from forms.derive.recist_settings import ResponseSettings
from forms.derive.tumour_sums import ABSENT, MEASURED, MERGED, NOT_EVALUABLE, SPLIT, TSTM, Reading


def derive_file(source: Path, target: Path, settings: ResponseSettings) -> None:
    """Add the responses to each case of a file."""
    document, root = read_json(source)
    for part, case in zip(root.parts(), document if isinstance(document, list) else (), strict=True):
        _derive_case(part, case, settings)
    write_json(target, document)


def _derive_case(part: Part, case: Any, settings: ResponseSettings) -> None:
    baseline, visits = part.get("baseline"), part.get("visits").parts()
    targets = [_target(n, one) for n, one in enumerate(baseline.get("targets").parts(), 1)]
    nontargets = baseline.get("nontargets").parts()
    scans = [_scan(n, visit, targets, len(nontargets)) for n, visit in enumerate(visits, 1)]
    _check_dates(baseline, visits)
    _check_equivocal(visits)
    found = responses(targets, len(nontargets), scans, settings)
    for response in found:
        case["visits"][int(response.key) - 1]["result"] = _result(response)
    progression = first_progression(found)
    case["progression_visit"] = int(progression.key) if progression else None


def _target(number: int, part: Part) -> Target:
    organ = part.find("organ")
    name = f"target {number} ({organ.value})" if organ else f"target {number}"
    diameter = part.get("mm")
    if not diameter.number():
        diameter.refuse("a diameter of more than 0 mm")
    return Target(name, part.get("node").truth(), diameter.number())


def _scan(number: int, visit: Part, targets: Sequence[Target], nontarget_count: int) -> Scan:
    values = _of_each(visit.get("targets"), len(targets), "target")
    states = _of_each(visit.get("nontargets"), nontarget_count, "non-target")
    confirmed = visit.find("confirms_equivocal_of_visit")
    readings = {target.key: _reading(value, targets) for target, value in zip(targets, values, strict=True)}
    _check_merged(visit.get("targets"), readings)
    return Scan(
        key=str(number),
        date=visit.get("date").day(),
        targets=readings,
        nontargets=[state.choice(NONTARGET_STATES) for state in states],
        new_lesion=visit.get("new_lesion").truth(),
        confirms=(str(confirmed.whole()),) if confirmed else (),
    )


def _of_each(part: Part, count: int, what: str) -> list[Part]:
    values = part.parts()
    if len(values) != count:
        raise Refusal(f"{part.file}: {part.path}: {len(values)} values for {count} {what}s of baseline.")
    return values


def _reading(part: Part, targets: Sequence[Target]) -> Reading:
    value = part.value
    if value is None:
        return Reading(NOT_EVALUABLE)
    if value == TSTM:
        return Reading(TSTM)
    if isinstance(value, dict) and set(value) == {"split"}:
        return _split(part.get("split"))
    if isinstance(value, dict) and set(value) == {"merged_into"}:
        return _merged(part.get("merged_into"), targets)
    if isinstance(value, bool | str | list | dict):
        part.refuse('a number, "TSTM", null, {"split": [mm]} or {"merged_into": index}')
    return Reading(MEASURED, part.number()) if part.number() else Reading(ABSENT)


def _split(part: Part) -> Reading:
    fragments = tuple(one.number() for one in part.parts())
    if not fragments:
        part.refuse("the diameters of the fragments")
    return Reading(SPLIT, fragments_mm=fragments)


def _merged(part: Part, targets: Sequence[Target]) -> Reading:
    host = part.whole()
    if host >= len(targets) or part.path.endswith(f".targets[{host}].merged_into"):
        part.refuse(f"another of the {len(targets)} targets, counted from 0")
    return Reading(MERGED, merged_into=targets[host].key)


def _check_merged(part: Part, readings: Mapping[str, Reading]) -> None:
    for lesion in readings:
        passed, host = {lesion}, readings[lesion].merged_into
        while host is not None:
            if host in passed:
                raise Refusal(f"{part.file}: {part.path}: {lesion} is merged into itself by way of others.")
            passed.add(host)
            host = readings[host].merged_into


def _check_dates(baseline: Part, visits: Sequence[Part]) -> None:
    start = baseline.get("date").day()
    for visit in visits:
        if visit.get("date").day() < start:
            visit.get("date").refuse(f"a date at or after baseline, {start}")


def _check_equivocal(visits: Sequence[Part]) -> None:
    for visit in visits:
        if flag := visit.find("new_lesion_equivocal"):
            flag.truth()
    for visit in visits:
        confirmed = visit.find("confirms_equivocal_of_visit")
        if confirmed is None:
            continue
        number = confirmed.whole()
        if not 1 <= number <= len(visits):
            confirmed.refuse(f"one of the {len(visits)} visits, counted from 1")
        seen = visits[number - 1]
        flag = seen.find("new_lesion_equivocal")
        if not (flag and flag.value) or seen.get("date").day() >= visit.get("date").day():
            confirmed.refuse("an earlier visit with new_lesion_equivocal")


def _result(response: Response) -> dict[str, Any]:
    has_targets = bool(response.sums.values)
    return {
        "sum": response.sums.sum_mm,
        "sum_measured": response.sums.measured_mm if has_targets else None,
        "nadir": response.sums.nadir_mm,
        "target_response": response.target.response,
        "nontarget_response": response.nontarget.response,
        "overall": response.overall.response,
        "rule": response.rule,
        "explanation": response.explanation,
    }
