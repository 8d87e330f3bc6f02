"""The built lists, tests and terms against the design text, where its folder stands beside the checkout."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from forms import schedule
from forms.codelists import HOLD_REASONS_WITH_AE, LISTS
from forms.dictionaries.ctcae import list_terms
from forms.dictionaries.lab_tests import LAB_TESTS, LabTest
from forms.dictionaries.synonyms import suggest
from forms.dictionaries.term_search import search
from forms.dictionaries.units import same_unit

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CRFS = SHARED / "design" / "crfs.md"

pytestmark = pytest.mark.skipif(not CRFS.exists(), reason=f"the design folder {SHARED} does not stand beside the checkout")


def section(title: str, path: Path = CRFS) -> str:
    text = path.read_text(encoding="utf-8")
    start = text.index(f"{title}")
    return text[start : text.index("\n#", start + 1)]


def table(text: str) -> Iterator[list[str]]:
    """The cells of the rows of a table, without headings and rulers."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for line in rows[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def lab_rows() -> list[list[str]]:
    text = section("### 2.12 LAB")
    return list(table(text[text.index("| Panel | LBTESTCD") :]))


@pytest.mark.parametrize(("row", "test"), list(zip(lab_rows(), LAB_TESTS, strict=True)) if CRFS.exists() else [])
def test_laboratory_test(row: list[str], test: LabTest) -> None:
    panel, code, name, loinc, std_unit, factors, plausible = row
    assert (test.panel, test.code) == (panel, code)
    assert test.name == re.sub(r" \(P\)| \(sensitive.*|, with clock.*| \(or CO2.*", "", name) or panel == "CHEM"
    assert set(re.findall(r"\d+-\d", loinc + name)) == {test.loinc, *(test.other_loinc or {}).values()}
    assert test.std_unit == {"none": "", "URINEGRADE": "", "NEGATIVE/POSITIVE": ""}.get(std_unit, std_unit)
    assert_plausible(test, plausible)
    assert_factors(test, factors)


def assert_plausible(test: LabTest, printed: str) -> None:
    if printed == "list":
        assert test.lo is None and test.hi is None
    else:
        assert (test.lo, test.hi) == tuple(Decimal(bound) for bound in printed.split("-"))


def assert_factors(test: LabTest, printed: str) -> None:
    same = {"same": {"10^3/uL": "1", "/uL": "0.001"} if test.panel == "HEM" else {"IU/L": "1", "ukat/L": "60"}}
    same["same as ALT"] = {"IU/L": "1", "ukat/L": "60"}
    pairs = same.get(printed) or dict(re.findall(r"(\S+) x([\d.]+)", printed))
    expected = {unit: Decimal(factor) for unit, factor in pairs.items()}
    assert {unit: factor for unit, factor in test.units.items() if unit != test.std_unit} == expected


def codelist_rows() -> Iterator[tuple[str, str, str]]:
    """Name, source and values of each list of the table; rows of several lists are taken apart at ' / '."""
    for names, source, values in table(section("## 5. Codelists")):
        single = names.split(" (")[0] if names.startswith(("NY", "HOLDREAS", "CPTEST")) else names
        parts = single.split(" / ")
        if len(parts) == 1:
            yield single, source, values
        else:
            yield from zip(parts, source.split(" / ") * len(parts), values.split(" / "), strict=False)


NOT_A_PLAIN_LIST = {"GRADE1_5", "CTCAE", "small study lists", "LBTESTCD", "VSTESTCD", "CVTESTCD", "UNIT", "ECOG", "MISSRSN"}


def printed_values(values: str) -> list[str]:
    cleaned = re.sub(r" \(read as NE\)| \(study:.*?\)| \(this study.*?\)| \(melanoma\)| \(RCC\)| \(detail:.*?\)| \(bed.*?\)", "", values)
    cleaned = re.split(r"\. (?:Held|Related|Derived|Export)", cleaned.replace("; plus study ", "; ").replace("*", ""))[0]
    separator = ";" if ";" in cleaned else ","
    return [value.strip() for value in cleaned.split(separator) if value.strip() and "..." not in value]


def plain_lists() -> list[tuple[str, str, str]]:
    rename = {"NCOMPLT (EOT)": "NCOMPLT_EOT", "NCOMPLT (EOS)": "NCOMPLT_EOS"}
    skipped = NOT_A_PLAIN_LIST | {"ROUTE", "FRM", "FREQ"}
    return [(rename.get(n, n), s, v) for n, s, v in codelist_rows() if n not in skipped]


@pytest.mark.parametrize(("name", "source", "values"), plain_lists() if CRFS.exists() else [])
def test_code_list(name: str, source: str, values: str) -> None:
    assert list(LISTS[name].values) == printed_values(values)
    if c_code := re.match(r"(?:CT )?(C\d+)", source):
        assert LISTS[name].ccode == c_code[1]


@pytest.mark.parametrize("name", ["ROUTE", "FRM", "FREQ"])
def test_lists_that_the_design_leaves_open_hold_what_it_prints(name: str) -> None:
    values = next(values for named, _, values in codelist_rows() if named == name)
    separator = ";" if ";" in values else ","
    printed = {value.strip() for value in values.removesuffix("...").split(separator)}
    assert len(printed) > 1 and printed <= set(LISTS[name].values)


def test_missing_reasons() -> None:
    line = next(line for line in CRFS.read_text(encoding="utf-8").splitlines() if line.startswith("| Missing"))
    assert ", ".join(LISTS["MISSRSN"].values) in line


