"""The public CDISC pilot study as requests to the API, and as what the exports must give back.

The data lie beside the checkout, in ../shared/data/cdisc_pilot. The pilot tried one drug, xanomeline: its relationship
stands where this study asks about nivolumab. What the forms do not collect stays out: the age (they ask for the date of
birth, which the pilot does not tell), planned visits and study days, and codes of MedDRA other than the class.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from forms.derive.dates import earliest
from forms.dictionaries.ctcae import list_terms
from forms.dictionaries.lab_tests import Kind, LabTest, find_tests

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "cdisc_pilot"
CODES = {"BUN": "UREAN"}
LABORATORY, CONSENT_VERSION = "Central laboratory", "v1"
SIGNS = {"<": "LT", ">": "GT"}
GRADES = {"MILD": "1", "MODERATE": "2", "SEVERE": "3"}
RELATIONS = {"NONE": "UNRELATED", "REMOTE": "UNLIKELY"}
CRITERIA = {
    "AESDTH": "ser_death", "AESLIFE": "ser_life", "AESHOSP": "ser_hosp", "AESDISAB": "ser_disab", "AESCONG": "ser_cong",
}  # fmt: skip
OTHER_PANELS = {"CHOL": "CHEM", "HBA1C": "CHEM", "VITB12": "CHEM", "COLOR": "UA", "UROBIL": "UA"}

Line = dict[str, str]


@dataclass
class Participant:
    """One participant of the pilot: demographics, samples by time, events in their order."""

    usubjid: str
    demographics: Line
    samples: dict[str, list[Line]] = field(default_factory=dict)
    events: list[Line] = field(default_factory=list)

    @property
    def site(self) -> str:
        """The code of the site."""
        return self.demographics["SITEID"]

    @property
    def results(self) -> list[Line]:
        """The results of all samples."""
        return [line for taken_at in sorted(self.samples) for line in self.samples[taken_at]]

    @property
    def first_day(self) -> str | None:
        """The day of the earliest record; screen failures have none with a date."""
        dates = [*self.samples, *(event["AESTDTC"] for event in self.events), self.demographics["RFSTDTC"]]
        return min((earliest(date).isoformat() for date in dates if date), default=None)


def is_here() -> bool:
    """Whether the data lie beside the checkout."""
    return (FOLDER / "lb.csv").is_file()


def _lines(name: str) -> list[Line]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def participants() -> tuple[Participant, ...]:
    """All participants in the order of their sites."""
    found = {line["USUBJID"]: Participant(line["USUBJID"], line) for line in _lines("dm")}
    for line in _lines("lb"):
        found[line["USUBJID"]].samples.setdefault(line["LBDTC"], []).append(line)
    for line in sorted(_lines("ae"), key=lambda line: int(line["AESEQ"])):
        found[line["USUBJID"]].events.append(line)
    return tuple(sorted(found.values(), key=lambda one: one.usubjid))


RARE: dict[str, Callable[[Participant], bool]] = {
    "a result below a limit": lambda one: any(line["LBORRES"].startswith("<") for line in one.results),
    "a sample without a clock time": lambda one: any(len(taken_at) == 10 for taken_at in one.samples),
    "a partial date of onset": lambda one: any(len(event["AESTDTC"]) < 10 for event in one.events),
    "a serious event": lambda one: any(event["AESER"] == "Y" for event in one.events),
    "an event without a relationship": lambda one: any(not event["AEREL"] for event in one.events),
    "a screen failure without any date": lambda one: one.first_day is None,
    "a result without a range": lambda one: any(not line["LBORNRLO"] for line in one.results),
    "a test outside our table": lambda one: any(find_test(line) is None for line in one.results),
}


def sample() -> tuple[Participant, ...]:
    """A few participants with everything that is rare in the data, those with the fewest results first."""
    chosen: dict[str, Participant] = {}
    for holds in RARE.values():
        if not any(holds(one) for one in chosen.values()):
            found = min(filter(holds, participants()), key=lambda one: len(one.results))
            chosen[found.usubjid] = found
    return tuple(chosen.values())


@cache
def began_on() -> str:
    """The day of the first sample of the pilot, which stands for the consent of those without any date."""
    return min(taken_at[:10] for one in participants() for taken_at in one.samples)


def sites(chosen: tuple[Participant, ...]) -> Iterator[tuple[str, list[Participant]]]:
    """The participants by site."""
    for site, people in groupby(sorted(chosen, key=lambda one: (one.site, one.usubjid)), key=lambda one: one.site):
        yield site, list(people)


# --- requests ---------------------------------------------------------------------------------------------------------


def consent(one: Participant) -> dict[str, Any]:
    """The first consent, on the day of the earliest record: the pilot tells no date of consent."""
    return {
        "consent_type": "INITIAL", "consent_version": CONSENT_VERSION, "obtained_by": "pilot study",
        "signature_date": one.first_day or began_on(),
    }  # fmt: skip


def demographics(one: Participant) -> dict[str, Any]:
    """Sex, ethnicity and race."""
    line = one.demographics
    return {
        "birth_date": {"missing": "RECORD NOT AVAILABLE"}, "sex": line["SEX"], "ethnicity": line["ETHNIC"],
        "race": [line["RACE"]],
    }  # fmt: skip


def laboratory(taken_at: str, lines: list[Line]) -> dict[str, Any]:
    """One sample with its results, as the body of a new record without its visit."""
    rows = [{"row": None, "items": _result(line)} for line in lines]
    panels = sorted({_panel(line) for line in lines}, key=["HEM", "CHEM", "THY", "CARD", "UA"].index)
    items = {"performed": "Y", "sample_dt": taken_at, "lab": LABORATORY, "panel": panels}
    return {"form": "LAB", "items": items, "groups": {"RESULT": rows}}


def find_test(line: Line) -> LabTest | None:
    """The test of our table; protein and glucose of the pilot are those of the blood."""
    found = find_tests(CODES.get(line["LBTESTCD"], line["LBTESTCD"]))
    return found[0] if found else None


def _panel(line: Line) -> str:
    test = find_test(line)
    return test.panel if test else OTHER_PANELS.get(line["LBTESTCD"], "HEM")


def _result(line: Line) -> dict[str, Any]:
    test, code = find_test(line), line["LBTESTCD"]
    items: dict[str, Any] = {"row_status": "DONE"}
    items["panel"] = _panel(line)
    if test:
        items["test"] = test.code
    else:
        items |= {"test": "OTHER", "other_code": code, "other_name": line["LBTEST"]}
    items |= _reported(line["LBORRES"], test)
    limits = {"unit": line["LBORRESU"], "lln": line["LBORNRLO"], "uln": line["LBORNRHI"]}
    return items | {name: text for name, text in limits.items() if text}


def _reported(result: str, test: LabTest | None) -> dict[str, Any]:
    """A number, a sign with a number, or words; no result of a dipstick in the pilot is one of our grades."""
    if test and test.kind is not Kind.NUMERIC:
        return {"value_code": {"missing": "NOT APPLICABLE"}, "value_text": result}
    if result[:1] in SIGNS:
        return {"qualifier": SIGNS[result[0]], "value": result[1:]}
    if result.replace(".", "", 1).isdigit():
        return {"value": result}
    return {"value": {"missing": "NOT APPLICABLE"}, "value_text": result}


@cache
def _terms() -> dict[tuple[str, str], str]:
    return {(term.soc.upper(), term.name.upper()): term.name for term in list_terms()}


def term_of(event: Line) -> str:
    """The CTCAE term of the same name and class, or 'Other, specify' of the class."""
    terms, soc = _terms(), event["AEBODSYS"]
    other = next(name for (of, _), name in terms.items() if of == soc and name.endswith("Other, specify"))
    return terms.get((soc, event["AEDECOD"])) or terms.get((soc, event["AETERM"])) or other


def adverse_event(event: Line) -> dict[str, Any]:
    """One event, as the body of a new record."""
    items: dict[str, Any] = {
        "verbatim": event["AETERM"], "ctcae_term": term_of(event), "start_date": event["AESTDTC"],
        "serious": event["AESER"], "outcome": event["AEOUT"],
        **{name: event[variable] for variable, name in CRITERIA.items()},
    }  # fmt: skip
    if items["ctcae_term"].endswith("Other, specify"):
        items["other_specify"] = event["AETERM"]
    if event["AEENDTC"]:
        items |= {"ongoing": "N", "end_date": event["AEENDTC"]}
    elif event["AEOUT"] == "NOT RECOVERED/NOT RESOLVED":
        items["ongoing"] = "Y"
    if event["AEREL"]:
        items["rel_nivolumab"] = RELATIONS.get(event["AEREL"], event["AEREL"])
    grade = {"from_date": event["AESTDTC"], "grade": GRADES[event["AESEV"]]}
    return {"form": "AE", "visit": None, "items": items, "groups": {"GRADE": [{"row": None, "items": grade}]}}


# --- what the exports give back, in the words of the source ------------------------------------------------------------


def result_back(row: Line, taken_at: str, usubjid: str) -> Line:
    """A line of crf_lab_result as the variables of lb.csv that say what was measured."""
    backward = {ours: theirs for theirs, ours in CODES.items()}
    signs = {ours: sign for sign, ours in SIGNS.items()}
    code = row["OTHER_CODE"] or backward.get(row["TEST"], row["TEST"])
    reported = row["VALUE_TEXT"] or signs.get(row["QUALIFIER"], "") + row["VALUE"]
    return {
        "USUBJID": usubjid, "LBTESTCD": code, "LBORRES": reported, "LBORRESU": row["UNIT"], "LBORNRLO": row["LLN"],
        "LBORNRHI": row["ULN"], "LBDTC": taken_at,
    }  # fmt: skip


def event_back(row: Line, grades: list[Line], usubjid: str) -> Line:
    """A line of crf_ae with its grades as the variables of ae.csv."""
    severities = {ours: theirs for theirs, ours in GRADES.items()}
    relations = {ours: theirs for theirs, ours in RELATIONS.items()}
    return {
        "USUBJID": usubjid, "AETERM": row["VERBATIM"], "AEBODSYS": row["SOC"].upper(),
        "AESEV": "/".join(severities[grade["GRADE"]] for grade in grades), "AESER": row["SERIOUS"],
        "AEREL": relations.get(row["REL_NIVOLUMAB"], row["REL_NIVOLUMAB"]), "AEOUT": row["OUTCOME"],
        **{variable: row[name.upper()] for variable, name in CRITERIA.items()},
        "AESTDTC": row["START_DATE"], "AEENDTC": row["END_DATE"],
    }  # fmt: skip
