"""Releases: what was frozen stays, a change raises the version, and an item is retired, never renamed or dropped."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import forms.crfs  # noqa: F401  (declared before a test has a registry of its own)
from forms import items as it
from forms import releases
from forms.conditions import both, either, when
from forms.crf import CRF, DefinitionError, Group, check, derive
from forms.items import Item
from forms.releases import canonical_json, changed_crfs, definition, definitions_digest, find_last_release, release
from tests.toy_crfs import own_registry

Declare = Callable[..., type[CRF]]


def vitals(
    version: str = "1.0", *, message: str = "Low.", limit: str = "180", groups: bool = True, fixed: int = 0,
    log: bool = False, order: tuple[str, ...] = (), **items: Item | None,
) -> type[CRF]:  # fmt: skip
    """A small CRF; keywords replace its items, None drops one."""
    asked: dict[str, Item | None] = {
        "pulse": it.Integer("Pulse", unit="/min", plausible=("40", limit), digits=3),
        "weight": it.Decimal("Weight", 5, 1, unit="kg"),
        "position": it.Choice("Position", "POSITION", subset=("SITTING", "SUPINE")),
        **items,
    }
    body: dict[str, Any] = {name: asked[name] for name in (order or asked)}

    @check("XV-01", message, on="pulse")
    def is_high_enough(pulse: int) -> bool:
        return pulse > 10

    if asked["pulse"]:
        body["is_high_enough"] = is_high_enough
    if groups:
        body["Reading"] = type("Reading", (Group,), {"value": it.Integer("Value")}, oid="READ", title="Readings", fixed=fixed)
    with own_registry():
        return type(
            "Vitals", (CRF,), {k: v for k, v in body.items() if v is not None}, oid="XV", title="Vitals", domain="VS",
            version=version, log=log,
        )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of releases in which version 1.0 of the vitals is frozen."""
    release(vitals(), tmp_path)
    return tmp_path


# Definitions


def test_equal_declarations_have_equal_definitions() -> None:
    assert definition(vitals()) == definition(vitals())
    assert definitions_digest([vitals()]) == definitions_digest([vitals()])


def test_a_definition_is_plain_json() -> None:
    made = definition(vitals())
    assert json.loads(canonical_json(made)) == made
    assert made["items"][0] == {
        "name": "pulse", "oid": "XV.PULSE", "type": "Integer", "label": "Pulse", "unit": "/min",
        "plausible": ["40", "180"], "digits": 3, "signed": False,
    }  # fmt: skip
    assert made["codelists"] == {
        "POSITION": {"source": "CT C71148", "values": [["SITTING", "Sitting", ""], ["SUPINE", "Supine", ""]]}
    }
    assert made["groups"][0]["items"][0]["oid"] == "XV.READ.VALUE"


def test_conditions_are_part_of_a_definition() -> None:
    condition = both(when("position", "SITTING"), either(when("visit.kind", "D1"), when("visit.kind", "A1", "A2")))
    [item] = [i for i in definition(vitals(note=it.Text("Note", visible_if=condition)))["items"] if i["name"] == "note"]
    assert item["visible_if"] == {
        "both": [
            {"item": "position", "values": ["SITTING"]},
            {"either": [{"item": "visit.kind", "values": ["D1"]}, {"item": "visit.kind", "values": ["A1", "A2"]}]},
        ]
    }


@pytest.mark.requirement("C53")
@pytest.mark.parametrize(
    "changed",
    [
        lambda: vitals(limit="181"),
        lambda: vitals(message="Too low."),
        lambda: vitals(groups=False),
        lambda: vitals(weight=it.Decimal("Body weight", 5, 1, unit="kg")),
        lambda: vitals(weight=it.Decimal("Weight", 5, 1, unit="kg", required=True)),
        lambda: vitals(note=it.Text("Note")),
        lambda: vitals("1.1"),
    ],
)
def test_any_change_of_a_definition_changes_the_digest_of_the_build(changed: Declare) -> None:
    assert definitions_digest([changed()]) != definitions_digest([vitals()])


def test_the_digest_does_not_depend_on_the_order_of_declaration(toys: SimpleNamespace) -> None:
    assert definitions_digest([toys.Events, toys.Doses]) == definitions_digest([toys.Doses, toys.Events])
    assert definitions_digest() == definitions_digest([toys.Everything, toys.Doses, toys.Events])


def _rule(pulse: int) -> bool:
    """One sentence."""
    # A reason.
    return pulse > 10


def _same_rule() -> Callable[..., object]:
    def _rule(pulse: int) -> bool:

        return pulse > 10

    return _rule


def _other_rule() -> Callable[..., object]:
    def _rule(pulse: int) -> bool:
        return pulse >= 10

    return _rule


def test_the_source_of_a_rule_counts_and_its_words_do_not() -> None:
    assert releases.source_digest(_rule) == releases.source_digest(_same_rule())
    assert releases.source_digest(_rule) != releases.source_digest(_other_rule())


