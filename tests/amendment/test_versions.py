"""What a record is asked, required, calculated and judged by: the version it was entered under."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forms import evaluation
from forms import items as it
from forms.conditions import when
from forms.crf import CRF, Group, check, derive
from forms.versions import order, spans
from forms.views import Record
from tests.toy_crfs import make_record, make_subject, own_registry


@pytest.fixture
def diary() -> Iterator[type[CRF]]:
    """A form at version 3.0: an item of 2.0, one retired in 3.0, rows of 2.0, a check and a derived item of 2.0."""
    with own_registry():

        class Diary(CRF, oid="DI", title="Diary", domain="QS", version="3.0"):
            kept = it.YesNo("Kept", required=True)
            pain = it.Integer("Pain", required=True, digits=2, since="2.0", plausible=("0", "10"))
            mood = it.Text("Mood", required=True, retired="3.0")
            worst = it.Integer("Worst", derived=True, digits=3, since="2.0")
            why = it.Text("Why", required=True, since="2.0", visible_if=when("kept", "N"))

            @derive("DI-D1", "worst", on="kept")
            def d(kept: str) -> int:
                """Always nine."""
                return 9

            @check("DI-01", "Not kept.", on="kept", since="2.0")
            def is_kept(kept: str) -> bool:
                return kept == "Y"

            @check("DI-02", "No mood.", on="mood? kept", target="mood")
            def has_mood(mood: str | None, kept: str) -> bool:
                return mood is not None

            class Night(Group, oid="NIGHT", title="Nights", required=True):
                hours = it.Integer("Hours", required=True, digits=2, since="2.0")

        evaluation._looked_at_for_notes.cache_clear()
        yield Diary


def at(crf: type[CRF], version: str, **answers: object) -> Record:
    """A record of a version that answers so."""
    made = make_record(crf, answers)
    made.version = version
    return made


@pytest.mark.requirement("C59")
@pytest.mark.parametrize(
    ("version", "asked", "checks", "derived", "groups"),
    [
        ("1.0", ["kept", "mood"], ["DI-02"], [], []),
        ("2.0", ["kept", "pain", "mood", "worst", "why"], ["DI-01", "DI-02"], [9], ["Nights"]),
        ("3.0", ["kept", "pain", "worst", "why"], ["DI-01"], [9], ["Nights"]),
    ],
)
def test_a_record_is_asked_and_judged_by_its_own_version(
    diary: type[CRF], version: str, asked: list[str], checks: list[str], derived: list[int], groups: list[str]
) -> None:
    record = at(diary, version, kept="N")
    subject = make_subject()
    assert [i.name for i in diary.items.values() if evaluation.is_visible(i, record, record)] == asked
    assert [i.name for _, _, i in evaluation.open_required(record)] == [
        name for name in asked if name not in ("kept", "worst")
    ]
    assert sorted({finding.check_id for finding in evaluation.findings(record, subject)}) == checks
    assert [value for _, _, _, value, _ in evaluation.run_derivations(record, subject)] == derived
    assert [group.title for group in evaluation.empty_required_groups(record)] == groups


def test_a_record_without_a_version_is_one_of_today(diary: type[CRF]) -> None:
    assert make_record(diary).version == "3.0"


def test_an_answer_of_a_retired_item_stays_and_troubles_nobody(diary: type[CRF]) -> None:
    record = at(diary, "3.0", kept="Y", mood="fine", pain=3, worst=9)
    assert record.mood == "fine"
    assert evaluation.hidden_answers(record) == []
    assert evaluation.findings(record, make_subject()) == []


def test_a_value_of_another_version_is_not_judged(diary: type[CRF]) -> None:
    assert evaluation.findings(at(diary, "1.0", kept="Y", mood="x", pain=99), make_subject()) == []
    said = evaluation.findings(at(diary, "2.0", kept="Y", mood="x", pain=99), make_subject())
    assert [finding.check_id for finding in said] == ["GEN-05"]


@pytest.mark.parametrize(
    ("since", "retired", "version", "is_in"),
    [
        ("1.0", "", "1.0", True), ("2.0", "", "1.9", False), ("2.0", "", "2.0", True), ("1.0", "2.0", "1.10", True),
        ("1.0", "2.0", "2.0", False), ("1.9", "", "1.10", True), ("1.2", "1.4", "1.4", False),
    ],
)  # fmt: skip
def test_versions_count_as_numbers(since: str, retired: str, version: str, is_in: bool) -> None:
    assert spans(since, retired, version) is is_in


@pytest.mark.parametrize("text", ["", "2", "2.x", "v2.0", "2.0.1", "-1.0", "²"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        order(text)