def test_every_list_written_out_in_a_form_is_declared() -> None:
    text = CRFS.read_text(encoding="utf-8")
    forms = text[text.index("## 2. Case report forms") : text.index("## 3. Edit checks")]
    declared = {code_list.values for code_list in LISTS.values()}
    printed = {tuple(re.split(r", ?", values)) for values in re.findall(r"\bcode\(([^()]+,[^()]+)\)", forms)}
    assert len(printed) >= 12
    assert printed <= declared


def test_small_study_lists() -> None:
    row = next(values for name, _, values in codelist_rows() if name == "small study lists")
    found = dict(re.findall(r"(\w+) \(((?:CT \w+: )?[^)]+)\)", row))
    assert len(found) == 15
    for name, values in found.items():
        assert list(LISTS[name].values) == [value.strip() for value in values.split(": ")[-1].split(",")], name


@pytest.mark.parametrize("name", ["MHCAT", "CMFLAG", "PRCAT", "DVCAT", "DTHCAUSE"])
def test_lists_written_out_at_their_item(name: str) -> None:
    text = CRFS.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if f"code({name})" in line)
    listed = ", ".join(LISTS[name].values)
    assert listed in row.replace("Category: ", "").replace("Class of interest: ", "")


def test_hold_reasons_with_a_star_need_an_adverse_event() -> None:
    row = next(values for name, _, values in codelist_rows() if name == "HOLDREAS")
    assert {value.strip("* ") for value in row.split(";") if "*" in value} == HOLD_REASONS_WITH_AE


def test_units_of_the_study_and_of_every_test() -> None:
    row = next(values for name, _, values in codelist_rows() if name == "UNIT")
    printed = {value.strip() for value in row.split(";") if "accepted unit" not in value}
    assert printed | {unit for test in LAB_TESTS for unit in test.units if unit} == set(LISTS["UNIT"].values)


def test_matrix_of_forms_and_visits() -> None:
    header, *rows = [line.strip("|").split("|") for line in section("### 1.6 Forms").splitlines() if line.startswith("|")]
    kinds = [re.sub(r"^Cn", "", cell.strip()) for cell in header[1:]]
    for row in rows[1:]:
        marks = [re.sub(r" daily|X (?=last)| \(new lesions\)| \(per SAE\)", "", cell.strip()) for cell in row[1:]]
        named = row[0].strip()
        forms = [part.strip() for part in named.split(",")] if named.startswith("AE,") else [named.split()[0]]
        for form in forms:
            built = [str(schedule.FORMS_BY_VISIT[form].get(kind, "")) for kind in kinds]
            assert built == ["L" if mark == "once" else mark for mark in marks], form


def test_visit_numbers_and_labels() -> None:
    for oid, label, *_, number in table(section("### 1.5 Visits")):
        kind = schedule.VISIT_KINDS[re.sub(r"^Cn|k$", "", oid)]
        printed = re.sub(r" \(P\)$", "", label)
        assert kind.label in (re.sub(r"\b[nk]\b", "{n}", printed), f"{printed} {{n}}")
        assert kind.first_visitnum == first_number(number), oid


def first_number(printed: str) -> Decimal | None:
    """The number of a visit before the course or the running number is added: '100n+8' is 8, '9400+k' is 9400."""
    digits = re.fullmatch(r"(?:100n\+)?(\d+)(?:\+k| \(2\))?", printed)
    return None if digits is None else Decimal(digits[1])


def test_terms_are_those_of_the_publication() -> None:
    with (SHARED / "data" / "ctcae_v5_terms.csv").open(encoding="utf-8") as file:
        printed = [(r["meddra_code"], r["soc"], r["term"], r["grades"]) for r in csv.DictReader(file)]
    built = [(t.code, t.soc, t.name, "".join(map(str, t.grades))) for t in list_terms()]
    assert built == printed


# Words that describe and do not name, or that would mislead inside a sentence.
DESCRIPTIONS = {"TEN", "TSH only", "other autoimmune"}


def expected_events() -> list[tuple[str, str]]:
    text = (SHARED / "design" / "il2-facts.md").read_text(encoding="utf-8")
    part = text[text.index("## 1. Terms") : text.index("### Words that are NOT")]
    rows = [row for block in part.split("### ")[1:] for row in table(block)]
    return [(row[0], row[1]) for row in rows if row[0] not in DESCRIPTIONS]


@pytest.mark.parametrize(("event", "term"), expected_events() if CRFS.exists() else [])
def test_words_of_expected_events_lead_to_their_term(event: str, term: str) -> None:
    words = [re.sub(r" \(.*?\)", "", part).strip() for part in re.split(r"[,/]", event)]
    found = {t.name for word in words for t in suggest(word)}
    found |= {hit.term.name for word in words for hit in search(word, limit=1000).hits}
    assert term in found


def test_units_of_the_pilot_study_are_known() -> None:
    pilot = SHARED / "data" / "cdisc_pilot" / "lb.csv"
    if not pilot.exists():
        pytest.skip(f"{pilot} is not there")
    with pilot.open(encoding="utf-8") as file:
        rows = [(r["LBTESTCD"], r["LBORRESU"]) for r in csv.DictReader(file)]
    known = {test.code: test for test in LAB_TESTS if test.panel != "UA" and test.code in {code for code, _ in rows}}
    unread = {(code, unit) for code, unit in set(rows) if unit and code in known and known[code].factor(unit) is None}
    assert not {pair for pair in unread if not same_unit(pair[1], "")}