def test_a_changed_derivation_is_a_changed_definition(registry: None) -> None:
    def declare(factor: bool) -> type[CRF]:
        with own_registry():

            class Sums(CRF, oid="SU", title="Sums", domain="XX"):
                base = it.Integer("Base")
                result = it.Integer("Result", derived=True)
                if factor:

                    @derive("SU-D1", "result", on="base")
                    def d(base: int) -> int:
                        return base * 2
                else:

                    @derive("SU-D1", "result", on="base")
                    def d(base: int) -> int:
                        return base * 3

            return Sums

    assert definition(declare(True))["derivations"] != definition(declare(False))["derivations"]


# Releases


def test_a_release_is_written_once_and_read_back(tmp_path: Path) -> None:
    path = release(vitals(), tmp_path)
    assert path.name == "XV-1.0.json"
    assert find_last_release("XV", tmp_path) == definition(vitals())
    assert changed_crfs([vitals()], tmp_path) == []
    before = path.read_bytes()
    assert release(vitals(), tmp_path).read_bytes() == before


def test_a_crf_that_was_never_released_is_named(tmp_path: Path) -> None:
    assert changed_crfs([vitals()], tmp_path) == ["XV 1.0 is not released. Run python -m forms.releases release."]


def test_a_raised_version_waits_for_its_release(folder: Path) -> None:
    amended = vitals("1.1", note=it.Text("Note", since="1.1"))
    assert changed_crfs([amended], folder) == ["XV 1.1 is not released. Run python -m forms.releases release."]
    release(amended, folder)
    assert changed_crfs([amended], folder) == []
    assert (folder / "XV-1.0.json").exists()


def test_versions_are_compared_as_numbers(folder: Path) -> None:
    release(vitals("1.9"), folder)
    release(vitals("1.10"), folder)
    last = find_last_release("XV", folder)
    assert last is not None
    assert last["version"] == "1.10"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (lambda: vitals(limit="181"), "items pulse plausible"),
        (lambda: vitals(message="Too low."), "checks XV-01 is_high_enough message"),
        (lambda: vitals(note=it.Text("Note")), "items note"),
        (lambda: vitals(weight=it.Decimal("Body weight", 5, 1, unit="kg")), "items weight label"),
        (lambda: vitals(position=it.Choice("Position", "POSITION")), "items position subset"),
        (lambda: vitals(order=("weight", "pulse", "position")), "items order"),
    ],
)
def test_a_changed_crf_must_raise_its_version(folder: Path, changed: Declare, named: str) -> None:
    [sentence] = changed_crfs([changed()], folder)
    assert sentence.startswith("XV changed since its release 1.0 (")
    assert named in sentence
    assert sentence.endswith("Raise its version.")
    with pytest.raises(DefinitionError, match="Raise its version"):
        release(changed(), folder)


def test_a_version_may_not_go_back(folder: Path) -> None:
    release(vitals("2.0"), folder)
    assert changed_crfs([vitals()], folder) == ["XV 1.0 is older than its release 2.0. Raise its version."]


@pytest.mark.requirement("C59")
@pytest.mark.parametrize(
    ("amended", "sentence"),
    [
        (lambda: vitals("2.0", pulse=None), "XV.PULSE was released and is gone or renamed."),
        (lambda: vitals("2.0", weight=it.Integer("Weight", unit="kg")), "XV.WEIGHT was released with another type."),
        (lambda: vitals("2.0", weight=it.Decimal("Weight", 5, 1, unit="lb")), "XV.WEIGHT was released with another unit."),
        (lambda: vitals("2.0", weight=it.Decimal("Weight", 5, 0, unit="kg")), "XV.WEIGHT was released with a larger scale."),
        (lambda: vitals("2.0", pulse=it.Integer("Pulse", unit="/min", digits=2)), "a larger digits."),
        (lambda: vitals("2.0", position=it.Choice("Position", "NY")), "another codelist_name."),
        (lambda: vitals("2.0", position=it.Choice("Position", "POSITION", subset=("SITTING",))), "the value SUPINE, which is gone"),
        (lambda: vitals("2.0", groups=False), "XV.READ.VALUE was released and is gone or renamed."),
    ],
)
def test_a_released_item_is_retired_and_never_renamed_retyped_or_dropped(
    folder: Path, amended: Declare, sentence: str
) -> None:
    said = changed_crfs([amended()], folder)
    assert sentence in said[0]
    assert said[0].endswith('Keep it with retired="2.0" and add a new item under a new name.')
    with pytest.raises(DefinitionError, match="was released"):
        release(amended(), folder)
    assert not (folder / "XV-2.0.json").exists()


@pytest.mark.parametrize(
    "amended",
    [
        lambda: vitals("2.0", weight=it.Decimal("Weight", 6, 2, unit="kg")),
        lambda: vitals("2.0", position=it.Choice("Position", "POSITION")),
        lambda: vitals("2.0", pulse=it.Integer("Pulse", unit="/min", digits=3, retired="2.0"),
                       rate=it.Integer("Rate", since="2.0")),
        lambda: vitals("2.0", message="Too low.", limit="200"),
    ],
)
def test_an_amendment_may_add_widen_and_retire(folder: Path, amended: Declare) -> None:
    release(amended(), folder)
    assert changed_crfs([amended()], folder) == []


@pytest.mark.requirement("C59")
@pytest.mark.parametrize(
    ("amended", "sentence"),
    [
        (
            lambda: vitals("2.0", rate=it.Integer("Rate")),
            'XV.RATE is new, and records entered under 1.0 were never asked it. Declare it with since="2.0".',
        ),
        (
            lambda: vitals("2.0", weight=it.Decimal("Weight", 5, 1, unit="kg", derived=True)),
            "XV.WEIGHT was released as typed and is calculated now. "
            'Keep it with retired="2.0" and add a new item under a new name.',
        ),
        (
            lambda: vitals("2.0", pulse=it.Integer("Pulse", unit="/min", digits=3, since="2.0")),
            "XV.PULSE came with 1.0. Give it back that version.",
        ),
        (
            lambda: vitals("2.0", pulse=it.Integer("Pulse", unit="/min", digits=3, retired="1.0")),
            'XV.PULSE was asked in the released 1.0. Retire it with retired="2.0".',
        ),
        (
            lambda: vitals("2.0", fixed=4),
            "XV.READ was released with any number of rows. Rows that were filled in would have no place: "
            "keep that number, or add a new group under a new name.",
        ),
        (
            lambda: vitals("2.0", log=True),
            "XV was released with another answer to: kept line by line or by visit. Its records would lose their "
            "place: leave it as it was and declare a new form.",
        ),
    ],
)
def test_an_amendment_that_would_touch_what_was_recorded_is_told_what_to_do_instead(
    folder: Path, amended: Declare, sentence: str
) -> None:
    assert sentence in changed_crfs([amended()], folder)
    with pytest.raises(DefinitionError):
        release(amended(), folder)


def test_a_retired_item_stays_retired(folder: Path) -> None:
    release(vitals("2.0", pulse=it.Integer("Pulse", unit="/min", digits=3, retired="2.0")), folder)
    back = vitals("3.0", pulse=it.Integer("Pulse", unit="/min", digits=3))
    [sentence, _] = changed_crfs([back], folder)
    assert sentence == "XV.PULSE was retired in 2.0. Leave it so and add a new item under a new name."


@pytest.mark.parametrize("text", ["not json", "[]", '{"oid": "XV", "version": "9.9"}'])
def test_a_release_that_cannot_be_read_is_named(folder: Path, text: str) -> None:
    (folder / "XV-1.0.json").write_text(text)
    with pytest.raises(DefinitionError, match=r"XV-1\.0\.json .*Bring the file back"):
        changed_crfs([vitals()], folder)


def test_a_version_that_is_none_is_refused_where_it_is_declared(registry: None) -> None:
    for version, since in (("2", "1.0"), ("2.0", "3.0"), ("2.0", "soon")):
        with pytest.raises(DefinitionError, match="version"):
            type("Odd", (CRF,), {"a": it.Text("A", since=since)}, oid="ODD", title="Odd", domain="XX", version=version)


def test_a_released_crf_may_not_vanish(folder: Path) -> None:
    assert changed_crfs([], folder) == ["XV was released and is gone. Bring its file back and retire its items."]


# The command


def test_the_command_checks_and_releases(registry: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Small(CRF, oid="SM", title="Small", domain="XX"):
        note = it.Text("Note")

    assert releases.main(["check"], tmp_path) == 1
    assert capsys.readouterr().out == "SM 1.0 is not released. Run python -m forms.releases release.\n"
    assert releases.main(["release"], tmp_path) == 0
    assert capsys.readouterr().out == "Released SM-1.0.json\n"
    assert releases.main(["release"], tmp_path) == 0
    assert releases.main(["check"], tmp_path) == 0
    assert capsys.readouterr().out == "Every CRF is as released.\n"
    assert releases.main([], tmp_path) == 2


def test_the_command_refuses_what_changed(registry: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Small(CRF, oid="SM", title="Small", domain="XX"):
        note = it.Text("Note")

    releases.main(["release"], tmp_path)
    Small.title = "Smaller"
    capsys.readouterr()
    assert releases.main(["release"], tmp_path) == 1
    assert capsys.readouterr().out == "Refused: SM changed since its release 1.0 (title). Raise its version.\n"


def test_the_command_knows_the_crfs_of_the_study() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "forms.releases", "check"], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode in (0, 1)
    assert "Every CRF is as released." in done.stdout or "released" in done.stdout
